"""Pooling: exact answers, edges, refusals and what bad input is told."""

import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from skk_analysis import synthesis as s
from skk_analysis.estimate import Estimate, Influence, Sampling
from skk_analysis.impact.result import Effect
from skk_analysis.synthesis.random_effects import METHODS, Design, error_contrasts
from skk_analysis.synthesis.studies import read_studies

RANDOM = [method for method in METHODS if method != "FE"]
Y = np.array([0.31, -0.12, 0.44, 0.05, 0.62, 0.20])
SE = np.array([0.10, 0.21, 0.15, 0.08, 0.30, 0.12])


# -- exact answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", RANDOM)
def test_equal_errors_give_the_t_interval_of_the_plain_mean(method):
    pooled = s.pool(Y, np.full(6, 0.05), method=method, inference="knapp_hartung")
    mean, se = Y.mean(), Y.std(ddof=1) / math.sqrt(6)
    assert pooled.estimate == pytest.approx(mean)
    assert pooled.interval == pytest.approx(stats.t.interval(0.95, 5, mean, se))
    assert pooled.p == pytest.approx(stats.ttest_1samp(Y, 0).pvalue)
    if method not in ("ML", "SJ"):  # ML divides by k, SJ starts from a division by k
        assert pooled.tau2 == pytest.approx(Y.var(ddof=1) - 0.05**2)


def test_two_studies_by_hand():
    pooled = s.pool([0.0, 1.0], [0.1, 0.1])
    assert pooled.tau2 == pytest.approx(0.5 - 0.01)  # (difference)²/2 − v
    assert pooled.estimate == pytest.approx(0.5)
    assert pooled.interval[1] - 0.5 == pytest.approx(stats.t.ppf(0.975, 1) * 0.5)
    assert np.isnan(pooled.prediction_interval_hts).all()
    low, high = pooled.tau2_interval
    assert [(0.5 / (0.01 + x)) for x in (high, low)] == pytest.approx(
        stats.chi2.ppf([0.025, 0.975], 1)
    )


@pytest.mark.parametrize("method", ["REML", "PM", "DL", "ML", "EB", "HE"])
def test_agreeing_studies_lie_at_the_boundary(method):
    pooled = s.pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], method=method)
    assert (pooled.tau2, pooled.i2, pooled.h2) == (0.0, 0.0, 1.0)
    assert pooled.factor == 1.0  # the modified method does not trust such luck
    assert pooled.tau2_interval == (0.0, 0.0)
    assert pooled.se == pytest.approx((1 / (100 + 25 + 100 / 9)) ** 0.5)


@pytest.mark.parametrize("size", [5.5, 6.5, 8.0])
def test_the_global_maximum_is_found_where_the_likelihood_has_two(size):
    # five precise studies agree and want no variance; a vague one lies far away and wants a lot
    y = np.array([0.01, -0.01, 0.02, -0.02, 0.0, size])
    v = np.array([0.001, 0.001, 0.001, 0.001, 0.001, 1.0])
    contrasts = error_contrasts(read_studies(y, np.sqrt(v)), Design.mean(6))
    squares, variances = contrasts.squares, contrasts.variances
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e5, 20_001)])
    total = variances + grid[:, None]
    height = -0.5 * (np.log(total) + squares / total).sum(1)
    peaks = (height[1:-1] > height[:-2]) & (height[1:-1] > height[2:])
    assert int(peaks.sum()) + int(height[0] > height[1]) == 2
    found = variances + s.pool(y, np.sqrt(v)).tau2
    assert -0.5 * (np.log(found) + squares / found).sum() >= height.max() - 1e-9


