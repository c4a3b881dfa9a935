"""Municipal indicators: how the invented series arise, and their files.

Every municipality has a level, shares common factors with others of its size, feels the pandemic
year by its size, and has noise that lasts a little and is larger in small municipalities. The six
cities lie inside the range of the comparison municipalities, so a comparison group can be built.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from skk_analysis.sample import experiments, names
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

JSON_SERIES = ("4284", "4333")
"""Sotkanet indicators that lie in the sample as the API's JSON, the others as its CSV."""

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
        found[item.code] = _above(path, series)
    return found


def _above(path: np.ndarray, series: Series) -> np.ndarray:
    """Bend the series softly so that it stays above the indicator's lowest value."""
    width = series.spread / 2
    return series.lowest + width * np.logaddexp(0, (path - series.lowest) / width)


def _country(series: Series) -> np.ndarray:
    people = population()
    total = sum(values(series)[code] * people[code] for code in people)
    return np.asarray(total) / np.asarray(sum(people.values()))


def _rows(series: Series) -> list[tuple[int, int, float, int]]:
    """Sotkanet's rows (region, year, value, absolute value or −1) in the API's scattered order."""
    found = []
    for item in municipalities():
        for column, year in enumerate(YEARS):
            if year not in series.years or item.population < series.smallest:
                continue  # secret or not asked: the row is absent
            value = round(float(values(series)[item.code][column]), series.decimals)
            found.append((item.sotkanet_id, int(year), value, _absolute(series, item, column)))
    found += [
        (658, int(year), round(float(value), series.decimals), -1)
        for year, value in zip(YEARS, _country(series), strict=True)
        if year in series.years
    ]
    order = stream(f"order-{series.key}").permutation(len(found))
    return [found[place] for place in order]


def _absolute(series: Series, item: Municipality, column: int) -> int:
    """Sotkanet's absolute value where it gives one: recipients of social assistance."""
    if series.key != "5":
        return -1
    return round(values(series)[item.code][column] / 100 * 0.53 * population()[item.code][column])


def sotkanet_csv() -> bytes:
    """Answers of Sotkanet's CSV interface, one after another under one header."""
    lines = ["indicator;region;year;gender;primary value;absolute value"]
    for item in municipalities():
        lines += [
            f"127;{item.sotkanet_id};{year};total;{people};{people}"
            for year, people in zip(YEARS, population()[item.code], strict=True)
        ]
    totals = np.asarray(sum(population().values()))
    lines += [f"127;658;{y};total;{n};{n}" for y, n in zip(YEARS, totals, strict=True)]
    for series in (s for s in SERIES if s.key not in JSON_SERIES):
        lines += [
            f"{series.key};{region};{year};total;{value};{'' if absolute < 0 else absolute}"
            for region, year, value, absolute in _rows(series)
        ]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")


def sotkanet_json() -> bytes:
    """Answers of Sotkanet's JSON interface: flat rows; the absolute value may be left out."""
    rows = [
        {"indicator": int(s.key), "region": region, "year": year, "gender": "total", "value": value}
        for s in SERIES
        if s.key in JSON_SERIES
        for region, year, value, _ in _rows(s)
    ]
    return ("[" + ",\n".join(json.dumps(row) for row in rows) + "]\n").encode("utf-8")


