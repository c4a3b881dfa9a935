"""Shifted rows: a block of areas whose values stand beside the wrong area.

Two sources that measure the same thing must rank the areas alike. Where a source agrees much
better with the reference's *neighbouring* row than with its own, the source has slipped by a row,
as Diak's postal-code file has from 73860 to 90570. The check knows pairs of variables
(``alignment_pairs.csv``) and, besides, compares what several files publish under one name.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import NOT_RECEIVED, OBSERVED
from skk_analysis.cleaning.derive import figures
from skk_analysis.cleaning.message import WARNING, Message
from skk_analysis.cleaning.plausibility import as_text
from skk_analysis.cleaning.reader import MUNICIPALITY, POSTAL_AREA

MISALIGNED = "misaligned"
UNRELATED = 1 / 3
"""Mean distance of two unrelated ranks on the scale 0–1."""
SHORTEST = 20
"""A block shorter than this cannot be told from chance."""
OWN_AT_MOST, NEIGHBOUR_AT_LEAST, MARGIN = 0.8, 0.85, 0.15
"""Rank correlations inside a block: with the own row, with the neighbour, and their difference."""
BLOCKS_AT_MOST = 5
YEARS_APART = 3
"""Other files about the same variable serve as reference if their year is at most so far."""
SERIES = ["resource", "unit_level", "indicator", "reference_year"]
REFERENCES = 6
"""So many of them, the nearest in time, are enough."""
WITNESSES = 2
"""So many other files must agree against a file before its rows are refused."""


@dataclass(frozen=True)
class Block:
    """Rows ``first`` to ``last`` (positions) hold the values of the row ``offset`` further on."""

    first: int
    last: int
    offset: int
    own: float
    neighbour: float


def find_blocks(subject: np.ndarray, reference: np.ndarray) -> list[Block]:
    """Shifted blocks in a source against a reference.

    Parameters
    ----------
    subject, reference : arrays of shape (areas, series)
        Values of both sources for the same areas in the order of the source's list; a series is
        one variable in one year; NaN where there is no value.

    Notes
    -----
    Each row gives evidence: the distance of its rank from its own reference minus that from the
    neighbour's. A value where the own reference is missing speaks for the neighbour, and the
    reverse. The block is the run of rows with the largest sum, so its borders are as exact as the
    data allow; it counts only if the rank correlations say so too.
    """
    blocks: list[Block] = []
    subject, reference = _ranks(subject), _ranks(reference)
    free = np.ones(len(subject), bool)
    while len(blocks) < BLOCKS_AT_MOST:
        found = [_best(subject, reference, offset, free) for offset in (1, -1)]
        candidates = [block for block in found if block]
        if not candidates:
            break
        best = max(candidates, key=lambda block: block.last - block.first)
        free[best.first : best.last + 1] = False
        blocks.append(best)
    return sorted(blocks, key=lambda block: block.first)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks of each column on the scale 0–1."""
    return pd.DataFrame(values).rank(pct=True).to_numpy()


def _shifted(values: np.ndarray, offset: int) -> np.ndarray:
    """Each row replaced by the one ``offset`` further on."""
    return pd.DataFrame(values).shift(-offset).to_numpy()


def _best(
    subject: np.ndarray, reference: np.ndarray, offset: int, free: np.ndarray
) -> Block | None:
    neighbour = _shifted(reference, offset)
    score = _evidence(subject, reference, neighbour)
    score[~free] = -1.0
    first, last = _heaviest_run(score)
    inside = slice(first, last + 1)
    own = _correlation(subject[inside], reference[inside])
    other = _correlation(subject[inside], neighbour[inside])
    long_enough = np.count_nonzero(score[inside]) >= SHORTEST
    if not long_enough or not other >= NEIGHBOUR_AT_LEAST:
        return None
    if own > OWN_AT_MOST or other - own < MARGIN:
        return None
    return Block(first, last, offset, own, other)


