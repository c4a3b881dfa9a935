"""Sections on a hand-made city: numbers on record, verdicts by rule, honest where data lack."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import Figure, Prose, Table
from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.city_year import CityYear, report_data
from skk_analysis.workspace import SkkError

SECTIONS = [
    "summary", "scope", "areas", "matrix", "monitor", "between_within", "groups", "polarisation",
    "composition", "experiments", "effects", "voices", "conclusions", "methods", "quality",
    "limitations", "origin",
]  # fmt: skip
SOURCES = ("areas", "households", "responses", "municipalities")
NUMBER = re.compile(r"[−+]?\d[\d\u00a0]*(?:,\d+)?")


def report_of(tiny, *without: str, year: int = 2019, language: str = "fi") -> CityYear:
    return CityYear("Espoo", year, language, str(tiny(*without).root))


def shown(report: CityYear) -> dict[str, list]:
    """All displays of the report by section."""
    return {name: list(getattr(report, name)().parts) for name in ("front", *SECTIONS)}


def every(sections: dict[str, list]) -> list:
    return [part for parts in sections.values() for part in parts]


def html_of(parts) -> str:
    return "".join(part.html() for part in parts if not isinstance(part, Figure))


def words_of(parts) -> str:
    return BeautifulSoup(html_of(parts), "html.parser").get_text(" ")


@pytest.fixture(scope="module")
def whole(tiny) -> CityYear:
    return report_of(tiny)


@pytest.fixture(scope="module")
def sections(whole) -> dict[str, list]:
    return shown(whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_in_every_language(tiny, language):
    """One h1, a numbered h2 for each section in the programme's order, figures with all texts."""
    parts = shown(report_of(tiny, language=language))
    soup = BeautifulSoup(html_of(every(parts)), "html.parser")
    assert len(soup.find_all("h1")) == 1
    numbers = [heading.get_text().split(".")[0] for heading in soup.find_all("h2")]
    assert numbers == [str(i) for i in range(1, len(SECTIONS) + 1)]
    figures = [part for section in parts.values() for part in section if isinstance(part, Figure)]
    assert len(figures) == 10
    assert len({figure.caption for figure in figures}) == 10
    for figure in figures:
        assert figure.alt != figure.caption
        assert len(figure.description) > len(figure.caption)


@pytest.mark.parametrize("without", [*[(s,) for s in SOURCES], SOURCES])
def test_missing_sources_leave_honest_sections(tiny, without):
    """Each source may be absent; no section fails, and none prints a nan."""
    report = report_of(tiny, *without)
    everything = words_of(every(shown(report)))
    assert not re.search(r"\b(nan|None|inf)\b", everything)
    if "households" in without:
        assert "Kotitalousaineistoa ei ole" in everything
        assert "gini.2019" not in {record["id"] for record in report.results()}
    if "responses" in without:
        assert "kokemuksia ei ole mitattu" in everything


def test_a_year_without_figures_says_so(tiny):
    """2020 has only municipal figures: nothing is taken from 2019."""
    report = report_of(tiny, year=2020)
    parts = shown(report)
    everything = words_of(every(parts))
    assert "Vuoden 2020 lukua ei ole julkaistu tässä aineistossa. " in everything
    assert "koronavuosi" in words_of(parts["front"])
    assert "Gini-kerroin" in words_of(parts["monitor"])
    area = [r for r in report.results() if r["id"].startswith("low_income_class_share")]
    assert area == []


def test_every_number_of_the_text_is_on_record(whole, sections):
    """Each <data> element names a record, and shows that record's number."""
    records = {record["id"]: record for record in whole.results()}
    soup = BeautifulSoup(html_of(every(sections)), "html.parser")
    marked = soup.find_all("data")
    assert len(marked) > 20
    quantities = {q.id: q for s in sections.values() for p in s for q in p.quantities()}
    for element in marked:
        name = element["value"]
        assert element.get_text() == quantities[name].shown("fi")
        assert records[name]["value"] == quantities[name].value
    for cell in soup.find_all("td", attrs={"data-result": True}):
        assert cell["data-result"] in records
        assert cell.get_text().startswith(quantities[cell["data-result"]].shown("fi"))


