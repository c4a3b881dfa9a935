"""Simulated coverage of the 95 % intervals of segregation indices, of their changes and parts.

People drawn into the cells of a few large areas, of many, and of areas of 50 people; and areas
drawn with their people, whose composition in two years is correlated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from skk_analysis import metrics as m
from skk_analysis.estimate import Estimate

CELLS = np.array([
    [60, 20, 15, 5], [25, 40, 25, 10], [10, 30, 40, 20], [8, 14, 28, 50], [30, 30, 30, 10],
    [12, 18, 30, 40],
]) / 600  # fmt: skip
LATER = CELLS * np.linspace(0.7, 1.3, 6)[:, None] * [1.1, 1, 0.9, 1] + 0.004
LATER = LATER / LATER.sum()
SQUARES = [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]] for x in range(6)]
SPACE = m.area_map([{"type": "Polygon", "coordinates": [s]} for s in SQUARES], unit_km=1)
MANY_GROUPS = [
    (m.dissimilarity, {}), (m.segregation_gini, {}), (m.theil_h, {}), (m.mutual_information, {}),
    (m.isolation, {}), (m.exposure, {}), (m.correlation_ratio, {}), (m.normalized_exposure, {}),
    (m.relative_diversity, {}), (m.ordinal_segregation, {}),
    (m.ordinal_segregation, {"variation": "variance"}), (m.rank_order_h, {}),
    (m.spatial_proximity, {"space": SPACE}), (m.distance_decay_isolation, {"space": SPACE}),
    (m.spatial_h, {"space": SPACE}), (m.spatial_h, {"space": SPACE, "radius_km": 1.5}),
]  # fmt: skip
TWO_GROUPS = [
    (m.dissimilarity, {}), (m.segregation_gini, {}), (m.theil_h, {}), (m.segregation_atkinson, {}),
    (m.boundary_dissimilarity, {"space": SPACE}),
]  # fmt: skip
SMOOTH = [
    m.theil_h, m.mutual_information, m.isolation, m.correlation_ratio, m.normalized_exposure,
    m.relative_diversity,
]  # fmt: skip
MANY_PEOPLE = 1e9
BLOCK = 250  # samples from one stream of random numbers


class Case(NamedTuple):
    """What is estimated, its true value, and a draw of its estimate."""

    name: str
    true: float
    draw: Callable[[np.random.Generator], Estimate]


def _drawn(index: Callable, cells: np.ndarray, people: int, rng) -> Estimate:
    return index(rng.multinomial(people, cells.ravel()).reshape(cells.shape))


def _plain(label: str, indices, cells: np.ndarray, people: int) -> list[Case]:
    cells = cells / cells.sum()
    cases = []
    for function, options in indices:
        index = partial(function, **options)
        shown = [str(v) for k, v in options.items() if k != "space"]
        name = f"{function.__name__}({', '.join(shown)})" if shown else function.__name__
        draw = partial(_drawn, index, cells, people)
        cases.append(Case(f"{label}: {name}", index(cells * MANY_PEOPLE).value, draw))
    return cases


def _two_years(effect: Callable, rng) -> Estimate:
    drawn = (rng.multinomial(4000, s.ravel()).reshape(s.shape) for s in (CELLS, LATER))
    return effect(*drawn)


def _effects() -> list[Case]:
    cases = []
    for name in ("structure", "area_sizes", "group_sizes", "change"):

        def effect(before, after, name=name):
            return getattr(m.segregation_change(before, after), name)

        true = effect(CELLS * MANY_PEOPLE, LATER * MANY_PEOPLE).value
        cases.append(Case(f"change of theil_h: {name}", true, partial(_two_years, effect)))
    return cases


def _parts() -> list[Case]:
    cases = []
    for name in ("total", "between", "within", "share_between"):

        def part(counts, name=name):
            found = m.segregation_parts(counts, districts=["x", "x", "y", "y", "z", "z"])
            return getattr(found, name)

        true = part(CELLS * MANY_PEOPLE).value
        cases.append(Case(f"parts of theil_h: {name}", true, partial(_drawn, part, CELLS, 6000)))
    return cases


def city(areas: int, rng) -> list[pd.DataFrame]:
    """Draw areas with everybody in them, in two years between which segregation grows."""
    early = rng.normal(size=areas)
    late = 0.9 * early + np.sqrt(1 - 0.9**2) * rng.normal(size=areas)
    size = rng.lognormal(6, 0.6, size=areas)
    tables = []
    for score, slope in ((early, 0.8), (late, 1.0)):
        people = rng.poisson(size) + 1
        members = rng.binomial(people, 1 / (1 + np.exp(1.2 - slope * score)))
        tables.append(pd.DataFrame({"area": range(areas), "a": members, "b": people - members}))
    return tables


def _drawn_areas(areas: int = 300) -> list[Case]:
    everything = city(1_000_000, np.random.default_rng(20))
    cases = []
    for index in (m.dissimilarity, m.segregation_gini, m.theil_h, m.isolation, m.correlation_ratio):

        def year(frame, index=index):
            return index(frame, ["a", "b"], areas="area", units="areas")

        before, after = (year(frame).value for frame in everything)
        name = index.__name__
        cases.append(Case(f"areas drawn: {name}", before, lambda r, y=year: y(city(areas, r)[0])))
        change = lambda r, y=year: (lambda t: y(t[1]) - y(t[0]))(city(areas, r))  # noqa: E731
        cases.append(Case(f"areas drawn: change of {name}", after - before, change))
    return cases


def cases() -> list[Case]:
    """Return all that is simulated."""
    rng = np.random.default_rng(8)
    share = 1 / (1 + np.exp(1.4 - 1.2 * rng.normal(size=30)))
    small = np.column_stack([share, 1 - share]) / 30
    return [
        *_plain("6 areas, 4 groups", MANY_GROUPS, CELLS, 3000),
        *_plain("6 areas, 2 groups", TWO_GROUPS, CELLS[:, [0, 3]], 3000),
        *_plain("30 areas of 1000", MANY_GROUPS[:6], rng.dirichlet(np.full(60, 3.0)).reshape(30, 2),
                30_000),
        *_plain("30 areas of 50", [(index, {}) for index in SMOOTH], small, 1500),
        *_effects(),
        *_parts(),
        *_drawn_areas(),
    ]  # fmt: skip


def drawn(case: Case, block: int, draws: int = BLOCK, seed: int = 7) -> np.ndarray:
    """Return the ends of the interval in some samples, shape (draws, 2)."""
    rng = np.random.default_rng([seed, block])
    return np.array([case.draw(rng).interval() for _ in range(draws)])


def summary(case: Case, ends: np.ndarray) -> dict:
    """Return the coverage of one case and its misses on either side."""
    below, above = (ends[:, 1] < case.true).mean(), (ends[:, 0] > case.true).mean()
    figures = {"draws": len(ends), "coverage": 1 - below - above, "below": below, "above": above}
    return {"case": case.name} | figures


def table(draws: int) -> pd.DataFrame:
    """Return the coverage of every case."""
    blocks = range(draws // BLOCK)
    return pd.DataFrame(
        [summary(case, np.concatenate([drawn(case, b) for b in blocks])) for case in cases()]
    )
