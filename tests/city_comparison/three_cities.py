"""Three cities and thirty other municipalities made by hand: every source can be left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.programme import start_register
from skk_analysis.workspace import Resource, Workspace

CITIES = {"049": "Espoo", "853": "Turku", "564": "Oulu"}
OTHERS = [f"{100 + i}" for i in range(30)]
YEARS = range(2010, 2021)
AREAS = 6
EFFECT = -4.0
"""What the low-income rate of Turku is lowered by from 2019 on."""


def write(root: Path, without: set[str]) -> Workspace:
    workspace = Workspace(root)
    workspace.raw.mkdir(parents=True)
    workspace.processed.mkdir(parents=True)
    start_register(workspace)
    _register(workspace, without)
    workspace.write_resources(
        [
            Resource("r", "municipalities/m.json", "sotkanet", "Kunnat", publisher="Tilastokeskus"),
            Resource("homes", "households/h.csv", "households", "Kodit", invented=True),
        ]
    )
    frames = {
        "areas": _areas(),
        "observations": _classes() if "areas" not in without else None,
        "indicator_values": _values(without),
        "households": _households() if "households" not in without else None,
        "responses": _responses() if "responses" not in without else None,
        "cleaning_report": None,
        "cleaning_messages": None,
    }
    for name, frame in frames.items():
        schema = TABLES[name]
        empty = schema.empty()
        full = empty if frame is None else schema.typed(frame.reindex(columns=schema.columns))
        full.to_parquet(workspace.processed / f"{name}.parquet")
    return workspace


def _register(workspace: Workspace, without: set[str]) -> None:
    cities = pd.read_csv(workspace.programme / "cities.csv", dtype=str, keep_default_na=False)
    cities.loc[~cities["code"].isin(CITIES), "actual"] = "no"
    cities.to_csv(workspace.programme / "cities.csv", index=False)
    columns = "city_code,indicator,method,chosen_by,date,agreed_beforehand\n"
    rows = [
        f"{code},{indicator},comparison_cities,tiimit,2019-03-01,yes\n"
        for code in CITIES
        for indicator in ("low_income_rate", *(["offences"] if code == "049" else []))
    ]
    tables = {"indicator_choices": columns + "".join(rows)}
    if "comparisons" not in without:
        rows = [f"{code},{other},{other},1,koko,2019-03-01\n" for code in CITIES
                for other in OTHERS[:3]]  # fmt: skip
        header = "city_code,municipality_code,name,rank,rule_fi,date\n"
        tables["comparisons"] = header + "".join(rows)
    if "choices" in without:
        del tables["indicator_choices"]
    for name, content in tables.items():
        (workspace.programme / f"{name}.csv").write_text(content, "utf-8")
    if "choices" in without:
        (workspace.programme / "indicator_choices.csv").unlink(missing_ok=True)


def area_codes(city: str) -> list[str]:
    """Postal areas of a city, in two larger districts."""
    return [f"{city[:2]}{i // 3}{i}0" for i in range(AREAS)]


def _areas() -> pd.DataFrame:
    rows = [("country", "SSS", "Koko maa", "Hela landet", None, "r")]
    rows += [("municipality", code, name, name, code, "r") for code, name in CITIES.items()]
    rows += [("municipality", code, f"Kunta {code}", "", code, "r") for code in OTHERS]
    rows += [
        ("postal_area", area, f"Alue {area}", "", city, "r")
        for city in CITIES
        for area in area_codes(city)
    ]
    names = ["unit_level", "unit_code", "name_fi", "name_sv", "city_code", "resource"]
    return pd.DataFrame(rows, columns=names)


def _observed(level: str, code: str, indicator: str, year: int, value: float) -> dict:
    return {
        "unit_level": level,
        "unit_code": code,
        "indicator": indicator,
        "reference_year": year,
        "group": "total",
        "value": float(value),
        "status": "observed",
        "reason": "",
        "resource": "r",
    }


def _counts(city: str, i: int, year: int) -> tuple[int, int, int]:
    """Low, middle and high income; Turku divides from 2019 to 2020."""
    tilt = 60 if city == "853" and year == 2020 else 30
    return 300 + tilt * (i - 2), 800, 300 - tilt * (i - 2)


def _classes() -> pd.DataFrame:
    names = ("paavo.hr_pi_tul", "paavo.hr_ke_tul", "paavo.hr_hy_tul")
    return pd.DataFrame(
        [
            _observed("postal_area", area, name, year, value)
            for year in (2018, 2019, 2020)
            for city in CITIES
            for i, area in enumerate(area_codes(city))
            for name, value in zip(names, _counts(city, i, year), strict=True)
        ]
    )


def _values(without: set[str]) -> pd.DataFrame:
    rows = []
    if "areas" not in without:
        for year in (2018, 2019, 2020):
            for city in CITIES:
                for i, area in enumerate(area_codes(city)):
                    # the difference grows and the ratio shrinks: 2 and 20 % become 4 and 30 %
                    share = (0.02 + 0.036 * i) if year < 2020 else (0.04 + 0.052 * i)
                    rows.append(_observed("postal_area", area, "population", year, 1000))
                    rows.append(_observed("postal_area", area, "unemployed_share", year, share))
    if "municipalities" not in without:
        rng = np.random.default_rng(5)
        for k, code in enumerate([*CITIES, *OTHERS]):
            size = 190_000 + 1_500 * k
            noise = rng.normal(0, 0.3, len(YEARS))
            crime = rng.normal(0, 3.0, len(YEARS))
            for year, one, two in zip(YEARS, noise, crime, strict=True):
                rate = 12 + 0.2 * (k % 7) + one + (EFFECT if code == "853" and year >= 2019 else 0)
                rows.append(_observed("municipality", code, "municipal_population", year, size))
                rows.append(
                    _observed("municipality", code, "low_income_rate", year, round(rate, 2))
                )
                rows.append(_observed("municipality", code, "offences", year, 120 + k % 9 + two))
        for year in YEARS:
            moved = 0.5 if year == 2020 else 0.0
            rows.append(_observed("country", "SSS", "low_income_rate", year, 13 + moved))
    return pd.DataFrame(rows, columns=TABLES["indicator_values"].columns)


def _households() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    frames = []
    for city in CITIES:
        area = np.arange(300) % AREAS
        base = rng.lognormal(10, 0.4, 300)
        for year in (2018, 2019, 2020):
            apart = 0.15 if city == "853" and year == 2020 else 0.03
            income = base * np.exp(apart * (area - 2.5))
            frames.append(
                pd.DataFrame(
                    {
                        "city_code": city,
                        "area_code": [area_codes(city)[i] for i in area],
                        "year": year,
                        "unit_id": [f"{city}-{i}" for i in range(300)],
                        "person_weight": 2.0,
                        "weight": 1.0,
                        "income": income,
                        "status": "observed",
                        "reason": "",
                        "resource": "homes",
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _responses() -> pd.DataFrame:
    rows = []
    for year in (2019, 2020):
        for city in CITIES:
            agree = 0.3 if city == "853" and year == 2020 else 0.6
            for i in range(200):
                rows.append(
                    {
                        "city_code": city,
                        "year": year,
                        "respondent_id": f"{city}-{year}-{i}",
                        "group": "resident",
                        "weight": 1.0,
                        "question": "participation",
                        "answer": 4.0 if i < 200 * agree else 2.0,
                        "status": "observed",
                        "reason": "",
                        "resource": "r",
                    }
                )
    return pd.DataFrame(rows)
