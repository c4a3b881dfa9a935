"""Leave-one-out, specifications, placebos in time, the pandemic, power and the design."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact.adjustment import without_covariates
from skk_analysis.impact.design import anticipation_check, design_checks
from skk_analysis.impact.gaps import difference_gaps, synthetic_did_gaps
from skk_analysis.impact.pandemic import (
    bounded_exposure,
    closure_check,
    dropped_check,
    exposure_check,
    only_pandemic_check,
    without_pandemic,
)
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.placebos import minimum_detectable, placebo_inference
from skk_analysis.impact.power import power_table
from skk_analysis.impact.sensitivity import (
    leave_one_out,
    leave_one_out_checks,
    placebo_in_time,
    specification_curve,
)
from skk_analysis.impact.size_matching import Placebos

WORLD = Path(__file__).resolve().parents[2] / "validation/impact/simulation/world.py"
spec = importlib.util.spec_from_file_location("world", WORLD)
assert spec and spec.loader
world = importlib.util.module_from_spec(spec)
spec.loader.exec_module(world)

PLAN = Placebos(draws=199)


def panel(
    seed: int = 1, count: int = 1, effect: float = 0.0, shock: float = 0.0, rho: float = 0.5
) -> Panel:
    """The simulated country with an effect added from 2019 on to the largest municipalities."""
    rng = np.random.default_rng(seed)
    frame = world.country(rng, rho, shock)
    treated = world.chosen(frame, count, "big", rng)
    after = frame["name"].isin(treated) & (frame["year"] >= world.START)
    frame["y"] += effect * after
    starts = dict.fromkeys(treated, world.START)
    return Panel(frame, unit="name", time="year", treated=starts, population="population")


def test_leaving_out_a_unit_is_the_estimate_without_it():
    """Each row equals the estimate on a panel from which that unit, year or city was taken."""
    cities = panel(count=2)
    table = leave_one_out(synthetic_did_gaps, cities.block("y")).set_index(["kind", "left_out"])
    unit, city = cities.comparison[17], next(iter(cities.starts))
    for kind, name, smaller in (
        ("donor", unit, cities.without(units=[unit])),
        ("year", 2012, cities.without(times=[2012])),
        ("city", city, cities.without(units=[city])),
    ):
        block = smaller.block("y")
        expected = placebo_inference(synthetic_did_gaps, block, PLAN).estimate
        assert table.loc[(kind, name), "estimate"] == pytest.approx(expected, abs=1e-9), kind
    assert table.loc["donor"].shape[0] == len(cities.comparison)
    assert set(table.loc["year"].index) == set(cities.times)


def test_one_treated_unit_cannot_be_left_out():
    block = panel().block("y")
    table = leave_one_out(difference_gaps, block)
    assert "city" not in set(table["kind"])
    checks = {c.name: c for c in leave_one_out_checks(table, 0.0, 1.0)}
    assert checks["leave_one_city"].result == "not_applicable"


@pytest.mark.parametrize(
    ("values", "estimate", "reach", "result"),
    [
        ([1.1, 1.4], 1.2, 1.0, "passed"),  # clearly above with and without
        ([0.9, 1.4], 1.2, 1.0, "failed"),  # one unit carries the finding
        ([0.2, -0.3], 0.1, 1.0, "passed"),  # nothing found, nothing found
        ([0.2, -1.3], 0.1, 1.0, "failed"),  # one unit hides it
    ],
)
def test_the_conclusion_must_not_hang_on_one_unit(values, estimate, reach, result):
    table = pd.DataFrame({"kind": "donor", "left_out": ["a", "b"], "estimate": values})
    check = leave_one_out_checks(table, estimate, reach)[0]
    assert check.result == result
    assert check.numbers == {"low": min(values), "high": max(values)}


def test_the_specification_curve_holds_the_main_estimate_and_its_neighbours():
    block = panel(effect=8.0).block("y")
    found = placebo_inference(synthetic_did_gaps, block, PLAN)
    reach = found.interval[1] - found.estimate
    table, check = specification_curve(block, PLAN, reach=reach, main=found.estimate)
    main = table.query("method == 'synthetic_did' and donors == 'all' and not exposure")
    assert main["estimate"].item() == pytest.approx(found.estimate, abs=1e-12)
    assert len(table) == 3 * 4 * 2  # methods × donor sets × exposure
    assert check.result == "passed" and check.numbers["share"] == 1.0


def test_a_pretended_start_uses_no_year_from_the_real_one_on():
    """The folds lie before the start, keep five years before them, and find no real effect."""
    table, check = placebo_in_time(synthetic_did_gaps, panel(effect=50.0).block("y"), PLAN)
    assert table[["start", "years"]].to_numpy().tolist() == [[2017, 8], [2015, 6]]
    assert table["estimate"].abs().max() < 10
    assert check.result == "passed"
    same, _ = placebo_in_time(synthetic_did_gaps, panel().block("y"), PLAN)
    pd.testing.assert_frame_equal(table, same)


def test_a_pretended_start_without_five_years_before_is_not_made():
    short = panel()
    short = replace(short, frame=short.frame[short.frame["year"] >= 2013])
    table, check = placebo_in_time(difference_gaps, short.block("y"), PLAN)
    assert table.empty and check.result == "not_applicable"


def test_an_early_effect_fails_the_placebo_in_time():
    cities = panel()
    early = cities.frame["name"].isin(cities.starts) & (cities.frame["year"] >= 2017)
    cities = replace(cities, frame=cities.frame.assign(y=cities.frame["y"] + 20.0 * early))
    _, check = placebo_in_time(synthetic_did_gaps, cities.block("y"), PLAN)
    assert check.result == "failed" and check.numbers["estimate"] > 10
    found = placebo_inference(synthetic_did_gaps, cities.block("y"), PLAN)
    assert anticipation_check(cities.block("y"), found).result in ("failed", "passed")


def test_anticipation_is_seen_in_the_last_year_before():
    cities = panel()
    last = cities.frame["name"].isin(cities.starts) & (cities.frame["year"] == 2018)
    cities = replace(cities, frame=cities.frame.assign(y=cities.frame["y"] + 20.0 * last))
    block = cities.block("y")
    check = anticipation_check(block, placebo_inference(difference_gaps, block, PLAN))
    assert check.result == "failed" and check.numbers["estimate"] > 10


def test_without_the_pandemic_year_its_shock_is_gone():
    """A shock of 2020 alone moves the estimate, but not the one without the pandemic years."""
    cities = panel()
    hit = cities.frame["name"].isin(cities.starts) & (cities.frame["year"] == 2020)
    struck = replace(cities, frame=cities.frame.assign(y=cities.frame["y"] + 9.0 * hit))
    before, after = cities.block("y"), struck.block("y")
    calm = [without_pandemic(synthetic_did_gaps, block, PLAN) for block in (before, after)]
    assert calm[0] and calm[1] and calm[0].estimate == pytest.approx(calm[1].estimate, abs=1e-12)
    with_it = [placebo_inference(difference_gaps, block, PLAN) for block in (before, after)]
    assert with_it[1].estimate - with_it[0].estimate == pytest.approx(4.5, abs=1e-9)
    assert only_pandemic_check(before).result == "passed"
    assert without_pandemic(synthetic_did_gaps, cities.block("y"), PLAN) is not None


def test_only_the_pandemic_year_after_the_start_is_told():
    cities = panel()
    late = replace(cities, treated=dict.fromkeys(cities.starts, 2020)).block("y")
    assert only_pandemic_check(late).result == "failed"
    assert without_pandemic(synthetic_did_gaps, late, PLAN) is None
    assert only_pandemic_check(cities.until(2019).block("y")).result == "not_applicable"


def test_exposure_takes_out_a_shock_that_grows_with_size():
    """A 2020 shock exactly linear in log size leaves no trace after the adjustment."""
    cities = panel()
    size = np.log(cities.frame["population"])
    struck = cities.frame["y"] + 3.0 * (size - size.mean()) * (cities.frame["year"] == 2020)
    block = replace(cities, frame=cities.frame.assign(y=struck)).block("y")
    adjusted, slopes = without_covariates(block, exposure=True)
    plain, own = without_covariates(cities.block("y"), exposure=True)
    np.testing.assert_allclose(adjusted.values, plain.values, atol=1e-9)
    assert slopes["exposure × pandemic"] - own["exposure × pandemic"] == pytest.approx(3.0)


def test_bounded_exposure_and_conclusions_that_change():
    found = placebo_inference(synthetic_did_gaps, (block := panel(effect=30.0).block("y")), PLAN)
    check = bounded_exposure(block, found)
    assert check.result == "passed" and 0 < check.numbers["low"] < found.estimate
    rows = np.searchsorted(block.donors, found.slots[:, 0])
    gap = found.singles[2019][rows]
    largest = np.abs(gap[:, -1] - gap[:, -2]).max()
    assert check.numbers["high"] - found.estimate == pytest.approx(largest / 2)
    nothing = found._replace(estimate=-found.estimate)
    assert exposure_check(found, found).result == "passed"
    assert exposure_check(nothing, found).result == "failed"
    assert exposure_check(found._replace(p=0.5), found).result == "inconclusive"


def test_a_shock_of_2020_that_size_does_not_explain_is_seen_without_2020():
    """A common shock in the largest cities' 2020 alone fails the estimate without that year."""
    cities = panel(count=6)
    hit = cities.frame["name"].isin(cities.starts) & (cities.frame["year"] == 2020)
    struck = replace(cities, frame=cities.frame.assign(y=cities.frame["y"] + 9.0 * hit))
    block = struck.block("y")
    found = placebo_inference(synthetic_did_gaps, block, PLAN)
    calm = without_pandemic(synthetic_did_gaps, block, PLAN)
    assert found.p <= 0.05 and dropped_check(found, calm).result == "failed"
    lasting = panel(count=6, effect=9.0).block("y")
    both = [
        placebo_inference(synthetic_did_gaps, lasting, PLAN),
        without_pandemic(synthetic_did_gaps, lasting, PLAN),
    ]
    assert dropped_check(*both).result == "passed"
    assert dropped_check(both[0], None).result == "not_applicable"


