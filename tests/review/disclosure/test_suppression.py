"""Secondary suppression: published examples, least cost by trying all patterns, and attacks."""

import numpy as np
import pytest

from skk_analysis.review.disclosure import (
    Policy,
    Relations,
    UnprotectableError,
    bounds,
    counts,
    suppress,
    suppression,
)

POLICY = Policy(group_zero=False)
DELINQUENT = np.array(  # counties × education of the head of the household, with totals
    [
        [15, 1, 3, 1, 20],
        [20, 10, 10, 15, 55],
        [3, 10, 10, 2, 25],
        [12, 14, 7, 2, 35],
        [50, 35, 30, 20, 135],
    ],
    dtype=float,
).ravel()


def test_two_hidden_cells_a_line_are_not_enough():
    """Statistical Policy Working Paper 22 (FCSM 2005), ch. II: the pattern that gives a 1 away."""
    hidden = np.isin(np.arange(25), [1, 2, 3, 6, 7, 10, 13, 15, 18])
    low, high = bounds(DELINQUENT, Relations.table([4, 4]), hidden)
    assert (low[3], high[3]) == (1, 1)
    found = suppress(
        DELINQUENT, Relations.table([4, 4], integer=True), counts(DELINQUENT, POLICY), POLICY
    )
    primary = found.role == "primary"
    assert np.flatnonzero(primary).tolist() == [1, 2, 3, 10, 13, 18]
    assert (found.low[primary] <= 1).all() and (found.high[primary] >= 5).all()
    assert found.gap == 0


@pytest.mark.parametrize("seed", range(8))
def test_cost_is_the_least_of_all_patterns(seed, independent):
    rng = np.random.default_rng(seed)
    shape = [(2, 3), (3, 2), (2, 2), (2, 2, 1)][seed % 4]
    x = independent.filled(rng.poisson(9 * rng.gamma(1, 1, shape)))
    equations = independent.margins(shape)
    rule = counts(x, POLICY)
    cost = np.ones(len(x)) if seed % 2 else rng.integers(1, 9, len(x)).astype(float)
    found = suppress(x, Relations.table(shape), rule, POLICY, cost=cost)

    def sufficient(hidden):
        for cell in np.flatnonzero(rule != ""):
            low, high = independent.interval(equations, x, hidden, int(cell))
            if low > 1 + 1e-6 or high < 5 - 1e-6:
                return False
        return True

    least = independent.cheapest(equations, cost, rule != "", sufficient)
    assert found.cost == pytest.approx(least)
    assert found.lower_bound == pytest.approx(least)
    assert sufficient(found.hidden)


def test_without_primary_cells_nothing_is_hidden():
    found = suppress([7, 8, 15], Relations.table([2]), np.array(["", "", ""]), POLICY)
    assert not found.hidden.any() and found.cost == 0 and found.gap == 0
    assert found.low.tolist() == found.high.tolist() == [7, 8, 15]


def test_large_components_are_protected_and_bounded(monkeypatch, campaign):
    """The heuristic hides enough, is never below the exact cost, nor is its bound above it."""
    rng = np.random.default_rng(4)
    for kind in campaign.KINDS * 2:
        x, equations, relations = campaign.drawn(rng, kind)
        rule = counts(x, POLICY)
        exact = suppress(x, relations, rule, POLICY)
        monkeypatch.setattr(suppression, "EXACT_CELLS", 0)
        quick = suppress(x, relations, rule, POLICY)
        again = suppress(x, relations, rule, POLICY)
        monkeypatch.undo()
        assert np.array_equal(quick.hidden, again.hidden)
        assert quick.lower_bound <= exact.cost + 1e-6 <= quick.cost + 2e-6
        for cell in np.flatnonzero(rule != ""):
            low, high = campaign.independent.interval(equations, x, quick.hidden, int(cell))
            assert low <= 1 + 1e-5 and high >= 5 - 1e-5


