"""Survey answers: the residents' survey of 2019 and 2020 and the experiments' own before and after.

A person's view of a statement is a normal variable; above 0 the person agrees (answers 4–5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from skk_analysis.sample import experiments
from skk_analysis.sample.households import (
    EDUCATION,
    LANGUAGES,
    Draw,
    allocation,
    draw,
    people14,
)
from skk_analysis.sample.paavo_files import compress
from skk_analysis.sample.world import CITIES, CityModel, areas, stream

SURVEY_YEARS = (2019, 2020)
POSTED = 2_400
"""Forms posted in a city and year."""

CUTS = np.array([-1.35, -0.62, 0.0, 0.92])
"""Limits between the answers 1–5."""

ITEM_MISSING = 0.025
DO_NOT_KNOW = 0.03
NOT_ASKED = "-1"


@dataclass(frozen=True)
class Question:
    """A statement: share that agrees in 2019, change in 2020, pull of area income and education.

    `absent` names years in which the column is missing altogether, `not_in` a year and the cities
    whose form left the question out.
    """

    id: str
    agree: float
    change_2020: float
    income: float
    education: float
    absent: tuple[int, ...] = ()
    not_in: tuple[int, tuple[str, ...]] = (0, ())


QUESTIONS = (
    Question("service_access", 0.56, -0.04, 0.2, 0.05),
    Question("experienced_safety", 0.74, -0.01, 1.3, 0.15),
    Question("own_influence", 0.68, 0.0, 0.7, 0.25, absent=(2019,)),
    Question("participation", 0.33, -0.05, 0.4, 0.20),
    Question("community", 0.61, 0.03, 1.0, 0.05),
    Question("attachment", 0.66, 0.0, 0.3, -0.05, not_in=(2020, ("564", "179"))),
    Question("quality_of_life", 0.72, -0.03, 0.8, 0.20),
)

HEADER = (
    "kuntakoodi", "postinumero", "vuosi", "vastaajatunnus", "ryhma", "paino", "ika", "sukupuoli",
    "koulutus", "kieli",
)  # fmt: skip


def _means(question: Question, drawn: Draw, year: int) -> np.ndarray:
    """Expected view by person."""
    city = areas().set_index("code").loc[drawn.frame["area_code"]]
    base = ndtri(question.agree + (year == 2020) * question.change_2020)
    level = drawn.frame["education"].to_numpy() - 1
    return base + question.income * city["income"].to_numpy() + question.education * level


def _answers(view: np.ndarray) -> np.ndarray:
    return 1 + np.searchsorted(CUTS, view)


def _write(answers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Answers as text, with "cannot say" (9) and blanks."""
    text = answers.astype(str).astype(object)
    luck = rng.random(len(answers))
    text[luck < ITEM_MISSING + DO_NOT_KNOW] = "9"
    text[luck < ITEM_MISSING] = ""
    return text


@cache
def _residents(city: CityModel, year: int) -> tuple[Draw, np.ndarray, np.ndarray]:
    """Respondents of a city and year, their weight and the answering chance of each age."""
    rng = stream("survey", int(city.code), year)
    drawn = draw(city, rng, allocation(city, POSTED))
    age = drawn.frame["age"].to_numpy()
    chance = np.clip(0.20 + 0.0045 * (age - 18) + 0.03 * drawn.frame["education"], 0.1, 0.65)
    answered = rng.random(len(age)) < chance
    people = drawn.frame["stratum"].map(people14(city, 2019) / pd.Series(allocation(city, POSTED)))
    weight = (people / chance).to_numpy()[answered]
    return Draw(drawn.frame[answered].reset_index(drop=True), {}), weight, answered


def residents(year: int) -> bytes:
    """The residents' survey of one year, gzipped: all cities, weights with decimal commas."""
    asked = [question for question in QUESTIONS if year not in question.absent]
    lines = [";".join((*HEADER, *(question.id for question in asked)))]
    for city in CITIES:
        drawn, weight, _ = _residents(city, year)
        rng = stream("answers", int(city.code), year)
        mood = 0.35 * rng.standard_normal(len(weight))  # some agree with everything
        columns = []
        for question in asked:
            noise = np.sqrt(1 - 0.35**2) * rng.standard_normal(len(weight))
            text = _write(_answers(_means(question, drawn, year) + mood + noise), rng)
            if question.not_in[0] == year and city.code in question.not_in[1]:
                text[:] = NOT_ASKED
            columns.append(text)
        names = [f"{city.key[0].upper()}{year % 100}-{i:04d}" for i in range(1, len(weight) + 1)]
        lines += _rows(city.code, drawn.frame, year, names, "asukas", weight, columns)
    return compress(("\n".join(lines) + "\n").encode("iso-8859-1"))


