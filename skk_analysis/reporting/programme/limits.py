"""Section 14: what the report can't say, and what is not known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from skk_analysis.language.experiments import refusal_text
from skk_analysis.reporting.programme.common import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport

ALWAYS = ("chosen", "few", "donors", "register", "counts", "writing")


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Limits one by one, then why results are lacking, then what is unknown."""
    told = [writer.sentence(f"programme.limit.{name}") for name in ALWAYS]
    if report.data.pandemic:
        told.append(writer.sentence("programme.limit.pandemic"))
    if report.data.decision:
        told.append(writer.sentence("programme.limit.first_year"))
    if any(source.invented for source in report.provenance.sources):
        told.append(writer.sentence("programme.limit.invented"))
    writer.listed(told)
    _refused(report, writer)
    _unknown(report, writer)


def _refused(report: ProgrammeReport, writer: Writer) -> None:
    reasons = Counter(d.reason for d in report.analysis.dossiers.values() if d.reason)
    if not reasons:
        return
    writer.subheading("section.programme.limits.refused")
    writer.listed(
        writer.sentence(
            "programme.limit.refused",
            reason=refusal_text(reason, report.language),
            count=count(f"programme.refused.{reason}", number),
        )
        for reason, number in reasons.items()
    )


def _unknown(report: ProgrammeReport, writer: Writer) -> None:
    if report.analysis.studies is None:
        return
    known = report.analysis.known
    names = [
        report.dimensions.get(key, key) for key in known.loc[known["state"] == "unknown", "finding"]
    ]
    if names:
        writer.subheading("section.programme.limits.unknown")
        writer.say("programme.limit.unknown", dimensions="; ".join(names))
