"""An invented whole country: what the sample is to six cities, in the size of Finland.

It is for measuring and trying out: 309 municipalities, about 3 000 postal code areas and eleven
years in the publishers' layouts. Everything is invented and marked so. A municipality is a patch of
areas of one of the sample's cities under other names and codes, with incomes of its own level;
its households are drawn from those of the sample. Nothing true is planted in it.

The six cities of the programme are among the municipalities. The others have invented names and
running numbers for codes, some of which real municipalities have too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from skk_analysis.sample import File, municipalities, names, paavo_files, write_files
from skk_analysis.sample import households as sample_households
from skk_analysis.sample import municipality_files as layouts
from skk_analysis.sample.boundaries import areas_m2, centres, rings
from skk_analysis.sample.households import EDUCATION, FINNISH, LANGUAGES, equivalence
from skk_analysis.sample.municipalities import SERIES, UNSETTLED, Series
from skk_analysis.sample.register import tables
from skk_analysis.sample.world import (
    CITIES,
    SOTKANET_IDS,
    YEARS,
    CityModel,
    Municipality,
    areas,
    residents,
    stream,
)

MUNICIPALITIES = 309
REPORT_YEARS = tuple(int(year) for year in YEARS[1:])
"""Years with a year before them to be compared with."""

CITY_HOUSEHOLDS, OTHER_HOUSEHOLDS = 4_000, 300
"""Households asked in a year: in each of the six cities, and in each other municipality."""
FRESH = 0.42
"""Share of a year's households that were not asked the year before."""
AREAS = (3, 22)
"""Fewest and most postal code areas of a municipality outside the six cities."""
GROWTH = 1.017
"""Of incomes in a year."""


@dataclass(frozen=True)
class Place:
    """One municipality: who it is and whose areas it has."""

    who: Municipality
    model: CityModel
    rows: tuple[int, ...]  # of the sample's areas
    income: float
    first: int  # running number of its first area

    @property
    def codes(self) -> list[str]:
        """Postal codes of its areas."""
        return [f"{(self.first + i) * 10 + 7:05d}" for i in range(len(self.rows))]

    @property
    def names(self) -> list[str]:
        """Names of its areas."""
        return [names.area_name(self.first + i)[0] for i in range(len(self.rows))]

    def people(self) -> np.ndarray:
        """Residents by year."""
        settled = residents()[list(self.rows)].sum(axis=0)
        return np.rint(settled * (1 + UNSETTLED)).astype(int)


def write_country(root: Path, count: int = MUNICIPALITIES) -> None:
    """Write ``data/raw`` of an invented country under `root`, replacing an earlier sample.

    Parameters
    ----------
    root
        The workspace's folder; it is made when missing.
    count
        Municipalities, the six cities among them; fewer make a smaller country.

    Raises
    ------
    SkkError
        If ``data/raw`` holds anything but an earlier sample: nothing of it is touched.
    """
    write_files(Path(root), country_files(places(count)), _register())


@cache
def places(count: int) -> tuple[Place, ...]:
    """The municipalities of the country, the six cities first."""
    rng, found, first = stream("country"), [], 1
    for number in range(count):
        model = CITIES[number % len(CITIES)]
        own = np.flatnonzero((areas()["city_code"] == model.code).to_numpy())
        if number >= len(CITIES):
            size = int(np.exp(rng.uniform(*np.log(AREAS))))
            start = rng.integers(len(own))
            own = np.sort(np.roll(own, -start)[:size])
        income = float(np.exp(rng.normal(0, 0.08))) if number >= len(CITIES) else 1.0
        people = int(residents()[own, -2].sum())
        found.append(Place(_who(number, model, people), model, tuple(own.tolist()), income, first))
        first += len(own)
    return tuple(found)


def _who(number: int, model: CityModel, people: int) -> Municipality:
    if number < len(CITIES):
        name_fi, name_sv, code, sotkanet = (
            model.name_fi, model.name_sv, model.code, SOTKANET_IDS[model.code],
        )  # fmt: skip
    else:
        name_fi = name_sv = _name(number - len(CITIES))
        code, sotkanet = _codes()[number - len(CITIES)], 5001 + number
    region = names.REGIONS[number % len(names.REGIONS)]
    return Municipality(code, name_fi, name_sv, region, sotkanet, people)


