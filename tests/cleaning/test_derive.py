"""The indicator dictionary: expressions, and values from published figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skk_analysis.cleaning import CleaningError, clean
from skk_analysis.cleaning.derive import derive, figures
from skk_analysis.cleaning.dictionary import read_dictionary
from skk_analysis.cleaning.expression import ExpressionError, Term, parse
from skk_analysis.cleaning.plausibility import compact
from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.programme import Programme


def test_expressions():
    found = parse("paavo.a + paavo.b-sotkanet.1 | statfin.135l.RLL.rik_1000")
    assert found.alternatives == (
        (Term(1, "paavo.a"), Term(1, "paavo.b"), Term(-1, "sotkanet.1")),
        (Term(1, "statfin.135l.RLL.rik_1000"),),
    )
    assert found.names == ["paavo.a", "paavo.b", "sotkanet.1", "statfin.135l.RLL.rik_1000"]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("paavo.a+", 9),
        ("paavo.a paavo.b", 9),
        ("+paavo.a", 1),
        ("paavo.a*2", 8),
        ("population", 1),
        ("paavo.a||paavo.b", 9),
    ],
)
def test_a_broken_expression_says_where(text, position):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.position == position


def test_a_broken_dictionary_names_file_line_and_column(filled):
    path = filled.programme / "indicators.csv"
    text = path.read_text("utf-8").replace("paavo.he_vakiy,", "paavo.he_vakiy+,", 1)
    path.write_text(text.replace(",postal_area,paavo.hr_mtu,,30", ",village,paavo.hr_mtu,,many"))
    _, messages = read_dictionary(Programme.of(filled))
    assert [(m.file, m.row, m.column) for m in messages] == [
        ("programme/indicators.csv", 2, "numerator"),
        ("programme/indicators.csv", 3, "level"),
        ("programme/indicators.csv", 3, "minimum_denominator"),
    ]
    with pytest.raises(CleaningError, match="numerator"):
        clean(filled)


def observations(rows):
    """(code, indicator, year, release, value, status, reason, resource) → a table."""
    columns = [
        "unit_code",
        "indicator",
        "reference_year",
        "release_year",
        "value",
        "status",
        "reason",
        "resource",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.assign(unit_level="postal_area", group="total", count=np.nan, denominator=np.nan)
    return compact(TABLES["observations"].typed(frame))


def dictionary(numerator, denominator="", minimum="", weight=""):
    return pd.DataFrame(
        {
            "numerator": [numerator],
            "denominator": [denominator],
            "weight": [weight],
            "minimum_denominator": [minimum],
            "level": ["postal_area"],
        },
        index=["share"],
    )


def seen(code, name, value, year=2019, release=pd.NA, resource="a"):
    return (code, name, year, release, value, "observed", "", resource)


def hidden(code, name, status="protected", reason="dots", year=2019, release=pd.NA):
    return (code, name, year, release, np.nan, status, reason, "a")


def test_a_share_has_count_and_denominator():
    rows = observations([seen("1", "p.x", 20), seen("1", "p.n", 80)])
    (row,) = figures(rows, dictionary("p.x", "p.n")).itertuples()
    assert (row.value, row.denominator, row.status) == (0.25, 80, "observed")
    assert figures(rows, dictionary("p.x", "p.n"))["count"].tolist() == [20]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([seen("1", "p.x", 0), seen("1", "p.n", 0)], ("no_population", "zero_denominator")),
        ([seen("1", "p.x", 5), seen("1", "p.n", 29)], ("protected", "small_denominator")),
        ([hidden("1", "p.x"), seen("1", "p.n", 90)], ("protected", "dots")),
        (
            [seen("1", "p.x", 5), hidden("1", "p.n", "no_population", "dot")],
            ("no_population", "dot"),
        ),
    ],
)
def test_a_missing_share_says_why(rows, expected):
    (row,) = figures(observations(rows), dictionary("p.x", "p.n", "30")).itertuples()
    assert (row.status, row.reason) == expected
    assert np.isnan(row.value)


def test_alternatives_take_the_first_with_data():
    rows = observations(
        [
            seen("1", "p.x", 1),
            seen("1", "p.y", 2),
            hidden("2", "p.x"),
            seen("2", "p.y", 2),
            hidden("3", "p.x"),
            seen("4", "p.z", 9),
        ]
    )
    found = figures(rows, dictionary("p.x|p.y|p.z-p.q")).set_index("unit_code")
    assert found["value"].dropna().to_dict() == {"1": 1.0, "2": 2.0}
    assert found.loc["3", "status"] == "protected"
    assert "4" not in found.index  # a sum needs all of its parts


def test_parts_of_different_years_or_publications_are_never_mixed():
    rows = observations(
        [
            seen("1", "p.x", 10, year=2018),
            seen("1", "p.n", 100, year=2019),
            seen("2", "p.x", 10, release=2020),
            seen("2", "p.n", 100, release=2021),
        ]
    )
    assert figures(rows, dictionary("p.x", "p.n")).empty


def test_the_newest_publication_wins_and_each_unit_has_one_row():
    rows = observations(
        [
            seen("1", "p.x", 10, release=pd.NA, resource="old"),
            seen("1", "p.x", 11, release=2020, resource="mid"),
            seen("1", "p.x", 12, release=2021, resource="new"),
        ]
    )
    (row,) = figures(rows, dictionary("p.x")).itertuples()
    assert (row.value, row.resource, row.release_year) == (12, "new", 2021)


def test_a_weight_goes_along_without_dividing():
    rows = observations(
        [seen("1", "p.m", 25000), seen("1", "p.n", 80), seen("2", "p.m", 9), seen("2", "p.n", 10)]
    )
    found = figures(rows, dictionary("p.m", minimum="30", weight="p.n")).set_index("unit_code")
    assert found.loc["1", ["value", "denominator"]].tolist() == [25000, 80]
    assert found.loc["2", "reason"] == "small_denominator"


def test_two_resources_of_one_value_are_both_named():
    rows = observations([seen("1", "p.x", 2, resource="b"), seen("1", "p.n", 8, resource="a")])
    assert figures(rows, dictionary("p.x", "p.n"))["resource"].tolist() == ["a;b"]


def test_what_nobody_publishes_is_not_received(filled):
    tables = {
        "observations": compact(TABLES["observations"].empty()),
        "responses": TABLES["responses"].empty(),
        "areas": TABLES["areas"].empty(),
    }
    programme = Programme.of(filled)
    table, _ = read_dictionary(programme)
    values, _ = derive(tables, table, programme)
    cities = values[values["unit_level"] == "municipality"]
    assert set(cities["reference_year"]) == {2018, 2019, 2020}
    assert set(cities["reason"]) == {"no_source"}
    survey = cities[cities["indicator"] == "participation"]
    assert set(survey["status"]) == {"not_asked"}
    assert set(cities.loc[cities["indicator"] == "municipal_gini", "status"]) == {"not_received"}
