"""Indices of one distribution: closed forms, worked anchors, properties and influence functions."""

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from skk_analysis import metrics as m
from skk_analysis.metrics.density import density_at
from skk_analysis.metrics.distribution import Distribution

# Midpoints of 200 000 equal steps of probability stand for the whole distribution; what is left is
# the discretisation, largest in the open tails.
P = (np.arange(200_000) + 0.5) / 200_000
SIGMA, TAIL = 0.6, 3.0
LOGNORMAL = np.exp(SIGMA * norm.ppf(P))
PARETO = (1 - P) ** (-1 / TAIL)
EXPONENTIAL = -np.log1p(-P)
UNIFORM = P
Phi = norm.cdf
GINI_LN = 2 * Phi(SIGMA / math.sqrt(2)) - 1


def lorenz_ln(p):
    return Phi(norm.ppf(p) - SIGMA)


def lorenz_pareto(p):
    return 1 - (1 - p) ** (1 - 1 / TAIL)


GE_HALF = partial(m.generalized_entropy, alpha=0.5)
GE2 = partial(m.generalized_entropy, alpha=2)
A1, A2 = partial(m.atkinson, epsilon=1), partial(m.atkinson, epsilon=2)
TOP = partial(m.quantile_share, lower=0.9, upper=1)
DER = partial(m.duclos_esteban_ray, bandwidth=0.002)

CLOSED_FORMS = [
    # (index, population, value, relative tolerance)
    (m.gini, LOGNORMAL, GINI_LN, 1e-4),
    (m.theil_t, LOGNORMAL, SIGMA**2 / 2, 1e-3),
    (m.mld, LOGNORMAL, SIGMA**2 / 2, 1e-3),
    (GE2, LOGNORMAL, (math.exp(SIGMA**2) - 1) / 2, 5e-3),
    (GE_HALF, LOGNORMAL, (math.exp(-(SIGMA**2) / 8) - 1) / -0.25, 1e-3),
    (m.atkinson, LOGNORMAL, 1 - math.exp(-(SIGMA**2) / 4), 1e-3),
    (A1, LOGNORMAL, 1 - math.exp(-(SIGMA**2) / 2), 1e-3),
    (A2, LOGNORMAL, 1 - math.exp(-(SIGMA**2)), 1e-3),
    (m.hoover, LOGNORMAL, 2 * Phi(SIGMA / 2) - 1, 1e-4),
    (m.coefficient_of_variation, LOGNORMAL, math.sqrt(math.exp(SIGMA**2) - 1), 5e-3),
    (m.quantile_share, LOGNORMAL, lorenz_ln(0.2), 1e-4),
    (TOP, LOGNORMAL, 1 - lorenz_ln(0.9), 1e-3),
    (m.s80s20, LOGNORMAL, (1 - lorenz_ln(0.8)) / lorenz_ln(0.2), 1e-3),
    (m.palma, LOGNORMAL, (1 - lorenz_ln(0.9)) / lorenz_ln(0.4), 1e-3),
    (m.percentile_ratio, LOGNORMAL, math.exp(2 * norm.ppf(0.9) * SIGMA), 1e-4),
    (m.low_income_rate, LOGNORMAL, Phi(math.log(0.6) / SIGMA), 1e-4),
    (
        m.wolfson,
        LOGNORMAL,
        4 * math.exp(SIGMA**2 / 2) * (0.5 - lorenz_ln(0.5) - GINI_LN / 2),
        1e-3,
    ),
    (m.gini, PARETO, 1 / (2 * TAIL - 1), 1e-3),
    (m.theil_t, PARETO, math.log((TAIL - 1) / TAIL) + 1 / (TAIL - 1), 5e-3),
    (m.mld, PARETO, math.log(TAIL / (TAIL - 1)) - 1 / TAIL, 1e-3),
    (m.s80s20, PARETO, (1 - lorenz_pareto(0.8)) / lorenz_pareto(0.2), 1e-3),
    (m.palma, PARETO, (1 - lorenz_pareto(0.9)) / lorenz_pareto(0.4), 1e-3),
    (m.percentile_ratio, PARETO, 9 ** (1 / TAIL), 1e-4),
    (m.low_income_rate, PARETO, 0.0, 0),
    (m.gini, UNIFORM, 1 / 3, 1e-6),
    (m.theil_t, UNIFORM, math.log(2) - 0.5, 1e-5),
    (m.mld, UNIFORM, 1 - math.log(2), 1e-4),
    (m.hoover, UNIFORM, 0.25, 1e-6),
    (m.coefficient_of_variation, UNIFORM, 1 / math.sqrt(3), 1e-6),
    (m.s80s20, UNIFORM, 9.0, 1e-4),
    (m.palma, UNIFORM, 0.19 / 0.16, 1e-4),
    (m.percentile_ratio, UNIFORM, 9.0, 1e-4),
    (m.low_income_rate, UNIFORM, 0.3, 1e-4),
    (m.wolfson, UNIFORM, 1 / 3, 1e-5),
    (A1, UNIFORM, 1 - 2 / math.e, 1e-4),
    (m.gini, EXPONENTIAL, 0.5, 1e-4),
    (m.theil_t, EXPONENTIAL, 1 - np.euler_gamma, 1e-3),
    (m.mld, EXPONENTIAL, np.euler_gamma, 1e-3),
    (m.median, EXPONENTIAL, math.log(2), 1e-4),
    (partial(m.quantile, p=0.9), EXPONENTIAL, math.log(10), 1e-4),
    # the kernel blurs the jump at the ends of the range: error of order bandwidth
    (partial(DER, alpha=0.5), UNIFORM, 2**-0.5 * 2 / 3, 5e-3),
    (partial(DER, alpha=1), UNIFORM, 2**-1 * 2 / 3, 5e-3),
    (partial(DER, alpha=0.25), EXPONENTIAL, 1 / 1.25**2 - 1 / 1.25 + 2 / 2.25, 5e-3),
    (partial(DER, alpha=1), EXPONENTIAL, 1 / 4 - 1 / 2 + 2 / 3, 5e-3),
]


