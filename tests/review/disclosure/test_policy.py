"""The limits as data: defaults, the strictest of several, and what a register table may say."""

import dataclasses

import pytest

from skk_analysis.review.disclosure import Policy, strictest

DEFAULTS = {
    "minimum_count": 5,
    "minimum_denominator": 30,
    "minimum_persons": 10,
    "minimum_index_persons": 30,
    "dominance_n": 2,
    "dominance_share": 0.85,
    "p_percent": 10.0,
    "group_zero": True,
    "minimum_group": 10,
    "show_extremes": False,
}


def test_defaults_are_the_programmes():
    assert Policy().limits() == DEFAULTS
    with pytest.raises(dataclasses.FrozenInstanceError):
        Policy().minimum_count = 3


def test_strictest_takes_each_rule_from_the_source_that_hides_most():
    a = Policy("a", minimum_count=3, dominance_share=0.7, group_zero=False, show_extremes=True)
    b = Policy("b", minimum_count=15, dominance_share=0.9, dominance_n=1, p_percent=20)
    both = strictest([a, b, a])
    assert both == strictest([b, a, b]).__class__(
        "a + b",
        minimum_count=15,
        dominance_share=0.7,
        p_percent=20,
        dominance_n=2,
        show_extremes=False,
    )
    assert strictest([a]) is a
    with pytest.raises(ValueError, match="no policy given"):
        strictest([])


def test_register_rows():
    rows = [
        {"source": "thl", "minimum_count": "5", "dominance_share": "0,8", "note": "seura.fi"},
        {"source": "paavo", "minimum_persons": "30", "group_zero": "ei", "p_percent": ""},
    ]
    policies = Policy.from_rows(rows, also=["note"])
    assert policies == {
        "thl": Policy("thl", dominance_share=0.8),
        "paavo": Policy("paavo", minimum_persons=30, group_zero=False),
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"source": ""}, "row 2, column 'source'.*name whose rule"),
        (
            {"source": "a", "minimum_cuont": "3"},
            "row 2 .source 'a'., column 'minimum_cuont'.*not a rule",
        ),
        ({"source": "a", "minimum_count": "few"}, "column 'minimum_count': 'few' is not a whole"),
        ({"source": "a", "minimum_count": "0"}, "column 'minimum_count': '0'; give a whole"),
        ({"source": "a", "minimum_count": "3.5"}, "'3.5' is not a whole number"),
        ({"source": "a", "dominance_share": "85"}, "column 'dominance_share': '85'; give a share"),
        ({"source": "a", "dominance_share": "nan"}, "'nan'; give a share"),
        ({"source": "a", "p_percent": "-1"}, "'-1'; give a percentage"),
        ({"source": "a", "group_zero": "maybe"}, "'maybe'; write yes or no"),
    ],
)
def test_register_errors_name_row_column_value_and_mend(row, message):
    with pytest.raises(ValueError, match=message):
        Policy.from_rows([row])


def test_a_source_given_twice():
    with pytest.raises(ValueError, match="row 3, column 'source': 'a' is given twice"):
        Policy.from_rows([{"source": "a"}, {"source": "a"}])


def test_a_limit_out_of_range_in_code():
    with pytest.raises(ValueError, match=r"policy 'x': minimum_count is 2\.5"):
        Policy("x", minimum_count=2.5)
