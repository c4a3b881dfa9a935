"""Household microdata: a rotating panel of the six cities, 2018–2020.

The model of a household (`draw`) is used twice: for the sample here, and with very many households
for the planted truths in `truths.py`.

A household is drawn by drawing one of its members aged 14 or over, so large households come more
easily and weigh less: weight = residents aged 14 or over in the stratum ÷ (sample of the stratum ×
members aged 14 or over). Weighted members aged 14 or over thus add up to the population exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from skk_analysis.sample import paavo
from skk_analysis.sample.paavo_files import compress
from skk_analysis.sample.world import REPORT_YEARS, YEARS, CityModel, areas, stream

SAMPLE_SIZE = 4_000
"""Households of a city and year."""

STAYING = 0.58
"""Share of a year's households that are asked again the year after."""

PANEL_DRAW = 6
"""Which of the possible panels. Twenty-odd changes are judged at 95 %, so by chance most panels
show a change or two that the truth does not have; this one tells the planted stories and no others.
"""

ZERO_INCOME = 0.004
PERSISTENCE = 0.9
"""Correlation of a household's own deviation from one year to the next."""

SIZES = np.array([1, 2, 3, 4, 5, 6])
EDUCATION = ("perusaste", "toinen_aste", "korkea_aste")
EDUCATION_INCOME = np.array([-0.16, -0.03, 0.15])
LANGUAGES = ("fi", "sv", "muu")
LANGUAGE_INCOME = np.array([0.0, 0.06, -0.24])
SIZE_INCOME = np.array([-0.22, 0.06, 0.08, 0.10, 0.0, -0.12])
WITHIN = 0.385
"""Standard deviation of log income between households that are alike."""


@dataclass
class Draw:
    """Households as drawn: what they are (columns) and their income by year (a column a year)."""

    frame: pd.DataFrame
    income: dict[int, np.ndarray]  # equivalised, before rounding


@cache
def strata(city: CityModel) -> pd.Series:
    """Residents aged 14 or over by stratum, mean of the three years."""
    return pd.DataFrame({year: people14(city, year) for year in REPORT_YEARS}).mean(axis=1)


@cache
def people14(city: CityModel, year: int) -> pd.Series:
    """Residents aged 14 or over by stratum and year, from the Paavo age groups."""
    return _area_people14(city, year).groupby(_city_areas(city).set_index("code")["stratum"]).sum()


def _city_areas(city: CityModel) -> pd.DataFrame:
    return areas()[areas()["city_code"] == city.code]


def _area_people14(city: CityModel, year: int) -> pd.Series:
    """Residents aged 14 or over by area code: all but 0–12 and a third of 13–15."""
    values, column = paavo.figures(), int(year - YEARS[0])
    under = sum(values[f"he_{group}"][:, column] for group in ("0_2", "3_6", "7_12"))
    count = values["he_vakiy"][:, column] - under - np.rint(values["he_13_15"][:, column] / 3)
    own = _city_areas(city)
    return pd.Series(count[own.index], index=own["code"].to_numpy())


def draw(city: CityModel, rng: np.random.Generator, per_stratum: dict[str, int]) -> Draw:
    """Households drawn through a member aged 14 or over, so many from each stratum."""
    own = _city_areas(city).reset_index(drop=True)
    people = _area_people14(city, 2019).to_numpy()
    chosen = []
    for stratum, count in per_stratum.items():
        inside = np.flatnonzero((own["stratum"] == stratum).to_numpy() & (people > 0))
        chosen.append(rng.choice(inside, count, p=people[inside] / people[inside].sum()))
    place = own.take(np.concatenate(chosen)).reset_index(drop=True)
    frame = pd.DataFrame({"area_code": place["code"], "stratum": place["stratum"]})
    _members(frame, place, rng)
    frame["education"] = _choose(rng, _education_chance(frame, place))
    foreign = place["foreign"].clip(0.0, 0.6).to_numpy()
    swedish = np.full(len(frame), city.swedish)
    frame["language"] = _choose(rng, np.stack([1 - foreign - swedish, swedish, foreign], axis=1))
    return Draw(frame, _incomes(city, frame, place["income"].to_numpy(), rng))


