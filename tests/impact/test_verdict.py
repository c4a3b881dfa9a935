"""One rule decides each verdict, after the checks, and nothing that fails makes it stronger."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from skk_analysis.impact.checks import CHECKS, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Check
from skk_analysis.impact.result import Effect
from skk_analysis.impact.verdict import ESSENTIAL, RULES, WORDS, Verdict, verdict_of

STRENGTH = {
    "not_estimable": 0,
    "not_interpretable": 0,
    "inconclusive": 1,
    "weak_evidence_increase": 2,
    "weak_evidence_decrease": 2,
    "no_effect_larger_than": 3,
    "strong_evidence_increase": 3,
    "strong_evidence_decrease": 3,
}


def made(name: str, result: str = PASSED, **numbers) -> Check:
    """A check with all its numbers; p is small and a year is the pandemic year unless given."""
    plain = {"p": 0.01, "level": 0.05, "year": 2020, "rmse": 0.1, "spread": 1.0, "outcome": "other"}
    return Check(name, result, {n: numbers.get(n, plain.get(n, 1.0)) for n in CHECKS[name]})


ALL = tuple(made(name) for group in ESSENTIAL["panel"] for name in group)
CLEAR = Effect(2.0, (1.0, 3.0), 0.01, mde=1.4, years=(2019, 2020), checks=ALL)
OPEN = Effect(0.4, (-0.5, 1.3), 0.4, mde=1.4, years=(2019, 2020), checks=ALL)


def without(*names: str) -> Effect:
    return Effect(2.0, (1.0, 3.0), 0.01, checks=tuple(c for c in ALL if c.name not in names))


@pytest.mark.parametrize(
    ("effect", "word", "rule"),
    [
        (CLEAR, "strong_evidence_increase", "tests_and_checks_agree"),
        (Effect(-2, (-3, -1), 0.01, checks=ALL), "strong_evidence_decrease",
         "tests_and_checks_agree"),
        (OPEN, "inconclusive", "interval_includes_null"),
        (Effect(1.0, (0.0, 2.0), 0.05, checks=ALL), "inconclusive", "interval_includes_null"),
        (Effect(1.0, (0.1, 2.0), 0.05, checks=ALL), "weak_evidence_increase",
         "not_below_strict_level"),
        (CLEAR.with_checks(made("second_opinion", p=0.04)), "weak_evidence_increase",
         "not_below_strict_level"),
        (CLEAR.with_checks(made("second_opinion", FAILED, p=0.2)), "weak_evidence_increase",
         "second_opinion_disagrees"),
        (CLEAR.with_checks(made("second_opinion", p=0.2)), "weak_evidence_increase",
         "second_opinion_disagrees"),
        (CLEAR.with_checks(made("second_opinion", p=math.nan)), "weak_evidence_increase",
         "check_inconclusive"),
        (without("second_opinion"), "weak_evidence_increase", "check_inconclusive"),
        (Effect(2.0, (1.0, 3.0), 0.01), "weak_evidence_increase", "check_inconclusive"),
        (CLEAR.with_checks(made("leave_one_year", INCONCLUSIVE)), "weak_evidence_increase",
         "check_inconclusive"),
        (CLEAR.with_checks(made("leave_one_year", FAILED)), "weak_evidence_increase",
         "check_failed"),
        (CLEAR.with_checks(made("placebo_outcome", FAILED)), "weak_evidence_increase",
         "check_failed"),
        (CLEAR.with_checks(made("pandemic_only", FAILED)), "weak_evidence_increase",
         "check_failed"),
        (without("pre_trend"), "strong_evidence_increase", "tests_and_checks_agree"),
        (without("pre_trend", "pre_fit"), "weak_evidence_increase", "check_inconclusive"),
        (CLEAR.with_checks(made("leave_one_donor", NOT_APPLICABLE)), "strong_evidence_increase",
         "tests_and_checks_agree"),
        (CLEAR.with_checks(made("second_opinion", NOT_APPLICABLE, p=math.nan)),
         "strong_evidence_increase", "test_and_checks_agree"),
        (Effect(math.nan), "not_estimable", "no_estimate"),
        (Effect(1.0), "not_estimable", "no_valid_test"),
        (Effect(1.0, p=0.01), "not_estimable", "no_valid_interval"),
        (CLEAR.with_checks(made("attainable_p", FAILED, p=1 / 19)), "not_estimable",
         "p_not_attainable"),
        (CLEAR.with_checks(made("pandemic_closure", FAILED)), "not_interpretable",
         "closed_in_pandemic"),
        (Effect(2.0, (1.0, 3.0), 0.01, years=(2019,), checks=ALL).with_checks(
            made("pandemic_closure", FAILED)), "weak_evidence_increase", "check_failed"),
        (CLEAR.with_checks(made("pre_fit", FAILED, rmse=2.1)), "not_interpretable",
         "no_credible_counterfactual"),
        (CLEAR.with_checks(made("pre_trend", FAILED), made("placebo_in_time", FAILED)),
         "not_interpretable", "no_credible_counterfactual"),
        (CLEAR.with_checks(made("pre_fit", FAILED, rmse=1.9)), "weak_evidence_increase",
         "check_failed"),
        (Effect(2.0, (-math.inf, math.inf), 1.0, checks=ALL), "inconclusive",
         "interval_includes_null"),
    ],
)  # fmt: skip
def test_each_rule_decides_where_it_should(effect, word, rule):
    """The headline follows from interval, p-value, second opinion and checks, in that order."""
    found = verdict_of(effect)
    assert (found.word, found.rule) == (word, rule)


def test_series_and_surveys_have_their_own_essential_checks():
    """A series needs no donors and a survey no years before; both must be surer by themselves."""
    for kind in ("series", "survey"):
        checks = tuple(made(name) for group in ESSENTIAL[kind] for name in group)
        sure, less = (Effect(2.0, (1.0, 3.0), p, checks=checks) for p in (0.009, 0.02))
        assert verdict_of(sure).rule == "test_and_checks_agree"
        assert verdict_of(less).rule == "not_below_strict_level"
        assert verdict_of(Effect(2.0, (1.0, 3.0), 0.009, checks=checks[:1])).word.startswith("weak")


def test_the_range_of_plain_synthetic_controls_speaks_only_against_them():
    """It fails wherever there are more donors than years; penalised methods are the answer."""
    wide = made("identified_range", FAILED)
    found = {
        method: verdict_of(replace(CLEAR, method=method).with_checks(wide)).strong
        for method in ("synthetic_did", "synthetic_control", "augmented_synthetic_control")
    }
    assert found == {
        "synthetic_did": True,
        "synthetic_control": False,
        "augmented_synthetic_control": False,
    }


def test_equivalence_needs_the_whole_interval_inside_and_no_failed_check():
    """The set inside the limit is a finding of its own; a failed check takes it away."""
    found = verdict_of(OPEN, limit=1.5)
    assert (found.word, dict(found.numbers)) == (
        "no_effect_larger_than",
        {"lower": -0.5, "upper": 1.3, "limit": 1.5},
    )
    assert verdict_of(OPEN, limit=1.3).word == "inconclusive"
    assert verdict_of(OPEN.with_checks(made("anticipation", FAILED)), limit=1.5).word == (
        "inconclusive"
    )
    disagreeing = OPEN.with_checks(made("second_opinion", FAILED, p=0.6))
    assert verdict_of(disagreeing, limit=1.5).word == "no_effect_larger_than"
    assert verdict_of(CLEAR, limit=3.1).word == "no_effect_larger_than"


def test_no_effect_of_a_ratio_is_one():
    """A rate ratio's set is read against 1, its limit as a factor."""
    checks = tuple(made(name) for group in ESSENTIAL["series"] for name in group)
    ratio = Effect(0.894, (0.84, 0.95), 0.001, checks=checks, details={"null": 1.0})
    assert verdict_of(ratio).word == "strong_evidence_decrease"
    unclear = verdict_of(replace(ratio, interval=(0.84, 1.02), p=0.1))
    assert (unclear.word, unclear.numbers["null"]) == ("inconclusive", 1.0)
    assert verdict_of(ratio, limit=1.2).word == "no_effect_larger_than"
    assert verdict_of(ratio, limit=1.1).word == "strong_evidence_decrease"
    with pytest.raises(ValueError, match=r"must be above 1 and finite, got 0\.2"):
        verdict_of(ratio, limit=0.2)


