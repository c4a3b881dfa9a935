"""Section 10: how the experiments meet the criteria that were built together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity, date
from skk_analysis.reporting.programme.common import count, heads, need, share
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """The criteria in force, scores, and how ranks depend on the weights."""
    if need(report, writer, "criteria") is None or need(report, writer, "peer_reviews") is None:
        return
    found = report.analysis.criteria
    if found is None:
        writer.say("programme.criteria.none")
        return
    force, scores, ranks = found
    _criteria(report, writer, force)
    _scores(report, writer, force, scores)
    _ranks(report, writer, force, scores, ranks)


def _criteria(report: ProgrammeReport, writer: Writer, force: pd.DataFrame) -> None:
    body: list[tuple[Cell, ...]] = [
        (
            localised(row, "wording", report.language),
            share(f"programme.criterion.{name}.share", float(row["share"])),
            Quantity(f"programme.criterion.{name}.threshold", float(row["threshold"]), "score", 0),
            localised(row, "owner_group", report.language),
            row["version"],
            date(row["date"], report.language),
        )
        for name, row in force.iterrows()
    ]
    columns = heads(writer, "criterion", "weight", "threshold", "owner_group", "version", "date")
    writer.table("programme.criteria", columns, body, wide=True)


def _scores(
    report: ProgrammeReport, writer: Writer, force: pd.DataFrame, scores: pd.DataFrame
) -> None:
    numbered = {name: str(place) for place, name in enumerate(force.index, start=1)}
    body = []
    for name, row in scores.iterrows():
        cells: list[Cell] = [report.experiments.get(str(name), str(name))]
        for criterion in force.index:
            value = row[criterion]
            record = f"programme.score.{name}.{criterion}"
            known = pd.notna(value)
            cells.append(Quantity(record, value, "score", 1) if known else Missing("not_asked"))
        body.append(tuple(cells))
    columns = heads(writer, "experiment")
    columns += [writer.text("programme.criterion", number=numbered[name]) for name in force.index]
    writer.table("programme.scores", columns, body, wide=True)


def _ranks(
    report: ProgrammeReport,
    writer: Writer,
    force: pd.DataFrame,
    scores: pd.DataFrame,
    ranks: pd.DataFrame,
) -> None:
    writer.subheading("section.programme.criteria.ranks")
    if ranks.empty:
        writer.say("programme.ranks.none")
        return
    totals = m.weighted_totals(scores[[*force.index]], force)
    body = []
    for name, row in ranks.sort_values("rank", kind="stable").iterrows():
        total = float(totals.loc[name, "total"])
        body.append(
            (
                report.experiments.get(str(name), str(name)),
                Quantity(f"programme.rank.{name}.total", total, "score", 2),
                count(f"programme.rank.{name}", int(row["rank"])),
                count(f"programme.rank.{name}.best", int(row["best"])),
                count(f"programme.rank.{name}.worst", int(row["worst"])),
            )
        )
    columns = heads(writer, "experiment", "total", "rank", "best", "worst")
    writer.table("programme.ranks", columns, body)
    pairs = len(m.robust_pairs(ranks))
    possible = len(ranks) * (len(ranks) - 1) // 2
    writer.say(
        "programme.ranks.reading",
        robust=count("programme.ranks.robust", pairs),
        pairs=count("programme.ranks.pairs", possible),
    )
