"""Tables: header cells, reasons for missing numbers, and the matrix's marks."""

import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import Criterion, Limits, Table, matrix
from skk_analysis.figures.matrix import mark_of
from skk_analysis.language import Missing, Quantity


def share(value: float, **more) -> Quantity:
    return Quantity(f"x.{value}", value, "share", **more)


def soup_of(table: Table) -> BeautifulSoup:
    return BeautifulSoup(table.html(), "html.parser")


def test_header_cells_have_scope_and_words():
    """A caption, scope on every th, no empty th, and a focusable region with a name when wide."""
    rows = ((("<i>Alue</i>"), share(0.1, lower=0.08, upper=0.12), Limits(share(0.1))),)
    soup = soup_of(Table("Taulukko 1. T", ("Alue", "Arvo", "Väli"), rows, "fi", wide=True))
    assert soup.caption.get_text() == "Taulukko 1. T"
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "col", "row"]
    assert all(th.get_text() for th in soup.find_all("th"))
    assert not soup.find("i")
    region = soup.find("div", role="region")
    assert region["tabindex"] == "0"
    assert region["aria-label"] == "Taulukko 1. T"
    assert soup.find("td", class_="number")["data-result"] == "x.0.1"


def test_reasons_are_told_apart_and_explained():
    """Protected is not no data; each that occurs is explained under the table, once."""
    rows = (("A", Missing("protected"), Missing("not_received"), Missing("protected")),)
    soup = soup_of(Table("T", ("Alue", "1", "2", "3"), rows, "fi"))
    assert [td.get_text() for td in soup.find_all("td")] == ["suojattu", "ei tietoa", "suojattu"]
    assert [p.get_text().split(":")[0] for p in soup.find_all("p")] == ["Suojattu", "Ei tietoa"]


def test_malformed_tables_stop():
    """No caption, an empty heading or a ragged row is a mistake of ours."""
    with pytest.raises(ValueError, match="no empty heading"):
        Table("T", ("Alue", ""), (), "fi")
    with pytest.raises(ValueError, match="1 cells under 2"):
        Table("T", ("Alue", "Arvo"), (("A",),), "fi")


def test_marks_follow_direction_margin_and_interval():
    """Better and worse by the indicator's direction; near within margin or chance variation."""
    lower = Criterion("x", "lower", share(0.2), 0.01)
    higher = Criterion("x", "higher", share(0.2), 0.01)
    neither = Criterion("x", "neither", share(0.2), 0.01)
    assert mark_of(share(0.3), lower) == "worse"
    assert mark_of(share(0.3), higher) == "better"
    assert mark_of(share(0.1), neither) == "lower"
    assert mark_of(share(0.205), lower) == "near"
    assert mark_of(share(0.3, lower=0.15, upper=0.5), lower) == "near"
    assert mark_of(share(0.3, lower=0.25, upper=0.35), lower) == "worse"


def test_the_matrix_says_each_mark_in_words():
    """Number, symbol, word and colour class together; the legend explains the symbols."""
    criteria = [Criterion("Osuus", "lower", share(0.2), 0.01)]
    areas = [("Ala", [share(0.1)]), ("Ylä", [share(0.3)]), ("Salattu", [Missing("protected")])]
    table = matrix(criteria, areas, "Espoo", "fi", caption="Taulukko 1. Matriisi")
    soup = soup_of(table)
    worse = soup.find("td", class_="heart-poor")
    assert worse.get_text() == "30,0\u00a0% ▼ huonompi"
    assert worse.find("span", attrs={"aria-hidden": "true"}).get_text() == "▼"
    assert "▼ huonompi kuin kaupunki" in soup.get_text()
    assert len(list(table.quantities())) == 3
