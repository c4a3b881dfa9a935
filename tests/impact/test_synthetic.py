"""Synthetic control: predictors, augmentation, identified range, conformal inference."""

from __future__ import annotations

import importlib.util
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skk_analysis.impact.conformal import conformal_p_values, conformal_synthetic_control
from skk_analysis.impact.gaps import synthetic_control_gaps
from skk_analysis.impact.identified_range import identified_range, identified_range_check
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.placebos import assigned
from skk_analysis.impact.predictors import PredictorGaps, predictors_of
from skk_analysis.impact.simplex import active_set_weights
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.synthetic_control import augmented_synthetic_control, synthetic_control

_spec = importlib.util.spec_from_file_location("panels", Path(__file__).with_name("panels.py"))
panels = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(panels)

FEW = Placebos(count=5)
LEVELS = {"ridge": 0, "intercept": False, "placebos": FEW}


def mixture(shares=(0.6, 0.4), shift=0.0, effect=3.0):
    """Return outcomes whose first unit is a mixture of two others, plus a shift and an effect."""
    values = panels.paths(units=12, seed=8)
    values[0] = np.array(shares) @ values[1:3] + shift
    values[0, 10:] += effect
    return values


# weights on the outcome's path


def test_a_treated_unit_that_is_a_mixture_gets_its_shares_and_the_effect():
    found = synthetic_control(panels.panel_of(mixture()), "y", **LEVELS)
    assert found.estimate == pytest.approx(3.0, abs=1e-9)
    assert found.weights.iloc[:2].tolist() == pytest.approx([0.6, 0.4], abs=1e-9)
    assert found.path["gap"].iloc[:10].abs().max() <= 1e-9


def test_a_constant_takes_a_shift_up():
    panel = panels.panel_of(mixture(shift=40.0))
    assert synthetic_control(panel, "y", ridge=0, placebos=FEW).estimate == pytest.approx(3.0)
    assert abs(synthetic_control(panel, "y", **LEVELS).estimate - 3.0) > 1


def test_a_large_ridge_is_difference_in_differences():
    values = panels.paths()
    own = values[:, 10:].mean(axis=1) - values[:, :10].mean(axis=1)
    found = synthetic_control(panels.panel_of(values), "y", ridge=1e6, placebos=FEW)
    assert found.estimate == pytest.approx(own[0] - own[1:].mean(), abs=1e-6)


# predictors


def with_columns(values, **columns):
    frame = panels.long(values)
    units = frame["unit"].str[1:].astype(int)
    for name, of_unit in columns.items():
        frame[name] = np.asarray(of_unit)[units]
    return Panel(frame, unit="unit", time="year", treated={"u000": 2019}, population="size")


def test_predictors_alone_decide_the_weights():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 12))
    for column in (a, b, c):
        column[0] = 0.3 * column[4] + 0.7 * column[9]
    panel = with_columns(panels.paths(units=12), a=a, b=b, c=c)
    # the mixture fits exactly; so do others, of which the small ridge picks the widest spread
    found = synthetic_control(panel, "y", predictors=["a", "b", "c"], placebos=FEW)
    balance = found.details["balance"]
    assert balance["synthetic"].to_numpy() == pytest.approx(balance["treated"], abs=1e-4)
    assert list(balance.index) == ["a 2009–2018", "b 2009–2018", "c 2009–2018"]
    assert found.details["importance"] == dict.fromkeys(balance.index, pytest.approx(1 / 3))
    assert found.weights.sum() == pytest.approx(1)


def test_a_unit_left_out_takes_its_predictors_along():
    values = panels.paths(units=9, seed=3)
    frame = panels.long(values)
    panel = Panel(frame, unit="unit", time="year", treated={"u000": 2019, "u004": 2019})
    block, wanted = panel.block("y"), ["x", "z", ("y", [2015])]
    kernel = PredictorGaps(predictors_of(panel, block, wanted), "regression")
    keep = block.names != "u004"
    less = block.of_units(keep)
    found = assigned(kernel.of_units(keep), less, less.treated[None, :]).effect[0]
    options = {"predictors": wanted, "importance": "regression", "intercept": False}
    alone = synthetic_control(panel.only("u000"), "y", placebos=FEW, **options)
    assert found == pytest.approx(alone.estimate, abs=1e-9)


def test_the_outcomes_own_years_may_be_predictors():
    values = panels.paths(units=12, seed=2)
    panel = panels.panel_of(values)
    years = [("y", [year]) for year in range(2009, 2019)]
    scale = {f"y {year}": float(values[:, i].var()) for i, (_, [year]) in enumerate(years)}
    by_years = synthetic_control(panel, "y", predictors=years, importance=scale, **LEVELS)
    by_path = synthetic_control(panel, "y", **LEVELS)  # standardising undone: the path itself
    assert by_years.estimate == pytest.approx(by_path.estimate, abs=1e-7)


