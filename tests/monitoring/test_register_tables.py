"""Peer reviews, criteria, canvas and roadmap on small registers made by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from skk_analysis.monitoring import (
    canvas_completeness,
    canvas_page,
    criteria_on,
    criteria_scores,
    rank_intervals,
    review_agreement,
    review_comments,
    review_scores,
    review_ties,
    roadmap_on,
    robust_pairs,
    weighted_totals,
)

REVIEWS = pd.DataFrame(
    [
        ("a", "049", "853", "2019-05-15", "x", "4", "Hyvä.", ""),
        ("a", "049", "853", "2019-05-15", "y", "2", "", ""),
        ("a", "049", "049", "2019-05-15", "x", "5", "Meidän.", "Kiitos."),
        ("a", "049", "049", "2019-05-15", "y", "", "", ""),
        ("b", "853", "049", "2019-05-15", "x", "3,5", "", ""),
    ],
    columns=["experiment", "city_code", "reviewer_city_code", "date", "criterion", "score",
             "comment_fi", "answer_fi"],
)  # fmt: skip


def test_scores_have_mean_and_range():
    found = review_scores(REVIEWS).set_index(["experiment", "criterion"])
    assert found.loc[("a", "x"), ["mean", "range", "reviewers"]].tolist() == [4.5, 1, 2]
    assert found.loc[("a", "y"), ["mean", "reviewers"]].tolist() == [2, 1]
    assert found.loc[("b", "x"), "mean"] == 3.5


def test_comments_and_ties():
    assert review_comments(REVIEWS)["answered"].tolist() == [False, True]
    ties = review_ties(REVIEWS)
    assert ("a", "049", "own_city", "049") in list(ties.itertuples(index=False, name=None))
    assert ("a", "853", "mutual", "b") in list(ties.itertuples(index=False, name=None))
    roles = pd.DataFrame({"body": ["Säätiö", "Muu"], "tie_fi": ["Sparraa ja seuraa", ""]})
    bodies = REVIEWS.assign(reviewer_body=["Säätiö", "Muu", "", "", ""])
    declared = review_ties(bodies, roles).query("kind == 'declared'")
    assert declared["reviewer"].tolist() == ["Säätiö"]


def test_bad_scores_are_named():
    wrong = REVIEWS.assign(score=["4", "hyvä", "5", "", "3"])
    with pytest.raises(ValueError, match="score of a, y is 'hyvä'"):
        review_scores(wrong)
    with pytest.raises(ValueError, match="853 scored x of a twice"):
        review_agreement(pd.concat([REVIEWS, REVIEWS.iloc[:1]]))


def test_agreement_of_the_reviewers_says_what_it_leaves_out(sample_register):
    found = review_agreement(sample_register("peer_reviews")).set_index("coefficient")
    assert list(found.index) == ["alpha.ordinal", "icc.1", "kappa.quadratic.mean"]
    assert found.loc["icc.1", "units_left_out"] > 0
    assert "few_units" in found.loc["alpha.ordinal", "caveats"]
    assert found.loc["alpha.ordinal", "lower"] < found.loc["alpha.ordinal", "value"]
    assert math.isnan(found.loc["kappa.quadratic.mean", "lower"])


CRITERIA = pd.DataFrame(
    [("x", "3", "3", "1", "2019-05-15"), ("y", "1", "3", "1", "2019-05-15"),
     ("y", "2", "4", "2", "2019-11-06"), ("z", "9", "1", "1", "2020-01-01")],
    columns=["id", "weight", "threshold", "version", "date"],
)  # fmt: skip


def test_criteria_have_the_version_of_their_day():
    early, late = criteria_on(CRITERIA, "2019-06-01"), criteria_on(CRITERIA, "2019-12-31")
    assert early["share"].tolist() == [0.75, 0.25]
    assert late["share"].tolist() == [0.6, 0.4]
    assert late.loc["y", ["threshold", "versions"]].tolist() == [4, 2]
    assert "z" not in late.index


def test_totals_need_every_score():
    criteria = criteria_on(CRITERIA, "2019-12-31")
    totals = weighted_totals(criteria_scores(REVIEWS, criteria), criteria)
    assert totals.loc["a", "total"] == pytest.approx(0.6 * 4.5 + 0.4 * 2)
    assert totals.loc["a", ["met", "of", "failed"]].tolist() == [1, 2, "y"]
    assert math.isnan(totals.loc["b", "total"])
    assert totals.loc["b", "missing"] == "y"


def test_rank_intervals_are_exact():
    """No weighting drawn lies outside, and both ends are reached near the corners."""
    rng = np.random.default_rng(5)
    scores = pd.DataFrame(rng.integers(1, 6, (7, 3)), index=list("abcdefg"), columns=list("xyz"))
    criteria = pd.DataFrame({"share": [0.5, 0.3, 0.2], "threshold": 3.0}, index=list("xyz"))
    found = rank_intervals(scores.astype(float), criteria, spread=math.inf)
    grid = np.array([(i, j, 400 - i - j) for i in range(401) for j in range(401 - i)]) / 400
    totals = scores.to_numpy() @ grid.T
    ranks = np.array([1 + (totals > row + 1e-9).sum(axis=0) for row in totals])
    assert found["best"].tolist() == ranks.min(axis=1).tolist()
    assert found["worst"].tolist() == ranks.max(axis=1).tolist()
    fixed = rank_intervals(scores.astype(float), criteria, spread=0)
    assert (fixed["best"] == fixed["rank"]).all() and (fixed["worst"] == fixed["rank"]).all()


def test_robust_pairs_do_not_overlap():
    ranks = pd.DataFrame(
        {"rank": [1, 2, 3], "best": [1, 1, 3], "worst": [2, 2, 3]}, index=list("abc")
    )
    assert robust_pairs(ranks).to_numpy().tolist() == [["a", "c"], ["b", "c"]]


FIELDS = pd.DataFrame(
    [("tavoite", "2", "Tavoite", "Mål", "Goal"), ("ilmio", "1", "Ilmiö", "Fenomen", "Phenomenon")],
    columns=["key", "order", "name_fi", "name_sv", "name_en"],
)
CANVAS = pd.DataFrame(
    [("049", "", "problem", "Pulma", "yes"), ("049", "a", "ilmio", "Yksin", "no"),
     ("049", "a", "tavoite", " ", "yes"), ("049", "a", "outo", "x", "yes")],
    columns=["city_code", "experiment", "field", "text_fi", "filled"],
)  # fmt: skip


def test_canvas_shows_its_empty_fields_and_contradictions():
    page = canvas_page(FIELDS, CANVAS, city="049", experiment="a")
    assert page[["key", "filled"]].to_numpy().tolist() == [["ilmio", True], ["tavoite", False]]
    found = canvas_completeness(FIELDS, CANVAS)
    assert len(found) == 1  # the city's problem statement is no canvas
    assert found.iloc[0][["share", "empty", "unknown", "contradicted"]].tolist() == [
        0.5, "tavoite", "outo", "ilmio;tavoite",
    ]  # fmt: skip


@pytest.mark.parametrize(("due", "status", "done_on", "state", "late"), [
    ("2019-12-31", "done", "", "done", 0), ("2020-01-01", "done", "", "upcoming", 0),
    ("2020-02-01", "done", "2019-12-01", "done", 0), ("2019-12-01", "planned", "", "overdue", 30),
    ("2019-12-01", "done", "2020-01-15", "overdue", 30),
    ("2019-12-01", "dropped", "", "dropped", 0), ("", "planned", "", "undated", 0),
])  # fmt: skip
def test_steps_stand_as_of_the_day(due, status, done_on, state, late):
    row = {"experiment": "a", "order": "1", "due": due, "status": status, "done_on": done_on}
    found = roadmap_on(pd.DataFrame([row]), "2019-12-31").iloc[0]
    assert (found["state"], found["days_late"]) == (state, late)


def test_a_due_date_that_is_none_is_named():
    row = {"experiment": "a", "order": "2", "due": "kevät", "status": "planned"}
    with pytest.raises(ValueError, match="due of step 2 of a is 'kevät'"):
        roadmap_on(pd.DataFrame([row]), "2019-12-31")
