"""Peer reviews of the experiments: scores, comments and their answers, ties, agreement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.monitoring.intraclass import intraclass_correlation
from skk_analysis.monitoring.krippendorff import krippendorff_alpha
from skk_analysis.monitoring.weighted_kappa import pairwise_kappa

__all__ = [
    "review_agreement",
    "review_comments",
    "review_scores",
    "review_ties",
    "score_table",
]

TEXT_LANGUAGES = ("fi", "sv", "en")
REVIEWER = ("reviewer_city_code", "reviewer_body")
"""Columns that name a reviewer: a city's team, or another body."""


def review_scores(reviews: pd.DataFrame) -> pd.DataFrame:
    """Scores by experiment and criterion.

    Parameters
    ----------
    reviews : the register's table `peer_reviews`, as text

    Returns
    -------
    DataFrame
        experiment, criterion, reviewers, mean, lowest, highest, range; a criterion that nobody
        scored has ``reviewers`` 0 and NaN.

    Raises
    ------
    ValueError
        If a score is not a number; the message names the row of the register.
    """
    numbers = reviews.assign(score=_scores(reviews))
    by = numbers.groupby(["experiment", "criterion"], sort=False)["score"]
    found = by.agg(reviewers="count", mean="mean", lowest="min", highest="max").reset_index()
    return found.assign(range=found["highest"] - found["lowest"])


def review_comments(reviews: pd.DataFrame) -> pd.DataFrame:
    """Every comment and whether the team answered it.

    Returns
    -------
    DataFrame
        experiment, reviewer, date, comment_<language> and answer_<language> as written, answered.
        A row without a comment is no row here.
    """
    kept = reviews[_written(reviews, "comment")]
    texts = [c for c in kept.columns if c.startswith(("comment_", "answer_"))]
    found = kept[["experiment", "date", *texts]].copy()
    found.insert(1, "reviewer", _reviewer(kept))
    return found.assign(answered=_written(kept, "answer").to_numpy()).reset_index(drop=True)


def review_ties(reviews: pd.DataFrame, roles: pd.DataFrame | None = None) -> pd.DataFrame:
    """Reviewers who are not outsiders to what they reviewed.

    Parameters
    ----------
    reviews : the table `peer_reviews`; a column ``reviewer_body`` may name a body
    roles : the table `roles`, whose ``tie_*`` fields declare a double role

    Returns
    -------
    DataFrame
        experiment, reviewer, kind, other: kind ``own_city`` (a city reviews itself), ``declared``
        (a body whose tie the roles declare: it advised what it reviews; ``other`` is the body), or
        ``mutual`` (two cities review each other's experiments; ``other`` is the experiment that
        was reviewed in turn).
    """
    cities = reviews[["experiment", "city_code", "reviewer_city_code"]].drop_duplicates()
    rows: list[tuple[str, str, str, str]] = []
    tied = _tied_bodies(roles)
    if "reviewer_body" in reviews.columns:
        bodies = reviews[["experiment", "reviewer_body"]].drop_duplicates()
        for experiment, body in bodies.itertuples(index=False):
            if body in tied:
                rows.append((experiment, body, "declared", body))
    reviewed: dict[tuple[str, str], list[str]] = {}
    for experiment, city, reviewer in cities.itertuples(index=False):
        reviewed.setdefault((reviewer, city), []).append(experiment)
    for experiment, city, reviewer in cities.itertuples(index=False):
        if reviewer and reviewer == city:
            rows.append((experiment, reviewer, "own_city", city))
            continue
        back = reviewed.get((city, reviewer), [])
        rows += [(experiment, reviewer, "mutual", other) for other in back]
    return pd.DataFrame(rows, columns=["experiment", "reviewer", "kind", "other"])


def score_table(reviews: pd.DataFrame) -> pd.DataFrame:
    """Scores as a table of units (experiment × criterion) × reviewers, NaN = not scored.

    Raises
    ------
    ValueError
        If a reviewer scored the same criterion of an experiment twice.
    """
    long = pd.DataFrame(
        {
            "experiment": reviews["experiment"],
            "criterion": reviews["criterion"],
            "reviewer": _reviewer(reviews),
            "score": _scores(reviews),
        }
    ).dropna(subset="score")
    twice = long[long.duplicated(["experiment", "criterion", "reviewer"])]
    if len(twice):
        row = twice.iloc[0]
        raise ValueError(
            f"peer_reviews: {row['reviewer']} scored {row['criterion']} of {row['experiment']} "
            "twice; keep the last score, or give the rounds to the table one by one"
        )
    return long.pivot(index=["experiment", "criterion"], columns="reviewer", values="score")