def test_placebos_that_share_their_units_are_not_many():
    """A set of units counts once whatever its order, and tuples of few units are refused."""
    rng = np.random.default_rng(0)
    names = [f"u{i:02d}" for i in range(24)]
    frame = pd.DataFrame({"u": np.repeat(names, 8), "t": np.tile(np.arange(2012, 2020), 24)})
    frame["y"] = rng.normal(size=len(frame))
    of = {"unit": "u", "time": "t"}
    two = Panel(frame, treated={"u00": 2018, "u01": 2018}, **of)
    found = placebo_inference(difference_gaps, two.block("y"), Placebos(draws=10_000))
    assert len(found.placebos) == 22 * 21 / 2
    few = placebo_inference(difference_gaps, two.without(units=names[14:]).block("y"), PLAN)
    assert len(few.placebos) and math.isnan(few.p) and math.isnan(few.interval[0])
    alone = placebo_inference(difference_gaps, two.without(units=names[3:]).block("y"), PLAN)
    assert math.isnan(alone.p)


def test_placebos_larger_than_the_treated_unit_are_no_match():
    """They are less noisy than it is; smaller ones only cost power."""
    rng = np.random.default_rng(1)
    frame = world.country(rng, 0.5)
    size = frame.groupby("name")["population"].first().sort_values()
    for unit, population, expected in (
        (size.index[0], 1.0, "failed"),
        (size.index[-1], 1e9, "inconclusive"),
        (size.index[150], size.iloc[150], "passed"),
    ):
        own = frame["population"].where(frame["name"] != unit, population)
        cities = Panel(
            frame.assign(population=own),
            unit="name",
            time="year",
            treated={unit: 2019},
            population="population",
        )
        found = placebo_inference(difference_gaps, cities.block("y"), PLAN)
        assert found.checks[0].result == expected


