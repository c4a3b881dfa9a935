"""The page that lists all reports: state, date of the data, run id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from skk_analysis.reporting.report import PAGE, State
from skk_analysis.reporting.runner import Order


def index_page(orders: Sequence[Order], language: str = "fi") -> bytes:
    """``index.html`` of the folder that the orders' reports lie in, from what is there.

    Parameters
    ----------
    orders : every report to list, with what would be made now
    language : language of the page
    """
    from skk_analysis.language import text
    from skk_analysis.reporting.page.shell import page

    rows = [_row(order, language) for order in orders]
    tables = [
        (text(f"index.kind_{kind.name}", language), _groups(pairs, language))
        for kind, pairs in groupby(zip(orders, rows, strict=True), lambda pair: pair[0].report.kind)
    ]
    return page(
        "index.html.j2",
        language,
        invented=any(row["invented"] for row in rows),
        title=text("index.title", language),
        tables=tables,
    ).encode()


def _groups(
    pairs: Iterable[tuple[Order, dict[str, Any]]], language: str
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows of a kind by city; what is about no single city stands by itself."""
    from skk_analysis.language import text

    every = text("index.all_cities", language)
    return [
        (city.name(language) if city else every, [row for _, row in group])
        for city, group in groupby(pairs, lambda pair: pair[0].report.subject.city)
    ]


def _row(order: Order, language: str) -> dict[str, Any]:
    """What the table shows of one report. An old report is linked, but never as a current one."""
    from skk_analysis.language import date, text

    report = order.report
    state, record, failure = report.standing(order.run_id)
    data_date = record.data_date if record else ""
    return {
        "name": f"{report.subject.title(language)}, "
        f"{text(f'index.language_{report.language}', language)}",
        "address": f"{report.path.as_posix()}/{PAGE}" if record else "",
        "state": str(state),
        "earlier": state is State.FAILED and record is not None,
        "message": failure.message if failure and state is State.FAILED else "",
        "data_date": date(data_date, language) if data_date else "",
        "run_id": record.run_id if record else "",
        "invented": bool(record and record.invented),
    }