def review_agreement(reviews: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """How far the reviewers agree: α, the intraclass correlation and weighted κ beside it.

    The criteria of one experiment are scored by the same reviewers in one sitting, so α's interval
    resamples whole experiments.  Each experiment has reviewers of its own, so of the intraclass
    correlations only ICC(1) holds; it needs as many scores of every unit, so it is of the units
    with the most common number.  κ is of two raters: the mean over the pairs who share units
    (Light's κ), without an interval.

    Returns
    -------
    DataFrame
        coefficient (``alpha.ordinal``, ``icc.1``, ``kappa.quadratic.mean``), value, lower, upper,
        units, units_left_out, raters, reason, caveats (names joined by ``;``).
    """
    table = score_table(reviews)
    if table.empty or table.shape[1] < 2:
        return pd.DataFrame(columns=_COLUMNS)
    experiments = table.index.get_level_values("experiment").to_numpy()
    alpha = krippendorff_alpha(table, "ordinal", level=level, clusters=experiments)
    rows = [_row(alpha, len(table) - alpha.units)]
    counts = table.notna().sum(axis=1)
    several = counts[counts > 1]
    if len(several):
        usual = int(several.mode().iloc[-1])
        same = table[counts == usual]
        if len(same) > 1:
            scores = np.array([row[~np.isnan(row)] for row in same.to_numpy(dtype=float)])
            icc = intraclass_correlation(scores, "1", level=level)
            rows.append(_row(icc, len(table) - icc.units) | {"raters": table.shape[1]})
        rows.append(_light(table))
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    "coefficient", "value", "lower", "upper", "units", "units_left_out", "raters", "reason",
    "caveats",
]  # fmt: skip


def _row(found, left_out: int) -> dict[str, Any]:
    return {
        "coefficient": found.coefficient, "value": found.value, "lower": found.lower,
        "upper": found.upper, "units": found.units, "units_left_out": left_out,
        "raters": found.raters, "reason": found.reason, "caveats": ";".join(found.caveats),
    }  # fmt: skip


def _light(table: pd.DataFrame) -> dict[str, Any]:
    pairs = pairwise_kappa(table)
    defined = pairs.dropna(subset="value")
    shared = int((table.notna().sum(axis=1) > 1).sum())
    return {
        "coefficient": "kappa.quadratic.mean",
        "value": float(defined["value"].mean()) if len(defined) else np.nan,
        "lower": np.nan, "upper": np.nan, "units": shared, "units_left_out": len(table) - shared,
        "raters": table.shape[1], "reason": "" if len(defined) else "no_variation",
        "caveats": "few_raters",
    }  # fmt: skip


def _scores(reviews: pd.DataFrame) -> pd.Series:
    """Scores as numbers; an empty cell is NaN, a decimal comma is read."""
    text = reviews["score"].astype(str).str.strip().str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(text.where(text != "", None), errors="coerce")
    wrong = numbers.isna() & (text != "") & (text != "nan")
    if wrong.any():
        row = reviews[wrong].iloc[0]
        raise ValueError(
            f"peer_reviews: the score of {row['experiment']}, {row['criterion']} is "
            f"{row['score']!r}, not a number; leave it empty if there is none"
        )
    return numbers.astype(float)


def _written(rows: pd.DataFrame, field: str) -> pd.Series:
    """Whether a field is written in any language."""
    columns = [f"{field}_{lang}" for lang in TEXT_LANGUAGES if f"{field}_{lang}" in rows.columns]
    return rows[columns].apply(lambda column: column.str.strip() != "").any(axis=1)


def _reviewer(reviews: pd.DataFrame) -> pd.Series:
    """A city's code, else the body."""
    found = pd.Series("", index=reviews.index)
    for column in REVIEWER:
        if column in reviews.columns:
            found = found.where(found != "", reviews[column])
    return found


def _tied_bodies(roles: pd.DataFrame | None) -> set[str]:
    if roles is None or roles.empty:
        return set()
    return set(roles.loc[_written(roles, "tie"), "body"])
