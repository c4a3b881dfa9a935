"""Sotkanet, json-stat2, Diak, keys and boundaries."""

from __future__ import annotations

import json

import numpy as np
import pytest

from skk_analysis.cleaning import CleaningError, boundaries, diak, json_stat, keys, sotkanet
from skk_analysis.cleaning.reader import Keys
from skk_analysis.cleaning.readers import recognise


@pytest.fixture
def regions(raw, samples):
    return keys.SOTKANET_REGIONS.read(raw(samples["SotkaRegions.json"], "r.json"), Keys()).keys


def test_sotkanet_csv_needs_regions(raw, samples, regions):
    file = raw(samples["sotkanet.csv"])
    assert recognise(file) is sotkanet.CSV
    with pytest.raises(CleaningError, match="SotkaRegions"):
        sotkanet.CSV.read(file, Keys())
    frame = sotkanet.CSV.read(file, regions).tables["observations"]
    assert frame["unit_code"].tolist() == ["049", "092", "049", "049"]
    assert frame["value"].tolist() == [32.5, 25.1, 289731, 143000]
    assert frame["group"].tolist() == ["total", "total", "total", "male"]
    assert frame["count"].tolist()[2] == 289731


def test_sotkanet_as_the_r_client_writes_it(raw):
    file = raw(
        '"indicator","region","year","gender","primary.value","absolute.value","region.code",'
        '"region.category"\n5,388,2019,"total",7.7,800,"851","KUNTA"\n'
        '5,658,2019,"total",7.7,,"358","MAA"\n'
    )
    assert recognise(file) is sotkanet.CSV
    frame = sotkanet.CSV.read(file, Keys()).tables["observations"]
    assert frame["unit_code"].tolist() == ["851", "SSS"]


def test_sotkanet_mistakes_are_all_listed(raw, samples, regions):
    text = samples["sotkanet.csv"].replace("2019;total;32.5", "19;kaikki;paljon")
    messages = sotkanet.CSV.read(raw(text), regions).messages
    assert {(m.row, m.column, m.value) for m in messages} == {
        (2, "year", "19"),
        (2, "gender", "kaikki"),
        (2, "primary value", "paljon"),
    }


def test_unknown_regions_are_refused_with_a_warning(raw, samples, regions):
    reading = sotkanet.CSV.read(raw(samples["sotkanet.csv"].replace(";413;", ";999;")), regions)
    assert (reading.rows_refused, [m.severity for m in reading.messages]) == (1, ["warning"])


def test_sotkanet_json(raw, regions):
    rows = [
        {
            "indicator": 127,
            "region": 20,
            "year": 2019,
            "gender": "total",
            "value": 5,
            "absValue": 7,
        },
        {"indicator": 127, "region": 7, "year": 2019, "gender": "total", "value": None},
    ]
    file = raw(json.dumps(rows), "x.json")
    assert recognise(file) is sotkanet.JSON
    frame = sotkanet.JSON.read(file, regions).tables["observations"]
    assert frame["unit_code"].tolist() == ["049", "01"]
    assert frame["status"].tolist() == ["observed", "not_received"]
    assert frame["count"].tolist()[0] == 7
    with pytest.raises(CleaningError, match="empty"):
        sotkanet.JSON.read(raw("[]", "y.json"), regions)
    with pytest.raises(CleaningError, match="objects"):
        sotkanet.JSON.read(raw("[1]", "z.json"), regions)


def test_sotkanet_labels_become_ids_and_names_codes(raw):
    file = raw(
        '"Muuttuja","Alue","Vuosi","Arvo","Maakunta"\n'
        '"[TULOEROT] Gini-kerroin, käytettävissä olevat tulot","Espoo",2011,32.5,"Uusimaa"\n'
        '"[T] Korkea-asteen koulutuksen saaneet, % 15 vuotta täyttäneistä","Espoo",2011,9,""\n'
        '"[TULOEROT] Gini-kerroin, käytettävissä olevat tulot","Nowhere",2011,3,"Uusimaa"\n'
    )
    assert recognise(file) is sotkanet.LABELLED
    with pytest.raises(CleaningError, match="municipality key"):
        sotkanet.LABELLED.read(file, Keys())
    reading = sotkanet.LABELLED.read(file, Keys(municipalities={"espoo": "049"}))
    names = reading.tables["observations"]["indicator"].tolist()
    # the definition of 3195 has changed since, so its old label keeps its own name
    assert names == [
        "sotkanet.3126",
        "sotkanet.korkea_asteen_koulutuksen_saaneet_15_vuotta_tayttaneista",
    ]
    assert reading.rows_refused == 1


