"""Relations: tables with margins, nested and linked categories, changes, rounding, rates."""

import numpy as np
import pandas as pd
import pytest

from skk_analysis.review.disclosure import Relations, bounds


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 3, 2)])
def test_table_has_the_equations_of_its_margins(shape, independent):
    ours = Relations.table(shape, integer=True)
    rows = {tuple(row) for row in ours.matrix.toarray()}
    assert rows == {tuple(row) for row in independent.margins(shape)}
    assert ours.integer.all()
    x = independent.filled(np.random.default_rng(0).integers(0, 50, shape))
    assert np.array_equal(ours.check(x), x)


FRAME = pd.DataFrame(
    [(a, g) for a in ("city", "d1", "d2", "a1", "a2") for g in ("all", "m", "w")],
    columns=["area", "group"],
)
TREE = {"area": {"city": ["d1", "d2"], "d1": ["a1", "a2"]}, "group": {"all": ["m", "w"]}}


def test_frame_follows_hierarchies_in_any_row_order():
    mixed = FRAME.sample(frac=1, random_state=1).reset_index(drop=True)
    ours = Relations.frame(mixed, TREE)
    assert len(ours) == 3 * 2 + 5
    at = {key: i for i, key in enumerate(mixed.itertuples(index=False, name=None))}
    row = np.zeros(15)
    row[[at["d1", "w"], at["a1", "w"], at["a2", "w"]]] = [1, -1, -1]
    assert (ours.matrix.toarray() == row).all(axis=1).sum() == 1


def test_frame_with_a_missing_child():
    part = FRAME[FRAME["area"] != "a2"].reset_index(drop=True)
    with pytest.raises(ValueError, match=r"'area': 'a2', 'group': 'all'.*part of row 3, is not in"):
        Relations.frame(part, TREE)
    # d1 = 12 of which a1 is hidden and a2 not published at all: a1 is at most 12, or exactly 12
    x = np.where((part["area"] == "a1") & (part["group"] == "all"), np.nan, 0.0)
    x[(part["area"].isin(["city", "d1"]) & (part["group"] == "all")).to_numpy()] = 12
    only_areas = {"area": TREE["area"], "group": {}}
    cell = int(np.flatnonzero(np.isnan(x))[0])
    for missing, least in (("unknown", 0), ("zero", 12)):
        low, high = bounds(x, Relations.frame(part, only_areas, missing=missing), np.isnan(x))
        assert (low[cell], high[cell]) == (least, 12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Relations.frame(FRAME, {"aera": {}}), r"columns \['aera'\] are not in"),
        (lambda: Relations.frame(FRAME, {"area": {}}), "rows 0 and 1 are the same cell"),
        (lambda: Relations.frame(FRAME, TREE, missing="skip"), "missing is 'skip'"),
        (lambda: Relations.sums({3: [0, 1]}, cells=3), "cell 3 in a relation"),
        (lambda: Relations.none(2) + Relations.none(3), "2 and of 3 cells"),
        (lambda: Relations.table([2]).check([1, 2, 4]), r"\+1·1 \(cell 0\).*misses by 1"),
        (lambda: Relations.table([2]).check([1, np.nan, 4]), "cell 1 has no finite value"),
        (lambda: Relations.table([2]).check([1, 2]), r"\(2,\) values for 3 cells"),
    ],
)
def test_wrong_input_stops(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_builders_and_their_sums():
    both = Relations.same(["a", None, "b", "a", None, "b"]) + Relations.differences(
        [(4, 1, 0)], cells=6
    )
    assert both.matrix.toarray().tolist() == [
        [1, 0, 0, -1, 0, 0],
        [0, 0, 1, 0, 0, -1],
        [1, -1, 0, 0, 1, 0],
    ]
    beside = Relations.beside(Relations.table([2], integer=True), Relations.table([1]))
    assert beside.matrix.toarray().tolist() == [[1, 1, -1, 0, 0], [0, 0, 0, 1, -1]]
    assert beside.integer.tolist() == [True] * 3 + [False] * 2
