"""Agreement of raters: published examples, R and the definition itself."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.monitoring import (
    intraclass_correlation,
    intraclass_table,
    krippendorff_alpha,
    pairwise_kappa,
    weighted_kappa,
)

PINNED = Path(__file__).parents[2] / "validation" / "agreement"
R = json.loads((PINNED / "r.json").read_text("utf-8"))
PEER = json.loads((PINNED / "alpha.json").read_text("utf-8"))
OBSERVERS = np.array(R["observers"], dtype=float).T
METRICS = ("nominal", "ordinal", "interval", "ratio")


@pytest.mark.parametrize(
    ("metric", "published"), list(zip(METRICS, (0.743, 0.815, 0.849, 0.797), strict=True))
)
def test_krippendorffs_published_example(metric, published):
    """Four observers, twelve units (Krippendorff 2011, section C)."""
    found = krippendorff_alpha(OBSERVERS, metric)
    assert round(found.value, 3) == published
    assert (found.units, found.raters, found.scores) == (11, 4, 40)
    assert "one_score_only" in found.caveats
    assert found.lower < found.value < found.upper


def by_definition(table: np.ndarray, metric: str) -> float:
    """α pair by pair, the ordinal distance as the sum of the values between."""
    units = [row[~np.isnan(row)] for row in table]
    units = [row for row in units if len(row) > 1]
    every = np.concatenate(units)

    def distance(c: float, k: float) -> float:
        if metric == "nominal":
            return float(c != k)
        if metric == "interval":
            return (c - k) ** 2
        if metric == "ratio":
            return ((c - k) / (c + k)) ** 2
        low, high = min(c, k), max(c, k)
        between = sum((every == g).sum() for g in np.unique(every) if low <= g <= high)
        return (between - ((every == c).sum() + (every == k).sum()) / 2) ** 2

    observed = sum(
        distance(c, k) / (len(row) - 1) for row in units for c, k in itertools.permutations(row, 2)
    )
    chance = sum(distance(c, k) for c, k in itertools.permutations(every, 2))
    return 1 - (len(every) - 1) * observed / chance


@pytest.mark.parametrize("case", range(len(PEER)))
@pytest.mark.parametrize("metric", METRICS)
def test_alpha_is_its_definition_and_that_of_another_package(case, metric):
    table = np.array(PEER[case]["scores"], dtype=float)
    found = krippendorff_alpha(table, metric, draws=0).value
    assert found == pytest.approx(by_definition(table, metric), abs=1e-12)
    assert found == pytest.approx(PEER[case]["alpha"][metric], abs=1e-10)


def test_no_variation_and_no_pairs_have_no_value():
    same = krippendorff_alpha([[3, 3], [3, 3]])
    assert math.isnan(same.value)
    assert same.reason == "no_variation"
    alone = krippendorff_alpha([[3, np.nan], [np.nan, 4]])
    assert (alone.reason, alone.units) == ("no_pairs", 0)
    assert intraclass_correlation([[3, 3], [3, 3]]).reason == "no_variation"
    assert weighted_kappa([3, 3], [3, 3]).reason == "no_variation"
    assert weighted_kappa([3, None], [None, 3]).reason == "no_pairs"


def test_names_of_categories_are_nominal_only():
    words = [["a", "a"], ["b", None], ["b", "a"], ["b", "b"]]
    assert krippendorff_alpha(words, "nominal").value == pytest.approx(1 - 5 * 2 / 18)
    with pytest.raises(ValueError, match="unit 0 by rater 0 is 'a'"):
        krippendorff_alpha(words, "ordinal")


def test_intervals_repeat_and_clusters_widen_them():
    """The same seed, the same interval; units copied three times add nothing as clusters."""
    rng = np.random.default_rng(3)
    table = np.clip(np.round(rng.normal(3, 1, (30, 1)) + rng.normal(0, 0.7, (30, 3))), 1, 5)
    first = krippendorff_alpha(table, seed=5)
    assert first == krippendorff_alpha(table, seed=5)
    assert first.interval() != krippendorff_alpha(table, seed=6).interval()
    copied, of = np.repeat(table, 3, axis=0), np.repeat(np.arange(30), 3)
    wide = krippendorff_alpha(copied, clusters=of)
    narrow = krippendorff_alpha(copied)
    width = np.diff(first.interval())[0]
    assert np.diff(wide.interval())[0] == pytest.approx(width, rel=0.15)
    assert np.diff(narrow.interval())[0] < 0.75 * width


@pytest.mark.parametrize(("name", "level"), [("shrout_fleiss_1979", 0.95), ("made", 0.95),
                                             ("made_90", 0.90)])  # fmt: skip
def test_intraclass_forms_are_psychs(name, level):
    case = R["icc"][name]
    table = intraclass_table(np.array(case["scores"]), level=level)
    for column in ("value", "lower", "upper"):
        assert table[column].to_numpy() == pytest.approx(case[column], abs=1e-9)


def test_shrout_and_fleiss_1979():
    scores = np.array(R["icc"]["shrout_fleiss_1979"]["scores"])
    forms = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
    found = [round(intraclass_correlation(scores, form).value, 2) for form in forms]
    assert found == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


@pytest.mark.parametrize("case", R["kappa"])
def test_weighted_kappa_is_vcds(case):
    given = R["kappa"][case]
    weights = {"Equal-Spacing": "linear", "Fleiss-Cohen": "quadratic"}[given["weights"]]
    for name, key in ((weights, "weighted"), ("unweighted", "unweighted")):
        found = weighted_kappa(given["table"], weights=name)
        value, se = given[key]
        assert found.value == pytest.approx(value, abs=1e-10)
        assert (found.upper - found.lower) / 2 / 1.959964 == pytest.approx(se, abs=1e-6)


def test_cohens_own_weights():
    """Cohen (1968): κw = .348 from weights of disagreement 0 to 6."""
    given = R["cohen_1968"]
    agreement = 1 - np.array(given["disagreement"]) / 6
    found = weighted_kappa(np.round(given["table"]), weights=agreement)
    assert round(found.value, 3) == 0.348
    assert found.value == pytest.approx(given["weighted"], abs=1e-12)
    assert (found.upper - found.value) / 1.959964 == pytest.approx(given["se"], abs=1e-6)


def test_kappa_of_scores_is_that_of_their_table():
    first, second = [1, 1, 2, 3, 3, None, 2], [1, 2, 2, 3, 1, 2, None]
    table = [[1, 1, 0], [0, 1, 0], [1, 0, 1]]
    expected = weighted_kappa(table)
    assert weighted_kappa(first, second) == expected
    scores = pd.DataFrame({"x": first, "y": second, "z": [None] * 7}, dtype=float)
    pairs = pairwise_kappa(scores)
    assert list(pairs["units"]) == [5]
    assert pairs["value"].iloc[0] == expected.value


@pytest.mark.parametrize(("call", "message"), [
    (lambda: krippendorff_alpha([1, 2, 3]), "at least two raters"),
    (lambda: krippendorff_alpha([[1, 2]], "rank"), "metric must be one of"),
    (lambda: krippendorff_alpha([[1, -2]], "ratio"), "no values below zero"),
    (lambda: krippendorff_alpha([[1, 2]], clusters=[1, 2]), "one label for each"),
    (lambda: intraclass_correlation([[1, np.nan], [2, 3]]), "unit 0 by rater 1"),
    (lambda: intraclass_correlation([[1, 2], [2, 3]], "4,1"), "form must be one of"),
    (lambda: weighted_kappa([1, 7], [1, 2], categories=[1, 2]), "7 is not among"),
    (lambda: weighted_kappa([[1, 2, 3]]), "square table"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow
def test_alpha_covers_where_units_are_many():
    """The committed table: from 60 units on .93 or more; Hayes and Krippendorff's less."""
    table = pd.read_csv(PINNED / "coverage.csv")
    many = table[table["units"] >= 60]
    assert (many["covers"] >= 0.92).all()
    both = table.dropna(subset="covers_hayes_krippendorff")
    assert both["covers"].mean() > both["covers_hayes_krippendorff"].mean()
