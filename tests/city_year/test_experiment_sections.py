"""Sections 10–12, the decision page and the marks, on the embedded sample."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import Figure
from skk_analysis.language import LANGUAGES
from skk_analysis.programme import Programme
from skk_analysis.reporting.agreed import Marks
from skk_analysis.reporting.city_year import CityYear

MADE: dict[tuple, CityYear] = {}


@pytest.fixture(scope="module")
def report(sample_workspace):
    """A report of the sample; the sections are written once each."""

    def make(city: str = "Vantaa", year: int = 2020, language: str = "fi") -> CityYear:
        key = (city, year, language)
        if key not in MADE:
            MADE[key] = CityYear(city, year, language, str(sample_workspace.root))
        return MADE[key]

    yield make
    MADE.clear()


def words(section) -> str:
    html = "".join(part.html() for part in section.parts if not isinstance(part, Figure))
    return BeautifulSoup(html, "html.parser").get_text(" ")


def table(section, start: str):
    found = [p for p in section.parts if start in getattr(p, "caption", "")]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_speak_every_language(report, language):
    one = report(language=language)
    for name in ("experiments", "effects", "voices", "conclusions"):
        told = words(getattr(one, name)())
        assert len(told) > 200
        assert not re.search(r"\b(nan|None|inf)\b", told)
        for figure in getattr(one, name)().parts:
            if isinstance(figure, Figure):
                assert figure.alt and len(figure.description) > len(figure.alt)


def test_a_report_does_not_know_what_came_later(report, sample_workspace):
    """In the 2019 report nothing of 2020: no end, no stop, no effect, no later cost or test."""
    early = report("Turku", 2019)
    told = words(early.experiments()) + words(early.effects()) + words(early.voices())
    assert "keskeytettiin" not in told
    assert "2020" not in words(early.voices())
    rows = table(early.effects(), "Kokeilujen arviot").rows
    assert {row[-1] for row in rows} == {"ei voida arvioida"}
    (cost,) = {row[6].value for row in rows if row[0] == "Lähityöpaja"}
    costs = Programme.of(sample_workspace).table("costs").query("experiment == 'turku-1'")
    assert cost == costs.loc[costs["year"] == "2019", "eur"].astype(float).sum()
    assert all(known.panel is None or max(known.panel.times) <= 2019
               for known in early.data.experiments.values())  # fmt: skip


def test_stopped_experiments_keep_their_place_and_reason(report):
    told = words(report("Turku").experiments())
    assert "Iltavalo keskeytettiin 30.4.2020. Syy: Kampus suljettiin" in told


def test_effects_are_worded_by_their_grade(report):
    """Below grade 3 no sentence speaks of an effect as a finding."""
    section = report("Vantaa").effects()
    rows = table(section, "Kokeilujen arviot").rows
    assert len(rows) == 2
    grades = {row[0]: row[5].value for row in rows}
    assert set(grades.values()) <= {1.0, 2.0}
    items = [part for part in section.parts if getattr(part, "items", False)]
    said = " ".join(part.plain() for part in items)
    assert not re.search(r"vaikutti|vaikutus oli|sai aikaan|ansiosta", said)
    estimate = rows[0][3]
    assert estimate.lower < estimate.value < estimate.upper


def test_small_groups_are_not_counted(report):
    rows = table(report("Oulu").voices(), "Testien havainnot").rows
    assert "protected" in {getattr(row[4], "status", "") for row in rows}


def test_response_rates_are_answers_over_forms(report):
    rows = table(report("Vantaa").voices(), "Kyselyt ja vastausosuus").rows
    residents = rows[0]
    assert residents[3].value == pytest.approx(residents[2].value / residents[1].value)


def test_every_number_is_marked_and_the_share_is_told(report):
    one = report("Vantaa")
    for name in one.sections:
        getattr(one, name)()
    records = one.results()
    assert {record["agreed"] for record in records} == {
        "beforehand", "afterwards", "not_chosen", "",
    }  # fmt: skip
    by_id = {record["id"]: record["agreed"] for record in records}
    assert by_id["offences.092.2020"] == "beforehand"
    assert by_id["effect.vantaa-1.outside_education"] == "beforehand"
    assert by_id["dissimilarity.2020"] == "beforehand"  # as the method of an agreed indicator
    assert by_id["wolfson.2020"] == "not_chosen"
    assert by_id["fair_or_poor_health.092.2020"] == "afterwards"
    assert by_id["community.apouey.2020"] == "not_chosen"  # an index that nobody chose
    assert by_id["coverage.median_income.observed.2020"] == ""
    counts = one.marks.counts(records)
    assert sum(counts.values()) == sum(bool(record["agreed"]) for record in records)
    assert str(counts["beforehand"]) in one.agreement_note(one.results())


def test_dates_decide_and_contradictions_are_told(report):
    """Turnout was agreed on in 2019 but has no figure since 2017."""
    told = words(report("Vantaa").methods())
    assert "Äänestysaktiivisuus kuntavaaleissa sovittiin 15.5.2019, mutta sen viimeisin" in told
    rows = table(report("Vantaa").methods(), "Yhdessä valitut").rows
    marks = {row[0]: row[1] for row in rows}
    assert marks["Gini-kerroin"] == "sovittu etukäteen"
    early = table(report("Vantaa", 2019).methods(), "Yhdessä valitut").rows
    assert {r[0]: r[1] for r in early}["Korkeakoulutettujen osuus"] == "lisätty jälkikäteen"


def test_omissions_have_a_kind_and_a_reason(report):
    """FinSote was not in the field in 2019, and there were no municipal elections."""
    rows = table(report("Vantaa", 2019).scope(), "Mitä ei ole mitattu").rows
    reasons = {row[0]: (row[1], row[2]) for row in rows}
    for name, why in (("Itsensä yksinäiseksi tuntevat", "FinSote"),
                      ("Äänestysaktiivisuus kuntavaaleissa", "Kuntavaaleja")):  # fmt: skip
        assert reasons[name][0] == "Pakosta pois"
        assert why in reasons[name][1]


def test_the_decision_of_2019_and_what_followed(report):
    decided = table(report("Vantaa", 2019).conclusions(), "Päätökset")
    followed = table(report("Vantaa", 2020).conclusions(), "Päätökset")
    assert "Mitä seurasi" not in decided.columns
    assert "Mitä seurasi" in followed.columns
    assert "Päättäjä" in decided.columns


def test_without_a_choice_register_nothing_is_agreed():
    marks = Marks(pd.DataFrame())
    assert marks.of({"id": "gini.2019", "unit": "index"}) == "not_chosen"
    assert marks.of({"id": "areas.count", "unit": "persons"}) == ""
