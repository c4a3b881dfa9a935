"""What a reader takes away of a report: exactly what it shows, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import PurePosixPath
from types import SimpleNamespace

import nbformat
import openpyxl
import pytest

from skk_analysis.figures import Figure, Limits, Marked, Table
from skk_analysis.figures.table_data import resource
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.data_type import plain_name
from skk_analysis.reporting.downloads import downloads, items
from skk_analysis.reporting.downloads.csv_file import csv_bytes, harmless
from skk_analysis.workspace import Resource

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}",
    '=HYPERLINK("http://x","y")', "+1", "-1+2", "@SUM(A1)", "a;=1+1", "\u202egnitset", "x" * 40_000,
    "\x07bell", "rivi\n=2+2", "$\\frac{1}{",
]  # fmt: skip


def share(value: float, **more) -> Quantity:
    return Quantity(f"s.{value}", value, "share", **more)


@pytest.fixture
def table() -> Table:
    third = share(1 / 3, lower=0.25, upper=0.42)
    rows = (
        ("Keskusta", third, Limits(third), Quantity("d", -0.021, "share", kind="difference")),
        ("Laita", Missing("protected"), Missing("protected"), Missing("not_received")),
        (HOSTILE[3], Marked(share(0.07), "heart-good", "▲", "parempi"), "–",
         Quantity("r", 1.05, "euro", kind="relative")),
    )  # fmt: skip
    return Table("Taulukko 3. Osuudet", ("Alue", "Osuus", "Väli, 95 %", "Muutos"), rows, "fi")


def test_cells_are_handed_out_at_full_precision_in_the_unit_that_is_printed(table):
    found = resource(table)
    names, *rows = found["data"]
    assert names == [
        "alue", "osuus", "osuus_mark", "vali_95_lower", "vali_95_upper", "vali_95_text", "muutos",
        "muutos_unit",
    ]  # fmt: skip
    assert rows[0] == [
        "Keskusta",
        33.3333333333333,
        None,
        25.0,
        42.0,
        None,
        -2.1,
        "prosenttiyksikköä",
    ]
    assert rows[1] == ["Laita", "suojattu", None, "suojattu", "suojattu", None, "ei tietoa", None]
    assert rows[2][1:] == [7.0, "parempi", None, None, "–", 5.0, "%"]
    assert found["schema"]["skk:missing"] == {"protected": "suojattu", "not_received": "ei tietoa"}
    assert found["schema"]["missingValues"] == ["", "suojattu", "ei tietoa"]
    fields = {field["name"]: field for field in found["schema"]["fields"]}
    assert (fields["osuus"]["type"], fields["osuus"]["skk:unit"]) == ("number", "%")
    # every number on record is at its place, and the data hold no other number
    by_id = {q.id: q for q in table.quantities()}
    for row, field, id_ in found["skk:results"]:
        assert rows[row][field] == pytest.approx(
            (by_id[id_].value - 1) * 100 if id_ == "r" else by_id[id_].value * 100
        )
    numbers = [v for row in rows for v in row if isinstance(v, float)]
    assert len(numbers) == len(found["skk:results"]) + 2  # and the two limits


def made_of(*displays, language: str = "fi") -> SimpleNamespace:
    """A finished report that shows these."""
    cell = nbformat.v4.new_code_cell("show()")
    hidden = nbformat.v4.new_code_cell("secret", metadata={"tags": ["notes"]})
    for place, shown in ((cell, displays), (hidden, displays[:1])):
        for display in shown:
            data, metadata = display._repr_mimebundle_()
            place.outputs.append(
                nbformat.v4.new_output("display_data", data=data, metadata=metadata)
            )
    raw = Resource("a", "a.csv", "test", "Alueet", "Testaaja", "https://x.test/by/4.0/")
    report = SimpleNamespace(
        workspace=SimpleNamespace(resources=lambda: [raw]), language=language,
        path=PurePosixPath("espoo/2019/fi"),
        kind=SimpleNamespace(name="programme"),
        subject=SimpleNamespace(city=None, title=lambda _: HOSTILE[0]),
    )  # fmt: skip
    order = SimpleNamespace(
        report=report, run_id="0123", sources={"a": "x"}, invented=True, data_date="2021-03-01"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell, hidden])
    return SimpleNamespace(order=order, notebook=notebook, results=[], page="")


def test_files_of_a_report_are_stable_described_and_no_more_than_is_shown(table, cells):
    figure = Figure(cells.svg, "Kuvio 2. Neliö", "Neliö", "Neliön ala on 81.", table)
    made = made_of(table, figure, table)
    files = dict(downloads(made))
    assert set(files) == {
        f"downloads/{name}"
        for name in ("table-3.csv", "table-3-2.csv", "figure-2.csv", "figure-2.svg", "tables.xlsx",
                     "datapackage.json")
    }  # fmt: skip
    assert dict(downloads(made)) == files
    assert not files["downloads/table-3.csv"].startswith(b"\xef\xbb\xbf")
    text = files["downloads/table-3.csv"].decode()
    assert text.count("\r\n") == text.count("\n") == 4
    package = json.loads(files["downloads/datapackage.json"])
    assert [r["name"] for r in package["resources"]] == ["table-3", "figure-2", "table-3-2"]
    assert package["licenses"] == [{"path": "https://x.test/by/4.0/", "name": "4.0"}]
    for described in package["resources"]:
        content = files[f"downloads/{described['path']}"]
        names, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
        fields = described["schema"]["fields"]
        assert names == [field["name"] for field in fields]
        assert described["bytes"] == len(content)
        missing = set(described["schema"]["missingValues"])
        for row in rows:
            for value, field in zip(row, fields, strict=True):
                if field["type"] == "number" and value not in missing:
                    float(value)
    book = openpyxl.load_workbook(io.BytesIO(files["downloads/tables.xlsx"]))
    assert book.sheetnames == ["Sisällys", "Taulukko 3", "Kuvio 2", "Taulukko 3 (2)"]
    sheet = book["Taulukko 3"]
    assert [c.value for c in sheet[1]][:2] == ["Alue", "Osuus (%)"]
    assert [sheet.cell(2, 2).value, sheet.cell(3, 2).value] == [33.3333333333333, "suojattu"]
    with zipfile.ZipFile(io.BytesIO(files["downloads/tables.xlsx"])) as inner:
        assert {info.date_time for info in inner.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_no_text_is_run_by_a_spreadsheet_or_turned_by_a_reader():
    rows = tuple(
        (words, words, Quantity(f"n{i}", -1.5, "score")) for i, words in enumerate(HOSTILE)
    )
    shown = Table(f"Taulukko 1. {HOSTILE[0]}", ("=Alue", HOSTILE[1], "Luku"), rows, "fi",
                  note=HOSTILE[3])  # fmt: skip
    files = dict(downloads(made_of(shown)))
    content = files["downloads/table-1.csv"].decode()
    for row in csv.reader(io.StringIO(content, newline="")):
        for cell in row[:2]:
            for part in cell.replace("\n", ";").split(";"):
                assert not part.startswith(("=", "+", "-", "@", "\t", "\r")), cell[:40]
        assert row[2] in ("luku", "-1.5")  # a negative number stays one
    book = openpyxl.load_workbook(io.BytesIO(files["downloads/tables.xlsx"]))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "inlineStr"), (cell.coordinate, cell.data_type)
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(files["downloads/tables.xlsx"])) as inner:
        assert not any(b"<f>" in inner.read(name) for name in inner.namelist())
    for name, content in files.items():
        if not name.endswith(".xlsx"):
            assert not {"\u202e", "\x07"} & set(content.decode()), name
    package = json.loads(files["downloads/datapackage.json"])
    assert package["title"].endswith(HOSTILE[0])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(None, ""), (-1.5, "-1.5"), (3.0, "3"), ("teksti", "teksti"), (" =1", " '=1"), ("-", "'-"),
     ("a\t@b", "a\t'@b"), ("−0,3", "−0,3"), ("1-2", "1-2"), ("＝1", "'＝1")],
)  # fmt: skip
def test_a_formula_is_disarmed_and_nothing_else(cell, expected):
    assert harmless(cell) == expected


def test_names_of_columns_are_plain_and_each_once():
    assert plain_name("Äänestys­prosentti (%)") == "aanestysprosentti"
    twice = Table("Taulukko 1. x", ("Alue", "€", "%"), (("a", "b", "c"),), "fi")
    assert resource(twice)["data"][0] == ["alue", "field", "field_2"]
    assert csv_bytes(resource(twice)) == b"alue,field,field_2\r\na,b,c\r\n"


def test_a_report_without_data_gives_no_files():
    made = made_of()
    assert dict(downloads(made)) == {} and items(made.notebook) == []