def test_whole_numbers_need_another_cell_than_the_relaxation():
    """2a + 2b + c = 13: with b and the sum shown, c is odd, which a linear programme overlooks."""
    x = np.array([3, 2, 3, 13.0])
    rows, nan = [{0: 2, 1: 2, 2: 1, 3: -1}], np.nan
    rule = np.array(["", "", "minimum_count", ""])
    options = {"required": ([nan] * 4, [nan, nan, 4, nan]), "already_published": [0, 1, 0, 0]}
    roles = {}
    for top in (4, 5):  # 5 is as good as the 4 demanded, and odd
        options["upper"] = [5, 5, top, 20]
        for whole in (False, True):
            relations = Relations.rows(rows, cells=4, integer=whole)
            found = suppress(x, relations, rule, POLICY, **options)
            assert found.high[2] >= 4
            roles[top, whole] = found.role.tolist().index("secondary")
    assert roles == {(4, False): 0, (4, True): 3, (5, False): 0, (5, True): 0}


def test_nested_totals_and_linked_tables_are_protected_together():
    """Hidden in the area table, the district's number must not stand in the city table."""
    areas, districts = Relations.sums({2: [0, 1]}, cells=3), Relations.sums({2: [0, 1]}, cells=3)
    x = np.array([3, 40, 43, 43, 60, 103.0])
    rule = counts(x, POLICY)
    apart = suppress(x, Relations.beside(areas, districts), rule, POLICY)
    assert apart.role.tolist() == ["primary", "secondary", *["shown"] * 4]
    cost = [1, 9, 1, 1, 9, 9]
    linked = Relations.beside(areas, districts) + Relations.equal([(2, 3)], cells=6)
    found = suppress(x, linked, rule, POLICY, cost=cost)
    assert found.role.tolist() == ["primary", "secondary", *["shown"] * 4]
    naive = np.isin(np.arange(6), [0, 2])
    assert bounds(x, linked, naive)[1][0] == 3


def test_years_and_their_change():
    x = np.array([3, 20, 17, 40, 23, 57.0])  # old, new, change; the rest of each year and totals
    rows = Relations.differences([(2, 1, 0)], cells=6)
    lower = [0, 0, -np.inf, 0, 0, 0]
    found = suppress(x, rows, counts(x, POLICY), POLICY, lower=lower)
    assert found.role[2] == "secondary" or found.role[1] == "secondary"
    published = [0, 1, 1, 0, 0, 0]
    with pytest.raises(UnprotectableError, match=r"cell 0 \(minimum_count\) cannot be protected"):
        suppress(x, rows, counts(x, POLICY), POLICY, lower=lower, already_published=published)


def test_a_rounded_total_may_protect_by_itself():
    x, relations = np.array([3, 40, 50, 93.0]), Relations.table([3], integer=True)
    rule = counts(x, POLICY)
    exact = suppress(x, relations, rule, POLICY)
    assert exact.role.tolist() == ["primary", "secondary", "shown", "shown"]
    rounded = suppress(x, relations, rule, POLICY, rounding=[0, 0, 0, 10])
    assert rounded.role.tolist() == ["primary", "shown", "shown", "shown"]
    assert (rounded.low[0], rounded.high[0]) == (0, 5)
    assert (rounded.low[3], rounded.high[3]) == (90, 95)


def test_a_rate_is_hidden_with_its_count():
    """3 of 60 are 5,0 %: shown to a tenth of a point, the rate is the count."""
    x = np.array([3, 5.0])
    relations = Relations.rows([{0: 100 / 60, 1: -1}], cells=2, integer=[True, False])
    rule = counts([3, np.nan], POLICY)
    found = suppress(x, relations, rule, POLICY, rounding=[0, 0.1], upper=[60, 100])
    assert found.role.tolist() == ["primary", "secondary"]
    coarse = suppress(x, relations, rule, POLICY, rounding=[0, 20], upper=[60, 100])
    assert coarse.role.tolist() == ["primary", "shown"]
    assert (coarse.low[0], coarse.high[0]) == (0, 6)  # "0 %", up to 10 % of 60


