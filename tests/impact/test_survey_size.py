"""Size, coverage and power of the before/after tests with few persons.

``python tests/impact/test_survey_size.py 2000`` prints the table that is committed as
``validation/impact/series_and_surveys/survey_size.csv``; pytest runs fewer draws (slow).
"""

import csv
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from skk_analysis.impact.before_after import _answer, before_after
from skk_analysis.impact.survey_pairs import SurveyPairs

pytestmark = pytest.mark.slow

STEADY = 0.75
"""Share of a person's view that stays, as in the embedded sample (standard deviations)."""
CUTS = np.array([-1.35, -0.62, 0.0, 0.92])
AGREES = 4


def draw(rng, n, shift, houses=0):
    """Return answers 1–5 of n persons before and after, the view moved by ``shift``."""
    steady = STEADY * rng.standard_normal(n)
    noise = rng.standard_normal((2, n))
    if houses:  # half of what moves a person moves the house; the spread stays as it was
        noise[1] = np.sqrt(0.5) * (noise[1] + np.repeat(rng.standard_normal(houses), n // houses))
    views = 0.4 + steady + np.sqrt(1 - STEADY**2) * noise
    views[1] += shift
    return 1 + np.searchsorted(CUTS, views).astype(float)


def pairs_of(rng, kind, n, compared, shift, houses):
    answers = draw(rng, n, shift, houses)
    treated = np.ones(n, dtype=bool)
    cluster = np.repeat(np.arange(houses), n // houses) if houses else np.arange(n)
    if compared:
        answers = np.hstack([answers, draw(rng, n, 0.0, houses)])
        treated = np.repeat([True, False], n)
        cluster = np.concatenate([cluster, cluster + n])
    if kind == "binary":
        answers = (answers >= AGREES).astype(float)
    return SurveyPairs(
        *answers, treated, cluster, np.ones(len(treated)), (0, 1), compared, houses > 0, False
    )


def cell(kind, compared, n, houses, draws):
    """Return size, and power for the effect that the median series calls detectable (shares)."""
    rng = np.random.default_rng([len(kind), compared, n, houses])
    found = []
    while len(found) < draws:
        try:
            found.append(
                _answer(pairs_of(rng, kind, n, compared, 0.0, houses), kind, "change", 0.95)
            )
        except ValueError:  # everybody unchanged: the test refuses, which is no rejection
            found.append(None)
    size = float(np.mean([f is not None and f.p < 0.05 for f in found]))
    mde = float(np.median([f.mde for f in found if f is not None]))
    if kind != "binary" or houses:
        return size, float("nan"), mde
    share = 1 - 0.3446  # those who agree at a view of 0.4
    shift = float(ndtri(min(share + mde, 0.999)) - 0.4)
    moved = [
        _answer(pairs_of(rng, kind, n, compared, shift, 0), kind, "change", 0.95).p < 0.05
        for _ in range(draws // 2)
    ]
    return size, float(np.mean(moved)) if share + mde < 0.98 else float("nan"), mde


def cells():
    for kind, compared, n in product(
        ("continuous", "binary", "ordinal"), (False, True), (15, 30, 60)
    ):
        yield kind, compared, n, 0
    for kind, compared, houses in product(
        ("continuous", "binary"), (False, True), (2, 3, 4, 6, 10)
    ):
        yield kind, compared, 60, houses


def test_this_is_what_the_verb_answers():
    pairs = pairs_of(np.random.default_rng(2), "ordinal", 20, True, 0.5, 0)
    n = len(pairs.before)
    frame = pd.DataFrame({"who": np.tile(range(n), 2), "wave": np.repeat([0, 1], n)})
    frame["y"] = np.concatenate([pairs.before, pairs.after])
    frame["on"] = np.tile(pairs.treated, 2)
    verb = before_after(
        frame, "y", person="who", wave="wave", group="on", kind="ordinal", categories=5
    )
    assert verb.p == _answer(pairs, "ordinal", "change", 0.95).p


@pytest.mark.parametrize("kind", ["continuous", "binary", "ordinal"])
@pytest.mark.parametrize("compared", [False, True])
@pytest.mark.parametrize("n", [15, 30])
def test_size_with_few_persons(kind, compared, n):
    draws = 500
    size, _, _ = cell(kind, compared, n, 0, draws)
    assert 0.005 <= size <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / draws)


if __name__ == "__main__":
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["kind", "comparison", "n", "clusters", "draws", "size", "power_at_mde", "mde"])
    for place in cells():
        found = cell(*place, draws := int(sys.argv[1]))
        kind, compared, n, houses = place
        row = [kind, int(compared), n, houses, draws, *(f"{x:.3f}" for x in found)]
        out.writerow(row)
        sys.stdout.flush()
