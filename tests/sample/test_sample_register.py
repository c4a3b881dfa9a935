"""The programme register holds together and tells facts from inventions."""

from __future__ import annotations

import csv
import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest

from skk_analysis.programme import STARTING_REGISTER, Programme, start_register
from skk_analysis.workspace import Workspace

REFERENCES = {
    "city_code": "cities.code", "reviewer_city_code": "cities.code",
    "experiment": "experiments.id", "workshop": "workshops.id", "phase": "phases.key",
    "criterion": "criteria.id", "dimension": "dimensions.key", "goal_id": "goals.id",
    "event": "events.id", "indicator": "indicators.id", "main_indicator": "indicators.id",
    "evidence_indicators": "indicators.id", "from": "dimensions.key", "to": "dimensions.key",
    "based_on": "experiments.id",
}  # fmt: skip
"""Column → table and column where its values must be found; several are joined by ;"""

DATES = ("from", "to")  # in `exposure` these are days, elsewhere dimensions
DESIGN_TABLES = (
    "cities years indicators indicator_choices criteria experiments partners workshops attendance "
    "phase_log artifacts tests peer_reviews milestones costs funding events speakers canvas "
    "roadmap literature uses scaling decisions roles concepts"
)


@pytest.fixture(scope="module")
def register(raw: Path) -> dict[str, list[dict[str, str]]]:
    """Every table's rows by table name."""
    return {
        path.stem: list(csv.DictReader(path.read_text("utf-8").splitlines()))
        for path in sorted((raw / "programme").glob("*.csv"))
    }


def test_every_table_of_the_design_is_there_with_rows(register) -> None:
    for name in (*DESIGN_TABLES.split(), "dimensions", "logic_links", "exposure", "teams"):
        assert register[name], name


def test_every_reference_resolves(register) -> None:
    for name, rows in register.items():
        for row in rows:
            for column, target in REFERENCES.items():
                if column not in row or (name == "exposure" and column in DATES):
                    continue
                table, key = target.split(".")
                known = {other[key] for other in register[table]}
                known |= {"context"} if name == "indicators" else set()
                values = [value for value in row[column].split(";") if value]
                assert set(values) <= known, (name, column, row[column])


def test_areas_and_comparisons_exist_in_the_data(register, city_of, sotkanet) -> None:
    codes = set(sotkanet.loc[127].index)
    assert {row["municipality_code"] for row in register["comparisons"]} <= codes
    for row in register["experiments"]:
        for area in filter(None, row["target_areas"].split(";")):
            assert city_of[area] == row["city_code"]
    units = {row["unit_code"] for row in register["exposure"]}
    assert units <= codes | set(city_of.index)


def test_survey_resources_exist(register, raw: Path) -> None:
    names = {resource.name for resource in Workspace(raw.parent.parent).resources()}
    assert {row["resource"] for row in register["surveys"]} <= names


def test_planted_effects_are_those_of_the_experiments(register, truths) -> None:
    by_id = {row["id"]: row for row in register["experiments"]}
    assert {item["experiment"] for item in truths["experiments"]} == set(by_id)
    for item in truths["experiments"]:
        assert by_id[item["experiment"]]["main_indicator"] == item["indicator"]
        assert by_id[item["experiment"]]["level"] == item["level"]


def test_each_city_has_one_to_three_experiments_and_one_was_stopped(register) -> None:
    cities = [row["city_code"] for row in register["experiments"]]
    assert {cities.count(row["code"]) for row in register["cities"]} <= {1, 2, 3}
    stopped = [row for row in register["experiments"] if row["status"] == "stopped"]
    assert stopped
    for row in stopped:
        assert all(row[f"stop_reason_{language}"] for language in ("fi", "sv", "en"))


def test_every_experiment_has_three_reviewing_teams_that_are_not_its_own(register) -> None:
    for experiment in register["experiments"]:
        reviews = [r for r in register["peer_reviews"] if r["experiment"] == experiment["id"]]
        teams = {row["reviewer_city_code"] for row in reviews}
        assert len(teams) >= 3 and experiment["city_code"] not in teams
        assert all(1 <= int(row["score"]) <= 5 for row in reviews)


