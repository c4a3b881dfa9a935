"""A city of six areas made by hand: every source can be left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.programme import start_register
from skk_analysis.workspace import Resource, Workspace

AREAS = [f"02{i}00" for i in range(1, 7)]
PEER_CODES = ["091", "398", "297", "609"]
YEARS = (2018, 2019)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Workspace]:
    """Make a workspace of Espoo with the named sources (all by default)."""
    made: dict[tuple, Workspace] = {}

    def make(*without: str) -> Workspace:
        if without not in made:
            made[without] = _write(tmp_path_factory.mktemp("tiny"), set(without))
        return made[without]

    return make


def _write(root: Path, without: set[str]) -> Workspace:
    workspace = Workspace(root)
    workspace.raw.mkdir(parents=True)
    workspace.processed.mkdir(parents=True)
    start_register(workspace)
    workspace.write_resources(
        [
            Resource("paavo", "areas/p.csv", "paavo_wide", "Paavo", retrieved="2021-06-01"),
            Resource("homes", "households/h.csv", "households", "Homes", invented=True),
        ]
    )
    tables = {
        "areas": _areas(),
        "observations": _observations() if "areas" not in without else None,
        "indicator_values": _values(without),
        "households": _households() if "households" not in without else None,
        "responses": _responses() if "responses" not in without else None,
        "cleaning_report": None,
        "cleaning_messages": None,
    }
    for name, frame in tables.items():
        schema = TABLES[name]
        full = schema.empty() if frame is None else schema.typed(_padded(frame, schema.columns))
        full.to_parquet(workspace.processed / f"{name}.parquet")
    return workspace


def _padded(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.reindex(columns=columns)


def _areas() -> pd.DataFrame:
    rows = []
    for i, code in enumerate(AREAS):
        x, y = 24 + 0.1 * (i % 3), 60 + 0.1 * (i // 3)
        ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
        boundary = json.dumps({"type": "Polygon", "coordinates": [ring]})
        rows.append(("postal_area", code, f"Alue <{i}>", f"Område <{i}>", "049", boundary, "paavo"))
    names = ["unit_level", "unit_code", "name_fi", "name_sv", "city_code", "boundary", "resource"]
    return pd.DataFrame(rows, columns=names)


def _observed(level: str, code: str, indicator: str, year: int, value: float, **more) -> dict:
    row = {
        "unit_level": level,
        "unit_code": code,
        "indicator": indicator,
        "reference_year": year,
        "release_year": year + 2,
        "group": "total",
        "value": value,
        "status": "observed",
        "reason": "",
        "resource": "paavo",
    }
    return row | more


def _classes(i: int, year: int) -> dict[str, float]:
    low = 100 + 60 * i + (20 if year == 2019 and i == 5 else 0)
    return {"paavo.hr_pi_tul": low, "paavo.hr_ke_tul": 500.0, "paavo.hr_hy_tul": 500.0 - 60 * i}


def _observations() -> pd.DataFrame:
    return pd.DataFrame(
        [
            _observed("postal_area", code, name, year, value)
            for year in YEARS
            for i, code in enumerate(AREAS)
            for name, value in _classes(i, year).items()
        ]
    )


def _values(without: set[str]) -> pd.DataFrame:
    rows = []
    if "areas" not in without:
        for year in YEARS:
            for i, code in enumerate(AREAS):
                classes = _classes(i, year)
                total, low = sum(classes.values()), classes["paavo.hr_pi_tul"]
                rows.append(_observed("postal_area", code, "population", year, total))
                rows.append(
                    _observed("postal_area", code, "median_income", year, 30000.0 - 900 * i)
                )
                share = {"count": low, "denominator": total}
                rows.append(
                    _observed(
                        "postal_area", code, "low_income_class_share", year, low / total, **share
                    )
                )
        hidden = {"value": np.nan, "count": np.nan, "status": "protected"}
        for row in rows:
            if row["indicator"] == "low_income_class_share" and row["unit_code"] == AREAS[0]:
                row |= hidden | {"reason": "small_denominator"}
    if "municipalities" not in without:
        for k, code in enumerate(["049", *PEER_CODES]):
            for year in (*YEARS, 2020):
                rows.append(
                    _observed("municipality", code, "municipal_population", year, 250000 + 9000 * k)
                )
                rows.append(_observed("municipality", code, "municipal_gini", year, 28.0 + k / 10))
    return pd.DataFrame(rows, columns=TABLES["indicator_values"].columns)


def _households() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    base = rng.lognormal(10, 0.4, 600)
    frames = []
    for year, spread in zip(YEARS, (1.0, 1.35), strict=True):
        income = np.exp(10 + (np.log(base) - 10) * spread)
        age = 20 + np.arange(600) % 60
        frames.append(
            pd.DataFrame(
                {
                    "city_code": "049",
                    "area_code": np.repeat(AREAS, 100),
                    "year": year,
                    "unit_id": [f"{i}" for i in range(600)],
                    "weight": 10.0,
                    "person_weight": 20.0,
                    "stratum": "1",
                    "cluster": [f"{i}" for i in range(600)],
                    "income": income,
                    "disposable_income": income * 1.5,
                    "size": 2,
                    "under_14": 0,
                    "equivalence": 1.5,
                    "age": age,
                    "age_group": pd.cut(
                        age, [17, 29, 44, 64, 120], labels=["18–29", "30–44", "45–64", "65+"]
                    ).astype(str),
                    "sex": np.where(np.arange(600) % 2, "male", "female"),
                    "education": np.where(income < np.median(income), "basic", "higher"),
                    "language": np.where(np.arange(600) % 50, "fi", "sv"),
                    "resource": "homes",
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _responses() -> pd.DataFrame:
    n = 200
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "city_code": "049",
                    "area_code": AREAS[0],
                    "year": 2019,
                    "respondent_id": [f"{i}" for i in range(n)],
                    "group": "resident",
                    "weight": 1.0,
                    "age": 40,
                    "age_group": "30–44",
                    "sex": np.where(np.arange(n) % 2, "male", "female"),
                    "education": np.where(np.arange(n) < 10, "basic", "higher"),
                    "language": "fi",
                    "question": question,
                    "answer": np.where(np.arange(n) % 4, 4.0, 2.0),
                    "status": "observed",
                    "reason": "",
                    "resource": "homes",
                }
            )
            for question in ("experienced_safety", "community")
        ],
        ignore_index=True,
    )
