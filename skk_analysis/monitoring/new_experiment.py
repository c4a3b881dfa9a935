"""A new experiment: the rows it needs so that every page can show it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from skk_analysis.cleaning.message import CleaningError, Message
from skk_analysis.monitoring.register_check import check_files, errors
from skk_analysis.monitoring.register_table import RegisterTable, read_table, table_bytes
from skk_analysis.monitoring.schema import TableSchema, schemas
from skk_analysis.programme import City, Programme
from skk_analysis.register_change import change_register, register_files

Row = dict[str, str]

OVER = ("ended", "continued", "stopped")
STEPS = (
    ("Sovitaan mittari", "Mätaren avtalas", "Agree the indicator"),
    ("Kokeilu käyntiin", "Försöket startas", "Start the experiment"),
    ("Päätös jatkosta", "Beslut om fortsättningen", "Decide on continuation"),
)
"""Steps of the roadmap that every experiment begins with."""
MILESTONES = (
    ("malli", "Malli valmis", "Modellen klar", "Model ready"),
    ("alku", "Kokeilu alkaa", "Försöket börjar", "Experiment starts"),
    ("loppu", "Kokeilu päättyy", "Försöket slutar", "Experiment ends"),
)


@dataclass(frozen=True)
class NewExperiment:
    """What is told of a new experiment; texts in Swedish and English may come later.

    ``starts`` and ``ends`` are dates such as 2019-08-19: planned ones while ``status`` is
    ``planned``. ``entered`` is the day on which the first ``phase`` began. ``partners`` are
    (group, sector, name); ``areas`` postal codes, none where the whole city is reached.
    """

    city: str
    name_fi: str
    problem_fi: str
    target_group_fi: str
    dimension: str
    main_indicator: str
    stage: str
    level: str
    design: str
    name_sv: str = ""
    name_en: str = ""
    problem_sv: str = ""
    problem_en: str = ""
    target_group_sv: str = ""
    target_group_en: str = ""
    what_fi: str = ""
    what_sv: str = ""
    what_en: str = ""
    theme: str = ""
    assignment: str = ""
    goal: str = ""
    status: str = "planned"
    stop_reason_fi: str = ""
    starts: str = ""
    ends: str = ""
    phase: str = "tutki"
    entered: str = ""
    target_size: str = ""
    areas: Sequence[str] = ()
    partners: Sequence[tuple[str, str, str]] = ()
    invented: str = "no"


@dataclass(frozen=True)
class Added:
    """What was written: the experiment's id, rows by table, and what is still worth doing."""

    id: str
    rows: dict[str, int] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)


def add_experiment(programme: Programme, new: NewExperiment) -> Added:
    """Write a new experiment to all tables of the register that it needs, or to none.

    Parameters
    ----------
    programme
        The register.
    new
        What is told of the experiment. It gets the next free id of its city, such as
        ``espoo-3``.

    Returns
    -------
    Added
        The id, the number of rows in each table, and hints on what is not there yet.

    Raises
    ------
    CleaningError
        If the rows, or the tables they belong to, have a fault that `check` would call an error;
        nothing is written then. Faults elsewhere in the register do not stand in the way.
    SkkError
        If the programme has no such city.
    """
    city = programme.city(new.city)
    files = register_files(programme.folder)
    read = {name: read_table(name, content) for name, content in files.items()}
    tables = {name: table for name, (table, _) in read.items()}
    id_ = _next_id(city, tables)
    rows = _rows(id_, city, new, tables)
    _stop_at([m for name in rows if name in read for m in errors(read[name][1])])
    changed = {
        name: _with_rows(tables.get(name), files.get(name, b""), schemas()[name], more)
        for name, more in rows.items()
    }
    before = set(check_files(files))
    _stop_at([m for m in errors(check_files(files | changed)) if m not in before])
    change_register(programme.folder, changed, files)
    counts = {name: len(more) for name, more in rows.items()}
    return Added(id_, counts, _hints(id_, city, new, tables))