def test_phases_follow_each_other_in_time(register) -> None:
    for experiment in register["experiments"]:
        rows = [r for r in register["phase_log"] if r["experiment"] == experiment["id"]]
        assert {row["phase"] for row in rows} == {"tutki", "tarkenna", "kehita", "toteuta"}
        for before, after in pairwise(rows):
            assert before["left"] == after["entered"]
        assert all(_day(row["entered"]) < _day(row["left"]) for row in rows)
    returns = [r["phase"] for r in register["phase_log"] if r["experiment"] == "turku-2"]
    assert returns.count("tarkenna") == 2


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_dates_are_days(register) -> None:
    columns = {"date", "started", "ended", "entered", "left", "planned", "actual", "due", "decided"}
    for name, rows in register.items():
        for row in rows:
            for column in columns & row.keys():
                if name != "cities" and row[column]:
                    _day(row[column])


FILLED_IN = {"indicator_choices", "processing_record"}
"""Tables that a workspace starts empty or half empty with, and the sample invents the rest."""


def test_facts_of_the_founding_documents(register) -> None:
    days = [row["date"] for row in register["workshops"]]
    assert days == ["2019-03-13", "2019-04-04", "2019-04-24", "2019-05-15"]
    assert [row["name_fi"] for row in register["phases"]] == [
        "Tutki", "Tarkenna", "Kehitä", "Toteuta",
    ]  # fmt: skip
    known = [row for row in register["funding"] if row["city_code"]]
    assert {row["amount_eur"] for row in known} == {"5000"} and len(known) == 12
    dimensions = [row["key"] for row in register["dimensions"]]
    assert dimensions[:8] == [
        "toimeentulo", "palvelut", "turvallisuus", "jakautuminen", "vaikuttaminen", "osallisuus",
        "yhteisollisyys", "kiinnittyminen",
    ]  # fmt: skip
    for name in ("workshops", "funding", "dimensions", "roles", "concepts", "phases"):
        assert all(row["source"] for row in register[name]), name


def test_what_is_not_a_fact_says_that_it_is_invented(register) -> None:
    facts = {path.stem for path in STARTING_REGISTER.glob("*.csv")} - FILLED_IN
    for name, rows in register.items():
        for row in rows if name not in facts else ():
            assert row["invented"] in {"yes", "no"}, name
            assert row["invented"] == "yes" or row["source"], name


def test_the_starting_register_is_contained_unchanged(raw: Path) -> None:
    for path in STARTING_REGISTER.glob("*.csv"):
        if path.stem not in FILLED_IN:
            assert (raw / "programme" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_real_workspace_starts_without_inventions(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert start_register(workspace)
    programme = Programme.of(workspace)
    assert programme.table("indicator_choices").empty
    assert "experiments" not in programme.tables()
    for name in programme.tables():
        assert "invented" not in programme.table(name).columns


def test_indicators_agreed_beforehand_and_afterwards_are_told_apart(register) -> None:
    for city in register["cities"]:
        own = [r for r in register["indicator_choices"] if r["city_code"] == city["code"]]
        assert {row["agreed_beforehand"] for row in own} == {"yes", "no"}
        assert len({row["indicator"] for row in own}) == len(own)


def test_every_text_of_an_experiment_is_in_three_languages(register) -> None:
    """A card in Swedish or English never falls back to Finnish."""
    tables = [name for name, rows in register.items() if rows and "experiment" in rows[0]]
    assert {"tests", "tidier", "learning", "side_effects", "scaling"} <= set(tables)
    for name in set(tables) - {"uses"}:
        for row in register[name]:
            for column in [c for c in row if c.endswith("_fi") and row[c]]:
                for language in ("sv", "en"):
                    other = column.removesuffix("fi") + language
                    assert row.get(other), (name, other, row[column])
