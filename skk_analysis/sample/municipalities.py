"""Municipal indicators: how the invented series arise.

Every municipality has a level, shares common factors with others of its size, feels the pandemic
year by its size, and has noise that lasts a little and is larger in small municipalities. The six
cities lie inside the range of the comparison municipalities, so a comparison group can be built.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from skk_analysis.sample import experiments
from skk_analysis.sample.truths import household_truths
from skk_analysis.sample.world import YEARS, Municipality, municipalities, residents, stream
from skk_analysis.sample.world import areas as area_table


@dataclass(frozen=True)
class Series:
    """How one indicator behaves.

    `cities` are the six cities' levels in 2019 (order of `world.CITIES`); `size` the change of the
    level when a comparison municipality is ten times larger; `spread` between municipalities,
    `trend` a year, `shock` in 2020 for a city of 200 000 inhabitants and `shock_size` its change
    when ten times larger; `noise` for such a city.
    """

    key: str
    indicator: str
    title: str
    cities: tuple[float, ...]
    level: float
    size: float
    spread: float
    trend: float
    shock: float
    shock_size: float
    noise: float
    decimals: int = 1
    years: tuple[int, ...] = tuple(int(year) for year in YEARS)
    smallest: int = 0  # municipalities under this have no row
    lowest: float = 0.0


SERIES = (
    Series("178", "net_migration", "Kuntien välinen nettomuutto / 1 000 asukasta",
           (3.1, 1.9, 4.6, 4.2, 0.8, 0.6), -1.5, 2.6, 3.0, 0.0, -1.4, -0.9, 0.9, lowest=-40.0),
    Series("3126", "municipal_gini", "Gini-kerroin, käytettävissä olevat tulot",
           (), 26.4, 1.3, 1.7, 0.01, 0.2, 0.1, 0.25, lowest=20.0),
    Series("3099", "low_income_rate", "Kunnan yleinen pienituloisuusaste",
           (9.8, 18.1, 10.4, 16.7, 15.2, 17.4), 14.4, 0.3, 2.6, -0.06, -0.3, -0.2, 0.15,
           lowest=4.5),
    Series("228", "child_low_income_rate", "Lasten pienituloisuusaste",
           (9.6, 15.2, 12.3, 12.9, 11.8, 13.1), 12.4, 0.2, 2.9, -0.08, -0.5, -0.2, 0.25,
           lowest=3.0),
    Series("5", "social_assistance",
           "Toimeentulotukea saaneet 25 - 64-vuotiaat, % vastaavan ikäisestä väestöstä",
           (8.7, 11.2, 11.8, 11.9, 9.1, 11.4), 7.4, 1.9, 1.9, 0.05, 0.8, 0.5, 0.15, lowest=1.5),
    Series("1275", "long_term_assistance_young",
           "Toimeentulotukea pitkäaikaisesti saaneet 18 - 24-vuotiaat, %",
           (2.6, 2.5, 3.1, 3.6, 2.3, 3.8), 2.5, 0.5, 0.8, 0.02, 0.4, 0.3, 0.08, smallest=8_000,
           lowest=0.5),
    Series("3219", "outside_education", "Koulutuksen ulkopuolelle jääneet 17 - 24-vuotiaat, %",
           (10.6, 9.2, 14.1, 8.6, 8.3, 7.6), 7.9, 1.1, 1.7, -0.10, 0.3, 0.2, 0.16, lowest=2.5),
    Series("3076", "turnout", "Äänestysaktiivisuus kuntavaaleissa, %",
           (60.8, 56.9, 52.4, 57.9, 55.3, 56.4), 60.5, -2.6, 3.4, 0.1, 0.0, 0.0, 0.6,
           years=(2012, 2017), lowest=40.0),
    Series("4284", "loneliness", "Itsensä yksinäiseksi tuntevien osuus (%)",
           (9.1, 10.8, 9.9, 10.4, 9.7, 10.6), 9.0, 0.5, 1.2, 0.1, 2.4, 0.7, 0.7,
           years=(2018, 2020), smallest=20_000, lowest=3.0),
    Series("4333", "fair_or_poor_health",
           "Terveytensä keskitasoiseksi tai huonommaksi kokevien osuus (%)",
           (29.8, 35.4, 33.9, 33.1, 33.6, 34.2), 38.5, -2.2, 3.2, -0.3, -0.4, 0.0, 1.1,
           years=(2018, 2020), smallest=20_000, lowest=15.0),
)  # fmt: skip
"""The municipal series of Sotkanet besides population (127)."""

CRIMES = (
    Series("RLL", "offences", "1) RIKOKSET JA RIKKOMUKSET YHTEENSÄ",
           (121.0, 149.0, 147.0, 152.0, 118.0, 137.0), 108.0, 22.0, 24.0, -1.2, -4.0, -2.0, 4.5, 2,
           lowest=15.0),
    Series("00A", "property_offences", "A Omaisuusrikokset",
           (44.0, 60.0, 63.0, 58.0, 45.0, 52.0), 31.0, 12.0, 8.0, -0.9, -1.5, -0.5, 1.5, 2,
           lowest=4.0),
    Series("00B", "violent_offences", "B Henkeen ja terveyteen kohdistuneet rikokset",
           (5.6, 8.1, 7.8, 7.9, 6.6, 8.2), 5.6, 1.4, 1.4, 0.02, -0.1, -0.1, 0.22, 2, lowest=0.5),
)  # fmt: skip

UNSETTLED = 0.006
"""Share of a city's people without a postal area, so that areas never add up to the city."""


