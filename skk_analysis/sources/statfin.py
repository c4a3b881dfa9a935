"""Statistics Finland's tables that the dictionary names: ``statfin.135l.RLL.rik_1000``.

The name gives the table's number and the codes of its variables other than year, area and sex, in
the table's order. Which variable is which comes from the metadata at every fetch, so that a table
or variable may be renamed; a code that is gone is a finding, never a silent total.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from skk_analysis.pxweb_names import SEXES, area_unit
from skk_analysis.sources.client import Answer, Client
from skk_analysis.sources.errors import DamagedError, TooManyCellsError
from skk_analysis.sources.findings import (
    ENDED,
    REDEFINED,
    RENAMED,
    Finding,
    compare_titles,
    compare_years,
)
from skk_analysis.sources.pxweb import DATABASE, PxWeb, Selection, Table, Variable, connect
from skk_analysis.sources.store import Piece, held_years
from skk_analysis.sources.task import Delivery, Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import Workspace

FOLDER = "municipalities"
LISTED = 6
"""So many of a variable's codes are named in a message."""


def tasks(client: Client, workspace: Workspace, wanted: Wanted) -> list[Task]:
    """Every table of the dictionary; the service is first asked when the first one is fetched."""
    service = _Service(client)
    by_table: dict[str, list[tuple[str, ...]]] = {}
    for name in wanted.of("statfin"):
        number, *codes = name.split(".")
        by_table.setdefault(number, []).append(tuple(codes))
    found = [_Wish(service, workspace, wanted, *item) for item in by_table.items()]
    return [Task(wish.key, wish.fetch, wish.check) for wish in found]


@dataclass
class _Service:
    client: Client

    @cached_property
    def api(self) -> PxWeb:
        return connect(self.client)


@dataclass
class _Wish:
    """One table of one workspace's dictionary."""

    service: _Service
    workspace: Workspace
    wanted: Wanted
    number: str
    series: list[tuple[str, ...]]

    @property
    def key(self) -> str:
        return f"statfin.{self.number}"

    def check(self) -> list[Finding]:
        """What is otherwise than the register says."""
        return self._plan()[2]

    def fetch(self) -> Delivery:
        """The wanted years and those that are held already, of all areas."""
        table, queries, findings = self._plan()
        if table is None:
            return Delivery([], findings)
        answers = [
            answer for query in queries for answer in _ask(self.service.api, table.place, query)
        ]
        names = [f"statfin_{self.number}"]
        if len(answers) > 1:
            names = [f"{names[0]}-{i}" for i in range(1, len(answers) + 1)]
        return Delivery(
            [_piece(name, table, *a) for name, a in zip(names, answers, strict=True)], findings
        )

    def _plan(self) -> tuple[Table | None, list[Selection], list[Finding]]:
        """The table, what to ask it, and what is otherwise than expected."""
        place = self.service.api.find(self.number)
        if place is None:
            what = f"{DATABASE} has no table with this number"
            mend = "Look in the archive StatFin_Passiivi, or choose another table."
            return None, [], [Finding(ENDED, self.key, what, mend)]
        table = self.service.api.describe(place)
        time, area = table.time, table.area
        if time is None or area is None:
            codes = ", ".join(v.code for v in table.variables)
            what = f"no variable of years or none of areas among {codes}"
            mend = "Only yearly tables by area can be used."
            return None, [], [Finding(REDEFINED, self.key, what, mend)]
        available = {int(value.rstrip("*")): value for value in time.values}
        years = {*self.wanted.years, *held_years(self.workspace, self.key)} & set(available)
        findings = compare_years(self.key, min(available), max(available), self.wanted.years)
        if not years:
            return None, [], findings
        base = {
            time.code: [available[year] for year in sorted(years)],
            area.code: [value for value in area.values if area_unit(value)],
        }
        groups: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for codes_ in self.series:
            name = ".".join((self.key, *codes_))
            chosen, found = _choose(name, table, codes_)
            findings += found
            if chosen is None:
                continue
            findings += compare_titles(name, self.wanted.titles.get(name, ""), _text(table, chosen))
            group = groups.setdefault(tuple(chosen), {})
            for code, value in chosen.items():
                group.setdefault(code, [])
                if value not in group[code]:
                    group[code].append(value)
        if not groups or any(finding.stops for finding in findings):
            return None, [], findings
        order = [v.code for v in table.variables]
        queries: list[Selection] = [
            {code: {**base, **group}[code] for code in order if code in {**base, **group}}
            for group in groups.values()
        ]
        return table, queries, findings


def _others(table: Table) -> list[Variable]:
    """The variables that a name's codes are about."""
    return [v for v in table.variables if v not in (table.time, table.area, table.sex)]


