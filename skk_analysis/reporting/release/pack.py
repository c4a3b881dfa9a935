"""What goes into a release: which reports, and which of their files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skk_analysis.language import LANGUAGES, text
from skk_analysis.reporting.card import CARD
from skk_analysis.reporting.differences import CONTENT
from skk_analysis.reporting.disclosure.together import check_release
from skk_analysis.reporting.downloads import FOLDER
from skk_analysis.reporting.execute import EXECUTION_TIMEOUT
from skk_analysis.reporting.kinds import KINDS, Kind
from skk_analysis.reporting.pdf_files import PDF
from skk_analysis.reporting.plan import Choice, chosen_reports, plan
from skk_analysis.reporting.release.archive import packed
from skk_analysis.reporting.report import PAGE, RECORD, RESULTS
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.signoff.facts import REVIEW_PAGE
from skk_analysis.reporting.signoff.statuses import ledger_of, stamps, statuses
from skk_analysis.reporting.stamp import stamped
from skk_analysis.review.book import Book
from skk_analysis.review.signatures import Key
from skk_analysis.review.standing import Standing
from skk_analysis.workspace import PACKAGE_FILE, SkkError, Workspace

LEAVES = (PAGE, RESULTS, RECORD, CONTENT, CARD, "checks.json", PDF)
"""Files of a report that leave, as far as there are such; and all of ``downloads/``."""
SITE = "accessibility"
"""Folders of the site that leave with the reports."""
DECISIONS = ("open", "sign", "waive", "void", "return", "release", "key")
"""Entries of the ledger that leave: decisions, and no comments or judgements."""
LEDGER = "ledger.jsonl"
README = "README.txt"
DPI = 300


@dataclass(frozen=True)
class Packed:
    """A release.

    Parameters
    ----------
    content : the zip
    reports : standing by folder
    left_out : folders of reports that were chosen and are not approved
    unprinted : folders of reports in it that have no PDF of their present page
    """

    content: bytes
    reports: dict[str, str]
    left_out: tuple[str, ...]
    unprinted: tuple[str, ...] = ()


def release(
    workspace: Workspace,
    choice: Choice,
    draft: bool = False,
    key: Key | None = None,
    kinds: Sequence[Kind] = KINDS,
    done: Callable[[str], None] = lambda _report: None,
) -> Packed:
    """Pack the chosen reports that are approved, or all of them as a draft.

    Parameters
    ----------
    workspace : whose site and ledger count
    choice : which reports
    draft : take also those that are not approved; the release is marked and says which
    key : signs the manifest
    kinds : the kinds of reports that there are
    done : is told each report that was taken

    Raises
    ------
    SkkError
        If there is nothing to release, a report's files are not as they were made, or a report
        gives away, with all others of the site, what is hidden.
    """
    there = [r for r in chosen_reports(workspace, choice, kinds) if (r.folder / RECORD).is_file()]
    found = statuses(workspace, there)
    standing = {report: str(found[report].standing) for report in there}
    taken = [r for r in there if draft or found[r].standing is Standing.APPROVED]
    left_out = tuple(r.path.as_posix() for r in there if r not in taken)
    if not taken:
        raise SkkError(_nothing(workspace, left_out))
    every = chosen_reports(workspace, Choice(languages=LANGUAGES), kinds)
    check_release(workspace, taken, {report: report.record() for report in every})
    orders = plan(taken, workspace, EXECUTION_TIMEOUT)
    book = Book(ledger_of(workspace).entries)
    files: dict[str, bytes] = {}
    for order in orders:
        # as stamped on a review page: without a link to the review page, which stays
        stamp = stamps(order.report, found[order.report], book, REVIEW_PAGE)
        files |= dict(_of_report(order, stamp))
        done(str(order.report))
    files |= _of_site(workspace, orders)
    names = {report.path.as_posix(): standing[report] for report in taken}
    files[LEDGER] = _decisions(workspace, set(names))
    files[PACKAGE_FILE] = _package(files)
    files[README] = _readme(names, draft, key is not None)
    about = {"draft": draft, "reports": names}
    unprinted = tuple(name for name in names if f"{name}/{PDF}" not in files)
    return Packed(packed(files, about, key), names, left_out, unprinted)


def _nothing(workspace: Workspace, left_out: Sequence[str]) -> str:
    if not left_out:
        return f"No such report has been published in {workspace.reports}. Run 'skk reports'."
    return (
        f"None of the {len(left_out)} chosen reports is approved ({', '.join(left_out[:5])}…). "
        "'skk review status' tells what each lacks; --draft packs them with a mark."
    )


def _of_report(order: Order, stamp: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    from skk_analysis.figures.raster import png

    report = order.report
    record = report.record()
    if record is None:
        raise SkkError(
            f"{report.folder} is not as it was made: a file is missing or was changed. "
            "Run 'skk reports' before a release."
        )
    for name in sorted({*record.outputs, RECORD, *LEAVES}):
        file = report.folder / name
        if name in LEAVES and file.is_file():
            content = file.read_bytes()
            leaves = stamped(content, stamp) if name == PAGE else content
            yield f"{report.path.as_posix()}/{name}", leaves
        elif name in record.outputs and name.startswith(f"{FOLDER}/"):
            content = file.read_bytes()
            yield f"{report.path.as_posix()}/{name}", content
            if name.endswith(".svg"):
                drawn = png(content.decode(), DPI)
                yield f"{report.path.as_posix()}/{name.removesuffix('.svg')}.png", drawn


def _of_site(workspace: Workspace, orders: Sequence[Order]) -> dict[str, bytes]:
    """A front page that lists what is in the release, and the pages that every page links to."""
    from skk_analysis.reporting.front.pages import front_pages

    made = front_pages(orders, alone=True)
    for file in sorted((workspace.reports / SITE).glob("*.html")):
        made[f"{SITE}/{file.name}"] = file.read_bytes()
    return made


def _decisions(workspace: Workspace, reports: set[str]) -> bytes:
    """The ledger's decisions about these reports, each line as it stands there."""
    entries = ledger_of(workspace).entries
    return b"".join(
        entry.line()
        for entry in entries
        if entry.action in DECISIONS and (entry.report in reports or entry.action == "key")
    )


