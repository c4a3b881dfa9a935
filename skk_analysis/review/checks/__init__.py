"""Machine checks of a finished report: eighteen rows of the reviewer's page (programme.md §10.5).

Each check is a pure function of `Evidence`; the table says in which order a reviewer reads them.
`checked` gives what ``checks.json`` holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skk_analysis.language import forms
from skk_analysis.language.catalogue import keys, text
from skk_analysis.review.checks import data, judging, making, numbers, pictures, reading
from skk_analysis.review.checks.evidence import Drawing, Evidence, Fault, Finding, Made
from skk_analysis.review.checks.limitations import limitations
from skk_analysis.review.checks.robustness import robustness
from skk_analysis.review.page import FRONT

__all__ = ["CHECKS", "FORMAT", "Drawing", "Evidence", "Fault", "Finding", "Made", "checked",
           "findings"]  # fmt: skip

FORMAT = 1
MOST_DETAILS = 20
"""So many faults are told one by one; the others are counted."""

Check = Callable[[Evidence], Finding]

CHECKS: dict[str, Check] = {
    "sources": data.sources,
    "definitions": data.definitions,
    "dates": data.dates,
    "agreed": data.agreed,
    "missing": data.missing,
    "small_numbers": data.small_numbers,
    "disclosure": making.disclosure,
    "assumptions": judging.assumptions,
    "pandemic": judging.pandemic,
    "robustness": robustness,
    "multiplicity": judging.multiplicity,
    "grade": judging.grade,
    "text_numbers": numbers.text_numbers,
    "figures": pictures.figures,
    "reproducible": making.reproducible,
    "language_accessibility": reading.language_accessibility,
    "limitations": limitations,
}
"""In the order of the reviewer's page; the last row, approval, follows from them."""

APPROVAL = "approval"


def findings(evidence: Evidence) -> dict[str, Finding]:
    """What each check found, the last row too."""
    found = {name: check(evidence) for name, check in CHECKS.items()}
    failed = [name for name, finding in found.items() if finding.faults]
    names = (
        Fault.of("check_failed", name=text(f"review.check.{n}.name", evidence.language))
        for n in failed
    )
    return {**found, APPROVAL: Finding([*names], len(found), [FRONT])}


def checked(evidence: Evidence) -> dict[str, Any]:
    """The content of ``checks.json``, in the report's language."""
    rows = [_row(name, finding, evidence) for name, finding in findings(evidence).items()]
    return {"format": FORMAT, "checks": rows}


def _row(name: str, finding: Finding, evidence: Evidence) -> dict[str, Any]:
    language = evidence.language
    counts = {"count": forms.number(finding.examined, language)}
    status = finding.status
    if status == "pass":
        told = text(f"review.check.{name}.pass", language, **counts)
    else:
        title = text(f"review.check.{name}.name", language)
        number = forms.number(len(finding.faults), language)
        told = (
            text("review.check.failed", language, name=title, faults=number, **counts)
            if status == "fail"
            else _not_applicable(name, title, language)
        )
    details = [_words(fault, language) for fault in finding.faults[:MOST_DETAILS]]
    if len(finding.faults) > MOST_DETAILS:
        more = forms.number(len(finding.faults) - MOST_DETAILS, language)
        details.append(text("review.check.more", language, count=more))
    details += [_words(note, language) for note in finding.notes]
    wanted = dict.fromkeys([*finding.anchors, *(f.anchor for f in finding.faults if f.anchor)])
    anchors = [anchor for anchor in wanted if _exists(anchor, evidence)] or [FRONT]
    return {
        "id": name,
        "status": status,
        "told": told,
        "evidence": [{"href": f"#{a}", "label": _label(a, evidence)} for a in anchors],
        "details": details,
    }


def _not_applicable(check: str, title: str, language: str) -> str:
    """Why a check has nothing to look at."""
    own = f"review.check.{check}.not_applicable"
    if own in keys(language):
        return text(own, language)
    return text("review.check.not_applicable", language, name=title)


def _words(fault: Fault, language: str) -> str:
    return text(f"review.fault.{fault.name}", language, **fault.words)


def _exists(anchor: str, evidence: Evidence) -> bool:
    page = evidence.page
    return anchor == FRONT or anchor in page.headings or anchor in page.figures


def _label(anchor: str, evidence: Evidence) -> str:
    page = evidence.page
    whole = text("review.check.whole_page", evidence.language)
    return page.headings.get(anchor) or page.figures.get(anchor) or whole
