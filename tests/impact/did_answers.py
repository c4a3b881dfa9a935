"""The invented panel and the pinned answers of validation/impact/did, for the tests here."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd

from skk_analysis.impact.event_study import EventStudy
from skk_analysis.impact.panel import Panel

HERE = Path(__file__).resolve().parents[2] / "validation" / "impact" / "did"


@cache
def answers(name: str) -> dict:
    """Return a JSON file of answers."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


@cache
def frame() -> pd.DataFrame:
    """Return the invented panel."""
    return pd.read_csv(HERE / "panel.csv")


def panel(kind: str, **columns: str) -> Panel:
    """Return it with the units treated first in column ``kind``."""
    table = frame()
    starts = table[table[kind] > 0].groupby("unit")[kind].first().to_dict()
    return Panel(table, unit="unit", time="year", treated=starts, **columns)


def study(name: str) -> EventStudy:
    """Return a published event study."""
    vector = answers("published")["vectors"][name]
    return EventStudy.of(vector["coefficients"], vector["covariance"], vector["before"])
