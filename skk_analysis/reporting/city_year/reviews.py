"""Peer reviews in section 10: scores by the jointly built criteria, comments, ties, agreement."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell, Limits
from skk_analysis.language import Missing, Quantity, joined
from skk_analysis.monitoring import (
    criteria_on,
    criteria_scores,
    review_agreement,
    review_comments,
    review_scores,
    review_ties,
    weighted_totals,
)
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer, rows: pd.DataFrame) -> None:
    """Scores and thresholds of the city's experiments, then how far reviewers may be trusted."""
    writer.subheading("section.experiments.reviews")
    reviews, criteria = (report.data.register.get(n) for n in ("peer_reviews", "criteria"))
    if reviews is not None:
        reviews = reviews[reviews["date"] <= f"{report.year}-12-31"].reset_index(drop=True)
    mine = None if reviews is None else reviews[reviews["experiment"].isin(rows["id"])]
    if reviews is None or mine is None or mine.empty:
        writer.say("reviews.none", year=str(report.year))
        return
    names = {str(row["id"]): localised(row, "name", report.language) for _, row in rows.iterrows()}
    if criteria is not None and len(criteria):
        _scores(report, writer, mine, criteria, names)
    _comments(report, writer, reviews, mine, names)
    _agreement(report, writer, reviews)


def _scores(report, writer, mine, criteria, names) -> None:
    in_force = criteria_on(criteria, f"{report.year}-12-31")
    table = criteria_scores(mine, in_force)
    spans = review_scores(mine).set_index(["experiment", "criterion"])
    cells: list[list[Cell]] = []
    for criterion, rule in in_force.iterrows():
        line: list[Cell] = [
            localised(rule, "wording", report.language),
            Quantity(f"criteria.{criterion}.weight", float(rule["share"]), "share", 0),
            _score(f"criteria.{criterion}.threshold", rule["threshold"]),
        ]
        for name in table.index:
            line.append(_score(f"reviews.{name}.{criterion}", table.loc[name, criterion]))
            line.append(_span(report, spans, name, criterion))
        cells.append(line)
    totals = weighted_totals(table, in_force)
    last: list[Cell] = [writer.text("reviews.total"), "–", "–"]
    for name in table.index:
        last += [_score(f"criteria.{name}.total", totals.loc[name, "total"]), "–"]
    cells.append(last)
    columns = [writer.text(f"monitoring.column.{k}") for k in ("criterion", "weight", "threshold")]
    for name in table.index:
        columns += [names[name], writer.text("monitoring.column.range_of", name=names[name])]
    writer.table("reviews", columns, cells, wide=True, year=str(report.year))
    writer.listed(
        writer.sentence(
            "reviews.thresholds",
            name=names[name],
            met=_count(f"criteria.{name}.met", row["met"]),
            of=_count(f"criteria.{name}.of", row["of"]),
        )
        for name, row in totals.iterrows()
    )
    changed = in_force[in_force["date"] > mine["date"].min()]
    if len(changed):
        wordings = [localised(row, "wording", report.language) for _, row in changed.iterrows()]
        writer.say("reviews.versions", wordings=" ".join(wordings))


def _score(name: str, value: float) -> Cell:
    if math.isnan(value):
        return Missing("not_received")
    return Quantity(name, float(value), "score", 1)


def _span(report, spans, name, criterion) -> str:
    if (name, criterion) not in spans.index:
        return "–"
    row = spans.loc[(name, criterion)]
    if not row["reviewers"]:
        return "–"
    ends = [f"{row[end]:g}" for end in ("lowest", "highest")]
    span = "–".join(dict.fromkeys(ends))
    return span if report.language == "en" else span.replace(".", ",")


def _count(name: str, value: float) -> Quantity:
    return Quantity(name, float(value), "count")


def _comments(report, writer, reviews, mine, names) -> None:
    comments = review_comments(mine)
    sentences = []
    for name, title in names.items():
        of = comments[comments["experiment"] == name]
        reviewers = mine.loc[mine["experiment"] == name, "reviewer_city_code"].nunique()
        if reviewers:
            sentences.append(
                writer.sentence(
                    "reviews.comments",
                    name=title,
                    reviewers=_count(f"reviews.{name}.reviewers", reviewers),
                    comments=_count(f"reviews.{name}.comments", len(of)),
                    answered=_count(f"reviews.{name}.answered", int(of["answered"].sum())),
                )
            )
    cities = {city.code: city.name(report.language) for city in report.cities}
    ties = review_ties(reviews, report.data.register.get("roles"))
    for kind in ("own_city", "declared", "mutual"):
        of = ties[(ties["kind"] == kind) & ties["experiment"].isin(names)]
        for name, group in of.groupby("experiment", sort=False):
            tied = list(dict.fromkeys(cities.get(code, code) for code in group["reviewer"]))
            listed = joined(tied, report.language)
            sentences.append(
                writer.sentence(f"reviews.tie.{kind}", name=names[name], reviewers=listed)
            )
    writer.listed(sentences)


def _agreement(report: CityYear, writer: Writer, reviews: pd.DataFrame) -> None:
    found = review_agreement(reviews)
    if found.empty:
        writer.say("reviews.one_reviewer")
        return
    rows: list[tuple[Cell, ...]] = []
    caveats: list[str] = []
    for _, row in found.iterrows():
        caveats += [name for name in row["caveats"].split(";") if name]
        key = str(row["coefficient"]).replace(",", "_")
        name = f"reviews.agreement.{key}"
        label = writer.text(f"agreement.{key}")
        units = _count(f"{name}.units", row["units"])
        if math.isnan(row["value"]):
            none = Missing("not_applicable")
            rows.append((label, none, writer.text(f"agreement.reason.{row['reason']}"), units))
            continue
        ends = {} if math.isnan(row["lower"]) else {"lower": row["lower"], "upper": row["upper"]}
        value = Quantity(name, float(row["value"]), "score", 2, **ends)
        rows.append((label, value, Limits(value), units))
    keys = ("coefficient", "value", "interval", "units")
    columns = [writer.text(f"monitoring.column.{key}") for key in keys]
    writer.table("agreement", columns, rows, year=str(report.year))
    said = [writer.sentence("agreement.reading")]
    said += [writer.sentence(f"agreement.caveat.{name}") for name in dict.fromkeys(caveats)]
    writer.listed(said)
