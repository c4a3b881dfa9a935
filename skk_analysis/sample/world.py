"""The invented world that every file of the sample is drawn from.

Here stand the cities' models, their areas and the comparison municipalities, and nothing about file
layouts. Figures are plausible for Finland in 2010–2020 and are nobody's real figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.sample import names

SEED = 20190313
"""The day of the first workshop; every module draws from its own stream of it."""

YEARS = np.arange(2010, 2021)
REPORT_YEARS = (2018, 2019, 2020)
"""Years of the household files: the baseline and the two reported years."""


def stream(name: str, *keys: int) -> np.random.Generator:
    """A random stream of its own for each part, so that one part never shifts another."""
    return np.random.default_rng([SEED, *name.encode("ascii"), *keys])


@dataclass(frozen=True)
class Shape:
    """How a city's household incomes are spread in one year.

    Log income around the city's median, x, becomes ``spread·x + hollow·tanh(x / 0.25)``: `spread`
    widens everything, `hollow` pushes people away from the middle without lengthening the tails.
    `top` is the share of households with capital income, `gap` multiplies the differences between
    areas, `groups` those between education and language groups.
    """

    spread: float = 1.0
    hollow: float = 0.0
    top: float = 0.05
    gap: float = 1.0
    groups: float = 1.0


@dataclass(frozen=True, eq=False)  # each city is itself: compared and hashed by identity
class CityModel:
    """One of the six cities as the sample invents it."""

    code: str
    name_fi: str
    name_sv: str
    key: str
    seat: tuple[float, float]  # longitude and latitude where the invented map is drawn
    prefix: str  # first three digits of the invented postal codes, see `_area_code`
    population: int  # 2019
    growth: float  # a year
    personal_median: int  # 2019, residents aged 18 or over, euros
    household_median: int  # 2019, equivalised, euros
    personal_sigma: float
    segregation: float  # multiplies the areas' income differences
    foreign: float
    swedish: float
    unemployed: float  # 2019
    kinds: dict[str, int]
    shapes: dict[int, Shape]
    story_fi: str
    level_growth: dict[int, float] = field(
        default_factory=lambda: {2018: 1 / 1.018, 2019: 1.0, 2020: 1.012}
    )

    @property
    def bilingual(self) -> bool:
        """Whether the invented areas have Swedish names."""
        return self.swedish > 0.02


def _kinds(**changes: int) -> dict[str, int]:
    """How many areas there are of each kind; the usual city, with changes."""
    usual = {"centre": 2, "block": 7, "student": 1, "new": 2, "villa": 2, "house": 7}
    return usual | {"rural": 3, "tiny": 3, "empty": 1, "island": 0} | changes


def _years(usual: Shape, other: dict[int, Shape] | None = None) -> dict[int, Shape]:
    """The shape of each year: the usual one, but for the years that something happens in."""
    return dict.fromkeys((2018, 2019, 2020), usual) | (other or {})


CITIES = (
    CityModel(
        "049", "Espoo", "Esbo", "espoo", (24.66, 60.20), "020", 286_400, 0.0165,
        27_100, 30_200, 0.66, 0.60, 0.17, 0.070, 0.082,
        _kinds(villa=4, island=1, student=1),
        _years(Shape(spread=1.06, top=0.085), {2020: Shape(spread=1.17, top=0.110)}),
        "Tuloerot kasvavat 2019–2020, kun suurimmat tulot nousevat.",
    ),
    CityModel(
        "853", "Turku", "Åbo", "turku", (22.25, 60.46), "200", 191_200, 0.009,
        20_900, 24_300, 0.60, 0.65, 0.12, 0.053, 0.121,
        _kinds(island=1, student=2),
        _years(
            Shape(spread=1.00, top=0.05, gap=0.95),
            {2020: Shape(spread=0.97, top=0.05, gap=1.45)},
        ),
        "Asuinalueiden välinen eriytyminen kasvaa 2019–2020.",
    ),
    CityModel(
        "092", "Vantaa", "Vanda", "vantaa", (25.04, 60.31), "010", 231_300, 0.0155,
        24_700, 27_400, 0.54, 0.55, 0.20, 0.025, 0.101,
        _kinds(villa=1, block=8, student=0, house=8),
        _years(Shape(spread=0.95, top=0.032), {2018: Shape(spread=1.07, top=0.045)}),
        "Tuloerot supistuvat 2018–2019 ja pysyvät ennallaan 2019–2020.",
    ),
    CityModel(
        "837", "Tampere", "Tammerfors", "tampere", (23.76, 61.50), "330", 236_900, 0.0125,
        21_500, 25_000, 0.60, 0.65, 0.08, 0.005, 0.112,
        _kinds(student=2, house=8),
        _years(Shape(spread=1.05, top=0.050), {2020: Shape(spread=0.60, hollow=0.26, top=0.010)}),
        "Eriarvoisuus vähenee mutta polarisaatio kasvaa 2019–2020.",
    ),
    CityModel(
        "564", "Oulu", "Uleåborg", "oulu", (25.47, 65.01), "900", 204_300, 0.010,
        22_200, 24_900, 0.60, 0.80, 0.05, 0.002, 0.118,
        _kinds(rural=5, student=1, centre=1),
        _years(Shape(spread=0.97, top=0.04)),
        "Työttömyyden alue-ero: absoluuttinen kasvaa, suhteellinen kapenee 2019–2020.",
    ),
    CityModel(
        "179", "Jyväskylä", "Jyväskylä", "jyvaskyla", (25.74, 62.24), "400", 142_000, 0.009,
        21_000, 23_800, 0.60, 0.70, 0.05, 0.002, 0.124,
        _kinds(student=2, house=6, villa=1),
        _years(Shape(spread=0.98, top=0.045)),
        "Mitään ei muutu 2018–2020 (vertailukohta väärille löydöille).",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What areas of a kind have in common; `income` is a difference in log median income."""

    people: float
    income: float
    jitter: float
    education: float
    foreign: float
    household_size: float
    rented: float
    older: float
    growth: float


