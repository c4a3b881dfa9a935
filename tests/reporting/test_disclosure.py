"""Attacks on what reports show: protected numbers must be out of reach by every way out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from skk_analysis import protected
from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.programme import start_register
from skk_analysis.reporting.disclosure.audit_page import _record
from skk_analysis.reporting.disclosure.mask import (
    conflicts,
    is_protected,
    protect,
    published_file,
)
from skk_analysis.reporting.tables import rows_of
from skk_analysis.workspace import Resource, Workspace

CITY, YEAR = "049", 2019
AREAS = [f"02{i}00" for i in range(1, 6)]
ANSWERS = {"02100": (30, 50), "02200": (33, 60), "02300": (40, 90), "02400": (5, 12)}
"""Agreeing persons and persons of each area's survey; 02400 is too small."""

CLASSES = {"hr_tuy": 100.0, "hr_pi_tul": None, "hr_ke_tul": 60.0, "hr_hy_tul": 23.0}
"""The publisher hid 17 persons of one class and printed the rest and the total."""


def write(root: Path, *, paavo_by: str = "publisher", small_class: float = 40.0) -> Workspace:
    """A cleaned workspace: a survey with one small area, and income classes with a hidden one."""
    workspace = Workspace(root)
    workspace.raw.mkdir(parents=True)
    workspace.processed.mkdir(parents=True)
    start_register(workspace)
    file = workspace.programme / "disclosure_policy.csv"
    text = file.read_text("utf-8").replace("paavo,paavo_*,publisher", f"paavo,paavo_*,{paavo_by}")
    file.write_text(text, "utf-8")
    workspace.write_resources(
        [
            Resource("paavo", "areas/p.csv", "paavo_wide", "Tilastokeskus"),
            Resource("asked", "surveys/s.csv", "survey", "Kaupunki"),
        ]
    )
    classes = [figure("02100", f"paavo.{name}", value, "paavo") for name, value in CLASSES.items()]
    full = {"hr_tuy": 200.0, "hr_pi_tul": small_class, "hr_ke_tul": 90.0}
    full["hr_hy_tul"] = full["hr_tuy"] - full["hr_pi_tul"] - full["hr_ke_tul"]
    classes += [figure("02200", f"paavo.{name}", value, "paavo") for name, value in full.items()]
    areas = [
        {"unit_level": "postal_area", "unit_code": code, "name_fi": code, "city_code": CITY,
         "resource": "paavo"}
        for code in AREAS
    ]  # fmt: skip
    tables = {
        "areas": pd.DataFrame(areas),
        "observations": pd.DataFrame(classes),
        "indicator_values": pd.DataFrame(shares()),
        "responses": pd.DataFrame(answers()),
    }
    for name, schema in TABLES.items():
        frame = tables.get(name)
        typed = schema.empty() if frame is None else schema.typed(padded(frame, schema.columns))
        typed.to_parquet(workspace.processed / f"{name}.parquet")
    return workspace


def padded(frame: pd.DataFrame, columns) -> pd.DataFrame:
    return frame.reindex(columns=list(columns))


def figure(code: str, indicator: str, value: float | None, resource: str) -> dict:
    return {
        "unit_level": "postal_area", "unit_code": code, "indicator": indicator,
        "reference_year": YEAR, "group": "total", "value": value,
        "status": "protected" if value is None else "observed",
        "reason": "minus_one" if value is None else "", "resource": resource,
    }  # fmt: skip


def shares() -> list[dict]:
    """As cleaning derives them: the small area's share is protected already."""
    units = {**ANSWERS, CITY: tuple(map(sum, zip(*ANSWERS.values(), strict=True)))}
    rows = []
    for code, (yes, n) in units.items():
        few = n < 30
        rows.append(
            figure(code, "participation", None if few else yes / n, "asked")
            | {
                "unit_level": "municipality" if code == CITY else "postal_area",
                "count": None if few else yes, "denominator": n,
                "reason": "small_denominator" if few else "",
            }
        )  # fmt: skip
    return rows


