"""The register as a spreadsheet and back: nothing lost, Excel's habits mended, nothing run."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skk_analysis.monitoring import check
from skk_analysis.monitoring.register_check import errors
from skk_analysis.monitoring.register_table import table_bytes
from skk_analysis.monitoring.spreadsheet import HEADER_ROW, export_spreadsheet
from skk_analysis.monitoring.spreadsheet_import import import_spreadsheet
from skk_analysis.programme import STARTING_REGISTER, Programme
from skk_analysis.register_change import register_files
from skk_analysis.workspace import SkkError

_spec = importlib.util.spec_from_file_location(
    "register_fixtures", Path(__file__).with_name("register_fixtures.py")
)
register = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(register)
SAMPLE = register.SAMPLE
EDITED = (
    "Ohje", "years", "experiments", "exposure", "partners", "attendance", "tests", "costs", "teams",
    "phases", "platform_activity", "decisions", "literature",
)  # fmt: skip


@pytest.fixture(scope="module")
def workbook(tmp_path_factory) -> Path:
    """The sample's register as exported."""
    path = tmp_path_factory.mktemp("book") / "register.xlsx"
    export_spreadsheet(Programme(register.ROOT / "data" / "raw" / "programme"), path)
    return path


@pytest.fixture(scope="module")
def small(workbook: Path, tmp_path_factory) -> Path:
    """The sheets that the tests below edit; a table without a sheet stays as it is."""
    book = openpyxl.load_workbook(workbook)
    for name in set(book.sheetnames) - set(EDITED):
        del book[name]
    path = tmp_path_factory.mktemp("book") / "small.xlsx"
    book.save(path)
    return path


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return register.copy_of_sample(tmp_path)


@pytest.fixture
def edited(small: Path, tmp_path: Path):
    """Change cells, given as sheet → {(row below the header, column): value}, and save."""

    def edit(cells=None, then=None) -> Path:
        book = openpyxl.load_workbook(small)
        for sheet, changes in (cells or {}).items():
            names = [cell.value for cell in book[sheet][HEADER_ROW]]
            for (row, column), value in changes.items():
                book[sheet].cell(HEADER_ROW + 1 + row, names.index(column) + 1).value = value
        if then:
            then(book)
        book.save(tmp_path / "edited.xlsx")
        return tmp_path / "edited.xlsx"

    return edit


def cell(programme: Programme, table: str, row: int, column: str) -> str:
    return programme.table(table)[column].iloc[row]


def test_export_and_import_leave_every_file_byte_for_byte(workbook, programme):
    result = import_spreadsheet(programme, workbook)
    assert (result.changes, result.messages, result.written) == ([], [], False)
    assert register_files(programme.folder) == SAMPLE


@pytest.mark.parametrize("folder", [STARTING_REGISTER, register.ROOT / "data/raw/programme"])
def test_a_register_is_made_again_from_the_workbook_alone(folder, tmp_path):
    export_spreadsheet(Programme(folder), tmp_path / "book.xlsx")
    (tmp_path / "programme").mkdir()
    programme = Programme(tmp_path / "programme")
    assert import_spreadsheet(programme, tmp_path / "book.xlsx").written
    made = register_files(programme.folder)
    # a file that quotes more than it must says the same in its shortest form
    canonical = {
        name: table_bytes(rows[0], rows[1:])
        for name, content in register_files(folder).items()
        for rows in [register.rows_of(content)]
    }
    assert made == canonical


texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd\ufffe\uffff"
    )
    | st.sampled_from('\n"=+@,;_x000D0'), max_size=20,
).filter(lambda t: t == t.strip(" \t\r\n\u00a0\u2007\u202f\u2009\ufeff"))  # fmt: skip


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=40))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_comes_back_as_it_was(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("any") / "programme"
    shutil.copytree(STARTING_REGISTER, folder)
    rows = [(f"case-{i}", one, other, "x") for i, (one, other) in enumerate(pairs)]
    content = table_bytes(["id", "one", "other", "end"], rows)
    (folder / "own_notes.csv").write_bytes(content)
    programme = Programme(folder)
    export_spreadsheet(programme, folder.parent / "book.xlsx")
    before = register_files(folder)
    assert import_spreadsheet(programme, folder.parent / "book.xlsx").changes == []
    (folder / "own_notes.csv").write_bytes(b"id,one,other,end\n")
    result = import_spreadsheet(programme, folder.parent / "book.xlsx", write=False)
    assert len(result.changes) == len(rows)
    assert register_files(folder) == before | {"own_notes": b"id,one,other,end\n"}


HABITS = [
    ("experiments", 0, "city_code", 49, "049"),
    ("experiments", 1, "city_code", 49.0, "049"),
    ("exposure", 0, "unit_code", 2037, "02037"),
    ("experiments", 0, "started", dt.datetime(2019, 8, 19), "2019-08-19"),
    ("experiments", 1, "started", "2.9.2019", "2019-09-02"),
    ("experiments", 2, "started", 43724, "2019-09-16"),  # Excel's number of that day
    ("experiments", 3, "started", dt.date(2020, 1, 13), "2020-01-13"),
    ("platform_activity", 0, "month", dt.datetime(2019, 2, 1), "2019-02"),
    ("years", 0, "year", 2019.0, "2019"),
    ("years", 1, "year", dt.datetime(1905, 7, 12), "2020"),
    ("costs", 0, "eur", "9 800 €", "9800"),
    ("costs", 1, "eur", 14200.0, "14200"),
    ("literature", 0, "effect", "0,21", "0.21"),
    ("literature", 8, "effect", 0.1, "0.10"),  # the register's way to write it is kept
    ("attendance", 0, "attended", True, "yes"),
    ("attendance", 1, "attended", "KYLLÄ", "yes"),
    ("partners", 1, "name", "Naapuriapu ry (keksitty) \u00a0", "Naapuriapu ry (keksitty)"),
    ("experiments", 0, "stage", " ehkäisevä", "ehkäisevä"),
    ("experiments", 1, "stage", "Varhainen", "varhainen"),
    ("experiments", 0, "sectors", 3, "3"),
    (
        "decisions",
        0,
        "evidence_indicators",
        "municipal_gini; community",
        "municipal_gini;community",
    ),
]


def test_what_excel_does_to_a_value_is_mended_and_no_file_changes(edited, programme):
    cells: dict[str, dict] = {}
    for table, row, column, put, read in HABITS:
        assert cell(programme, table, row, column) == read
        cells.setdefault(table, {})[row, column] = put
    result = import_spreadsheet(programme, edited(cells))
    assert errors(result.messages) == [] and result.changes == []
    assert register_files(programme.folder) == SAMPLE
    told = {(m.file.split()[-1], m.row - HEADER_ROW - 1, m.column) for m in result.messages}
    silent = {"2019-08-19", "2020-01-13", "3", "2019", "14200"}  # shown as the register has it
    assert told == {
        (table, row, column)
        for table, row, column, _, read in HABITS
        if read not in silent and column != "month" and (column, row) != ("effect", 8)
    } | {("platform_activity", 0, "month")}


def test_new_values_are_read_as_they_are_meant(edited, programme):
    new = [
        ("experiments", 0, "started", dt.date(2019, 8, 20), "2019-08-20"),
        ("experiments", 3, "target_areas", 2037, "02037"),
        ("costs", 0, "eur", "9 800,5", "9800.5"),
        ("literature", 0, "effect", 0.1 + 0.2, "0.3"),
        ("attendance", 10, "attended", "ei", "no"),
        ("attendance", 10, "participants", 0.0, "0"),
    ]
    cells: dict[str, dict] = {}
    for table, row, column, put, _ in new:
        cells.setdefault(table, {})[row, column] = put
    result = import_spreadsheet(programme, edited(cells))
    assert errors(result.messages) == [] and result.written
    for table, row, column, _, read in new:
        assert cell(programme, table, row, column) == read


def test_what_was_mended_is_told_with_sheet_and_row(edited, programme):
    path = edited({"experiments": {(2, "city_code"): 853, (0, "city_code"): 49}})
    (message,) = import_spreadsheet(programme, path).messages
    assert (message.severity, message.check, message.row) == ("note", "mended", HEADER_ROW + 1)
    assert message.file == "edited.xlsx, sheet experiments"
    assert (message.value, message.mend) == ("49", "Read as '049'.")


def test_empty_rows_and_columns_other_orders_and_header_blanks_do_no_harm(edited, programme):
    def rearrange(book):
        sheet = book["experiments"]
        sheet.move_range(f"A1:A{sheet.max_row}", cols=sheet.max_column + 2)  # id goes last
        sheet.insert_rows(1, 2)
        sheet.insert_rows(8)
        sheet.insert_cols(3)
        sheet.cell(sheet.max_row + 5, 2).value = "  "
        header = next(c for c in sheet[HEADER_ROW + 2] if c.value == "city_code")
        header.value = " City_Code "
        sheet.title = "Experiments "
        del book["Ohje"]

    result = import_spreadsheet(programme, edited(then=rearrange))
    assert (result.changes, result.messages) == ([], [])


def test_changes_are_shown_and_only_changed_tables_are_written(edited, programme):
    def add(book):
        sheet = book["partners"]
        sheet.append(["espoo-1", 49, "yritykset", "kauppa", "Kyläkauppa", "no"])
        sheet.delete_rows(HEADER_ROW + 2)

    path = edited({"costs": {(0, "eur"): 9900}}, then=add)
    stamps = {p.name: p.stat().st_mtime_ns for p in programme.folder.iterdir()}
    shown = import_spreadsheet(programme, path, write=False)
    assert register_files(programme.folder) == SAMPLE and not shown.written
    result = import_spreadsheet(programme, path)
    assert result.written and [str(c) for c in result.changes] == [
        "- partners.csv: espoo-1 / järjestö / Naapuriapu ry (keksitty)",
        "+ partners.csv: espoo-1 / kauppa / Kyläkauppa",
        "~ costs.csv: espoo-1 / 2019 / työaika / kaupunki: eur: '9800' → '9900'",
    ]
    assert shown.changes == result.changes
    assert check(programme) == []
    touched = {p.name for p in programme.folder.iterdir() if p.stat().st_mtime_ns != stamps[p.name]}
    assert touched == {"partners.csv", "costs.csv"}


def test_all_errors_are_told_at_once_and_nothing_is_written(edited, programme):
    wrong = [
        ("costs", 3, "eur", "=SUM(G3:G4)", "formula"),
        ("costs", 4, "eur", "#N/A", "formula"),
        ("costs", 5, "eur", "paljon", "number"),
        ("experiments", 1, "stage", "varhaine", "choice"),
        ("experiments", 2, "id", "turku-2", "twice"),
        ("partners", 1, "experiment", "espoo-7", "reference"),
        ("experiments", 0, "started", dt.datetime(2019, 8, 19, 12), "date"),
        ("tests", 0, "date", "3/4/2019", "date"),
    ]
    cells: dict[str, dict] = {}
    for table, row, column, put, _ in wrong:
        cells.setdefault(table, {})[row, column] = put
    cells["teams"] = {(0, "members"): 3}  # a good change, which has to wait too
    result = import_spreadsheet(programme, edited(cells))
    told = {(m.check, m.row, m.column, m.file) for m in errors(result.messages)}
    for table, row, column, _, word in wrong:
        line = HEADER_ROW + 1 + row + (word == "twice")  # told of the second of the two
        assert (word, line, column, f"edited.xlsx, sheet {table}") in told
    assert not result.written and register_files(programme.folder) == SAMPLE


def test_a_lost_column_or_header_is_an_error_and_a_strange_sheet_a_note(edited, programme):
    def damage(book):
        book["costs"].delete_cols(7)  # eur
        book["tests"].delete_rows(HEADER_ROW)
        book["teams"].title = "team"
        book["phases"].cell(4, 30).value = "irrallaan"

    found = import_spreadsheet(programme, edited(then=damage)).messages
    assert {(m.severity, m.check) for m in found} == {
        ("error", "missing_column"), ("error", "header"), ("note", "unknown_sheet"),
        ("error", "no_column"),
    }  # fmt: skip
    assert "'teams'" in next(m.mend for m in found if m.check == "unknown_sheet")


def test_what_others_changed_since_the_export_is_not_overwritten(edited, programme):
    path = programme.folder / "costs.csv"
    path.write_bytes(path.read_bytes().replace(b"14200", b"14300"))
    other = edited({"teams": {(0, "members"): 5}})
    result = import_spreadsheet(programme, other)
    assert [m.check for m in errors(result.messages)] == ["outdated"]
    assert not result.written and b"14300" in path.read_bytes()


def test_formula_like_text_stays_text_and_is_never_a_formula(programme, tmp_path):
    path = programme.folder / "tests.csv"
    evil = '=HYPERLINK("http://x.invalid","tästä")'
    path.write_bytes(register.with_cell(path.read_bytes(), 0, "finding_fi", evil))
    export_spreadsheet(programme, tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if "worksheets/sheet" in n]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    result = import_spreadsheet(programme, tmp_path / "book.xlsx")
    assert result.changes == [] and cell(programme, "tests", 0, "finding_fi") == evil


def test_sheets_help_the_person_who_fills_them_in(workbook):
    book = openpyxl.load_workbook(workbook)
    sheet = book["experiments"]
    assert book.sheetnames[0] == "Ohje" and book["_lists"].sheet_state == "hidden"
    assert sheet.freeze_panes == f"A{HEADER_ROW + 1}"
    names = [c.value for c in sheet[HEADER_ROW]]
    assert "Kaupungin kuntanumero" in sheet.cell(1, names.index("city_code") + 1).value
    code = sheet.cell(HEADER_ROW + 1, names.index("city_code") + 1)
    assert (code.value, code.data_type, code.number_format) == ("049", "s", "@")
    assert sheet.column_dimensions[code.column_letter].number_format == "@"
    lists = {
        area.min_col: rule.formula1
        for rule in sheet.data_validations.dataValidation
        for area in rule.sqref.ranges
    }
    assert lists[code.column].startswith("'cities'!$A$3:")
    stage = lists[names.index("stage") + 1].removeprefix("'_lists'!").replace("$", "")
    assert [c.value for (c,) in book["_lists"][stage]] == ["ehkäisevä", "varhainen", "korjaava"]


def test_tables_not_yet_begun_are_empty_sheets_and_stay_unwritten(tmp_path):
    shutil.copytree(STARTING_REGISTER, tmp_path / "programme")
    programme = Programme(tmp_path / "programme")
    export_spreadsheet(programme, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    book["goals"].append(
        ["tavoite-oulu", 564, "Yhdessä", "", "", "osallisuus", "participation", "no"]
    )
    book.save(tmp_path / "book.xlsx")
    result = import_spreadsheet(programme, tmp_path / "book.xlsx")
    assert [str(c) for c in result.changes] == ["+ goals.csv: a new table of 1 rows"]
    assert not (programme.folder / "experiments.csv").exists()
    assert check(programme) == []


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_named(programme, tmp_path, content):
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(SkkError, match=r"x\.xlsx is no readable workbook"):
        import_spreadsheet(programme, tmp_path / "x.xlsx")
