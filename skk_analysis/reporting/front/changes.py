"""What changed when reports were published last: a record beside each, a page for each and for all.

"Before" is the version that the site held when the present one took its place. When a report is
published whose content is another than that one's, the difference is kept beside its folder as
``<language>.changes.json`` and shown in ``<language>.changes.html``; when only its ingredients are
others (the same numbers and words from newer code) what was known before stays. The record is the
difference and not the former version, so pages about all reports read small files only. It is
outside the report's hashes, as a report is the same whatever was there before it.

What a report no longer shows may be protected by now, so its former value is not told
(`review.differences.withheld`), and a record that has outlived what it tells of is removed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skk_analysis.language import LANGUAGES, Quantity, date, forms, text, verdict_word
from skk_analysis.language.catalogue import keys
from skk_analysis.language.visible import visible_values
from skk_analysis.reporting.addresses import INDEX
from skk_analysis.reporting.differences import making_of, results_of
from skk_analysis.reporting.page.shell import page, switch
from skk_analysis.reporting.report import PAGE, RECORD, Report
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.site import Stage
from skk_analysis.review.differences import (
    WITHHELD,
    Difference,
    ResultDifference,
    compare,
    publishable,
)
from skk_analysis.review.differences.numbers import results_by_id
from skk_analysis.workspace import SkkError

CHANGES = "changes.json"
SHEETS = ("site.css",)
SHOWN, SHOWN_OF_ALL = 200, 5
"""Rows of each sort on a report's page, and of numbers on the page of all."""
TEXT_SHOWN = 400


def changes_file(report: Report) -> str:
    """Name of the record of changes, relative to the site."""
    return f"{'/'.join(report.subject.folder)}/{report.language}.{CHANGES}"


def changes_page(report: Report) -> str:
    """Name of the page of changes, relative to the site."""
    return changes_file(report).removesuffix("json") + "html"


def published_changes(stage: Stage, orders: Sequence[Order]) -> Iterator[tuple[str, bytes]]:
    """Records and pages for the finished reports that say anything else than those on the site."""
    for order in orders:
        report = order.report
        now, before = report.at(stage.made), report.at(stage.site)
        if not (now.folder.is_dir() and (before.folder / RECORD).is_file()):
            continue
        try:
            former, present = making_of(before.folder), making_of(now.folder)
        except SkkError:
            continue  # a former version that is not whole is no version
        found = compare(former, present)
        if found.changes_content:
            found = publishable(found, former, present)
            record = visible_values(found.record())
            told = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
            yield changes_file(report), (told + "\n").encode()
            yield changes_page(report), report_changes(found, report.language, order.invented)


def outlived_changes(stage: Stage, orders: Sequence[Order]) -> Iterator[Path]:
    """Records and pages of changes that do not tell of the report that will lie beside them.

    They may hold numbers that the present report does not show any more.

    Parameters
    ----------
    stage : whose next site is looked at, with the new records in their places
    orders : every report that the site lists
    """
    told = {Path(name(order.report)) for order in orders for name in (changes_file, changes_page)}
    for pattern in (f"*/*/*.{CHANGES}", f"*/*/*.{CHANGES.removesuffix('json')}html"):
        places = (file.relative_to(stage.next) for file in stage.next.glob(pattern))
        yield from (place for place in places if place not in told)
    for order in orders:
        report = order.report.at(stage.next)
        file = stage.next / changes_file(report)
        if file.is_file() and not _tells_of(file, report):
            yield Path(changes_file(report))
            yield Path(changes_page(report))


def _tells_of(file: Path, report: Report) -> bool:
    """Whether what a record says is now so is what the report says."""
    try:
        found = Difference.of_record(json.loads(file.read_text("utf-8")))
        now = visible_values(results_by_id(results_of(report.folder)))
    except (OSError, ValueError):
        return False
    return all(one.after == now.get(one.id) for one in found.numbers)


def changed_reports(orders: Sequence[Order]) -> list[tuple[Order, Difference]]:
    """The reports of whose last change there is a record, in order."""
    found = []
    for order in orders:
        report = order.report
        file = report.folder.with_name(f"{report.language}.{CHANGES}")
        try:
            found.append((order, Difference.of_record(json.loads(file.read_text("utf-8")))))
        except (OSError, ValueError):
            continue
    return found


def changes_pages(orders: Sequence[Order]) -> dict[str, bytes]:
    """``changes/<language>.html``: what changed in all reports; none before anything has."""
    found = changed_reports(orders)
    if not found:
        return {}
    return {f"changes/{language}.html": _overview(found, language) for language in LANGUAGES}


def report_changes(found: Difference, language: str, invented: bool) -> bytes:
    """The page of one report's changes."""
    return page(
        "changes.html.j2",
        language,
        invented=invented,
        sheets=SHEETS,
        root="../../",
        title=text("changes.title", language, report=found.title),
        home=f"../../{INDEX[language]}",
        report=f"{language}/{PAGE}",
        change=shown(found, language, SHOWN),
    ).encode()