def test_already_published_cells_to_blame():
    """Differencing: the city without the district is out, and so is the city."""
    x = np.array([3, 90, 93, 50, 143.0])
    relations = Relations.sums({2: [0, 1], 4: [2, 3]}, cells=5, integer=True)
    names = ["A 2020", "rest 2020", "city 2020", "others", "all"]
    published = np.array([0, 1, 1, 0, 0], bool)
    with pytest.raises(UnprotectableError) as error:
        suppress(x, relations, counts(x, POLICY), POLICY, already_published=published, names=names)
    message = str(error.value)
    assert "A 2020 (minimum_count) cannot be protected" in message
    assert "get inside 1 … 5" in message and "withdraw" in message
    assert error.value.cell == 0 and error.value.published in ([1], [2])
    assert names[error.value.published[0]] in message
    only_city = np.array([0, 0, 1, 0, 0], bool)
    found = suppress(x, relations, counts(x, POLICY), POLICY, already_published=only_city)
    assert found.role.tolist() == ["primary", "secondary", "shown", "shown", "shown"]


def test_zeros_may_serve_unless_everybody_knows_them():
    """[[1, 9], [9, 0]]: the hidden 0 takes part; a structural zero must not."""
    x = np.array([1, 9, 10, 9, 0, 9, 10, 9, 19.0])
    relations, rule = Relations.table([2, 2], integer=True), counts(x, POLICY)
    cost = np.array([1, 5, 50, 5, 1, 5, 50, 50, 50.0])
    found = suppress(x, relations, rule, POLICY, cost=cost)
    assert found.hidden[4]
    known = suppress(x, relations, rule, POLICY, cost=cost, already_published=x == 0)
    assert known.role[4] == "shown" and known.cost > found.cost
    assert known.low[0] <= 1 and known.high[0] >= 5


def test_hidden_zeros_are_protected_as_such():
    x = np.array([0, 30, 40, 70.0])
    rule = counts(x, Policy(), group=70)
    found = suppress(x, Relations.table([3]), rule, Policy())
    assert rule[0] == "group_zero" and found.role.tolist().count("secondary") == 1
    assert found.low[0] == 0 and found.high[0] >= 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cost": [1, 0, 1, 1]}, r"cell 1 \(40\) has a cost that is not positive"),
        (
            {"already_published": [1, 0, 0, 0]},
            r"cell 0 \(3\) must be hidden but is already published",
        ),
        ({"upper": 50}, r"cell 3 \(93\) is outside its bounds"),
        ({"upper": [4, 99, 99, 99]}, "cannot be protected: everybody knows more"),
        ({"required": (4, 9)}, "is outside the interval required"),
        ({"rounding": -1}, "negative rounding"),
        ({"primary": np.array([True])}, "primary has shape"),
        ({"values": [3, 40, 50, 94]}, "misses by 1"),
    ],
)
def test_wrong_input_stops(options, message):
    x = np.array(options.pop("values", [3, 40, 50, 93.0]), dtype=float)
    primary = options.pop("primary", x < 5)
    with pytest.raises(ValueError, match=message):
        suppress(x, Relations.table([3], integer=True), primary, POLICY, **options)


def test_a_table_that_gives_itself_away():
    """3 = 3: one area is the whole city, which everybody knows to be 3 already."""
    with pytest.raises(UnprotectableError, match="published numbers give it away: cell 1"):
        suppress([3, 3], Relations.table([1]), [True, False], POLICY, already_published=[0, 1])
    x, rows = [3, 7], Relations.rows([{0: 1}], cells=2, low=2, high=4)
    with pytest.raises(UnprotectableError, match="give it away even with everything hidden"):
        suppress(x, rows, np.array(["minimum_count", ""]), POLICY)
