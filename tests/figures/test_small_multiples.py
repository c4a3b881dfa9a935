"""Slopes, units side by side and gap paths: the same bytes twice, every number in the texts."""

from __future__ import annotations

import re

import pytest

from skk_analysis.figures import (
    Figure,
    GapPath,
    Slope,
    SlopePanel,
    UnitPanel,
    UnitRow,
    gap_paths,
    slope_chart,
    unit_panels,
)
from skk_analysis.language import LANGUAGES, Missing, Quantity

TEXTS = {"caption": "Kuvio 1. Aihe", "topic": "Aihe"}
CITIES = ("Espoo", "Turku <b>", "Oulu")


def percent(name: str, value: float, **more) -> Quantity:
    return Quantity(name, value, "percent", **more)


def slopes(language: str) -> Figure:
    rows = tuple(
        Slope(city, percent(f"b{i}", 10.1 + i), percent(f"a{i}", 12.3 - i), verdict)
        for i, (city, verdict) in enumerate(zip(CITIES, ("grows", "shrinks", "none"), strict=True))
    )
    panels = [SlopePanel("Osuus", rows), SlopePanel("Toinen hyvin pitkä nimi " * 3, rows)]
    return slope_chart(panels, (2019, 2020), language, heading="Kaupunki", **TEXTS)


def units(language: str) -> Figure:
    rows = (
        UnitRow("Espoo", percent("v0", 12.3, lower=11.0, upper=13.0), percent("w0", 11.1)),
        UnitRow("Turku <b>", Missing("not_asked"), percent("w1", 10.1)),
        UnitRow("Oulu", percent("v2", 9.9), Missing("protected")),
    )
    panels = [UnitPanel("Osuus", rows, percent("r", 11.5))]
    return unit_panels(
        panels, "2020", "2019", language, heading="Kaupunki", reference="koko maa", **TEXTS
    )


def gaps(language: str) -> Figure:
    def path(name: str, size: float) -> GapPath:
        found = {
            year: percent(f"{name}{year}", size * (year - 2017), kind="difference")
            for year in (2015, 2016, 2018, 2019, 2020)
        }
        return GapPath(name, found, 2019)

    paths = [path(city, 0.1 * (i + 1)) for i, city in enumerate(CITIES)]
    return gap_paths(paths, language, pandemic=(2020,), **TEXTS)


DRAWN = {"slopes": slopes, "units": units, "gaps": gaps}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_texts_tell_what_is_drawn(name, language):
    """The description names every unit; the table has every number; twice the same bytes."""
    figure, again = DRAWN[name](language), DRAWN[name](language)
    assert figure.svg == again.svg
    assert len(figure.alt) < 150
    told = [city for city in CITIES if city in figure.description]
    assert told == [city for city in CITIES if not (name == "units" and city.startswith("Turku"))]
    assert not re.search(r"{\w+}", figure.alt + figure.description)
    assert "<b>" not in figure.table.html()
    ids = {quantity.id for quantity in figure.quantities()}
    expected = {
        "slopes": {f"{side}{i}" for side in "ab" for i in range(3)},
        "units": {"v0", "w0", "w1", "v2", "r"},
        "gaps": {f"{city}{year}" for city in CITIES for year in (2015, 2016, 2018, 2019, 2020)},
    }
    assert ids == expected[name]


def test_directions_are_told_by_marker_as_well_as_by_hue():
    """A triangle up, a triangle down and a dot: three markers of different shapes."""
    markers = re.findall(r'<path id="m[0-9a-f]+" d="([^"]+)"', slopes("fi").svg)
    assert len(set(markers)) >= 3


def test_gap_is_largest_before_the_start_and_last_after_it():
    """Of 0,3 a year around 2017 the largest gap before 2019 is −0,6; the last one is +0,9."""
    assert re.search(
        r"Oulu: suurin ero ennen alkua −0,6\s.*ero \+0,9\s.*vuonna 2020", gaps("fi").description
    )


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: slope_chart([], (1, 2), "fi", heading="a", **TEXTS), "slope chart needs panels"),
        (lambda: unit_panels([], "a", "b", "fi", heading="a", **TEXTS), "unit panels need"),
        (lambda: gap_paths([], "fi", **TEXTS), "gap paths need units"),
    ],
)
def test_nothing_to_draw_stops(draw, message):
    """An empty figure would be an empty claim."""
    with pytest.raises(ValueError, match=message):
        draw()