def test_regression_weighs_by_squared_slopes():
    values = panels.paths(units=12)
    a, b = np.random.default_rng(4).normal(size=(2, 12))
    panel = with_columns(values, a=a, b=b)
    x = np.column_stack([(v - v.mean()) / v.std(ddof=1) for v in (a, b)])
    slopes = np.linalg.lstsq(np.column_stack([np.ones(12), x]), values[:, :10])[0][1:]
    expected = (slopes**2).sum(axis=1) / (slopes**2).sum()
    found = synthetic_control(panel, "y", predictors=["a", "b"], importance="regression", **LEVELS)
    assert list(found.details["importance"].values()) == pytest.approx(expected)


def test_the_nested_search_fits_no_worse_than_any_other_choice():
    values = panels.paths(units=10, seed=6)
    panel = with_columns(values, a=values[:, :5].mean(axis=1), b=values[:, 3], c=values[:, 8])
    miss = {}
    for how in ("standardised", "regression", "nested"):
        found = synthetic_control(
            panel, "y", predictors=["a", "b", "c"], importance=how, ridge=0, intercept=False,
            placebos=Placebos(count=1),
        )  # fmt: skip
        miss[how] = (found.path["gap"].iloc[:10] ** 2).mean()
    table = np.column_stack([values[:, :5].mean(axis=1), values[:, 3], values[:, 8]])
    table = (table - table.mean(axis=0)) / table.std(axis=0, ddof=1)

    def miss_of(shares):
        root = np.sqrt(shares)
        weights = active_set_weights((table[1:] * root).T, table[0] * root)
        return ((values[0, :10] - weights @ values[1:, :10]) ** 2).mean()

    # inside the simplex only: with a share of 0 the inner problem has many solutions
    steps = itertools.product(np.linspace(0.02, 0.96, 25), repeat=2)
    by_grid = min(miss_of([a, b, 1 - a - b]) for a, b in steps if a + b < 0.99)
    assert miss["nested"] <= min(miss["standardised"], miss["regression"], by_grid) * (1 + 1e-6)


@pytest.mark.parametrize(
    ("predictors", "options", "message"),
    [
        ([], {}, "predictors is empty"),
        (["w"], {}, r"predictor 'w 2009–2018': no such column"),
        (
            [("x", [2019])],
            {},
            r"'x 2019': year\(s\) \[2019\] must be in the panel and before.*2019",
        ),
        ([("x", [2011, 1999])], {}, r"'x 1999, 2011': year\(s\) \[1999\]"),
        ([("x", [])], {}, "must be in the panel"),
        (["same"], {}, "'same 2009–2018' is the same in every unit"),
        (["holes"], {}, "'holes 2009–2018': unit u003 has no value"),
        (["unit"], {}, "must hold numbers"),
        (["x"], {"importance": "best"}, "importance is one of .* got 'best'"),
        (["x"], {"importance": {"x": 1}}, r"importance names \['x'\].*\['x 2009–2018'\]"),
        (["x"], {"importance": {"x 2009–2018": -1}}, "must be numbers of 0 or more"),
    ],
)
def test_predictors_that_cannot_be_used_are_refused(predictors, options, message):
    frame = panels.long(panels.paths()).assign(same=1.0)
    frame["holes"] = frame["x"].where(frame["unit"] != "u003")
    panel = Panel(frame, unit="unit", time="year", treated={"u000": 2019})
    with pytest.raises(ValueError, match=message):
        synthetic_control(panel, "y", predictors=predictors, placebos=FEW, **options)


# augmented


def test_augmentation_is_the_papers_formula():
    values = panels.paths(units=15, seed=1)
    values[0] += 4  # outside what a mixture can reach
    found = augmented_synthetic_control(
        panels.panel_of(values), "y", penalty=3.0, ridge=0, placebos=FEW
    )
    x = values[1:, :10] - values[1:, :10].mean(axis=0)
    base = active_set_weights(values[1:, :10].T, values[0, :10])
    missing = values[0, :10] - base @ values[1:, :10]
    weights = base + x @ np.linalg.inv(x.T @ x + 3.0 * np.eye(10)) @ missing
    assert found.weights.to_numpy() == pytest.approx(weights, abs=1e-9)
    assert found.estimate == pytest.approx((values[0] - weights @ values[1:])[10:].mean())


