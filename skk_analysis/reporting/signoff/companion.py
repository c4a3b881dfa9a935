"""What a reviewer gets beside each report: the review page and the facts it is bound to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.signoff.facts import (
    CHECKS,
    FACTS,
    REVIEW_PAGE,
    Facts,
    failures,
    graded,
    rows,
    told_of,
)
from skk_analysis.reporting.stamp import unstamped
from skk_analysis.review.actions import GRADES, JUDGED, ROLES, TIES

if TYPE_CHECKING:
    from skk_analysis.reporting.companions import Made
    from skk_analysis.review.page import Spot

MESSAGES = ("name_missing", "decision_missing", "concern_words", "comment_words", "reason_missing",
            "conditions_missing", "saved", "draft_kept", "draft_not_kept", "loaded", "not_loaded",
            "other_report", "comment_added", "comment_removed", "no_checksum", "rows_missing",
            "waiver_missing", "answer_missing", "own_blocking", "concern_conditions")  # fmt: skip
"""What the page's script says, by the key in the catalogues."""

SPOTS = ("section", "figure", "number")


def review_companion(made: Made) -> Mapping[str, bytes]:
    """``review.html`` and ``review.json`` of a report."""
    order, report = made.order, made.order.report
    told = told_of(report, made.read, made.results, order.run_id, order.data_date)
    facts = Facts(
        report=report.path.as_posix(),
        report_hash=told.digest(),
        data_hash=order.data,
        code=order.versions.code,
        experiments=graded(report, made.results),
        anchors={spot.anchor: spot.shown for spot in told.spots},
    )
    spots = {
        kind: [s for s in told.spots if s.kind == kind] for kind in ("section", "figure", "number")
    }
    checks = made.beside.get(CHECKS)
    page = _page(report.language, order.invented, facts, spots, rows(checks), failures(checks))
    content = json.dumps(facts.content(), ensure_ascii=False, sort_keys=True) + "\n"
    return {REVIEW_PAGE: unstamped(page.encode()), FACTS: content.encode()}


def _page(
    language: str,
    invented: bool,
    facts: Facts,
    spots: Mapping[str, list[Spot]],
    checks: list[dict[str, Any]],
    failures: Mapping[str, str],
) -> str:
    from markupsafe import Markup

    from skk_analysis.language import text
    from skk_analysis.reporting.page.shell import TEMPLATES, page
    from skk_analysis.review.words import Words

    title = spots["section"][0].shown if spots["section"] else facts.report
    bound = {name: getattr(facts, name) for name in ("report", "report_hash", "data_hash", "code")}
    data = {
        "bound": bound,
        "texts": {key: text(f"review.say.{key}", language) for key in MESSAGES},
    }
    return page(
        "review.html.j2",
        language,
        invented,
        script=(TEMPLATES / "review.js").read_text("utf-8"),
        sheets=("review.css",),
        root="../../../",
        title=text("review.title", language, report=title),
        bound=bound,
        words=Words(language),
        data=Markup(json.dumps(data, ensure_ascii=True).replace("<", r"\u003c")),
        spots=spots,
        rows=[_row(row, failures) for row in checks],
        experiments=facts.experiments,
        grades=list(GRADES),
        roles=[role for role in ROLES if role != "officer"],
        ties=TIES,
    )


def _row(row: dict[str, Any], failures: Mapping[str, str]) -> dict[str, Any]:
    """A row with what the page shows of it besides."""
    judged, failure = row["id"] in JUDGED, failures.get(row["id"], "")
    return {**row, "evidence": _links(row), "judged": judged, "failure": failure}


def _links(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """Links to evidence on the report's page or beside it, and nowhere else."""
    found = []
    for item in row["evidence"]:
        address = str(item.get("href", ""))
        inside = address.startswith("#") or (":" not in address and not address.startswith("/"))
        if address and inside:
            full = f"index.html{address}" if address.startswith("#") else address
            found.append({"href": full, "label": str(item.get("label", "")) or address})
    return found