@pytest.mark.parametrize(("index", "population", "value", "tolerance"), CLOSED_FORMS)
def test_closed_forms(index, population, value, tolerance):
    assert index(population).value == pytest.approx(value, rel=tolerance, abs=1e-12)


WORKED = [
    # programme.md §7.2
    (m.gini, [1, 2, 3, 4], 0.25),
    (m.gini, [1.5, 1.5, 3.5, 3.5], 0.20),
    (m.wolfson, [1, 2, 3, 4], 0.30),
    (m.wolfson, [1.5, 1.5, 3.5, 3.5], 0.40),
    (m.theil_t, [1, 2, 3, 4], 0.106440),
    # methods.md B2: what the known packages get wrong
    (m.gini, [1, 2, 3, 4, 5], 0.2667),
    (A1, [1, 2, 3, 4, 5], 0.1316),
    (m.hoover, [1, 2, 3, 4, 5], 0.2),
    (m.theil_t, [0, 1, 2, 3], 0.3749),
    (m.atkinson, [0, 1, 2, 3], 0.2837),
    (m.s80s20, range(1, 6), 5),
    (m.s80s20, range(1, 11), 19 / 3),
    (m.s80s20, range(1, 101), 181 / 21),
    (m.wolfson, [1, 2, 3, 4, 5], 0.2667),
    (m.wolfson, [0] * 50 + [2] * 50, 1.0),
    # the person at a cut is split: the median of three belongs by half to each side
    (partial(m.quantile_share, lower=0, upper=0.5), [1, 2, 3], (1 + 1) / 6),
    (m.median, [1, 2, 3, 4], 2.5),
    (m.percentile_ratio, range(1, 11), 9.5 / 1.5),
    # strictly under the line: 3 is not under 0.6 × 5
    (m.low_income_rate, [3, 3, 5, 7, 9], 0.0),
    (partial(m.low_income_rate, line=3), [1, 3, 5, 7], 0.25),
    (partial(m.low_income_rate, share=0.5), [1, 2, 4, 5], 0.25),
    (m.proportion, [1, 0, 0, 0], 0.25),
    (m.mean, [1, 2, 6], 3),
]


@pytest.mark.parametrize(("index", "incomes", "value"), WORKED)
def test_worked_examples(index, incomes, value):
    assert index(list(incomes)).value == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize("total", [1, 6, 1e9])
def test_weighted_gini_does_not_depend_on_the_scale_of_weights(total):
    weights = np.array([1, 2, 3]) * total / 6
    assert m.gini([1, 2, 3], weights=weights).value == pytest.approx(1 / 6, rel=1e-12)


