"""Pooled or not, directions, gaps, and what is known; reasons are declared."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skk_analysis import synthesis as s

SIX = pd.DataFrame(
    {
        "study": ["Espoo", "Turku", "Oulu", "Vaasa", "Kotka", "Pori"],
        "estimate": [0.3, 0.1, 0.4, 0.2, -0.1, 0.5],
        "se": [0.1, 0.1, 0.1, 0.2, 0.2, 0.1],
        "outcome": "gini",
        "measure": "difference",
        "design": ["did", "did", "synthetic_did", "did", "did", "did"],
        "better": "lower",
    }
)
ALIKE = [("did", "synthetic_did")]


def test_comparable_studies_are_pooled():
    found = s.synthesise(SIX, alike=ALIKE, method="PM")
    assert found.poolable
    assert found.pooled.estimate == s.pool(SIX, method="PM").estimate


@pytest.mark.parametrize(
    ("column", "row", "value", "reason"),
    [
        ("outcome", 2, "atkinson", "different_outcomes"),
        ("measure", 2, "log_ratio", "different_measures"),
        ("design", 2, "before_after", "different_designs"),
        ("better", 1, "higher", "different_directions"),
        ("se", 2, np.nan, "no_standard_error"),
        ("estimate", 2, -0.6, "opposite_effects"),
    ],
)
def test_what_does_not_allow_pooling_is_the_reason(column, row, value, reason):
    studies = SIX.copy()
    studies.loc[row, column] = value
    found = s.synthesise(studies, alike=ALIKE)
    assert found.pooled is None
    assert [r.name for r in found.reasons] == [reason]
    assert found.directions["k"].sum() == 6
    if reason == "opposite_effects":  # oriented: lower is better
        assert found.reasons[0].numbers["positive"] == ("Oulu",)
    if reason == "different_designs":
        assert "before_after" in found.reasons[0].numbers["found"]


def test_different_designs_are_refused_unless_said_to_be_alike():
    assert [r.name for r in s.reasons_against_pooling(SIX)] == ["different_designs"]
    assert s.reasons_against_pooling(SIX.iloc[:1])[0].numbers == {"k": 1, "needed": 2}


def test_opposite_effects_by_chance_are_rare():
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(150, 6))
    frames = (pd.DataFrame({"estimate": y, "se": 1.0}) for y in draws)
    assert sum(bool(s.reasons_against_pooling(frame)) for frame in frames) <= 1


def test_directions_are_counted_and_tested():
    studies = pd.concat(
        [SIX, SIX.assign(outcome="theil", better="higher", se=[0.1, 0.1, np.nan, 0.2, 0.2, 0.0])]
    )
    table = s.direction_table(studies).set_index("outcome")
    gini, theil = table.loc["gini"], table.loc["theil"]
    # the interval of 0.1 ± 0.196 and of ±0.1 ± 0.392, 0.2 ± 0.392 covers zero
    assert gini[["positive", "negative", "unclear"]].tolist() == [0, 3, 3]
    assert gini[["above", "below"]].tolist() == [1, 5]
    assert gini["p"] == pytest.approx(stats.binomtest(1, 6).pvalue)
    assert theil[["positive", "negative", "unclear"]].tolist() == [2, 0, 4]
    assert (gini["lower"], gini["upper"]) == pytest.approx(
        (stats.beta.ppf(0.025, 1, 6), stats.beta.ppf(0.975, 2, 5))
    )
    none = s.direction_table(pd.DataFrame({"estimate": [0.0], "se": [1.0]}))
    assert np.isnan(none["p"][0])


@pytest.mark.parametrize(
    ("studies", "message"),
    [
        (SIX.drop(columns="se"), "lack the column 'se'"),
        (SIX.assign(estimate=[0.1, np.nan, 1, 1, 1, 1]), "study 'Turku': the estimate is nan"),
        (SIX.assign(better="more"), "study 'Espoo': better is 'more'"),
    ],
)
def test_directions_of_bad_input(studies, message):
    with pytest.raises(ValueError, match=message):
        s.direction_table(studies)


# -- gap map ---------------------------------------------------------------------------------

FOUND = pd.DataFrame(
    [
        ("A", "health", "mentoring", "evaluation", None, 2012),
        ("B", "health", "mentoring", "evaluation", None, 2015),
        ("C", "health", "mentoring", "evaluation", None, 2016),
        ("C", "health", "mentoring", "evaluation", None, 2016),
        ("D", "health", "mentoring", "synthesis", "low", 2017),
        ("E", "income", "mentoring", "synthesis", "high", 2003),
        ("A", "income", "mentoring", "evaluation", None, 2012),
        ("B", "income", "mentoring", "evaluation", None, 2015),
        ("C", "income", "mentoring", "evaluation", None, 2016),
        ("A", "income", "housing", "evaluation", None, 2012),
    ],
    columns=["study", "dimension", "type", "kind", "confidence", "year"],
)
DIMENSIONS, TYPES = ["income", "health"], ["mentoring", "housing"]


def test_gaps():
    found = s.gap_map(FOUND, DIMENSIONS, TYPES)
    assert found.matrix().to_dict("index") == {
        "income": {"mentoring": 3, "housing": 1},
        "health": {"mentoring": 3, "housing": 0},
    }
    assert list(found.matrix().columns) == TYPES
    gaps = found.matrix("gap")
    assert gaps.loc["health"].tolist() == ["synthesis", "absolute"]
    assert gaps.loc["income"].tolist() == ["none", "none"]
    assert found.matrix("confidence").loc[DIMENSIONS, "mentoring"].tolist() == ["high", "low"]
    assert len(found.gaps("synthesis")) == 1
    # what counts as few, as a cluster, as good and as recent is the caller's
    assert s.gap_map(FOUND, DIMENSIONS, TYPES, few=1).matrix("gap").loc["income", "housing"] == (
        "absolute"
    )
    assert s.gap_map(FOUND, DIMENSIONS, TYPES, cluster=4).gaps("synthesis").empty
    assert s.gap_map(FOUND, DIMENSIONS, TYPES, confidence="low").gaps("synthesis").empty
    assert len(s.gap_map(FOUND, DIMENSIONS, TYPES, since=2010).gaps("synthesis")) == 2
    assert (s.gap_map(FOUND[:0], DIMENSIONS, TYPES).cells["gap"] == "absolute").all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "sports"}, "study 'A': type is 'sports'"),
        ({"kind": "review"}, "study 'A': kind is 'review'"),
        ({"kind": "synthesis"}, "study 'A': confidence is (None|nan)"),
    ],
)
def test_a_study_outside_the_map_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        s.gap_map(FOUND.assign(**change), DIMENSIONS, TYPES)
    with pytest.raises(ValueError, match="lack the column 'dimension'"):
        s.gap_map(FOUND.drop(columns="dimension"), DIMENSIONS, TYPES)


# -- known -----------------------------------------------------------------------------------


KNOWLEDGE = [
    ({}, "known", "positive_effect"),
    ({"lower": -0.4, "upper": -0.2}, "known", "negative_effect"),
    ({"lower": -0.02, "upper": 0.03}, "known", "no_effect_larger_than"),
    ({"lower": -0.2}, "uncertain", "interval_includes_zero"),
    ({"prediction_lower": -0.1}, "uncertain", "varies_between_places"),
    ({"grade": 2}, "uncertain", "design_without_comparison"),
    ({"studies": 1}, "uncertain", "single_study"),
    ({"lower": np.nan}, "unknown", "no_interval"),
    ({"studies": 0, "grade": np.nan}, "unknown", "no_study"),
]


@pytest.mark.parametrize(("change", "state", "rule"), KNOWLEDGE)
def test_known_uncertain_unknown(change, state, rule):
    finding = {
        "finding": "mentoring raises employment",
        "studies": 4,
        "grade": 3,
        "lower": 0.1,
        "upper": 0.5,
        "limit": 0.05,
        "prediction_lower": 0.05,
        "prediction_upper": 0.6,
    }
    table = s.known_table(pd.DataFrame([finding | change]))
    assert (table["state"][0], table["rule"][0]) == (state, rule)


def test_every_rule_of_knowledge_can_be_reached_and_bad_findings_are_named():
    assert {rule: state for _, state, rule in KNOWLEDGE} == s.KNOWN_RULES
    good = {"finding": "f", "studies": 2, "grade": 3, "lower": 0.1, "upper": 0.5}
    for change in ({"grade": 6}, {"studies": -1}, {"lower": 0.9}):
        with pytest.raises(ValueError, match="finding 'f'"):
            s.known_table(pd.DataFrame([good | change]))
    with pytest.raises(ValueError, match="lack the column 'grade'"):
        s.known_table(pd.DataFrame([good]).drop(columns="grade"))


# -- reasons ---------------------------------------------------------------------------------


def test_reasons_are_declared():
    with pytest.raises(ValueError, match="no reason 'because'"):
        s.Reason("because")
    with pytest.raises(ValueError, match="reason 'too_few_studies' has"):
        s.Reason("too_few_studies", {"k": 1})
