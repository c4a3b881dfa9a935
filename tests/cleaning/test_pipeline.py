"""Cleaning a workspace from end to end, and leaving everything alone when it fails."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from skk_analysis.cleaning import CleaningError, add_raw, clean, output, pipeline
from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.workspace import SkkError


def snapshot(workspace):
    """Hash of every file in and beside the processed folder."""
    return {
        str(path.relative_to(workspace.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((workspace.root / "data").rglob("*"))
        if path.is_file() and workspace.raw not in path.parents
    }


def add(workspace, name, text):
    path = workspace.root.parent / name
    path.write_text(text, "utf-8")
    return add_raw(workspace, [path])[0]


def test_every_table_is_written_with_its_schema(filled):
    result = clean(filled)
    package = json.loads((filled.processed / "datapackage.json").read_text("utf-8"))
    assert {r["path"] for r in package["resources"]} == {f"{name}.parquet" for name in TABLES}
    for resource in package["resources"]:
        frame = pd.read_parquet(filled.processed / resource["path"])
        assert [f["name"] for f in resource["schema"]["fields"]] == list(frame.columns)
        assert len(frame) == resource["skk:rows"]
        digest = hashlib.sha256((filled.processed / resource["path"]).read_bytes()).hexdigest()
        assert resource["hash"] == f"sha256:{digest}"
    assert result.report.equals(filled.table("cleaning_report"))
    assert "programme/indicators.csv" in package["skk:inputs"]
    assert all(r.path in package["skk:inputs"] for r in filled.resources())


def test_what_comes_out(filled):
    result = clean(filled)
    values = filled.table("indicator_values")
    assert not values.duplicated(list(TABLES["indicator_values"].key)).any()
    values = values[values["group"] == "total"]
    values = values.set_index(["indicator", "unit_code", "reference_year"]).sort_index()
    assert values.loc[("municipal_gini", "049", 2019), "value"] == 32.5
    assert values.loc[("municipal_gini", "564", 2019), ["status", "reason"]].tolist() == [
        "protected",
        "absent_row",
    ]
    assert values.loc[("low_income_class_share", "02100", 2016), "value"] == 0.1
    assert values.loc[("low_income_class_share", "02290", 2016), "status"] == "protected"
    assert values.loc[("median_income", "02100", 2016), "denominator"] == 100
    assert values.loc[("offences", "049", 2020), "value"] == 127.9
    areas = filled.table("areas").set_index("unit_code")
    assert areas.loc["01490", "city_code"] == "092"
    assert json.loads(areas.loc["02100", "boundary"])["type"] == "Polygon"
    notes = result.messages[result.messages["check"] == "border_change"]
    assert notes["value"].tolist() == ["01490 Nikinmäki: Sipoo"]
    assert notes["row"].tolist() == [6]
    report = result.report.set_index("resource")
    assert report.loc["households", ["rows_read", "rows_kept", "rows_refused"]].tolist() == [
        3,
        2,
        1,
    ]
    assert report.loc["paavo", "protected"] == 5


def test_types_survive_and_missing_is_null(filled):
    clean(filled)
    rows = filled.table("observations")
    assert str(rows["reference_year"].dtype) == "Int64"
    assert rows["unit_code"].map(type).eq(str).all()
    assert (rows["value"].isna() == rows["status"].ne("observed")).all()
    assert rows["release_year"].isna().any()


def test_twice_gives_the_same_bytes_and_nothing_is_left_over(filled):
    clean(filled)
    first = snapshot(filled)
    clean(filled)
    assert snapshot(filled) == first
    assert sorted(p.name for p in filled.processed.parent.iterdir()) == ["processed", "raw"]


def test_git_marker_is_carried_over(filled):
    filled.processed.mkdir(parents=True)
    (filled.processed / ".gitkeep").write_text("")
    clean(filled)
    assert (filled.processed / ".gitkeep").is_file()


def test_all_errors_of_all_files_come_at_once_and_old_tables_stay(filled, samples):
    clean(filled)
    before = snapshot(filled)
    add(filled, "bad1.csv", samples["paavo.csv"].replace("26000", "x").replace("24000", "y"))
    add(filled, "bad2.csv", samples["survey.csv"].replace("fi;5;4", "fi;8;4"))
    with pytest.raises(CleaningError) as caught:
        clean(filled)
    found = {(m.file, m.row, m.value) for m in caught.value.messages if m.severity == "error"}
    assert found >= {
        ("areas/bad1.csv", 3, "x"),
        ("areas/bad1.csv", 7, "y"),
        ("surveys/bad2.csv", 2, "8"),
    }
    assert "areas/bad1.csv, row 3, column 'hr_mtu': 'x'; expected" in str(caught.value)
    assert snapshot(filled) == before


@pytest.mark.parametrize("step", ["_fill", "_swap"])
def test_a_failure_while_writing_leaves_the_old_tables(filled, monkeypatch, step):
    clean(filled)
    before = snapshot(filled)

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(output, step, fail)
    with pytest.raises(KeyboardInterrupt):
        clean(filled)
    assert snapshot(filled) == before
    assert sorted(p.name for p in filled.processed.parent.iterdir()) == ["processed", "raw"]


def test_a_failure_between_the_two_renames_is_undone(filled, monkeypatch):
    clean(filled)
    before = snapshot(filled)
    rename = type(filled.root).rename

    def once(self, target):
        if self.name.startswith(output.NEW):
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(type(filled.root), "rename", once)
    with pytest.raises(OSError, match="disk full"):
        clean(filled)
    monkeypatch.undo()
    assert snapshot(filled) == before


def test_what_a_killed_run_left_is_put_right(filled):
    clean(filled)
    before = snapshot(filled)
    filled.processed.rename(filled.processed.with_name(output.OLD + "x"))
    filled.processed.with_name(output.NEW + "y").mkdir()
    output.recover(filled)
    assert snapshot(filled) == before
    filled.processed.with_name(output.OLD + "z").mkdir()
    output.recover(filled)
    assert snapshot(filled) == before


def test_an_empty_workspace_says_what_to_do(workspace):
    with pytest.raises(SkkError, match="skk raw add"):
        clean(workspace)


def test_any_source_may_be_missing(workspace, samples):
    add(workspace, "only.csv", samples["paavo.csv"])
    clean(workspace)
    assert workspace.table("households").empty
    areas = workspace.table("areas")
    assert areas.loc[areas["unit_level"] == "postal_area", "unit_code"].tolist() == [
        "01490",
        "02100",
        "02290",
        "02600",
        "90100",
    ]


def test_repeated_rows(filled, samples):
    header, *rows = samples["diak.csv"].splitlines(keepends=True)
    rows = [row.replace("2016", "2012") for row in rows] + [
        f'"Postinumeroalueet","{code:05d}","Alue",49,"Espoo",2012,"Työttömät",{code}\n'
        for code in range(3000, 3010)
    ]
    add(filled, "once.csv", header + "".join(rows) + rows[0])
    messages = clean(filled).messages
    (warning,) = messages[messages["check"] == "duplicate_key"].itertuples()
    assert (warning.severity, warning.value) == ("warning", "1 repeated rows")
    add(
        filled,
        "differ.csv",
        header
        + "".join(rows).replace("2012", "2013")
        + rows[0].replace("2012", "2013").replace("87.5", "88"),
    )
    add(filled, "exploded.csv", header + "".join(rows * 3).replace("2012", "2014"))
    with pytest.raises(CleaningError) as caught:
        clean(filled)
    assert {(m.check, m.file) for m in caught.value.messages if m.severity == "error"} == {
        ("duplicate_key", "municipalities/differ.csv"),
        ("join_size", "municipalities/exploded.csv"),
    }


def test_two_sources_of_one_figure_are_compared(filled, samples):
    text = (
        samples["sotkanet.csv"].replace("32.5", "33.5").replace("\r\n127;20;2019;male;143000;", "")
    )
    add(filled, "again.csv", text)
    messages = clean(filled).messages
    (note,) = messages[messages["check"] == "two_sources"].itertuples()
    assert note.value.startswith("1 of 3 common figures differ")
    rows = filled.table("observations").query("indicator == 'sotkanet.3126' and unit_code == '049'")
    assert rows["value"].tolist() == [33.5, 32.5]
    values = filled.table("indicator_values").query(
        "indicator == 'municipal_gini' and unit_code == '049' and reference_year == 2019"
    )
    assert values["value"].tolist() == [33.5]  # the last one taken in


def test_areas_that_do_not_make_up_their_municipality_are_reported(filled):
    add(
        filled,
        "people.csv",
        (
            '"Postal code area","Inhabitants, total, 2019 (HE)","Males, 2019 (HE)"\n'
            '"02100 Tapiola (Espoo )",1000,500\n"02600 Leppävaara (Espoo )",1000,500\n'
        ),
    )
    messages = clean(filled).messages
    (found,) = messages[messages["check"] == "population"].itertuples()
    assert "2000 residents" in found.value and "289731" in found.expected


def test_microdata_of_an_unknown_municipality_is_an_error(filled, samples):
    add(filled, "far.csv", samples["survey.csv"].replace("049;", "999;"))
    with pytest.raises(CleaningError, match="999"):
        clean(filled)


def test_microdata_in_an_area_of_another_municipality_is_a_warning(filled, samples):
    add(
        filled,
        "near.csv",
        samples["survey.csv"].replace("049;02100", "049;01490").replace("2019", "2020"),
    )
    messages = clean(filled).messages
    assert (
        "01490"
        in messages.query("severity == 'warning' and check == 'border_change'")["value"].iloc[0]
    )


def test_a_structure_that_a_reader_cannot_follow_names_the_file(filled, samples):
    content = json.loads(samples["crime.json"])
    content["dimension"]["Alue"] = None
    add(filled, "odd.json", json.dumps(content))
    with pytest.raises(CleaningError, match=r"municipalities/odd\.json.*TypeError"):
        clean(filled)


def test_a_shifted_file_is_refused_against_two_others(workspace):
    generator = np.random.default_rng(4)
    codes = [f"{code:05d}" for code in range(2000, 2400)]
    people = generator.integers(100, 20000, len(codes))

    def export(values, year):
        rows = "".join(
            f'"{c} Alue   (Espoo )",{v},{v // 2}\n' for c, v in zip(codes, values, strict=True)
        )
        return f'"Postal code area","Inhabitants, total, {year} (HE)","Males, {year} (HE)"\n' + rows

    shifted = people.copy()
    shifted[100:200] = people[101:201]
    for year, values in ((2015, people), (2016, people + 3), (2017, shifted)):
        add(workspace, f"he{year}.csv", export(values, year))
    messages = clean(workspace).messages
    (found,) = messages[messages["check"] == "alignment"].itertuples()
    assert found.resource == "he2017"
    assert found.value.startswith("postal_area 02100–02199")
    refused = workspace.table("observations").query("reason == 'misaligned'")
    assert len(refused) == 200 and refused["value"].isna().all()
    report = workspace.table("cleaning_report").set_index("resource")
    assert report.loc["he2017", "rows_refused"] == 200


def test_the_report_counts_add_up(filled):
    report = clean(filled).report
    states = [
        "observed",
        "protected",
        "no_population",
        "not_asked",
        "not_received",
        "not_applicable",
    ]
    rows = filled.table("observations")
    part = report[report["table"] == "observations"]
    assert part[states].to_numpy().sum() == len(rows)
    assert (part["rows_kept"] == part["observed"]).all()


def test_schema_errors_name_the_raw_row(filled, monkeypatch):
    def broken(file, keys):
        reading = original.read(file, keys)
        reading.tables["observations"].loc[1, "status"] = "lost"
        return reading

    original = pipeline.READERS["diak"]
    from dataclasses import replace

    monkeypatch.setitem(pipeline.READERS, "diak", replace(original, read=broken))
    with pytest.raises(CleaningError) as caught:
        clean(filled)
    message = next(m for m in caught.value.messages if m.column == "status")
    assert (message.file, message.row, message.value) == ("municipalities/diak.csv", 3, "lost")
