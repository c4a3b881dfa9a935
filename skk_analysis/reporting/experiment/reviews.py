"""Section 7: what the other cities' teams thought, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.language import Quantity, forms
from skk_analysis.monitoring.typed import numbers
from skk_analysis.reporting.experiment.amounts import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """Scores by criterion with their range, and comments with answers."""
    reviews = report.rows("peer_reviews")
    if reviews.empty:
        writer.say("experiment.no_reviews")
        return
    scores = reviews.assign(number=numbers(reviews, "peer_reviews", "score"))
    reviewers = reviews["reviewer_city_code"].nunique()
    writer.say("experiment.reviews.count", reviewers=count("reviews.reviewers", reviewers))
    rows: list[tuple[Cell, ...]] = []
    for criterion, mine in scores.groupby("criterion", sort=False):
        known = mine["number"].dropna()
        if known.empty:
            continue
        low, high = (forms.number(value, report.language) for value in (known.min(), known.max()))
        rows.append(
            (
                _criterion(report, str(criterion)),
                Quantity(
                    f"reviews.{criterion}.mean", float(known.mean()), "score", 1, n=len(known)
                ),
                low if low == high else f"{low}–{high}",
            )
        )
    columns = [writer.text(f"experiment.reviews.{key}") for key in ("criterion", "mean", "range")]
    writer.table("experiment_scores", columns, rows)
    _comments(report, writer, reviews)


def _criterion(report: Experiment, criterion: str) -> str:
    rows = report.rows("criteria")
    mine = rows[rows["id"] == criterion] if "id" in rows else rows
    return (report.local(mine.iloc[-1], "wording") if len(mine) else "") or criterion


def _comments(report: Experiment, writer: Writer, reviews: pd.DataFrame) -> None:
    rows: list[tuple[Cell, ...]] = []
    unanswered = 0
    for _, row in reviews.iterrows():
        comment, answer = (report.local(row, key) for key in ("comment", "answer"))
        if not comment:
            continue
        unanswered += not answer
        who = report.named("cities", "code", row["reviewer_city_code"])
        rows.append((who, comment, answer or writer.text("experiment.reviews.unanswered")))
    if not rows:
        return
    columns = [
        writer.text(f"experiment.reviews.{key}") for key in ("reviewer", "comment", "answer")
    ]
    writer.table("experiment_comments", columns, rows)
    writer.say(
        "experiment.reviews.answered",
        answered=count("reviews.answered", len(rows) - unanswered),
        comments=count("reviews.comments", len(rows)),
    )
