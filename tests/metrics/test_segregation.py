"""Segregation from area counts: worked values, gradients, errors, and the chance baseline."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skk_analysis import metrics as m
from skk_analysis.metrics.counts import AreaCounts

TWO = np.array([[10, 50], [40, 40], [50, 10]])
TWO_GROUP = [m.dissimilarity, m.isolation, m.exposure, m.mutual_information, m.theil_h]


@pytest.fixture
def city():
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        rng.multinomial(40_000, rng.dirichlet(np.full(90, 2.0))).reshape(30, 3),
        columns=["low", "middle", "high"],
    ).assign(area=[f"0{i:04d}" for i in range(30)], city=["Espoo"] * 15 + ["Turku"] * 15)


WORKED = [
    (m.dissimilarity, 0.40),  # programme.md §7.2
    (m.isolation, (100 / 60 + 1600 / 80 + 2500 / 60) / 100),
    (m.exposure, (500 / 60 + 1600 / 80 + 500 / 60) / 100),
    (m.mutual_information, 0.6 * (math.log(2) + math.log(1 / 6) / 6 + 5 * math.log(5 / 6) / 6)),
    (m.theil_h, 0.6 * (1 + (math.log(1 / 6) + 5 * math.log(5 / 6)) / 6 / math.log(2))),
]


@pytest.mark.parametrize(("index", "value"), WORKED)
def test_worked_example(index, value):
    assert index(TWO).value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("index", TWO_GROUP)
def test_standard_error_follows_the_numerical_derivative(index, city):
    counts = city[["low", "middle", "high"]].to_numpy(dtype=float)
    step, slope = 1e-3, np.zeros_like(counts)
    for cell in np.ndindex(counts.shape):
        more = counts.copy()
        more[cell] += step
        slope[cell] = (index(more).value - index(counts).value) / step
    n = counts.sum()
    expected = math.sqrt((counts * slope**2).sum() * n / (n - 1))
    assert index(counts).se == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("index", TWO_GROUP)
def test_standard_error_matches_repeated_sampling(index):
    rng = np.random.default_rng(1)
    share = rng.dirichlet(np.full(40, 2.0))
    draws = rng.multinomial(50_000, share, size=300).reshape(300, 20, 2)
    values = [index(d).value for d in draws]
    assert index(draws[0]).se == pytest.approx(np.std(values, ddof=1), rel=0.15)


def test_every_input_form_gives_the_same_number(city):
    low, high = city["low"], city["high"]
    by_name = m.dissimilarity(city, ["low", "high"], areas="area")
    assert by_name == m.dissimilarity(city[["low", "high"]])
    assert by_name == m.dissimilarity({"low": low, "high": high})
    assert by_name.value == m.dissimilarity(np.column_stack([low, high])).value
    whole = city.assign(people=low + high)
    rest = m.dissimilarity(whole, ["low"], total="people")
    assert rest.value == pytest.approx(by_name.value, rel=1e-12)
    assert by_name.n == low.sum() + high.sum()


def test_by_gives_a_tidy_table(city):
    table = m.theil_h(city, ["low", "middle", "high"], areas="area", by="city")
    assert table["city"].tolist() == ["Espoo", "Turku"]
    inferred = m.theil_h(city, areas="area", by=["city"])
    pd.testing.assert_frame_equal(table, inferred)
    espoo = m.theil_h(city[city["city"] == "Espoo"], ["low", "middle", "high"])
    assert table["value"][0] == espoo.value and table["se"][0] == espoo.se


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(*[st.integers(1, 60)] * 3), min_size=2, max_size=12), st.randoms())
def test_invariances_and_range(rows, shuffler):
    counts = np.array(rows)
    order = list(range(len(rows)))
    shuffler.shuffle(order)
    for index in TWO_GROUP:
        value = index(counts).value
        assert -1e-12 <= value <= 1 + 1e-12
        assert index(counts[order]).value == pytest.approx(value, rel=1e-9, abs=1e-12)
        assert index(counts * 7).value == pytest.approx(value, rel=1e-9, abs=1e-12)
        if index is not m.isolation and index is not m.exposure:
            assert index(counts[:, ::-1]).value == pytest.approx(value, rel=1e-9, abs=1e-12)


def test_extremes():
    apart, even = [[10, 0], [0, 30]], [[10, 30], [20, 60]]
    assert m.dissimilarity(apart).value == m.theil_h(apart).value == 1
    assert m.isolation(apart).value == 1 and m.exposure(apart).value == 0
    assert m.dissimilarity(even).value == pytest.approx(0, abs=1e-15)
    assert m.theil_h(even).value == pytest.approx(0, abs=1e-15)
    assert m.isolation(even).value == pytest.approx(0.25)


def test_isolation_and_exposure_of_two_groups_sum_to_one():
    assert m.isolation(TWO).value + m.exposure(TWO).value == pytest.approx(1)


def test_empty_areas_contribute_nothing_and_are_mentioned():
    for index in TWO_GROUP:
        e = index(np.vstack([TWO, [0, 0]]))
        assert e.value == pytest.approx(index(TWO).value, rel=1e-12)
        assert e.se == pytest.approx(index(TWO).se, rel=1e-12)
        assert "no people in area 3" in e.method


ERRORS = [
    ({"low": [1, np.nan], "high": [2, 3]}, {}, "the first is nan for 'low' in area 1"),
    ({"low": [1, -1], "high": [2, 3]}, {}, "the first is -1 for 'low' in area 1"),
    ({"low": [0, 0], "high": [2, 3]}, {}, "at least two groups with people in them"),
    ({"low": [1, 2]}, {}, "at least two groups"),
    ([1, 2, 3], {}, r"got shape .3,.; two separate arrays"),
    ({"low": [1, 5], "all": [2, 3]}, {"total": "all"}, "the first is -2 for 'rest of all'"),
    ({"low": [1], "high": [2]}, {"groups": ["lower"]}, "no column 'lower'"),
]


@pytest.mark.parametrize(("counts", "options", "message"), ERRORS)
def test_bad_tables_stop(counts, options, message):
    with pytest.raises((ValueError, KeyError), match=message):
        m.dissimilarity(counts, **options)


def test_the_area_is_named():
    frame = pd.DataFrame({"code": ["00100", "00200"], "low": [1, np.nan], "high": [2, 3]})
    with pytest.raises(ValueError, match=r"area '00200'.*a protected cell is not 0"):
        m.theil_h(frame, areas="code")


def test_chance_baseline_equals_the_closed_form_of_isolation():
    """Under random allocation E[x_i²] of a hypergeometric count is known."""
    size, x = TWO.sum(axis=1), TWO[:, 0].sum()
    n, p = TWO.sum(), TWO[:, 0].sum() / TWO.sum()
    variance = size * p * (1 - p) * (n - size) / (n - 1)
    expected = ((variance + (size * p) ** 2) / size).sum() / x
    chance = m.randomisation_baseline(m.isolation, TWO, draws=4000, seed=1)
    assert chance.expected == pytest.approx(expected, abs=4 * chance.sd / math.sqrt(4000))


def test_chance_baseline_is_deterministic_and_larger_for_small_areas(city):
    a, b = (m.randomisation_baseline(m.dissimilarity, city, ["low", "high"]) for _ in range(2))
    assert (a.expected, a.sd) == (b.expected, b.sd)
    rng = np.random.default_rng(0)
    small = rng.multinomial(300, np.full(60, 1 / 60)).reshape(30, 2)
    chance = m.randomisation_baseline(m.dissimilarity, small)
    assert chance.expected > 5 * a.expected
    assert chance.p_value > 0.01  # drawn at random, and not mistaken for segregation
    assert a.p_value == pytest.approx(1 / 201)
    assert chance.systematic.value == pytest.approx(chance.excess.value / (1 - chance.expected))
    assert chance.to_frame()["expected"][0] == chance.expected
    with pytest.raises(ValueError, match="maximum 1"):
        _ = m.randomisation_baseline(m.mutual_information, TWO, draws=2).systematic
    with pytest.raises(ValueError, match="whole numbers"):
        m.randomisation_baseline(m.isolation, TWO + 0.5)
    with pytest.raises(ValueError, match="at least 2"):
        m.randomisation_baseline(m.isolation, TWO, draws=1)


def test_a_new_area_index_is_its_value_and_gradient():
    @m.area_index(bounds=(0, 1))
    def largest_share(table: AreaCounts):
        gradient = np.zeros_like(table.cells)
        biggest = int(np.argmax(table.area_shares))
        gradient[biggest] = 1
        return float(table.area_shares[biggest, 0]), gradient

    try:
        e = largest_share([[30, 30], [20, 20]])
        assert e.value == 0.6
        assert e.se == pytest.approx(math.sqrt(0.6 * 0.4 / 99), rel=1e-12)
    finally:
        del m.AREA_INDICES["largest_share"]
