"""What was done decides how strong the evidence can be: each cap of programme.md §6.2 has a row."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skk_analysis.impact.checks import CHECKS, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Check
from skk_analysis.impact.grade import (
    ASSIGNMENTS,
    COMPARISONS,
    REASONS,
    STEPS,
    WORDINGS,
    Design,
    evidence_grade,
)


def made(name: str, result: str = PASSED) -> Check:
    return Check(name, result, dict.fromkeys(CHECKS[name], 1.0))


SIX = Design("comparison_group", pre_years=10, post_years=2, assignment="whole_city", balance=True)
TREND = (made("pre_trend"),)
LOTTERY = replace(SIX, assignment="lottery")


@pytest.mark.parametrize(
    ("design", "checks", "sms", "nesta", "wording", "reason"),
    [
        # the table of §6.2, row by row
        (replace(SIX, own_view=True), TREND, 1, 1, "participants_think", "participants_view"),
        (Design("none", 10, 2), TREND, 1, 1, "change_while", "before_after"),
        (Design("controls", 10, 2), TREND, 2, 2, "association", "controls_only"),
        (SIX, TREND, 3, 3, "estimate_provided", "comparison_group"),
        (replace(SIX, pre_years=3), TREND, 3, 3, "estimate_provided", "comparison_group"),
        (replace(SIX, pre_years=2), TREND, 2, 2, "association", "few_pre_years"),
        (SIX, (made("pre_trend", FAILED),), 2, 2, "association", "pre_trends_differ"),
        (replace(SIX, post_years=1, pandemic_only=True), TREND, 2, 2, "not_separable",
         "pandemic_only"),
        (replace(SIX, assignment="threshold"), (), 4, 3, "effect", "threshold"),
        (LOTTERY, (), 5, 3, "effect", "lottery"),
        # trends that nobody could judge are not shown, and a fit was chosen to be good
        (SIX, (made("placebo_in_time"), made("pre_trend", INCONCLUSIVE)), 3, 3,
         "estimate_provided", "comparison_group"),
        (SIX, (made("pre_trend", INCONCLUSIVE),), 2, 2, "association", "pre_trends_not_shown"),
        (SIX, (made("pre_fit"),), 2, 2, "association", "pre_trends_not_shown"),
        (SIX, (), 2, 2, "association", "pre_trends_not_shown"),
        (SIX, (*TREND, made("pre_fit", FAILED)), 2, 2, "association", "pre_trends_differ"),
        (SIX, (*TREND, made("placebo_in_time", FAILED)), 2, 2, "association", "pre_trends_differ"),
        # a synthetic comparison that passes everything stays at 3, the stricter of two sources
        (SIX, tuple(made(name) for name in CHECKS), 3, 3, "estimate_provided", "comparison_group"),
        # the comparison must be justified with evidence that the two were alike
        (replace(SIX, balance=None), TREND, 2, 2, "association", "comparison_not_justified"),
        (replace(SIX, balance=False), TREND, 2, 2, "association", "comparison_not_justified"),
        (replace(SIX, balance=None), (*TREND, made("baseline_balance")), 3, 3, "estimate_provided",
         "comparison_group"),
        (SIX, (*TREND, made("baseline_balance", FAILED)), 2, 2, "association",
         "comparison_not_justified"),
        # the pandemic
        (SIX, (*TREND, made("pandemic_only", FAILED)), 2, 2, "not_separable", "pandemic_only"),
        (SIX, (*TREND, made("pandemic_exposure", FAILED)), 2, 2, "not_separable",
         "pandemic_not_separable"),
        (SIX, (*TREND, made("pandemic_closure", FAILED)), 2, 2, "not_separable",
         "pandemic_not_separable"),
        (replace(LOTTERY, post_years=1, pandemic_only=True), (), 5, 3, "effect", "lottery"),
        # how it was carried out
        (replace(SIX, assignment="worst_off"), TREND, 2, 2, "association", "worst_off_chosen"),
        (replace(SIX, assignment="worst_off"), (*TREND, made("regression_to_mean")), 3, 3,
         "estimate_provided", "comparison_group"),
        (SIX, (*TREND, made("attrition", FAILED)), 2, 2, "association", "attrition"),
        (LOTTERY, (made("attrition", FAILED),), 4, 3, "effect", "attrition"),
        (replace(LOTTERY, balance=False), (), 4, 3, "effect", "assignment_imbalanced"),
        (SIX, (*TREND, made("contamination", FAILED)), 2, 2, "association", "contamination"),
        (SIX, (*TREND, made("donors", FAILED)), 2, 2, "association", "no_donors"),
        (replace(SIX, post_years=0), TREND, 1, 1, "change_while", "no_post_year"),
        # a lottery whose losers nobody measured is a before–after
        (replace(LOTTERY, comparison="none"), (), 1, 1, "change_while", "before_after"),
        # maturity: independent repetition at a known cost, then others running it
        (replace(SIX, replications=1, cost_known=True), TREND, 3, 4, "estimate_provided",
         "comparison_group"),
        (replace(SIX, replications=1, cost_known=True, scaled=True), TREND, 3, 5,
         "estimate_provided", "comparison_group"),
        (replace(SIX, replications=3), TREND, 3, 3, "estimate_provided", "comparison_group"),
        (replace(SIX, scaled=True, cost_known=True), TREND, 3, 3, "estimate_provided",
         "comparison_group"),
        (Design("none", 10, 2, replications=5, scaled=True, cost_known=True), (), 1, 1,
         "change_while", "before_after"),
    ],
)  # fmt: skip
def test_caps(design, checks, sms, nesta, wording, reason):
    """Grade, maturity, allowed wording, and the reason that decides."""
    grade = evidence_grade(design, checks)
    assert (grade.sms, grade.nesta, grade.wording) == (sms, nesta, wording)
    assert reason in {r.name for r in grade.reasons if r.sms == grade.sms}


def test_all_reasons_are_listed_and_the_lowest_say_what_would_raise():
    """Two things that each keep a grade at 2 must both be mended, and both are said."""
    grade = evidence_grade(replace(SIX, pre_years=2, balance=None), TREND)
    assert [r.name for r in grade.reasons] == [
        "comparison_group", "few_pre_years", "comparison_not_justified",
    ]  # fmt: skip
    assert grade.reasons[1].numbers == {"years": 2, "needed": 3}
    assert grade.would_raise == ("more_pre_years", "balance_evidence")
    assert evidence_grade(SIX, TREND).would_raise == (
        "lottery_or_threshold", "independent_replication", "cost_known",
    )  # fmt: skip
    full = replace(LOTTERY, replications=2, scaled=True, cost_known=True)
    assert evidence_grade(full).would_raise == ()


def test_what_is_said_would_raise_does_raise():
    """The mend that is named for a cap lifts the grade."""
    assert evidence_grade(replace(SIX, post_years=1, pandemic_only=True), TREND).would_raise == (
        "year_outside_pandemic",
    )
    mended = {
        "measure_outcome": (replace(SIX, own_view=True), SIX),
        "comparison_group": (Design("controls", 10, 2), SIX),
        "more_pre_years": (replace(SIX, pre_years=1), SIX),
        "balance_evidence": (replace(SIX, balance=None), SIX),
        "lottery_or_threshold": (SIX, LOTTERY),
        "lottery": (replace(SIX, assignment="threshold"), LOTTERY),
    }
    for step, (before, after) in mended.items():
        grade = evidence_grade(before, TREND)
        assert step in grade.would_raise
        assert evidence_grade(after, TREND).sms > grade.sms


def test_a_reviewer_lowers_freely_and_raises_with_a_reason():
    """The computed grade stays beside the reviewed one, through several reviews."""
    grade = evidence_grade(replace(SIX, balance=None), TREND)
    lower = grade.reviewed(1, "", "A. Arvioija")
    assert (lower.sms, lower.nesta, lower.wording) == (1, 1, "change_while")
    assert lower.computed == grade
    assert lower.review == (1, "", "A. Arvioija")
    for reason in ("", "  "):
        with pytest.raises(ValueError, match="from 2 to 3 needs a written reason"):
            grade.reviewed(3, reason, "A. Arvioija")
    higher = lower.reviewed(3, "Tasapaino osoitettu liitteessä 2", "B. Arvioija")
    assert (higher.sms, higher.wording, higher.computed) == (3, "estimate_provided", grade)
    with pytest.raises(ValueError, match="reviewer's name"):
        grade.reviewed(1, "syy", " ")
    with pytest.raises(ValueError, match="from 1 to 5, got 6"):
        grade.reviewed(6, "syy", "A. Arvioija")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"comparison": "some"}, "comparison is one of .* got 'some'"),
        ({"assignment": "luck"}, "assignment is one of .* got 'luck'"),
        ({"pre_years": -1}, "pre_years can't be negative, got -1"),
        ({"post_years": 2, "pandemic_only": True}, "post_years is 2"),
    ],
)
def test_impossible_facts_stop(facts, words):
    """Each mistake is named with its value."""
    with pytest.raises(ValueError, match=words):
        Design(**facts)


designs = st.builds(
    Design,
    comparison=st.sampled_from(COMPARISONS),
    pre_years=st.integers(0, 12),
    post_years=st.integers(0, 1),
    pandemic_only=st.booleans(),
    assignment=st.sampled_from(ASSIGNMENTS),
    own_view=st.booleans(),
    balance=st.sampled_from((None, True, False)),
    replications=st.integers(0, 2),
    scaled=st.booleans(),
    cost_known=st.booleans(),
)
names = st.sampled_from(sorted(CHECKS))
results = st.dictionaries(names, st.sampled_from((PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE)))


@given(designs, results, names)
def test_a_failed_check_never_raises(design, made_checks, failing):
    """Whatever was done: one more failure can only lower, on both scales and in words."""
    before = evidence_grade(design, [made(n, r) for n, r in made_checks.items()])
    after = evidence_grade(
        design, [made(n, r) for n, r in {**made_checks, failing: FAILED}.items()]
    )
    assert after.sms <= before.sms
    assert after.nesta <= before.nesta
    order = {"participants_think": 0, "change_while": 0, "association": 1, "not_separable": 1}
    order |= {"estimate_provided": 2, "effect": 3}
    assert order[after.wording] <= order[before.wording]
    assert after.sms == min(reason.sms for reason in after.reasons)
    assert {r.name for r in after.reasons} <= set(REASONS)
    assert set(after.would_raise) <= set(STEPS)
    assert after.wording in WORDINGS
    assert after.causal == (after.wording in ("estimate_provided", "effect"))
