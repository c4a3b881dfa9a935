"""Experiments' own effects: the donors that they share are in the covariance."""

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact.result import Effect
from skk_analysis.synthesis import effects_frame, shared_donor_covariance, synthesise_effects


def effect(estimate: float, se: float, weights: dict[str, float], treated: int = 1, **more):
    """An effect with its comparison units."""
    told = {"outcome": "gini", "method": "synthetic_did", **more}
    return Effect(estimate, se=se, weights=pd.Series(weights), n_treated=treated, **told)


def test_covariance_is_that_of_independent_units():
    """Of 400 000 draws of units with one variance, effects correlate as the formula says."""
    rng, units = np.random.default_rng(5), list("abcdef")
    one = {"a": 0.5, "b": 0.3, "c": 0.2}
    other = {"b": 0.6, "c": 0.2, "d": 0.2}
    noise = rng.normal(size=(400_000, len(units)))
    at = {name: i for i, name in enumerate(units)}
    draws = [
        rng.normal(size=(400_000, m)).mean(axis=1)
        - sum(weight * noise[:, at[name]] for name, weight in weights.items())
        for m, weights in ((1, one), (3, other))
    ]
    se = [float(np.std(x)) for x in draws]
    effects = {"A": effect(0.1, se[0], one), "B": effect(0.3, se[1], other, treated=3)}
    found = shared_donor_covariance(effects)
    assert found is not None
    assert np.allclose(found.to_numpy(), np.cov(draws), atol=0.006)


def test_without_common_units_there_is_none():
    """Other donors, no donors, or no standard error: nothing to model."""
    one = effect(0.1, 0.1, {"a": 1.0})
    assert shared_donor_covariance({"A": one, "B": effect(0.3, 0.1, {"b": 1.0})}) is None
    assert shared_donor_covariance({"A": one, "B": Effect(0.3, se=0.1)}) is None
    assert shared_donor_covariance({"A": one, "B": effect(0.3, np.nan, {"a": 1.0})}) is None


def test_pooled_with_shared_donors_is_less_sure():
    """The notes tell that it is modelled, and the error is larger than of independent ones."""
    shared = {name: effect(0.2 + i / 50, 0.1, {"a": 0.5, "b": 0.5}) for i, name in enumerate("ABC")}
    apart = {n: effect(0.2 + i / 50, 0.1, {n: 0.5, n * 2: 0.5}) for i, n in enumerate("ABC")}
    with_, without = synthesise_effects(shared).pooled, synthesise_effects(apart).pooled
    assert [note.name for note in with_.notes] == ["covariance_modelled"]
    assert not without.notes
    assert with_.distribution.variances[0] > without.distribution.variances[0]


def test_refusals_and_directions():
    """Outcomes that differ are not pooled; lower can be the desired way."""
    rows = {
        "A": effect(-0.2, 0.05, {"a": 1.0}, details={"better": "lower"}),
        "B": effect(0.3, 0.05, {"b": 1.0}, outcome="community", details={"better": "higher"}),
        "C": Effect(np.nan, outcome="gini"),
    }
    frame = effects_frame(rows)
    assert frame["study"].tolist() == ["A", "B"]
    found = synthesise_effects(rows)
    names = [reason.name for reason in found.reasons]
    assert names == ["different_outcomes", "different_directions"]
    assert found.directions["above"].tolist() == [1, 1]  # both in the desired direction
    with pytest.raises(ValueError, match="no reason"):
        from skk_analysis.synthesis import Reason

        Reason("luck")