def sotkanet_regions() -> bytes:
    """Sotkanet's list of regions: its own number, category and code."""
    regions = [
        {
            "id": 900 + int(code), "code": code, "category": "MAAKUNTA",
            "title": {"fi": finnish, "en": english, "sv": swedish}, "memberOf": [658],
        }
        for code, finnish, swedish, english in names.REGIONS
    ]  # fmt: skip
    regions += [
        {
            "id": item.sotkanet_id, "code": item.code, "category": "KUNTA",
            "title": {"fi": item.name_fi, "en": item.name_fi, "sv": item.name_sv},
            "memberOf": [658, 900 + int(item.region[0])],
        }
        for item in municipalities()
    ]  # fmt: skip
    country = {"fi": "Koko maa", "en": "Whole country", "sv": "Hela landet"}
    regions.append({"id": 658, "code": "358", "category": "MAA", "title": country, "memberOf": []})
    return (json.dumps(regions, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def crimes(series: tuple[Series, ...], sparse: bool) -> bytes:
    """Offences per 1 000 residents as json-stat2, in the publisher's one-line form.

    The sparse answer gives values as an object, codes of missing cells in ``status`` and the order
    of years as a list.
    """
    region_codes = [f"MK{code}" for code, *_ in names.REGIONS]
    places = region_codes + [f"KU{item.code}" for item in municipalities()]
    cube = [
        None if sparse and _hidden(place, one, column) else round(number, 2)
        for column in range(len(YEARS))
        for one in series
        for place, number in _crime_column(one, column, places)
    ]
    texts = [str(year) for year in YEARS]
    year_index = texts if sparse else {text: place for place, text in enumerate(texts)}
    titles = {f"MK{code}": f"MK{code} {name}" for code, name, *_ in names.REGIONS}
    titles |= {f"KU{item.code}": item.name_fi for item in municipalities()}
    unit = {"rik_1000": {"base": "lkm", "decimals": 2}}
    dimension = {
        "Vuosi": _dimension("Vuosi", year_index, {text: text for text in texts}),
        "Rikosnimike": _dimension(
            "Rikosnimike",
            {one.key: place for place, one in enumerate(series)},
            {one.key: one.title for one in series},
        ),
        "Alue": _dimension("Alue", {code: place for place, code in enumerate(places)}, titles),
        "Tiedot": _dimension(
            "Tiedot", {"rik_1000": 0}, {"rik_1000": "Rikokset alueen 1 000 asukasta kohden"}, unit
        ),
    }
    answer: dict = {
        "class": "dataset",
        "label": "Tietoon tulleet rikokset kunnan ja maakunnan asukasluvun mukaan (keksitty)",
        "source": "Esimerkkiaineisto (keksitty)", "updated": "2021-05-12T10:15:00Z",
        "id": list(dimension), "size": [len(YEARS), len(series), len(places), 1],
        "dimension": dimension,
    }  # fmt: skip
    if sparse:
        answer["value"] = {str(i): v for i, v in enumerate(cube) if v is not None}
        answer["status"] = {str(i): ".." for i, v in enumerate(cube) if v is None}
    else:
        answer["value"] = cube
        answer["role"] = {"time": ["Vuosi"], "metric": ["Tiedot"]}
    answer |= {
        "version": "2.0",
        "extension": {"px": {"tableid": "statfin_rpk_pxt_135l", "decimals": 0}},
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _dimension(label: str, index: dict | list, labels: dict, unit: dict | None = None) -> dict:
    category = {"index": index, "label": labels} | ({"unit": unit} if unit else {})
    return {"label": label, "category": category}


def _hidden(place: str, series: Series, column: int) -> bool:
    """Violent offences of the smallest municipalities are not published."""
    small = {f"KU{item.code}" for item in municipalities() if item.population < 2_500}
    return place in small and series.key == "00B" and column % 2 == 0


def _crime_column(series: Series, column: int, places: list[str]) -> list[tuple[str, float]]:
    people, found = population(), values(series)
    rows = []
    for place in places:
        if place.startswith("KU"):
            rows.append((place, float(found[place[2:]][column])))
            continue
        members = [m.code for m in municipalities() if m.region[0] == place[2:]]
        total = sum(found[code][column] * people[code][column] for code in members)
        rows.append((place, float(total / sum(people[code][column] for code in members))))
    return rows


def municipality_key() -> bytes:
    """The municipality key in geofi's layout: codes as bare numbers, leading zeros lost."""
    lines = [",".join(f'"{column}"' for column in _key_row(municipalities()[0]))]
    for item in municipalities():
        cells = _key_row(item).values()
        lines.append(",".join(str(c) if isinstance(c, int) else f'"{c}"' for c in cells))
    return ("\n".join(lines) + "\n").encode("utf-8")


GROUPINGS = (
    ("avi", "Keksitty AVI"), ("ely", "Keksitty ELY"), ("kielisuhde", "Kielisuhde"),
    ("kuntaryhmitys", "Kuntaryhmitys"), ("maakunta", ""), ("seutukunta", "Keksitty seutukunta"),
)  # fmt: skip
LATER_GROUPINGS = (
    ("suuralue", "Keksitty suuralue"), ("sairaanhoitop", "Keksitty sairaanhoitopiiri"),
    ("nuts1", "KEKSITTY MAA"), ("nuts2", "Keksitty suuralue"), ("nuts3", ""),
    ("vaalipiiri", "Keksitty vaalipiiri"), ("erva", "Keksitty erityisvastuualue"),
)  # fmt: skip


def _key_row(item: Municipality) -> dict[str, int | str]:
    number, (region, finnish, swedish, english) = int(item.code), item.region
    row: dict[str, int | str] = {
        "kunta": number, "municipality_name_fi": item.name_fi,
        "municipality_name_sv": item.name_sv, "municipality_name_en": item.name_fi,
    }  # fmt: skip

    def group(key: str, title: str) -> None:
        in_region = key in {"maakunta", "nuts3"}
        row[f"{key}_code"] = int(region) if in_region else 1
        for language, name in (("fi", finnish), ("sv", swedish), ("en", english)):
            row[f"{key}_name_{language}"] = name if in_region else title

    for key, title in GROUPINGS:
        group(key, title)
    row |= {"tyossakayntial_code": 1, "tyossakayntial_name_fi": "Keksitty tk-alue", "year": 2020}
    for key, title in LATER_GROUPINGS:
        group(key, title)
    row |= {
        "municipality_code": number, "kunta_name": item.name_fi, "name_fi": item.name_fi,
        "name_sv": item.name_sv,
    }  # fmt: skip
    group("hyvinvointialue", "Keksitty hyvinvointialue")
    return row


def postal_area_key() -> bytes:
    """The postal area key as published: BOM, CRLF, unquoted commas in the header's names."""
    header = (
        "Postal code area,Name of the postal code area,Name of the postal code area (sv),"
        "Municipality,Name of the municipality,Statistical Grouping of municipality,"
        "Name of the statistical grouping of municipality,Sub-regional unit,"
        "Name of the sub-regional unit,Region,Name of the region,Major region,"
        "Name of the major region,Regional state administrative agency,"
        "Name of the regional state administrative agency,"
        "Centre for economic development, transport and the environment,"
        "Name of the centre for economic development, transport and the environment,"
        "Hospital District,Name of the hospital district"
    )
    cities = {item.code: item for item in municipalities() if item.city}
    lines = [header]
    for row in area_table().sort_values("code").itertuples():
        city = cities[row.city_code]
        code, region = city.region[0], city.region[3]
        lines.append(
            f"{row.code},{row.name_fi},{row.name_sv},{city.code},{city.name_fi},1,"
            f"Urban municipalities,{code}1,Invented sub-region,{code},{region},9,Invented major"
            f" region,9,Invented AVI,09,Invented ELY Centre,29,Invented Hospital District"
        )
    return b"\xef\xbb\xbf" + ("\r\n".join(lines) + "\r\n").encode("utf-8")
