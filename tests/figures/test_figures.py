"""Every chart: the same bytes twice, its numbers in its texts, nothing global touched."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import (
    Area,
    Bar,
    Change,
    Curve,
    Figure,
    Heading,
    Pair,
    Prose,
    Sentence,
    Series,
    area_map,
    canvas,
    change_dots,
    density_of,
    dumbbell,
    monitor,
    ranked_dots,
    stacked_bars,
    two_years,
)
from skk_analysis.figures.area_map import class_edges
from skk_analysis.figures.dots import side_of
from skk_analysis.figures.table_data import RESOURCE
from skk_analysis.language import LANGUAGES, Missing, Quantity, verdict_word
from skk_analysis.workspace import SkkError

TEXTS = {"caption": "Kuvio 1. Aihe", "topic": "Aihe"}


def share(name: str, value: float, spread: float = 0.02) -> Quantity:
    return Quantity(name, value, "share", lower=value - spread, upper=value + spread, n=100)


def square(x: float) -> str:
    ring = [[x, 60], [x + 1, 60], [x + 1, 61], [x, 61], [x, 60]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def dots(language: str) -> Figure:
    rows = [("Ala", share("a", 0.123)), ("Ylä & <b>", share("b", 0.345)), ("Väli", share("c", 0.2))]
    return ranked_dots(rows, share("city", 0.2), language, **TEXTS)


def bars(language: str) -> Figure:
    found = [Bar("2018", (share("a", 0.123), share("b", 0.877)))]
    found.append(Bar("2019", (share("c", 0.345), share("d", 0.655))))
    return stacked_bars(found, ["yksi", "kaksi"], language, heading="Vuosi", **TEXTS)


def pairs(language: str) -> Figure:
    found = [Pair("Ikä", "18–29", None, share("a", 0.123))]
    found.append(Pair("Ikä", "65+", share("b", 0.3), share("c", 0.345)))
    return dumbbell(found, (2018, 2019), language, **TEXTS)


def changes(language: str) -> Figure:
    found = []
    for name, ratio, verdict in (("Gini", 1.123, "grows"), ("Palma", 0.655, "shrinks")):
        limits = {"lower": ratio - 0.01, "upper": ratio + 0.01}
        quantity = Quantity(name, ratio, "ratio", kind="relative", **limits)
        found.append(Change(name, quantity, verdict, verdict_word(verdict, language)))
    return change_dots(found, language, **TEXTS)


def curves(language: str) -> Figure:
    grid = np.linspace(0, 60000, 100)
    density = density_of(np.array([20000.0, 30000.0]), np.ones(2), grid, 4000.0)
    found = [
        Curve(year, grid, density, (Quantity(f"p{year}", 12300.0 + year, "euro"),))
        for year in (2018, 2019)
    ]
    return two_years(*found, ["P50"], language, **TEXTS)


def series(language: str) -> Figure:
    def of(value: float, *years: int) -> dict[int, Quantity]:
        return {year: Quantity(f"x{value}.{year}", value, "percent") for year in years}

    quarter = {2017: 11.0, 2018: 11.0, 2019: 11.0}
    found = [
        Series("Pitkä nimi jota pitää katkaista monelle riville", of(12.3, 2017, 2019),
               of(34.5, 2017, 2018, 2019), quarter, quarter, Quantity("t", 10.0, "percent")),
        Series("Vain vuosi 2018", of(5.0, 2018), {}, {}, {}),
    ]  # fmt: skip
    return monitor(found, "Espoo", 2019, language, **TEXTS)


def areas(language: str) -> Figure:
    found = [
        Area("Ala", square(24), share("a", 0.123)),
        Area("Ylä", square(25), share("b", 0.345)),
        Area("Salattu", square(26), Missing("protected")),
    ]
    return area_map(found, language, **TEXTS)


CHARTS = [dots, bars, pairs, changes, curves, series, areas]
NUMBERS = {
    "dots": ("12,3", "34,5"),
    "bars": ("34,5", "65,5"),
    "pairs": ("12,3", "34,5"),
    "changes": ("+12,3", "−34,5"),
    "curves": ("14\u00a0319",),
    "series": ("12,3", "34,5"),
    "areas": ("12,3", "34,5"),
}
TALLIES = {
    "changes": ("kasvoi: 1", "pieneni: 1"),
    "series": ("yläpuolella", "alapuolella"),
}
"""What the alternative text says instead, where the numbers are many."""


@pytest.mark.parametrize("chart", CHARTS)
def test_same_bytes_twice(chart):
    """Determinism: no date, no random ids, no remote names in the drawing."""
    first, second = chart("fi"), chart("fi")
    assert first.svg == second.svg
    assert first.svg.startswith("<svg")
    assert "<dc:date>" not in first.svg


@pytest.mark.parametrize("chart", CHARTS)
def test_the_alternative_text_holds_the_numbers(chart):
    """Alt text and description say the main numbers in the language's form."""
    figure = chart("fi")
    for words in TALLIES.get(chart.__name__, NUMBERS[chart.__name__]):
        assert words in figure.alt, figure.alt
    for number in NUMBERS[chart.__name__]:
        assert number in figure.description
    assert len(figure.alt) < 150


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_each_figure_brings_its_data_in_each_language(chart, language):
    """The bundle is what the page's template needs; the table is accessible."""
    data, metadata = chart(language)._repr_mimebundle_()
    texts = metadata["image/svg+xml"]
    assert set(data) == {"image/svg+xml", "text/plain", RESOURCE}
    assert data["text/plain"] == texts["alt"]
    soup = BeautifulSoup(texts["table"], "html.parser")
    assert soup.caption.get_text()
    assert all(th.get("scope") in ("col", "row") and th.get_text() for th in soup.find_all("th"))
    assert not soup.find("b")
    wanted = "." if language == "en" else ","
    assert wanted in soup.find("td").get_text() or chart in (curves, series, pairs)


