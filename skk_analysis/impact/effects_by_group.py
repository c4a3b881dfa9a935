"""Did an experiment help everybody alike, or did it widen a gap between groups?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from skk_analysis.impact.evaluate_experiment import (
    SMALLEST_GROUP,
    TREATED,
    survey_effect,
    survey_pairs_of,
)
from skk_analysis.impact.experiment_inputs import ExperimentInputs

__all__ = ["DIVISIONS", "GroupEffects", "effects_by_group"]

DIVISIONS = ("education", "age_group", "sex", "language")

COLUMNS = ("division", "group", "before", "estimate", "lower", "upper", "n_treated", "n_comparison")
GAPS = ("division", "low", "high", "change", "lower", "upper", "verdict")


@dataclass(frozen=True, eq=False)
class GroupEffects:
    """A survey's effect in each group of its participants.

    Parameters
    ----------
    table : DataFrame
        One row a group that is large enough: division, group, before (its participants' mean
        before), estimate, lower, upper, n_treated, n_comparison.
    gaps : DataFrame
        One row a division with two or more such groups: division, low and high (the groups whose
        participants stood lowest and highest before), change of the gap between them (effect in
        ``high`` less effect in ``low``; above 0 the gap widened), lower, upper, verdict
        (``widens``, ``narrows``, ``unclear``).
    small : tuple of (division, group)
        Groups with fewer than ten participants, or persons of the comparison group, measured both
        times, and groups hidden lest those could be told by subtraction: without figures.
    """

    table: pd.DataFrame
    gaps: pd.DataFrame
    small: tuple[tuple[str, str], ...]


def effects_by_group(
    known: ExperimentInputs, divisions: Sequence[str] = DIVISIONS
) -> GroupEffects | None:
    """Return the effect in each group of a survey's participants, and what it did to the gaps.

    Parameters
    ----------
    known : ExperimentInputs
        Of an experiment that asked its participants; None is returned for others, whose data are
        of areas and tell nothing of groups of people.
    divisions : sequence of str
        Columns of the answers.

    Notes
    -----
    Groups consist of different persons, so two groups' effects are independent; the interval of
    their difference is made of theirs by square-and-add, which needs no symmetry (Zou & Donner
    2008, *Stat. Med.* 27, 1693–1702).  No adjustment for the number of groups is made: the rows
    describe, and the main analysis decides.
    """
    if known.responses is None or known.refusal:
        return None
    rows: list[dict] = []
    gaps: list[dict] = []
    small: list[tuple[str, str]] = []
    for division in divisions:
        if division not in known.responses:
            continue
        found: list[dict] = []
        for group, mine in known.responses.groupby(division, sort=True):
            row = _effect_in(known, mine, division, str(group))
            if row is None:
                small.append((division, str(group)))
            else:
                found.append(row)
        found, hidden = _hide_more(found, survey_pairs_of(known, known.responses))
        small += [(division, group) for group in hidden]
        rows += found
        if len(found) > 1:
            gaps.append(_gap(division, found))
    return GroupEffects(
        pd.DataFrame(rows, columns=list(COLUMNS)),
        pd.DataFrame(gaps, columns=list(GAPS)),
        tuple(small),
    )


def _effect_in(
    known: ExperimentInputs, answers: pd.DataFrame, division: str, group: str
) -> dict | None:
    """One group's row; None where it is too small or the method has no interval for it."""
    pairs = survey_pairs_of(known, answers)
    sides = [pairs[pairs["group"] == TREATED], pairs[pairs["group"] != TREATED]]
    compared = (known.responses["group"] != TREATED).any()  # type: ignore[index]
    if len(sides[0]) < SMALLEST_GROUP or (compared and len(sides[1]) < SMALLEST_GROUP):
        return None
    try:
        effect = survey_effect(known, answers)
    except ValueError:  # nobody's answer moved
        return None
    if not all(map(math.isfinite, effect.interval)):
        return None
    assert effect.path is not None
    before = float(effect.path["observed"].iloc[0])
    figures = (before, effect.estimate, *effect.interval, effect.n_treated, effect.n_comparison)
    return dict(zip(COLUMNS, (division, group, *figures), strict=True))


def _hide_more(found: list[dict], everybody: pd.DataFrame) -> tuple[list[dict], list[str]]:
    """Hide the smallest shown groups while those hidden could be told by subtraction.

    The figures of all together are shown too: what the shown groups leave over must be nobody or
    at least ten.
    """
    kept, hidden = list(found), []
    treated = int((everybody["group"] == TREATED).sum())
    everyone = {"n_treated": treated, "n_comparison": len(everybody) - treated}
    while kept and any(
        0 < total - sum(row[side] for row in kept) < SMALLEST_GROUP
        for side, total in everyone.items()
    ):
        smallest = min(kept, key=lambda row: row["n_treated"])
        kept.remove(smallest)
        hidden.append(str(smallest["group"]))
    return kept, hidden


def _gap(division: str, found: list[dict]) -> dict:
    low, high = min(found, key=lambda r: r["before"]), max(found, key=lambda r: r["before"])
    change = high["estimate"] - low["estimate"]
    lower = change - math.hypot(high["estimate"] - high["lower"], low["upper"] - low["estimate"])
    upper = change + math.hypot(high["upper"] - high["estimate"], low["estimate"] - low["lower"])
    verdict = "widens" if lower > 0 else "narrows" if upper < 0 else "unclear"
    figures = (division, low["group"], high["group"], change, lower, upper, verdict)
    return dict(zip(GAPS, figures, strict=True))
