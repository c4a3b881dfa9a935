"""The programme register is data: cities and years are rows, faults are named."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from skk_analysis.programme import STARTING_REGISTER, City, Programme, start_register
from skk_analysis.workspace import SkkError, Workspace


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    shutil.copytree(STARTING_REGISTER, tmp_path / "programme")
    return Programme(tmp_path / "programme")


def test_the_six_cities_and_two_years_of_the_founding_documents(programme: Programme):
    codes = {city.name_fi: city.code for city in programme.cities()}
    assert codes == {
        "Espoo": "049",
        "Turku": "853",
        "Vantaa": "092",
        "Tampere": "837",
        "Oulu": "564",
        "Jyväskylä": "179",
    }
    assert programme.years() == [2019, 2020]


@pytest.mark.parametrize(
    "name",
    ["Jyväskylä", "jyväskylä", "jyvaskyla", "179", unicodedata.normalize("NFD", "Jyväskylä")],
)
def test_a_city_is_found_by_any_of_its_names(programme: Programme, name: str):
    assert programme.city(name).code == "179"


def test_an_unknown_city_is_answered_with_the_known_ones(programme: Programme):
    with pytest.raises(SkkError, match=r"no city 'Helsinki'.*Espoo, Turku"):
        programme.city("Helsinki")


def test_a_seventh_city_and_a_third_year_are_rows(programme: Programme):
    with (programme.folder / "cities.csv").open("a", encoding="utf-8") as file:
        file.write("398,Lahti,Lahtis,Lahti,yes,yes,large,no,test\n")
    with (programme.folder / "years.csv").open("a", encoding="utf-8") as file:
        file.write("2021,2020,yes,no\n")
    assert programme.city("Lahtis").key == "lahti"
    assert programme.years() == [2019, 2020, 2021]


@pytest.mark.parametrize(
    ("name", "key"),
    [("../../Pahä / kylä\\", "paha-kyla"), ("<b>Espoo</b>", "b-espoo-b"), ("…", "049")],
)
def test_no_name_of_a_city_leads_out_of_a_folder(name, key):
    assert City("049", name, "", "").key == key


def test_a_planned_city_that_did_not_join_is_not_reported(programme: Programme):
    path = programme.folder / "cities.csv"
    text = path.read_text("utf-8").replace("Oulu,yes,yes", "Oulu,yes,no")
    path.write_text(text, "utf-8")
    assert "Oulu" not in [city.name_fi for city in programme.cities()]


def test_register_saved_by_excel_with_a_byte_order_mark_is_read(programme: Programme):
    path = programme.folder / "cities.csv"
    path.write_text(path.read_text("utf-8"), "utf-8-sig")
    assert programme.city("Espoo").code == "049"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a readable CSV"),
        (b"name_fi\nEspoo\n", "column.* missing"),
        ("code,name_fi\n049,Jyväskylä\n".encode("latin-1"), "not UTF-8"),
        (b'code,name_fi\n"049,Espoo\n', "not a readable CSV"),
    ],
)
def test_faults_name_the_file(programme: Programme, content: bytes, message: str):
    (programme.folder / "cities.csv").write_bytes(content)
    with pytest.raises(SkkError, match=rf"(?s)cities\.csv.*{message}"):
        programme.cities()


def test_a_year_that_is_no_number_is_named_with_its_line(programme: Programme):
    path = programme.folder / "years.csv"
    path.write_text(path.read_text("utf-8").replace("2020,2019", "vuosi 2020,2019"), "utf-8")
    with pytest.raises(SkkError, match=r"'vuosi 2020' on line 3"):
        programme.years()


def test_an_indicator_may_stand_in_the_dictionary_once(programme: Programme):
    path = programme.folder / "indicators.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    pd.concat([frame, frame.tail(1)]).to_csv(path, index=False)
    with pytest.raises(SkkError, match=r"quality_of_life twice"):
        programme.indicators()


def test_a_missing_table_is_named(programme: Programme):
    with pytest.raises(SkkError, match=r"decisions_\.csv"):
        programme.table("decisions_")
    assert programme.optional_table("decisions_") is None


def test_a_workspace_gets_the_starting_register_once(tmp_path: Path):
    workspace = Workspace(tmp_path)
    with pytest.raises(SkkError, match="skk raw add"):
        Programme.of(workspace)
    assert start_register(workspace)
    assert not start_register(workspace)
    assert Programme.of(workspace).years() == [2019, 2020]
    assert "indicators" in Programme.of(workspace).tables()