SMOOTH = {
    "mean": m.mean,
    "gini": m.gini,
    "theil_t": m.theil_t,
    "mld": m.mld,
    "ge(-1)": partial(m.generalized_entropy, alpha=-1),
    "ge(2)": GE2,
    "atkinson": m.atkinson,
    "atkinson(1)": A1,
    "atkinson(2)": A2,
    "hoover": m.hoover,
    "cv": m.coefficient_of_variation,
    "quantile_share": m.quantile_share,
    "quantile_share(top)": TOP,
    "s80s20": m.s80s20,
    "palma": m.palma,
    "low_income_rate(line)": partial(m.low_income_rate, line=0.9),
}
BY_DENSITY = {
    "median": m.median,
    "percentile_ratio": m.percentile_ratio,
    "low_income_rate": m.low_income_rate,
    "wolfson": m.wolfson,
    "der": partial(m.duclos_esteban_ray, bandwidth=0.1),
}
EVERY = SMOOTH | BY_DENSITY
RELATIVE = {k: v for k, v in EVERY.items() if k not in ("mean", "median", "low_income_rate(line)")}

incomes = st.lists(st.integers(1, 500), min_size=8, max_size=40).filter(lambda y: len(set(y)) > 3)
slowly = settings(deadline=None, max_examples=10)


@pytest.mark.parametrize("name", SMOOTH)
def test_influence_function_is_the_derivative_by_a_little_weight(name):
    rng = np.random.default_rng(8)
    y, w = rng.lognormal(0, 0.6, 60), rng.uniform(1, 5, 60)
    index, step = SMOOTH[name], 1e-6
    (part,) = index(y, weights=w).influence
    influence = part.totals[np.argsort(part.units)] / (w / w.sum())
    for i in (0, 17, 42, int(np.argmax(y)), int(np.argmin(y))):
        more = w / w.sum() * (1 - step)
        more[i] += step
        slope = (index(y, weights=more).value - index(y, weights=w).value) / step
        assert influence[i] == pytest.approx(slope, rel=2e-3, abs=2e-4)


@pytest.mark.parametrize("name", BY_DENSITY)
def test_standard_errors_that_need_a_density_match_repeated_sampling(name):
    rng = np.random.default_rng(4)
    estimates = [BY_DENSITY[name](rng.lognormal(0, 0.5, 1000)) for _ in range(150)]
    spread = np.std([e.value for e in estimates], ddof=1)
    # 150 samples know a standard deviation to ±6 %
    assert np.mean([e.se for e in estimates]) == pytest.approx(spread, rel=0.17)


@pytest.mark.parametrize("name", EVERY)
@slowly
@given(y=incomes, seed=st.integers(0, 2**16), scale=st.sampled_from([1e-6, 0.5, 7.0, 1e6]))
def test_invariances(name, y, seed, scale):
    """Order of rows, scale of weights, and replication do not matter; nor does the currency."""
    y, rng = np.array(y, dtype=float), np.random.default_rng(seed)
    w = rng.integers(1, 4, len(y)).astype(float)
    index = EVERY[name]
    try:
        value = index(y, weights=w).value
    except ValueError:
        assume(False)
    order = rng.permutation(len(y))
    close = partial(pytest.approx, rel=1e-9, abs=1e-12)
    assert index(y[order], weights=w[order]).value == close(value)
    assert index(y, weights=w * scale).value == close(value)
    assert index(np.repeat(y, w.astype(int))).value == close(value)
    if name in RELATIVE:
        assert index(y * 4.0, weights=w).value == close(value)


