"""Agreement with R's metafor, clubSandwich and robumeta on the data sets shipped with metafor.

``validation/synthesis/README.md`` says what agrees to which digit and how to make the values again.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis import synthesis as s
from skk_analysis.synthesis.robust import cr2

HERE = Path(__file__).resolve().parents[2] / "validation" / "synthesis"
R = json.loads((HERE / "r.json").read_text(encoding="utf-8"))

# one formula in double precision; metafor's own iterations stop at 1e-13
SAME_FORMULA = 1e-8
# rma.mv maximises the likelihood by a quasi-Newton method with numerical derivatives
THEIR_OPTIMISER = 1e-5
# of a share or a variance at its bound of zero
NOTHING = 1e-8

SETS = list(R["pooled"])
BCG = R["pooled"]["bcg"]
METHODS = ["REML", "PM", "DL", "ML", "EB", "SJ", "HE", "FE"]


def data(name):
    found = R["pooled"][name]
    return np.array(found["yi"]), np.sqrt(found["vi"])


def same(value, reference, tolerance=SAME_FORMULA):
    assert np.ravel(value).astype(float) == pytest.approx(
        np.ravel(reference).astype(float), rel=tolerance, abs=NOTHING
    )


def figures(pooled):
    return {
        "estimate": pooled.estimate,
        "se": pooled.se,
        "statistic": pooled.estimate / pooled.se,
        "p": pooled.p,
        "lower": pooled.interval[0],
        "upper": pooled.interval[1],
        "tau2": pooled.tau2,
        "i2": pooled.i2,
        "h2": pooled.h2,
        "q": pooled.q,
        "q_p": pooled.q_p,
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SETS)
def test_pooled_estimates(name, method):
    for inference, reference in R["pooled"][name]["methods"][method].items():
        if inference == "z" and method != "FE" and len(data(name)[0]) < 10:
            with pytest.raises(s.RefusedError):
                s.pool(*data(name), method=method, inference=inference)
            continue
        pooled = s.pool(*data(name), method=method, inference=inference)
        for key, value in figures(pooled).items():
            same(value, reference[key])
        if method != "FE" and inference != "z":  # with z metafor predicts with a normal quantile
            same(pooled.prediction_interval[0], reference["prediction_lower"])
            same(pooled.prediction_interval[1], reference["prediction_upper"])


@pytest.mark.parametrize("name", SETS)
def test_heterogeneity_intervals_weights_and_leaving_one_out(name):
    reference = R["pooled"][name]
    pooled = s.pool(*data(name))
    same(pooled.tau2_interval, reference["tau2_interval"])
    same(s.pool(*data(name), level=0.8).tau2_interval, reference["tau2_interval_80"])
    same(pooled.weights, reference["weights"])
    out = s.leave_one_out(pooled)
    for key, values in reference["leave_one_out"].items():
        same(out[key], values)


def moderators(*names):
    return pd.DataFrame({name: R["meta_data"][name] for name in names})


def bangertdrowns():
    found = R["meta_data"]["bangertdrowns"]
    return (
        (np.array(found["yi"]), np.sqrt(found["vi"])),
        pd.DataFrame({name: found[name] for name in ("length", "wic", "meta")}),
    )


REGRESSIONS = {
    "bcg_two": (lambda: (data("bcg"), moderators("ablat", "year")), "REML", "knapp_hartung"),
    "bcg_latitude_z": (lambda: (data("bcg"), moderators("ablat")), "REML", "z"),
    "bcg_allocation": (
        lambda: (data("bcg"), moderators("alloc")),
        "PM",
        "modified_knapp_hartung",
    ),
    "bangertdrowns": (bangertdrowns, "REML", "knapp_hartung"),
}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_meta_regression(name):
    given, method, inference = REGRESSIONS[name]
    (y, se), columns = given()
    model = s.meta_regression(y, se, columns, method=method, inference=inference)
    reference = R["meta_regression"][name]
    table = model.coefficients.rename(columns={"t": "statistic"})
    for key in ("estimate", "se", "statistic", "p", "lower", "upper"):
        same(table[key], reference[key], 1e-7)  # years near 2000 cost a digit
    for key in ("tau2", "q", "q_p", "i2", "h2", "r2", "omnibus", "omnibus_p", "tau2_interval"):
        same(getattr(model, key), reference[key], 1e-7)
    if "predicted" in reference:
        names = ("pred", "se", "ci.lb", "ci.ub", "pi.lb", "pi.ub")
        row = model.predict([33, 1970]).iloc[0]
        same(row, [reference["predicted"][key] for key in names], 1e-7)


def test_subgroups():
    y, se = data("bcg")
    reference = R["subgroups"]["common"]
    found = s.subgroups(y, se, R["meta_data"]["alloc"], inference="knapp_hartung")
    table = found.table.set_index("group").loc[reference["group"]]
    for key in ("estimate", "se"):
        same(table[key], reference[key])
    same([found.statistic, found.p], [reference["f"], reference["p"]])
    far = np.array(R["meta_data"]["ablat"]) >= 40
    apart = s.subgroups(y, se, far, heterogeneity="separate", method="FE", inference="z")
    same(apart.statistic, R["subgroups"]["separate"]["q"])  # one degree of freedom
    same(apart.p, R["subgroups"]["separate"]["p"])


@pytest.mark.parametrize("name", ["konstantopoulos2011", "assink2016", "assink2016_correlated"])
def test_three_levels_with_robust_variance(name):
    reference = R["multilevel"][name]
    correlation = 0.6 if name.endswith("correlated") else 0.0
    model = s.multilevel(
        reference["yi"], np.sqrt(reference["vi"]), reference["study"], correlation=correlation
    )
    row = model.coefficients.iloc[0]
    for key, value in {
        "estimate": row["estimate"],
        "se": row["se_model"],
        "between": model.between,
        "within": model.within,
        "q": model.q,
        "log_likelihood": model.log_likelihood,
        "robust_se": row["se"],
        "robust_df": row["degrees"],
        "robust_p": row["p"],
    }.items():
        same(value, reference[key], THEIR_OPTIMISER)


def test_three_levels_with_a_moderator():
    given, reference = R["multilevel"]["assink2016"], R["multilevel"]["assink2016_year"]
    year = pd.DataFrame({"year": reference["year"]})
    model = s.multilevel(given["yi"], np.sqrt(given["vi"]), given["study"], moderators=year)
    table = model.coefficients
    same(table["estimate"], reference["estimate"], THEIR_OPTIMISER)
    same(table["se_model"], reference["se"], THEIR_OPTIMISER)
    same(table["se"], reference["robust_se"], THEIR_OPTIMISER)
    same(table["degrees"], reference["robust_df"], THEIR_OPTIMISER)
    same([model.between, model.within], [reference["between"], reference["within"]], 1e-4)


@pytest.mark.parametrize("kind", ["CORR", "HIER"])
def test_robust_variance_under_robumeta_s_weights(kind):
    reference = R["robumeta"][kind]
    weights = np.array(reference["weights"])
    x = np.column_stack([np.ones(len(weights)), reference["year"]])
    y = np.array(reference["yi"])
    b = np.linalg.solve((x.T * weights) @ x, (x.T * weights) @ y)
    clusters = pd.factorize(np.array(reference["study"]))[0]
    covariance, degrees = cr2(x, y - x @ b, np.diag(1 / weights), clusters)
    same(b, reference["estimate"])
    same(np.sqrt(np.diag(covariance)), reference["se"])
    same(degrees, reference["df"])


def test_dependent_studies():
    reference = R["covariance"]
    given = reference["berkey1998"]
    for method, name in (("REML", "berkey1998"), ("FE", "berkey1998_fixed")):
        pooled = s.pool(given["yi"], covariance=given["V"], method=method)
        found = [pooled.estimate, pooled.se / pooled.factor**0.5, pooled.tau2, pooled.q, pooled.q_p]
        expected = [reference[name][key] for key in ("estimate", "se", "tau2", "q", "q_p")]
        same(found, expected, THEIR_OPTIMISER)
    y, se = data("bcg")
    matrix = 0.5 * np.outer(se, se)
    np.fill_diagonal(matrix, se**2)
    pooled = s.pool(y, se, covariance=matrix)
    model = s.meta_regression(y, se, moderators("ablat"), covariance=matrix)
    for found, name in ((pooled, "bcg_shared"), (model, "bcg_shared_latitude")):
        expected = reference[name]
        same(found.fitted.coefficients, expected["estimate"], THEIR_OPTIMISER)
        same(np.sqrt(np.diag(found.fitted.covariance)), expected["se"], THEIR_OPTIMISER)
        same([found.tau2, found.q], [expected["tau2"], expected["q"]], THEIR_OPTIMISER)


@pytest.mark.parametrize("name", list(R["small_study"]))
def test_small_studies(name):
    y, se = data(name)
    reference = R["small_study"][name]
    for model, key in (("dispersion", "lm"), ("mixed", "mixed")):
        found = s.egger(y, se, model=model)
        expected = reference[key]
        same(
            [found.statistic, found.p, found.limit],
            [expected["t"], expected["p"], expected["limit"]],
        )
    rank = s.begg(y, se)
    same([rank.statistic, rank.p], [reference["rank"]["tau"], reference["rank"]["p"]])
    for estimator in ("L0", "R0"):
        filled = s.trim_and_fill(y, se, estimator=estimator)
        expected = reference[estimator]
        assert (filled.missing, filled.side) == (expected["missing"], expected["side"])
        usual = filled.filled.se / filled.filled.factor**0.5
        found = [filled.filled.estimate, usual, filled.filled.tau2]
        same(found, [expected[key] for key in ("estimate", "se", "tau2")])
        if estimator == "R0":
            same(filled.p, expected["p"])
