"""Paavo: labels, years and what a missing cell means, in every layout."""

from __future__ import annotations

import pytest

from skk_analysis.cleaning import CleaningError
from skk_analysis.cleaning.paavo import LONG, WFS, WIDE
from skk_analysis.cleaning.paavo_variables import column_of, variables
from skk_analysis.cleaning.reader import Keys
from skk_analysis.cleaning.readers import recognise
from skk_analysis.paavo_releases import releases


def rows(reading, code, unit=None):
    frame = reading.tables["observations"]
    frame = frame[frame["indicator"] == code]
    return frame if unit is None else frame[frame["unit_code"] == unit].iloc[0]


def test_wide_export(raw, samples):
    file = raw(samples["paavo.csv"].encode("latin-1"))
    assert recognise(file) is WIDE
    reading = WIDE.read(file, Keys())
    assert reading.rows_read == 6
    tapiola = rows(reading, "paavo.hr_mtu", "02100")
    assert (tapiola.value, tapiola.reference_year, tapiola.row) == (26000, 2016, 3)
    assert rows(reading, "paavo.hr_mtu", "SSS").unit_level == "country"
    states = {
        u: (r.status, r.reason)
        for u, r in ((u, rows(reading, "paavo.hr_mtu", u)) for u in ("02290", "02600", "01490"))
    }
    assert states == {
        "02290": ("protected", "dots"),
        "02600": ("no_population", "zero_in_empty_area"),
        "01490": ("no_population", "dot"),
    }
    assert rows(reading, "paavo.hr_pi_tul", "02600").value == 0  # nobody, truly 0
    assert not reading.messages


def test_a_missing_value_is_null_and_never_zero(raw, samples):
    frame = WIDE.read(raw(samples["paavo.csv"]), Keys()).tables["observations"]
    assert (frame["value"].isna() == frame["status"].ne("observed")).all()


@pytest.mark.parametrize(
    ("header", "code", "year"),
    [
        ("Median income of inhabitants, 2016 (HR)", "hr_mtu", 2016),
        ("Inhabintants belonging to the lowest income category, 2012 (HR)", "hr_pi_tul", 2012),
        ("Asukkaiden mediaanitulot, 2020 (HR)", "hr_mtu", 2020),
        ("0–2-vuotiaat, 2020 (HE)", "he_0_2", 2020),
        ("2019 Inhabitants, total (HE)", "he_vakiy", 2019),
        ("Invånarnas medelålder, 2019 (HE)", "he_kika", 2019),
        ("Inhabitants aged 18-64, 2017", "lm_18_64", 2017),
        ("Something new, 2019 (HE)", None, 2019),
    ],
)
def test_headers_are_understood(header, code, year):
    column = column_of(header)
    assert (column.code, column.year) == (code, year)


def test_wrong_cells_name_row_column_and_value_all_at_once(raw, samples):
    text = samples["paavo.csv"].replace("26000", "26 euroa").replace("24000", "x")
    reading = WIDE.read(raw(text), Keys())
    found = {(m.row, m.column, m.value) for m in reading.messages if m.severity == "error"}
    assert found == {(3, "hr_mtu", "26 euroa"), (7, "hr_ktu", "x")}


def test_swapped_columns_are_noticed(raw, samples):
    text = samples["paavo.csv"]
    lowest, total = "Inhabintants belonging to the lowest", "Aged 18 or over, total"
    swapped = (
        text.replace(lowest, "§")
        .replace(total + ", 2016 (HR)", lowest + " income category, 2016 (HR)")
        .replace("§ income category", total)
    )
    errors = [m.check for m in WIDE.read(raw(swapped), Keys()).messages if m.severity == "error"]
    assert "sum" in errors


def test_unknown_columns_and_labels_are_reported(raw, samples):
    text = samples["paavo.csv"].replace("Average income of inhabitants", "New thing")
    reading = WIDE.read(raw(text), Keys())
    assert [m.check for m in reading.messages] == ["column"]
    text = samples["paavo.csv"].replace('"02100 Tapiola   (Espoo )"', '"Nowhere"')
    messages = WIDE.read(raw(text), Keys()).messages
    assert [(m.severity, m.row) for m in messages] == [("error", 3)]