def test_probability_of_benefit_is_the_tail_of_the_prediction_interval():
    pooled = s.pool(Y, SE)
    low, high = pooled.prediction_interval
    assert pooled.probability_of_benefit(low) == pytest.approx(0.975)
    assert pooled.probability_of_benefit(high, better="lower") == pytest.approx(0.975)
    below = pooled.prediction_interval_hts[0]
    assert pooled.probability_of_benefit(below, degrees="k-2") == pytest.approx(0.975)
    assert pooled.probability_of_benefit(pooled.estimate) == pytest.approx(0.5)


@pytest.mark.parametrize("method", ["DL", "PM"])
def test_agreement_with_statsmodels(method):
    from statsmodels.stats.meta_analysis import combine_effects

    theirs = combine_effects(Y, SE**2, method_re=method.lower(), use_t=True, atol=1e-14)
    ours = s.pool(Y, SE, method=method, inference="knapp_hartung")
    assert ours.tau2 == pytest.approx(theirs.tau2, rel=1e-6)
    assert ours.estimate == pytest.approx(theirs.mean_effect_re, rel=1e-6)
    assert ours.se == pytest.approx(theirs.sd_eff_w_re_hksj, rel=1e-6)
    assert ours.weights.to_numpy() == pytest.approx(theirs.weights_rel_re, rel=1e-6)


# -- properties ------------------------------------------------------------------------------

numbers = st.floats(-50, 50, allow_subnormal=False)
errors = st.floats(1e-3, 1e3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(numbers, errors), min_size=2, max_size=12),
    st.sampled_from(list(METHODS)),
    st.floats(0.01, 100),
)
def test_every_answer_exists_and_follows_the_unit(pairs, method, unit):
    y, se = map(np.array, zip(*pairs, strict=True))
    here, there = s.pool(y, se, method=method), s.pool(y * unit, se * unit, method=method)
    low, high = here.interval
    assert low <= here.estimate <= high
    assert 0 <= here.tau2 < math.inf
    assert 0 <= here.i2 <= 1
    assert here.weights.sum() == pytest.approx(1)
    slack = 1e-6 * (abs(y).max() + se.max())
    assert y.min() - slack <= here.estimate <= y.max() + slack
    assert there.estimate == pytest.approx(here.estimate * unit, rel=1e-6, abs=slack * unit)
    assert there.tau2 == pytest.approx(here.tau2 * unit**2, rel=1e-5, abs=slack * unit**2)
    low, high = here.tau2_interval
    assert 0 <= low <= high


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(numbers, errors), min_size=3, max_size=10), st.randoms())
def test_the_order_of_the_studies_does_not_matter(pairs, random):
    moved = random.sample(pairs, len(pairs))
    one, other = (s.pool(*map(np.array, zip(*p, strict=True))) for p in (pairs, moved))
    scale = max(se for _, se in pairs)
    assert one.estimate == pytest.approx(other.estimate, rel=1e-6, abs=1e-6 * scale)
    assert one.tau2 == pytest.approx(other.tau2, rel=1e-5, abs=1e-6 * scale**2)


def test_a_diagonal_covariance_is_independence():
    one, other = s.pool(Y, SE), s.pool(Y, covariance=np.diag(SE**2))
    assert one.estimate == pytest.approx(other.estimate)
    assert one.se == pytest.approx(other.se)
    assert one.tau2 == pytest.approx(other.tau2)
    assert one.weights.to_numpy() == pytest.approx(other.weights.to_numpy())


def test_a_study_that_dominates_is_named():
    se = np.array([0.05, 0.3, 0.3, 0.3, 0.3, 0.3])
    (note,) = s.pool(Y, se).notes
    assert (note.name, note.numbers["study"]) == ("one_study_dominates", "1")
    assert note.numbers["share"] == pytest.approx(400 / (400 + 5 / 0.09))
    assert s.pool(Y[:3], se[:3]).notes == ()


# -- the confidence distribution -------------------------------------------------------------