def test_population_table(raw):
    file = raw('"municipality_code","primary.value","year"\n49,292796,2020\n')
    assert recognise(file) is sotkanet.POPULATION
    row = sotkanet.POPULATION.read(file, Keys()).tables["observations"].iloc[0]
    assert (row.unit_code, row.indicator, row.value) == ("049", "sotkanet.127", 292796)


# ---------------------------------------------------------------- json-stat2


def cube(samples, **changes):
    return json.dumps({**json.loads(samples["crime.json"]), **changes})


def test_json_stat(raw, samples):
    file = raw("\ufeff" + samples["crime.json"], "x.json")
    assert recognise(file) is json_stat.JSON_STAT
    frame = json_stat.JSON_STAT.read(file, Keys()).tables["observations"]
    assert frame["indicator"].unique().tolist() == ["statfin.135l.RLL.rik_1000"]
    assert frame["unit_level"].tolist()[:3] == ["municipality", "region", "country"]
    assert frame["unit_code"].tolist()[:3] == ["049", "01", "SSS"]
    assert frame["status"].tolist() == [
        "observed",
        "protected",
        "observed",
        "observed",
        "observed",
        "not_applicable",
    ]
    assert set(frame["release_year"]) == {2021}
    assert frame["reference_year"].tolist() == [2019] * 3 + [2020] * 3


def test_sparse_values_and_missing_roles_are_the_same_cube(raw, samples):
    whole = json_stat.JSON_STAT.read(raw(samples["crime.json"], "a.json"), Keys())
    sparse = {"0": 120.5, "2": 100, "3": 127.9, "4": 130}
    status = [None, "..", None, None, None, "."]
    other = raw(cube(samples, value=sparse, status=status, role=None), "b.json")
    frame = json_stat.JSON_STAT.read(other, Keys()).tables["observations"]
    assert frame.equals(whole.tables["observations"])


def test_one_status_for_all(raw, samples):
    file = raw(cube(samples, value={}, status=".."), "x.json")
    frame = json_stat.JSON_STAT.read(file, Keys()).tables["observations"]
    assert set(frame["status"]) == {"protected"}


def test_codes_after_the_rename_of_2026_and_sexes(raw):
    content = {
        "id": ["alue_23_20260101", "sukupuoli", "timeperiod_y", "contentscode"],
        "size": [1, 2, 1, 1],
        "dimension": {
            "alue_23_20260101": {"category": {"index": ["KU049"]}},
            "sukupuoli": {"category": {"index": {"2": 1, "1": 0}}},
            "timeperiod_y": {"category": {"index": ["2020*"]}},
            "contentscode": {"category": {"label": {"vaesto": "Väestö"}}},
        },
        "value": [10, 11],
        "extension": {"px": {"tableid": "11re.px"}},
    }
    frame = json_stat.JSON_STAT.read(raw(json.dumps(content), "x.json"), Keys()).tables[
        "observations"
    ]
    assert frame["group"].tolist() == ["male", "female"]
    assert set(frame["indicator"]) == {"statfin.11re.vaesto"}
    assert set(frame["reference_year"]) == {2020}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"size": [2, 1, 2, 1]}, "size"),
        ({"value": [1, 2]}, "6 values"),
        ({"value": [1, 2, 3, 4, 5, "x"]}, "number or null"),
        ({"value": [1, 2, 3, 4, 5, 1e400]}, "number or null"),
    ],
)
def test_a_damaged_cube_ends_in_a_message(raw, samples, change, expected):
    with pytest.raises(CleaningError, match=expected):
        json_stat.JSON_STAT.read(raw(cube(samples, **change), "x.json"), Keys())


def test_a_cube_without_areas_or_years(raw, samples):
    content = json.loads(samples["crime.json"])
    content["dimension"]["Alue"]["category"]["index"] = ["a", "b", "c"]
    with pytest.raises(CleaningError, match="dimension of areas"):
        json_stat.JSON_STAT.read(raw(json.dumps(content), "x.json"), Keys())
    content = json.loads(samples["crime.json"])
    content["dimension"]["Vuosi"]["category"]["index"] = ["2019M01", "2019M02"]
    with pytest.raises(CleaningError, match="yearly"):
        json_stat.JSON_STAT.read(raw(json.dumps(content), "y.json"), Keys())
    content["dimension"]["Vuosi"]["category"]["index"] = {"2019": 0, "2020": 3}
    with pytest.raises(CleaningError, match="positions"):
        json_stat.JSON_STAT.read(raw(json.dumps(content), "z.json"), Keys())


# ---------------------------------------------------------------- Diak, prices


def test_diak(raw, samples):
    file = raw(samples["diak.csv"])
    assert recognise(file) is diak.DIAK
    reading = diak.DIAK.read(file, Keys())
    frame = reading.tables["observations"]
    assert set(frame["indicator"]) == {"diak.tyottomat"}
    assert frame["status"].tolist() == ["observed", "not_received"]
    assert reading.labels["city_name"].tolist() == ["049", "564"]


