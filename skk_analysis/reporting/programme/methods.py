"""Section 15: how results, grades and syntheses were made, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport

RULES = (
    "effects", "grade", "verdict", "pooling", "interval", "further", "dependence", "literature",
    "known", "gaps", "scaling", "claims", "ranks",
)  # fmt: skip
"""Rules that hold throughout the report."""


def write(report: ProgrammeReport, writer: Writer) -> None:  # noqa: ARG001 - as every section
    """One or two sentences a rule."""
    writer.say("programme.methods.introduction")
    writer.listed([writer.sentence(f"programme.method.{name}") for name in RULES])