def _evidence(subject: np.ndarray, own: np.ndarray, neighbour: np.ndarray) -> np.ndarray:
    """For each row: how much better the neighbour fits than the own reference, over the series."""
    to_own = np.where(np.isnan(own), UNRELATED, np.abs(subject - own))
    to_neighbour = np.where(np.isnan(neighbour), UNRELATED, np.abs(subject - neighbour))
    score = to_own - to_neighbour
    comparable = ~np.isnan(subject) & ~(np.isnan(own) & np.isnan(neighbour))
    total = np.where(comparable, score, 0.0).sum(axis=1)
    return total / np.maximum(comparable.sum(axis=1), 1)


def _heaviest_run(score: np.ndarray) -> tuple[int, int]:
    """First and last position of the run with the largest sum; it begins and ends above zero."""
    total = np.concatenate([[0.0], np.cumsum(score)])
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    start = int(np.argmin(total[: end + 1]))
    inside = np.flatnonzero(score[start:end] > 0)
    return (start + int(inside[0]), start + int(inside[-1])) if len(inside) else (0, 0)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of the ranks over all series together; NaN with fewer than three pairs."""
    both = ~np.isnan(first) & ~np.isnan(second)
    x, y = first[both], second[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


# ---------------------------------------------------------------- on a workspace


def refuse_misaligned(
    observations: pd.DataFrame, files: dict[str, str]
) -> tuple[pd.DataFrame, list[Message]]:
    """Find shifted blocks in all sources; their rows become missing with reason ``misaligned``."""
    messages: list[Message] = []
    refused = np.zeros(len(observations), bool)
    for comparison in [*_pairs(observations), *_same_variable(observations)]:
        for block in comparison.blocks():
            codes = comparison.codes[block.first : block.last + 1]
            message, rows = _refuse(observations, comparison, block, list(codes), files)
            refused |= rows
            messages.append(message)
    if not refused.any():
        return observations, messages
    result = observations.astype({"status": "str", "reason": "str"})
    result.loc[refused, ["value", "count", "denominator"]] = np.nan
    result.loc[refused, "status"] = NOT_RECEIVED
    result.loc[refused, "reason"] = MISALIGNED
    return result.astype({"status": "category", "reason": "category"}), messages


@dataclass(frozen=True)
class _Comparison:
    """A resource against a reference, area by area, in the order of the resource's list."""

    resource: str
    unit_level: str
    codes: pd.Index
    subject: np.ndarray
    reference: np.ndarray
    against: str
    conclusive: bool

    def blocks(self) -> list[Block]:
        """Where the resource is shifted."""
        return find_blocks(self.subject, self.reference)


def _refuse(
    observations: pd.DataFrame,
    comparison: _Comparison,
    block: Block,
    codes: list[str],
    files: dict[str, str],
) -> tuple[Message, np.ndarray]:
    """The message about a block, and which rows it takes."""
    rows = (
        observations["resource"].eq(comparison.resource)
        & observations["unit_level"].eq(comparison.unit_level)
        & observations["unit_code"].isin(codes)
    ).to_numpy()
    direction = "next" if block.offset > 0 else "previous"
    if comparison.conclusive:
        mend = (
            f"All {rows.sum()} figures of these areas are refused. To mend the file, move the "
            f"block one row {'down' if block.offset > 0 else 'up'} at its publisher."
        )
    else:
        mend = "It cannot be told which of the two files is shifted: compare with the publisher's."
        rows = np.zeros(len(observations), bool)
    message = Message(
        WARNING,
        "alignment",
        comparison.resource,
        files.get(comparison.resource, ""),
        column="unit_code",
        value=f"{comparison.unit_level} {codes[0]}–{codes[-1]}: each value is that of the "
        f"{direction} area (rank correlation with {comparison.against}: own area "
        f"{block.own:.2f}, {direction} area {block.neighbour:.3f})",
        expected="values beside their own area",
        mend=mend,
    )
    return message, rows