def _name(number: int) -> str:
    """The sample's municipalities first, then names made of its areas' words."""
    pairs = len(names.MUNICIPALITY_FIRST) * len(names.MUNICIPALITY_SECOND)
    if number < pairs:
        return names.municipality_name(number)
    number -= pairs
    second = names.MUNICIPALITY_SECOND[number % len(names.MUNICIPALITY_SECOND)]
    return names.AREA_FIRST[number % len(names.AREA_FIRST)][0] + second


@cache
def _codes() -> list[str]:
    taken = {city.code for city in CITIES}
    return [code for code in (f"{number:03d}" for number in range(1, 1000)) if code not in taken]


# -- files ---------------------------------------------------------------------------------------


def country_files(country: Sequence[Place]) -> Iterator[File]:
    """Every raw file of the country in the order of the Data Package."""
    yield File(
        "areas/alueryhmittely_posnro.csv", "postal_area_key", "Aluejako (keksitty)",
        _postal_area_key(country),
    )  # fmt: skip
    yield File(
        "areas/postinumeroalueet.geojson", "boundaries", "Aluerajat (keksitty)",
        _boundaries(country),
    )  # fmt: skip
    for year in YEARS.tolist():
        title = f"Paavo 12f7, tietovuosi {year} (keksitty)"
        yield File(f"areas/009_12f7_{year}.csv", "paavo_long", title, _paavo(country, year))
    who = [place.who for place in country]
    folder = "municipalities"
    yield File(
        f"{folder}/municipality_key_2020.csv", "municipality_key", "Kunta-avain (keksitty)",
        layouts.municipality_key(who),
    )  # fmt: skip
    yield File(
        f"{folder}/sotkanet_regions.json", "sotkanet_regions", "Sotkanet, alueet (keksitty)",
        layouts.sotkanet_regions(who),
    )  # fmt: skip
    yield File(
        f"{folder}/sotkanet_2010_2020.csv", "sotkanet_csv",
        "Sotkanet, tunnusluvut 2010–2020 (keksitty)", _sotkanet(country),
    )  # fmt: skip
    for place in country:
        title = f"Kotitaloudet {YEARS[0]}–{YEARS[-1]}, {place.who.name_fi} (keksitty)"
        path = f"households/kotitaloudet_{place.who.code}.csv"
        yield File(path, "households", title, _households(place))


def _register() -> dict[str, bytes]:
    """The sample's register, with ten years to report instead of two."""
    years = ["year,comparison_year,pandemic,decision"]
    for year in REPORT_YEARS:
        pandemic, decision = ("yes" if hit else "no" for hit in (year == 2020, year == 2019))
        years.append(f"{year},{year - 1},{pandemic},{decision}")
    return tables() | {"years.csv": ("\n".join(years) + "\n").encode()}


def _postal_area_key(country: Sequence[Place]) -> bytes:
    rows = [
        (code, name, name, place.who)
        for place in country
        for code, name in zip(place.codes, place.names, strict=True)
    ]
    return layouts.area_key(rows)


