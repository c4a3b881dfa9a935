"""Between and within, composition and conditions: identities, anchors, errors by derivative."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skk_analysis import metrics as m


def frame_of(groups):
    pairs = [(name, y) for name, incomes in groups.items() for y in incomes]
    return pd.DataFrame(pairs, columns=["area", "y"])


@pytest.mark.parametrize(
    ("groups", "between", "share"),
    [
        ({"a": [1, 3], "b": [2, 4]}, 0.020136, 0.19),
        ({"a": [1, 2], "b": [3, 4]}, 0.082283, 0.77),
    ],
)
def test_anchor(groups, between, share):
    """programme.md §7.2: the same total, divided differently."""
    parts = m.decompose(frame_of(groups), "y", "area")
    assert parts.total.value == pytest.approx(0.106440, abs=1e-6)
    assert parts.between.value == pytest.approx(between, abs=1e-6)
    assert parts.share_between.value == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(
    ("index", "weigh"), [("theil_t", "total_share"), ("mld", "population_share")]
)
def test_within_is_the_weighted_sum_of_the_groups(index, weigh):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.lognormal(size=90), "area": np.tile(list("abc"), 30)})
    frame["w"] = rng.uniform(1, 3, 90)
    parts = m.decompose(frame, "y", "area", index=index, weights="w")
    table = parts.groups
    assert parts.within.value == pytest.approx((table[weigh] * table["within"]).sum(), rel=1e-12)
    assert parts.total.value == pytest.approx(m.INDICES[index](frame, "y", weights="w").value)
    own = m.INDICES[index](frame, "y", weights="w", by="area")
    assert table["within"].to_numpy() == pytest.approx(own["value"].to_numpy())
    assert table["mean_se"].to_numpy() == pytest.approx(
        m.mean(frame, "y", weights="w", by="area")["se"].to_numpy()
    )


@settings(deadline=None, max_examples=12)
@given(st.lists(st.integers(1, 300), min_size=6, max_size=30), st.sampled_from([-1, 0, 0.5, 1, 2]))
def test_parts_sum_and_regrouping_into_one_or_all(y, alpha):
    frame = pd.DataFrame({"y": np.array(y, float), "g": np.arange(len(y)) % 3})
    parts = m.decompose(frame, "y", "g", index=alpha)
    assert parts.between.value + parts.within.value == pytest.approx(parts.total.value)
    assert parts.between.value >= -1e-12
    one = m.decompose(frame.assign(g=0), "y", "g", index=alpha)
    assert one.between.value == pytest.approx(0, abs=1e-12)
    each = m.decompose(frame.assign(g=range(len(y))), "y", "g", index=alpha)
    assert each.within.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("index", ["theil_t", "mld", 0.5, 2])
def test_standard_errors_are_the_derivative_by_weight(index):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"y": rng.lognormal(size=30), "area": rng.integers(0, 3, 30)})
    w, step = rng.uniform(1, 3, 30), 1e-6

    def parts(weights):
        d = m.decompose(frame, "y", "area", index=index, weights=weights)
        return np.array([d.total.value, d.between.value, d.within.value, d.share_between.value])

    exact = m.decompose(frame, "y", "area", index=index, weights=w)
    share = w / w.sum()
    influence = np.zeros((30, 4))
    for i in range(30):
        more = share * (1 - step)
        more[i] += step
        influence[i] = (parts(more) - parts(share)) / step
    se = np.sqrt(30 / 29 * ((share[:, None] * influence) ** 2).sum(axis=0))
    found = [exact.total.se, exact.between.se, exact.within.se, exact.share_between.se]
    assert found == pytest.approx(se, rel=1e-3)


def test_correction_removes_what_sampling_adds_to_between():
    """Groups that differ by chance only: the plug-in between part is all bias."""
    rng = np.random.default_rng(3)
    plain, corrected = [], []
    for _ in range(40):
        frame = pd.DataFrame({"y": rng.lognormal(0, 0.5, 300), "area": np.arange(300) % 15})
        for results, correct in ((plain, False), (corrected, True)):
            results.append(m.decompose(frame, "y", "area", correct=correct).between.value)
    expected = 14 / 300 * (math.exp(0.25) - 1) / 2
    assert np.mean(plain) == pytest.approx(expected, rel=0.15)
    assert abs(np.mean(corrected)) < 0.15 * expected


def test_groups_of_nothing_and_other_edges():
    zero = frame_of({"a": [0, 0], "b": [1, 3]})
    parts = m.decompose(zero, "y", "area")
    assert parts.between.value == pytest.approx(math.log(2)) and math.isfinite(parts.between.se)
    equal = m.decompose(frame_of({"a": [2, 2], "b": [2, 2]}), "y", "area")
    assert equal.share_between.value == 0 and equal.share_between.se == 0
    with pytest.raises(ValueError, match="mld needs values > 0"):
        m.decompose(zero, "y", "area", index="mld")
    with pytest.raises(ValueError, match="got 'gini'"):
        m.decompose(zero, "y", "area", index="gini")
    with pytest.raises(KeyError, match="no column 'district'"):
        m.decompose(zero, "y", "district")
    assert list(parts.to_frame()["part"]) == ["total", "between", "within", "share_between"]
    two = zero.assign(year=[1, 2, 1, 2])
    assert len(m.decompose(two, "y", ["area", "year"]).groups) == 4


# -- composition -------------------------------------------------------------------------------


@pytest.fixture
def panel():
    rng = np.random.default_rng(9)
    person = np.r_[0:300, 150:450]
    year = np.repeat([2019, 2020], 300)
    group = np.where(rng.random(600) < np.where(year == 2019, 0.3, 0.45), "new", "old")
    poor = rng.random(600) < np.where(group == "new", 0.3, 0.12)
    return pd.DataFrame({"person": person, "year": year, "group": group, "poor": poor * 1.0})


def years(frame, **design):
    d = m.SurveyDesign(frame, **design)
    return d.where("year == 2019"), d.where("year == 2020")


def test_kitagawa_by_hand(panel):
    before, after = years(panel, ids="person")
    parts = m.composition_change(before, after, "poor", "group")
    by_year = panel.pivot_table("poor", "group", "year", aggfunc=["size", "mean"])
    share, rate = by_year["size"] / 300, by_year["mean"]
    composition = ((share[2020] - share[2019]) * rate.mean(axis=1)).sum()
    conditions = ((rate[2020] - rate[2019]) * share.mean(axis=1)).sum()
    assert parts.composition.value == pytest.approx(composition, rel=1e-12)
    assert parts.conditions.value == pytest.approx(conditions, rel=1e-12)
    plain = m.mean(after, "poor") - m.mean(before, "poor")
    assert parts.change.value == pytest.approx(plain.value, rel=1e-12)
    assert parts.change.se == pytest.approx(plain.se, rel=1e-12)
    assert parts.groups["composition"].sum() == pytest.approx(composition, rel=1e-9)
    assert parts.groups["conditions"].sum() == pytest.approx(conditions, rel=1e-12)
    assert parts.to_frame()["value"].tolist() == [
        parts.change.value, parts.composition.value, parts.conditions.value,
    ]  # fmt: skip


def test_composition_errors_match_resampling_of_persons(panel):
    before, after = years(panel, ids="person")
    parts = m.composition_change(before, after, "poor", "group")
    rng, values = np.random.default_rng(1), []
    rows_of = panel.groupby("person").indices
    for _ in range(80):
        drawn = rng.integers(0, 450, 450)
        rows = np.concatenate([rows_of[p] for p in drawn])
        b, a = years(panel.iloc[rows])
        again = m.composition_change(b, a, "poor", "group")
        values.append((again.composition.value, again.conditions.value))
    spread = np.std(values, axis=0, ddof=1)
    assert [parts.composition.se, parts.conditions.se] == pytest.approx(spread, rel=0.3)


def test_a_group_at_one_time_only_is_composition():
    frame = pd.DataFrame(
        {
            "year": [2019] * 4 + [2020] * 4,
            "group": list("aabb") + list("aacc"),
            "y": [1.0, 1, 2, 2, 1, 1, 6, 6],
        }
    )
    parts = m.composition_change(*years(frame), "y", "group")
    assert parts.conditions.value == 0 and parts.conditions.se == 0
    assert parts.composition.value == pytest.approx(2)
    plain = m.mean(years(frame)[1], "y") - m.mean(years(frame)[0], "y")
    assert parts.change.se == pytest.approx(plain.se, rel=1e-12)
