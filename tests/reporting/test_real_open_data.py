"""Real open data, from publishers' files to pages, by the commands a person would use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from skk_analysis.language.number_faults import number_faults
from skk_analysis.programme import Programme
from skk_analysis.reporting.section import SUMMARY
from skk_analysis.workspace import Workspace
from tests.language.page_text import MOST_WORDS, WORDS, read, strangers

FILES = [
    "codes/*.csv",
    "paavo/statfin_px_2012_2017/*.csv",
    "paavo/helsinki_12f7_long/*.csv",
    "paavo/paavo_pub2021_28vars.csv",
    "sotkanet/*.csv*",
    "statfin/rpk_135l_*.json",
    "diak/dfzip_*.csv.gz",
    "diak/df_kunnat_*.csv.gz",
    "boundaries/postal_areas_six_cities_2019.geojson",
]
YEARS = (2019, 2020)


def skk(workspace: Path, *arguments: str) -> str:
    """Run the command in a process of its own; its standard output."""
    command = [sys.executable, "-m", "skk_analysis", "--workspace", str(workspace), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return result.stdout


@pytest.fixture(scope="module")
def workspace(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("avoin data")
    files = [str(path) for pattern in FILES for path in sorted(real_data.glob(pattern))]
    skk(root, "raw", "add", "--retrieved", "2021-05-12", *files)
    skk(root, "reports")
    return Workspace(root)


def results(workspace: Workspace, city: str, year: int) -> dict[str, float | None]:
    """Every number shown in a report, by its id."""
    path = workspace.reports / city / str(year) / "fi" / "results.json"
    return {item["id"]: item["value"] for item in json.loads(path.read_text("utf-8"))}


def page(workspace: Workspace, city: str, year: int) -> BeautifulSoup:
    path = workspace.reports / city / str(year) / "fi" / "index.html"
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def test_every_report_without_experiments_and_the_index_are_made(workspace: Workspace):
    pages = {str(p.relative_to(workspace.reports)) for p in workspace.reports.rglob("index.html")}
    cities = [city.key for city in Programme.of(workspace).cities()]
    subjects = [*cities, "comparison", "programme"]
    expected = {f"{one}/{year}/fi/index.html" for one in subjects for year in YEARS}
    bilingual = {
        f"{city}/{year}/sv/index.html" for city in ("espoo", "turku", "vantaa") for year in YEARS
    }
    assert pages == expected | bilingual | {"index.html"}


def test_real_figures_carry_no_banner(workspace: Workspace):
    assert page(workspace, "espoo", 2019).find(class_="banner") is None


@pytest.mark.parametrize(
    ("city", "year", "number", "published", "tolerance"),
    [
        # 18+-weighted means of the areas' published medians, Paavo 2021 (data year 2019);
        # Oulu has one area more by its own label than by the fixed key
        ("espoo", 2019, "median_income.{code}.2019", 27_524, 0.0005),
        ("vantaa", 2019, "median_income.{code}.2019", 25_005, 0.0005),
        ("oulu", 2019, "median_income.{code}.2019", 22_399, 0.005),
        ("tampere", 2019, "median_income.{code}.2019", 21_508, 0.0005),
        ("jyvaskyla", 2019, "median_income.{code}.2019", 21_334, 0.0005),
        ("turku", 2019, "median_income.{code}.2019", 21_089, 0.0005),
        # Sotkanet 3126 and Statistics Finland 135l as published
        ("espoo", 2019, "municipal_gini.2019", 32.5, 1e-9),
        ("vantaa", 2019, "municipal_gini.2019", 25.1, 1e-9),
        ("tampere", 2020, "offences.2020", 155.2, 0.0005),
        ("oulu", 2020, "offences.2020", 111.8, 0.0005),
    ],
)
def test_reports_show_the_published_figures(workspace, city, year, number, published, tolerance):
    number = number.format(code=Programme.of(workspace).city(city).code)
    assert results(workspace, city, year)[number] == pytest.approx(published, rel=tolerance)


def test_an_unpublished_year_is_told_and_never_filled_in(workspace: Workspace):
    shown = results(workspace, "espoo", 2020)
    assert [key for key in shown if key.startswith("median_income.") and "2020" in key] == []
    rows = [row.get_text(" ") for row in page(workspace, "espoo", 2020).find_all("tr")]
    [told] = [row for row in rows if "Pakosta pois" in row and "Asukkaiden mediaanitulot" in row]
    assert "Vuoden 2020 lukua ei ole julkaistu" in told


def test_the_shifted_block_is_refused(workspace: Workspace):
    observations = workspace.table("observations")
    refused = observations[observations["reason"] == "misaligned"]
    assert refused["unit_code"].min() == "73860"
    assert refused["unit_code"].max() == "90570"
    assert refused["value"].isna().all()


def test_what_a_person_reads_has_the_forms_of_its_language(workspace: Workspace):
    """Every page of real data, in Finnish and in Swedish: numbers, languages, the summary."""
    found = {}
    for path in sorted(workspace.reports.glob("*/*/*/index.html")):
        html, language = path.read_text("utf-8"), path.parent.name
        wrong = [fault for words in read(html) for fault in number_faults(words, language)]
        wrong += [w for w in read(html, foreign=False) if strangers(w, language)]
        parts = BeautifulSoup(html, "html.parser").main.find_all(class_=SUMMARY)
        words = len(WORDS.findall(" ".join(part.get_text(" ") for part in parts)))
        if not 0 < words <= MOST_WORDS:
            wrong.append(f"summary of {words} words")
        found[str(path.relative_to(workspace.reports))] = wrong
    assert len(found) == 22
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