def test_a_series_that_ends_before_the_pandemic_need_not_answer_for_it():
    """The pandemic check is essential only where its year is among those averaged over."""
    checks = tuple(made(name) for name in ("points", "autocorrelation"))
    calm, struck = (
        Effect(2.0, (1.0, 3.0), 0.001, years=years, checks=checks) for years in ((2019,), (2020,))
    )
    assert verdict_of(calm).strong
    assert verdict_of(struck).rule == "check_inconclusive"


def test_the_adjusted_p_decides_among_many_outcomes():
    """What many tests would give by chance is no evidence, not even weak."""
    found = verdict_of(CLEAR, adjusted_p=0.2)
    assert (found.word, found.rule) == ("inconclusive", "not_after_multiplicity")
    assert found.numbers == {"p": 0.01, "adjusted_p": 0.2, "mde": 1.4}
    assert verdict_of(CLEAR, adjusted_p=0.04).strong


@pytest.mark.parametrize(
    ("better", "estimate", "favourable"),
    [("higher", 2, True), ("lower", 2, False), ("lower", -2, True), ("neither", 2, None),
     (None, 2, None)],
)  # fmt: skip
def test_better_and_worse_only_where_the_direction_is_known(better, estimate, favourable):
    """An increase is an improvement only for an indicator that should increase."""
    interval = (1.0, 3.0) if estimate > 0 else (-3.0, -1.0)
    effect = Effect(estimate, interval, 0.01, checks=ALL, details={"better": better})
    assert verdict_of(effect).favourable is favourable
    assert verdict_of(Effect(estimate, interval, 0.01), better=better).favourable is favourable
    assert verdict_of(OPEN, better=better).favourable is None


