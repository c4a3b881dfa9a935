"""Interrupted series: R's glm, sandwich and nlme, the Sicilian smoking ban, exact special cases."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skk_analysis.impact.interrupted_series import interrupted_time_series

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "validation" / "impact" / "series_and_surveys"
R = json.loads((HERE / "series.json").read_text(encoding="utf-8"))
SICILY = ROOT.parent / "shared" / "data" / "real" / "sicily.csv"

# glm and IRLS here stop at their own tolerances
ITERATED = 1e-6
# uniroot's tolerance
ROOTS = 1e-7

COUNTS = {"outcome": "count", "family": "poisson", "population": "population"}
OTHER = {"comparison": "other", "comparison_population": "population2"}
SEASON = {"harmonics": 2, "slope_change": True}
CASES = {
    "gaussian": {"outcome": "rate"},
    "gaussian_season": {"outcome": "rate", **SEASON},
    "poisson": COUNTS,
    "poisson_season": COUNTS | SEASON,
    "controlled": COUNTS | OTHER,
}


@pytest.fixture(scope="module")
def series():
    return pd.read_csv(HERE / "series.csv")


def years(values, first=2009, name="rate"):
    index = pd.Index(range(first, first + len(values)), name="year")
    return pd.Series(np.asarray(values, dtype=float), index=index, name=name)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("errors", "se"), [("independent", "se"), ("newey_west", "hac")])
def test_r_gives_the_same(series, case, errors, se):
    found = interrupted_time_series(series, start=31, errors=errors, **CASES[case])
    log = "gaussian" not in case
    value, error = R[case]["coefficient"], R[case][se]
    half = error * stats.t.ppf(0.975, found.details["degrees_of_freedom"])
    limits = np.array([value - half, value, value + half])
    expected = np.exp(limits) if log else limits
    assert [found.interval[0], found.estimate, found.interval[1]] == pytest.approx(
        expected, rel=ITERATED
    )


def test_the_mixture_over_autocorrelation_is_that_of_nlme(series):
    short = series.iloc[20:32].assign(time=range(1, 13))
    found = interrupted_time_series(short, "rate", start=11)
    nlme = R["mixture"]
    assert (found.estimate, found.p, found.details["rho"]) == pytest.approx(
        (nlme["estimate"], nlme["p"], nlme["rho"]), rel=ROOTS
    )
    assert found.interval == pytest.approx((nlme["lower"], nlme["upper"]), rel=ROOTS)


@pytest.mark.skipif(not SICILY.exists(), reason="sicily.csv of the IJE tutorial is not at hand")
@pytest.mark.parametrize(
    ("harmonics", "dispersion", "printed"),
    [(0, 1.0, (0.894, 0.864, 0.925)), (2, None, (0.885, 0.839, 0.933))],
)
def test_sicilian_smoking_ban(harmonics, dispersion, printed):
    # Lopez Bernal, Cummins & Gasparrini (2017): Poisson without season (our lower limit is 0.8647,
    # as glm's is); X
    found = interrupted_time_series(
        pd.read_csv(SICILY), "aces", start=37, family="poisson", population="stdpop",
        errors="independent", harmonics=harmonics, dispersion=dispersion,
    )  # fmt: skip
    tolerance = 0.0008 if dispersion else 0.0016
    assert (found.estimate, *found.interval) == pytest.approx(printed, abs=tolerance)


def test_p_and_interval_come_from_one_inversion(series):
    found = interrupted_time_series(series, "rate", start=31)
    edge = interrupted_time_series(
        series.assign(rate=series["rate"] - found.interval[1] * (series["time"] >= 31)),
        "rate",
        start=31,
    )
    assert edge.interval[1] == pytest.approx(0, abs=1e-9)
    assert edge.p == pytest.approx(0.05, abs=1e-9)


def test_the_effect_moves_with_what_is_added(series):
    base = interrupted_time_series(series, "rate", start=31, slope_change=True, at=40)
    added = series["rate"] + (series["time"] >= 31) * (1.5 + 0.25 * (series["time"] - 31))
    moved = interrupted_time_series(
        series.assign(rate=added), "rate", start=31, slope_change=True, at=40
    )
    assert moved.estimate - base.estimate == pytest.approx(1.5 + 0.25 * 9)
    assert moved.details["difference"] == pytest.approx(moved.estimate)
    assert moved.path["gap"].iloc[-1] - base.path["gap"].iloc[-1] == pytest.approx(3.75)


def test_what_strikes_both_series_alike_cancels(series):
    shocked = series.assign(other=series["rate"] / 2)
    plain = interrupted_time_series(shocked, "rate", start=31, comparison="other")
    shock = np.where(series["time"] >= 35, 7.0, 0.0)
    both = shocked.assign(rate=shocked["rate"] + shock, other=shocked["other"] + shock)
    found = interrupted_time_series(both, "rate", start=31, comparison="other")
    assert found.estimate == pytest.approx(plain.estimate)
    assert found.interval == pytest.approx(plain.interval)
    assert found.n_comparison == 1


def test_a_comparison_may_be_a_second_series(series):
    table = series.set_index("time")
    column = interrupted_time_series(series, "rate", start=31, comparison="count")
    other = interrupted_time_series(table["rate"], start=31, comparison=table["count"])
    assert (other.estimate, other.p) == pytest.approx((column.estimate, column.p))


@pytest.mark.parametrize("controlled", [False, True])
def test_horizon_of_counts_by_the_delta_method(series, controlled):
    from statsmodels.api import GLM, families

    options = {"slope_change": True, "at": 36, "errors": "independent"}
    options |= COUNTS | (OTHER if controlled else {})
    found = interrupted_time_series(series, start=31, **options)
    t, y = series["time"].to_numpy() - 31, series["count"].to_numpy()
    x = np.column_stack([np.ones(40), t, t >= 0, t * (t >= 0)]).astype(float)
    size = series["population"].to_numpy()
    if controlled:
        size = size / series["population2"].to_numpy()
        other = series["other"].to_numpy()
        fit = GLM(np.column_stack([y, other]), x, families.Binomial(), offset=np.log(size)).fit()
        size = size * other
    else:
        fit = GLM(y, x, families.Poisson(), offset=np.log(size)).fit()
    place = 35  # time 36
    without = np.array([1.0, 5, 0, 0])

    def difference(beta):
        return size[place] * (np.exp(x[place] @ beta) - np.exp(without @ beta))

    step = 1e-6 * np.eye(4)
    slope = [(difference(fit.params + h) - difference(fit.params - h)) / 2e-6 for h in step]
    # the plain information's inverse, times the dispersion that the result states
    spread = fit.cov_params() / fit.scale * found.details["dispersion"]
    half = stats.t.ppf(0.975, 36) * np.sqrt(slope @ spread @ slope)
    d = found.details
    assert d["difference"] == pytest.approx(difference(fit.params), rel=ITERATED)
    low, high = d["difference_interval"]
    assert (high - low) / 2 == pytest.approx(half, rel=ITERATED)
    assert d["ratio"] == pytest.approx(found.estimate)
    assert d["ratio_interval"] == pytest.approx(found.interval, rel=ITERATED)
    row = found.path.set_index("time").loc[36]
    assert row["counterfactual"] == pytest.approx(d["counterfactual"])
    assert row["lower"] < row["gap"] < row["upper"]


def test_row_order_does_not_matter(series):
    shuffled = series.sample(frac=1, random_state=1)
    a, b = (interrupted_time_series(s, start=31, **COUNTS) for s in (series, shuffled))
    assert (a.estimate, a.p, *a.interval) == (b.estimate, b.p, *b.interval)


def test_checks_are_made(series):
    found = interrupted_time_series(series, start=31, **COUNTS)
    assert [c.name for c in found.checks] == [
        "points",
        "autocorrelation",
        "pandemic_only",
        "dispersion",
    ]
    assert found.check("points").numbers == {"before": 30, "after": 10, "needed": 8}
    walk = np.random.default_rng(3).standard_normal(60).cumsum()
    walk = {"frame": years(walk, 1960), "time": "year", "start": 2000}
    drift = interrupted_time_series(**walk, errors="independent")
    assert drift.check("autocorrelation").result == "failed"
    allowed = interrupted_time_series(**walk)
    assert allowed.check("autocorrelation").result == "passed"
    assert allowed.details["rho"] > 0.7
    plain = interrupted_time_series(
        series, start=31, errors="independent", dispersion=0.01, **COUNTS
    )
    assert plain.check("dispersion").result == "failed"


def test_the_pandemic_year_is_left_out_beside():
    found = interrupted_time_series(years(NOISE), time="year", start=2019)
    shorter = interrupted_time_series(years(NOISE[:-1]), time="year", start=2019)
    beside = found.details["without_pandemic"]
    assert (beside["estimate"], beside["p"]) == (shorter.estimate, shorter.p)
    assert found.check("pandemic_only").result == "passed"
    assert shorter.check("pandemic_only").result == "not_applicable"
    alone = interrupted_time_series(years(NOISE), time="year", start=2020)
    assert alone.check("pandemic_only").result == "failed"
    assert alone.details["without_pandemic"] is None


NOISE = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]


@pytest.mark.parametrize(
    ("change", "arguments", "says"),
    [
        (lambda s: s.iloc[3:], {}, "only 7 point"),
        (lambda s: s.drop(2013), {}, "gap after year 2012"),
        (lambda s: s.where(s.index != 2011), {}, "rate: no finite number at year 2011"),
        (lambda s: pd.concat([s, s.iloc[:1]]), {}, "year 2009 occurs twice"),
        (lambda s: s, {"slope_change": True}, "cannot tell a change of slope"),
        (lambda s: s, {"start": 2021}, "no point at or after 2021"),
        (lambda s: s, {"harmonics": 1}, "whole season"),
        (lambda s: s, {"at": 2018}, "before the programme"),
        (lambda s: s + 0.5, {"family": "poisson"}, "holds counts"),
        (lambda s: s, {"errors": "hac"}, "errors is one of"),
        (lambda s: s, {"dispersion": 1.0}, "fixed dispersion"),
        (lambda s: s * 0 + s.index, {}, "exactly"),
    ],
)
def test_what_cannot_be_answered_stops(change, arguments, says):
    with pytest.raises(ValueError, match=says):
        interrupted_time_series(
            change(years(NOISE)), **({"time": "year", "start": 2019} | arguments)
        )


def test_counts_without_an_effect():
    counts = years([30, 32, 31, 30, 33, 29, 31, 30, 32, 31, 30, 31], name="cases")
    found = interrupted_time_series(counts, time="year", start=2019, family="poisson")
    assert found.interval[0] < found.details["null"] < found.interval[1]
    assert found.details["null"] == 1
    assert found.p > 0.05
    assert found.mde > 1
