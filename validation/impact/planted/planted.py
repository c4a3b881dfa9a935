"""Are the sample's planted effects inside the 95 % sets, and are nil effects left unfound?

    python validation/impact/planted/planted.py 200     # about ten minutes on one core

The sample's municipal and area series are drawn anew with 200 seeds, as the library's own sample
makes them, and each experiment is evaluated with the default method.  Writes planted.csv.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.impact.panel import Panel
from skk_analysis.impact.synthetic_did import synthetic_did
from skk_analysis.sample import experiments, municipalities, paavo, world

HERE = Path(__file__).parent
FIRST = 2020  # all began in the autumn of 2019, so that year's figures are still before


def reseed(seed: int) -> None:
    """Draw the sample's world anew."""
    world.SEED = seed
    for module in (world, municipalities, paavo):
        for item in vars(module).values():
            if hasattr(item, "cache_clear"):
                item.cache_clear()


def of_municipalities(effect: experiments.Effect) -> Panel:
    """Return the panel of a municipal indicator; the programme's other cities are excluded."""
    series = next(s for s in municipalities.SERIES if s.indicator == effect.indicator)
    drawn, people = municipalities.values(series), municipalities.population()
    rows = [
        (item.code, int(year), value, float(size))
        for item in world.municipalities()
        if item.city or item.population >= series.smallest
        for year, value, size in zip(world.YEARS, drawn[item.code], people[item.code], strict=True)
    ]
    cities = {item.code for item in world.municipalities() if item.city}
    away = dict.fromkeys(cities - set(effect.units), "takes part in the programme")
    return panel(rows, effect, away)


def of_areas(effect: experiments.Effect) -> Panel:
    """Return the panel of the areas' unemployment; other experiments' areas are excluded."""
    table, figures = world.areas(), paavo.figures()
    force, jobless = figures["pt_tyovy"], figures["pt_tyott"]
    large = (force > 0).all(axis=1) & (table["people"].to_numpy() >= 300)
    rows = [
        (code, int(year), jobless[at, t] / force[at, t], float(table["people"].iloc[at]))
        for at, code in enumerate(table["code"])
        if large[at]
        for t, year in enumerate(world.YEARS)
    ]
    others = {u for e in experiments.effects("postal_area") for u in e.units}
    return panel(rows, effect, dict.fromkeys(others - set(effect.units), "another experiment"))


def panel(rows: list, effect: experiments.Effect, excluded: dict) -> Panel:
    """Return the rows as a panel with the effect's units treated."""
    frame = pd.DataFrame(rows, columns=["unit", "year", "y", "population"])
    return Panel(
        frame,
        unit="unit",
        time="year",
        treated=dict.fromkeys(effect.units, FIRST),
        population="population",
        excluded={u: why for u, why in excluded.items() if u in set(frame["unit"])},
    )


def main(seeds: int) -> None:
    """Write one row an experiment: how often the planted effect is covered and found."""
    made = {"municipality": of_municipalities, "postal_area": of_areas}
    rows = []
    for seed in range(seeds):
        reseed(seed)
        for effect in experiments.effects():
            if effect.level not in made:
                continue
            found = synthetic_did(made[effect.level](effect), "y", exposure=True)
            low, high = found.interval
            rows.append(
                {
                    "experiment": effect.experiment,
                    "indicator": effect.indicator,
                    "planted": effect.size,
                    "estimate": found.estimate,
                    "covered": low <= effect.size <= high,
                    "found": found.p <= 0.05,
                    "mde": found.mde,
                }
            )
    table = pd.DataFrame(rows).groupby(["experiment", "indicator", "planted"], sort=False)
    means = table.mean().assign(seeds=seeds, simulation_error=np.sqrt(0.95 * 0.05 / seeds))
    means.round(5).to_csv(HERE / "planted.csv")


if __name__ == "__main__":
    main(int(sys.argv[1]))