@pytest.mark.parametrize("one_error", [True, False])
def test_the_penalty_is_chosen_by_leaving_out_each_time(one_error):
    values = panels.paths(units=15, seed=1)
    values[0] += 4
    early, target = values[1:, :10], values[0, :10]
    centred = early - early.mean(axis=0)
    path = np.linalg.norm(centred, 2) ** 2 * 1e-8 ** (np.arange(21) / 20)
    errors = np.empty((10, 21))
    for t, (k, penalty) in itertools.product(range(10), enumerate(path)):
        kept = np.arange(10) != t
        base = active_set_weights(early[:, kept].T, target[kept])
        x, missing = centred[:, kept], target[kept] - base @ early[:, kept]
        weights = base + x @ np.linalg.inv(x.T @ x + penalty * np.eye(9)) @ missing
        errors[t, k] = (target[t] - weights @ early[:, t]) ** 2
    mean, spread = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(10)
    bound = mean.min() + one_error * spread[mean.argmin()]
    penalty = path[mean <= bound].max()
    panel = panels.panel_of(values)
    chosen = augmented_synthetic_control(
        panel, "y", one_error=one_error, ridge=0, placebos=FEW
    ).estimate
    given_it = augmented_synthetic_control(panel, "y", penalty=penalty, ridge=0, placebos=FEW)
    assert chosen == pytest.approx(given_it.estimate, abs=1e-9)


def test_augmentation_adds_nothing_to_an_exact_fit():
    found = augmented_synthetic_control(panels.panel_of(mixture()), "y", placebos=FEW)
    assert found.estimate == pytest.approx(3.0, abs=1e-5)


def test_a_penalty_cannot_be_chosen_from_two_times():
    panel = panels.panel_of(panels.paths(times=4))
    with pytest.raises(ValueError, match="there are 2; 3 are needed: give penalty="):
        augmented_synthetic_control(panel, "y", placebos=FEW)


# identified range


def test_the_range_of_weights_that_fit_alike_by_hand():
    # before treatment units 1 and 2 are twins, 3 is far off; after it the twins part
    values = np.array([[1.0, 2, 7], [1, 2, 3], [1, 2, 5], [9, 0, 0]])
    panel = panels.panel_of(values, {"u000": 2011})
    assert identified_range(panel, "y", intercept=False) == pytest.approx((2.0, 4.0), abs=1e-6)


def test_an_identified_effect_has_no_range():
    panel = panels.panel_of(panels.paths(units=8))
    low, high = identified_range(panel, "y", intercept=False)
    assert low == pytest.approx(high, abs=1e-5)
    assert low == pytest.approx(synthetic_control(panel, "y", **LEVELS).estimate, abs=1e-5)


@pytest.mark.parametrize("intercept", [True, False])
def test_every_equally_good_set_of_weights_lies_in_the_range(intercept):
    values = panels.paths(units=60, times=6, seed=2)
    panel = panels.panel_of(values)
    low, high = identified_range(panel, "y", intercept=intercept)
    assert high - low > 0.5
    own = values - values[:, :4].mean(axis=1, keepdims=True) * intercept
    rng = np.random.default_rng(0)
    for _ in range(40):
        some = np.sort(rng.choice(np.arange(1, 60), 45, replace=False))
        weights = active_set_weights(own[some, :4].T, own[0, :4])
        if np.abs(own[0, :4] - weights @ own[some, :4]).max() < 1e-10:
            effect = (own[0] - weights @ own[some])[4:].mean()
            assert low - 1e-6 <= effect <= high + 1e-6


def test_slack_widens_the_range_and_order_does_not_change_it():
    frame = panels.long(panels.paths(units=60, times=6))
    ranges = []
    for table in (frame, frame.sample(frac=1, random_state=1)):
        panel = Panel(table, unit="unit", time="year", treated={"u000": 2013, "u001": 2014})
        ranges.append([identified_range(panel, "y", slack=s) for s in (0, 0.1, 0.5)])
    assert np.abs(np.subtract(*ranges)).max() <= 1e-9
    lows, highs = np.array(ranges[0]).T
    assert (np.diff(lows) < 0).all() and (np.diff(highs) > 0).all()


def test_the_check_compares_the_range_with_the_set():
    panel = panels.panel_of(panels.paths(units=60))
    effect = synthetic_control(panel, "y")
    check = identified_range_check(effect, panel, "y")
    low, high = identified_range(panel, "y")
    assert check.numbers["ratio"] == (high - low) / np.diff(effect.interval)[0]
    assert check.result == ("passed" if check.numbers["ratio"] <= 1 else "failed")
    few = synthetic_control(panel, "y", placebos=FEW)
    assert identified_range_check(few, panel, "y").result == "inconclusive"
    with pytest.raises(ValueError, match="name the outcome"):
        identified_range(panel)
    with pytest.raises(ValueError, match="slack must be 0 or more"):
        identified_range(panel, "y", slack=-1)