def test_summary_numbers_are_the_records(sections):
    """No number of the summary stands outside a record, years apart."""
    prose = [part for part in sections["summary"] if isinstance(part, Prose)]
    soup = BeautifulSoup(html_of(prose), "html.parser")
    for element in soup.find_all("data"):
        element.decompose()
    assert set(NUMBER.findall(soup.get_text())) <= {"2018", "2019"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_is_short_and_plain(tiny, language):
    """Five lines and at most 150 words."""
    report = report_of(tiny, language=language)
    prose = [part for part in report.summary().parts if isinstance(part, Prose)]
    assert len(prose[0].lines) == 5
    assert sum(part.words() for part in prose) <= 150


def test_verdicts_follow_the_rule(whole, sections):
    """Incomes were spread apart by a third: Gini grew; the word is the rule's word."""
    change = whole.analysis.measures["gini"].change
    lower, _ = change.absolute.interval()
    assert lower > 0
    text = words_of([sections["summary"][1]])
    assert "Tuloerot (Gini-kerroin): kasvoi." in text
    record = sections["summary"][1].record["verdicts"]
    assert {"measure": "gini", "verdict": "grows", "rule": "interval_excludes_zero"} in record


def test_no_causal_words(sections):
    """Monitoring only: an effect is named nowhere but to say that it cannot be assessed."""
    text = words_of(every({n: sections[n] for n in SECTIONS if n != "methods"}))
    assert not re.search(r"\bvaikutuks|\bvaikutti|\baiheut|\bansiosta\b|\bjohtui\b", text)


def test_protected_is_not_missing(sections):
    """A protected area is shown as such, and explained; it is never zero."""
    matrix = next(part for part in sections["matrix"] if isinstance(part, Table))
    soup = BeautifulSoup(matrix.html(), "html.parser")
    assert soup.find("td", class_="protected").get_text() == "suojattu"
    assert "Suojattu: luku on olemassa" in soup.get_text()


def test_names_from_data_stay_text(sections):
    """A hostile area name is shown, not run."""
    assert "<0>" not in html_of(sections["areas"])
    assert "Alue &lt;0&gt;" in html_of(sections["areas"])


def test_segregation_leaves_no_area_out_silently(whole):
    """Both years use the same areas."""
    before, after = (whole.analysis.counts(year) for year in (2018, 2019))
    assert list(before.index) == list(after.index) == whole.analysis.segregation_areas


def test_results_and_the_end_mark(whole, sections):
    """The last output holds every record once, and the mark with the run id."""
    assert sections  # they have been shown
    data, metadata = whole.end()._repr_mimebundle_()
    records = json.loads(json.dumps(data["application/vnd.skk.results+json"], allow_nan=False))
    assert len({record["id"] for record in records}) == len(records)
    fields = {"id", "value", "unit", "lower", "upper", "n"}
    assert all(fields <= record.keys() for record in records)
    mark = metadata["text/html"]
    assert mark == {"skk": "end", "run_id": whole.provenance.run_id}


def test_showing_a_section_again_changes_nothing(whole):
    """Figures keep their numbers and bytes when a cell is run twice."""
    first, second = whole.polarisation().parts, whole.polarisation().parts
    assert [p._repr_mimebundle_() for p in first] == [p._repr_mimebundle_() for p in second]


def test_the_digest_follows_the_slice(tiny):
    """Same data, same digest; without a source another one; a stranger's data do not matter."""
    workspace = tiny()
    assert (
        report_data(workspace, "Espoo", 2019).digest()
        == report_data(workspace, "Esbo", 2019).digest()
    )
    others = [
        report_data(tiny("responses"), "Espoo", 2019),
        report_data(workspace, "Espoo", 2020),
        report_data(workspace, "Turku", 2019),
    ]
    digests = {other.digest() for other in others} | {
        report_data(workspace, "Espoo", 2019).digest()
    }
    assert len(digests) == 4
    assert [r.name for r in report_data(workspace, "Espoo", 2019).resources] == ["paavo", "homes"]
    assert report_data(workspace, "Turku", 2019).resources == []


def test_mistakes_are_told(tiny):
    """An unknown year or language stops with what there is."""
    with pytest.raises(SkkError, match="no year 2031"):
        report_of(tiny, year=2031)
    with pytest.raises(SkkError, match="no language 'de'"):
        report_of(tiny, language="de")


def test_the_notebook_is_short_and_clean():
    """At most 21 short code cells, one parameters cell, no outputs, a kernel name."""
    path = Path(__file__).parents[2] / "notebooks" / "city_year.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) <= 21
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    tagged = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    sources = "".join("".join(cell["source"]) for cell in code)
    assert [name for name in SECTIONS if f"report.{name}()" not in sources] == []


def test_experience_is_polarised_beside_income(whole, sections):
    """A quarter answered 2 and the rest 4: F is 0, 1/4, 1/4, 1, by hand."""
    records = {record["id"]: record["value"] for record in whole.results()}
    parts = [records[f"community.{part}.2019"] for part in ("low", "middle", "high")]
    assert parts == pytest.approx([0.25, 0, 0.75])
    by_hand = 1 - 2**0.5 / 4 * (2 * 0.5**0.5 + 2 * 0.25**0.5)
    assert records["community.apouey.2019"] == pytest.approx(by_hand)
    assert "Hyvinvoinnin polarisaatio" in words_of(sections["polarisation"])