def test_nothing_global_changes():
    """Charts leave matplotlib's settings as they were, and never load pyplot."""
    before = dict(matplotlib.rcParams)
    for chart in CHARTS:
        chart("sv")
    assert dict(matplotlib.rcParams) == before
    code = """
import sys, matplotlib
settings = [name for name in matplotlib.rcParams if "backend" not in name]
before = [matplotlib.rcParams[name] for name in settings]
import skk_analysis.figures
assert [matplotlib.rcParams[name] for name in settings] == before
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def test_colours_stand_out_from_white():
    """WCAG: at least 3:1 for what is drawn, 4.5:1 for what is written."""
    for colour in canvas.PALETTE:
        assert 1.05 / (luminance(colour) + 0.05) >= 3
    for colour in (canvas.DARK, canvas.BLUE, canvas.VERMILLION, canvas.GREY):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_sides_of_the_reference_follow_the_interval():
    """Only an interval that leaves the city's value out says above or below."""
    city = share("city", 0.2)
    found = [side_of(share("a", value), city) for value in (0.1, 0.19, 0.21, 0.3)]
    assert found == ["below", "level", "level", "above"]


def test_labels_are_moved_apart():
    """Neighbouring labels end up at least the gap from each other, in their order."""
    placed = canvas.spread([1.0, 1.01, 1.02, 5.0], 0.5)
    assert min(np.diff(placed)) >= 0.5 - 1e-6
    assert placed[3] == 5.0


def test_density_integrates_to_the_share_on_the_grid():
    """All the weight inside the grid: the area under the curve is one."""
    grid = np.linspace(0, 100, 501)
    density = density_of(np.array([40.0, 60.0]), np.array([1.0, 3.0]), grid, 3.0)
    assert density.sum() * (grid[1] - grid[0]) == pytest.approx(1, abs=1e-6)
    assert grid[density.argmax()] == pytest.approx(60, abs=0.5)


def test_map_classes_hold_equally_many():
    """Five classes by quantiles; ties make fewer classes, not empty ones."""
    assert len(class_edges(list(range(100)))) == 6
    assert len(class_edges([1, 1, 1, 1, 2])) < 6


def test_sentences_mark_their_numbers_and_escape_names():
    """A number names its record; text from data stays text."""
    sentence = Sentence("figure.number", "fi", {"number": Quantity("id.1", 3.0, "persons")})
    assert sentence.html() == 'Kuvio <data value="id.1">3</data>.'
    assert sentence.plain() == "Kuvio 3."
    hostile = Sentence("figure.number", "fi", {"number": "<script>"})
    assert "<script>" not in hostile.html()
    with pytest.raises(SkkError, match="has places"):
        Sentence("figure.number", "fi", {})
    assert Prose.listed([sentence]).html().startswith("<ul><li>Kuvio")
    assert Heading("A & B", "a").html() == '<h2 id="a">A &amp; B</h2>'


def test_axis_numbers_have_the_languages_form():
    """No tick with a decimal point in a Finnish chart's own formatter."""
    with canvas.drawing(2) as drawing:
        axes = drawing.subplots()
        axes.set_xlim(0, 0.012)
        canvas.number_axis(axes.xaxis, "share", "fi")
        ticks = [axes.xaxis.get_major_formatter()(value, 0) for value in (0.0, 0.0025, 0.01)]
    assert all(re.fullmatch(r"\d+,\d+\u00a0%", tick) for tick in ticks), ticks
