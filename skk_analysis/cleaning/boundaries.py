"""Boundaries of postal areas and municipalities, from GeoJSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import padded_code
from skk_analysis.cleaning.keys import area_rows, duplicates
from skk_analysis.cleaning.message import ERROR, Message
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import (
    MUNICIPALITY,
    POSTAL_AREA,
    Keys,
    Reader,
    Reading,
    wrong_cells,
)


def _features(file: RawFile) -> list[dict[str, Any]]:
    content = file.json if file.is_json else None
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        return []
    features = content.get("features")
    return [f for f in features if isinstance(f, dict)] if isinstance(features, list) else []


def _code_property(features: list[dict[str, Any]]) -> str | None:
    properties = (features[0].get("properties") or {}) if features else {}
    for name in ("posti_alue", "postinumeroalue", "NATCODE", "kunta"):
        if name in properties:
            return name
    return None


def is_boundaries(file: RawFile) -> bool:
    """GeoJSON of postal areas or municipalities."""
    return _code_property(_features(file)) is not None


def read_boundaries(file: RawFile, _: Keys) -> Reading:
    """Names and borders of areas from GeoJSON (WGS 84)."""
    features = _features(file)
    name = _code_property(features)
    if name is None:
        raise file.error(
            "GeoJSON features with posti_alue, postinumeroalue, NATCODE or kunta",
            "Fetch the layer as GeoJSON.",
        )
    postal = name in ("posti_alue", "postinumeroalue")
    properties = [feature.get("properties") or {} for feature in features]
    width = 5 if postal else 3
    code = padded_code(pd.Series([str(p.get(name, "")) for p in properties], dtype="str"), width)
    at = np.arange(1, len(features) + 1)
    wrong = ~code.str.fullmatch(rf"\d{{{width}}}").to_numpy(bool)
    messages = wrong_cells(file, wrong, at, code, name, f"a code of {width} digits")
    messages += duplicates(file, code, at, name)
    geometries = [feature.get("geometry") or {} for feature in features]
    kinds = [g.get("type") if isinstance(g, dict) else None for g in geometries]
    without = np.array([kind not in ("Polygon", "MultiPolygon") for kind in kinds], bool)
    messages += wrong_cells(file, without, at, code, "geometry", "a Polygon or MultiPolygon")
    messages += _outside_degrees(file, geometries, without)
    city = [
        str(p.get("kunta", "")).zfill(3) if postal else c
        for p, c in zip(properties, code, strict=True)
    ]
    areas = area_rows(
        file,
        unit_level=POSTAL_AREA if postal else MUNICIPALITY,
        unit_code=code,
        name_fi=_names_of(properties, "nimi", "NAMEFIN", "name"),
        name_sv=_names_of(properties, "namn", "NAMESWE", "nimi", "NAMEFIN", "name"),
        city_code=pd.Series(city, dtype="str"),
        boundary=pd.Series([json.dumps(g, separators=(",", ":")) for g in geometries], dtype="str"),
    )
    return Reading(len(features), {"areas": areas}, messages)


def _names_of(properties: list[dict[str, Any]], *names: str) -> pd.Series:
    return pd.Series(
        [str(next((p[n] for n in names if p.get(n)), "")) for p in properties], dtype="str"
    )


def _outside_degrees(file: RawFile, geometries: list[Any], without: np.ndarray) -> list[Message]:
    """Coordinates must be degrees: the services answer in metres unless asked otherwise."""
    for position, geometry in enumerate(geometries):
        if without[position]:
            continue
        point = geometry.get("coordinates")
        while isinstance(point, list) and point and isinstance(point[0], list):
            point = point[0]
        if not isinstance(point, list) or len(point) < 2 or not _in_degrees(point):
            return [
                file.message(
                    ERROR,
                    "unit",
                    "longitude and latitude in degrees",
                    "Fetch the layer with srsName=EPSG:4326.",
                    row=position + 1,
                    column="geometry",
                    value=str(point)[:40],
                )
            ]
    return []


def _in_degrees(point: list[Any]) -> bool:
    numbers = all(isinstance(x, int | float) for x in point[:2])
    return numbers and -180 <= point[0] <= 180 and -90 <= point[1] <= 90


BOUNDARIES = Reader(
    name="boundaries",
    folder="areas",
    title="Aluerajat",
    layout="GeoJSON with 'posti_alue', 'postinumeroalue', 'NATCODE' or 'kunta'",
    recognises=is_boundaries,
    read=read_boundaries,
    publisher="Tilastokeskus, Maanmittauslaitos",
    source="https://geo.stat.fi/geoserver/",
    key=True,
)
