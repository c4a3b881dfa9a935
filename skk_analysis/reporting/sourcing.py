"""Which raw files each number of a report comes from, as exactly as the slice's rows tell.

A processed row names its raw files in ``resource``. The id of a number names what it is of: an
indicator, a unit, years, a question, a measure. So the number comes from the rows that these parts
select, and from all rows of a table where they say no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

import pandas as pd

from skk_analysis.reporting.agreed import DISTRIBUTION, INDICES, OF_INDICATOR
from skk_analysis.reporting.analysis import SEGREGATION
from skk_analysis.reporting.data_slice import DataSlice

REGISTER = "register"
"""What a number comes from that people wrote into the programme register; the hash of the slice
holds the register's rows that the report reads."""

OF_HOUSEHOLDS = frozenset({
    *(INDICES - set(SEGREGATION)), *DISTRIBUTION, "area_rate", "composition", "group_gap",
    "group_ratio", "households", "rate",
})  # fmt: skip
OF_SAMPLE = frozenset({"area_rate", "composition", "group_gap", "group_ratio", "sensitivity"})
OF_CLASSES = frozenset({*SEGREGATION, "segregation"})
OF_ANSWERS = frozenset({"response", "responses", "survey"})
OF_AREAS = frozenset({"areas", "population_share", "coverage"})
KEYS = ("city_code", "question", "year", "reference_year")
"""Columns that tell the rows of different raw files apart, in the order in which they narrow."""

OF_EFFECTS = frozenset({"effect", "groups", "indicator", "pooled"})


class Sourcing:
    """The raw files of one slice by what their rows are of."""

    def __init__(self, data: DataSlice) -> None:
        self._data = data
        self._kept: dict[str, list[tuple[Any, ...]]] = {}
        self._all = sorted(resource.name for resource in data.resources)

    def of(self, record: Mapping[str, Any]) -> list[str]:
        """Names of the raw files, or `REGISTER`, in order."""
        parts = str(record["id"]).split(".")
        years = {int(part) for part in parts if part.isdigit() and len(part) == 4}
        years |= {int(y) for y in (record.get("since"), record.get("reference_year")) if y}
        for found in (
            self._of_cleaning(parts),
            self._of_experiment(parts),
            self._of_indicator(parts, years),
            self._of_table(parts, years),
        ):
            if found:
                return sorted(found)
        return [REGISTER]

    def _of_cleaning(self, parts: list[str]) -> set[str]:
        """Of remarks on the raw files: the file that the id ends with, else all files."""
        if parts[0] != "cleaning":
            return set()
        return {parts[-1]} & set(self._all) or set(self._all)

    def _of_experiment(self, parts: list[str]) -> set[str]:
        """Of an experiment's estimate: what it was estimated from."""
        if not OF_EFFECTS & set(parts[:2]):
            return set()
        named = [known for name, known in self._inputs.items() if name in parts]
        if not named and "pooled" in parts:
            named = [k for k in self._inputs.values() if k.outcome in parts] or [
                *self._inputs.values()
            ]
        if not named and hasattr(self._data, "inputs") and not self._frames:
            named = [*self._inputs.values()]
        return {name for known in named for name in known.resources}

    def _of_indicator(self, parts: list[str], years: set[int]) -> set[str]:
        if parts[0] in OF_HOUSEHOLDS and not self._units & set(parts[1:]):
            return set()  # the sample's measure, not the published figure of the same name
        wanted = [] if parts[0] in OF_SAMPLE else [OF_INDICATOR.get(part, part) for part in parts]
        about = next((name for name in wanted if name in self._years), "")
        if not about:
            return set()
        by_year = self._years[about]
        mine = [found for year, found in by_year.items() if year in years] or [*by_year.values()]
        named = set().union(*mine)
        return self._of_units(about, parts, years) or named if len(named) > len(mine) else named

    def _of_units(self, about: str, parts: list[str], years: set[int]) -> set[str]:
        """Of an indicator that a year has from several files: those of the units at hand."""
        found: set[str] = set()
        for frame in self._published:
            rows = frame[(frame["indicator"] == about) & frame["unit_code"].isin(parts)]
            mine = rows[rows["reference_year"].isin(years)]
            found |= set(_parts((mine if len(mine) else rows)["resource"]))
        return found

    def _of_table(self, parts: list[str], years: set[int]) -> set[str]:
        """Of what was computed from rows: households, income classes, answers, areas."""
        named = set(parts)
        for names, tables in (
            (OF_AREAS, ("areas", "indicator_values", "area_values")),
            (OF_CLASSES, ("observations",)),
            (OF_ANSWERS | self._questions, ("responses",)),
            (OF_HOUSEHOLDS | {"quality"}, ("households",)),
        ):
            if names & named:
                found = [self._chosen(name, parts, years) for name in tables]
                if any(found):
                    return set().union(*found)
        return set()

    def _chosen(self, table: str, parts: list[str], years: set[int]) -> set[str]:
        """Raw files of the rows of the named units and years; of all where none are named."""
        rows = self._distinct(table)
        for place in range(len(rows[0]) - 1 if rows else 0):
            wanted: set[Any] = {*parts, *years}
            mine = [row for row in rows if row[place] in wanted]
            rows = mine or rows
        return set(_parts([row[-1] for row in rows]))

    def _distinct(self, table: str) -> list[tuple[Any, ...]]:
        """A table's combinations of what tells rows apart, and their raw files."""
        if table not in self._kept:
            frame = self._frames.get(table)
            rows: list[tuple[Any, ...]] = []
            if frame is not None:
                keys = [key for key in KEYS if key in frame]
                kept = frame[[*keys, "resource"]].drop_duplicates()
                rows = list(kept.itertuples(index=False, name=None))
            self._kept[table] = rows
        return self._kept[table]

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        """The slice's tables of rows that name their raw files."""
        found = {f.name: getattr(self._data, f.name) for f in fields(self._data)}  # type: ignore[arg-type]
        return {
            name: frame
            for name, frame in found.items()
            if isinstance(frame, pd.DataFrame)
            and "resource" in frame
            and name not in ("messages", "cleaning")
        }

    @cached_property
    def _published(self) -> list[pd.DataFrame]:
        return [f for f in self._frames.values() if {"indicator", "unit_code"} <= set(f)]

    @cached_property
    def _years(self) -> dict[str, dict[int, set[str]]]:
        """The raw files of each indicator by year."""
        found: dict[str, dict[int, set[str]]] = {}
        for frame in self._published:
            kept = frame[["indicator", "reference_year", "resource"]].drop_duplicates()
            for name, year, joined in kept.dropna().itertuples(index=False, name=None):
                found.setdefault(name, {}).setdefault(int(year), set()).update(_parts([joined]))
        return found

    @cached_property
    def _units(self) -> set[str]:
        codes = (set(frame["unit_code"].unique()) for frame in self._published)
        return {"peers", "country", "target"}.union(*codes)

    @cached_property
    def _questions(self) -> set[str]:
        frame = self._frames.get("responses")
        return set() if frame is None else set(frame["question"])

    @cached_property
    def _inputs(self) -> dict[str, Any]:
        """What each experiment is estimated from, by its id."""
        for name in ("inputs", "experiments"):
            found = getattr(self._data, name, None)
            if found is not None and hasattr(found, "resources"):
                return {found.experiment["id"]: found}
            if isinstance(found, Mapping):
                return dict(found)
        return {}


def _parts(column: Iterable[Any]) -> Iterable[str]:
    for joined in {value for value in column if isinstance(value, str)}:
        yield from filter(None, joined.split(";"))