def test_negligible_errors_give_exactly_the_t_distribution():
    pooled = s.pool(Y, np.full(6, 1e-8), inference="knapp_hartung")
    found = pooled.distribution
    assert found.interval() == pytest.approx(pooled.interval)
    assert found.prediction_interval(0.8) == pytest.approx(
        s.pool(Y, np.full(6, 1e-8), inference="knapp_hartung", level=0.8).prediction_interval
    )
    assert found.p == pytest.approx(pooled.p)
    for better in ("higher", "lower"):
        assert found.probability_of_benefit(0.1, better=better) == pytest.approx(
            pooled.probability_of_benefit(0.1, better=better)
        )


@pytest.mark.parametrize("dependent", [False, True])
def test_the_distribution_is_that_of_its_pivot(dependent):
    matrix = np.diag(SE**2) + (0.004 if dependent else 0.0)
    pooled = s.pool(Y, covariance=matrix)
    rng, draws = np.random.default_rng(11), 1200
    means, further = [], []
    for target in rng.chisquare(5, draws):

        def q(tau2, target=target):
            unit = np.linalg.inv(matrix + tau2 * np.eye(6))
            centre = unit.sum(0) @ Y / unit.sum()
            return (Y - centre) @ unit @ (Y - centre) - target

        tau2 = optimize.brentq(q, 0, 1e5) if q(0) > 0 else 0.0
        unit = np.linalg.inv(matrix + tau2 * np.eye(6))
        means.append(unit.sum(0) @ Y / unit.sum() + rng.normal() / unit.sum() ** 0.5)
        further.append(means[-1] + rng.normal() * tau2**0.5)
    found = pooled.distribution
    spread = 4 * (0.25 / draws) ** 0.5
    for threshold in (0.0, 0.1, 0.4):
        share = np.mean(np.array(further) > threshold)
        assert found.probability_of_benefit(threshold) == pytest.approx(share, abs=spread)
    low, high = found.interval(0.8)
    assert np.mean((low < np.array(means)) & (np.array(means) < high)) == pytest.approx(
        0.8, abs=spread
    )


def test_agreeing_studies_and_the_edges_of_the_distribution():
    same = s.pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.3])
    reach = stats.norm.ppf(0.975) * same.se  # all the confidence is at τ² = 0
    assert same.distribution.interval() == pytest.approx((0.3 - reach, 0.3 + reach))
    with pytest.raises(ValueError, match="nothing of a further city"):
        _ = s.pool(Y, SE, method="FE").distribution
    with pytest.raises(ValueError, match="better is"):
        same.distribution.probability_of_benefit(better="more")
    with pytest.raises(ValueError, match="level must lie"):
        same.distribution.interval(95)


# -- dependence ------------------------------------------------------------------------------


def test_shared_controls_widen_the_interval_or_are_named():
    matrix = 0.6 * np.outer(SE, SE)
    np.fill_diagonal(matrix, SE**2)
    apart, together = s.pool(Y, SE, method="FE"), s.pool(Y, SE, covariance=matrix, method="FE")
    unit = np.linalg.inv(matrix)
    assert together.estimate == pytest.approx((unit @ Y).sum() / unit.sum())
    assert together.se**2 / together.factor == pytest.approx(1 / unit.sum())
    assert together.se / together.factor**0.5 > apart.se / apart.factor**0.5
    assert [note.name for note in together.notes] == ["covariance_modelled"]
    assert together.notes[0].numbers["largest"] == pytest.approx(0.6)
    names = list("fedcba")
    frame = pd.DataFrame(matrix, names, names).iloc[::-1, ::-1]
    estimates = pd.DataFrame({"study": names, "estimate": Y})
    assert s.pool(estimates, covariance=frame, method="FE").se == together.se
    named = s.pool(Y, SE, shared="donor towns")
    assert named.notes == (s.Reason("shared_units_not_modelled", {"units": "donor towns"}),)