def _package(files: dict[str, bytes]) -> bytes:
    """One Data Package of all tables: those of the reports, with paths from the top."""
    resources: list[dict[str, Any]] = []
    licences: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    for name in sorted(files):
        if not name.endswith(f"{FOLDER}/{PACKAGE_FILE}"):
            continue
        package, place = json.loads(files[name]), name.removesuffix(PACKAGE_FILE)
        prefix = package["name"].removeprefix("skk-")
        for resource in package["resources"]:
            told = {**resource, "name": f"{prefix}-{resource['name']}"}
            told["path"] = place + resource["path"]
            told["title"] = f"{package['title']}: {resource['title']}"
            if "skk:figure" in resource:
                told["skk:figure"] = {
                    **resource["skk:figure"], "path": place + resource["skk:figure"]["path"]
                }  # fmt: skip
            resources.append(told)
        licences |= {one["name"]: one for one in package.get("licenses", [])}
        sources |= {one["title"]: one for one in package["sources"]}
    content = {
        "profile": "tabular-data-package" if resources else "data-package",
        "name": "skk-release",
        "licenses": list(licences.values()),
        "sources": list(sources.values()),
        "resources": resources,
    }
    told = {name: value for name, value in content.items() if value or name == "resources"}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _readme(reports: dict[str, str], draft: bool, signed: bool) -> bytes:
    names = [text("page.programme", language) for language in LANGUAGES]
    lines = [" – ".join(names), ""]
    if draft:
        lines += ["LUONNOS – UTKAST – DRAFT", ""]
    lines += [
        "index.html, index.sv.html, index.en.html: start here; no network is needed.",
        "datapackage.json: every table (CSV) with its columns, units, missing values and sources.",
        "manifest.json: SHA-256 of every file. 'skk release verify FILE.zip' checks them.",
        "The release is signed (manifest.sig.json)." if signed else "The release is not signed.",
        "",
        *(f"{name}: {standing}" for name, standing in sorted(reports.items())),
    ]
    return ("\r\n".join(lines) + "\r\n").encode()
