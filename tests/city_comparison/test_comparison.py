"""The comparison of the cities: known answers, every source missing in turn, the same numbers in
every language, and words of effect only where they are allowed."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.city_comparison import CityComparison, report_data
from skk_analysis.workspace import SkkError, Workspace
from tests.city_comparison.three_cities import CITIES, EFFECT, area_codes

SECTIONS = list(CityComparison.sections)
MISSING = (
    ("areas", "choices"),
    ("comparisons", "households", "responses"),
    ("municipalities",),
    ("areas", "choices", "comparisons", "households", "municipalities", "responses"),
)
"""Sources that are left out together."""
CAUSAL = {
    "fi": r"\bvaikutu(s|ksen|sta|ksia|sarvio)\b",
    "sv": r"\beffekt",
    "en": r"\b(effect|impact)\b",
}


def shown(report: CityComparison, *names: str) -> str:
    """The text of some sections (all by default)."""
    parts = [part for name in names or SECTIONS for part in getattr(report, name)().parts]
    return "\n".join(part._repr_mimebundle_()[0]["text/plain"] for part in parts)


@pytest.fixture(scope="module")
def report(made) -> CityComparison:
    """The Finnish report of 2020 on all sources, its sections shown."""
    found = CityComparison(2020, "fi", str(made().root))
    found.front()
    shown(found)
    return found


@pytest.fixture(scope="module")
def results(report) -> dict[str, dict]:
    """Its numbers by id."""
    return {record["id"]: record for record in report.results()}


def test_a_planted_effect_is_found_in_its_city_alone(results):
    """Turku's rate was lowered by four points; nobody else's was."""
    effects = {code: results[f"effect.low_income_rate.{code}.synthetic_did"] for code in CITIES}
    assert effects["853"]["value"] == pytest.approx(EFFECT, abs=0.7)
    assert effects["853"]["upper"] < 0
    for code in ("049", "564"):
        assert effects[code]["lower"] < 0 < effects[code]["upper"]
    assert results["effect.low_income_rate.853.synthetic_did.rank"]["value"] == 1


def test_helsinkis_example_depends_on_the_measure(report, results):
    """2 and 20 % became 4 and 30 %: the difference grew, the ratio shrank, and it is told."""
    record = "gap.unemployed_share.049"
    assert results[f"{record}.change"]["value"] == pytest.approx(0.08)
    assert results[f"{record}.ratio_change"]["value"] == pytest.approx(-2.5)
    assert "Tulos riippuu mittarista" in shown(report, "disagreement")


def test_segregation_of_known_counts_at_both_levels(results):
    """Dissimilarity by hand; districts of three areas each."""
    for year, tilt in ((2019, 30), (2020, 60)):
        low = 300 + tilt * (np.arange(6) - 2.0)
        high = 600 - low
        fine = 0.5 * np.abs(low / low.sum() - high / high.sum()).sum()
        value = results[f"dissimilarity.postal_area.853.{year}"]["value"]
        assert value == pytest.approx(fine)
        low, high = low.reshape(2, 3).sum(1), high.reshape(2, 3).sum(1)
        coarse = 0.5 * np.abs(low / low.sum() - high / high.sum()).sum()
        value = results[f"dissimilarity.district.853.{year}"]["value"]
        assert value == pytest.approx(coarse)
    assert 0 < results["dissimilarity.postal_area.853.chance.2020"]["value"] < 0.1
    ranks = [results[f"rank.dissimilarity.postal_area.{code}.2020"] for code in CITIES]
    assert [(r["lower"], r["upper"]) for r in ranks] == [(2, 3), (1, 1), (2, 3)]


def test_between_and_within_are_the_cities_own(report, results):
    """The shares are those of the city's own decomposition, with intervals."""
    for code, analysis in report.analysis.cities.items():
        parts = analysis.decompositions[2020]
        mine = results[f"between_share.{code}.2020"]
        assert mine["value"] == parts.share_between.value
        assert mine["lower"] < mine["value"] < mine["upper"]


def test_yearly_variation_is_pooled_without_the_report_and_pandemic_years(report):
    """By hand: squared deviations of yearly changes from each city's own mean change."""
    squares, count = 0.0, 0
    for code in CITIES:
        mine = report.analysis.series("offences", code)
        changes = np.diff([mine[year] for year in range(2010, 2020)])
        squares += ((changes - changes.mean()) ** 2).sum()
        count += len(changes) - 1
    assert report.analysis.noise("offences") == pytest.approx(math.sqrt(squares / (2 * count)))


