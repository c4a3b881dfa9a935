"""The card: every section in every language, honest where the register has holes."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from skk_analysis.figures import Figure
from skk_analysis.figures.key_figures import KeyFigures
from skk_analysis.language import LANGUAGES, text
from skk_analysis.reporting.experiment import Experiment, report_data
from skk_analysis.workspace import SkkError, Workspace

SECTIONS = list(Experiment.sections)
CARDS = ("espoo-1", "vantaa-1", "turku-2")
"""One measured by a survey, one by a municipal series, one stopped before the last measurement."""
UNNAMED = re.compile(r"\b(nan|None|inf|NaT|self_selected|tutki|kehita)\b")


def shown(card: Experiment) -> dict[str, list]:
    """All displays of a card by section."""
    return {name: list(getattr(card, name)().parts) for name in ("front", *SECTIONS)}


def every(sections: dict[str, list]) -> list:
    return [part for parts in sections.values() for part in parts]


def html_of(parts) -> str:
    return "".join(part.html() for part in parts if not isinstance(part, Figure))


def words_of(parts) -> str:
    return re.sub("[ \n]+", " ", BeautifulSoup(html_of(parts), "html.parser").get_text(" "))


@pytest.fixture(scope="module")
def made(sample_workspace: Workspace) -> Callable[..., tuple[Experiment, dict[str, list]]]:
    """Make a card of the sample once in a language."""
    known: dict = {}

    def make(experiment: str, language: str = "fi"):
        key = experiment, language
        if key not in known:
            card = Experiment(experiment, language, str(sample_workspace.root))
            known[key] = card, shown(card)
        return known[key]

    return make


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("experiment", CARDS)
def test_every_section_in_every_language(made, experiment, language):
    """The same sixteen sections for success, no effect and failure; no code shows through."""
    card, parts = made(experiment, language)
    soup = BeautifulSoup(html_of(every(parts)), "html.parser")
    assert len(soup.find_all("h1")) == 1
    numbers = [heading.get_text().split(".")[0] for heading in soup.find_all("h2")]
    assert numbers == [str(place) for place in range(1, len(SECTIONS) + 1)]
    assert not UNNAMED.search(words_of(every(parts)))
    assert card.name in words_of(parts["front"])
    figures = [part for part in every(parts) if isinstance(part, Figure)]
    assert len(figures) == (1 if experiment == "turku-2" else 2)
    assert len({figure.caption for figure in figures}) == len(figures)


@pytest.mark.parametrize("experiment", CARDS)
def test_every_number_is_on_record(made, experiment):
    card, parts = made(experiment)
    records = {record["id"] for record in card.results()}
    soup = BeautifulSoup(html_of(every(parts)), "html.parser")
    named = {e["value"] for e in soup.find_all("data")}
    named |= {e["data-result"] for e in soup.find_all(attrs={"data-result": True})}
    assert len(named) > 30 and named <= records


def boxes(parts: dict[str, list]) -> dict[str, str]:
    found = next(part for part in parts["front"] if isinstance(part, KeyFigures))
    return {box.title: found._shown(box.value) for box in found.boxes}


def test_three_boxes(made):
    """Effect, certainty and cost together; what cannot be said is said so."""
    found = boxes(made("espoo-1")[1])
    assert list(found) == ["Vaikutus", "Varmuus", "Kustannus"]
    assert found["Vaikutus"].startswith("+24,7") and found["Varmuus"] == "2 / 5"
    assert found["Kustannus"] == "26\u00a0600\u00a0€"
    stopped = boxes(made("turku-2")[1])
    cannot = text("experiment.cannot", "fi")
    assert (stopped["Vaikutus"], stopped["Varmuus"]) == (cannot, cannot)
    assert stopped["Kustannus"] != cannot


def test_the_stopped_one_tells_why(made):
    words = words_of(every(made("turku-2")[1]))
    assert "Kampus suljettiin maaliskuussa 2020" in words
    assert text("experiment.refusal.no_after", "fi") in words
    assert "Paluita aiempaan vaiheeseen: 1" in words
    assert text("experiment.cost.refused.no_effect", "fi") in words


@pytest.mark.parametrize("experiment", ["espoo-1", "vantaa-1", "tampere-1", "turku-1"])
def test_no_causal_words_below_grade_three(made, experiment):
    """The verdict and its grounds speak of a change; only fixed headings say effect."""
    card, parts = made(experiment)
    assert card.dossier.grade.sms < 3
    effect = [part for part in parts["effect"] if hasattr(part, "html")]
    said = BeautifulSoup(html_of(effect), "html.parser").find_all("p", class_="verdict")
    assert said and not any(re.search("vaikut", s.get_text(), re.I) for s in said)


def test_the_price_of_a_change(made):
    """26 600 € / (0.247 × 56 persons); refused where zero is inside or the change was for worse."""
    records = {r["id"]: r for r in made("espoo-1")[0].results()}
    effect, price = records["effect.estimate"], records["cost.per_person"]
    assert price["value"] == pytest.approx(26600 / (effect["value"] * 56))
    assert price["lower"] == pytest.approx(26600 / (effect["upper"] * 56))
    assert price["upper"] == pytest.approx(26600 / (effect["lower"] * 56))
    for experiment, reason in (("espoo-2", "interval_covers_zero"), ("tampere-2", "unfavourable")):
        card, parts = made(experiment)
        assert text(f"experiment.cost.refused.{reason}", "fi") in words_of(parts["costs"])
        assert not any(r["id"].startswith("cost.per_person") for r in card.results())


def test_agreed_beforehand_and_target(made):
    words = words_of(made("vantaa-1")[1]["indicators"])
    assert "sovittu etukäteen, 15.5.2019" in words and "12,5" in words


def test_small_groups_only_in_words(made):
    """A test with nine persons, and no group of under ten among the changes by group."""
    card, parts = made("espoo-2")
    assert "alle kymmenen" in words_of(parts["tests"])
    ns = [
        r["value"] for r in card.results() if re.fullmatch(r"groups\..*\.n|tests\..*\.n", r["id"])
    ]
    assert ns and min(ns) >= 10


# -- a register with holes -------------------------------------------------------------------------


@pytest.fixture
def own(sample_workspace: Workspace, tmp_path: Path) -> Workspace:
    root = tmp_path / "own"
    shutil.copytree(sample_workspace.root, root)
    return Workspace(root)


def card_of(workspace: Workspace, experiment: str = "espoo-1", language: str = "fi") -> Experiment:
    return Experiment(experiment, language, str(workspace.root))


def tables(workspace: Workspace) -> Iterator[Path]:
    needed = {"cities", "years", "indicators", "experiments"}
    return (p for p in workspace.programme.glob("*.csv") if p.stem not in needed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["no_tables", "no_rows"])
def test_a_bare_register_still_gives_a_card(own: Workspace, how: str, language: str):
    """Without any table, or with tables of headings only, every section says what is lacking."""
    for path in tables(own):
        if how == "no_tables":
            path.unlink()
        else:
            path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    card = card_of(own, language=language)
    parts = shown(card)
    words = words_of(every(parts))
    assert not UNNAMED.search(words)
    for name in (
        "no_canvas", "no_partners", "no_model", "no_phases", "no_milestones", "no_workshops",
        "no_tests", "no_reviews", "no_side_effects", "no_costs", "no_learning", "no_scaling",
        "no_outputs",
    ):  # fmt: skip
        assert text(f"experiment.{name}", language) in words, name
    assert card.dossier.reason == "no_survey"


def test_a_new_experiment_has_a_card(own: Workspace):
    """Planned, not begun, nearly nothing filled: as `skk programme new-experiment` may leave it."""
    path = own.programme / "experiments.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    new = dict.fromkeys(table.columns, "") | {
        "id": "uusi", "city_code": "049", "name_fi": "Uusi <kokeilu>", "status": "planned",
        "level": "survey", "main_indicator": "community", "theme": "jokin muu",
    }  # fmt: skip
    pd.concat([table, pd.DataFrame([new])]).to_csv(path, index=False)
    card = card_of(own, "uusi", "sv")
    words = words_of(every(shown(card)))
    assert card.dossier.reason == "not_started"
    assert "Uusi <kokeilu>" in words and "jokin muu" in words and not UNNAMED.search(words)


def test_a_picture_needs_an_alternative_text(own: Workspace):
    """A drawing in the workspace is shown with its words; one without is not, nor one outside."""
    svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'
    (own.raw / "programme" / "malli.svg").write_text(svg, "utf-8")
    taken = Image.Exif()
    taken[0x010E], taken[0x0112] = "kotiovi", 6  # what is on it, and that it lies on its side
    taken.get_ifd(0x8825)[2] = (60.0, 12.0, 34.5)  # where
    for file, more in (("malli.jpg", {"comment": b"kotiovi"}), ("malli.png", {})):
        photo = Image.new("RGB", (8, 4), "teal")
        photo.save(own.raw / "programme" / file, exif=taken, **more)
    (own.raw / "programme" / "rikki.png").write_bytes(b"\x89PNG not really")
    (own.root / "outside.svg").write_text(svg, "utf-8")
    path = own.programme / "artifacts.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    mine = table["experiment"] == "espoo-1"

    def figure(file: str, alt: str = "Malli: piha ja penkki") -> list:
        changed = table.copy()
        changed.loc[mine, "file"] = [file, ""]
        for name in ("alt_text_fi", "alt_text_sv", "alt_text_en"):
            changed.loc[mine, name] = alt
        changed.to_csv(path, index=False)
        return list(card_of(own).model().parts)

    drawn = [p for p in figure("programme/malli.svg") if isinstance(p, Figure)]
    assert drawn[0].alt == "Malli: piha ja penkki" and drawn[0].svg.startswith("<svg")
    for kind, file in (("jpeg", "malli.jpg"), ("png", "malli.png")):
        (photo,) = (p for p in figure(f"programme/{file}") if isinstance(p, Figure))
        _, kept = photo.svg.split(f"data:image/{kind};base64,")
        shown_bytes = base64.b64decode(kept.partition('"')[0])
        assert b"kotiovi" in (own.raw / "programme" / file).read_bytes()
        assert b"kotiovi" not in shown_bytes and b"Exif" not in shown_bytes
        with Image.open(io.BytesIO(shown_bytes)) as upright:
            assert upright.size == (4, 8) and not upright.getexif()
    with pytest.raises(SkkError, match=r"rikki\.png cannot be read as a PNG or JPEG"):
        figure("programme/rikki.png")
    for parts in (figure("programme/malli.svg", alt=""), figure("../../outside.svg")):
        assert not any(isinstance(p, Figure) for p in parts)
    assert text("experiment.model.unshown", "fi") in words_of(figure("programme/malli.svg", alt=""))


def test_the_digest_follows_what_the_card_reads(own: Workspace):
    """A changed row of its own changes it; another experiment's rows do not."""

    def digest() -> str:
        return report_data(own, "espoo-1").digest()

    def edit(table: str, experiment: str) -> None:
        path = own.programme / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.loc[frame["experiment"] == experiment, "city_code"] = "999"
        frame.to_csv(path, index=False)

    first = digest()
    assert digest() == first
    edit("costs", "turku-1")
    assert digest() == first
    edit("costs", "espoo-1")
    assert digest() != first


def test_an_unknown_experiment_is_named(sample_workspace: Workspace):
    with pytest.raises(SkkError, match="has no experiment 'x-1'; it has"):
        card_of(sample_workspace, "x-1")


def test_the_notebook_shows_every_section():
    root = Path(__file__).resolve().parents[2]
    notebook = json.loads((root / "notebooks" / "experiment.ipynb").read_text("utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    called = [name for source in code for name in re.findall(r"card\.(\w+)\(\)", source)]
    assert called == ["front", *SECTIONS, "end"]
