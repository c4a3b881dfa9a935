"""PxWeb's two interfaces as one: find a table, describe it, query it.

Version 1 is what Statistics Finland runs; version 2 answered 404 there on 24 September 2026 and is
taken when version 1 is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from skk_analysis.pxweb_names import (
    AREA_NAMES,
    SEX_NAMES,
    TIME_NAMES,
    all_sexes,
    all_years,
    area_unit,
    named,
    table_number,
)
from skk_analysis.sources.client import Answer, Client, Limits
from skk_analysis.sources.errors import DamagedError, StatusError, TooManyCellsError

LANGUAGE = "fi"
DATABASE = "StatFin"
SUBJECTS = {
    "vaerak": ("11re", "11ra", "11rm"),
    "tjt": ("118w", "12hh", "127y", "11x3", "14ww"),
    "tyonv": ("12r5", "12tf"),
    "tyokay": ("115b", "115x"),
    "vkour": ("12bq",),
    "rpk": ("13ex", "13it", "135l"),
    "kvaa": ("12g3", "14vl"),
    "asku": ("15fd", "15fh", "15fi"),
    "ashi": ("112q", "13mu", "13mt"),
}
"""Where tables were last seen; what is not there is looked for in the whole database."""
GONE = (404, 410)

Selection = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Variable:
    """One variable; ``optional`` ones may be left out and then give their total."""

    code: str
    values: tuple[str, ...]
    texts: tuple[str, ...] = ()
    optional: bool = False
    time: bool = False


@dataclass(frozen=True)
class Table:
    """A table as its metadata describe it; ``place`` is where the interface has it."""

    place: str
    title: str
    variables: tuple[Variable, ...]

    @property
    def time(self) -> Variable | None:
        """The years: so marked, else so named, else codes that look like years."""
        return self._first(
            lambda v: v.time and all_years(v.values),
            lambda v: named(v.code, TIME_NAMES) and all_years(v.values),
            lambda v: all_years(v.values),
        )

    @property
    def area(self) -> Variable | None:
        """The areas: so named, else codes that look like areas; a few odd ones don't matter."""
        return self._first(
            lambda v: named(v.code, AREA_NAMES) and _share_of_areas(v) > 0,
            lambda v: v is not self.time and _share_of_areas(v) > 0.5,
        )

    @property
    def sex(self) -> Variable | None:
        """The sexes."""
        return self._first(lambda v: named(v.code, SEX_NAMES) and all_sexes(v.values))

    def _first(self, *tests: Callable[[Variable], bool]) -> Variable | None:
        return next((v for test in tests for v in self.variables if test(v)), None)


def _share_of_areas(variable: Variable) -> float:
    known = sum(area_unit(value) is not None for value in variable.values)
    return known / max(len(variable.values), 1)


class PxWeb(Protocol):
    """What both versions can do; ``max_cells`` is the service's own limit, None if unsaid."""

    max_cells: int | None

    def find(self, number: str) -> str | None:
        """Where the table with this number is; None if the service has it no more."""

    def describe(self, place: str) -> Table:
        """The table's metadata."""

    def query(self, place: str, selection: Selection) -> Answer:
        """The selected cells as json-stat2.

        Raises
        ------
        TooManyCellsError
            The selection is larger than the service allows.
        """


def connect(client: Client) -> PxWeb:
    """The newest version that is known to work: 1, else 2; its limits are obeyed from here on.

    Raises
    ------
    StatusError
        Neither version is there.
    """
    try:
        return V1(client)
    except StatusError as error:
        if error.status not in GONE:
            raise
    return V2(client)