def _matrix(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Areas by series; a repeated area would be an error here, not an average."""
    return rows.pivot(index="unit_code", columns=column, values="value").sort_index()


def _pairs(observations: pd.DataFrame) -> list[_Comparison]:
    """The pairs of variables that measure the same thing, one comparison a resource."""
    pairs = pd.read_csv(
        Path(__file__).parent / "alignment_pairs.csv", dtype=str, keep_default_na=False
    )
    subjects = as_text(observations[observations["indicator"].isin(set(pairs["subject"]))])
    if subjects.empty:
        return []
    pairs = pairs[pairs["subject"].isin(set(subjects["indicator"]))]
    pairs = pairs.assign(weight="", minimum_denominator="").set_index("subject", drop=False)
    known = figures(observations, pairs)
    comparisons = []
    for (resource, level), rows in subjects.groupby(["resource", "unit_level"]):
        wanted = pairs.loc[pairs["unit_level"] == level, "subject"]
        rows = rows[rows["indicator"].isin(set(wanted)) & rows["group"].eq("total")]
        reference = known[(known["unit_level"] == level) & known["status"].eq(OBSERVED)]
        series = rows["indicator"] + " " + rows["reference_year"].astype("str")
        subject = _matrix(rows.assign(series=series), "series")
        series = reference["indicator"] + " " + reference["reference_year"].astype("str")
        against = _matrix(reference[reference["group"] == "total"].assign(series=series), "series")
        common = subject.columns.intersection(against.columns)
        if len(common):
            comparisons.append(
                _Comparison(
                    str(resource),
                    str(level),
                    subject.index,
                    subject[common].to_numpy(),
                    against[common].reindex(subject.index).to_numpy(),
                    ", ".join(sorted({pairs.loc[c.split(" ")[0], "numerator"] for c in common})),
                    conclusive=True,
                )
            )
    return comparisons


def _same_variable(observations: pd.DataFrame) -> list[_Comparison]:
    """Files that publish the same variable, for the same year or years close by.

    The variable compared is the one with the most distinct values, because it ranks areas best.
    """
    rows = observations[
        observations["status"].eq(OBSERVED)
        & observations["unit_level"].isin([POSTAL_AREA, MUNICIPALITY])
        & observations["group"].eq("total")
    ]
    sizes = rows.groupby(SERIES, observed=True)["value"].nunique().rename("distinct").reset_index()
    sizes = sizes[sizes["distinct"] >= SHORTEST]
    sizes = as_text(
        sizes.merge(
            sizes.groupby(["unit_level", "indicator"], observed=True)["resource"]
            .nunique()
            .rename("files")
            .reset_index(),
            on=["unit_level", "indicator"],
            validate="many_to_one",
        )
    )
    chosen = sizes[sizes["files"] > 1].sort_values("distinct", kind="stable")
    chosen = chosen.drop_duplicates(["resource", "unit_level"], keep="last").sort_values("resource")
    used = as_text(rows[rows["indicator"].isin(set(chosen["indicator"]))])
    by_series = {key: part.set_index("unit_code")["value"] for key, part in used.groupby(SERIES)}
    comparisons = [
        _against_others(row, sizes, by_series) for row in chosen.to_dict(orient="records")
    ]
    return [comparison for comparison in comparisons if comparison is not None]


def _against_others(
    row: dict[Hashable, Any], sizes: pd.DataFrame, by_series: dict[Any, pd.Series]
) -> _Comparison | None:
    """One file's variable against the median rank that the other files give."""
    same = sizes[
        (sizes["unit_level"] == row["unit_level"])
        & (sizes["indicator"] == row["indicator"])
        & (sizes["resource"] != row["resource"])
        & ((sizes["reference_year"] - row["reference_year"]).abs() <= YEARS_APART)
    ]
    if same.empty:
        return None
    nearest = (same["reference_year"] - row["reference_year"]).abs().argsort(kind="stable")
    same = same.iloc[nearest[:REFERENCES]]
    subject = by_series[tuple(row[key] for key in SERIES)].sort_index()
    others = [by_series[key] for key in same[SERIES].itertuples(index=False, name=None)]
    ranks = pd.concat([other.rank(pct=True) for other in others], axis=1).median(axis=1)
    files = sorted(set(same["resource"]))
    return _Comparison(
        row["resource"],
        row["unit_level"],
        subject.index,
        subject.to_numpy()[:, None],
        ranks.reindex(subject.index).to_numpy()[:, None],
        f"{row['indicator']} in {', '.join(files[:3])}",
        conclusive=len(files) >= WITNESSES,
    )