@pytest.mark.parametrize("name", EVERY)
@slowly
@given(y=incomes, seed=st.integers(0, 2**16))
def test_ties_do_not_depend_on_row_order(name, y, seed):
    y, rng = np.array(y, dtype=float), np.random.default_rng(seed)
    y[1::2] = y[::2][: len(y[1::2])]
    w, order = rng.uniform(1, 3, len(y)), rng.permutation(len(y))
    try:
        a = EVERY[name](y, weights=w)
    except ValueError:
        assume(False)
    b = EVERY[name](y[order], weights=w[order])
    assert b.value == pytest.approx(a.value, rel=1e-9)
    assert b.se == pytest.approx(a.se, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(
    "name", ["gini", "theil_t", "mld", "ge(2)", "atkinson", "atkinson(1)", "cv", "hoover"]
)
@slowly
@given(y=incomes, ends=st.tuples(st.integers(0, 7), st.integers(0, 7)), part=st.floats(0.01, 0.5))
def test_a_transfer_from_richer_to_poorer_never_raises_inequality(name, y, ends, part):
    y = np.sort(np.array(y, dtype=float))
    low, high = sorted(ends)
    assume(y[high] > y[low])
    after = y.copy()
    gift = part * (y[high] - y[low])
    after[[low, high]] += gift, -gift
    assert EVERY[name](after).value <= EVERY[name](y).value + 1e-12


@pytest.mark.parametrize("name", EVERY)
def test_full_equality(name):
    index = EVERY[name]
    if name == "der":
        index = partial(m.duclos_esteban_ray, bandwidth=0.1)
    equal = {"mean": 7, "median": 7, "s80s20": 1, "palma": 0.25, "percentile_ratio": 1}
    equal |= {"quantile_share": 0.2, "quantile_share(top)": 0.1}
    e = index([7.0] * 20)
    assert e.value == pytest.approx(equal.get(name, 0), abs=1e-12)
    assert e.se == pytest.approx(0, abs=1e-12)


ZERO_STOPS = ["mld", "ge(-1)", "atkinson(1)", "atkinson(2)"]


@pytest.mark.parametrize("name", EVERY)
def test_zeros_are_kept_or_stopped_with_a_message(name):
    y = [0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    if name in ZERO_STOPS:
        with pytest.raises(ValueError, match=r"> 0: 1 of 12 are not, the smallest is 0 .row 0."):
            EVERY[name](y)
    else:
        assert math.isfinite(EVERY[name](y).value)


@pytest.mark.parametrize("name", EVERY)
def test_negative_values_are_named_or_stopped(name):
    y = [-1.0, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    if name in ZERO_STOPS or name in ("theil_t", "ge(2)", "atkinson"):
        with pytest.raises(ValueError, match="1 of 12 are not, the smallest is -1"):
            EVERY[name](y)
    else:
        e = EVERY[name](y)
        unaffected = ("mean", "median", "percentile_ratio", "low_income_rate")
        assert name.startswith(unaffected) or "1 negative values kept" in e.method


STOPS = [
    (m.gini, [-1, 1], "divides by the mean, which is 0"),
    (m.s80s20, [0, 0, 0, 0, 1], "poorest 20%, 0 a head, which must be > 0"),
    (m.percentile_ratio, [0, 0, 0, 1], "0.1 quantile, which is 0"),
    (m.wolfson, [0, 0, 0, 1], "median, which is 0"),
    (m.proportion, [0, 1, 2], r"0/1 or true/false, got 2 .row 2."),
    (partial(m.atkinson, epsilon=0), [1, 2], "epsilon > 0, got 0"),
    (partial(m.quantile, p=50), [1, 2], "got 50; a median is p=0.5"),
    (partial(m.percentile_ratio, upper=90, lower=10), [1, 2], "got lower=10, upper=90"),
    (partial(m.quantile_share, lower=0.5, upper=0.2), [1, 2], "got lower=0.5, upper=0.2"),
    (partial(m.duclos_esteban_ray, alpha=0), [1, 2], "got 0"),
    (m.duclos_esteban_ray, [2, 2, 2], "all values are equal"),
    (partial(m.duclos_esteban_ray, bandwidth=-1), [1, 2], "bandwidth must be > 0, got -1"),
]


@pytest.mark.parametrize(("index", "y", "message"), STOPS)
def test_undefined_input_stops(index, y, message):
    with pytest.raises(ValueError, match=message):
        index(y)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 1.0])
def test_polarisation_within_1e_4_of_the_exact_sum(alpha):
    rng = np.random.default_rng(2)
    y, w = rng.lognormal(0, 0.7, 3000), rng.uniform(1, 3, 3000)
    fast = m.duclos_esteban_ray(y, weights=w, alpha=alpha)
    width = float(fast.method.split("bandwidth ")[1])
    x, p = y / np.average(y, weights=w), w / w.sum()
    apart = x[:, None] - x[None, :]
    density = np.exp(-0.5 * (apart / width) ** 2) @ p / (width * math.sqrt(2 * math.pi))
    exact = (p * density**alpha) @ np.abs(apart) @ p
    fixed = m.duclos_esteban_ray(y, weights=w, alpha=alpha, bandwidth=width)
    assert fixed.value == pytest.approx(exact, rel=1e-4)


def test_polarisation_of_a_pure_two_point_society_is_seen_by_both_indices():
    middle, poles = np.repeat([1.0, 2, 3, 4], 50), np.repeat([1.5, 1.5, 3.5, 3.5], 50)
    assert m.gini(poles).value < m.gini(middle).value
    for index in (m.wolfson, partial(m.duclos_esteban_ray, alpha=1, bandwidth=0.2)):
        assert index(poles).value > index(middle).value


def test_binned_density_integrates_to_one_and_does_not_wrap_around():
    x = np.array([0.0, 0.0, 10.0])
    share = np.array([0.25, 0.25, 0.5])
    assert density_at(x, share, 0.5) == pytest.approx(norm.pdf(0) / 0.5 * 0.5, rel=5e-3)


def test_a_line_estimated_elsewhere_carries_its_error():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"y": rng.lognormal(0, 0.5, 2000), "city": np.repeat([0, 1, 1, 1], 500)})
    design = m.SurveyDesign(frame)
    line = 0.6 * m.median(design, "y")
    whole, own = (m.low_income_rate(design, "y", line=k) for k in (line, None))
    assert whole.value == own.value
    assert whole.se == pytest.approx(own.se, rel=1e-9)
    city = m.low_income_rate(design.where("city == 0"), "y", line=line)
    assert city.se > m.low_income_rate(design.where("city == 0"), "y", line=line.value).se