def _stop_at(found: Sequence[Message]) -> None:
    """Stop if there is a fault; a value that several tables were to get is told once."""
    if found:
        raise CleaningError([*{(m.check, m.value): m for m in reversed(found)}.values()][::-1])


def _next_id(city: City, tables: Mapping[str, RegisterTable]) -> str:
    ids = tables["experiments"].values("id") if "experiments" in tables else set()
    numbers = [int(m[1]) for i in ids if (m := re.fullmatch(rf"{city.key}-(\d+)", i))]
    return f"{city.key}-{max(numbers, default=0) + 1}"


def _rows(
    id_: str, city: City, new: NewExperiment, tables: Mapping[str, RegisterTable]
) -> dict[str, list[Row]]:
    """The rows by table; a table that would get none is left out."""
    of = {"experiment": id_, "city_code": city.code, "invented": new.invented}
    found: dict[str, Iterable[Row]] = {
        "experiments": [_experiment(id_, city, new)],
        "partners": (
            {"group": group, "sector": sector, "name": name} for group, sector, name in new.partners
        ),
        "exposure": _exposure(city, new),
        "phase_log": [{"phase": new.phase, "entered": new.entered}] if new.entered else [],
        "milestones": _milestones(new),
        "roadmap": _roadmap(new),
        "tidier": _tidier(new),
        "canvas": _canvas(new, tables),
    }
    rows = {name: [of | row for row in more] for name, more in found.items()}
    return {name: more for name, more in rows.items() if more}


def _experiment(id_: str, city: City, new: NewExperiment) -> Row:
    same = (
        "name_fi", "name_sv", "name_en", "theme", "dimension", "stage", "status", "problem_fi",
        "problem_sv", "problem_en", "target_group_fi", "target_group_sv", "target_group_en",
        "target_size", "level", "main_indicator", "assignment", "design", "stop_reason_fi",
    )  # fmt: skip
    sectors = len({sector for _, sector, _ in new.partners})
    return {name: getattr(new, name) for name in same} | {
        "id": id_, "city_code": city.code, "goal_id": new.goal,
        "started": "" if new.status == "planned" else new.starts,
        "ended": new.ends if new.status in OVER else "",
        "target_areas": ";".join(new.areas), "sectors": str(sectors or ""),
    }  # fmt: skip


def _exposure(city: City, new: NewExperiment) -> Iterable[Row]:
    for unit in new.areas or [city.code]:
        yield {
            "unit_level": "postal_area" if new.areas else "municipality", "unit_code": unit,
            "from": "" if new.status == "planned" else new.starts,
            "to": new.ends if new.status in OVER else "",
            "reached": "participants" if new.level == "survey" else "all",
        }  # fmt: skip


def _milestones(new: NewExperiment) -> Iterable[Row]:
    days = {"malli": "", "alku": new.starts, "loppu": new.ends}
    happened = {"alku": new.status != "planned", "loppu": new.status in OVER}
    for key, fi, sv, en in MILESTONES:
        done = happened.get(key, False) and days[key] != ""
        stopped = key == "loppu" and new.status == "stopped"
        yield {
            "milestone": key, "name_fi": fi, "name_sv": sv, "name_en": en, "planned": days[key],
            "actual": days[key] if done else "",
            "status": "stopped" if stopped else "on_time" if done else "planned",
            "reason_fi": new.stop_reason_fi if stopped else "",
        }  # fmt: skip


def _roadmap(new: NewExperiment) -> Iterable[Row]:
    due = ("", new.starts, new.ends)
    done = (False, new.status != "planned", False)
    owner = new.partners[0][2] if new.partners else ""
    for order, ((fi, sv, en), day, is_done) in enumerate(zip(STEPS, due, done, strict=True), 1):
        yield {
            "order": str(order), "step_fi": fi, "step_sv": sv, "step_en": en, "owner_fi": owner,
            "due": day, "indicator": new.main_indicator, "status": "done" if is_done else "planned",
        }  # fmt: skip