def test_what_cannot_be_is_refused():
    """Each mistake is named with its value."""
    with pytest.raises(ValueError, match="must be above 0 and finite, got 0"):
        verdict_of(CLEAR, limit=0)
    with pytest.raises(ValueError, match=r"from 0 to 1, got 1\.5"):
        verdict_of(CLEAR, adjusted_p=1.5)
    with pytest.raises(ValueError, match="below the p-value"):
        verdict_of(CLEAR, adjusted_p=0.001)
    with pytest.raises(ValueError, match="'higher', 'lower' or 'neither', got 'up'"):
        verdict_of(CLEAR, better="up")
    with pytest.raises(ValueError, match="no rule 'hunch'"):
        Verdict("inconclusive", "hunch")
    with pytest.raises(ValueError, match="gives 'weak_evidence', not 'strong_evidence_increase'"):
        Verdict("strong_evidence_increase", "check_failed", {"p": 0.01, "checks": ("pre_fit",)})
    with pytest.raises(ValueError, match=r"has the numbers \('year',\)"):
        Verdict("not_interpretable", "closed_in_pandemic", {})


def test_every_word_has_a_rule_and_every_rule_a_word():
    """No verdict without a rule that gives it, no rule that gives none."""
    kinds = {kind for kind, _ in RULES.values()}
    assert all(any(word.startswith(kind) for kind in kinds) for word in WORDS)
    assert all(any(word.startswith(kind) for word in WORDS) for kind in kinds)
    assert set(STRENGTH) == set(WORDS)


names = st.sampled_from(sorted(CHECKS))
outcomes = st.dictionaries(names, st.sampled_from((PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE)))


@given(
    st.floats(-3, 3, allow_subnormal=False).filter(bool),
    st.floats(0.01, 4),
    st.floats(0, 1),
    outcomes,
    st.floats(0, 1),
    st.sampled_from((None, 1.0, 5.0)),
    names,
)
def test_a_failed_check_never_strengthens(estimate, half, p, results, second, limit, failing):
    """Whatever the effect and its checks: one more failure can only weaken what is said."""
    checks = tuple(made(name, result, p=second) for name, result in results.items())
    effect = Effect(
        estimate, (estimate - half, estimate + half), p, mde=1, years=(2020,), checks=checks
    )
    before = verdict_of(effect, limit=limit)
    after = verdict_of(effect.with_checks(made(failing, FAILED, p=second)), limit=limit)
    assert STRENGTH[after.word] <= STRENGTH[before.word]
    assert not after.strong or failing in ("identified_range", "honest_smoothness")
    assert after.direction in (None, before.direction) or before.word == "no_effect_larger_than"


def test_strong_evidence_is_rare_without_an_effect():
    """Two tests on the same data, correlated as much as they may be: under 2 % are strong.

    All checks pass here; in life some fail, so this is the worst case.
    """
    draw = np.random.default_rng(4)
    for correlation in (0.0, 0.8, 0.9):
        first = draw.standard_normal(4000)
        second = correlation * first + math.sqrt(1 - correlation**2) * draw.standard_normal(4000)
        p, q = (2 * norm.sf(np.abs(z)) for z in (first, second))
        found = [
            verdict_of(
                Effect(1.0, (0.1, 2.0) if a <= 0.05 else (-1, 2), a, checks=ALL).with_checks(
                    made("second_opinion", p=b)
                )
            ).strong
            for a, b in zip(p, q, strict=True)
        ]
        assert np.mean(found) < 0.02