def test_an_outcome_without_noise_proves_nothing():
    cities = panel()
    flat = replace(cities, frame=cities.frame.assign(y=1.0)).block("y")
    found = placebo_inference(synthetic_did_gaps, flat, PLAN)
    assert math.isnan(found.p) and math.isnan(found.mde)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"excluded": ["m001"]}, "excluded is a mapping"),
        ({"treated": {"m000": 2018.9}}, "give a whole number"),
    ],
)
def test_a_panel_says_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        replace(panel(), **change)


def test_half_years_and_empty_towns_are_refused():
    cities = panel()
    halves = cities.frame.assign(year=cities.frame["year"] + 0.5)
    with pytest.raises(ValueError, match="must hold whole numbers, found"):
        replace(cities, frame=halves)
    empty = replace(cities, frame=cities.frame.assign(population=0.0))
    with pytest.raises(ValueError, match="population must be positive; unit m000 has 0"):
        empty.block("y")


def test_closures_make_2020_uninterpretable_only_where_it_counts():
    block = panel().block("y")
    assert closure_check(block, closed=True).result == "failed"
    assert closure_check(block, closed=False).result == "passed"
    assert closure_check(panel().until(2019).block("y"), closed=True).result == "not_applicable"


def test_power_is_of_the_very_test():
    """The table's first row is the mde of the estimate itself; three cities see less than one."""
    block = panel(count=3).block("y")
    found = placebo_inference(synthetic_did_gaps, block, PLAN)
    table = power_table(synthetic_did_gaps, block, PLAN).set_index(["units", "more_years"])["mde"]
    assert table["all", 0] == pytest.approx(found.mde)
    alone = panel(count=3).only(str(block.names[block.treated[0]])).block("y")
    single = placebo_inference(synthetic_did_gaps, alone, PLAN)
    assert table[str(alone.names[alone.treated[0]]), 0] == pytest.approx(single.mde, abs=1e-9)
    assert table["all", 0] < table.xs(0, level="more_years").drop("all").min()