def shown(found: Difference, language: str, limit: int) -> dict[str, Any]:
    """All that a page tells of a difference, in words of the language."""
    lists = {"numbers": found.numbers, "texts": found.texts, "figures": found.figures,
             "ingredients": found.ingredients}  # fmt: skip
    return {
        "title": found.title,
        "before": _making(found.before, language),
        "after": _making(found.after, language),
        "reasons": [text(f"changes.reason.{reason}", language) for reason in found.reasons],
        "several": len(found.reasons) > 1,
        "counts": {
            name: text(f"changes.count.{name}", language, count=forms.number(len(all_), language))
            for name, all_ in {"verdicts": found.verdicts, **lists}.items()
        },
        "verdicts": [
            (_measure(v.measure, language),
             *(_verdict(word, language) for word in (v.published, v.now)))
            for v in found.verdicts
        ],
        "numbers": [_number(one, found.places, language) for one in found.numbers[:limit]],
        "texts": [
            (one.published[:TEXT_SHOWN], one.now[:TEXT_SHOWN]) for one in found.texts[:limit]
        ],
        "figures": [one.now or one.published for one in found.figures[:limit]],
        "ingredients": [
            (text(f"changes.kind.{one.kind.replace(' ', '_')}", language), one.name,
             one.published[:16], one.now[:16])
            for one in found.ingredients[:limit]
        ],
        "left": {
            name: text("changes.left", language, count=forms.number(len(all_) - limit, language))
            for name, all_ in lists.items()
            if len(all_) > limit
        },
    }  # fmt: skip


def _overview(found: Sequence[tuple[Order, Difference]], language: str) -> bytes:
    """One row of changes a report; of a subject the edition in the page's language, or another."""
    by_subject: dict[tuple[str, ...], list[tuple[Order, Difference]]] = {}
    for one in found:
        by_subject.setdefault(one[0].report.subject.folder, []).append(one)
    preferred = [language, *LANGUAGES]
    chosen = [min(all_, key=lambda one: preferred.index(one[0].report.language))
              for all_ in by_subject.values()]  # fmt: skip
    rows = [
        {
            "anchor": "-".join(order.report.subject.folder),
            "page": f"../{changes_page(order.report)}",
            "report": f"../{order.report.path.as_posix()}/{PAGE}",
            "language": order.report.language,
            **shown(change, language, SHOWN_OF_ALL),
        }
        for order, change in chosen
    ]
    return page(
        "all_changes.html.j2",
        language,
        invented=any(order.invented for order, _ in found),
        sheets=SHEETS,
        root="../",
        title=text("changes.all", language),
        home=f"../{INDEX[language]}",
        languages=switch({other: f"{other}.html" for other in LANGUAGES}, language),
        rows=rows,
    ).encode()


def _making(told: tuple[str, str], language: str) -> dict[str, str]:
    run_id, day = told
    return {
        "run_id": run_id,
        "date": date(day, language) if day else text("page.unknown_date", language),
    }


def _number(found: ResultDifference, places: Mapping[str, str], language: str) -> dict[str, str]:
    before, after = (quantity(found.id, told) for told in (found.before, found.after))
    nothing = text("disclosure.withheld", language) if found.before == WITHHELD else "–"
    difference = margins = ""
    if before and after and before.value != after.value:
        if before.unit == after.unit and before.kind == after.kind == "value":
            difference = forms.difference(after.value - before.value, after.unit, language)
        if after.lower is not None or before.lower is not None:
            margins = forms.number(found.weight, language, 1)
    return {
        "place": places.get(found.id, found.id),
        "id": found.id,
        "before": before.with_interval(language) if before else nothing,
        "after": after.with_interval(language) if after else "–",
        "difference": difference or "–",
        "margins": margins or "–",
    }  # fmt: skip


def quantity(id_: str, told: Mapping[str, Any] | None) -> Quantity | None:
    """A number from its record; None where there is none that can be printed."""
    value = told.get("value") if told else None
    if told is None or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    kind, unit = told.get("kind", "value"), told.get("unit", "score")
    return Quantity(
        id_, float(value), unit if unit in forms.DECIMALS else "score",
        lower=told.get("lower"), upper=told.get("upper"), n=told.get("n"),
        kind=kind if kind in ("value", "difference", "gap", "relative") else "value",
    )  # fmt: skip


def _measure(name: str, language: str) -> str:
    key = f"plain.{name}"
    return text(key, language) if key in keys(language) else name


def _verdict(word: str, language: str) -> str:
    if not word:
        return "–"
    return verdict_word(word, language) if f"verdict.{word}" in keys(language) else word
