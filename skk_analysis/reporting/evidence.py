"""What a report says of itself to the machine checks: no rows of data, only what they were worth.

The checks (`skk_analysis.review.checks`) compare the finished page with this and with
``results.json``; they judge effects, grades and numbers of tests a second time from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skk_analysis.figures import Figure, Prose
from skk_analysis.figures.key_figures import KeyFigures
from skk_analysis.review.checks.causal import claiming
from skk_analysis.review.checks.effects import plain, recorded

if TYPE_CHECKING:
    from skk_analysis.impact import Effect
    from skk_analysis.reporting.document import Document

MOST_NUMBERS = 12
"""Longer series are no numbers that a sentence tells."""

SAID = 400
"""Numbers of a room's sentences at most, by name."""


def evidence(report: Document, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of a report that shows these numbers, as strict JSON."""
    data, origin = report.data, report.provenance
    year = max((y for y in _years(report)), default=0)
    return {
        "kind": report.kind,
        "year": year,
        "comparison_year": getattr(data, "comparison_year", None),
        "pandemic_years": sorted(_pandemic(data, year)),
        "invented": origin.invented,
        "households": bool(len(getattr(data, "households", ()))),
        "responses": bool(len(getattr(data, "responses", ()))),
        "sources": {
            source.name: {
                "licence": source.licence,
                "retrieved": source.retrieved,
                "sha256": source.sha256,
            }
            for source in origin.sources
        },
        "data": origin.digest,
        "run_id": origin.run_id,
        "dictionary": _dictionary(report, records),
        "missing": _missing(data, year),
        "effects": {
            record: recorded(effect, name, told)
            for record, (effect, name, told) in report.checked_effects().items()
        },
        "refused": report.refused_effects(),
        "tests": report.tested_changes(),
        "families": report.families(),
        "assignment": getattr(data, "row", {}).get("assignment", "")
        if hasattr(data, "row")
        else "",
        "said": _said(report.told_results()),
        "quoted": _quoted(report),
    }


def _years(report: Document) -> Iterator[int]:
    if hasattr(report.data, "year"):
        yield report.data.year
    for effect, _, _ in report.checked_effects().values():
        yield from effect.years


def _pandemic(data: Any, year: int) -> set[int]:
    """Pandemic years that the slice knows of."""
    known = {*getattr(data, "pandemic_years", ())}
    if getattr(data, "pandemic", False):
        known.add(year)
    inputs = getattr(data, "inputs", None)
    for one in inputs.values() if isinstance(inputs, Mapping) else filter(None, [inputs]):
        known |= set(one.pandemic)
    return {int(y) for y in known}


def _dictionary(
    report: Document, records: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """The dictionary's rows of the indicators that the report's numbers name."""
    data = report.data
    table = getattr(data, "indicators", None)
    if table is None:
        table = getattr(data, "register", {}).get("indicators")
        table = None if table is None or table.empty else table.set_index("id")
    if table is None:
        return {}
    named = {part for record in records for part in str(record["id"]).split(".")}
    inputs = getattr(data, "inputs", None)
    if inputs is not None and not isinstance(inputs, Mapping):
        named.add(inputs.outcome)
    rows = table[table.index.isin(named)]
    return {str(name): {str(k): str(v) for k, v in row.items()} for name, row in rows.iterrows()}


def _missing(data: Any, year: int) -> list[list[str]]:
    """Each area's or city's indicator without a value in the report's year, and the status."""
    frame = getattr(data, "indicator_values", None)
    if frame is None:
        frame = getattr(data, "published", None)
    if frame is None:
        return []
    own = {getattr(getattr(data, "city", None), "code", "")}
    own |= {city.code for city in getattr(data, "cities", ())}
    own |= set(data.areas["unit_code"]) if hasattr(data, "areas") else set()
    rows = frame[
        (frame["reference_year"] == year)
        & (frame["status"] != "observed")
        & (frame["group"] == "total" if "group" in frame else True)
        & frame["unit_code"].isin(own)
    ]
    kept = rows[["indicator", "unit_code", "status"]].drop_duplicates()
    return [[str(cell) for cell in row] for row in kept.itertuples(index=False, name=None)]


def _said(sources: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The numbers of results that a room tells in sentences of its own, by name."""
    found: dict[str, list[Any]] = {}
    for name, value in sources.items():
        numbers = (plain(number) for number in _numbers(value))
        kept = {n for n in numbers if isinstance(n, int | float)}
        found[name] = sorted(kept)[:SAID]
    return found


def _numbers(value: Any) -> Iterator[float]:
    """The finite single numbers in a result, and the short series of them."""
    if isinstance(value, bool | str) or value is None:
        return
    if isinstance(value, int | float | np.number):
        yield float(value)
    elif isinstance(value, np.ndarray):
        if value.size <= MOST_NUMBERS and value.dtype.kind in "if":
            yield from (float(v) for v in value.ravel())
    elif isinstance(value, pd.Series | pd.DataFrame):
        yield from _numbers(value.to_numpy()) if value.size <= MOST_NUMBERS else ()
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, list | tuple):
        for one in value[:MOST_NUMBERS]:
            yield from _numbers(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _numbers(getattr(value, field.name))


def _quoted(report: Document) -> list[str]:
    """What people wrote, names and definitions, with digits or claims, where the report says it."""
    parts = [part for section in report.shown_sections() for part in section.parts]
    said = "\n".join(
        part.description if isinstance(part, Figure) else part.plain()
        for part in parts
        if isinstance(part, Prose | KeyFigures | Figure)
    )
    telling = re.compile(rf"\d|{claiming(report.language).pattern}", re.IGNORECASE)
    found = {words for words in _words(report.data, telling) if words in said}
    return sorted(found, key=lambda words: (-len(words), words))


def _words(data: Any, telling: re.Pattern[str]) -> Iterator[str]:
    """Texts that hold a digit or claim a cause, of the register, dictionary and areas."""
    inputs = getattr(data, "inputs", None)
    known = inputs.values() if isinstance(inputs, Mapping) else filter(None, [inputs])
    for one in known:
        yield from _telling([*one.experiment.values(), *one.indicator.values()], telling)
    frames = [*getattr(data, "register", {}).values()]
    for name in ("indicators", "areas", "municipalities", "experiments"):
        frame = getattr(data, name, None)
        frames += [frame] if isinstance(frame, pd.DataFrame) else []
    for frame in frames:
        for name, column in frame.items():
            if not pd.api.types.is_numeric_dtype(column.dtype) and name != "boundary":
                yield from _telling(dict.fromkeys(column.to_numpy(dtype=object)), telling)


def _telling(values: Iterable[Any], telling: re.Pattern[str]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and telling.search(value) and re.search(r"[^\W\d_]{2}", value):
            yield value.strip()


Checked = Mapping[str, tuple["Effect", str, tuple[str, ...]]]
"""By the id of the estimate: an effect, what its outcome is called, and what is said of it."""