def test_the_national_shift_is_taken_away(report, results):
    """The country moved half a point in 2020."""
    series = report.analysis.series("low_income_rate", "564")
    apart = results["shift.low_income_rate.564.apart"]["value"]
    assert apart == pytest.approx(series[2020] - series[2019] - 0.5)
    assert results["shift.low_income_rate.national.2020"]["value"] == pytest.approx(0.5)


def test_marks_are_each_citys_own(report, results):
    """Offences were agreed on by Espoo alone: no other city's number of them is marked so."""
    assert results["low_income_rate.853.2020"]["agreed"] == "beforehand"
    assert results["offences.049.2020"]["agreed"] == "beforehand"
    assert results["offences.853.2020"]["agreed"] == "not_chosen"
    assert report.marks.of({"id": "effect.offences.all"}) == "not_chosen"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_numbers_are_the_same_in_every_language(made, report, language):
    """Language changes words, never a number or its id."""
    other = CityComparison(2020, language, str(made().root))
    other.analysis = report.analysis
    other.front()
    words = shown(other)
    assert other.results() == report.results()
    assert not re.search(r"{\w+}", words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_one_section_speaks_of_an_effect(made, report, language):
    """Outside of section 7 no text uses the word."""
    other = CityComparison(2020, language, str(made().root))
    other.analysis = report.analysis
    names = [name for name in SECTIONS if name not in ("effects", "rules", "limitations")]
    text = shown(other, *names)
    assert not re.search(CAUSAL[language], text, flags=re.IGNORECASE)


@pytest.mark.parametrize("missing", MISSING, ids="-".join)
def test_a_missing_source_is_told_and_breaks_nothing(made, missing):
    """Every section can be written without any one source, and without all of them."""
    report = CityComparison(2020, "fi", str(made(*missing).root))
    report.front()
    text = shown(report)
    told = {
        "areas": "Alueittaisia tuloluokkia",
        "choices": "lisätty jälkikäteen",
        "comparisons": "Rekisterissä ei ole vertailuryhmiä",
        "households": "Kotitalousaineistoa ei ole",
        "municipalities": "Kaupunkeja ei voida verrata muihin kuntiin",
        "responses": "Osallisuuden kokemus: ei mitattu 2020",
    }
    expected = [words for name, words in told.items() if name in missing]
    if "municipalities" in missing:
        expected = [words for words in expected if words != told["choices"]]
    assert [words for words in expected if words not in text] == []


def test_the_first_year_knows_nothing_of_the_second(made, tmp_path):
    """Figures of 2020 are not in the slice of 2019, so they cannot change it."""
    data = report_data(made(), 2019)
    assert data.published["reference_year"].max() == 2019
    assert set(data.households["year"]) == {2018, 2019}
    assert data.pandemic_years == ()
    again = report_data(_changed(made(), tmp_path, 2020), 2019)
    assert again.digest() == data.digest()
    later = report_data(_changed(made(), tmp_path, 2018), 2019)
    assert later.digest() != data.digest()


def _changed(workspace: Workspace, root, year: int) -> Workspace:
    """The same workspace with one municipality's figure of a year moved."""
    import shutil

    place = root / str(year)
    shutil.copytree(workspace.root, place)
    path = place / "data" / "processed" / "indicator_values.parquet"
    frame = pd.read_parquet(path)
    at = (frame["reference_year"] == year) & (frame["unit_code"] == "853")
    at &= frame["indicator"] == "offences"
    frame.loc[at, "value"] += 1.0
    frame.to_parquet(path)
    return Workspace(place)


def test_areas_of_one_city_are_not_anothers(made):
    """A city's view has its own rows only."""
    data = report_data(made(), 2020)
    for city in data.cities:
        view = data.of(city)
        assert set(view.areas["unit_code"]) == set(area_codes(city.code))
        assert set(view.households["city_code"]) == {city.code}
        units = set(view.indicator_values["unit_code"])
        assert units == {city.code, *area_codes(city.code)}


def test_a_year_that_the_programme_lacks_is_named(made):
    """The message lists the years there are."""
    with pytest.raises(SkkError, match=r"no year 2031.*2019"):
        report_data(made(), 2031)