def _rows(
    code: str, frame: pd.DataFrame, year: int, names: list[str], group: str,
    weight: np.ndarray, columns: list[np.ndarray],
) -> list[str]:  # fmt: skip
    rows = []
    for row, name, mass, *answers in zip(frame.itertuples(), names, weight, *columns, strict=True):
        cells = (
            code, row.area_code, year, name, group, f"{mass:.2f}".replace(".", ","), row.age,
            "nainen" if row.sex else "mies", EDUCATION[row.education], LANGUAGES[row.language],
        )  # fmt: skip
        rows.append(";".join(map(str, (*cells, *answers))))
    return rows


def true_shares() -> dict[str, dict[int, dict[str, float]]]:
    """Share that agrees among the surveyed population, as the model expects it."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    for city in CITIES:
        found[city.key] = {}
        for year in SURVEY_YEARS:
            drawn, weight, _ = _residents(city, year)
            found[city.key][year] = {
                question.id: round(
                    float(np.average(ndtr(_means(question, drawn, year)), weights=weight)), 4
                )
                for question in QUESTIONS
                if year not in question.absent
                and not (question.not_in[0] == year and city.code in question.not_in[1])
            }
    return found


def response_rates() -> dict[tuple[str, int], tuple[int, int]]:
    """Forms posted and answers received by city code and year."""
    return {
        (city.code, year): (POSTED, len(_residents(city, year)[1]))
        for city in CITIES
        for year in SURVEY_YEARS
    }


def with_survey() -> list[dict[str, Any]]:
    """Experiments that asked their participants."""
    return [item for item in experiments.experiments() if item["participants"] > 0]


def participants(item: dict[str, Any]) -> bytes:
    """Answers of an experiment's participants and comparison group before (2019) and after (2020).

    The same person has the same `vastaajatunnus` in both years. A tenth drops out; a stopped
    experiment has no measurement after.
    """
    city = next(city for city in CITIES if city.code == item["city_code"])
    question = next(q for q in QUESTIONS if q.id == item["effect"]["indicator"])
    lines = [";".join((*HEADER, question.id))]
    for number, group in enumerate(("osallistuja", "vertailu")):
        rng = stream("experiment", *item["id"].encode(), number)
        frame = _people_of_areas(city, item, group, rng)
        count, names = len(frame), [f"{item['id']}-{group[0]}{i:02d}" for i in range(1, 91)]
        steady = 0.75 * rng.standard_normal(count)
        for year in SURVEY_YEARS:
            present = rng.random(count) > (0.1 if year == 2020 else 0.0)
            if year == 2020 and item["status"] == "stopped":
                continue
            mean = ndtri(question.agree + (year == 2020) * question.change_2020)
            if year == 2020 and group == "osallistuja":
                mean = ndtri(ndtr(mean) + item["effect"]["size"])
            view = mean + steady + np.sqrt(1 - 0.75**2) * rng.standard_normal(count)
            text = _write(_answers(view), rng)
            rows = _rows(city.code, frame, year, names[:count], group, np.ones(count), [text])
            lines += [row for row, there in zip(rows, present, strict=True) if there]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _people_of_areas(
    city: CityModel, item: dict[str, Any], group: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Persons of the target areas (participants) or of like areas elsewhere in the city."""
    own = areas()[areas()["city_code"] == city.code].set_index("code")
    strata = own.loc[item["target_areas"], "stratum"].unique()
    inside = own.index.isin(item["target_areas"]) == (group == "osallistuja")
    codes = set(own.index[inside & own["stratum"].isin(strata)])
    pool = draw(city, rng, dict.fromkeys(strata, 1500)).frame
    pool = pool[pool["area_code"].isin(codes)]
    return pool.head(item["participants"] if group == "osallistuja" else 60).reset_index(drop=True)