def test_estimates_with_common_sampling_units_bring_their_covariance():
    rng = np.random.default_rng(5)
    sampling = Sampling.of_units(np.zeros(40, dtype=int))
    common = rng.normal(size=40)
    totals = [common + rng.normal(size=40) for _ in range(3)]
    parts = [Influence(sampling, np.arange(40), total) for total in totals]
    results = {
        name: Estimate(value, part.variance**0.5, influence=(part,))
        for name, value, part in zip("abc", [1.0, 2.0, 4.0], parts, strict=True)
    }
    pooled = s.pool(results)
    expected = np.cov(totals) * 40  # totals of 40 units, drawn with replacement
    assert pooled.studies.covariance == pytest.approx(expected)
    assert list(pooled.weights.index) == ["a", "b", "c"]
    assert s.pool([Estimate(1.0, 0.2), Estimate(2.0, 0.3)]).studies.covariance is None


def test_effects_without_errors_have_their_placebos_and_name_common_donors():
    placebos = np.random.default_rng(2).normal(size=(3, 40))
    effects = {
        city: Effect(y, placebos=row, weights=pd.Series({donor: 0.4, "Rauma": 0.6, "Kemi": 0.0}))
        for city, y, row, donor in zip(
            "abc", Y[:3], placebos, ["Salo", "Pori", "Salo"], strict=True
        )
    }
    pooled = s.pool(effects)
    assert pooled.studies.variances == pytest.approx(placebos.var(axis=1, ddof=1))
    assert {note.name: dict(note.numbers) for note in pooled.notes} == {
        "errors_from_placebos": {"studies": ("a", "b", "c")},
        "comparison_units_in_common": {"count": 2},
    }
    joint = pd.DataFrame(placebos.T[:30], columns=list("abc")).cov()
    assert [note.name for note in s.pool(effects, covariance=joint).notes] == [
        "covariance_modelled"
    ]
    with pytest.raises(ValueError, match=r"study '2'.*standard error is nan"):
        s.pool([Effect(0.1, se=0.1), Effect(0.2)])


# -- shapes of input -------------------------------------------------------------------------


def test_all_shapes_of_input_are_the_same_studies():
    names = [f"city {i}" for i in range(6)]
    frame = pd.DataFrame({"study": names, "estimate": Y, "se": SE})
    shapes = [
        s.pool(Y, SE),
        s.pool(list(Y), list(SE)),
        s.pool(frame),
        s.pool(frame.rename(columns={"estimate": "value"})),
        s.pool([Estimate(y, e) for y, e in zip(Y, SE, strict=True)]),
        s.pool({n: Estimate(y, e) for n, y, e in zip(names, Y, SE, strict=True)}),
        s.pool(pd.Series(Y, names), pd.Series(SE, names)[::-1]),
        s.pool([Effect(y, se=e) for y, e in zip(Y, SE, strict=True)]),
    ]
    assert len({repr(pooled) for pooled in shapes}) == 1
    assert list(shapes[2].weights.index) == names
    assert shapes[0].to_frame().shape == (1, 24)
    again = s.pool(frame.assign(study=["a", "a", "b", "b", "c", "d"]))
    assert again.notes[0].numbers["studies"] == ("a", "b")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"standard_errors": [0.1, np.nan, 0.1]}, r"study '2'.*standard error is nan"),
        ({"standard_errors": [0.1, 0.1, -0.2]}, r"study '3'.*standard error is -0.2"),
        ({"standard_errors": [0.1, 0.0, 0.2]}, r"study '2'.*standard error is 0"),
        ({"estimates": [0.1, np.inf, 0.2]}, r"study '2'.*estimate is inf"),
        ({"standard_errors": [0.1, 0.2]}, "3 estimates but 2 standard errors"),
        ({"standard_errors": None}, "no standard errors"),
        ({"method": "MLE"}, "method is one of"),
        ({"inference": "t"}, "inference is one of"),
        ({"level": 95}, "level must lie between 0 and 1, got 95"),
        ({"covariance": np.eye(2)}, r"shape \(3, 3\)"),
        ({"covariance": np.eye(3)}, r"study '1'.*variance 1"),
        ({"standard_errors": None, "covariance": np.ones((3, 3))}, "not positive definite"),
        ({"standard_errors": None, "covariance": np.triu(np.ones((3, 3)))}, "symmetric"),
        ({"estimates": pd.DataFrame({"effect": [1.0]})}, "columns 'estimate' and 'se'"),
        ({"estimates": [Estimate(1.0, 0.1)] * 3}, "standard errors of their own"),
        ({"estimates": pd.DataFrame({"value": Y[:3], "se": SE[:3]})}, "errors of their own"),
        ({"estimates": [[1.0, 2.0, 3.0]]}, "one number a study"),
    ],
)
def test_bad_input_is_told_what_where_and_the_mend(given, message):
    usual = {"estimates": [0.1, 0.2, 0.3], "standard_errors": [0.1, 0.2, 0.1]}
    with pytest.raises(ValueError, match=message):
        s.pool(**(usual | given))