def _choose(
    name: str, table: Table, codes: Sequence[str]
) -> tuple[dict[str, str] | None, list[Finding]]:
    """Variable → value for one series; a variable that may be left out is, if no code is for it."""
    chosen: dict[str, str] = {}
    left = list(codes)
    for variable in _others(table):
        if left and left[0] in variable.values:
            chosen[variable.code] = left.pop(0)
        elif not variable.optional:
            return None, [_no_code(name, table, variable, codes)]
    if left:
        return None, [_no_variable(name, table, left[0])]
    if table.sex and not table.sex.optional:
        total = [value for value in table.sex.values if SEXES[value.lower()] == "total"]
        chosen[table.sex.code] = (total or list(table.sex.values))[0]
    return chosen, []


def _no_code(name: str, table: Table, variable: Variable, codes: Sequence[str]) -> Finding:
    by_value = {c: v.code for v in _others(table) for c in codes if c in v.values}
    if len(by_value) == len(codes) == len(_others(table)):
        order = [c for v in _others(table) for c in codes if by_value[c] == v.code]
        now = ".".join([*name.split(".")[:2], *order])
        what = "the table's variables have another order"
        return Finding(RENAMED, name, what, f"Write {now} in programme/indicators.csv.")
    what = f"the variable {variable.code} of {table.place} has none of its codes"
    return Finding(RENAMED, name, what, f"It has {_listed(variable)}: correct the dictionary.")


def _no_variable(name: str, table: Table, code: str) -> Finding:
    variables = "; ".join(f"{v.code}: {_listed(v)}" for v in _others(table))
    what = f"{table.place} has no code {code} ({variables})"
    return Finding(RENAMED, name, what, "Correct the dictionary.")


def _listed(variable: Variable) -> str:
    more = "" if len(variable.values) <= LISTED else f" and {len(variable.values) - LISTED} more"
    return ", ".join(variable.values[:LISTED]) + more


def _text(table: Table, chosen: dict[str, str]) -> str:
    """What the service calls a series: the texts of its codes."""
    by_code = {v.code: dict(zip(v.values, v.texts, strict=False)) for v in _others(table)}
    return " / ".join(by_code[code].get(v, v) for code, v in chosen.items() if code in by_code)


# ---------------------------------------------------------------- asking in small enough parts


def _ask(api: PxWeb, place: str, selection: Selection) -> Iterator[tuple[Selection, Answer]]:
    """The selection's answer, in as many parts as the service's limit makes necessary."""
    cells = math.prod(len(values) for values in selection.values())
    parts = _halves(selection)
    if api.max_cells is None or cells <= api.max_cells:
        try:
            answer = api.query(place, selection)
        except TooManyCellsError:
            if not parts:
                raise
        else:
            _check_whole(answer, selection)
            yield selection, answer
            return
    elif not parts:
        what = f"{cells} cells are asked for and {api.max_cells} allowed"
        raise TooManyCellsError(place, what, "Ask for fewer series of the table.")
    for part in parts:
        yield from _ask(api, place, part)


def _halves(selection: Selection) -> list[Selection]:
    """Two selections that make up one: along the variable with the most values."""
    code = max(selection, key=lambda code: len(selection[code]))
    values = selection[code]
    if len(values) < 2:
        return []
    middle = len(values) // 2
    return [{**selection, code: values[:middle]}, {**selection, code: values[middle:]}]


def _check_whole(answer: Answer, selection: Selection) -> None:
    """An answer holds exactly the cells that were asked for."""
    cube = answer.json
    try:
        size = dict(zip(cube["id"], map(int, cube["size"]), strict=True))
        found = cube["value"]
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(answer.url, f"no json-stat2 table ({error!r})") from error
    wrong = {c: n for c, n in size.items() if n != len(selection.get(c, [""]))}
    if wrong or not set(selection) <= set(size):
        asked = ", ".join(f"{c} × {len(v)}" for c, v in selection.items())
        given = ", ".join(f"{c} × {n}" for c, n in size.items())
        raise DamagedError(answer.url, f"{given} came and {asked} was asked for")
    if isinstance(found, list) and len(found) != math.prod(size.values()):
        what = f"{len(found)} values for {math.prod(size.values())} cells"
        raise DamagedError(answer.url, what)


def _piece(name: str, table: Table, selection: Selection, answer: Answer) -> Piece:
    assert table.time is not None  # only yearly tables are asked for
    years = tuple(int(value.rstrip("*")) for value in selection[table.time.code])
    return Piece(
        name=name,
        suffix=".json",
        folder=FOLDER,
        reader="json_stat",
        title=table.title,
        answer=answer,
        updated=str(answer.json.get("updated", "")),
        years=years,
    )
