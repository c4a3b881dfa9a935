"""Household microdata and surveys."""

from __future__ import annotations

import pytest

from skk_analysis.cleaning import microdata
from skk_analysis.cleaning.reader import Keys
from skk_analysis.cleaning.readers import recognise
from skk_analysis.cleaning.survey import survey_values


def test_households_are_equivalised_by_the_modified_oecd_scale(raw, samples):
    file = raw(samples["households.csv"].encode("latin-1"))
    assert recognise(file) is microdata.HOUSEHOLDS
    reading = microdata.HOUSEHOLDS.read(file, Keys())
    frame = reading.tables["households"]
    first = frame.iloc[0]
    assert (first.city_code, first.area_code) == ("049", "02100")
    assert first.equivalence == pytest.approx(1 + 0.5 + 2 * 0.3)
    assert first.income == pytest.approx(50000 / 2.1)
    assert first.person_weight == pytest.approx(4 * 120.5)
    assert frame["age_group"].tolist() == ["30–44", "65+"]
    assert frame["language"].tolist() == ["fi", "sv"]
    assert (reading.rows_read, reading.rows_refused) == (3, 1)
    assert [m.check for m in reading.messages] == ["missing"]


def test_english_headers_and_values(raw):
    file = raw(
        "city_code;area_code;year;household_id;weight;stratum;cluster;disposable_income;persons;"
        "persons_under_14;age;sex;education;language\n"
        "049;02100;2019;a1;120.5;s1;c1;50000;2;0;41;female;higher;other\n"
    )
    assert recognise(file) is microdata.HOUSEHOLDS
    row = microdata.HOUSEHOLDS.read(file, Keys()).tables["households"].iloc[0]
    assert (row.unit_id, row.sex, row.education, row.language) == (
        "a1",
        "female",
        "higher",
        "other",
    )


def test_every_wrong_cell_of_a_household_file_is_listed(raw, samples):
    text = samples["households.csv"].replace(
        "49;2100;2019;a1;120,5;s1;c1;50000;4;2;41;nainen;korkea_aste;fi",
        "Espoo;2100;219;;-1;s1;c1;paljon;2;2;12;muu;tohtori;en",
    )
    messages = microdata.HOUSEHOLDS.read(raw(text), Keys()).messages
    errors = {m.column for m in messages if m.severity == "error"}
    assert errors == {
        "kuntakoodi",
        "vuosi",
        "kotitaloustunnus",
        "paino",
        "kaytettavissa_olevat_tulot",
        "alle_14v",
        "ika",
        "sukupuoli",
        "koulutus",
        "kieli",
    }
    assert all(m.row == 2 and m.expected and m.mend for m in messages if m.severity == "error")


def test_survey_answers_say_why_they_are_missing(raw, samples):
    file = raw(samples["survey.csv"])
    assert recognise(file) is microdata.SURVEY
    frame = microdata.SURVEY.read(file, Keys()).tables["responses"]
    found = frame.set_index(["question", "respondent_id"])["reason"].to_dict()
    assert found["participation", "r2"] == "blank"
    assert found["service_access", "r3"] == "do_not_know"
    assert found["participation", "r3"] == "minus_one"
    assert frame["group"].tolist()[:3] == ["resident", "resident", "participant"]


def test_an_answer_outside_the_scale_is_an_error(raw, samples):
    file = raw(samples["survey.csv"].replace("fi;5;4", "fi;7;2.5"))
    messages = microdata.SURVEY.read(file, Keys()).messages
    assert {(m.column, m.value) for m in messages} == {
        ("service_access", "7"),
        ("participation", "2.5"),
    }


def test_survey_shares_are_weighted_and_count_residents_only(raw, samples):
    import pandas as pd

    responses = microdata.SURVEY.read(raw(samples["survey.csv"]), Keys()).tables["responses"]
    dictionary = pd.DataFrame(
        {
            "numerator": ["survey.service_access", "survey.participation", "survey.community"],
            "minimum_denominator": ["", "2", ""],
        },
        index=["service_access", "participation", "community"],
    )
    values = survey_values(responses, dictionary).query("unit_level == 'municipality'")
    values = values.set_index("indicator")
    access = values.loc["service_access"]
    assert access["value"] == pytest.approx(1 / 4)  # weights 1 and 3, the first agrees
    assert (access["count"], access["denominator"]) == (1, 2)
    assert values.loc["participation", ["status", "reason"]].tolist() == [
        "protected",
        "small_denominator",
    ]
    assert values.loc["community", ["status", "reason"]].tolist() == ["not_asked", "absent_column"]