def test_the_study_is_named_by_its_name():
    frame = pd.DataFrame({"study": ["Vantaa", "Turku"], "estimate": [0.1, 0.2], "se": [0.1, None]})
    with pytest.raises(ValueError, match="study 'Turku'"):
        s.pool(frame)


# -- refusals --------------------------------------------------------------------------------


def test_z_is_refused_with_few_cities_but_for_a_fixed_effect():
    with pytest.raises(s.RefusedError, match="needs 10 studies") as refused:
        s.pool(Y, SE, inference="z")
    assert refused.value.reason == s.Reason("z_with_few_studies", {"k": 6, "needed": 10})
    fixed = s.pool(Y, SE, method="FE", inference="z")
    weights = SE**-2
    assert fixed.se == pytest.approx(weights.sum() ** -0.5)
    reach = stats.norm.ppf(0.975) * fixed.se
    assert fixed.interval == pytest.approx((fixed.estimate - reach, fixed.estimate + reach))
    assert np.isnan(fixed.prediction_interval).all()
    with pytest.raises(ValueError, match="nothing of a further city"):
        fixed.probability_of_benefit()


def test_one_study_is_not_pooled():
    with pytest.raises(s.RefusedError, match="nothing to be pooled with"):
        s.pool([0.3], [0.1])
    alone = s.pool([0.3], [0.1], method="FE", inference="z")
    assert (alone.estimate, alone.se, alone.q) == pytest.approx((0.3, 0.1, 0.0))
    assert np.isnan(alone.tau2_interval).all()
    with pytest.raises(s.RefusedError, match="needs 3"):
        s.leave_one_out(s.pool(Y[:2], SE[:2]))


def test_leaving_one_out_finds_the_study_that_carries_the_result():
    y, se = [0.9, 0.1, 0.0, -0.1, 0.05], [0.1, 0.1, 0.1, 0.1, 0.1]
    table = s.leave_one_out(s.pool(y, se, method="FE")).set_index("left_out")
    assert table["q"].idxmin() == "1"
    assert table.loc["1", "estimate"] == pytest.approx(0.0125)
    assert table["same_conclusion"].dtype == bool


# -- speed -----------------------------------------------------------------------------------


def test_pooling_thirteen_studies_is_fast_beside_elementary_work():
    """As a ratio, because the machine is shared: a small eigenproblem is the unit."""
    rng = np.random.default_rng(1)
    y, se = rng.normal(size=13), rng.uniform(0.1, 0.5, 13)
    matrix = np.cov(rng.normal(size=(12, 40)))

    def best(work, times=200):
        taken = []
        for _ in range(7):
            start = time.process_time()
            for _ in range(times):
                work()
            taken.append(time.process_time() - start)
        return min(taken) / times

    ours = best(lambda: s.pool(y, se).prediction_interval)
    assert ours < 25 * best(lambda: np.linalg.eigh(matrix))