class V1:
    """PxWeb API 1: folders of tables, POST of a query."""

    def __init__(self, client: Client) -> None:
        self.client, self.url = client, f"{client.addresses.pxweb}/v1/{LANGUAGE}"
        self._folders: dict[str, list[dict[str, Any]]] = {}
        config = client.get(f"{self.url}/?config").json
        self.max_cells = _number(config, "maxCells") or _number(config, "maxValues")
        _obey(client, self.url, _number(config, "maxCalls"), _number(config, "timeWindow"))

    def find(self, number: str) -> str | None:
        """Look where the table was last seen, then everywhere."""
        seen = [subject for subject, tables in SUBJECTS.items() if number in tables]
        for folder in [*(f"{DATABASE}/{subject}" for subject in seen), DATABASE]:
            if found := self._search(folder, number):
                return found
        return None

    def _search(self, folder: str, number: str) -> str | None:
        entries = self._list(folder)
        for entry in entries:
            if entry.get("type") == "t" and table_number(str(entry["id"])) == number:
                return f"{folder}/{entry['id']}"
        for entry in entries:
            if entry.get("type") == "l" and (
                found := self._search(f"{folder}/{entry['id']}", number)
            ):
                return found
        return None

    def _list(self, folder: str) -> list[dict[str, Any]]:
        if folder not in self._folders:
            try:
                answer = self.client.get(f"{self.url}/{folder}")
                entries = answer.json
                if not isinstance(entries, list) or not all("id" in entry for entry in entries):
                    raise DamagedError(answer.url, "no list of tables")
            except StatusError as error:
                if error.status not in (*GONE, 400):  # databases that have ended answer 400
                    raise
                entries = []
            self._folders[folder] = entries
        return self._folders[folder]

    def describe(self, place: str) -> Table:
        """GET of the table."""
        answer = self.client.get(f"{self.url}/{place}")
        try:
            found = answer.json
            variables = tuple(
                Variable(
                    v["code"], tuple(map(str, v["values"])), tuple(v.get("valueTexts", ())),
                    bool(v.get("elimination")), bool(v.get("time")),
                )
                for v in found["variables"]
            )  # fmt: skip
            return Table(place, str(found.get("title", place)), variables)
        except (KeyError, TypeError) as error:
            raise DamagedError(answer.url, f"no metadata of a table ({error!r})") from error

    def query(self, place: str, selection: Selection) -> Answer:
        """POST of the selected values, all named."""
        body = {
            "query": [
                {"code": code, "selection": {"filter": "item", "values": list(values)}}
                for code, values in selection.items()
            ],
            "response": {"format": "json-stat2"},
        }
        try:
            return self.client.post(f"{self.url}/{place}", body)
        except StatusError as error:
            if error.status == 403:
                raise TooManyCellsError(error.where, error.what) from error
            raise


class V2:
    """PxWeb API 2: a flat list of tables, metadata as json-stat2 without values."""

    def __init__(self, client: Client) -> None:
        self.client, self.url = client, f"{client.addresses.pxweb}/v2"
        config = client.get(f"{self.url}/config").json
        self.max_cells = _number(config, "maxDataCells")
        calls = _number(config, "maxCallsPerTimeWindow")
        _obey(client, self.url, calls, _number(config, "timeWindow"))

    def find(self, number: str) -> str | None:
        """Ask for the number; pages are turned until the table is there."""
        page, pages = 1, 1
        while page <= pages:
            asked: list[tuple[str, str | int]] = [("lang", LANGUAGE), ("query", number)]
            answer = self.client.get(f"{self.url}/tables", [*asked, ("pageNumber", page)])
            try:
                for table in answer.json["tables"]:
                    if table_number(str(table["id"])) == number:
                        return str(table["id"])
                pages = int(answer.json["page"]["totalPages"])
            except (KeyError, TypeError, ValueError) as error:
                raise DamagedError(answer.url, f"no list of tables ({error!r})") from error
            page += 1
        return None

    def describe(self, place: str) -> Table:
        """GET of the metadata."""
        asked = [("lang", LANGUAGE), ("outputFormat", "json-stat2")]
        answer = self.client.get(f"{self.url}/tables/{place}/metadata", asked)
        try:
            found = answer.json
            times = (found.get("role") or {}).get("time", [])
            variables = tuple(
                _dimension(name, found["dimension"][name], name in times) for name in found["id"]
            )
            return Table(place, str(found.get("label", place)), variables)
        except (KeyError, TypeError) as error:
            raise DamagedError(answer.url, f"no metadata of a table ({error!r})") from error

    def query(self, place: str, selection: Selection) -> Answer:
        """POST of the selected values."""
        chosen = [
            {"variableCode": code, "valueCodes": list(values)} for code, values in selection.items()
        ]
        asked = [("lang", LANGUAGE), ("outputFormat", "json-stat2")]
        try:
            return self.client.post(f"{self.url}/tables/{place}/data", {"selection": chosen}, asked)
        except StatusError as error:
            if error.status in (400, 403) and "too many cells" in error.body.lower():
                raise TooManyCellsError(error.where, error.what) from error
            raise


def _dimension(code: str, dimension: dict[str, Any], time: bool) -> Variable:
    category = dimension["category"]
    labels = category.get("label") or {}
    index = category.get("index", list(labels))
    codes = sorted(index, key=lambda code: index[code]) if isinstance(index, dict) else index
    values = tuple(map(str, codes))
    optional = bool((dimension.get("extension") or {}).get("elimination"))
    return Variable(code, values, tuple(labels.get(v, v) for v in values), optional, time)


def _number(config: Any, name: str) -> int | None:
    value = config.get(name) if isinstance(config, dict) else None
    return int(value) if value else None


def _obey(client: Client, url: str, calls: int | None, seconds: int | None) -> None:
    if calls and seconds:
        client.limit(url, Limits(calls, seconds))
