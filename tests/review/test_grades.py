"""A reviewer lowers a grade: the reports that tell it change by themselves, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import Figure
from skk_analysis.impact.grade import Grade, Judgement
from skk_analysis.language import text
from skk_analysis.reporting import city_comparison, city_year, experiment, programme
from skk_analysis.reporting.experiment import Experiment
from skk_analysis.reporting.inputs import inputs
from skk_analysis.reporting.kinds import EXPERIMENT
from skk_analysis.review.ledger import FILE, LedgerError, append, folder_of
from skk_analysis.workspace import Workspace
from tests.review.conftest import draft

CARD = "vantaa-1"
"""Its computed grade is 2, so that it may not speak of an effect."""


@pytest.fixture
def workspace(sample_workspace: Workspace, tmp_path: Path) -> Workspace:
    """The sample with a folder of reviews of its own."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("raw", "processed"):
        (data / name).symlink_to(sample_workspace.root / "data" / name)
    return Workspace(tmp_path)


def lower(workspace: Workspace, to: int, computed: int = 2) -> None:
    judged = draft("judge", row="grade", verdict="concern", text="Verrokit eivät ole verrokkeja.",
                   experiment=CARD, computed=computed, to=to)  # fmt: skip
    append(folder_of(workspace), [judged])


def words(workspace: Workspace, language: str = "fi") -> str:
    card = Experiment(CARD, language, str(workspace.root))
    parts = [*card.front().parts, *card.effect().parts]
    html = "".join(part.html() for part in parts if not isinstance(part, Figure))
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def test_the_text_changes_itself(workspace):
    """Grade, allowed wording and reason on the card are the reviewer's from the next run on."""
    before = words(workspace)
    assert "2 / 5" in before and "Maija" not in before
    lower(workspace, 1)
    now = words(workspace)
    assert "1 / 5" in now and "Verrokit eivät ole verrokkeja." in now and "Maija Virtanen" in now
    assert text("grade.wording.not_separable", "fi") in before
    assert text("grade.wording.change_while", "fi") in now
    lower(workspace, 3)  # raised: only now may the card speak of an effect
    causal = text("effect.verdict.weak_evidence_decrease.effect", "fi")[1:]
    assert [causal in said for said in (before, now, words(workspace))] == [False, False, True]
    lower(workspace, 1)
    for language in ("sv", "en"):
        assert "1 / 5" in words(workspace, language)
    lower(workspace, 2)  # taken back
    assert words(workspace) == before


def test_only_the_reports_that_tell_it_are_made_anew(workspace):
    slices = {
        "card": lambda: experiment.report_data(workspace, CARD),
        "city": lambda: city_year.report_data(workspace, "Vantaa", 2020),
        "programme": lambda: programme.report_data(workspace, 2020),
        "other card": lambda: experiment.report_data(workspace, "turku-2"),
        "other city": lambda: city_year.report_data(workspace, "Turku", 2020),
    }
    before = {name: read().digest() for name, read in slices.items()}
    lower(workspace, 1)
    now = {name: read().digest() for name, read in slices.items()}
    assert {name for name in now if now[name] != before[name]} == {"card", "city", "programme"}
    comparison = city_comparison.report_data(workspace, 2020)
    assert set(comparison.judgements) <= {CARD}


def test_what_is_remembered_of_inputs_is_asked_anew(workspace, monkeypatch):
    """The memory of digests knows of grades, else nothing would be made."""
    [subject] = [s for s in EXPERIMENT.subjects(_programme(workspace)) if s.label == CARD]
    memory = workspace.root / "processed"
    memory.mkdir()
    monkeypatch.setattr(Workspace, "processed", property(lambda _: memory))
    found = []
    monkeypatch.setattr(
        "skk_analysis.reporting.inputs.worked_out",
        lambda *_: found.append(1) or _nothing(),
    )
    for _ in range(2):
        inputs(workspace, [(EXPERIMENT, subject)])
    assert len(found) == 1
    lower(workspace, 1)
    inputs(workspace, [(EXPERIMENT, subject)])
    assert len(found) == 2


def test_a_broken_ledger_stops(workspace):
    lower(workspace, 1)
    file = folder_of(workspace) / FILE
    file.write_bytes(file.read_bytes().replace(b'"to":1', b'"to":5'))
    with pytest.raises(LedgerError, match="line 1"):
        experiment.report_data(workspace, CARD)


@pytest.mark.parametrize(
    ("computed", "to", "now", "holds"),
    [
        (3, 2, 3, 2),  # lowered
        (3, 2, 1, 1),  # computed still lower by now: a ceiling raises nothing
        (3, 2, 5, 2),
        (2, 3, 2, 3),  # raised
        (2, 3, 1, 1),  # from less than the reviewer saw nobody has raised it
        (2, 4, 3, 4),
        (2, 3, 4, 4),  # computed beyond by now
        (2, 2, 2, 2),  # taken back
    ],
)
def test_what_a_judgement_still_says(computed, to, now, holds):
    grade = Judgement(computed, to, "Siksi.", "Maija").on(Grade(now, now))
    assert grade.sms == holds
    assert (grade.review is not None) == (holds != now)


def _programme(workspace: Workspace):
    from skk_analysis.programme import Programme

    return Programme.of(workspace)


def _nothing():
    from skk_analysis.reporting.inputs import Inputs

    return Inputs("0", ())
