"""The wild cluster bootstrap against wildboottest and against fitting every draw."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.wild_bootstrap import wild_cluster_bootstrap

_spec = importlib.util.spec_from_file_location(
    "did_answers", Path(__file__).with_name("did_answers.py")
)
did = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(did)


def _data():
    table = did.frame()
    x = np.column_stack([table["x"], table["block"] > 0, np.ones(len(table))]).astype(float)
    return table["y"].to_numpy(), x, table["region"].to_numpy()


def _ratio(y, x, codes, column):
    """Return the t-ratio of a coefficient with CR0 errors, by plain least squares."""
    coefficients = np.linalg.solve(x.T @ x, x.T @ y)
    scores = np.zeros((codes.max() + 1, x.shape[1]))
    np.add.at(scores, codes, x * (y - x @ coefficients)[:, None])
    bread = np.linalg.inv(x.T @ x)
    return coefficients[column] / np.sqrt((bread @ scores.T @ scores @ bread)[column, column])


def test_all_signs_agree_with_wildboottest():
    theirs = did.answers("peers")["bootstrap"]
    found = wild_cluster_bootstrap(*_data(), coefficient=1)
    assert found.enumerated
    assert found.draws == 2**12
    assert found.t == pytest.approx(theirs["t"], rel=1e-8)
    # with all signs the sample itself and its mirror image are among the draws; whether theirs
    # counts these ties is up to the last digit of its t
    assert found.p == pytest.approx(found.p_strict + 2 / 2**12, abs=1e-12)
    assert theirs["p_strict"] in (found.p, found.p_strict)


@pytest.mark.parametrize("null", [0.0, 1.5])
def test_products_are_what_fitting_every_draw_gives(null):
    y, x, codes = _data()
    keep = codes < 6
    y, x, codes = y[keep], x[keep], codes[keep]
    found = wild_cluster_bootstrap(y, x, codes, coefficient=0, null=null)
    others = x[:, 1:]
    shifted = y - null * x[:, 0]
    fitted = others @ np.linalg.lstsq(others, shifted, rcond=None)[0]
    real = abs(_ratio(shifted, x, codes, 0))
    drawn = []
    for number in range(2**6):
        signs = 1 - 2 * (number >> np.arange(6) & 1)
        drawn.append(abs(_ratio(fitted + signs[codes] * (shifted - fitted), x, codes, 0)))
    assert found.p == np.mean(np.array(drawn) >= real * (1 - 1e-9))


def test_panel_version_is_the_general_one_on_dummies():
    table = did.frame()
    on = ((table["block"] > 0) & (table["year"] >= table["block"])).to_numpy(dtype=float)
    dummies = [np.equal.outer(table[c].to_numpy(), table[c].unique()) for c in ("unit", "year")]
    x = np.column_stack([on, table["x"], dummies[0], dummies[1][:, 1:]]).astype(float)
    general = wild_cluster_bootstrap(table["y"], x, table["unit"], draws=499, seed=5)
    found = difference_in_differences(
        did.panel("block"),
        "y",
        covariates=["x"],
        inference="wild_cluster_bootstrap",
        draws=499,
        seed=5,
    )
    assert found.p == pytest.approx(general.p, abs=1e-12)
    assert found.interval == pytest.approx(general.interval, rel=1e-6)


@pytest.mark.parametrize("weights", ["rademacher", "webb"])
def test_interval_holds_what_the_test_does_not_reject(weights):
    data = _data()
    given = {"coefficient": 1, "weights": weights, "draws": 999}
    low, high = wild_cluster_bootstrap(*data, **given).interval
    width = high - low
    for edge, outward in ((low, -1), (high, 1)):
        inside = wild_cluster_bootstrap(*data, null=edge - outward * 1e-3 * width, **given)
        outside = wild_cluster_bootstrap(*data, null=edge + outward * 1e-3 * width, **given)
        assert inside.p > 0.05 >= outside.p


def test_bad_input_says_what_is_wrong():
    y, x, codes = _data()
    with pytest.raises(ValueError, match="equal rows"):
        wild_cluster_bootstrap(y[:-1], x, codes)
    with pytest.raises(ValueError, match="complete"):
        wild_cluster_bootstrap(np.where(np.arange(len(y)) == 3, np.nan, y), x, codes)
    with pytest.raises(ValueError, match="explained by the other"):
        wild_cluster_bootstrap(y, np.column_stack([x, x[:, 0]]), codes)
