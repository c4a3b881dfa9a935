"""The audit pages of the site: what was hidden and why, in three languages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skk_analysis import protected
from skk_analysis.language import LANGUAGES, forms, text
from skk_analysis.reporting.addresses import INDEX
from skk_analysis.reporting.disclosure.mask import RECORD as PROTECTED
from skk_analysis.reporting.disclosure.mask import conflicts, mask_hash, published_file
from skk_analysis.reporting.disclosure.record import FILE, FORMAT
from skk_analysis.reporting.fingerprint import code_hash, digest
from skk_analysis.reporting.report import PAGE
from skk_analysis.reporting.report import RECORD as RECORD_FILE
from skk_analysis.workspace import SkkError, Workspace, sha256, write_json

if TYPE_CHECKING:
    from skk_analysis.programme import Programme
    from skk_analysis.reporting.report import Report
    from skk_analysis.reporting.runner import Order
    from skk_analysis.review.disclosure.across import Finding

FOLDER, MEMORY = "audit", "audit_pages.json"
EXCEPTIONS, RECORD = "disclosure_exceptions", "processing_record"
TABLES = ("disclosure_policy", EXCEPTIONS, RECORD)
LIMITS = ("minimum_count", "minimum_denominator", "minimum_persons", "minimum_index_persons")


def audit_name(language: str) -> str:
    """Where the audit page of a language lies on the site."""
    return f"{FOLDER}/{language}.html"


def audit_pages(orders: Sequence[Order]) -> dict[str, bytes]:
    """The page in each language, from the records beside the reports.

    They are kept in ``data/processed/audit_pages.json`` under the hash of what they were made of,
    so that a run that has nothing to do reads no table.
    """
    if not orders:
        return {}
    workspace = orders[0].report.workspace
    memory, basis = workspace.processed / MEMORY, _basis(orders)
    try:
        known = json.loads(memory.read_text("utf-8"))
        if known["basis"] == basis:
            return {name: page.encode() for name, page in known["pages"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    try:
        made = _pages(orders)
    except SkkError:  # of the register: told where it is checked
        return {}
    if workspace.processed.is_dir():
        pages = {name: page.decode() for name, page in made.items()}
        write_json(memory, {"basis": basis, "pages": pages})
    return made


def _basis(orders: Sequence[Order]) -> str:
    workspace = orders[0].report.workspace
    tables = [workspace.programme / f"{name}.csv" for name in TABLES]
    files = [*tables, published_file(workspace), workspace.processed / PROTECTED]
    return digest(
        [(order.report.path.as_posix(), _outputs(order.report)) for order in orders],
        [sha256(file) if file.is_file() else "" for file in files],
        mask_hash(workspace),
        code_hash(),
    )


def _outputs(report: Report) -> dict[str, str]:
    """Hashes of the report's files, as its record tells them."""
    try:
        return dict(json.loads((report.folder / RECORD_FILE).read_text("utf-8"))["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _pages(orders: Sequence[Order]) -> dict[str, bytes]:
    from skk_analysis.programme import Programme
    from skk_analysis.reporting.disclosure.batch import batch_findings
    from skk_analysis.reporting.disclosure.policies import policies
    from skk_analysis.reporting.page.shell import page, switch

    workspace = orders[0].report.workspace
    rules, programme = policies(workspace), Programme.of(workspace)
    standing = {order.report: order.report.record() for order in orders}
    found = batch_findings(workspace, standing)
    records = {report: _record(report) for report, record in standing.items() if record}
    hidden = _hidden(workspace)
    before = conflicts(workspace)
    made = {}
    for language in LANGUAGES:
        rows = [row for report, told in records.items() for row in _rows(report, told, language)]
        made[audit_name(language)] = page(
            "audit.html.j2",
            language,
            invented=any(record.invented for record in standing.values() if record),
            title=text("disclosure.title", language),
            home=f"../{INDEX[language]}",
            languages=switch({one: f"{one}.html" for one in LANGUAGES}, language),
            outcome=_outcome(records.values(), found, before),
            rows=rows,
            rules=[_rule(rule, language) for rule in rules.rules],
            hidden=hidden,
            findings=found,
            conflicts=_conflicts(before, language),
            exceptions=_localised(programme, EXCEPTIONS, ("reason",), language),
            processing=_localised(
                programme,
                RECORD,
                ("name", "legal_basis", "purpose", "retention", "impact_assessment"),
                language,
            ),
        ).encode()
    return made


def _record(report: Any) -> dict[str, Any]:
    """What is recorded of a report; nothing readable, or an earlier format, is for a reviewer."""
    try:
        told = json.loads((report.folder / FILE).read_text("utf-8"))
        if told["format"] == FORMAT:
            return dict(told)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {"outcome": "review", "outputs": [], "exceptions": [], "faults": []}


def _outcome(
    records: Iterable[Mapping[str, Any]], found: Sequence[Finding], before: Sequence[str]
) -> str:
    """``fail`` if anything fails, ``review`` if a person has to look, else ``pass``."""
    outcomes = {str(r["outcome"]) for r in records} | {one.outcome for one in found}
    if before:
        outcomes.add("review")
    return next((o for o in ("fail", "review") if o in outcomes), "pass")


def _rows(report: Any, told: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """An output of the record a row; a report without any has one row of its own."""
    address = f"../{report.path.as_posix()}/{PAGE}"
    subject, spoken = report.subject, text(f"index.language_{report.language}", language)
    kind = text(f"index.kind_{report.kind.name}", language)
    named = [kind if subject.city is None else subject.city.name(language), subject.title(language)]
    common = {"report": f"{' '.join(named)}, {spoken}", "spoken": report.language}
    none = {
        **common,
        "address": address,
        "output": "",
        "hidden": forms.number(0, language),
        "outcome": told["outcome"],
        "exception": "",
        "reason": text("disclosure.reason_none", language),
    }
    return [
        {
            **common,
            "address": f"{address}#{one['section']}" if one["section"] else address,
            "output": one["output"],
            "hidden": forms.number(one["hidden"], language),
            "outcome": one["outcome"],
            "exception": one["exception"],
            "reason": _reason(one, language),
        }
        for one in told["outputs"]
    ] or [none]


def _conflicts(told: Sequence[str], language: str) -> str:
    """How many there are; which ones would tell which hidden figures are small themselves."""
    if not told:
        return ""
    return text("disclosure.conflicts", language, count=forms.number(len(told), language))


def _reason(output: Mapping[str, Any], language: str) -> str:
    """Why an output is as it is: what was asked for with the exception, else why cells are hidden.

    A number that breaks a limit without one is told by the rule's name.
    """
    given = output["reason"]
    own = str(given.get(f"reason_{language}") or given.get("reason_fi") or "")
    return own or output["rule"] or text("disclosure.reason_few", language)


def _rule(rule: Any, language: str) -> dict[str, Any]:
    limits = rule.policy.limits()
    return {
        "source": rule.policy.source,
        "by": text(f"disclosure.by_{'publisher' if rule.by_publisher else 'us'}", language),
        "limits": [forms.number(float(limits[name]), language) for name in LIMITS],
    }


def _hidden(workspace: Workspace) -> list[dict[str, Any]]:
    """Cells of the processed tables that no report sees, by source; not by cell."""
    import pandas as pd

    path = workspace.processed / protected.FILE
    if not path.is_file():
        return []
    cells = pd.read_parquet(path, columns=["indicator", "source"])
    counted = cells.groupby(["source", "indicator"]).size().reset_index(name="cells")
    return counted.to_dict("records")


def _localised(
    programme: Programme, name: str, columns: Sequence[str], language: str
) -> list[dict[str, str]]:
    table = programme.optional_table(name)
    rows = table.to_dict("records") if table is not None else []
    return [
        {str(key): str(value) for key, value in row.items()}
        | {c: str(row.get(f"{c}_{language}") or row.get(f"{c}_fi") or "") for c in columns}
        for row in rows
    ]
