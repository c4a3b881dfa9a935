"""What a report says of itself to the machine checks: no rows of data, only what they were worth.

The checks (`skk_analysis.review.checks`) compare the finished page with this and with
``results.json``; they judge effects, grades and numbers of tests a second time from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from skk_analysis.figures import Figure, Prose
from skk_analysis.figures.key_figures import KeyFigures
from skk_analysis.review.checks.causal import claiming
from skk_analysis.review.checks.effects import recorded

if TYPE_CHECKING:
    from skk_analysis.impact import Effect
    from skk_analysis.reporting.document import Document

GROUPED = {"education", "age_group", "sex", "language"}
"""Columns whose values are names of groups."""


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
        "decimals": _decimals(report),
        "groups": sorted(_groups(data)),
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
    known = inputs.values() if isinstance(inputs, Mapping) else filter(None, [inputs])
    named |= {one.outcome for one in known}
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


def _decimals(report: Document) -> dict[str, list[int]]:
    """With how many decimals numbers are printed where it is not by their unit alone."""
    found: dict[str, set[int]] = {}
    for section in report.shown_sections():
        for part in section.parts:
            for quantity in part.quantities():
                if quantity.decimals is not None:
                    found.setdefault(quantity.id, set()).add(quantity.decimals)
    return {name: sorted(places) for name, places in found.items()}


def _groups(data: Any) -> set[str]:
    """Names of groups in the data that begin with a digit, such as age ranges."""
    inputs = getattr(data, "inputs", None)
    rooms = [data, *(inputs.values() if isinstance(inputs, Mapping) else filter(None, [inputs]))]
    frames = [getattr(room, table, None) for room in rooms for table in ("households", "responses")]
    return {
        str(name)
        for frame in frames
        if isinstance(frame, pd.DataFrame)
        for column in GROUPED & set(frame.columns)
        for name in frame[column].dropna().unique()
        if str(name)[:1].isdigit()
    }


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
