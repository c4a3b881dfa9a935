"""The national theme events: were there two a year, who spoke, and what was thought of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import numbers, require_columns

__all__ = ["SEASONS", "SPEAKER_TYPES", "Feedback", "event_seasons", "feedback_of", "speaker_types"]

SEASONS = ("spring", "autumn")
SPEAKER_TYPES = ("kansainvälinen", "toteuttaja", "tutkija")
"""The three that the founding document names: international examples, practitioners, researchers"""


def event_seasons(events: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return year, season, held (events on record) and ids, for every year and season.

    The season is the register's; an event without a date counts in the year of its id or date, and
    one whose year is not known in none.
    """
    require_columns(events, "events", "id", "date", "season")
    told = (
        events["date"]
        .str[:4]
        .where(events["date"] != "", events["id"].str.extract(r"(\d{4})", expand=False).fillna(""))
    )
    rows = []
    for year in years:
        for season in SEASONS:
            mine = events[(told == str(year)) & (events["season"] == season)]
            rows.append((year, season, len(mine), tuple(mine["id"])))
    return pd.DataFrame(rows, columns=["year", "season", "held", "events"])


def speaker_types(speakers: pd.DataFrame) -> pd.DataFrame:
    """Return type, speakers and share, the three types first; events is how many had the type."""
    require_columns(speakers, "speakers", "event", "type")
    rows = []
    for kind in dict.fromkeys([*SPEAKER_TYPES, *speakers["type"]]):
        mine = speakers[speakers["type"] == kind]
        share = len(mine) / len(speakers) if len(speakers) else np.nan
        rows.append((kind, len(mine), share, mine["event"].nunique()))
    return pd.DataFrame(rows, columns=["type", "speakers", "share", "events"])


@dataclass(frozen=True)
class Feedback:
    """Feedback of several events.

    Parameters
    ----------
    mean : float
        Mean of all answers (means weighted by how many answered); NaN without any.
    answers : int
    participants : int
        Of the events that have feedback.
    events, without : int
        Events with feedback, and without.
    """

    mean: float
    answers: int
    participants: int
    events: int
    without: int


def feedback_of(events: pd.DataFrame) -> Feedback:
    """Return the mean feedback over events, each answer counting once.

    Raises
    ------
    ValueError
        If a mean or a count is no number.
    """
    require_columns(events, "events", "feedback_mean", "feedback_n", "participants")
    means, counts = (numbers(events, "events", f"feedback_{what}") for what in ("mean", "n"))
    people = numbers(events, "events", "participants")
    told = np.isfinite(means) & (counts > 0)
    total = counts[told].sum()
    mean = float(means[told] @ counts[told] / total) if total else np.nan
    there = int(np.nansum(people[told]))
    return Feedback(mean, int(total), there, int(told.sum()), int((~told).sum()))
