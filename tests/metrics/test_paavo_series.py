"""The series of the six cities: its committed table, and its script on the real data."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "validation" / "paavo_series"


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "series.csv", comment="#")


def test_the_table_names_its_source():
    first = (FOLDER / "series.csv").read_text(encoding="utf-8").splitlines()[0]
    assert "Statistics Finland" in first
    assert "CC BY 4.0" in first


def test_income_segregation_grew_in_the_large_cities(series):
    wide = series[series["index"] == "dissimilarity"].pivot_table(
        index="city", columns="year", values="value"
    )
    assert (wide[2019] > wide[2012]).all()


def test_intervals_and_order_are_plausible(series):
    assert ((series["lower"] < series["value"]) & (series["value"] < series["upper"])).all()
    gini = series[(series["index"] == "gini_city") & (series["year"] == 2019)].set_index("city")
    assert gini["value"].idxmax() == "Espoo"
    assert gini["value"].idxmin() == "Vantaa"
    assert (gini["upper"] - gini["lower"]).max() < 0.06


@pytest.mark.slow
def test_the_script_gives_the_committed_figures(series, real_data, monkeypatch):
    spec = importlib.util.spec_from_file_location("paavo_series", FOLDER / "paavo_series.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "DATA", real_data)
    areas = script.publication_2021(real_data / "paavo" / "paavo_pub2021_28vars.csv")
    found = pd.DataFrame(script.city_rows(areas, 2019)).set_index(["index", "city"])["value"]
    pinned = series[series["year"] == 2019].set_index(["index", "city"])["value"]
    assert found.to_dict() == pytest.approx(pinned.to_dict(), rel=1e-3)