def test_quantile_error_is_woodruffs():
    rng = np.random.default_rng(9)
    errors = [m.median(rng.normal(size=5000)).se for _ in range(30)]
    assert np.mean(errors) == pytest.approx(math.sqrt(math.pi / 2 / 5000), rel=0.05)
    heaped = m.median(np.repeat([1.0, 2.0], [900, 100]))
    assert math.isfinite(heaped.se)


def test_lorenz_curve():
    curve = m.lorenz_curve(LOGNORMAL, points=10)
    assert curve["income_share"].to_numpy()[1:-1] == pytest.approx(
        lorenz_ln(np.arange(1, 10) / 10), rel=2e-3
    )
    assert curve.iloc[[0, -1]]["se"].tolist() == [0, 0]
    assert (curve["lower"] <= curve["income_share"]).all()
    assert list(m.lorenz_curve([1, 2], points=[0.5])["population_share"]) == [0.5]


def test_table_equals_the_indices_one_by_one():
    rng = np.random.default_rng(12)
    frame = pd.DataFrame(
        {"y": rng.lognormal(0, 0.5, 400), "w": rng.uniform(1, 2, 400), "g": np.tile([1, 2], 200)}
    )
    table = m.inequality_table(frame, "y", weights="w", by="g")
    assert list(table.columns) == [
        "index", "g", "value", "se", "lower", "upper", "n", "method",
    ]  # fmt: skip
    assert len(table) == 2 * 9
    for row in table.to_dict("records"):
        e = m.INDICES[row["index"]](frame[frame["g"] == row["g"]], "y", weights="w")
        assert row["value"] == pytest.approx(e.value, rel=1e-12)
    labelled = m.inequality_table(frame, "y", indices={"A(2)": A2, "G": "gini"})
    assert labelled["index"].tolist() == ["A(2)", "G"]
    by_name = m.inequality_table(frame, "y", indices=[A2, "gini"])
    assert by_name["index"].tolist() == ["atkinson(epsilon=2)", "gini"]
    assert m.inequality_table(frame, "y", indices="gini")["value"].size == 1


def test_a_new_index_is_its_value_and_influence_function():
    @m.index(bounds=(0, math.inf))
    def mean_of_squares(dist: Distribution) -> m.Linearised:
        square = np.square(dist.values)
        value = float(dist.share @ square)
        return m.Linearised(value, square - value)

    try:
        e = mean_of_squares([1, 2, 3])
        assert e.value == pytest.approx(14 / 3)
        assert m.inequality_table([1, 2, 3], indices=["mean_of_squares"])["se"][0] == e.se
    finally:
        del m.INDICES["mean_of_squares"]