KINDS = {
    "centre": Kind(9000, 0.00, 0.05, 0.5, 0.9, 1.60, 0.50, 0.1, 0.004),
    "block": Kind(8600, -0.17, 0.06, -0.5, 1.7, 1.85, 0.62, 0.1, 0.000),
    "student": Kind(5200, -0.34, 0.05, 0.4, 1.3, 1.50, 0.85, -0.8, 0.004),
    "new": Kind(4200, 0.10, 0.05, 0.5, 1.1, 2.10, 0.48, -0.4, 0.055),
    "villa": Kind(4300, 0.40, 0.06, 1.1, 0.4, 2.60, 0.12, 0.3, -0.002),
    "house": Kind(6200, 0.16, 0.07, 0.2, 0.5, 2.60, 0.16, 0.0, 0.003),
    "rural": Kind(900, -0.04, 0.05, -0.5, 0.2, 2.40, 0.10, 0.4, -0.012),
    "tiny": Kind(0, 0.00, 0.05, -0.2, 0.5, 1.80, 0.30, 0.5, 0.0),
    "empty": Kind(0, 0.00, 0.00, 0.0, 0.0, 1.00, 0.0, 0.0, 0.0),
    "island": Kind(420, 0.06, 0.05, 0.1, 0.1, 2.00, 0.10, 0.8, -0.006),
}

TINY_PEOPLE = (8, 22, 38)
"""Residents of a city's three tiny areas: all protected, the last one only for adults."""

STRATA = {
    "centre": "1", "student": "1", "block": "2", "new": "3", "house": "3",
    "villa": "4", "rural": "5", "tiny": "5", "island": "5", "empty": "5",
}  # fmt: skip
"""Sampling stratum of the household survey by kind of area."""

BORDER_CITY, BORDER_UNTIL, BORDER_LABEL = "092", 2014, "Kuikkalahti"
"""One rural area of Vantaa is labelled with another municipality up to this year."""


def _area_code(city: CityModel, place: int) -> str:
    """Five digits that end in 7: real Finnish postal areas of these cities never do."""
    return f"{int(city.prefix) * 100 + place * 10 + 7:05d}"


