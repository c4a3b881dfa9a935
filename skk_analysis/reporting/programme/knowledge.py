"""Section 4: what research knows, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell, Limits, evidence_gap_map, pooled_forest
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.synthesis import known_rule, known_state, pooled_text, reason_text
from skk_analysis.reporting.programme.common import count, figure, heads, need, plain, told_reasons
from skk_analysis.reporting.register import localised, localised_cells
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport

DESIGNS = tuple(m.DESIGN_GRADES)


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Studies, pooled results by dimension, gap map, known and unknown, examples, models."""
    literature = need(report, writer, "literature")
    if literature is not None:
        _studies(report, writer, literature)
        _questions(report, writer, literature)
        _pooled(report, writer)
        _gaps(report, writer, literature)
        _known(report, writer)
    _cases(report, writer)
    _models(report, writer)


def _studies(report: ProgrammeReport, writer: Writer, literature) -> None:
    body = []
    for _, row in literature.iterrows():
        effect, interval = _effect(row)
        design = row["design"]
        body.append(
            (
                localised(row, "study", report.language),
                row["year"],
                report.dimensions.get(row["theme"], row["theme"]),
                writer.text(f"programme.design.{design}") if design in DESIGNS else design,
                effect,
                interval,
                writer.text(f"programme.quality.{row['quality']}"),
            )
        )
    columns = heads(writer, "study", "published", "dimension", "design", "effect_size")
    columns += heads(writer, "interval", "quality")
    writer.table("programme.studies", columns, body, wide=True)


def _effect(row: pd.Series) -> tuple[Cell, Cell]:
    """A study's result with its interval, as cells."""
    if not (row["effect"] and row["se"]):
        return Missing("not_received"), Missing("not_received")
    value, half = float(row["effect"]), 1.96 * float(row["se"])
    found = Quantity(
        f"programme.study.{row['id']}",
        value,
        "score",
        2,
        lower=value - half,
        upper=value + half,
        kind="difference",
    )
    return found, Limits(found)


def _questions(report: ProgrammeReport, writer: Writer, literature: pd.DataFrame) -> None:
    """How research has asked: perspectives, theories, questions."""
    fields = ("study", "perspective", "theory", "question")
    if not all(f"{field}_fi" in literature or field in literature for field in fields[1:]):
        return
    body = [
        tuple(localised_cells(row, fields, report.language)) for _, row in literature.iterrows()
    ]
    columns = heads(writer, "study", "perspective", "theory", "asked")
    writer.table("programme.questions", columns, body, wide=True)


def _pooled(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.knowledge.pooled")
    writer.say("programme.knowledge.rule")
    labels = _labels(report)
    for outcome, synthesis in report.analysis.literature.items():
        name = report.dimensions.get(outcome, outcome)
        if synthesis.pooled is None:
            reasons = " ".join(reason_text(reason, report.language) for reason in synthesis.reasons)
            writer.say("programme.knowledge.refused", name=name, reasons=reasons)
            told_reasons(writer, synthesis, f"programme.literature.{outcome}")
            continue
        renamed = _renamed(synthesis.pooled, labels)
        words = pooled_text(renamed, report.language, name=name, better="higher", brief=True)
        plain(writer, words)
        figure(
            writer,
            "programme.literature",
            pooled_forest,
            renamed,
            subject=outcome,
            values={"name": name},
            better="higher",
            record=f"programme.literature.{outcome}",
        )


def _labels(report: ProgrammeReport) -> dict[str, str]:
    table = report.table("literature")
    assert table is not None
    return {
        row["id"]: f"{localised(row, 'study', report.language)} ({row['year']})"
        for _, row in table.iterrows()
    }


def _renamed(pooled, labels: dict[str, str]):
    names = tuple(labels.get(name, name) for name in pooled.studies.names)
    return replace(pooled, studies=pooled.studies._replace(names=names))


def _gaps(report: ProgrammeReport, writer: Writer, literature) -> None:
    writer.subheading("section.programme.knowledge.gaps")
    gaps = report.analysis.gaps
    if gaps is None:
        return
    types = {}
    for _, row in literature.iterrows():
        kind = row.get("type") or row["design"]
        label = localised(row, "type", report.language)
        if "type" not in row or not row["type"]:
            label = writer.text(f"programme.design.{kind}") if kind in DESIGNS else kind
        types[kind] = label
    figure(
        writer,
        "programme.gaps",
        evidence_gap_map,
        gaps,
        dimensions=report.dimensions,
        types=types,
        record="programme.gaps",
    )
    writer.say("programme.gaps.reading")


def _known(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.knowledge.known")
    known = report.analysis.known
    body = [
        (
            report.dimensions.get(row["finding"], row["finding"]),
            known_state(row["state"], report.language),
            known_rule(row["rule"], report.language),
            count(f"programme.known.{row['finding']}", row["studies"]),
        )
        for row in known.to_dict("records")
    ]
    columns = heads(writer, "dimension", "state", "rule", "studies")
    writer.table("programme.known", columns, body, wide=True)


def _cases(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.knowledge.cases")
    cases = need(report, writer, "cases")
    if cases is None:
        return
    fields = ("name", "country", "summary", "transferability")
    body = [tuple(localised_cells(row, fields, report.language)) for _, row in cases.iterrows()]
    columns = heads(writer, "example", "country", "content", "transfer")
    writer.table("programme.cases", columns, body, wide=True)


def _models(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.knowledge.models")
    models = need(report, writer, "models")
    if models is None:
        return
    writer.listed(
        writer.sentence(
            "programme.model",
            name=localised(row, "name", report.language),
            summary=localised(row, "summary", report.language),
            experiment=report.experiments.get(row["experiment"], row["experiment"]),
        )
        for _, row in models.iterrows()
    )
