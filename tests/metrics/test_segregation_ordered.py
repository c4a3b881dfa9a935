"""Segregation between ordered groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

import skk_analysis.metrics as m
from skk_analysis.metrics.ordinal_segregation import _integrated_polynomial, _moments

COUNTS = np.array([[30, 20, 10, 5], [5, 10, 20, 30], [20, 20, 20, 20], [1, 0, 0, 40]])
KINDS = {
    "information": lambda c: -c * np.log(c) - (1 - c) * np.log(1 - c) if 0 < c < 1 else 0.0,
    "variance": lambda c: c * (1 - c),
    "root": lambda c: np.sqrt(c * (1 - c)),
    "absolute": lambda c: 0.5 - abs(c - 0.5),
}


@pytest.mark.parametrize("variation", KINDS)
def test_ordinal_index_is_the_definition_summed_person_by_person(variation):
    f = KINDS[variation]
    total = COUNTS.sum(axis=0)
    whole = sum(f(total[:k].sum() / total.sum()) for k in (1, 2, 3))
    lost = 0.0
    for area in COUNTS:
        own = sum(f(area[:k].sum() / area.sum()) for k in (1, 2, 3))
        lost += area.sum() / total.sum() * (whole - own) / whole
    found = m.ordinal_segregation(COUNTS, variation=variation)
    assert found.value == pytest.approx(lost, rel=1e-12)


@pytest.mark.parametrize(
    ("variation", "index"),
    [("information", m.theil_h), ("variance", m.correlation_ratio)],
)
def test_two_groups_give_the_unordered_index(variation, index):
    two = COUNTS[:, [0, 3]]
    ordered, plain = m.ordinal_segregation(two, variation=variation), index(two)
    assert ordered.value == pytest.approx(plain.value, rel=1e-12)
    assert ordered.se == pytest.approx(plain.se, rel=1e-9)


def test_two_classes_give_rank_order_h_equal_to_h():
    two = COUNTS[:, [0, 3]]
    assert m.rank_order_h(two).value == pytest.approx(m.theil_h(two).value, rel=1e-12)


def test_extremes_apart_are_more_segregated_than_neighbours_apart():
    # Reardon (2009): the same counts, once the middle and the top class side by side
    extremes = [[0, 0, 30], [0, 20, 10], [10, 20, 0], [30, 0, 0]]
    middles = [[0, 30, 0], [0, 10, 20], [10, 0, 20], [30, 0, 0]]
    far, near = (m.ordinal_segregation(c).value for c in (extremes, middles))
    assert far > near
    assert m.theil_h(extremes).value == pytest.approx(m.theil_h(middles).value)


def test_complete_separation_is_one_and_evenness_zero():
    apart, even = np.diag([10, 20, 30]), np.outer([1, 2, 3], [5, 6, 7])
    for index in (m.ordinal_segregation, m.rank_order_h):
        assert index(apart).value == pytest.approx(1)
        assert index(even).value == pytest.approx(0, abs=1e-12)


def test_moments_are_the_integrals():
    for k, moment in enumerate(_moments(4)):
        expected, _ = quad(lambda p, k=k: 2 * p**k * KINDS["information"](p), 0, 1)
        assert moment == pytest.approx(expected, abs=1e-9)
    assert _moments(0)[0] == pytest.approx(1)


# the worked examples of the package segindex (Reardon 2011; Reardon & Bischoff 2011, appendix A)
SEGINDEX = [
    ([[80, 80, 70, 70], [50, 45, 40], [20, 20, 20, 10]], 0.7181836873727949),
    ([[80, 70, 50], [80, 70, 45, 20, 20], [40, 20, 10]], 0.3191),
]


@pytest.mark.parametrize(("areas", "expected"), SEGINDEX)
def test_the_polynomial_agrees_with_segindex(areas, expected):
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate(areas))
    ranks = np.split(ranks / len(ranks), np.cumsum([len(a) for a in areas])[:-1])
    p = np.arange(1, 14) / 14  # its thresholds, where it takes H of those at or below
    f, sizes = KINDS["information"], np.array([len(a) for a in areas])
    h = []
    for limit in p:
        below = np.array([(r <= limit).mean() for r in ranks])
        whole = f(sizes @ below / sizes.sum())
        h.append(1 - sizes @ [f(b) for b in below] / sizes.sum() / whole if whole > 0 else 0.0)
    value, _, _ = _integrated_polynomial(p, np.array(h), 4)
    assert value == pytest.approx(expected, abs=5e-5)


def test_rank_order_h_hardly_depends_on_the_classes():
    rng = np.random.default_rng(0)
    incomes = [rng.lognormal(mean, 0.6, 4000) for mean in rng.normal(0, 0.3, 20)]
    everybody = np.concatenate(incomes)

    def counted(classes):
        cuts = np.quantile(everybody, np.linspace(0, 1, classes + 1)[1:-1])
        return np.array([np.bincount(np.digitize(y, cuts), minlength=classes) for y in incomes])

    few, many = m.rank_order_h(counted(6)), m.rank_order_h(counted(40))
    assert few.value == pytest.approx(many.value, rel=0.02)
    # with many classes the integral is nearly a sum over thresholds
    fine = counted(200)
    shares = np.cumsum(fine.sum(axis=0))[:-1] / fine.sum()
    h = [m.theil_h(np.column_stack([fine[:, :k].sum(1), fine[:, k:].sum(1)])).value
         for k in range(1, 200)]  # fmt: skip
    weight = np.array([KINDS["information"](p) for p in shares])
    assert many.value == pytest.approx(weight @ h / weight.sum(), rel=0.01)


def test_the_order_of_the_polynomial_is_stated_and_limited():
    assert "polynomial of order 2 through H at p = 0.22" in m.rank_order_h(COUNTS).method
    assert "rank_order_h(order=1)" in m.rank_order_h(COUNTS, order=1).method
    with pytest.raises(ValueError, match="4 classes have 3 thresholds"):
        m.rank_order_h(COUNTS, order=3)


def test_an_unknown_variation_is_named():
    with pytest.raises(ValueError, match="variation must be one of"):
        m.ordinal_segregation(COUNTS, variation="entropy")
