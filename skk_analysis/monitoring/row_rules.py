"""Rules between the cells of a row, or of rows that belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from skk_analysis.cleaning.dictionary import EXPRESSIONS
from skk_analysis.cleaning.expression import ExpressionError, parse
from skk_analysis.cleaning.message import ERROR, WARNING, Message, shown
from skk_analysis.monitoring.register_table import RegisterTable
from skk_analysis.monitoring.schema import TableSchema

Row = dict[str, str]
Tables = Mapping[str, RegisterTable]
Found = tuple[str, str, str, str, str]
"""severity, check, column, expected, mend"""


def row_messages(table: RegisterTable, schema: TableSchema, tables: Tables) -> Iterator[Message]:
    """What is wrong between the cells of a table's rows."""
    cities = _experiment_cities(tables)
    rule = RULES.get(schema.name)
    rows = table.records()
    for line, row in zip(table.lines, rows, strict=True):
        found = [*_order(row, schema), *_city(row, cities), *(rule(row, tables) if rule else ())]
        for severity, check, column, expected, mend in found:
            yield Message(
                severity, check, file=table.file, row=line, column=column,
                value=shown(row.get(column, "")) or "an empty cell", expected=expected, mend=mend,
            )  # fmt: skip
    if schema.name == "phase_log":
        yield from _overlaps(table, rows)


def _order(row: Row, schema: TableSchema) -> Iterator[Found]:
    for first, second in schema.order:
        before, after = row.get(first, ""), row.get(second, "")
        if _comparable(before, after) and _rank(before) > _rank(after):
            yield (
                ERROR, "order", second, f"not below {first}, which is {before}",
                f"Correct {second} or {first}; the two may have changed places.",
            )  # fmt: skip


def _comparable(*values: str) -> bool:
    """Whether both are dates, or both numbers; other faults are told of the cell."""
    return any(
        all(re.fullmatch(pattern, value) for value in values)
        for pattern in (r"\d{4}-\d{2}-\d{2}", r"\d{1,12}")
    )


def _rank(value: str) -> tuple[int, ...]:
    return tuple(map(int, value.split("-")))


def _experiment_cities(tables: Tables) -> dict[str, str]:
    table = tables.get("experiments")
    rows = table.records() if table else []
    return {row["id"]: row["city_code"] for row in rows if row.get("id") and row.get("city_code")}


def _city(row: Row, cities: Mapping[str, str]) -> Iterator[Found]:
    city = cities.get(row.get("experiment", ""))
    if city and "city_code" in row and row["city_code"] != city:
        yield (
            ERROR, "other_city", "city_code", f"{city}, the city of {row['experiment']}",
            f"Write {city!r}, or correct the experiment.",
        )  # fmt: skip


def _years(row: Row, _: Tables) -> Iterator[Found]:
    if row.get("year") and row["year"] == row.get("comparison_year"):
        yield (
            ERROR, "order", "comparison_year", f"an earlier year than {row['year']}",
            "Write the year that this one is compared with.",
        )  # fmt: skip


def _experiment(row: Row, _: Tables) -> Iterator[Found]:
    status = row.get("status", "")
    needed = {"running": ["started"], "continued": ["started"], "ended": ["started", "ended"],
              "stopped": ["started", "ended"]}.get(status, [])  # fmt: skip
    for column in needed:
        if row.get(column) == "":
            yield (
                ERROR, "status", column, f"a date, as the status is {status}",
                f"Write the date, or correct the status {status!r}.",
            )  # fmt: skip
    stopped, reason = status == "stopped", row.get("stop_reason_fi")
    if reason is not None and stopped != bool(reason):
        yield (
            WARNING, "status", "stop_reason_fi",
            "the reason, as the experiment was stopped" if stopped
            else f"an empty cell, as the status is {status}",
            "Write the reason." if stopped else "Correct the status, or empty the cell.",
        )  # fmt: skip


def _unit(row: Row, _: Tables) -> Iterator[Found]:
    width = {"postal_area": 5, "municipality": 3}.get(row.get("unit_level", ""))
    code = row.get("unit_code", "")
    if width and len(code) in (3, 5) and len(code) != width:
        yield (
            ERROR, "unit", "unit_code", f"{width} digits, as the level is {row['unit_level']}",
            f"Write {code.zfill(width)!r}, or correct unit_level." if len(code) < width
            else "Correct the code or unit_level.",
        )  # fmt: skip


def _attendance(row: Row, _: Tables) -> Iterator[Found]:
    if row.get("attended") == "no" and row.get("participants", "").strip("0"):
        yield (
            ERROR, "attended", "participants", "0, as attended is no",
            "Write 0, or correct attended.",
        )  # fmt: skip


def _milestone(row: Row, _: Tables) -> Iterator[Found]:
    planned, actual = row.get("planned", ""), row.get("actual", "")
    status = row.get("status", "")
    if status in ("on_time", "late") and actual == "":
        if status == "on_time":
            yield (
                ERROR, "status", "actual", "a date, as the status is on_time",
                "Write the actual date, or the status planned.",
            )  # fmt: skip
    elif _comparable(planned, actual) and status in ("on_time", "late"):
        late = _rank(actual) > _rank(planned)
        if late != (status == "late"):
            right = "late" if late else "on_time"
            yield (
                ERROR, "status", "status", f"{right}, as planned is {planned} and actual {actual}",
                f"Write {right!r}, or correct the dates.",
            )  # fmt: skip
    elif status == "planned" and actual:
        yield (
            ERROR, "status", "status", f"on_time, late or stopped, as actual is {actual}",
            "Write what happened, or empty the cell actual.",
        )  # fmt: skip


