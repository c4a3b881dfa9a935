"""Number, date and list forms of programme.md §9."""

import math

import pytest

from skk_analysis.language import (
    LANGUAGES,
    MINUS,
    Missing,
    Quantity,
    date,
    difference,
    interval,
    joined,
    number,
    quantity,
    year_range,
)

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "fi", "sv", "en"),
    [
        (27.7, 1, "27,7", "27,7", "27.7"),
        (1000, 0, f"1{NB}000", f"1{NB}000", "1,000"),
        (32450, 0, f"32{NB}450", f"32{NB}450", "32,450"),
        (8245760, 0, f"8{NB}245{NB}760", f"8{NB}245{NB}760", "8,245,760"),
        (-0.31, 1, "−0,3", "−0,3", "−0.3"),
        (-0.04, 1, "0,0", "0,0", "0.0"),
        (0.123456, 4, "0,1235", "0,1235", "0.1235"),
    ],
)
def test_numbers(value, decimals, fi, sv, en):
    """Decimal comma and no-break spaces, a real minus, no sign on zero, decimals not grouped."""
    assert [number(value, language, decimals) for language in LANGUAGES] == [fi, sv, en]


def test_a_number_that_is_not_finite_is_never_printed():
    """A missing value has its own word; it never comes out as nan."""
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="can be printed"):
            number(value, "fi")


def test_units():
    """Shares as percent with a space, Gini times a hundred, euros with a no-break space."""
    assert quantity(0.365, "share", "fi") == f"36,5{NB}%"
    assert quantity(36.5, "percent", "sv") == f"36,5{NB}%"
    assert quantity(0.365, "share", "en") == "36.5%"
    assert quantity(0.277, "index", "fi") == "27,7"
    assert quantity(27524, "euro", "fi") == f"27{NB}524{NB}€"
    with pytest.raises(ValueError, match="no unit 'kg'"):
        quantity(1, "kg", "fi")


def test_differences_of_shares_are_percentage_points():
    """A change of a share or of Gini is never called percent."""
    assert difference(-0.003, "share", "fi") == f"−0,3{NB}prosenttiyksikköä"
    assert difference(0.005, "index", "sv") == f"+0,5{NB}procentenheter"
    assert difference(0.005, "share", "en") == f"+0.5{NB}percentage points"
    assert difference(-300, "euro", "fi") == f"−300{NB}€"


@pytest.mark.parametrize(
    ("language", "one", "decimal"),
    [
        ("fi", f"+1{NB}prosenttiyksikkö", f"+1,0{NB}prosenttiyksikköä"),
        ("sv", f"+1{NB}procentenhet", f"+1,0{NB}procentenheter"),
        ("en", f"+1{NB}percentage point", f"+1.0{NB}percentage points"),
    ],
)
def test_one_point_is_singular(language, one, decimal):
    """The number as it is printed decides: 1 is one, 1,0 and 2 are several, −1 is one again."""
    assert difference(0.01, "share", language, 0) == one
    assert difference(0.0104, "share", language, 0) == one
    assert difference(-0.01, "share", language, 0) == one.replace("+", MINUS)
    assert difference(0.01, "share", language, 1) == decimal
    assert difference(0.02, "share", language, 0) != one.replace("1", "2")
    assert quantity(1, "euro", "en") == f"1{NB}euro"


def test_intervals_and_ranges():
    """An en dash without spaces; with no-break spaces where a sign would stand beside it."""
    assert interval(0.085, 0.135, "share", "fi") == "8,5–13,5"
    assert interval(-0.004, 0.012, "share", "fi", signed=True) == f"−0,4{NB}–{NB}+1,2"
    assert year_range([2012, 2016, 2017, 2019, 2018]) == "2012, 2016–2019"
    assert year_range([]) == ""


def test_dates_and_lists():
    """7.2.2019 in Finnish and Swedish; lists with the language's conjunction."""
    assert [date("2019-02-07", x) for x in LANGUAGES] == ["7.2.2019", "7.2.2019", "7 February 2019"]
    assert date("spring 2019", "fi") == "spring 2019"
    assert joined(["Espoo", "Turku", "Vantaa"], "fi") == "Espoo, Turku ja Vantaa"
    assert joined(["Esbo", "Åbo"], "sv") == "Esbo och Åbo"
    assert joined([], "fi") == ""


def test_quantities_print_by_kind():
    """A change has a sign, a gap has none, a ratio is a relative change."""

    def shown(**more):
        return Quantity("x", 0.05, "share", **more).shown("fi")

    assert shown() == f"5,0{NB}%"
    assert shown(kind="difference") == f"+5,0{NB}prosenttiyksikköä"
    assert shown(kind="gap") == f"5,0{NB}prosenttiyksikköä"
    ratio = Quantity("x", 0.958, "ratio", lower=0.9, upper=1.02, kind="relative")
    assert ratio.shown("fi") == f"{MINUS}4,2{NB}%"
    assert ratio.interval("fi") == f"−10,0{NB}–{NB}+2,0"
    assert Missing("protected").shown("fi") == "suojattu"
    assert Missing("not_received").shown("fi") == "ei tietoa"


def test_an_interval_is_told_with_its_level():
    """The level stands beside the limits."""
    rate = Quantity("x", 0.125, "share", lower=0.11, upper=0.141)
    assert rate.with_interval("fi") == f"12,5{NB}% (95{NB}% luottamusväli 11,0–14,1)"
    assert Quantity("x", 0.125, "share").with_interval("fi") == f"12,5{NB}%"
