"""Every kind of report in every language as a person reads it, on the embedded sample."""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from skk_analysis.language import LANGUAGES
from skk_analysis.language.catalogue import keys, template
from skk_analysis.language.number_faults import number_faults
from skk_analysis.reporting.city_comparison import CityComparison
from skk_analysis.reporting.city_year import CityYear
from skk_analysis.reporting.document import Document
from skk_analysis.reporting.experiment import Experiment
from skk_analysis.reporting.page.exporter import report_page
from skk_analysis.reporting.programme import ProgrammeReport
from skk_analysis.reporting.section import SUMMARY, Numbering
from skk_analysis.workspace import Workspace
from tests.language.page_text import MOST_WORDS, WORDS, read, strangers

KINDS: dict[str, Callable[[str], Document]] = {
    "city_year": lambda place: CityYear("Jyväskylä", 2020, "fi", place),
    "city_comparison": lambda place: CityComparison(2020, "fi", place),
    "experiment": lambda place: Experiment("espoo-1", "fi", place),
    "experiment_without_estimate": lambda place: Experiment("turku-2", "fi", place),
    "programme": lambda place: ProgrammeReport(2020, "fi", place),
}
COMPUTED = ("analysis", "dossier")
"""What of a report is the same in all languages, and slow."""
GLOSSARY = Path(__file__).resolve().parents[2].parent / "shared" / "glossary.csv"


@pytest.fixture(scope="module")
def page(sample_workspace: Workspace) -> Callable[[str, str], str]:
    """The page of a kind in a language; the numbers of a kind are computed once."""

    @cache
    def computed(kind: str) -> Document:
        return KINDS[kind](str(sample_workspace.root))

    @cache
    def made(kind: str, language: str) -> str:
        report = in_language(computed(kind), language)
        sections = [report.front(), *(getattr(report, name)() for name in report.sections)]
        outputs = []
        for part in (part for section in sections for part in section.parts):
            data, metadata = part._repr_mimebundle_()
            outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
        cell = nbformat.v4.new_code_cell("report", outputs=outputs, execution_count=1)
        notebook = nbformat.v4.new_notebook(cells=[cell])
        return report_page(notebook, language, True, report.provenance.run_id, "1.3.2021")

    return made


def in_language(report: Document, language: str) -> Document:
    """The same report in another language, with what was computed for it."""
    other = copy.copy(report)
    other.language, other._numbering, other._shown = language, Numbering(), {}
    for name in list(vars(other)):
        cached = isinstance(getattr(type(other), name, None), cached_property)
        if cached and name not in COMPUTED:
            del vars(other)[name]
    return other


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_number_has_the_form_of_the_language(page, kind, language):
    """Tables, prose, captions, alt texts, descriptions and the words drawn in figures."""
    texts = list(read(page(kind, language)))
    assert len(texts) > 200
    assert [fault for words in texts for fault in number_faults(words, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_language_stands_unmarked(page, kind, language):
    """Common words of the other two languages occur only in what is marked with its language."""
    found = [
        (words, strange)
        for words in read(page(kind, language), foreign=False)
        if (strange := strangers(words, language))
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_summary_stands_first(page, kind, language):
    """At most 150 words, before any table or figure, in short sentences."""
    soup = BeautifulSoup(page(kind, language), "html.parser")
    parts = soup.main.find_all(class_=SUMMARY)
    assert parts
    words = [part.get_text(" ") for part in parts]
    assert 20 < len(WORDS.findall(" ".join(words))) <= MOST_WORDS, words
    for one in soup.main.find_all(["table", "figure"]):
        assert one.find_previous(class_=SUMMARY) is not None
    sentences = [s for part in parts for item in (part.find_all("li") or [part])
                 for s in re.split(r"[.;:] ", item.get_text(" "))]  # fmt: skip
    assert max(len(WORDS.findall(sentence)) for sentence in sentences) <= 25


TITLES = re.compile(
    r"^(section|table|figure|chart|measure|family|part|dimension|programme\.(reaim|dac|value))\."
)
"""Messages that are headings, captions, columns or names."""


@pytest.mark.skipif(not GLOSSARY.is_file(), reason="the glossary (../shared) is not here")
def test_headings_use_the_words_of_the_glossary():
    """Where a heading is a term of the glossary in Finnish, its Swedish is the glossary's."""
    with GLOSSARY.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    terms: dict[str, set[str]] = {}
    for row in rows:
        swedish = {plain(one) for one in row["sv"].split(",")} | {plain(row["sv"])}
        for finnish in {*row["fi"].split(","), row["fi"]}:
            terms.setdefault(plain(finnish), set()).update(swedish)
    found = {
        key: (template(key, "fi"), template(key, "sv"), sorted(terms[word]))
        for key in sorted(keys("fi"))
        if TITLES.match(key) and (word := plain(template(key, "fi"))) in terms
    }
    assert len(found) > 30
    wrong = {
        key: told for key, told in found.items() if not forms_of(plain(told[1])) & set(told[2])
    }
    assert {key: told for key, told in wrong.items() if key not in OTHER_SENSES} == {}


OTHER_SENSES = {
    "programme.dac.impact": "OECD's own Swedish name of the criterion",
    "table.measure": "a statistical measure, not an indicator",
}
"""Headings that are a glossary's word in another sense, and that sense."""


def plain(term: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", term).strip().lower()


def forms_of(word: str) -> set[str]:
    """A Swedish noun without its definite and plural endings, as far as headings have them."""
    return {
        word,
        *(word.removesuffix(end) for end in ("n", "en", "et", "er", "erna", "na", "t", "s")),
    }