@cache
def areas() -> pd.DataFrame:
    """One row an area: code, names, city, kind and what is lasting about it."""
    rng = stream("areas")
    rows: list[dict[str, Any]] = []
    for city in CITIES:
        kinds = [kind for kind, count in city.kinds.items() for _ in range(count)]
        tiny = iter(TINY_PEOPLE)
        for place, name in enumerate(kinds):
            kind, draw = KINDS[name], rng.standard_normal(5)
            finnish, swedish = names.area_name(len(rows), island=name == "island")
            if place == 0:  # one long name a city: publishers cut labels after 47 characters
                second = names.area_name(len(rows) + 300)
                finnish, swedish = f"{finnish} - {second[0]}", f"{swedish} - {second[1]}"
            rows.append(
                {
                    "code": _area_code(city, place + 1),
                    "name_fi": finnish,
                    "name_sv": swedish if city.bilingual else finnish,
                    "city_code": city.code,
                    "kind": name,
                    "stratum": STRATA[name],
                    "people": next(tiny) if name == "tiny" else kind.people * np.exp(0.3 * draw[0]),
                    "income": city.segregation * (kind.income + kind.jitter * draw[1]),
                    "education": kind.education + 0.2 * draw[2],
                    "foreign": city.foreign * kind.foreign * np.exp(0.2 * draw[3]),
                    "household_size": kind.household_size,
                    "rented": kind.rented,
                    "older": kind.older + 0.2 * draw[4],
                    "growth": kind.growth,
                }
            )
    frame = pd.DataFrame(rows)
    _scale_to_city(frame)
    return frame


def _scale_to_city(frame: pd.DataFrame) -> None:
    """Make each city's areas add up to its population and centre their income differences."""
    for city in CITIES:
        own = frame["city_code"] == city.code
        large = own & ~frame["kind"].isin(["tiny", "empty", "rural", "island"])
        rest = frame.loc[own & ~large, "people"].sum()
        frame.loc[large, "people"] *= (city.population - rest) / frame.loc[large, "people"].sum()
        share = frame.loc[own, "people"] / frame.loc[own, "people"].sum()
        frame.loc[own, "income"] -= (share * frame.loc[own, "income"]).sum()
    frame.loc[frame["kind"] == "empty", "people"] = 0.0


@cache
def residents() -> np.ndarray:
    """Residents of each area on 31 December of each year (areas × years, whole numbers)."""
    frame = areas()
    growth = (
        frame["growth"].to_numpy()
        + frame["city_code"].map({city.code: city.growth for city in CITIES}).to_numpy()
        * (frame["kind"] != "tiny").to_numpy()
    )
    path = np.exp(np.outer(growth, YEARS - 2019))
    return np.rint(frame["people"].to_numpy()[:, None] * path).astype(int)


@dataclass(frozen=True)
class Municipality:
    """A comparison municipality, or one of the six cities seen as a municipality."""

    code: str
    name_fi: str
    name_sv: str
    region: tuple[str, str, str, str]
    sotkanet_id: int
    population: int  # 2019
    city: CityModel | None = None


SOTKANET_IDS = {"049": 20, "853": 389, "092": 413, "837": 378, "564": 261, "179": 85}
"""Sotkanet's own numbers of the six cities; the invented municipalities get 5001, 5002, …"""

SIZE_CLASSES = ((16, 80_000, 300_000), (18, 20_000, 80_000), (20, 5_000, 20_000), (14, 900, 5_000))
"""Number of comparison municipalities and their size, from and to."""


@cache
def municipalities() -> tuple[Municipality, ...]:
    """The six cities and the invented comparison municipalities."""
    rng = stream("municipalities")
    sizes = [
        int(np.exp(rng.uniform(np.log(low), np.log(high))))
        for count, low, high in SIZE_CLASSES
        for _ in range(count)
    ]
    cities = [
        Municipality(
            city.code, city.name_fi, city.name_sv, names.REGIONS[index % 4],
            SOTKANET_IDS[city.code], city.population, city,
        )
        for index, city in enumerate(CITIES)
    ]  # fmt: skip
    others = [
        Municipality(
            code, names.municipality_name(index), names.municipality_name(index),
            names.REGIONS[index % 4], 5001 + index, size,
        )
        for index, (code, size) in enumerate(
            zip(names.MUNICIPALITY_CODES, sizes, strict=True)
        )
    ]  # fmt: skip
    return (*cities, *others)
