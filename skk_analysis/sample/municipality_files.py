"""The municipal indicators and keys in the publishers' file layouts, quirks included."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np

from skk_analysis.sample import names
from skk_analysis.sample.municipalities import SERIES, Series, population, values
from skk_analysis.sample.world import YEARS, Municipality, municipalities, stream
from skk_analysis.sample.world import areas as area_table

JSON_SERIES = ("4284", "4333")
"""Sotkanet indicators that lie in the sample as the API's JSON, the others as its CSV."""


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


def sotkanet_regions(places: Sequence[Municipality] | None = None) -> bytes:
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
        for item in places or municipalities()
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


def municipality_key(places: Sequence[Municipality] | None = None) -> bytes:
    """The municipality key in geofi's layout: codes as bare numbers, leading zeros lost."""
    places = places or municipalities()
    lines = [",".join(f'"{column}"' for column in _key_row(places[0]))]
    for item in places:
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
    """The postal area key of the sample's areas."""
    cities = {item.code: item for item in municipalities() if item.city}
    rows = area_table().sort_values("code").itertuples()
    return area_key([(row.code, row.name_fi, row.name_sv, cities[row.city_code]) for row in rows])


def area_key(rows: Iterable[tuple[str, str, str, Municipality]]) -> bytes:
    """The postal area key as published: BOM, CRLF, unquoted commas in the header's names.

    A row is the code, the Finnish and the Swedish name of an area, and its municipality.
    """
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
    lines = [header]
    for postal, finnish, swedish, city in rows:
        code, region = city.region[0], city.region[3]
        lines.append(
            f"{postal},{finnish},{swedish},{city.code},{city.name_fi},1,"
            f"Urban municipalities,{code}1,Invented sub-region,{code},{region},9,Invented major"
            f" region,9,Invented AVI,09,Invented ELY Centre,29,Invented Hospital District"
        )
    return b"\xef\xbb\xbf" + ("\r\n".join(lines) + "\r\n").encode("utf-8")
