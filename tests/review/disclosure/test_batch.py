"""The audit of a batch: every outcome, and attacks across tables, years and reports."""

import numpy as np
import pandas as pd
import pytest

from skk_analysis.review.disclosure import Policy, Relations, audit, counts, suppress

POLICY = Policy(group_zero=False)


def cells(values, hidden, rules, **columns):
    return pd.DataFrame(
        {"value": values, "hidden": np.array(hidden, bool), "rule": rules, **columns}
    )


def test_every_outcome():
    frame = cells(
        [3, 9, 3, 12, 7, 5, np.nan, 6],
        [1, 1, 0, 0, 1, 0, 1, 0],
        ["minimum_count", "", "minimum_count", "", "", "", "minimum_count", ""],
    )
    frame.index = list("abcdefgh")
    relations = Relations.sums({3: [0, 1], 7: [6]}, cells=8) + Relations.rows(
        [{4: 1}], cells=8, low=7, high=7
    )
    found = audit(frame, relations, POLICY)
    assert found["outcome"].to_dict() == {
        "a": "pass",
        "b": "pass",
        "c": "fail",
        "d": "pass",
        "e": "review",
        "f": "pass",
        "g": "fail",
        "h": "pass",
    }
    assert found.loc["c", "reason"] == "shown against the rule minimum_count"
    assert "protects nothing" in found.loc["e", "reason"]
    assert found.loc["g", "reason"] == "what is shown gives it away exactly"
    assert found.loc["a", ["low", "high"]].tolist() == [0, 12]
    assert found.loc["a", ["required_low", "required_high"]].tolist() == [1, 5]


def test_each_report_is_safe_but_not_both():
    """Two reports hide the same area with different partners: together they give it away."""
    x = np.array([3, 40, 50, 93.0])
    one, table = np.array([1, 1, 0, 0]), Relations.table([3], integer=True)
    two = np.array([1, 0, 1, 0])
    rule = counts(x, POLICY)
    for hidden in (one, two):
        assert (audit(cells(x, hidden, rule), table, POLICY)["outcome"] == "pass").all()
    both = cells(np.tile(x, 2), np.concatenate([one, two]), np.tile(rule, 2))
    linked = Relations.beside(table, table) + Relations.same([*"abcd", *"abcd"])
    found = audit(both, linked, POLICY)
    assert found["outcome"].tolist() == [
        "fail",
        "review",
        "pass",
        "pass",
        "fail",
        "pass",
        "review",
        "pass",
    ]


def test_narrowed_rounded_and_contradicting():
    narrow = cells([3, 1, 4], [1, 1, 0], ["minimum_count", "", ""])
    found = audit(narrow, Relations.table([2]), POLICY)
    assert found["outcome"].tolist() == ["fail", "pass", "pass"]
    assert found.loc[0, "reason"] == "what is shown narrows it too far"
    rounded = cells([3, 41, 44], [1, 0, 0], ["minimum_count", "", ""], rounding=[0, 0, 10])
    found = audit(rounded, Relations.table([2]), POLICY)
    assert found.loc[0, ["low", "high"]].tolist() == [0, 4]
    wrong = cells([3.0, 41, 45], [0, 0, 0], ["", "", ""])
    found = audit(wrong, Relations.table([2]), POLICY)
    assert set(found["outcome"]) == {"review"}
    assert "contradict" in found.loc[0, "reason"]


def test_what_suppress_decides_passes_and_one_more_published_number_fails(campaign):
    rng = np.random.default_rng(2)
    frames, relations = [], []
    for kind in campaign.KINDS * 2:
        x, _, relation = campaign.drawn(rng, kind)
        rule = counts(x, POLICY)
        frames.append(cells(x, suppress(x, relation, rule, POLICY).hidden, rule))
        relations.append(relation)
    frame, everything = pd.concat(frames, ignore_index=True), Relations.beside(*relations)
    found = audit(frame, everything, POLICY)
    assert (found["outcome"] == "pass").all()
    secondary = np.flatnonzero(frame["hidden"] & (frame["rule"] == ""))
    frame.loc[secondary, "hidden"] = False
    assert (audit(frame, everything, POLICY)["outcome"] == "fail").any()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"value": [1.0]}), r"columns \['hidden', 'rule'\] are missing"),
        (cells([1.0], [0], [""]), "1 rows for relations between 3 cells"),
    ],
)
def test_wrong_input_stops(frame, message):
    with pytest.raises(ValueError, match=message):
        audit(frame, Relations.table([2]), POLICY)
