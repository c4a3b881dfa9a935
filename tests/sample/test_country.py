"""The invented whole country: the right size, the publishers' layouts, nobody's real data."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skk_analysis.cleaning import clean
from skk_analysis.programme import Programme
from skk_analysis.reporting.city_year import report_data
from skk_analysis.reporting.municipalities import city_named, municipalities
from skk_analysis.reporting.plan import Choice, chosen_reports, listed_reports
from skk_analysis.reporting.report import RECORD
from skk_analysis.reporting.verify import published_reports
from skk_analysis.sample.country import REPORT_YEARS, places, write_country
from skk_analysis.workspace import SkkError, Workspace

COUNT = 9
BILINGUAL = 3
"""Cities whose reports are made in Swedish too."""


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("country")
    write_country(root, COUNT)
    workspace = Workspace(root)
    assert not len(clean(workspace).messages)
    return workspace


def test_it_has_the_size_of_finland():
    every = places(309)
    assert len({place.who.code for place in every}) == 309
    assert len({place.who.name_fi.lower() for place in every}) == 309
    codes = [code for place in every for code in place.codes]
    assert len(codes) == len(set(codes))
    assert 2_700 <= len(codes) <= 3_300


def test_it_is_marked_as_invented_and_is_the_same_each_time(country, tmp_path: Path):
    assert all(resource.invented for resource in country.resources())
    write_country(tmp_path, COUNT)
    again = [resource.sha256 for resource in Workspace(tmp_path).resources()]
    assert [resource.sha256 for resource in country.resources()] == again


def test_every_municipality_has_subjects_and_the_register_needs_no_row(country):
    own = Programme.of(country).cities()
    every = municipalities(country)
    assert every[: len(own)] == own
    assert len(every) == COUNT
    chosen = chosen_reports(country, Choice(kinds=["city_year"], all_municipalities=True))
    assert len(chosen) == (COUNT + BILINGUAL) * len(REPORT_YEARS)
    other = every[-1]
    assert city_named(country, other.code) == city_named(country, other.name_fi) == other
    with pytest.raises(SkkError, match="no city 'Atlantis'"):
        city_named(country, "Atlantis")


def test_the_index_lists_chosen_municipalities_not_all_that_are_missing(country):
    choice = Choice(["003"], [2019], kinds=["city_year"], all_municipalities=True)
    [report] = chosen_reports(country, choice)
    listed = listed_reports(country, [report], [report.kind], all_municipalities=True)
    assert report in listed
    assert len(listed) == 1 + (6 + BILINGUAL) * len(REPORT_YEARS)


def test_published_municipalities_are_found_in_every_language(country):
    choice = Choice(["003"], [2019], kinds=["city_year"], languages=["fi", "sv"])
    asked = chosen_reports(country, replace(choice, all_municipalities=True))
    for report in asked:
        report.folder.mkdir(parents=True)
        (report.folder / RECORD).write_text("{}")
    assert published_reports(country, replace(choice, languages=())) == asked
    for report in asked:
        shutil.rmtree(report.folder)


def test_a_slice_holds_the_municipality_and_its_peers_but_not_itself(country):
    other = municipalities(country)[-1]
    data = report_data(country, other.name_fi, 2015)
    assert data.parameters == {"city": other.name_fi, "year": 2015}
    assert set(data.households["city_code"]) == {other.code}
    assert set(data.areas["city_code"]) == {other.code}
    assert other.code not in set(data.peers["unit_code"])
    read = set(data.indicator_values["unit_code"])
    assert read == {other.code, *data.peers["unit_code"], *data.areas["unit_code"]}
    named = {resource.name for resource in data.resources}
    assert f"kotitaloudet-{other.code}" in named
    assert not any(
        name.startswith("kotitaloudet-") for name in named - {f"kotitaloudet-{other.code}"}
    )