def test_diak_codes_get_their_zeros_and_rows_without_code_are_left_out(raw):
    text = (
        '"regio_level","aluenimi","aika","pop","aluekoodi"\n"Kunnat","Espoo",2011,250000,49\n'
        '"Kunnat","Brändö",2011,500,\n"Kunnat","KAIKKI KUNNAT",2011,5,\n'
    )
    reading = diak.DIAK.read(raw(text), Keys())
    frame = reading.tables["observations"]
    assert frame["unit_code"].tolist() == ["049", "SSS"]
    assert set(frame["indicator"]) == {"diak.population"}
    assert reading.rows_refused == 1
    wrong = diak.DIAK.read(raw(text.replace('"Kunnat"', '"Maat"')), Keys())
    assert {m.column for m in wrong.messages if m.severity == "error"} == {"regio_level"}


def test_prices(raw):
    file = raw('"pnro","year","price","n"\n"00100",2010,5208,471\n"02100",2010,,\n')
    assert recognise(file) is diak.PRICES
    frame = diak.PRICES.read(file, Keys()).tables["observations"]
    assert frame["status"].tolist() == ["observed", "protected"] * 2


# ---------------------------------------------------------------- keys


def test_municipality_key(raw, samples):
    file = raw(samples["municipality_key.csv"])
    assert recognise(file) is keys.MUNICIPALITIES
    reading = keys.MUNICIPALITIES.read(file, Keys())
    assert reading.keys.municipalities["esbo"] == "049"
    areas = reading.tables["areas"]
    assert areas.loc[areas["unit_level"] == "region", "unit_code"].tolist() == ["01", "17"]


def test_postal_area_key_mends_unquoted_commas(raw, samples):
    file = raw(samples["postal_key.csv"])
    assert recognise(file) is keys.POSTAL_AREAS
    reading = keys.POSTAL_AREAS.read(file, Keys())
    areas = reading.tables["areas"].set_index("unit_code")
    assert areas.loc["02600", ["name_fi", "name_sv", "city_code"]].tolist() == [
        "Alberga, södra",
        "Alberga, södra",
        "049",
    ]
    assert [(m.severity, m.value) for m in reading.messages] == [("note", "1 rows: 4")]


def test_postal_area_key_lists_every_row_it_cannot_read(raw, samples):
    text = samples["postal_key.csv"] + "x,y\n02100,Twice,Twice,049,Espoo\n"
    reading = keys.POSTAL_AREAS.read(raw(text), Keys())
    assert {(m.check, m.row) for m in reading.messages if m.severity == "error"} == {
        ("schema", 7),
        ("duplicate_key", 8),
    }
    with pytest.raises(CleaningError, match="header only"):
        keys.POSTAL_AREAS.read(raw(samples["postal_key.csv"].split("\n")[0] + "\n"), Keys())


def test_boundaries(raw, samples):
    file = raw(samples["areas.geojson"], "x.geojson")
    assert recognise(file) is boundaries.BOUNDARIES
    row = boundaries.BOUNDARIES.read(file, Keys()).tables["areas"].iloc[0]
    assert (row.unit_level, row.unit_code, row.city_code) == ("postal_area", "02100", "049")
    assert json.loads(row.boundary)["type"] == "Polygon"
    metres = samples["areas.geojson"].replace("24.8", "380000").replace("60.1", "6670000")
    messages = boundaries.BOUNDARIES.read(raw(metres, "m.geojson"), Keys()).messages
    assert ["EPSG:4326" in m.mend for m in messages] == [True]
    nothing = samples["areas.geojson"].replace("Polygon", "Point")
    (message,) = boundaries.BOUNDARIES.read(raw(nothing, "n.geojson"), Keys()).messages
    assert message.column == "geometry"


def test_municipal_boundaries(raw, samples):
    text = (
        samples["areas.geojson"]
        .replace('"posti_alue":"02100"', '"NATCODE":"049"')
        .replace('"nimi"', '"NAMEFIN"')
    )
    row = boundaries.BOUNDARIES.read(raw(text, "x.json"), Keys()).tables["areas"].iloc[0]
    assert (row.unit_level, row.unit_code, row.name_fi) == ("municipality", "049", "Tapiola")


def test_numbers_with_comma_or_point():
    from skk_analysis.cleaning.cells import numbers

    found = numbers(["1,5", "1.5", " 2 ", "1e3", "1.234,5", "inf", "nan", "", "0x10"])
    assert found[:4].tolist() == [1.5, 1.5, 2, 1000]
    assert np.isnan(found[4:]).all()
