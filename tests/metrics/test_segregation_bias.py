"""Bias of small areas, and what is left of it."""

from __future__ import annotations

import numpy as np
import pytest

import skk_analysis.metrics as m

SMALL = {"a": [3, 4, 5, 2, 6], "b": [5, 4, 3, 6, 2]}


def multinomial_jackknife(index, counts):
    """The jackknife with every person left out in turn."""
    people = [(i, g) for (i, g), n in np.ndenumerate(counts) for _ in range(int(n))]
    left = []
    for cell in people:
        fewer = counts.copy()
        fewer[cell] -= 1
        left.append(index(fewer).value)
    n = len(people)
    return n * index(counts).value - (n - 1) * np.mean(left)


@pytest.mark.parametrize("index", [m.theil_h, m.dissimilarity, m.segregation_gini])
def test_jackknife_leaves_out_every_person(index):
    counts = np.column_stack(list(SMALL.values())).astype(float)
    found = m.bias_corrected(index, SMALL, method="jackknife")
    assert found.value == pytest.approx(multinomial_jackknife(index, counts))
    assert found.se == index(SMALL).se


def test_bias_of_mutual_information_is_that_of_miller():
    # of M without segregation: (areas − 1)(groups − 1) / 2N
    rng = np.random.default_rng(0)
    counts = rng.multinomial(4000, np.full(60, 1 / 60)).reshape(20, 3)
    for method in ("jackknife", "bootstrap"):
        corrected = m.bias_corrected(m.mutual_information, counts, method=method, draws=2000)
        removed = m.mutual_information(counts).value - corrected.value
        assert removed == pytest.approx(19 * 2 / 8000, rel=0.1)


def test_most_of_the_bias_goes():
    rng = np.random.default_rng(5)
    share = 1 / (1 + np.exp(1.4 - 0.8 * rng.normal(size=30)))
    cells = np.column_stack([share, 1 - share]) / 30
    for index, left in ((m.theil_h, 0.15), (m.dissimilarity, 0.4), (m.correlation_ratio, 0.15)):
        true = index(cells * 1e9).value
        plain, corrected = [], []
        for draw in range(40):
            counts = rng.multinomial(1200, cells.ravel()).reshape(30, 2)
            plain.append(index(counts).value)
            corrected.append(m.bias_corrected(index, counts, draws=40, seed=draw).value)
        bias = np.mean(plain) - true
        noise = 2 * np.std(corrected) / np.sqrt(40)
        assert abs(np.mean(corrected) - true) < left * bias + noise
        assert bias > 2 * noise


def test_the_same_seed_gives_the_same_number():
    one, two = (m.bias_corrected(m.dissimilarity, SMALL, seed=4) for _ in range(2))
    assert one.value == two.value
    assert one.value != m.bias_corrected(m.dissimilarity, SMALL, seed=5).value
    assert "bias corrected by 200 bootstrap draws, seed 4" in one.method


def test_parameters_are_handed_on():
    row = [[1], [0, 2], [1, 3], [2, 4], [3]]
    chance = m.randomisation_baseline(m.spatial_h, SMALL, space=row, draws=50)
    assert chance.observed == m.spatial_h(SMALL, space=row)
    corrected = m.bias_corrected(m.ordinal_segregation, SMALL, method="jackknife",
                                 variation="variance")  # fmt: skip
    ratio = m.bias_corrected(m.correlation_ratio, SMALL, method="jackknife")
    assert corrected.value == pytest.approx(ratio.value)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (SMALL, {"method": "magic"}, "method must be 'bootstrap' or 'jackknife'"),
        ({"a": [1.5, 2], "b": [3, 4]}, {}, "counts must be whole numbers"),
        ({"a": [1, 0], "b": [3, 4]}, {"method": "jackknife"}, "group 'a' has 1 people, too few"),
    ],
)
def test_what_cannot_be_corrected_stops(counts, options, message):
    with pytest.raises(ValueError, match=message):
        m.bias_corrected(m.theil_h, counts, **options)


def test_segregation_table_reads_once_and_says_the_same():
    from functools import partial

    found = m.segregation_table(SMALL, indices=["theil_h", partial(m.segregation_atkinson, b=0.2)])
    assert found["index"].tolist() == ["theil_h", "segregation_atkinson(b=0.2)"]
    assert found["value"].tolist() == [
        m.theil_h(SMALL).value, m.segregation_atkinson(SMALL, b=0.2).value,
    ]  # fmt: skip
    assert len(m.segregation_table(SMALL)) == 8
    with pytest.raises(ValueError, match="no index 'dissimilarty'"):
        m.segregation_table(SMALL, indices=["dissimilarty"])
