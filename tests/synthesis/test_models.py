"""Moderators, groups, levels and funnels where R has no pinned answer: exact cases and edges."""

import doctest
import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skk_analysis import synthesis as s
from skk_analysis.synthesis.nested import NestedModel, restricted_maximum
from skk_analysis.synthesis.robust import cr2

RNG = np.random.default_rng(7)
X = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
Y = np.array([0.1, 0.4, 0.3, 0.9, 0.8, 1.3, 1.1, 1.6])
SAME = np.full(8, 0.05)


MODULES = [module.name for module in pkgutil.iter_modules(s.__path__)]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_the_docstrings(module):
    found = doctest.testmod(importlib.import_module(f"skk_analysis.synthesis.{module}"))
    assert not found.failed


# -- meta-regression -------------------------------------------------------------------------


def test_equal_errors_give_ordinary_least_squares():
    model = s.meta_regression(Y, SAME, X, inference="knapp_hartung")
    line = stats.linregress(X, Y)
    row = model.coefficients.iloc[1]
    assert row["estimate"] == pytest.approx(line.slope)
    assert row["se"] == pytest.approx(line.stderr)
    assert row["p"] == pytest.approx(line.pvalue)
    assert model.omnibus_p == pytest.approx(line.pvalue)  # F of one moderator is its t squared
    at = model.predict([[2.0], [9.0]])
    assert at["estimate"].tolist() == pytest.approx(line.intercept + line.slope * np.array([2, 9]))
    assert (at["prediction_lower"] < at["lower"]).all()


def test_a_moderator_that_explains_all_or_nothing():
    model = s.meta_regression(X, SAME, X + 0.001 * np.sin(X))
    assert model.r2 == pytest.approx(1.0)
    assert np.isnan(s.meta_regression(np.full(8, 0.3), SAME, X).r2)


def test_text_moderators_are_differences_from_the_first_level():
    kind = ["b", "a", "b", "a", "c", "c", "a", "b"]
    model = s.meta_regression(Y, SAME, pd.DataFrame({"kind": kind}))
    assert list(model.coefficients["term"]) == ["intercept", "kind[b]", "kind[c]"]
    means = pd.Series(Y).groupby(kind).mean()
    expected = [means["a"], means["b"] - means["a"], means["c"] - means["a"]]
    assert model.coefficients["estimate"].tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("moderators", "message"),
    [
        (None, "needs moderators"),
        ([1.0, np.nan, *X[2:]], "study '2': moderator 'x1' is missing"),
        ([1.0, np.inf, *X[2:]], "study '2': moderator 'x1' is inf"),
        (np.ones(8), "can't be told apart"),
        (np.column_stack([X, 2 * X]), "can't be told apart"),
        (X[:5], "8 studies but 5 rows"),
        (np.eye(8)[:, :7], "8 studies can't carry 8 coefficients"),
    ],
)
def test_moderators_that_cant_be_estimated(moderators, message):
    with pytest.raises(ValueError, match=message):
        s.meta_regression(Y, SAME, moderators)


# -- groups ----------------------------------------------------------------------------------


def test_separate_groups_are_compared_by_welchs_test():
    groups = np.array(["a", "a", "a", "b", "b", "b", "b", "b", "c", "c", "c", "c"])
    y = RNG.normal(size=12) + (groups == "b")
    se = np.full(12, 0.01)
    found = s.subgroups(y, se, groups, heterogeneity="separate", inference="knapp_hartung")
    from statsmodels.stats.oneway import anova_oneway

    theirs = anova_oneway(y, groups, use_var="unequal", welch_correction=True)
    assert found.statistic == pytest.approx(theirs.statistic)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.degrees == pytest.approx((theirs.df_num, theirs.df_denom))


def test_groups_that_cant_be_compared():
    with pytest.raises(ValueError, match="one group only"):
        s.subgroups(Y, SAME, ["a"] * 8)
    with pytest.raises(ValueError, match="study '2' has no group"):
        s.subgroups(Y, SAME, ["a", None, *"bbbbbb"])
    with pytest.raises(s.RefusedError, match="nothing to be pooled"):
        s.subgroups(Y, SAME, list("abbbbbbb"), heterogeneity="separate")
    matrix = np.diag(SAME**2)
    matrix[0, 7] = matrix[7, 0] = 0.5 * SAME[0] ** 2
    with pytest.raises(ValueError, match="shares comparison units"):
        s.subgroups(Y, None, list("aaaabbbb"), heterogeneity="separate", covariance=matrix)
    assert len(s.subgroups(Y, None, list("aaaabbbb"), covariance=matrix).table) == 2


# -- levels ----------------------------------------------------------------------------------


def test_one_effect_a_study_is_ordinary_pooling():
    y, se = Y, np.linspace(0.05, 0.3, 8)
    model = s.multilevel(y, se, list("abcdefgh"), inference="model")
    pooled = s.pool(y, se)
    assert model.estimate == pytest.approx(pooled.estimate, rel=1e-6)
    # with one effect a study the two variances can't be told apart, but their sum can
    assert model.between + model.within == pytest.approx(pooled.tau2, rel=1e-5)
    frame = pd.DataFrame({"study": list("abcdefgh"), "estimate": y, "se": se})
    assert s.multilevel(frame, inference="model").between == model.between
    assert model.coefficients["se_model"][0] == pytest.approx(pooled.se / pooled.factor**0.5)


