"""All cities and all indicators of a programme at once, with the number of tests accounted for."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.evaluate import Evaluation, evaluate
from skk_analysis.impact.multiplicity import adjust_effects, romano_wolf
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.verdict import verdict_of

__all__ = ["ProgrammeEvaluation", "evaluate_programme"]

TOGETHER = "all"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""For the worker processes: threads of their matrix products would only fight for the cores."""


@dataclass(frozen=True, eq=False)
class ProgrammeEvaluation:
    """The dossiers of a programme.

    Parameters
    ----------
    evaluations : mapping
        By (unit, outcome); the unit ``"all"`` is the treated units together.  Verdicts are by
        adjusted p-values.
    table : DataFrame
        One row each: unit, outcome, primary, estimate, lower, upper, p, p_adjusted, adjustment,
        p_romano_wolf, mde, verdict, grade.
    """

    evaluations: Mapping[tuple[Hashable, str], Evaluation]
    table: pd.DataFrame

    def __getitem__(self, key: tuple[Hashable, str]) -> Evaluation:
        return self.evaluations[key]

    def effects(self, outcome: str) -> pd.DataFrame:
        """Return the single units' effects of one outcome, ready to be pooled.

        Returns
        -------
        DataFrame
            Columns unit, estimate, se (standard deviation of the unit's own placebos), p, mde.
            The units share their comparison units, so their errors are not quite independent.
        """
        rows = [
            (unit, e.effect.estimate, e.effect.details["placebo_se"], e.effect.p, e.effect.mde)
            for (unit, of), e in self.evaluations.items()
            if of == outcome and unit != TOGETHER
        ]
        return pd.DataFrame(rows, columns=["unit", "estimate", "se", "p", "mde"])


def evaluate_programme(
    panel: Panel,
    outcomes: Sequence[str] | Mapping[str, Mapping[str, Any]],
    *,
    primary: Sequence[str] = (),
    experiments: Mapping[Hashable, str | Mapping[str, Any]] | None = None,
    placebos: Placebos | None = None,
    missing: str = "raise",
    workers: int = 1,
) -> ProgrammeEvaluation:
    """Return the dossier of every treated unit, and of all together, on every outcome.

    Parameters
    ----------
    panel : Panel
    outcomes : sequence of str, or mapping
        Outcomes; a mapping gives each its keyword arguments of
        :func:`~skk_analysis.impact.evaluate` (``better``, ``limit``, ``closed``).
    primary : sequence of str
        Main outcomes, named before the data were seen.
    experiments : mapping, optional
        Experiment of each unit.
    placebos : Placebos, optional
    missing : {"raise", "drop"}
    workers : int, default 1
        Processes; the numbers don't depend on it.

    Notes
    -----
    Within a unit the primary outcomes' p-values are adjusted by Holm's method and the others' by
    Benjamini and Hochberg's; Romano and Wolf's step-down from the same placebos stands beside them
    (Romano & Wolf 2005, *Econometrica* 73, 1237–1282), and decides on the primary ones where the
    placebos are so few that Holm's method could find nothing whatever the data: it holds the same
    error rate and needs no more placebos for more outcomes.  Units are judged one by one; nothing
    is adjusted for their number.
    """
    options = outcomes if isinstance(outcomes, Mapping) else {name: {} for name in outcomes}
    if strange := [name for name in primary if name not in options]:
        raise ValueError(f"primary outcome(s) {strange} are not among {list(options)}")
    dossiers = partial(
        _of_outcome, panel, experiments=experiments or {}, placebos=placebos, missing=missing
    )
    if workers > 1:
        from loky import ProcessPoolExecutor

        with ProcessPoolExecutor(workers, env=ONE_THREAD) as pool:
            found = list(pool.map(dossiers, options, options.values()))
    else:
        found = [dossiers(*item) for item in options.items()]
    by_outcome = dict(zip(options, found, strict=True))
    evaluations: dict[tuple[Hashable, str], Evaluation] = {}
    tables = []
    for unit in found[0]:
        mine = {outcome: by_outcome[outcome][unit] for outcome in options}
        judged, table = _judged(mine, set(primary), {n: o.get("limit") for n, o in options.items()})
        evaluations |= {(unit, outcome): e for outcome, e in judged.items()}
        table.insert(0, "unit", unit)
        tables.append(table)
    return ProgrammeEvaluation(evaluations, pd.concat(tables, ignore_index=True))


def _of_outcome(
    panel: Panel, outcome: str, options: Mapping[str, Any], *, experiments, placebos, missing
) -> dict[Hashable, Evaluation]:
    """Return the dossiers of one outcome by unit; the units share their placebos' work."""

    def one(part: Panel, experiment=None) -> Evaluation:
        return evaluate(
            part, outcome, experiment=experiment, placebos=placebos, missing=missing, **options
        )

    found = {unit: one(panel.only(unit), experiments.get(unit)) for unit in panel.starts}
    return found | ({TOGETHER: one(panel)} if len(panel.starts) > 1 else {})


def _judged(
    mine: Mapping[str, Evaluation], primary: set[str], limits: Mapping[str, float | None]
) -> tuple[dict[str, Evaluation], pd.DataFrame]:
    """Return one unit's dossiers with verdicts by adjusted p-values, and their table."""
    adjusted = adjust_effects({name: e.effect for name, e in mine.items()}, primary)
    adjusted = adjusted.set_index("name")
    stepdown = _romano_wolf(mine)
    tests = sum(outcome in primary for outcome in mine)
    out_of_reach = any(
        tests * e.effect.details["smallest_p"] > 1 - e.effect.level for e in mine.values()
    )
    judged, rows = {}, []
    for outcome, e in mine.items():
        p, how = float(adjusted.loc[outcome, "p_adjusted"]), adjusted.loc[outcome, "adjustment"]
        if out_of_reach and outcome in primary and not math.isnan(stepdown[outcome]):
            p, how = stepdown[outcome], "romano_wolf"
        known = None if math.isnan(p) else p
        verdict = verdict_of(e.effect, adjusted_p=known, limit=limits[outcome])
        details = {**e.effect.details, "adjusted_p": known, "adjustment": how}
        effect = replace(e.effect, verdict=verdict, details=details)
        judged[outcome] = replace(e, effect=effect)
        row = effect.to_frame().iloc[0]
        rows.append(
            {
                "outcome": outcome,
                "primary": outcome in primary,
                **row[["estimate", "lower", "upper", "p"]],
                "p_adjusted": p,
                "adjustment": how,
                "p_romano_wolf": stepdown[outcome],
                **row[["mde", "verdict", "grade"]],
            }
        )
    return judged, pd.DataFrame(rows)


def _romano_wolf(mine: Mapping[str, Evaluation]) -> dict[str, float]:
    """Return step-down p-values from the placebos that all outcomes share; NaN without."""
    draws = {outcome: e.effect.details["placebo_units"] for outcome, e in mine.items()}
    first = next(iter(draws.values()))
    if not len(first) or not all(np.array_equal(first, other) for other in draws.values()):
        return dict.fromkeys(mine, math.nan)
    estimates = np.array([e.effect.estimate for e in mine.values()])
    placebos = np.column_stack([e.effect.placebos for e in mine.values()])
    return dict(zip(mine, romano_wolf(estimates, placebos), strict=True))