def _choose(rng: np.random.Generator, chance: np.ndarray) -> np.ndarray:
    """One column's number for each row of chances."""
    edges = np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)
    return (rng.random(len(chance))[:, None] > edges[:, :-1]).sum(axis=1)


def _members(frame: pd.DataFrame, place: pd.DataFrame, rng: np.random.Generator) -> None:
    """Size, members under 14, age and sex of the reference person."""
    mean = place["household_size"].to_numpy()[:, None]
    tilt = np.exp((mean - 2.0) * (SIZES - 2.0) * 0.55)
    size_chance = np.array([0.44, 0.32, 0.10, 0.09, 0.035, 0.015]) * tilt * SIZES
    frame["size"] = 1 + _choose(rng, size_chance)
    student = (place["kind"] == "student").to_numpy()
    age = 20 + 65 * rng.beta(1.6, 1.7, len(frame)) + 9 * place["older"].to_numpy()
    age = np.where(student, 19 + 45 * rng.beta(0.9, 3.2, len(frame)), age)
    size = frame["size"].to_numpy()
    age = np.where(size >= 3, 27 + (age - 20) * 0.5, age)
    frame["age"] = np.clip(np.rint(age), 18, 92).astype(int)
    frame["sex"] = rng.random(len(frame)) < 0.47
    children = rng.binomial(np.maximum(size - 2, 0), 0.62)
    alone = (size >= 2) & (frame["age"] < 52) & (rng.random(len(frame)) < 0.09)
    frame["under_14"] = np.minimum(children + alone, size - 1)


def _education_chance(frame: pd.DataFrame, place: pd.DataFrame) -> np.ndarray:
    level = place["education"].to_numpy()
    old = (frame["age"].to_numpy() - 50) / 30
    logits = np.stack([-0.9 - 0.5 * level + 0.7 * old, 0.2 - 0.1 * level, 0.1 + 0.7 * level], 1)
    return np.exp(logits)


def _incomes(
    city: CityModel, frame: pd.DataFrame, area: np.ndarray, rng: np.random.Generator
) -> dict[int, np.ndarray]:
    """Equivalised income by year; the same household keeps most of its place in the order."""
    n = len(frame)
    age = frame["age"].to_numpy()
    groups = EDUCATION_INCOME[frame["education"]] + LANGUAGE_INCOME[frame["language"]]
    person = SIZE_INCOME[frame["size"] - 1] - 0.00018 * (age - 52) ** 2 + 0.03
    rank, tail = rng.random(n), rng.pareto(2.6, n)
    own = rng.standard_normal(n)
    found = {}
    for step, year in enumerate(REPORT_YEARS):
        fresh = rng.standard_normal(n)
        own = fresh if step == 0 else PERSISTENCE * own + np.sqrt(1 - PERSISTENCE**2) * fresh
        shape = city.shapes[year]
        x = shape.gap * area + shape.groups * groups + person + WITHIN * own
        x = shape.spread * x + shape.hollow * np.tanh(x / 0.25)
        capital = np.where(rank < shape.top, 0.45 + 0.55 * np.minimum(tail, 6.0), 0.0)
        level = city.household_median * city.level_growth[year]
        income = level * np.exp(x) * (1 + capital)
        found[year] = np.where(rng.random(n) < ZERO_INCOME, 0.0, income)
    return found


def equivalence(size: np.ndarray, under_14: np.ndarray) -> np.ndarray:
    """Modified OECD scale: 1 for the first adult, 0.5 for others aged 14 or over, 0.3 under 14."""
    return 1 + 0.5 * (size - under_14 - 1) + 0.3 * under_14


def allocation(city: CityModel, total: int) -> dict[str, int]:
    """Sample by stratum: half in proportion to people, half evenly, so small strata are seen."""
    people = strata(city)
    share = 0.5 * people / people.sum() + 0.5 / len(people)
    edges = np.rint(np.cumsum(share.sort_index()) * total).astype(int)
    counts = np.diff(edges.to_numpy(), prepend=0)
    return dict(zip(edges.index, counts.tolist(), strict=True))