def test_balanced_levels_have_the_analysis_of_variance_s_answer():
    studies = np.repeat(np.arange(10), 4)
    y = RNG.normal(size=10).repeat(4) + 0.5 * RNG.normal(size=40)
    model = s.multilevel(y, np.full(40, 0.1), studies)
    cells = y.reshape(10, 4)
    inside = cells.var(axis=1, ddof=1).mean()
    assert model.within == pytest.approx(inside - 0.01, rel=1e-6)
    assert model.between == pytest.approx(cells.mean(1).var(ddof=1) - inside / 4, rel=1e-6)
    # CR2 of balanced clusters is the t-test of their means
    assert model.se == pytest.approx(cells.mean(1).std(ddof=1) / 10**0.5)
    assert model.coefficients["degrees"][0] == pytest.approx(9)


def test_the_likelihood_has_no_higher_point_nearby():
    sizes = np.array([1, 5, 2, 7, 3, 1, 4])
    codes = np.repeat(np.arange(7), sizes)
    errors = RNG.uniform(0.05, 0.6, sizes.sum())
    together = (codes[:, None] == codes).astype(float)
    x = np.ones((len(codes), 1))
    for between, within in ((0.0, 0.0), (0.3, 0.0), (0.0, 0.3), (0.3, 0.1)):
        y = RNG.normal(size=7)[codes] * between**0.5 + RNG.normal(size=len(codes)) * np.sqrt(
            errors**2 + within
        )
        model = NestedModel(y, x, np.diag(errors**2), together)
        found = restricted_maximum(model)
        best = model.at(*found).log_likelihood
        for b in np.linspace(0, 1.5, 16):
            for w in np.linspace(0, 1.5, 16):
                assert model.at(b, w).log_likelihood <= best + 1e-9


def test_levels_that_cant_be_fitted():
    with pytest.raises(s.RefusedError, match="1 studies can't carry 1 coefficients"):
        s.multilevel(Y, SAME, ["a"] * 8)
    with pytest.raises(ValueError, match="correlation lies from 0"):
        s.multilevel(Y, SAME, list("aabbccdd"), correlation=1.0)
    with pytest.raises(ValueError, match="effect '3' has no study"):
        s.multilevel(Y, SAME, ["a", "a", None, *"bbccd"])
    with pytest.raises(ValueError, match="not independent clusters"):
        full = np.diag(SAME**2) + 0.001
        s.multilevel(Y, None, list("aabbccdd"), covariance=full)


def test_robust_variance_is_unbiased_where_the_working_model_is_right():
    codes = np.repeat(np.arange(6), [1, 2, 3, 4, 5, 6])
    x = np.column_stack([np.ones(21), RNG.normal(size=21)])
    working = np.diag(RNG.uniform(0.5, 2, 21)) + 0.7 * (codes[:, None] == codes)
    inverse = np.linalg.inv(working)
    bread = np.linalg.inv(x.T @ inverse @ x)
    root = np.linalg.cholesky(working)
    # the mean of the quadratic forms over errors with the working covariance, column by column
    maker = np.eye(21) - x @ bread @ x.T @ inverse
    total = sum(cr2(x, maker @ column, working, codes)[0] for column in root.T)
    assert total == pytest.approx(bread)


# -- funnels ---------------------------------------------------------------------------------


def test_funnels_are_not_judged_below_ten_studies():
    for test in (s.egger, s.begg, s.trim_and_fill):
        with pytest.raises(s.RefusedError, match="needs 10") as refused:
            test(Y, SAME)
        assert refused.value.reason.numbers == {"k": 8, "needed": 10}
        with pytest.raises(s.RefusedError, match="same standard error"):
            test(np.arange(12.0), np.full(12, 0.1))


def test_a_symmetric_funnel_lacks_nothing():
    se = np.repeat(np.linspace(0.1, 0.5, 6), 2)
    y = 0.3 + np.tile([1.0, -1.0], 6) * se
    assert s.egger(y, se).statistic == pytest.approx(0.0, abs=1e-9)
    filled = s.trim_and_fill(y, se, side="left")
    assert filled.missing == 0
    assert filled.filled.estimate == pytest.approx(filled.pooled.estimate)
    assert len(filled.to_frame()) == 2


def test_trimming_finds_what_was_cut_off():
    se = np.repeat(np.linspace(0.05, 0.5, 12), 2)
    y = np.tile([1.0, -1.0], 12) * se * np.repeat(RNG.uniform(0.2, 2.0, 12), 2)
    kept = np.argsort(y)[4:]
    found = s.trim_and_fill(y[kept], se[kept])
    assert found.side == "left"
    assert abs(found.filled.estimate) < abs(found.pooled.estimate)
    assert (found.added["estimate"] < y[kept].min() + 0.5).all()
    with pytest.raises(ValueError, match="estimator is 'L0' or 'R0'"):
        s.trim_and_fill(y, se, estimator="Q0")
