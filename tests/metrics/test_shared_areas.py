"""Areas as sampling units: the same area in two years is one unit."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m

INDICES = [
    m.dissimilarity, m.segregation_gini, m.theil_h, m.mutual_information, m.isolation, m.exposure,
    m.correlation_ratio, m.segregation_atkinson,
]  # fmt: skip
READ = {"groups": ["a", "b"], "areas": "area", "units": "areas"}


@pytest.fixture
def years() -> list[pd.DataFrame]:
    """Two years of 40 areas, of which 30 are in both."""
    rng = np.random.default_rng(2)
    share, size = rng.beta(2, 4, 50), rng.integers(80, 900, 50)
    tables = []
    for year, area in ((2019, np.arange(40)), (2020, np.arange(10, 50))):
        a = rng.binomial(size[area], share[area])
        tables.append(pd.DataFrame({"area": area, "a": a, "b": size[area] - a, "year": year}))
    return tables


def jackknife(index, tables: list[pd.DataFrame]) -> float:
    """Standard error of the change by leaving out each area, in both years at once."""
    areas = sorted(set(tables[0]["area"]) | set(tables[1]["area"]))
    left = []
    for area in areas:
        values = [index(t[t["area"] != area], **READ).value for t in tables]
        left.append(values[1] - values[0])
    n = len(areas)
    return math.sqrt((n - 1) / n * ((np.array(left) - np.mean(left)) ** 2).sum())


@pytest.mark.parametrize("index", INDICES)
def test_error_of_a_change_is_that_of_leaving_out_areas(index, years):
    before, after = (index(t, **READ) for t in years)
    change = after - before
    assert change.se == pytest.approx(jackknife(index, years), rel=0.08)
    assert change.se < 0.8 * math.hypot(before.se, after.se)
    assert change.value == index(years[1], ["a", "b"]).value - index(years[0], ["a", "b"]).value


def test_an_area_is_known_by_its_label_and_not_by_its_place(years):
    before = m.theil_h(years[0], **READ)
    again = m.theil_h(years[0].sample(frac=1, random_state=1), **READ)
    assert (again - before).se == pytest.approx(0, abs=1e-8)
    indexed = years[0].set_index("area")[["a", "b"]]
    assert (m.theil_h(indexed, units="areas") - before).se == pytest.approx(0, abs=1e-8)
    other = years[0].assign(area=years[0]["area"] + 1000)
    apart = m.theil_h(other, **READ)
    assert (apart - before).se == pytest.approx(math.hypot(apart.se, before.se))
    numbered = years[0][["a", "b"]]  # no labels but positions
    one, two = (m.theil_h(numbered, units="areas") for _ in range(2))
    assert (one - two).se == pytest.approx(math.hypot(one.se, two.se))


def test_people_stay_the_default_and_are_independent_between_years(years):
    before, after = (m.theil_h(t, ["a", "b"], areas="area") for t in years)
    assert (after - before).se == pytest.approx(math.hypot(before.se, after.se))
    assert "people drawn independently" in before.method
    assert "areas drawn independently" in m.theil_h(years[0], **READ).method


def test_an_empty_area_is_no_unit(years):
    empty = pd.DataFrame({"area": [99], "a": [0], "b": [0], "year": [2019]})
    with_it = m.theil_h(pd.concat([years[0], empty], ignore_index=True), **READ)
    assert with_it.se == pytest.approx(m.theil_h(years[0], **READ).se)
    assert with_it.degrees_of_freedom == 39


def test_tables_changes_and_parts_take_the_units(years):
    both = pd.concat(years)
    table = m.segregation_table(both, by="year", indices=[m.theil_h], **READ)
    assert table["se"].tolist() == [m.theil_h(t, **READ).se for t in years]
    assert m.theil_h(both, by="year", **READ)["se"].tolist() == table["se"].tolist()
    found = m.segregation_change(*years, **READ)
    direct = m.theil_h(years[1], **READ) - m.theil_h(years[0], **READ)
    assert found.change.se == pytest.approx(direct.se, rel=1e-9)
    effects = (found.structure, found.area_sizes, found.group_sizes, found.coming_and_going)
    assert sum(effects).se == pytest.approx(direct.se, rel=1e-6)
    parts = m.segregation_parts(years[0], districts=years[0]["area"] % 3, **READ)
    assert parts.total.se == pytest.approx(m.theil_h(years[0], **READ).se)


def test_what_cannot_be_drawn_stops(years):
    with pytest.raises(ValueError, match=r"units must be one of \['people', 'areas'\], got 'area'"):
        m.theil_h(years[0], ["a", "b"], units="area")
    with pytest.raises(ValueError, match="area 3 is there twice; add its rows up"):
        m.theil_h(pd.concat([years[0], years[0][3:4]]), **READ)
    row = [[1], [0, 2], [1, 3], [2, 4], [3]]
    with pytest.raises(ValueError, match="areas beside each other, which cannot be drawn apart"):
        m.spatial_h({"a": [3, 4, 5, 2, 6], "b": [5, 4, 3, 6, 2]}, space=row, units="areas")
