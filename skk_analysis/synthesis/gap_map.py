"""Where there is evidence and where there is none: the data of an evidence gap map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skk_analysis.synthesis.presented import figure_of

__all__ = ["CONFIDENCE", "GapMap", "gap_map"]

CONFIDENCE = ("low", "medium", "high")
KINDS = ("evaluation", "synthesis")
ABSOLUTE, SYNTHESIS, NONE = "absolute", "synthesis", "none"


@dataclass(frozen=True, eq=False)
class GapMap:
    """Evidence by dimension and type.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, empty ones too: dimension, type, evaluations, syntheses, low, medium, high
        (confidence in the syntheses), confidence (the best of them; None without any), gap
        (``absolute``, ``synthesis`` or ``none``).
    """

    cells: pd.DataFrame

    def matrix(self, column: str = "evaluations") -> pd.DataFrame:
        """Return one column of the cells as dimensions × types."""
        wide = self.cells.pivot(index="dimension", columns="type", values=column)
        rows, columns = (self.cells[name].unique() for name in ("dimension", "type"))
        return wide.loc[rows, columns]

    def gaps(self, kind: str = ABSOLUTE) -> pd.DataFrame:
        """Return the cells with an absolute or a synthesis gap."""
        if kind not in (ABSOLUTE, SYNTHESIS):
            raise ValueError(f"a gap is {ABSOLUTE!r} or {SYNTHESIS!r}, got {kind!r}")
        found = self.cells[self.cells["gap"] == kind]
        return found[["dimension", "type", "evaluations", "syntheses"]].reset_index(drop=True)

    def plot(self, language: str = "fi", **options: Any) -> Any:
        """Return the map; options of `figures.evidence_gap_map.evidence_gap_map`."""
        return figure_of(self, "evidence_gap_map", language, options)


def gap_map(
    studies: pd.DataFrame,
    dimensions: Sequence[str],
    types: Sequence[str],
    *,
    few: int = 0,
    cluster: int = 3,
    confidence: str = "high",
    since: int | None = None,
) -> GapMap:
    """Return how much evidence there is on each dimension and type of experiment.

    Parameters
    ----------
    studies : DataFrame
        One row a study and cell that it belongs to: ``study``, ``dimension``, ``type``, ``kind``
        (``evaluation`` or ``synthesis``), and of syntheses ``confidence`` (``low``, ``medium``,
        ``high``) and, with ``since``, ``year``.
    dimensions, types : sequence of str
        The map's rows and columns in their order, with those that have no study.
    few : int, default 0
        Up to how many evaluations, without any synthesis, an absolute gap goes.
    cluster : int, default 3
        From how many evaluations a missing synthesis is a gap.
    confidence : {"low", "medium", "high"}
        What a synthesis needs to close the gap.
    since : int, optional
        Year from which a synthesis is recent enough to close the gap.

    Returns
    -------
    GapMap

    Raises
    ------
    ValueError
        If a column is missing, or a study has a dimension, type, kind or confidence that does not
        exist (naming it), or no year where one is asked for.

    Examples
    --------
    >>> studies = pd.DataFrame(
    ...     [("A", "income", "mentoring", "evaluation")],
    ...     columns=["study", "dimension", "type", "kind"],
    ... )
    >>> found = gap_map(studies, ["income", "health"], ["mentoring"])
    >>> found.gaps()["dimension"].tolist()
    ['health']

    References
    ----------
    Snilstveit et al. (2013), *Evidence Gap Maps*, World Bank WPS 6725; 3ie, evidence gap maps:
    absolute gaps, "few or no" evaluations or reviews; synthesis gaps, a concentration of
    evaluations but no recent high-quality review.  Which numbers these are is the caller's.
    """
    _require(studies, {"dimension": dimensions, "type": types, "kind": KINDS})
    if confidence not in CONFIDENCE:
        raise ValueError(f"confidence is one of {CONFIDENCE}, got {confidence!r}")
    reviews = studies[studies["kind"] == "synthesis"]
    if len(reviews):
        _require(reviews, {"confidence": CONFIDENCE})
    closing = set(CONFIDENCE[CONFIDENCE.index(confidence) :])
    rows = []
    for dimension in dimensions:
        for kind in types:
            here = studies[(studies["dimension"] == dimension) & (studies["type"] == kind)]
            here = here.drop_duplicates("study")
            found = here[here["kind"] == "synthesis"]
            levels = list(found["confidence"]) if len(found) else []
            recent = found[_recent(found, since)] if len(found) else found
            closed = len(recent) and bool(set(recent["confidence"]) & closing)
            evaluations = len(here) - len(found)
            gap = NONE
            if evaluations <= few and not len(found):
                gap = ABSOLUTE
            elif evaluations >= cluster and not closed:
                gap = SYNTHESIS
            best = max(levels, key=CONFIDENCE.index, default=None)
            counts = [levels.count(level) for level in CONFIDENCE]
            rows.append((dimension, kind, evaluations, len(found), *counts, best, gap))
    columns = ["dimension", "type", "evaluations", "syntheses", *CONFIDENCE, "confidence", "gap"]
    return GapMap(pd.DataFrame(rows, columns=columns))


def _recent(found: pd.DataFrame, since: int | None) -> pd.Series:
    if since is None:
        return pd.Series(True, index=found.index)
    years = found["year"] if "year" in found else pd.Series(pd.NA, index=found.index)
    if years.isna().any():
        name = found.loc[years.isna(), "study"].iloc[0]
        raise ValueError(f"synthesis {name!r} has no year, and since={since} asks for one; add it")
    return years >= since


def _require(studies: pd.DataFrame, allowed: dict[str, Sequence[str]]) -> None:
    for column in ("study", *allowed):
        if column not in studies:
            raise ValueError(
                f"the studies lack the column {column!r}; they have {list(studies.columns)}"
            )
    for column, values in allowed.items():
        wrong = studies[~studies[column].isin(list(values))]
        if len(wrong):
            first = wrong.iloc[0]
            raise ValueError(
                f"study {first['study']!r}: {column} is {first[column]!r}, which is not one of "
                f"{list(values)}; correct it or add it to the map"
            )
