"""Section 7: what the other cities' teams thought, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.language import Quantity, forms
from skk_analysis.monitoring.peer_reviews import review_comments, review_scores, review_ties
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
    reviewers = reviews["reviewer_city_code"].nunique()
    writer.say("experiment.reviews.count", reviewers=count("reviews.reviewers", reviewers))
    rows: list[tuple[Cell, ...]] = []
    for _, scored in review_scores(reviews).iterrows():
        if not scored["reviewers"]:
            continue
        low, high = (forms.number(scored[k], report.language) for k in ("lowest", "highest"))
        mean = Quantity(
            f"reviews.{scored['criterion']}.mean", float(scored["mean"]), "score", 1,
            n=int(scored["reviewers"]), n_of="units",
        )  # fmt: skip
        shown = low if low == high else f"{low}–{high}"
        rows.append((_criterion(report, str(scored["criterion"])), mean, shown))
    columns = [writer.text(f"experiment.reviews.{key}") for key in ("criterion", "mean", "range")]
    writer.table("experiment_scores", columns, rows)
    _comments(report, writer, reviews)
    _ties(report, writer)


def _criterion(report: Experiment, criterion: str) -> str:
    rows = report.rows("criteria")
    mine = rows[rows["id"] == criterion] if "id" in rows else rows
    return (report.local(mine.iloc[-1], "wording") if len(mine) else "") or criterion


def _comments(report: Experiment, writer: Writer, reviews: pd.DataFrame) -> None:
    comments = review_comments(reviews)
    rows: list[tuple[Cell, ...]] = [
        (
            report.named("cities", "code", row["reviewer"]),
            report.local(row, "comment"),
            report.local(row, "answer") or writer.text("experiment.reviews.unanswered"),
        )
        for _, row in comments.iterrows()
    ]
    if not rows:
        return
    columns = [
        writer.text(f"experiment.reviews.{key}") for key in ("reviewer", "comment", "answer")
    ]
    writer.table("experiment_comments", columns, rows)
    writer.say(
        "experiment.reviews.answered",
        answered=count("reviews.answered", comments["answered"].sum()),
        comments=count("reviews.comments", len(rows)),
    )


def _ties(report: Experiment, writer: Writer) -> None:
    """Reviewers who are no outsiders: their city was reviewed by this one, or it is their own."""
    everybody = report.rows("reviewers")
    if everybody.empty:
        return
    ties = review_ties(everybody)
    mine = ties[ties["experiment"] == report.data.experiment]
    names = dict.fromkeys(report.named("cities", "code", who) for who in mine["reviewer"])
    if names:
        writer.say("experiment.reviews.ties", names="; ".join(names))