def _rotation(rng: np.random.Generator, stratum: np.ndarray, wanted: dict[str, int]) -> np.ndarray:
    """Which households of the pool are asked in which year (rows × years)."""
    asked = np.zeros((len(stratum), len(REPORT_YEARS)), bool)
    for name, count in wanted.items():
        pool = np.flatnonzero(stratum == name)
        unused = list(pool)
        current: np.ndarray = np.array([], int)
        for column in range(len(REPORT_YEARS)):
            keep = rng.permutation(current)[: round(STAYING * count)] if column else current
            fresh = [unused.pop(0) for _ in range(count - len(keep))]
            current = np.concatenate([keep, np.array(fresh, int)])
            asked[current, column] = True
    return asked


@cache
def panel(city: CityModel) -> pd.DataFrame:
    """The sample of one city: a row a household and year, sorted by year and household."""
    rng = stream("households", int(city.code), PANEL_DRAW)
    wanted = allocation(city, SAMPLE_SIZE)
    spare = {name: round(count * (1 + 2 * (1 - STAYING)) + 3) for name, count in wanted.items()}
    drawn = draw(city, rng, spare)
    asked = _rotation(rng, drawn.frame["stratum"].to_numpy(), wanted)
    number = rng.permutation(len(drawn.frame))
    years = []
    for column, year in enumerate(REPORT_YEARS):
        frame = drawn.frame.assign(income=drawn.income[year], number=number)[asked[:, column]]
        frame = frame.assign(year=year, age=frame["age"] + column)
        older = frame["size"] - frame["under_14"]
        base = frame["stratum"].map(people14(city, year) / pd.Series(wanted))
        years.append(frame.assign(weight=base / older).sort_values("number"))
    return pd.concat(years, ignore_index=True)


FINNISH = (
    "kuntakoodi", "postinumero", "vuosi", "kotitaloustunnus", "paino", "ositus", "ryvas",
    "kaytettavissa_olevat_tulot", "henkiloita", "alle_14v", "ika", "sukupuoli", "koulutus", "kieli",
)  # fmt: skip
ENGLISH = (
    "city_code", "area_code", "year", "household_id", "weight", "stratum", "cluster",
    "disposable_income", "persons", "persons_under_14", "age", "sex", "education", "language",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How one city writes its file; the layout allows some freedom."""

    header: tuple[str, ...] = FINNISH
    encoding: str = "iso-8859-1"
    comma: bool = True
    cents: bool = False


LAYOUTS = {
    "oulu": Layout(cents=True),
    "jyvaskyla": Layout(header=ENGLISH, encoding="utf-8", comma=False),
    "turku": Layout(encoding="utf-8"),
}
"""Cities that write otherwise than in ISO-8859-1, Finnish headers and decimal commas."""


def microdata(city: CityModel) -> bytes:
    """The city's household file, gzipped."""
    layout, frame = LAYOUTS.get(city.key, Layout()), panel(city)
    letter = city.key[0].upper()
    scale = equivalence(frame["size"].to_numpy(), frame["under_14"].to_numpy())
    money = np.rint(frame["income"].to_numpy() * scale)
    lines = [";".join(layout.header)]
    for row, euros in zip(frame.itertuples(), money, strict=True):
        weight = f"{row.weight:.3f}"
        income = f"{euros:.2f}" if layout.cents else f"{euros:.0f}"
        if layout.comma:
            weight, income = weight.replace(".", ","), income.replace(".", ",")
        name = f"{letter}{row.number:05d}"
        cells = (
            city.code, row.area_code, row.year, name, weight, f"{letter}{row.stratum}", name,
            income, row.size, row.under_14, row.age, "nainen" if row.sex else "mies",
            EDUCATION[row.education], LANGUAGES[row.language],
        )  # fmt: skip
        lines.append(";".join(map(str, cells)))
    return compress(("\n".join(lines) + "\n").encode(layout.encoding))


def truth_draw(city: CityModel, count: int) -> tuple[Draw, np.ndarray]:
    """Very many households of the same model and the weight of each person-drawn household."""
    people = strata(city)
    drawn = draw(city, stream("truth", int(city.code)), allocation(city, count))
    wanted = pd.Series(allocation(city, count))
    base = drawn.frame["stratum"].map(people / wanted).to_numpy()
    return drawn, base / (drawn.frame["size"] - drawn.frame["under_14"]).to_numpy()