def _tidier(new: NewExperiment) -> Iterable[Row]:
    when = f"{new.starts}–{new.ends}" if new.starts or new.ends else ""
    where = ";".join(new.areas) or "koko kaupunki"
    texts = {
        "why": (new.problem_fi, new.problem_sv, new.problem_en),
        "what": (new.what_fi, new.what_sv, new.what_en),
        "how": ("", "", ""), "who": (_names(new), "", ""), "where": (where, "", ""),
        "when": (when, when, when), "modifications": ("", "", ""),
    }  # fmt: skip
    for item, (fi, sv, en) in texts.items():
        yield {"item": item, "text_fi": fi, "text_sv": sv, "text_en": en}


def _canvas(new: NewExperiment, tables: Mapping[str, RegisterTable]) -> Iterable[Row]:
    """Every field of the register's canvas; those that nothing is known of are empty."""
    texts = {
        "ilmio": (new.problem_fi, new.problem_sv, new.problem_en),
        "kenelle": (new.target_group_fi, new.target_group_sv, new.target_group_en),
        "toimijat": (_names(new), "", ""),
        "ratkaisu": (new.what_fi, new.what_sv, new.what_en),
        "indikaattorit": (new.main_indicator,) * 3,
    }
    fields = tables["canvas_fields"].records() if "canvas_fields" in tables else []
    for key in (row["key"] for row in fields if row.get("key")):
        fi, sv, en = texts.get(key, ("", "", ""))
        yield {
            "field": key, "text_fi": fi, "text_sv": sv, "text_en": en,
            "filled": "yes" if fi else "no",
        }  # fmt: skip


def _names(new: NewExperiment) -> str:
    return "; ".join(name for _, _, name in new.partners)


def _with_rows(
    table: RegisterTable | None, content: bytes, schema: TableSchema, more: Sequence[Row]
) -> bytes:
    """The file with rows added at its end; its present lines stay as they are if they can.

    A text of the person's own for which the table has no column (Swedish, for example) gets one.
    """
    if table is None:
        return table_bytes([*schema.columns], _in_order(more, [*schema.columns]))
    columns = list(table.columns)
    if schema.name == "experiments":
        lacking = [c for c in schema.columns if c not in columns and any(r.get(c) for r in more)]
        for column in lacking:
            columns.insert(_place(column, columns, schema), column)
    if columns != table.columns:
        rows = _in_order([*table.records(), *more], columns)
        return table_bytes(columns, rows, like=content)
    added = table_bytes(columns, _in_order(more, columns), like=content)
    end = b"\r\n" if b"\r\n" in added else b"\n"
    body = added.split(end, 1)[1]
    return content + (b"" if content.endswith(b"\n") else end) + body


def _in_order(rows: Iterable[Row], columns: Sequence[str]) -> list[list[str]]:
    return [[row.get(column, "") for column in columns] for row in rows]


def _place(column: str, columns: Sequence[str], schema: TableSchema) -> int:
    """Where a new column goes: after the last of those that the schema has before it."""
    before = [*schema.columns][: [*schema.columns].index(column)]
    return 1 + max((columns.index(c) for c in before if c in columns), default=-1)


def _hints(
    id_: str, city: City, new: NewExperiment, tables: Mapping[str, RegisterTable]
) -> list[str]:
    """What the pages will say is missing."""
    hints = []
    chosen = {
        (row.get("city_code"), row.get("indicator"))
        for row in (tables["indicator_choices"].records() if "indicator_choices" in tables else [])
    }
    if (city.code, new.main_indicator) not in chosen:
        hints.append(
            f"indicator_choices.csv has no row of {new.main_indicator} for {city.name_fi}: until "
            "it has, the reports cannot say that the indicator was agreed beforehand."
        )
    if not new.partners:
        hints.append(f"partners.csv has no partner of {id_}.")
    if not new.entered:
        hints.append(f"phase_log.csv has no phase of {id_}: tell when the first one began.")
    if new.goal == "":
        hints.append(f"{id_} serves no goal of goals.csv.")
    return hints
