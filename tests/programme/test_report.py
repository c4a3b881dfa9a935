"""The programme's report on the sample and on registers that lack nearly everything."""

from __future__ import annotations

import re
import shutil
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from skk_analysis.figures import Figure, Table
from skk_analysis.language import LANGUAGES, forms
from skk_analysis.programme import STARTING_REGISTER
from skk_analysis.reporting.programme import Analysis, ProgrammeReport, report_data
from skk_analysis.workspace import SkkError, Workspace


@pytest.fixture(scope="module")
def reports(sample_workspace: Workspace) -> dict[str, ProgrammeReport]:
    """The report of 2020 in three languages; effects are estimated once."""
    made = {
        language: ProgrammeReport(2020, language, str(sample_workspace.root))
        for language in LANGUAGES
    }
    for report in made.values():
        vars(report.analysis)["dossiers"] = made["fi"].analysis.dossiers
    return made


def told(report: ProgrammeReport, name: str) -> str:
    """All that a reader meets in a section, as text."""
    words = []
    for part in getattr(report, name)().parts:
        if isinstance(part, Figure):
            words += [part.caption, part.alt, part.description, part.table.plain()]
        elif isinstance(part, Table):
            words.append(part.plain())
        else:
            words.append(getattr(part, "words", "") if hasattr(part, "anchor") else part.plain())
    return "\n".join(words).replace(forms.NO_BREAK_SPACE, " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_writes_the_same_numbers_in_each_language(reports, language):
    """Sixteen sections in order; the numbers do not depend on the language."""
    report = reports[language]
    report.front()
    for name in report.sections:
        assert told(report, name)
    ids = {record["id"]: record["value"] for record in report.results()}
    if language != "fi":
        for name in ("front", *reports["fi"].sections):
            getattr(reports["fi"], name)()
        assert ids == {r["id"]: r["value"] for r in reports["fi"].results()}
    assert len(ids) > 400


def test_three_facts_an_experiment(reports):
    """Result, security and cost of each; the stopped one keeps its row without a result."""
    report = reports["fi"]
    table = next(part for part in report.summary().parts if isinstance(part, Table))
    assert len(table.rows) == 12
    stopped = next(row for row in table.rows if str(row[0]).startswith("Iltavalo"))
    assert stopped[4] == stopped[5] == "ei voida arvioida"
    effect = report.analysis.effects["turku-1"]
    row = next(row for row in table.rows if str(row[0]).startswith("Lähityöpaja"))
    assert row[2].value == effect.estimate and row[5] == "2 / 5"
    assert row[6].value == 100_000


def test_the_summary_is_short_and_claims_no_effect(reports):
    """At most 150 words, and below grade 3 nothing is called an effect of an experiment."""
    parts = reports["fi"].summary().parts
    words = " ".join(p.plain() for p in parts if type(p).__name__ == "Prose")
    assert len(re.findall(r"[^\W\d_][\w’'-]*", words)) <= 150
    assert max(reports["fi"].analysis.grade(e) for e in reports["fi"].analysis.effects) < 3
    assert not re.search(r"vaikutti|aiheutti|johtui", words)


def test_pooling_is_refused_with_reasons_and_directions(reports):
    """Outcomes differ: no mean of all; directions are shown; two of a kind are pooled openly."""
    said = told(reports["fi"], "synthesis")
    assert "Yhdistämistä ei voida perustella." in said
    assert "Tulokset koskevat eri asioita" in said and "Etumerkkitestin" in said
    assert "Kahdesta tuloksesta ei näe" in said and "tutkimuksia on 2" in said
    analysis = reports["fi"].analysis
    shared = analysis.by_outcome["unemployed_share"].pooled
    assert [note.name for note in shared.notes] == ["covariance_modelled"]


def test_planned_and_actual_and_what_followed(reports):
    """10 / 6 cities, 50 000 / 30 000 planned and 25 000 paid; 2020 tells what followed."""
    said = told(reports["fi"], "planned")
    assert re.search(r"Kaupunkeja \| 10 \| ei sovellu \| 6", said)
    assert re.search(r"vuodessa \| 50 000 € \| 30 000 € \| 25 000 €", said)
    assert "Mitä seurasi" in said


def test_scaling_tells_what_goes_on_without_a_shown_change(reports):
    """An experiment that goes on though nothing was shown is named."""
    said = told(reports["fi"], "scaling")
    assert "vaikka toivottua muutosta ei ole voitu osoittaa: Palveluauto" in said


def test_a_recommendation_is_never_stronger_than_its_evidence(reports):
    """One that claims grade 5 on an experiment of grade 2 is shown with 2, and that is said."""
    report = reports["fi"]
    table = report.data.register["recommendations"]
    report.data.register["recommendations"] = table.assign(evidence_grade="5")
    try:
        said = told(report, "recommendations")
    finally:
        report.data.register["recommendations"] = table
    assert "5 / 5" not in said and "2 / 5: yhteys" in said and "on laskettu" in said


def test_the_first_year_has_decisions_and_no_effects(sample_workspace):
    """At the end of 2019 nothing can be estimated; later findings are not known yet."""
    report = ProgrammeReport(2019, "en", str(sample_workspace.root))
    assert report.analysis.effects == {}
    assert {d.reason for d in report.analysis.dossiers.values()} == {"no_after"}
    assert "turku-2" not in report.experiments  # began in January 2020
    for name in report.sections:
        assert told(report, name)
    assert "cannot be judged" in told(report, "summary")
    assert "The cities' decisions on continuing" in told(report, "planned")
    assert "2020" not in " ".join(
        m for m in re.findall(r"\d{1,2} \w+ 20\d\d", told(report, "uses"))
    )


def test_the_digest_moves_with_what_is_read(sample_workspace, tmp_path):
    """A changed row of the register makes another report; another year too."""
    before = report_data(sample_workspace, 2020)
    assert report_data(sample_workspace, 2020).digest() == before.digest()
    assert report_data(sample_workspace, 2019).digest() != before.digest()
    copied = tmp_path / "data"
    shutil.copytree(sample_workspace.root / "data", copied)
    path = copied / "raw/programme/uses.csv"
    path.write_text(path.read_text("utf-8").replace("pihalla", "kadulla"), "utf-8")
    assert report_data(Workspace(tmp_path), 2020).digest() != before.digest()


def test_a_register_of_the_founding_documents_only(tmp_path: Path):
    """No experiments, studies or money: every section says so and why it matters."""
    workspace = Workspace(tmp_path)
    shutil.copytree(STARTING_REGISTER, workspace.programme)
    workspace.write_resources([])
    workspace.processed.mkdir(parents=True)
    for language in LANGUAGES:
        report = ProgrammeReport(2019, language, str(tmp_path))
        for name in ("front", *report.sections):
            section = getattr(report, name)()
            assert section.parts
    said = told(ProgrammeReport(2019, "fi", str(tmp_path)), "summary")
    assert "Rekisterissä ei ole kokeiluja" in said
    with pytest.raises(SkkError, match="no year 2031"):
        report_data(workspace, 2031)


@pytest.mark.parametrize("missing", range(3))
def test_tables_that_are_missing_or_empty_are_told(reports, missing):
    """A third of the tables away, another third empty: every section stands."""
    report, always = reports["fi"], ("cities", "years", "experiments")
    register = {}
    for place, (name, table) in enumerate(sorted(report.data.register.items())):
        kept = name in always or place % 3 not in (missing, (missing + 1) % 3)
        if kept or place % 3 == (missing + 1) % 3:
            register[name] = table if kept else table.iloc[:0]
    poor = copy(report)
    for name in ("dimensions", "indicators", "experiments"):
        vars(poor).pop(name, None)
    poor.data = replace(report.data, register=register)
    poor.analysis = Analysis(poor.data)
    vars(poor.analysis)["dossiers"] = report.analysis.dossiers
    for name in set(poor.sections) - {"origin", "methods"}:
        assert told(poor, name)
