"""Which year each publication of Paavo is about; the groups of variables lag differently."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

GROUPS = ("HE", "KO", "HR", "TE", "TR", "RA", "TP", "PT")
"""Residents, education, residents' income, households, their income, dwellings, jobs, activity."""


def releases() -> pd.DataFrame:
    """Publication year → data year of each group of variables, with the basis for saying so."""
    return pd.read_csv(Path(__file__).with_name("paavo_releases.csv"), index_col="release")