def _test(row: Row, _: Tables) -> Iterator[Found]:
    changed, change = row.get("change_made") == "yes", row.get("change_fi")
    if change is not None and row.get("change_made") in ("yes", "no") and changed != bool(change):
        yield (
            WARNING, "change", "change_fi",
            "what was changed, as change_made is yes" if changed
            else "an empty cell, as change_made is no",
            "Tell the change." if changed else "Correct change_made, or empty the cell.",
        )  # fmt: skip


def _canvas(row: Row, _: Tables) -> Iterator[Found]:
    filled, text = row.get("filled"), row.get("text_fi")
    if text is not None and filled in ("yes", "no") and (filled == "yes") != bool(text):
        right = "yes" if text else "no"
        yield (
            WARNING, "filled", "filled", f"{right}, as text_fi is {'filled' if text else 'empty'}",
            f"Write {right!r}, or correct text_fi.",
        )  # fmt: skip


def _review(row: Row, tables: Tables) -> Iterator[Found]:
    if row.get("reviewer_city_code") and row["reviewer_city_code"] == row.get("city_code"):
        yield (
            WARNING, "own_review", "reviewer_city_code", "another city than the experiment's own",
            "Write the city of the team that reviewed.",
        )  # fmt: skip
    if row.get("reviewer_city_code") == "" and not row.get("reviewer_body"):
        yield (
            ERROR, "empty", "reviewer_city_code", "who reviewed: a city, or a reviewer_body",
            "Write the municipality code of the reviewing city.",
        )  # fmt: skip
    low, high = _scales(tables).get(row.get("criterion", ""), (float("-inf"), float("inf")))
    score = row.get("score", "")
    if re.fullmatch(r"-?\d+(\.\d+)?", score) and not low <= float(score) <= high:
        yield (
            ERROR, "limits", "score", f"a score from {low:g} to {high:g}, the criterion's scale",
            "Correct the score, or the unit in criteria.csv.",
        )  # fmt: skip


def _scales(tables: Tables) -> dict[str, tuple[float, float]]:
    """Criterion → its scale, where `unit` tells one such as 1–5 (in any version)."""
    scales: dict[str, tuple[float, float]] = {}
    for row in tables["criteria"].records() if "criteria" in tables else []:
        found = re.fullmatch(r"(\d+)\s?[–-]\s?(\d+)", row.get("unit", ""))
        if found and row.get("id"):
            low, high = scales.get(row["id"], (float("inf"), float("-inf")))
            scales[row["id"]] = min(low, float(found[1])), max(high, float(found[2]))
    return scales


def _choice(row: Row, _: Tables) -> Iterator[Found]:
    if row.get("target_value") and row.get("target_year") == "":
        yield (
            WARNING, "target", "target_year", "a year, as there is a target value",
            "Write the year in which the target is to be reached.",
        )  # fmt: skip


def _event(row: Row, _: Tables) -> Iterator[Found]:
    date, season = row.get("date", ""), row.get("season")
    if _comparable(date, date) and season in ("spring", "autumn"):
        right = "spring" if _rank(date)[1] <= 6 else "autumn"
        if season != right:
            yield (
                WARNING, "season", "season", f"{right}, as the date is {date}",
                f"Write {right!r}, or correct the date.",
            )  # fmt: skip


def _overlaps(table: RegisterTable, rows: list[Row]) -> Iterator[Message]:
    """Phases of one experiment that are told to run at the same time."""
    stays: dict[str, list[tuple[str, str, int]]] = {}
    for line, row in zip(table.lines, rows, strict=True):
        entered, left = row.get("entered", ""), row.get("left", "") or "9999-12-31"
        if _comparable(entered, left):
            stays.setdefault(row.get("experiment", ""), []).append((entered, left, line))
    for experiment, own in stays.items():
        for (_, left, before), (entered, _, line) in pairwise(sorted(own)):
            if entered < left:
                yield Message(
                    WARNING, "overlap", file=table.file, row=line, column="entered", value=entered,
                    expected=f"not before the phase on line {before} was left",
                    mend=f"Correct the dates; two phases of {experiment} count the same days.",
                )  # fmt: skip


def _formulas(row: Row, _: Tables) -> Iterator[Found]:
    for column in EXPRESSIONS:
        if not (formula := row.get(column, "").strip()):
            continue
        try:
            parse(formula)
        except ExpressionError as error:
            yield (
                ERROR, "formula", column, f"{error.expected} at position {error.position}",
                "Write a formula such as paavo.ko_yl_kork+paavo.ko_al_kork.",
            )  # fmt: skip


RULES: dict[str, Callable[[Row, Tables], Iterator[Found]]] = {
    "years": _years, "experiments": _experiment, "exposure": _unit, "pandemic_exposure": _unit,
    "attendance": _attendance, "milestones": _milestone, "tests": _test, "canvas": _canvas,
    "peer_reviews": _review, "indicator_choices": _choice, "events": _event,
    "indicators": _formulas,
}  # fmt: skip