def answers() -> list[dict]:
    return [
        {"city_code": CITY, "area_code": code, "year": YEAR, "group": "resident", "weight": 1.0,
         "respondent_id": f"{code}-{i}", "question": "participation",
         "answer": 5.0 if i < yes else 1.0, "status": "observed", "resource": "asked"}
        for code, (yes, n) in ANSWERS.items()
        for i in range(n)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write(tmp_path_factory.mktemp("planted"))


def read(workspace: Workspace, name: str, indicator: str) -> pd.DataFrame:
    rows = rows_of(workspace, name, [("indicator", "==", indicator)])
    return rows.set_index("unit_code")


def test_a_city_less_its_shown_areas_leaves_no_small_one(workspace: Workspace) -> None:
    """One area is too small; without a second the city's figure gives it away."""
    rows = read(workspace, "indicator_values", "participation")
    hidden = rows.index[rows["status"] == "protected"]
    assert "02400" in hidden and len(hidden) == 2 and CITY not in hidden
    shown = rows.drop(index=[*hidden, CITY])
    rest = rows.loc[CITY, ["count", "denominator"]] - shown[["count", "denominator"]].sum()
    assert rest["denominator"] >= 30 and rest["count"] >= 5
    assert rows.loc[hidden, ["value", "count", "denominator"]].isna().all(axis=None)
    assert len(set(rows.loc[hidden, "reason"])) == 1, "the reason tells which one is small"


def test_whoever_reads_the_tables_meets_the_same_protection(workspace: Workspace) -> None:
    mine = read(workspace, "indicator_values", "participation")["status"]
    whole = workspace.table("indicator_values").set_index("unit_code")["status"]
    assert (whole[mine.index] == mine).all()
    few = rows_of(
        workspace, "indicator_values",
        [("indicator", "==", "participation"), ("status", "==", "observed")],
        columns=("unit_code", "value"),
    )  # fmt: skip
    assert set(few["unit_code"]) == set(mine.index[mine == "observed"])
    assert list(few) == ["unit_code", "value"] and few["value"].notna().all()


def test_what_the_publisher_hid_does_not_follow_from_what_it_printed(workspace: Workspace) -> None:
    rows = rows_of(workspace, "observations", [("unit_code", "==", "02100")])
    status = rows.set_index("indicator")["status"]
    assert status["paavo.hr_tuy"] == "observed", "the total is open at the publisher"
    assert (status[[f"paavo.hr_{c}_tul" for c in ("pi", "hy")]] == "protected").all()
    other = rows_of(workspace, "observations", [("unit_code", "==", "02200")])
    assert (other["status"] == "observed").all(), "nobody is protected by hiding open figures"


def test_who_protects_is_a_row_of_the_register(tmp_path: Path) -> None:
    """The same figures as ours: a class of 3 persons is hidden, and one that protects it."""
    ours = write(tmp_path, paavo_by="us", small_class=3.0)
    rows = rows_of(ours, "observations", [("unit_code", "==", "02200")])
    hidden = set(rows.loc[rows["status"] == "protected", "indicator"])
    assert "paavo.hr_pi_tul" in hidden and len(hidden) >= 2
    publishers = write(tmp_path / "open", small_class=3.0)
    rows = rows_of(publishers, "observations", [("unit_code", "==", "02200")])
    assert (rows["status"] == "observed").all()


def test_protection_is_renewed_when_the_rules_change(tmp_path: Path) -> None:
    place = write(tmp_path)
    protect(place)
    assert is_protected(place)
    file = place.programme / "disclosure_policy.csv"
    file.write_text(file.read_text("utf-8").replace("survey,us,5,30", "survey,us,5,55"), "utf-8")
    assert not is_protected(place)
    protect(place)
    rows = read(place, "indicator_values", "participation")
    assert rows.loc["02100", "status"] == "protected", "50 answers are under the new limit"


def test_what_was_published_is_known_and_a_conflict_is_told(tmp_path: Path) -> None:
    """An area that would protect the small one is out; another has to. The small one is told."""
    place = write(tmp_path)
    protect(place)
    cells = pd.read_parquet(place.processed / protected.FILE)
    survey = cells[cells["indicator"] == "participation"].set_index("role")["unit_code"]
    second, small = survey["secondary"], survey["primary"]
    out = [f"participation.{second}.{YEAR}", f"participation.{small}.{YEAR}"]
    frame = pd.DataFrame({"id": out, "value": 0.5, "persons": 12.0, "report": "espoo/2019"})
    published_file(place).parent.mkdir(parents=True)
    frame.to_parquet(published_file(place))
    assert not is_protected(place)
    protect(place)
    rows = read(place, "indicator_values", "participation")
    assert rows.loc[second, "status"] == "observed", "hiding what is out protects nobody"
    assert (rows["status"] == "protected").sum() == 2
    [told] = conflicts(place)
    assert "02400" in told and "published before" in told and "12" not in told


def test_a_table_of_rules_with_a_fault_is_told_with_row_and_mend(tmp_path: Path) -> None:
    place = write(tmp_path)
    file = place.programme / "disclosure_policy.csv"
    file.write_text(file.read_text("utf-8").replace("survey,us,5", "survey,us,few"), "utf-8")
    with pytest.raises(Exception, match=r"disclosure_policy\.csv: row 4 .*minimum_count.*few"):
        protect(place)


# -- the gate and the saved notebook, in real runs of small notebooks ----------------------------

PERSONS = (
    "show({'application/vnd.skk.results+json': [{'id': 'group.small', 'value': 3.0, "
    "'unit': 'persons', 'kind': 'value'}]})"
)


def test_a_report_with_a_small_count_does_not_come_to_be(bench, cells) -> None:
    told = bench.failure([*cells.good[:-2], PERSONS, cells.end])
    assert (
        "group.small" in told and "minimum_count" in told and "3" not in told.split("group")[1][:9]
    )
    assert not bench.folder.exists()


def test_an_exception_that_was_granted_lets_it_pass(bench, cells) -> None:
    head = "report,output,asked_by,date,reason_fi,decision\n"
    row = "espoo/*,group.*,tutkija,2020-01-01,Julkinen tieto,{}\n"
    file = bench.workspace.programme / "disclosure_exceptions.csv"
    made = [*cells.good[:-2], PERSONS, cells.end]
    file.write_text(head + row.format("open"), "utf-8")
    assert "group.small" in bench.failure(made)
    file.write_text(head + row.format("granted"), "utf-8")
    bench.write(made)
    assert bench.one(force=True).ok
    record = json.loads((bench.folder / "disclosure.json").read_text("utf-8"))
    [output] = record["outputs"]
    assert record["outcome"] == output["outcome"] == "review" and not record["faults"]
    assert (output["output"], output["exception"]) == ("group.small", "group.*")
    assert output["rule"] == "minimum_count" and "Julkinen tieto" in output["reason"].values()
    assert record["exceptions"][0]["decision"] == "granted"
    page = (bench.workspace.reports / "audit" / "fi.html").read_text("utf-8")
    assert "Julkinen tieto" in page and "group.small" in page


LEAKS = {
    "a printed frame": (
        "import pandas as pd\nprint(pd.DataFrame({'unit_id': ['E1'], 'income': [1]}))"
    ),
    "a frame as a table": (
        "import pandas as pd\npd.DataFrame({'age': [33], 'income': [17000.5]}).head()"
    ),
    "records as JSON": (
        "show({'application/json': [{'respondent_id': 'x', 'answer': 5, 'weight': 2}]})"
    ),
    "an id in a figure's alternative text": (
        "show({'image/svg+xml': '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'},"
        " **{'image/svg+xml': {'alt': 'H00042 ansaitsee'}})"
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_rows_of_microdata_in_an_output_stop_the_report(bench, cells, leak: str) -> None:
    bench.workspace.processed.mkdir(parents=True, exist_ok=True)
    known = pd.DataFrame({"unit_id": ["H00042"], "cluster": ["H00042"]})
    known.to_parquet(bench.workspace.processed / "households.parquet")
    told = bench.failure([*cells.good[:2], LEAKS[leak], *cells.good[2:]])
    assert re.search(r"cell \d+, ", told)
    assert "microdata" in told or "ids of persons" in told
    assert "H00042" not in told and "17000" not in told


def test_the_register_of_published_cells_only_grows(bench, cells) -> None:
    shown = PERSONS.replace("3.0", "40.0")
    bench.write([*cells.good[:-2], shown, cells.end])
    assert bench.one().ok
    first = pd.read_parquet(published_file(bench.workspace))
    assert list(first["id"]) == ["group.small"] and first["report"][0] == "espoo/2019"
    assert first["report_hash"].str.fullmatch("[0-9a-f]{64}").all() and first["date"][0]
    assert bench.one(force=True).ok
    pd.testing.assert_frame_equal(pd.read_parquet(published_file(bench.workspace)), first)
    bench.write([*cells.good[:-2], shown.replace("40.0", "41.0"), cells.end])
    assert bench.one().ok
    second = pd.read_parquet(published_file(bench.workspace))
    pd.testing.assert_frame_equal(second.iloc[:1], first)
    page = (bench.workspace.reports / "audit" / "fi.html").read_text("utf-8")
    assert "group.small" in page, "one person more than published before is for a reviewer to see"


def test_the_audit_pages_tell_what_and_why_but_no_value(bench, cells) -> None:
    table = cells.table.replace("<td>1,5</td>", '<td class="number protected">suojattu</td>')
    bench.write([*cells.good[:4], f"show({{'text/html': {table!r}}})", *cells.good[5:]])
    assert bench.one().ok
    for language, word in (("fi", "Hyväksytty"), ("sv", "Godkänd"), ("en", "Pass")):
        page = (bench.workspace.reports / "audit" / f"{language}.html").read_text("utf-8")
        assert word in page and "Luvut" in page and f'lang="{language}"' in page


def test_a_record_of_an_earlier_format_is_for_a_reviewer(tmp_path: Path) -> None:
    (tmp_path / "disclosure.json").write_text('{"format": 1, "outcome": "pass", "outputs": [{}]}')
    assert _record(SimpleNamespace(folder=tmp_path))["outcome"] == "review"