def test_a_repeated_area_is_an_error(raw, samples):
    text = samples["paavo.csv"].replace("02290 Puolarmetsän sairaala", "02100 Tapiola")
    assert "duplicate_key" in {m.check for m in WIDE.read(raw(text), Keys()).messages}


def test_municipalities_by_name_need_a_key(raw):
    text = (
        '"Area","Inhabitants, total, 2018 (HE)","Males, 2018 (HE)"\n'
        '"Espoo",283632,140000\n"MK02 Southwest Finland",481000,230000\n"Nowhere",1,1\n'
    )
    reading = WIDE.read(raw(text), Keys(municipalities={"espoo": "049"}))
    units = rows(reading, "paavo.he_vakiy")[["unit_level", "unit_code"]].to_numpy().tolist()
    assert units == [["municipality", "049"], ["region", "02"]]
    assert reading.rows_refused == 1
    assert [m.severity for m in reading.messages] == ["warning"]
    without = WIDE.read(raw(text), Keys())
    assert "municipality key" in next(m for m in without.messages if m.severity == "error").mend


WFS_TEXT = (
    "postinumero,nimi,kuntano,vuosi,pinta_ala,he_vakiy,he_kika,ko_ika18y,ko_perus,ko_koul,hr_tuy,"
    "hr_mtu,hr_pi_tul,pt_vakiy,pt_tyott\n"
    "00100,Keskusta,091,2018,2353278,18035,41,15935,2051,13884,15900,26500,2856,17900,800\n"
    "02290,Sairaala,049,2018,1000,12,-1,12,-1,-1,12,-1,-1,12,\n"
    "00230,Ilmala,091,2018,900,0,0,0,-1,,0,0,0,0,-1\n"
)


def test_wfs_years_follow_from_the_publication(raw):
    file = raw(WFS_TEXT)
    assert recognise(file) is WFS
    reading = WFS.read(file, Keys())
    frame = reading.tables["observations"]
    year = frame.groupby("indicator")["reference_year"].first()
    assert year[["paavo.he_vakiy", "paavo.hr_mtu", "paavo.pt_tyott"]].tolist() == [2016, 2015, 2015]
    assert year["paavo.pinta_ala"] == 2018
    assert set(frame["release_year"]) == {2018}
    sentinel = rows(reading, "paavo.hr_mtu", "02290")
    assert (sentinel.status, sentinel.reason) == ("protected", "minus_one")
    blank = rows(reading, "paavo.pt_tyott", "02290")
    assert (blank.status, blank.reason) == ("protected", "blank")
    empty = rows(reading, "paavo.ko_perus", "00230")
    assert (empty.status, empty.reason) == ("no_population", "minus_one")
    assert rows(reading, "paavo.he_kika", "00230").reason == "zero_in_empty_area"


def test_a_file_without_year_needs_its_publication_year(raw):
    text = "\n".join(
        ",".join(cell for i, cell in enumerate(line.split(",")) if i != 3)
        for line in WFS_TEXT.splitlines()
    )
    reading = WFS.read(raw(text), Keys())
    assert [m.check for m in reading.messages] == ["release"]
    assert "--release" in reading.messages[0].mend
    named = WFS.read(raw(text, "paavo_pub2021_28vars.csv"), Keys()).tables["observations"]
    year = named.groupby("indicator")["reference_year"].first()
    assert year[["paavo.hr_mtu", "paavo.pt_tyott"]].tolist() == [2019, 2018]


