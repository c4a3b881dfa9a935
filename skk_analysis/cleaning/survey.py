"""Shares of residents who agree, from survey answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import NOT_ASKED, NOT_RECEIVED, OBSERVED, PROTECTED
from skk_analysis.cleaning.plausibility import as_text
from skk_analysis.cleaning.reader import MUNICIPALITY, OBSERVATION_COLUMNS, POSTAL_AREA
from skk_analysis.cleaning.schemas import TABLES

AGREES = 4
"""Answers from this on, on the scale 1–5, agree."""


def survey_values(responses: pd.DataFrame, dictionary: pd.DataFrame) -> pd.DataFrame:
    """Values of the dictionary's survey indicators by municipality and postal area.

    ``value`` is the weighted share of residents who agree among those who answered; ``count`` and
    ``denominator`` are unweighted numbers of persons, because they say how much the share rests
    on. A question that a city's survey of the year did not have is ``not_asked``.
    """
    residents = as_text(responses[responses["group"] == "resident"])
    if residents.empty:
        return TABLES["indicator_values"].empty()
    questions = pd.DataFrame(
        {
            "indicator": dictionary.index,
            "question": dictionary["numerator"].str.removeprefix("survey.").str.strip().to_numpy(),
            "minimum": pd.to_numeric(dictionary["minimum_denominator"]).fillna(0).to_numpy(float),
        }
    )
    found = []
    for level, code in ((MUNICIPALITY, "city_code"), (POSTAL_AREA, "area_code")):
        units = residents[[code, "year"]].drop_duplicates()
        wanted = units.merge(questions, how="cross")
        key = [code, "year", "question"]
        shares = wanted.merge(_sums(residents, key), on=key, how="left", validate="one_to_one")
        shares = shares.rename(columns={code: "unit_code", "year": "reference_year"})
        found.append(_with_status(shares).assign(unit_level=level))
    values = pd.concat(found, ignore_index=True)
    values = values.assign(group="total", release_year=pd.array([pd.NA] * len(values), "Int64"))
    return values[OBSERVATION_COLUMNS].astype({"reference_year": "Int64"})


def _sums(answers: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Weights and numbers of those who answered and of those who agree, by unit and question."""
    observed = answers["status"].eq(OBSERVED)
    agrees = observed & answers["answer"].ge(AGREES)
    frame = answers[key].assign(
        weight=answers["weight"].where(observed, 0.0),
        agreeing=answers["weight"].where(agrees, 0.0),
        count=agrees.astype(float),
        denominator=observed.astype(float),
        asked=answers["status"].ne(NOT_ASKED).astype(float),
    )
    sums = frame.groupby(key, sort=True).sum()
    named = answers[[*key, "resource"]].drop_duplicates().sort_values("resource")
    sums["resource"] = named.groupby(key)["resource"].agg(";".join)
    return sums.reset_index()


def _with_status(shares: pd.DataFrame) -> pd.DataFrame:
    """The weighted share, or why there is none."""
    reasons = [
        (shares["denominator"].isna(), NOT_ASKED, "absent_column"),
        (shares["asked"] == 0, NOT_ASKED, "minus_one"),
        (shares["denominator"] == 0, NOT_RECEIVED, "blank"),
        (shares["denominator"] < shares["minimum"], PROTECTED, "small_denominator"),
    ]
    hidden = [where for where, _, _ in reasons]
    shares["status"] = np.select(hidden, [status for _, status, _ in reasons], OBSERVED)
    shares["reason"] = np.select(hidden, [reason for _, _, reason in reasons], "")
    shares["value"] = shares["agreeing"] / shares["weight"].where(shares["weight"] > 0)
    shares.loc[shares["status"] != OBSERVED, ["value", "count"]] = np.nan
    shares["resource"] = shares["resource"].fillna("")
    return shares