def _boundaries(country: Sequence[Place]) -> bytes:
    """Each municipality on a patch of its own: a net of degrees over an invented plain."""
    shapes, surfaces, sample = rings(), areas_m2(), areas()["code"].tolist()
    features = []
    for number, place in enumerate(country):
        move = np.array([20.0 + number % 18 * 0.6, 60.0 + number // 18 * 0.5]) - place.model.seat
        for code, name, row in zip(place.codes, place.names, place.rows, strict=True):
            ring = np.round(shapes[sample[row]] + move, 5).tolist()
            properties = {
                "posti_alue": code, "nimi": name, "namn": name, "kunta": place.who.code,
                "area_m2": surfaces[row],
            }  # fmt: skip
            geometry = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    content = {"type": "FeatureCollection", "crs": crs, "features": features}
    return json.dumps(content, ensure_ascii=False).encode("utf-8")


def _paavo(country: Sequence[Place], year: int) -> bytes:
    rows = [row for place in country for row in place.rows]
    labels = [
        f"{code}  {name} ({place.who.name_fi})"
        for place in country
        for code, name in zip(place.codes, place.names, strict=True)
    ]
    x, y = centres()
    measures = {"X coordinate": x, "Y coordinate": y, "Surface area": areas_m2()}
    own = {label: [column[row] for row in rows] for label, column in measures.items()}
    incomes = [place.income for place in country for _ in place.rows]
    return paavo_files.long_export(year, labels, own, rows, incomes)


def _sotkanet(country: Sequence[Place]) -> bytes:
    """Answers of Sotkanet's CSV interface: population first, then the sample's indicators."""
    lines = ["indicator;region;year;gender;primary value;absolute value"]
    for place in country:
        lines += [
            f"127;{place.who.sotkanet_id};{year};total;{people};{people}"
            for year, people in zip(YEARS, place.people(), strict=True)
        ]
    for series in SERIES:
        for place in country:
            if place.who.population < series.smallest:
                continue  # secret or not asked: the row is absent
            lines += [
                f"{series.key};{place.who.sotkanet_id};{year};total;"
                f"{round(float(value), series.decimals)};"
                for year, value in zip(YEARS, _series(series, place), strict=True)
                if year in series.years
            ]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")


def _series(series: Series, place: Place) -> np.ndarray:
    """One indicator by year: the municipality's level, a trend, the pandemic and noise."""
    rng = stream(f"country-{series.key}", int(place.who.code))
    level = series.level + series.spread * rng.standard_normal()
    level = level + series.size * np.log10(place.who.population / 60_000)
    scale = series.noise * np.clip(np.sqrt(200_000 / place.who.population), 0.7, 6.0)
    noise = scale * rng.standard_normal(len(YEARS))
    path = level + series.trend * (YEARS - 2019) + series.shock * (YEARS == 2020) + noise
    return municipalities.above(path, series)


def _households(place: Place) -> bytes:
    """A rotating panel: the same household has the same persons in every year it is asked."""
    city = len(place.rows) == len(areas()[areas()["city_code"] == place.model.code])
    count = CITY_HOUSEHOLDS if city else OTHER_HOUSEHOLDS
    rng = stream("country-households", int(place.who.code))
    pool = sample_households.panel(place.model)
    pool = pool[pool["year"] == 2019].reset_index(drop=True)
    fresh = round(FRESH * count)
    drawn = rng.integers(len(pool), size=count + fresh * (len(YEARS) - 1))
    frame = pool.take(drawn).reset_index(drop=True)
    area = np.array(place.codes)[rng.integers(len(place.rows), size=len(frame))]
    scale = equivalence(frame["size"].to_numpy(), frame["under_14"].to_numpy())
    base = frame["income"].to_numpy() * scale * place.income
    cells = {
        "size": frame["size"].tolist(), "under": frame["under_14"].tolist(),
        "age": frame["age"].tolist(), "sex": np.where(frame["sex"], "nainen", "mies").tolist(),
        "education": [EDUCATION[i] for i in frame["education"]],
        "language": [LANGUAGES[i] for i in frame["language"]],
        "stratum": frame["stratum"].tolist(), "area": area.tolist(),
    }  # fmt: skip
    weight = f"{place.who.population / count / 2.1:.3f}".replace(".", ",")
    lines = [";".join(FINNISH)]
    for column, year in enumerate(YEARS.tolist()):
        noise = np.exp(rng.normal(0, 0.15, len(frame)))
        money = np.rint(base * GROWTH ** (year - 2019) * noise).astype(int).tolist()
        lines += [
            f"{place.who.code};{cells['area'][i]};{year};K{i:05d};{weight};K{cells['stratum'][i]};"
            f"K{i:05d};{money[i]};{cells['size'][i]};{cells['under'][i]};{cells['age'][i]};"
            f"{cells['sex'][i]};{cells['education'][i]};{cells['language'][i]}"
            for i in range(column * fresh, column * fresh + count)
        ]
    return ("\n".join(lines) + "\n").encode("iso-8859-1")