def test_an_unknown_or_assumed_publication_year_is_said(raw):
    unknown = WFS.read(raw(WFS_TEXT.replace(",2018,", ",1999,")), Keys())
    assert [(m.severity, m.check) for m in unknown.messages] == [("error", "release")]
    assumed = WFS.read(raw(WFS_TEXT.replace(",2018,", ",2024,")), Keys())
    assert [(m.severity, m.check) for m in assumed.messages] == [("note", "release")]
    several = WFS.read(raw(WFS_TEXT.replace("049,2018", "049,2017")), Keys())
    assert "one publication year" in several.messages[0].expected


def test_zeros_written_for_secret_cells_are_protected(raw):
    text = (
        "Postinumeroalue_x,Postinumero,Asukkaat yhteensä (HE),18 vuotta täyttäneet yhteensä (HR),"
        "Asukkaiden mediaanitulot (HR),Alimpaan tuloluokkaan kuuluvat asukkaat (HR)\n"
        "00100  Keskusta (Helsinki),00100,18492.0,16397.0,34408.0,2866.0\n"
        "02290  Sairaala (Espoo),02290,14.0,14.0,0.0,0.0\n"
        "00230  Ilmala (Helsinki),00230,0.0,0.0,0.0,0.0\n"
    )
    reading = WFS.read(raw("\ufeff" + text, "paavo_master_pub2026.csv"), Keys())
    secret = rows(reading, "paavo.hr_pi_tul", "02290")
    assert (secret.status, secret.reason) == ("protected", "zero_for_secret")
    assert rows(reading, "paavo.hr_mtu", "00230").status == "no_population"
    assert rows(reading, "paavo.hr_mtu", "00100").reference_year == 2024


LONG_TEXT = (
    '"12f7 -- 9. All data groups, 2010-2023"\n\n"Postal code area","Information","2019","2020*"\n'
    '"00100  Helsinki keskusta (Helsinki)","Inhabitants, total (HE)",18000,18100\n'
    '"00100  Helsinki keskusta (Helsinki)","Average age of inhabitants (HE)",41,42\n'
    '"00230  Ilmala (Helsinki)","Inhabitants, total (HE)",0,0\n'
    '"00230  Ilmala (Helsinki)","Average age of inhabitants (HE)",0,..\n'
    '"00230  Ilmala (Helsinki)","A thing nobody knows (HE)",0,0\n'
)


def test_long_export(raw):
    file = raw(LONG_TEXT)
    assert recognise(file) is LONG
    reading = LONG.read(file, Keys())
    age = rows(reading, "paavo.he_kika").sort_values(["reference_year", "unit_code"])
    assert age["reference_year"].tolist() == [2019, 2019, 2020, 2020]
    assert age["status"].tolist() == ["observed", "no_population"] * 2
    assert age["row"].tolist() == [5, 7, 5, 7]
    assert reading.rows_refused == 1
    assert [m.check for m in reading.messages] == ["column"]


def test_long_export_with_a_repeated_row(raw):
    line = '"00230  Ilmala (Helsinki)","Inhabitants, total (HE)",0,0\n'
    assert [m.check for m in LONG.read(raw(LONG_TEXT + line), Keys()).messages] == [
        "column",
        "duplicate_key",
    ]


def test_the_tables_of_variables_and_releases_are_whole():
    table = variables()
    assert all(not v.base or v.base in table for v in table.values())
    years = releases()
    assert years.index.is_unique
    groups = years.drop(columns="basis")
    assert ((groups.rsub(years.index, axis=0)).isin([2, 3])).all(axis=None)


def test_a_negative_count_is_an_error(raw, samples):
    text = samples["paavo.csv"].replace(",100,30000", ",-7,30000")
    assert any(m.value == "-7" for m in WIDE.read(raw(text), Keys()).messages)


def test_values_outside_the_unit_are_an_error(raw, samples):
    text = samples["paavo.csv"].replace("26000", "26")
    assert "unit" in {m.check for m in WIDE.read(raw(text), Keys()).messages}


def test_no_data_ends_in_a_message(raw, samples):
    with pytest.raises(CleaningError, match="header only"):
        WIDE.read(raw(samples["paavo.csv"].split("\n")[0] + "\n"), Keys())
