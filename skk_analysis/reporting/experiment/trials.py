"""Section 6: tests with the target audience and in practice, and what they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity, date
from skk_analysis.monitoring.model_tests import summarise_tests
from skk_analysis.reporting.experiment.amounts import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """Every test with its finding; groups of under ten only in words."""
    tests = report.rows("tests")
    if tests.empty:
        writer.say("experiment.no_tests")
        return
    _summary(report, writer, tests)
    rows: list[tuple[Cell, ...]] = []
    for place, (_, row) in enumerate(tests.iterrows(), 1):
        change = report.local(row, "change")
        rows.append(
            (
                f"{date(row['date'], report.language)}, {report.word('test', row['kind'])}",
                report.local(row, "group"),
                _persons(report, writer, f"tests.{place}.n", row["n"]),
                report.local(row, "method"),
                report.local(row, "finding"),
                change or writer.text(f"experiment.tests.change_{row['change_made'] or 'unknown'}"),
            )
        )
    columns = [
        writer.text(f"experiment.tests.{key}")
        for key in ("kind", "group", "n", "method", "finding", "change")
    ]
    writer.table("experiment_tests", columns, rows, wide=True)


def _persons(report: Experiment, writer: Writer, name: str, told: str) -> Cell:
    n = pd.to_numeric(told or None, errors="coerce")
    if n is None or pd.isna(n):
        return Missing("not_received")
    if n < report.data.policy.minimum_group:
        return writer.text("experiment.tests.few")
    return count(name, float(n), "persons")


def _summary(report: Experiment, writer: Writer, tests: pd.DataFrame) -> None:
    table = summarise_tests(tests)
    total = table.iloc[-1]
    shown = {
        "tests": count("tests.all", total["tests"]),
        "changed": count("tests.changed", total["changed"]),
    }
    if total["share"] == total["share"]:
        share = Quantity("tests.changed_share", float(total["share"]), "share", 0)
        writer.say("experiment.tests.summary", share=share, **shown)
    else:
        writer.say("experiment.tests.unrecorded", tests=shown["tests"])
    lacking = table[(table["kind"] != "all") & (table["tests"] == 0)]
    if len(lacking):
        kinds = "; ".join(report.word("test", kind) for kind in lacking["kind"])
        writer.say("experiment.tests.lacking", kinds=kinds)
