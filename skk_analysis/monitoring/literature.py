"""The literature register as studies to be pooled, mapped and judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import numbers, require_columns

__all__ = ["DESIGN_GRADES", "literature_cells", "literature_studies"]

DESIGN_GRADES = {
    "before_after": 1,
    "cross_section": 1,
    "matched_cross_section": 2,
    "before_after_comparison": 3,
    "matched_comparison": 3,
    "difference_in_differences": 3,
    "synthetic_control": 3,
    "regression_discontinuity": 4,
    "natural_experiment": 4,
    "rct": 5,
}
"""Maryland grade that a design can reach at best."""

SYNTHESIS_DESIGNS = ("systematic_review", "meta_analysis")


def literature_studies(literature: pd.DataFrame) -> pd.DataFrame:
    """Return the studies that report an effect of their own, as `synthesis` reads them.

    Parameters
    ----------
    literature : DataFrame
        The register's table: study_fi, outcome, design, effect, se, quality.

    Returns
    -------
    DataFrame
        id, study, outcome, measure, design, grade (of the design at best; a study of low quality
        one less, never under 1), better, estimate, se (NaN where not known), rows in the register's
        order; studies without an effect and syntheses are left out.

    Raises
    ------
    ValueError
        On a number that isn't one, or a design that is not known.
    """
    require_columns(literature, "literature", "id", "outcome", "design", "effect", "se", "quality")
    effect, se = (numbers(literature, "literature", name) for name in ("effect", "se"))
    known = literature.assign(estimate=effect, se=np.where(se > 0, se, np.nan))
    known = known[np.isfinite(effect) & ~known["design"].isin(SYNTHESIS_DESIGNS)]
    odd = [design for design in known["design"] if design not in DESIGN_GRADES]
    if odd:
        raise ValueError(
            f"register table 'literature': design is {odd[0]!r}; use one of "
            f"{', '.join(DESIGN_GRADES)}"
        )
    grades = known["design"].map(DESIGN_GRADES) - (known["quality"] == "low")
    frame = pd.DataFrame(
        {
            "id": known["id"],
            "study": known["id"],
            "outcome": known["outcome"],
            "measure": known.get("measure", pd.Series("", known.index)),
            "design": known["design"],
            "grade": grades.clip(lower=1),
            "better": known.get("better", pd.Series("higher", known.index)).replace("", "higher"),
            "estimate": known["estimate"],
            "se": known["se"],
        }
    )
    return frame.reset_index(drop=True)


def literature_cells(literature: pd.DataFrame) -> pd.DataFrame:
    """Return one row a study for an evidence gap map: study, dimension, type, kind, confidence."""
    require_columns(literature, "literature", "id", "theme", "design", "quality")
    synthesis = literature["design"].isin(SYNTHESIS_DESIGNS)
    return pd.DataFrame(
        {
            "study": literature["id"],
            "dimension": literature["theme"],
            "type": literature.get("type", literature["design"]),
            "kind": np.where(synthesis, "synthesis", "evaluation"),
            "confidence": literature["quality"].where(synthesis, None),
            "year": literature.get("year", ""),
        }
    )
