"""May these effects be pooled at all?  If not, why, and which way they point."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.directions import direction_table, oriented
from skk_analysis.synthesis.inference import quantile
from skk_analysis.synthesis.pooled import Pooled
from skk_analysis.synthesis.pooling import pool
from skk_analysis.synthesis.presented import figure_of, words_of
from skk_analysis.synthesis.reasons import Reason

__all__ = ["Synthesis", "reasons_against_pooling", "synthesise"]

ONE_OF_EACH = {
    "outcome": "different_outcomes",
    "measure": "different_measures",
    "design": "different_designs",
    "better": "different_directions",
}
"""Columns that must say the same of all effects, and the reason where they don't."""


@dataclass(frozen=True, eq=False)
class Synthesis:
    """A pooled estimate, or the reasons against one; always the directions.

    Parameters
    ----------
    pooled : Pooled or None
    reasons : tuple of Reason
        Against pooling; empty where there is a pooled estimate.
    directions : DataFrame
        Of :func:`~skk_analysis.synthesis.directions.direction_table`.
    """

    pooled: Pooled | None
    reasons: tuple[Reason, ...]
    directions: pd.DataFrame

    @property
    def poolable(self) -> bool:
        """Whether nothing speaks against one mean."""
        return not self.reasons

    def text(self, language: str = "fi", **options: Any) -> str:
        """Return the result, or why there is none, in words.

        Options of `language.synthesis.synthesis_text`.
        """
        return words_of(self, "synthesis_text", language, options)

    def plot(self, language: str = "fi", **options: Any) -> Any:
        """Return the forest plot of a pooled estimate, else the table of directions.

        Options of `figures.pooled_forest.pooled_forest` or `figures.directions.directions`.
        """
        if self.pooled is not None:
            return self.pooled.plot(language, **options)
        return figure_of(self.directions, "directions", language, options)


def reasons_against_pooling(
    studies: pd.DataFrame,
    *,
    alike: Collection[Collection[str]] = (),
    level: float = 0.95,
) -> tuple[Reason, ...]:
    """Return every reason why effects should not be made one mean.

    Parameters
    ----------
    studies : DataFrame
        One row an effect: ``estimate``, ``se`` and what is known of ``study``, ``outcome``,
        ``measure`` (kind of effect size or unit), ``design`` and ``better``.
    alike : collection of collections of str
        Designs that may stand together, for instance those with a comparison group; else a mean of
        different designs is refused, because it would mix effects with changes that merely
        happened.
    level : float, default 0.95
        Of the joint intervals for opposite effects.

    Returns
    -------
    tuple of Reason
        Fewer than two effects; outcomes, measures, designs or desired directions that differ; an
        effect without a standard error; or effects clearly opposite: at least one interval above
        zero and one below, at a level corrected for their number (Bonferroni), so that they are
        opposite by chance in at most 1 − level of cases.

    Raises
    ------
    ValueError
        If a column is missing or an estimate is not a number, naming the study.
    """
    return tuple(_reasons(studies, [set(group) for group in alike], level))


def _reasons(studies: pd.DataFrame, alike: list[set[str]], level: float) -> Iterator[Reason]:
    frame = oriented(studies)
    k = len(frame)
    if k < 2:
        yield Reason("too_few_studies", {"k": k, "needed": 2})
    for column, name in ONE_OF_EACH.items():
        found = tuple(dict.fromkeys(studies[column].astype(str))) if column in studies else ()
        together = column == "design" and any(set(found) <= group for group in alike)
        if len(found) > 1 and not together:
            yield Reason(name, {"found": found})
    unknown = ~((frame["se"] > 0) & np.isfinite(frame["se"]))
    if unknown.any():
        yield Reason("no_standard_error", {"studies": tuple(frame.loc[unknown, "study"])})
    half = quantile(1 - (1 - level) / max(k, 1), np.inf) * frame["se"]
    above = frame.loc[frame["estimate"] - half > 0, "study"]
    below = frame.loc[frame["estimate"] + half < 0, "study"]
    if len(above) and len(below):
        yield Reason("opposite_effects", {"positive": tuple(above), "negative": tuple(below)})


def synthesise(
    studies: pd.DataFrame,
    *,
    alike: Collection[Collection[str]] = (),
    level: float = 0.95,
    **options: Any,
) -> Synthesis:
    """Return the pooled effect where that is defensible, else the reasons and the directions.

    Parameters
    ----------
    studies, alike
        As in :func:`reasons_against_pooling`.
    level : float, default 0.95
    **options
        Of :func:`~skk_analysis.synthesis.pooling.pool`.

    Returns
    -------
    Synthesis

    Examples
    --------
    >>> studies = pd.DataFrame(
    ...     {"estimate": [0.2, 0.4], "se": [0.1, 0.1], "outcome": ["gini", "employment"]}
    ... )
    >>> found = synthesise(studies)
    >>> found.pooled is None, [reason.name for reason in found.reasons]
    (True, ['different_outcomes'])
    """
    reasons = reasons_against_pooling(studies, alike=alike, level=level)
    pooled = None if reasons else pool(studies, level=level, **options)
    return Synthesis(pooled, reasons, direction_table(studies, level=level))