def test_power_that_cannot_be_known_is_not_a_number():
    short = panel()
    short = replace(short, frame=short.frame[short.frame["year"] >= 2016])
    table = power_table(difference_gaps, short.block("y"), PLAN)
    assert table["mde"].isna().tolist() == [False, False, True]


@pytest.mark.slow
def test_an_effect_of_the_size_of_the_mde_is_found_four_times_in_five():
    found, draws = 0, 300
    for seed in range(draws):
        block = panel(seed).block("y")
        base = placebo_inference(difference_gaps, block, PLAN)
        moved = base.estimate + base.mde
        found += abs(moved) > base.interval[1] - base.estimate
    assert 0.75 - 0.023 <= found / draws <= 0.85 + 0.023  # one simulation error


def test_the_mde_grows_with_power_and_with_level():
    placebos = np.random.default_rng(3).standard_normal(40)
    levels = [minimum_detectable(placebos, level) for level in (0.8, 0.9, 0.95)]
    powers = [minimum_detectable(placebos, 0.95, power) for power in (0.5, 0.8, 0.9)]
    assert levels == sorted(levels) and powers == sorted(powers)
    assert math.isinf(minimum_detectable(placebos[:10], 0.95))


def test_the_design_says_what_it_cannot_identify():
    good = {c.name: c.result for c in design_checks(panel(count=6), panel(count=6).block("y"))}
    assert good["treated_units"] == good["donors"] == good["pre_years"] == "passed"
    assert good["contamination"] == "inconclusive"  # nobody said whom to leave out
    cities = panel()
    few = cities.without(units=cities.comparison[10:], times=range(2009, 2017))
    poor = {c.name: c for c in design_checks(few, few.block("y"))}
    assert poor["donors"].result == "failed"
    assert poor["donors"].numbers == {"donors": 10.0, "needed": 19.0}
    assert poor["pre_years"].result == "failed"
    assert poor["treated_units"].result == "inconclusive"
    told = replace(cities, excluded={cities.comparison[0]: "neighbour"})
    checks = {c.name: c for c in design_checks(told, told.block("y"), missing_cells=0)}
    assert checks["contamination"].numbers == {"units": 1.0}
