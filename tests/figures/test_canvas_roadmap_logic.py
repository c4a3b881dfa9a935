"""Canvas page, roadmap and logic model: everything drawn is also in words, in three languages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from skk_analysis.figures import boxes
from skk_analysis.figures.canvas_page import Field, canvas_page
from skk_analysis.figures.logic_model import Link, Node, logic_model
from skk_analysis.figures.roadmap import MARKS, Step, roadmap
from skk_analysis.language import LANGUAGES, Missing, Quantity
from skk_analysis.monitoring.roadmap import ROADMAP_STATES

LONG = "Kerrostaloalueilla harva tuntee naapurinsa, ja yksin asuvat jäävät vaille apua. " * 3
FIELDS = [Field("Ilmiö ja rajaus", LONG), Field("Tavoite <b>", ""), Field("Riskit", "")]
STEPS = [
    Step("Lähityöpaja", f"Askel {state}", "Työllisyyspalvelut", day, state, late)
    for state, day, late in (
        ("done", date(2019, 5, 15), 0), ("overdue", date(2019, 11, 1), 60),
        ("upcoming", date(2020, 12, 15), 0), ("dropped", date(2019, 9, 1), 0),
        ("undated", None, 0),
    )
]  # fmt: skip
VALUE = Quantity("low_income_rate.853.2020", 18.04, "percent", year=2020)
NODES = [
    Node("toimeentulo", "Riittävä toimeentulo", "foundation", (("Pienituloisuus", VALUE),)),
    Node("osallisuus", "Osallisuus", "opportunity", (("Äänestys", Missing("not_asked")),)),
    Node("hyvinvointi", "Hyvinvointi", "outcome"),
]
LINKS = [
    Link("toimeentulo", "osallisuus", "Perusta kantaa.", "tutkimus"),
    Link("osallisuus", "hyvinvointi", "Perusta kantaa."),
]


def of(kind: str, language: str):
    caption = {"caption": "Kuvio 1. Aihe", "topic": "Aihe"}
    if kind == "canvas":
        return canvas_page(FIELDS, language, **caption)
    if kind == "roadmap":
        return roadmap(STEPS, date(2019, 12, 31), language, **caption)
    return logic_model(NODES, LINKS, language, **caption)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["canvas", "roadmap", "logic"])
def test_figures_are_whole_and_the_same_each_time(kind, language):
    figure = of(kind, language)
    assert figure.svg.startswith("<svg")
    assert figure.svg == of(kind, language).svg
    assert len(figure.description) > len(figure.alt)
    assert len(figure.table.rows) >= 3


def test_empty_fields_are_told_and_drawn_apart():
    figure = of("canvas", "fi")
    assert "Tyhjät: Tavoite <b> ja Riskit." in figure.description
    assert figure.table.rows[1] == ("Tavoite <b>", "ei täytetty")
    assert figure.table.rows[0][1] == LONG  # what does not fit the box stands in the table
    assert len(re.findall("stroke-dasharray", figure.svg)) == 2


def test_every_state_has_its_mark_and_word():
    assert set(MARKS) == set(ROADMAP_STATES)
    assert len({mark[1:] for mark in MARKS.values()}) == len(MARKS)  # told apart without colour
    figure = of("roadmap", "fi")
    assert "myöhässä 1" in figure.alt
    assert figure.table.rows[1] == (
        "Lähityöpaja", "Askel overdue", "Työllisyyspalvelut", "1.11.2019", "myöhässä 60 pv",
    )  # fmt: skip
    assert figure.table.rows[4][3] == "–"


def test_logic_has_numbers_and_says_what_is_not_measured():
    figure = of("logic", "fi")
    counted = {q.id: q.value for q in figure.told}
    assert list(figure.quantities()) == [VALUE, *figure.told]
    assert (counted["logic.links"], counted["logic.assumption_1"]) == (len(LINKS), 2)
    assert "Ilman yhtään mitattua indikaattoria: Osallisuus ja Hyvinvointi." in figure.alt
    assert "Oletus (yhteyksiä 2): Perusta kantaa." in figure.description
    # two unmeasured boxes, and a link without evidence: its line and its head
    assert len(re.findall("stroke-dasharray", figure.svg)) == 4


def test_wrapped_lines_stay_in_their_box():
    """Measured in the house's typeface, so that no word runs over the edge."""
    for bold in (False, True):
        font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
        for width in (1.5, 2.06, 2.4):
            for line in boxes.wrapped(LONG, width, 7.5, bold=bold):
                drawn = TextPath((0, 0), line.words, size=7.5, prop=font).get_extents().width
                assert drawn / 72 <= width - boxes.PAD


@pytest.mark.parametrize(("call", "message"), [
    (lambda: canvas_page([], "fi", caption="x", topic="x"), "no fields"),
    (lambda: roadmap([], date(2019, 1, 1), "fi", caption="x", topic="x"), "no steps"),
    (lambda: logic_model([], [], "fi", caption="x", topic="x"), "no dimensions"),
    (lambda: logic_model([Node("a", "A", "top")], [], "fi", caption="x", topic="x"), "layer 'top'"),
    (lambda: logic_model(NODES, [Link("a", "osallisuus", "")], "fi", caption="x", topic="x"),
     "no dimension 'a'"),
])  # fmt: skip
def test_nothing_to_draw_is_an_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()
