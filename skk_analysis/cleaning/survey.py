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
    found = []
    for indicator, row in dictionary.iterrows():
        question = row["numerator"].removeprefix("survey.").split("|")[0].strip()
        minimum = float(row["minimum_denominator"] or 0)
        for level, code in ((MUNICIPALITY, "city_code"), (POSTAL_AREA, "area_code")):
            shares = _shares(residents[residents["question"] == question], code, minimum)
            asked = residents[[code, "year"]].drop_duplicates()
            shares = asked.merge(shares, on=[code, "year"], how="left", validate="one_to_one")
            absent = shares["status"].isna()
            shares.loc[absent, "status"] = NOT_ASKED
            shares.loc[absent, "reason"] = "absent_column"
            shares["resource"] = shares["resource"].fillna("")
            shares = shares.rename(columns={code: "unit_code", "year": "reference_year"})
            found.append(shares.assign(unit_level=level, indicator=indicator))
    values = pd.concat(found, ignore_index=True)
    values = values.assign(group="total", release_year=pd.array([pd.NA] * len(values), "Int64"))
    return values[OBSERVATION_COLUMNS].astype({"reference_year": "Int64"})


def _shares(answers: pd.DataFrame, code: str, minimum: float) -> pd.DataFrame:
    """Weighted share, counts and status of one question by unit and year."""
    observed = answers["status"].eq(OBSERVED)
    agrees = observed & answers["answer"].ge(AGREES)
    frame = pd.DataFrame(
        {
            code: answers[code],
            "year": answers["year"],
            "weight": answers["weight"].where(observed, 0.0),
            "agreeing": answers["weight"].where(agrees, 0.0),
            "count": agrees.astype(float),
            "denominator": observed.astype(float),
            "unasked": answers["status"].eq(NOT_ASKED),
            "resource": answers["resource"],
        }
    )
    groups = frame.groupby([code, "year"], sort=True)
    result = groups[["weight", "agreeing", "count", "denominator"]].sum()
    result["resource"] = groups["resource"].agg(lambda names: ";".join(sorted(set(names))))
    unasked = groups["unasked"].all()
    result["value"] = result["agreeing"] / result["weight"].where(result["weight"] > 0)
    few = result["denominator"] < minimum
    none = result["denominator"] == 0
    result["status"] = np.select(
        [unasked, none, few], [NOT_ASKED, NOT_RECEIVED, PROTECTED], OBSERVED
    )
    result["reason"] = np.select(
        [unasked, none, few], ["minus_one", "blank", "small_denominator"], ""
    )
    hidden = result["status"] != OBSERVED
    result.loc[hidden, ["value", "count"]] = np.nan
    return result.drop(columns=["weight", "agreeing"]).reset_index()
