"""Agreed beforehand or added afterwards: dates decide, declarations are checked against them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from skk_analysis.monitoring import choice_marks, marks_of_all_cities, outcome_limit

INDICATORS = pd.DataFrame(
    {"kind": ["rekisteri", "kokemus", "kysely"]}, index=["gini", "safety", "loneliness"]
)
SURVEYS = pd.DataFrame(
    [("x", "", "2019", "2019-09-16"), ("y", "e-1", "2019", "2019-04-01"), ("z", "", "2020", "")],
    columns=["survey", "experiment", "year", "opened"],
)


def chosen(*rows) -> pd.DataFrame:
    columns = ["city_code", "indicator", "method", "chosen_by", "date", "agreed_beforehand"]
    return pd.DataFrame(rows, columns=columns)


def mark(choices, indicator: str, year: int, city: str = "049") -> pd.Series:
    table = choice_marks(
        choices, INDICATORS, {indicator: year}, first_year=2019, city=city, surveys=SURVEYS
    )
    return table.loc[indicator]


@pytest.mark.parametrize(("kind", "year", "day", "rule"), [
    ("rekisteri", 2019, date(2019, 12, 31), "year_end"),
    ("toiminta", 2020, date(2020, 12, 31), "year_end"),
    ("kokemus", 2019, date(2019, 9, 15), "survey_opened"),  # of residents, not of an experiment
    ("kokemus", 2020, date(2019, 12, 31), "survey_year"),
    ("kysely", 2020, date(2019, 12, 31), "survey_year"),
])  # fmt: skip
def test_the_last_day_of_choosing(kind, year, day, rule):
    limit = outcome_limit(kind, year, SURVEYS)
    assert (limit.day, limit.rule) == (day, rule)


@pytest.mark.parametrize(("indicator", "day", "status"), [
    ("gini", "2019-12-31", "beforehand"), ("gini", "2020-01-01", "afterwards"),
    ("safety", "2019-09-15", "beforehand"), ("safety", "2019-09-16", "afterwards"),
    ("loneliness", "2019-01-02", "afterwards"), ("gini", "", "afterwards"),
])  # fmt: skip
def test_status_turns_on_the_day(indicator, day, status):
    found = mark(chosen(("049", indicator, "level", "team", day, "")), indicator, 2019)
    assert found["status"] == status
    assert found["chosen_on"] == day


def test_a_choice_may_be_early_for_one_year_and_late_for_another():
    choices = chosen(("", "gini", "level", "reviewers", "2020-02-12", "no"))
    assert mark(choices, "gini", 2019)["status"] == "afterwards"
    later = mark(choices, "gini", 2020)
    assert later["status"] == "beforehand"
    assert later["contradiction"] == ""  # "no" is true of the programme's first outcome


@pytest.mark.parametrize(("day", "declared", "contradiction"), [
    ("2020-03-01", "yes", "declared_too_early"), ("", "yes", "declared_too_early"),
    ("2019-03-01", "no", "declared_too_late"), ("2019-03-01", "yes", ""), ("2020-03-01", "no", ""),
])  # fmt: skip
def test_declarations_are_checked_against_dates(day, declared, contradiction):
    choices = chosen(("049", "gini", "level", "team", day, declared))
    assert mark(choices, "gini", 2019)["contradiction"] == contradiction


def test_a_figure_older_than_the_programme_is_no_outcome():
    choices = chosen(("049", "gini", "level", "team", "2019-05-15", "yes"))
    old = mark(choices, "gini", 2017)
    assert (old["status"], old["contradiction"]) == ("afterwards", "known_already")


def test_first_choice_counts_others_cities_do_not():
    choices = chosen(
        ("049", "gini", "level", "team", "2020-03-01", "no"),
        ("", "gini", "gap", "all", "2019-05-15", "yes"),
        ("853", "safety", "level", "team", "2019-05-15", "yes"),
    )
    found = mark(choices, "gini", 2019)
    assert (found["status"], found["chosen_by"]) == ("beforehand", "all")
    assert found["methods"] == "gap;level"
    assert mark(choices, "safety", 2019)["status"] == "not_chosen"
    assert mark(None, "gini", 2019)["status"] == "not_chosen"


def test_a_report_on_several_cities_takes_the_weakest():
    choices = chosen(("049", "gini", "level", "team", "2019-05-15", "yes"))
    years = {"gini": 2019}
    marks = {
        city: choice_marks(choices, INDICATORS, years, first_year=2019, city=city)
        for city in ("049", "853")
    }
    assert marks_of_all_cities(marks) == {"gini": "not_chosen"}
    assert marks_of_all_cities({"049": marks["049"]}) == {"gini": "beforehand"}


def test_a_date_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"date of 'gini' is '15\.5\.2019'"):
        mark(chosen(("049", "gini", "level", "team", "15.5.2019", "yes")), "gini", 2019)
