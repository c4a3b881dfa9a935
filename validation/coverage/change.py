"""Size of the change test: how often it finds a change where there is none.

600 people a year, lognormal, of whom none, a half or three quarters are in both years; a person's
two incomes have the correlation 0.84.  The years are domains of one design, or two designs whose
people are recognised by their identifiers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis import metrics as m

INDICES = (
    "gini", "theil_t", "s80s20", "low_income_rate", "wolfson", "duclos_esteban_ray",
)  # fmt: skip
OVERLAPS = (0, 0.5, 0.75)
PEOPLE = 600
BLOCK = 250  # panels from one stream of random numbers
YEARS = (2019, 2020)


def panel(overlap: float, rng) -> pd.DataFrame:
    """Draw two years of a rotating panel in which nothing changes."""
    shared = int(PEOPLE * overlap)
    level = 0.45 * rng.standard_normal(2 * PEOPLE - shared)
    person = np.r_[0:PEOPLE, PEOPLE - shared : 2 * PEOPLE - shared]
    income = np.exp(level[person] + 0.2 * rng.standard_normal(2 * PEOPLE))
    year = np.repeat(YEARS, PEOPLE)
    return pd.DataFrame({"person": person, "year": year, "income": income})


def years(frame: pd.DataFrame, *, one_design: bool) -> list[m.SurveyDesign]:
    """Return the two years' designs."""
    if one_design:
        design = m.SurveyDesign(frame, ids="person")
        return [design.where(f"year == {y}") for y in YEARS]
    return [m.SurveyDesign(frame[frame["year"] == y], ids="person") for y in YEARS]


def drawn(
    overlap: float, block: int, draws: int = BLOCK, *, one_design: bool, seed: int = 31
) -> np.ndarray:
    """Return the verdicts of the test at 5 % in some panels, (draws, indices)."""
    rng = np.random.default_rng([seed, block])
    verdicts = []
    for _ in range(draws):
        designs = years(panel(overlap, rng), one_design=one_design)
        changes = [m.change(*(getattr(m, name)(d, "income") for d in designs)) for name in INDICES]
        verdicts.append([c.verdict for c in changes])
    return np.array(verdicts)


def summary(overlap: float, found: np.ndarray, *, one_design: bool) -> pd.DataFrame:
    """Return the share of panels in which the test finds growth, and shrinking."""
    grows, shrinks = (found == "grows").mean(axis=0), (found == "shrinks").mean(axis=0)
    return pd.DataFrame(
        {
            "overlap": overlap,
            "designs": "one" if one_design else "two",
            "index": INDICES,
            "draws": len(found),
            "size": grows + shrinks,
            "grows": grows,
            "shrinks": shrinks,
        }
    )


def table(draws: int) -> pd.DataFrame:
    """Return the size for every index and overlap; of two designs from a quarter of the draws."""
    parts = []
    for one_design, wanted in ((True, draws), (False, draws // 4)):
        for overlap in OVERLAPS:
            blocks = [drawn(overlap, b, one_design=one_design) for b in range(wanted // BLOCK)]
            parts.append(summary(overlap, np.concatenate(blocks), one_design=one_design))
    return pd.concat(parts)