@cache
def population() -> dict[str, np.ndarray]:
    """Residents by municipality and year; the cities' areas and the unsettled added up."""
    found = {}
    cities = area_table()["city_code"].to_numpy()
    for item in municipalities():
        if item.city:
            settled = residents()[cities == item.code].sum(axis=0)
            found[item.code] = np.rint(settled * (1 + UNSETTLED)).astype(int)
            continue
        growth = 0.006 * (np.log10(item.population) - 4.4)
        noise = stream("people", int(item.code)).normal(0, 0.001, len(YEARS)).cumsum()
        path = np.exp(growth * (YEARS - 2019) + noise - noise[-2])
        found[item.code] = np.rint(item.population * path).astype(int)
    return found


def _lasting_noise(rng: np.random.Generator) -> np.ndarray:
    shocks, path = rng.standard_normal(len(YEARS)), np.zeros(len(YEARS))
    path[0] = shocks[0]
    for year in range(1, len(YEARS)):
        path[year] = 0.5 * path[year - 1] + np.sqrt(0.75) * shocks[year]
    return path


def _levels(series: Series, item: Municipality, index: int) -> np.ndarray:
    """The level by year without noise, shock or effect."""
    if series.key == "3126" and item.city:
        truth = household_truths()[item.city.key]
        later = {year: 100 * values["gini"] for year, values in truth.items()}
        return np.array([later[max(int(year), 2018)] for year in YEARS])
    if item.city:
        level = series.cities[index]
    else:
        draw = stream("level", int(item.code)).standard_normal()  # one latent advantage for all
        own = stream(f"level-{series.key}", int(item.code)).standard_normal()
        size = np.log10(item.population / 60_000)
        level = series.level + series.size * size + series.spread * (0.5 * draw + 0.8 * own)
    return level + series.trend * (YEARS - 2019)


@cache
def values(series: Series) -> dict[str, np.ndarray]:
    """The series of every municipality, planted effects included, unrounded."""
    found = {}
    factor = 0.5 * _lasting_noise(stream(f"factor-{series.key}"))  # common to all, by size
    for index, item in enumerate(municipalities()):
        size = np.log10(item.population / 200_000)
        shock = (YEARS == 2020) * max(series.shock + series.shock_size * size, -99.0)
        scale = series.noise * np.clip(np.sqrt(200_000 / item.population), 0.7, 6.0)
        noise = scale * _lasting_noise(stream(f"noise-{series.key}", int(item.code)))
        path = _levels(series, item, index) + shock + noise
        path = path + series.noise * factor * (1 + 0.3 * size)
        for effect in experiments.effects("municipality", series.indicator):
            path = path + effect.size * (item.code in effect.units) * (effect.year <= YEARS)
        found[item.code] = above(path, series)
    return found


def above(path: np.ndarray, series: Series) -> np.ndarray:
    """Bend the series softly so that it stays above the indicator's lowest value."""
    width = series.spread / 2
    return series.lowest + width * np.logaddexp(0, (path - series.lowest) / width)