# conformal inference


def p_by_hand(values, supposed, moved, ridge=1.3):
    """Return the p-value of a supposed effect in the last two times, and one permutation a row."""
    own = values.copy()
    own[0, -2:] -= supposed
    times = own.shape[1]
    gaps = synthetic_control_gaps(
        np.hstack([own, own[:, :1]]),  # a time after all that are fitted, which plays no part
        np.array([[0]]),
        (np.arange(len(own)) > 0)[None, :],
        times,
        ridge=ridge,
    ).gap[0, :times]
    statistic = [sum(abs(gaps[t]) for t in after) for after in moved]
    return np.mean(np.array(statistic) >= statistic[0] - 1e-12)


@pytest.mark.parametrize(
    ("kind", "moved"),
    [
        ("moving_block", [[(10 + j) % 12, (11 + j) % 12] for j in range(12)]),
        ("iid", [[10, 11], *itertools.combinations(range(12), 2)][:67]),
    ],
)
def test_p_counts_permutations_of_errors_fitted_under_the_null(kind, moved):
    moved = [m for i, m in enumerate(map(list, moved)) if i == 0 or m != [10, 11]]
    values = panels.paths(units=20)
    values[0, 10:] += 3
    found = conformal_synthetic_control(
        panels.panel_of(values), "y", permutations=kind, level=0.85, ridge=1.3
    )
    assert found.p == pytest.approx(p_by_hand(values, 0.0, moved))
    assert found.details["smallest_p"] == 1 / len(moved)
    low, high = found.interval
    for inside, supposed in (
        (True, low + 1e-4), (True, high - 1e-4), (False, low - 1e-4), (False, high + 1e-4)
    ):  # fmt: skip
        assert (p_by_hand(values, supposed, moved) > 0.15) is np.bool_(inside)


@given(shift=st.floats(-20, 20))
@settings(max_examples=10, deadline=None)
def test_a_shift_after_treatment_shifts_the_set(shift):
    values = panels.paths(units=20)
    moved = values.copy()
    moved[0, 10:] += shift
    plain, other = (
        conformal_synthetic_control(panels.panel_of(v), "y", permutations="iid", ridge=1.0)
        for v in (values, moved)
    )
    assert np.subtract(other.interval, plain.interval) == pytest.approx([shift] * 2, abs=1e-3)


def test_too_few_times_give_no_number():
    found = conformal_synthetic_control(panels.panel_of(panels.paths()), "y")
    assert math.isnan(found.p) and math.isnan(found.interval[0])
    assert found.check("attainable_p").result == "failed"
    assert found.check("attainable_p").numbers["p"] == 1 / 12
    assert found.details["reason"] == "too_few_times"
    assert found.path[["lower", "upper"]].isna().all(axis=None)
    assert math.isfinite(found.estimate)


def test_each_year_after_treatment_has_limits_of_its_own():
    panel = panels.panel_of(panels.paths(times=24), {"u000": 2031})
    whole = conformal_synthetic_control(panel, "y", level=0.9)
    alone = conformal_synthetic_control(panel.until(2031), "y", level=0.9)
    at = whole.path.set_index("time").loc[2031]
    low, high = alone.interval
    assert at["observed"] - at["upper"] == pytest.approx(low, abs=1e-4)
    assert at["observed"] - at["lower"] == pytest.approx(high, abs=1e-4)
    assert at["lower"] < at["counterfactual"] < at["upper"]


def test_what_conformal_inference_is_not_for_is_refused():
    panel = panels.panel_of(panels.paths(), {"u000": 2018, "u001": 2019})
    with pytest.raises(ValueError, match=r"begin in \[2018, 2019\].*panel.only"):
        conformal_synthetic_control(panel, "y")
    with pytest.raises(ValueError, match="permutations is one of"):
        conformal_synthetic_control(panel.only("u000"), "y", permutations="block")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["moving_block", "iid"])
def test_conformal_inference_has_its_size(kind):
    rng = np.random.default_rng(0)
    rejected = []
    for _ in range(400):
        values = rng.normal(size=(1, 21)).cumsum(axis=1) + rng.normal(size=(21, 21))
        block = panels.panel_of(values, {"u000": 2028}).block("y")
        p = conformal_p_values(block, [0.0], permutations=kind, draws=199)[0]
        rejected.append(p <= 0.1)
    assert np.mean(rejected) <= 0.1 + 3 * math.sqrt(0.09 / 400)
    assert np.mean(rejected) >= 0.04
