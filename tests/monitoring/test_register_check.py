"""The register's check: every fault at once, with file, line, column and mend."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest

from skk_analysis.monitoring import check, check_files
from skk_analysis.monitoring.schema import schemas
from skk_analysis.programme import STARTING_REGISTER, Programme

_spec = importlib.util.spec_from_file_location(
    "register_fixtures", Path(__file__).with_name("register_fixtures.py")
)
register = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(register)
SAMPLE = register.SAMPLE


def changed(table: str, row: int, column: str, value: str):
    """Messages on the sample with one cell changed."""
    content = register.with_cell(SAMPLE[table], row, column, value)
    return check_files(SAMPLE | {table: content})


@pytest.mark.parametrize("folder", [STARTING_REGISTER, register.ROOT / "data/raw/programme"])
def test_both_registers_are_clean(folder: Path):
    assert [str(m) for m in check(Programme(folder)) if m.severity != "note"] == []


def test_every_table_and_column_of_both_registers_is_described():
    for folder in (STARTING_REGISTER, register.ROOT / "data" / "raw" / "programme"):
        for path in folder.glob("*.csv"):
            header = next(csv.reader(path.read_text("utf-8").splitlines()))
            assert set(schemas()[path.stem].expected) <= set(header)
    for schema in schemas().values():
        for column in schema.columns.values():
            assert column.fi and column.en and column.fi != column.en, (schema.name, column.name)


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "check", "mend"),
    [
        ("experiments", 0, "started", "19.8.2019", "date", "'2019-08-19'"),
        ("experiments", 0, "started", "2019-02-30", "date", "hyphens"),
        ("experiments", 0, "started", "2018-12-31", "outside_programme", "years.csv"),
        ("experiments", 0, "ended", "2022-01-01", "outside_programme", "programme_phases.csv"),
        ("experiments", 0, "ended", "2019-08-18", "order", "started"),
        ("experiments", 1, "ended", "", "status", "ended"),
        ("experiments", 0, "city_code", "49", "reference", "'049'"),
        ("experiments", 0, "city_code", "Espoo", "reference", "'049'"),
        ("experiments", 0, "stage", "ehkaiseva", "choice", "'ehkäisevä'"),
        ("experiments", 0, "dimension", "yhteisöllisyys", "reference", "'yhteisollisyys'"),
        ("experiments", 0, "main_indicator", "comunity", "reference", "'community'"),
        ("experiments", 0, "goal_id", "tavoite-espo", "reference", "'tavoite-espoo'"),
        ("experiments", 0, "target_areas", "2037,2087", "code", "'02037;02087'"),
        ("experiments", 0, "id", "Espoo 1", "id", "'espoo-1'"),
        ("experiments", 0, "id", "espoo-2", "twice", "Remove"),
        ("experiments", 0, "name_fi", "", "empty", "Name"),
        ("experiments", 0, "name_fi", "Naapuri\x00", "characters", "U+0000"),
        ("phase_log", 0, "left", "2019-03-12", "order", "entered"),
        ("phase_log", 0, "phase", "Tutki", "reference", "'tutki'"),
        ("phase_log", 0, "experiment", "espoo-9", "reference", "'espoo-"),
        ("phase_log", 0, "city_code", "853", "other_city", "'049'"),
        ("milestones", 0, "actual", "2019-04-01", "status", "'on_time'"),
        ("milestones", 0, "status", "Late", "choice", "'late'"),
        ("peer_reviews", 0, "criterion", "ongelmat", "reference", "'ongelma'"),
        ("peer_reviews", 0, "score", "6", "limits", "criteria.csv"),
        ("peer_reviews", 0, "score", "3,5", "number", "'3.5'"),
        ("indicators", 0, "numerator", "paavo.he_vakiy+", "formula", "Write a formula"),
        ("attendance", 0, "attended", "kyllä", "yes_no", "'yes'"),
        ("attendance", 0, "workshop", "tyopaja-5", "reference", "tyopaja-"),
        ("attendance", 0, "attended", "no", "attended", "Write 0"),
        ("speakers", 0, "event", "kevät-2019", "reference", "'kevat-2019'"),
        ("costs", 0, "eur", "9 800,50 €", "number", "'9800.50'"),
        ("costs", 0, "eur", "-5", "limits", "limits"),
        ("costs", 0, "year", "2019.0", "year", "'2019'"),
        ("costs", 0, "year", "2030", "outside_programme", "years.csv"),
        ("exposure", 0, "unit_code", "049", "unit", "unit_level"),
        ("literature", 0, "year", "1811", "limits", "limits"),
        ("literature", 0, "n", "412,5", "whole", "whole number"),
        ("recommendations", 0, "based_on", "vantaa-1;vantaa-1", "twice", "once"),
        ("recommendations", 0, "based_on", "vantaa-1; tampere-1", "reference",
         "'vantaa-1;tampere-1'"),
        ("platform_activity", 0, "month", "2/2019", "month", "'2019-02'"),
        ("surveys", 0, "answered", "2401", "order", "invited"),
        ("years", 1, "comparison_year", "2020", "order", "compared"),
        ("canvas", 0, "field", "problemi", "reference", "'problem'"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_and_mend(table, row, column, value, check, mend):
    found = [m for m in changed(table, row, column, value) if m.check == check]
    line = register.line_of(SAMPLE[table], row)
    mine = [m for m in found if m.row == line or m.check == "twice"]
    assert mine and mine[0].file == f"{table}.csv" and mine[0].severity == "error"
    assert any(mend in m.mend for m in mine), [m.mend for m in mine]


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "check"),
    [
        ("experiments", 3, "stop_reason_fi", "", "status"),
        ("experiments", 0, "theme", "kulttuurii", "choice"),
        ("partners", 0, "name", "Naapuriapu ry ", "blanks"),
        ("tests", 0, "change_fi", "", "change"),
        ("canvas", 0, "filled", "no", "filled"),
        ("events", 0, "season", "autumn", "season"),
        ("phase_log", 1, "entered", "2019-04-01", "overlap"),
        ("peer_reviews", 0, "reviewer_city_code", "049", "own_review"),
    ],
)
def test_a_probable_slip_is_a_warning(table, row, column, value, check):
    found = [m for m in changed(table, row, column, value) if m.severity != "note"]
    assert {(m.severity, m.check) for m in found} == {("warning", check)}
    assert all(m.mend for m in found)


@pytest.mark.parametrize("sign", "=+@")
def test_what_a_spreadsheet_would_run_is_noted(sign):
    (message,) = changed("tests", 0, "finding_fi", f"{sign}1+1")
    assert (message.severity, message.check) == ("note", "formula")


def test_all_faults_come_at_once_with_lines_right_after_line_breaks():
    content = register.with_cell(SAMPLE["tests"], 0, "finding_fi", "Kolme\nriviä\nriviä")
    content = register.with_cell(content, 3, "date", "5.6.2019")
    content = register.with_cell(content, 5, "n", "yhdeksän")
    costs = register.with_cell(SAMPLE["costs"], 2, "eur", "1,5")
    found = check_files(SAMPLE | {"tests": content, "costs": costs})
    assert [(m.file, m.row, m.column) for m in found] == [
        ("tests.csv", 7, "date"), ("tests.csv", 9, "n"), ("costs.csv", 4, "eur"),
    ] or [(m.file, m.row, m.column) for m in found] == [
        ("costs.csv", 4, "eur"), ("tests.csv", 7, "date"), ("tests.csv", 9, "n"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "line", "check", "mend"),
    [
        (b"", 1, "csv", "Delete"),
        ("year,comparison_year,pandemic,decision\n2019,2018,no,yes\nvälivuosi,,,\n".encode("cp1252"),
         3, "encoding", "CSV UTF-8"),
        ("year,comparison_year\n".encode("utf-16"), 1, "encoding", "CSV UTF-8"),
        (b"year;comparison_year;pandemic;decision\n2019;2018;no;yes\n", 1, "separator", "export"),
        (b'year,comparison_year,pandemic,decision\n2019,2018,no,yes\n"2020,2019,yes,no\n', 3, "csv",
         "quotes"),
        (b"year,comparison_year,pandemic,decision\n2019,2018,no\n", 2, "cells", "comma"),
        (b"year,comparison_year,pandemic,decision\n2019,2018,no,yes,a,b\n", 2, "cells", "quotes"),
        (b"year,comparison_year,pandemic,decision\n2019,2018,no,yes\n,,,\n", 3, "empty_row",
         "Delete"),
        (b"year,year,comparison_year,pandemic,decision\n2019,2019,2018,no,yes\n", 1, "column_twice",
         "Rename"),
        (b"year,comparison,pandemic,decision\n2019,2018,no,yes\n", 1, "missing_column",
         "'comparison' to comparison_year"),
    ],
)  # fmt: skip
def test_a_fault_of_the_file_is_named_and_the_rest_is_still_checked(content, line, check, mend):
    costs = register.with_cell(SAMPLE["costs"], 2, "eur", "1,5")
    found = check_files(SAMPLE | {"years": content, "costs": costs})
    mine = [m for m in found if m.file == "years.csv" and m.check == check]
    assert [m.row for m in mine] == [line] and mend in mine[0].mend
    assert any(m.file == "costs.csv" and m.row == 4 for m in found)


def test_a_semicolon_file_is_told_once_and_its_values_are_used():
    quoted = SAMPLE["cities"].replace(b"fi;sv", b'"fi;sv"')
    content = quoted.replace(b",", b";")
    assert [(m.file, m.check) for m in check_files(SAMPLE | {"cities": content})] == [
        ("cities.csv", "separator")
    ]


def test_unknown_tables_and_columns_are_notes_with_a_guess():
    extra = b"own,experiment\n1,espoo-1\n"
    partners = SAMPLE["partners"].replace(b",invented", b",invented,note_of_ours", 1)
    partners = b"\n".join(
        line + b"," if i and line else line for i, line in enumerate(partners.split(b"\n"))
    )
    found = check_files(SAMPLE | {"experiment": extra, "partners": partners})
    assert {(m.severity, m.check) for m in found} == {
        ("note", "unknown_table"), ("note", "unknown_column"),
    }  # fmt: skip
    assert "experiments.csv" in next(m.mend for m in found if m.check == "unknown_table")


def test_absent_tables_are_fine_unless_reports_need_them():
    few = {name: SAMPLE[name] for name in ("cities", "years", "indicators", "dimensions")}
    assert check_files(few) == []
    del few["years"]
    assert [(m.check, m.file) for m in check_files(few)] == [("missing_table", "years.csv")]


def test_references_to_a_table_that_is_not_there_are_told_once():
    less = {name: content for name, content in SAMPLE.items() if name != "experiments"}
    found = check_files(less)
    assert {(m.severity, m.check) for m in found} == {("warning", "unjudged")}
    assert len([m for m in found if m.file == "peer_reviews.csv"]) == 1


def test_many_faults_of_one_column_are_counted():
    rows = register.rows_of(SAMPLE["peer_reviews"])
    place = rows[0].index("score")
    for row in rows[1:]:
        row[place] = "hyvä"
    found = check_files(SAMPLE | {"peer_reviews": register.bytes_of(rows)})
    assert len(found) == 51
    assert found[-1].value.startswith("135 more")


def test_the_years_of_the_programme_are_read_from_the_register():
    years = SAMPLE["years"] + b"2023,2022,no,no\n"
    later = register.with_cell(SAMPLE["experiments"], 0, "ended", "2023-12-31")
    assert check_files(SAMPLE | {"years": years, "experiments": later}) == []
    assert check_files(SAMPLE | {"experiments": later}) != []
