"""The planted truths: what is so in the world that the sample is drawn from.

Index levels come from very many households of the same model, with formulas written here anew and
plainly, so that they can judge the library's own.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from skk_analysis.sample import experiments, paavo
from skk_analysis.sample.households import truth_draw
from skk_analysis.sample.paavo_files import SECRET_UNDER, border_area
from skk_analysis.sample.world import (
    BORDER_CITY,
    BORDER_LABEL,
    BORDER_UNTIL,
    CITIES,
    REPORT_YEARS,
    TINY_PEOPLE,
    YEARS,
    areas,
)

TRUTH_HOUSEHOLDS = 150_000
"""Households behind a true level: its sampling error is a sixth of a report's."""


def indices(income: np.ndarray, weight: np.ndarray, area: np.ndarray) -> dict[str, float]:
    """Inequality, polarisation and poverty of persons' equivalised income."""
    order = np.argsort(income, kind="stable")
    y, w, area = income[order], weight[order] / weight.sum(), area[order]
    mean, share = float(np.sum(w * y)), np.cumsum(w)
    lorenz = np.cumsum(w * y) / mean
    gini = float(np.sum(w * (2 * share - w) * y) / mean - 1)
    quantile = np.interp([0.1, 0.5, 0.9], share, y)
    half, low, high = np.interp([0.5, 0.2, 0.8], share, lorenz)
    low4, high9 = np.interp([0.4, 0.9], share, lorenz)
    positive = y > 0
    wp = w[positive] / w[positive].sum()
    ratio = y[positive] / np.sum(wp * y[positive])
    theil = float(np.sum(wp * ratio * np.log(ratio)))
    between = _theil_between(y[positive], wp, area[positive])
    return {
        "mean": mean, "median": float(quantile[1]), "gini": gini, "theil_t": theil,
        "mld": float(-np.sum(wp * np.log(ratio))), "theil_between_areas": between,
        "theil_between_share": between / theil, "s80s20": float((1 - high) / low),
        "palma": float((1 - high9) / low4), "p90p10": float(quantile[2] / quantile[0]),
        "low_income_rate": float(np.sum(w[y < 0.6 * quantile[1]])),
        "wolfson": float(4 * mean / quantile[1] * (0.5 - half - gini / 2)),
    }  # fmt: skip


def _theil_between(y: np.ndarray, w: np.ndarray, area: np.ndarray) -> float:
    _, member = np.unique(area, return_inverse=True)
    people, money = np.bincount(member, w), np.bincount(member, w * y)
    share = money / money.sum()
    return float(np.sum(share * np.log(share / people)))


@cache
def household_truths() -> dict[str, dict[int, dict[str, float]]]:
    """True index levels by city key and year."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    for city in CITIES:
        drawn, weight = truth_draw(city, TRUTH_HOUSEHOLDS)
        persons = weight * drawn.frame["size"].to_numpy()
        area = drawn.frame["area_code"].to_numpy().astype(int)
        found[city.key] = {
            year: {
                key: round(value, 5)
                for key, value in indices(drawn.income[year], persons, area).items()
            }
            for year in REPORT_YEARS
        }
    return found


def dissimilarity(year: int, city_code: str) -> float:
    """Dissimilarity of the lowest and the highest income class between a city's areas."""
    column, own = int(year - YEARS[0]), (areas()["city_code"] == city_code).to_numpy()
    low, high = (paavo.figures()[code][own, column] for code in ("hr_pi_tul", "hr_hy_tul"))
    return float(0.5 * np.abs(low / low.sum() - high / high.sum()).sum())


_STILL = {"gini": "unclear", "wolfson": "unclear", "theil_between_areas": "unclear"}

VERDICTS = {
    "espoo": {2019: _STILL, 2020: {"gini": "grows", "wolfson": "grows"}},
    "turku": {2019: _STILL, 2020: {"theil_between_areas": "grows"}},
    "vantaa": {2019: {"gini": "shrinks", "wolfson": "shrinks"}, 2020: _STILL},
    "tampere": {2019: _STILL, 2020: {"gini": "shrinks", "wolfson": "grows"}},
    "oulu": {2019: _STILL, 2020: _STILL},
    "jyvaskyla": {2019: _STILL, 2020: _STILL},
}
"""What must be said of a change since the year before, by city, year and measure."""


def planted() -> dict:
    """All planted truths, as ``planted_truths.json`` holds them."""
    from skk_analysis.sample import municipalities, surveys

    return {
        "note": "Keksitty aineisto: mitä siihen on istutettu. Testit lukevat tätä tiedostoa.",
        "households": household_truths(),
        "stories": {city.key: city.story_fi for city in CITIES},
        "verdicts": VERDICTS,
        "dissimilarity_income_classes": {
            city.key: {year: round(dissimilarity(year, city.code), 4) for year in range(2015, 2021)}
            for city in CITIES
        },
        "unemployment_gap": {city.key: unemployment_gap(city.code) for city in CITIES},
        "survey_agree": surveys.true_shares(),
        "experiments": [
            {
                "experiment": effect.experiment, "level": effect.level,
                "indicator": effect.indicator, "units": list(effect.units), "year": effect.year,
                "size": effect.size,
            }
            for effect in experiments.effects()
        ],
        "municipalities_2020_shock": {
            series.indicator: series.shock for series in municipalities.SERIES
        },
        "areas": {
            "per_city": areas().groupby("city_code").size().to_dict(),
            "tiny": areas().loc[areas()["kind"] == "tiny", "code"].tolist(),
            "empty": areas().loc[areas()["kind"] == "empty", "code"].tolist(),
            "island": areas().loc[areas()["kind"] == "island", "code"].tolist(),
            "tiny_people": list(TINY_PEOPLE), "secret_under": SECRET_UNDER,
        },
        "border_change": {
            "area": border_area(), "label": BORDER_LABEL,
            "city_code": BORDER_CITY, "until": BORDER_UNTIL,
        },
    }  # fmt: skip


def unemployment_gap(city_code: str) -> dict[int, dict[str, float]]:
    """Difference and ratio of the areas with the highest and the lowest unemployment.

    Mean rate of the areas that hold the highest and the lowest fifth of the labour force; areas
    under 300 residents are left out.
    """
    own = ((areas()["city_code"] == city_code) & (areas()["people"] >= 300)).to_numpy()
    found = {}
    for year in (2019, 2020):
        column = int(year - YEARS[0])
        jobless, force = (paavo.figures()[c][own, column] for c in ("pt_tyott", "pt_tyovy"))
        rate = jobless / force
        order = np.argsort(rate, kind="stable")
        share = np.cumsum(force[order]) / force.sum()
        low, high = rate[order][share <= 0.2], rate[order][share > 0.8]
        found[year] = {
            "low": round(float(low.mean()), 4), "high": round(float(high.mean()), 4),
            "difference": round(float(high.mean() - low.mean()), 4),
            "ratio": round(float(high.mean() / low.mean()), 4),
        }  # fmt: skip
    return found
