"""The publishers' layouts and quirks are really in the files."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

SECRET = 30
TOTAL = {"HR": "Aged 18 or over, total", "KO": "Aged 18 or over, total"}
TOTAL |= {"TR": "Households, total", "TE": "Households, total", "HE": "Inhabitants, total"}


def test_there_is_enough_of_everything(
    city_of: pd.Series, households: dict[str, pd.DataFrame], sotkanet: pd.DataFrame
) -> None:
    per_city = city_of.value_counts()
    assert len(per_city) == 6 and per_city.min() >= 25
    people = sotkanet.xs(127, level="indicator")[2019].drop(list(per_city.index))
    assert len(people) >= 60
    assert people.between(80_000, 300_000).sum() >= 12
    for frame in households.values():
        assert set(frame["vuosi"]) == {2018, 2019, 2020}
        assert frame["vuosi"].value_counts().min() >= 3_000


def test_wide_exports_are_latin_1_with_quoted_labels_and_the_country_first(raw: Path) -> None:
    content = (raw / "areas/Inhabitants_disposable_monetary_income_2016.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    lines = content.decode("iso-8859-1").split("\n")
    assert lines[0].startswith('"Postal code area","Aged 18 or over, total, 2016 (HR)"')
    assert "Inhabintants belonging to the lowest" in lines[0]
    assert lines[1].startswith('"Finland",')
    odd = (raw / "areas/Size_and_stage_in_life_of_households_2015.csv").read_text("iso-8859-1")
    assert odd.startswith('"Postialue",')


def test_area_labels_have_runs_of_blanks_and_are_cut(paavo: pd.DataFrame) -> None:
    early = set(paavo.loc[paavo["year"] == 2012, "label"])
    late = set(paavo.loc[paavo["year"] == 2016, "label"])
    assert any("  (Espoo)" in label for label in early)
    assert any("   (Espoo )" in label for label in late)
    assert max(map(len, late)) == 47
    assert any(not label.endswith(")") for label in late)


def test_one_area_changes_municipality_in_its_label(paavo: pd.DataFrame, truths: dict) -> None:
    change = truths["border_change"]
    own = paavo[paavo["area"] == change["area"]]
    moved = own["label"].str.contains(change["label"])
    assert set(own.loc[moved, "year"]) == set(range(2010, change["until"] + 1))
    assert own.loc[~moved, "label"].str.contains("Vantaa").all()


@pytest.mark.parametrize("group", ["HR", "KO", "TR", "TE", "HE"])
def test_small_areas_are_protected_but_their_total_is_published(
    paavo: pd.DataFrame, group: str
) -> None:
    cells = paavo[paavo["group"] == group]
    totals = cells[cells["name"] == TOTAL[group]].set_index(["area", "year"])["cell"]
    totals = pd.to_numeric(totals, errors="coerce").fillna(0)
    parts = cells[cells["name"] != TOTAL[group]].set_index(["area", "year"])["cell"]
    small = totals[(totals > 0) & (totals < SECRET)].index
    assert len({area for area, _ in small}) >= 6
    assert (parts[parts.index.isin(small)] == "..").all()
    assert not (parts[~parts.index.isin(small)] == "..").any()


def test_main_activity_hides_its_detail_first_and_everything_later(paavo: pd.DataFrame) -> None:
    cells = paavo[paavo["group"] == "PT"].set_index(["year", "name", "area"])["cell"].sort_index()
    tiny = [area for area, cell in cells[2014, "Inhabitants"].items() if 0 < _number(cell) < SECRET]
    assert tiny
    assert cells[2014, "Labour force"][tiny].str.isdecimal().all()
    assert (cells[2014, "Students"][tiny] == "..").all()
    assert (cells[2017, "Employed"][tiny] == "..").all()
    assert "Labour force" not in set(paavo.loc[paavo["year"] == 2017, "name"])


def _number(cell: str) -> float:
    return float(cell) if cell not in {".", ".."} else 0.0


def test_an_empty_area_is_a_dot_in_some_years_and_zero_in_others(
    paavo: pd.DataFrame, truths: dict
) -> None:
    own = paavo[paavo["area"].isin(truths["areas"]["empty"]) & (paavo["group"] == "HR")]
    cells = own.groupby("year")["cell"].agg(set)
    assert cells[2012] == {"."} and cells[2014] == {"."}
    assert cells[2013] == {"0"} and cells[2016] == {"0"}


def test_wfs_layer_writes_minus_one_and_is_named_by_publication(raw: Path, truths: dict) -> None:
    text = (raw / "areas/pno_tilasto_2020.csv").read_text("utf-8")
    rows = {row["posti_alue"]: row for row in csv.DictReader(text.splitlines())}
    empty, tiny = rows[truths["areas"]["empty"][0]], rows[truths["areas"]["tiny"][0]]
    assert (empty["he_vakiy"], empty["hr_mtu"]) == ("0", "-1")
    assert (tiny["hr_tuy"] != "-1", tiny["hr_mtu"], tiny["pt_tyoll"]) == (True, "-1", "-1")
    assert {row["vuosi"] for row in rows.values()} == {"2020"}
    assert "049" in {row["kunta"] for row in rows.values()}


def test_wfs_layer_holds_two_data_years(raw: Path, paavo: pd.DataFrame) -> None:
    rows = csv.DictReader((raw / "areas/pno_tilasto_2020.csv").read_text("utf-8").splitlines())
    area = next(iter(rows))
    cell = (
        paavo[paavo["area"] == area["posti_alue"]]
        .set_index(["group", "name", "year"])["cell"]
        .sort_index()
    )
    assert area["he_vakiy"] == cell["HE", "Inhabitants, total", 2018]
    assert area["ko_perus"] == cell["KO", "Basic level studies", 2018]
    assert area["hr_mtu"] == cell["HR", "Median income of inhabitants", 2017]
    assert area["pt_tyott"] == cell["PT", "Unemployed", 2017]


def test_long_export_has_title_blank_line_and_every_area(
    raw: Path, long_2020: pd.DataFrame, city_of: pd.Series
) -> None:
    content = gzip.decompress((raw / "areas/009_12f7_2020.csv.gz").read_bytes())
    lines = content.decode("iso-8859-1").split("\r\n")
    assert lines[0].startswith('"12f7 -- ') and lines[1] == ""
    assert lines[2] == '"Postal code area","Information","2020"'
    assert set(long_2020.index) == set(city_of.index)
    assert "Inhabitants belonging to the lowest income category (HR)" in long_2020.columns
    assert {"..", "."} <= set(long_2020["Median income of inhabitants (HR)"])


def test_keys_have_a_mark_unquoted_commas_and_lost_zeros(raw: Path) -> None:
    postal = (raw / "areas/alueryhmittely_posnro.csv").read_bytes()
    assert postal.startswith(b"\xef\xbb\xbf") and b"\r\n" in postal
    header, first = postal.decode("utf-8-sig").split("\r\n")[:2]
    assert (header.count(",") + 1, first.count(",") + 1) == (21, 19)
    key = (raw / "municipalities/municipality_key_2020.csv").read_text("utf-8")
    codes = {row["municipality_code"] for row in csv.DictReader(key.splitlines())}
    assert {"49", "92"} <= codes


def test_sotkanet_has_crlf_scattered_regions_and_absent_rows(
    raw: Path, sotkanet: pd.DataFrame
) -> None:
    content = (raw / "municipalities/sotkanet_2010_2020.csv").read_bytes()
    assert content.startswith(b"indicator;region;year;gender;primary value;absolute value\r\n")
    everyone = len(sotkanet.loc[127])
    for indicator, years in ((1275, 11), (4284, 2), (4333, 2), (3076, 2)):
        assert sotkanet.loc[indicator].notna().any().sum() == years
    assert len(sotkanet.loc[1275]) < everyone
    assert sotkanet.loc[3076].dropna(axis=1, how="all").columns.tolist() == [2012, 2017]
    assert sotkanet.loc[4284].dropna(axis=1, how="all").columns.tolist() == [2018, 2020]
    smallest = sotkanet.loc[127][2019].nsmallest(10).index
    assert not smallest.isin(sotkanet.loc[1275].index).any()


def test_json_stat_is_dense_once_and_sparse_once(raw: Path) -> None:
    dense = json.loads((raw / "municipalities/rpk_135l_yhteensa.json").read_text("utf-8"))
    sparse = json.loads((raw / "municipalities/rpk_135l_ryhmittain.json").read_text("utf-8"))
    size = 1
    for extent in dense["size"]:
        size *= extent
    assert len(dense["value"]) == size and "role" in dense
    assert isinstance(sparse["value"], dict) and "role" not in sparse
    assert isinstance(sparse["dimension"]["Vuosi"]["category"]["index"], list)
    assert set(sparse["status"].values()) == {".."} and not (
        sparse["status"].keys() & sparse["value"].keys()
    )


def test_household_files_use_the_layout_s_freedom(raw: Path) -> None:
    first = {}
    for path in (raw / "households").iterdir():
        content = gzip.decompress(path.read_bytes())
        first[path.name.removesuffix(".csv.gz").split("_")[1]] = content.split(b"\n")[:2]
    assert first["jyvaskyla"][0].startswith(b"city_code;area_code;")
    assert first["espoo"][0].startswith(b"kuntakoodi;postinumero;")
    assert b"," in first["espoo"][1] and b"," not in first["jyvaskyla"][1]
    assert first["oulu"][1].split(b";")[7].endswith(b",00")


def test_surveys_lack_a_question_mark_not_asked_and_not_answered(raw: Path) -> None:
    frames = {}
    for year in (2019, 2020):
        content = gzip.decompress((raw / f"surveys/asukaskysely_{year}.csv.gz").read_bytes())
        rows = csv.DictReader(content.decode("iso-8859-1").splitlines(), delimiter=";")
        frames[year] = pd.DataFrame(rows)
    assert "own_influence" not in frames[2019] and "own_influence" in frames[2020]
    asked = frames[2020].groupby("kuntakoodi")["attachment"].agg(lambda c: "-1" not in set(c))
    assert asked.to_dict() == {
        "049": True, "853": True, "092": True, "837": True, "564": False, "179": False,
    }  # fmt: skip
    assert {"", "9", "1", "5"} <= set(frames[2019]["community"])
