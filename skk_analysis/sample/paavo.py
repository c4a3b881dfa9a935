"""Postal area figures: what the invented Paavo statistics say before any layout or secrecy.

`figures` gives every variable by its WFS code as an array of areas × years.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr

from skk_analysis.sample import experiments
from skk_analysis.sample.world import CITIES, YEARS, areas, residents, stream

AGE_GROUPS = (
    ("0_2", 0, 3, 0.9), ("3_6", 3, 7, 1.0), ("7_12", 7, 13, 1.0), ("13_15", 13, 16, 1.0),
    ("16_17", 16, 18, 1.0), ("18_19", 18, 20, 1.0), ("20_24", 20, 25, 1.1),
    ("25_29", 25, 30, 1.25), ("30_34", 30, 35, 1.3), ("35_39", 35, 40, 1.25),
    ("40_44", 40, 45, 1.15), ("45_49", 45, 50, 1.1), ("50_54", 50, 55, 1.15),
    ("55_59", 55, 60, 1.15), ("60_64", 60, 65, 1.1), ("65_69", 65, 70, 1.1),
    ("70_74", 70, 75, 0.95), ("75_79", 75, 80, 0.65), ("80_84", 80, 85, 0.45),
    ("85_", 85, 95, 0.25),
)  # fmt: skip
"""Code, first age, first age after, relative number of persons of one age."""

EDUCATION = ("ko_perus", "ko_yliop", "ko_ammat", "ko_al_kork", "ko_yl_kork")
_EDUCATION_BASE = np.array([0.15, -0.75, 0.75, 0.05, -0.10])
_EDUCATION_PULL = np.array([-0.50, 0.10, -0.30, 0.30, 0.75])
_EDUCATION_TREND = np.array([-0.030, -0.005, 0.002, 0.015, 0.025])

INDUSTRIES = {
    "a_maat": 0.005, "b_kaiv": 0.001, "c_teol": 0.11, "d_ener": 0.006, "e_vesi": 0.005,
    "f_rake": 0.07, "g_kaup": 0.13, "h_kulj": 0.05, "i_majo": 0.04, "j_info": 0.06,
    "k_raho": 0.02, "l_kiin": 0.01, "m_erik": 0.07, "n_hall": 0.07, "o_julk": 0.05,
    "p_koul": 0.09, "q_terv": 0.17, "r_taid": 0.022, "s_muup": 0.018, "t_koti": 0.0,
    "u_kans": 0.0, "x_tunt": 0.003,
}  # fmt: skip

UNEMPLOYMENT_PATH = np.array([0.95, 0.90, 0.98, 1.12, 1.24, 1.30, 1.22, 1.08, 0.99, 1.0, 1.33])
"""2010–2020 relative to 2019; the last year is the pandemic's."""

OULU_2020 = (1.2, 0.025)
"""In Oulu the pandemic adds the same everywhere and a little in proportion: the difference between
areas widens while their ratio narrows."""

NATIONAL_MEDIAN_2019 = 22_600
NATIONAL_CLASSES_2019 = (13_300, 36_500)
"""Limits of the country's lowest and highest income fifth, residents aged 18 or over, euros."""

COUNTRY = 4.4
"""How many times the six cities the invented country has inhabitants."""


def income_path() -> np.ndarray:
    """Growth of money incomes 2010–2020, 2019 = 1."""
    return np.array([1.017 ** (year - 2019) if year < 2020 else 1.011 for year in YEARS])


def _whole(shares: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Split whole totals by shares on the last axis so that the parts add up exactly."""
    shares = shares / shares.sum(axis=-1, keepdims=True)
    edges = np.rint(np.cumsum(shares, axis=-1) * total[..., None])
    return np.diff(edges, axis=-1, prepend=0.0)


def _city(values: dict[str, float]) -> np.ndarray:
    """A value per city spread to its areas, as a column."""
    return areas()["city_code"].map(values).to_numpy(float)[:, None]


def _column(name: str) -> np.ndarray:
    return areas()[name].to_numpy(float)[:, None]


def _gaps() -> np.ndarray:
    """Multiplier of the areas' income differences by area and year (see `Shape.gap`)."""
    rows = {c.code: [c.shapes[max(int(year), 2018)].gap for year in YEARS] for c in CITIES}
    return np.array([rows[code] for code in areas()["city_code"]])


def _noise(name: str, size: float) -> np.ndarray:
    """A year-to-year disturbance that is larger in small areas and lasts (AR 0.6)."""
    people = np.maximum(residents(), 20)
    shocks = stream(f"paavo-{name}").standard_normal(people.shape)
    path = np.empty_like(shocks)
    path[:, 0] = shocks[:, 0]
    for year in range(1, shocks.shape[1]):
        path[:, year] = 0.6 * path[:, year - 1] + 0.8 * shocks[:, year]
    return size * path * np.minimum(np.sqrt(3000 / people), 4)


def _ages() -> np.ndarray:
    """Residents by age group (areas × years × groups)."""
    middle = np.array([(low + high) / 2 for _, low, high, _ in AGE_GROUPS])
    base = np.array([(high - low) * weight for _, low, high, weight in AGE_GROUPS])
    family = ((middle < 18) | ((middle > 30) & (middle < 48))) * 1.0
    young = ((middle > 18) & (middle < 30)) * 1.0
    frame = areas()
    student = (frame["kind"] == "student").to_numpy(float)[:, None]
    tilt = _column("older") * (middle - 45) / 45
    tilt = tilt + (_column("household_size") - 2.0) * 0.7 * family + 1.1 * student * young
    return _whole((base * np.exp(tilt))[:, None, :].repeat(len(YEARS), 1), residents())


def _population() -> dict[str, np.ndarray]:
    ages, people = _ages(), residents()
    men = np.rint(people * (0.49 + 0.02 * np.tanh(stream("men").standard_normal(len(people))))[
        :, None
    ])  # fmt: skip
    middle = np.array([(low + high) / 2 for _, low, high, _ in AGE_GROUPS])
    with np.errstate(invalid="ignore"):
        mean_age = np.rint((ages * middle).sum(axis=-1) / people)
    values = {"he_vakiy": people, "he_naiset": people - men, "he_miehet": men, "he_kika": mean_age}
    return values | {f"he_{name}": ages[..., index] for index, (name, *_) in enumerate(AGE_GROUPS)}


def adults() -> np.ndarray:
    """Residents aged 18 or over (areas × years)."""
    return _ages()[..., 5:].sum(axis=-1)


def _education() -> dict[str, np.ndarray]:
    level = _column("education") + _city(
        {c.code: 1.6 * np.log(c.personal_median / NATIONAL_MEDIAN_2019) for c in CITIES}
    )
    logits = (
        _EDUCATION_BASE
        + (level * _EDUCATION_PULL)[:, None, :]
        + np.outer(YEARS - 2019, _EDUCATION_TREND)
        + _noise("education", 0.015)[..., None] * _EDUCATION_PULL
    )
    parts = _whole(np.exp(logits), adults())
    values = {code: parts[..., index] for index, code in enumerate(EDUCATION)}
    return values | {"ko_ika18y": adults(), "ko_koul": adults() - parts[..., 0]}


def _classes(log_median: np.ndarray, sigma: np.ndarray, people: np.ndarray, scale: float) -> list:
    """Persons in the country's lowest, middle and highest class when incomes are lognormal."""
    low, high = (np.log(limit * scale * income_path()) for limit in NATIONAL_CLASSES_2019)
    lowest = ndtr((low - log_median) / sigma)
    highest = ndtr((log_median - high) / sigma)
    parts = _whole(np.stack([lowest, 1 - lowest - highest, highest], axis=-1), people)
    return [parts[..., index] for index in range(3)]


def _incomes() -> dict[str, np.ndarray]:
    sigma = _city({c.code: c.personal_sigma for c in CITIES}) + 0.10 * (_column("income") > 0.3)
    level = np.log(_city({c.code: c.personal_median for c in CITIES}) * income_path())
    log_median = level + _gaps() * _column("income") + _noise("income", 0.006)
    mean = np.exp(log_median + 0.42 * sigma**2)
    lowest, middle, highest = _classes(log_median, sigma, adults(), 1.0)
    return {
        "hr_tuy": adults(), "hr_ktu": np.rint(mean), "hr_mtu": np.rint(np.exp(log_median)),
        "hr_pi_tul": lowest, "hr_ke_tul": middle, "hr_hy_tul": highest,
        "hr_ovy": np.rint(mean * adults()),
    }  # fmt: skip


def _households(person: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Households by stage of life and tenure (TE) and their incomes (TR)."""
    size, rented = _column("household_size"), _column("rented")
    count = np.rint(residents() / size)
    children = np.clip((size - 1.35) * 0.38, 0.03, 0.6)
    older = np.clip(0.26 + 0.16 * _column("older"), 0.05, 0.6) * (1 - children)
    stage = _whole(
        np.stack(
            [children + 0 * count, older + 0 * count, 1 - children - older + 0 * count], axis=-1
        ),
        count,
    )
    tenure = _whole(
        np.stack([0.98 - rented + 0 * count, rented + 0 * count, 0.02 + 0 * count], -1), count
    )
    log_median = np.log(np.maximum(person["hr_mtu"], 1)) + np.log(0.62 + 0.52 * size)
    mean = np.exp(log_median + 0.20)
    lowest, middle, highest = _classes(log_median, np.array(0.72), count, 1.55)
    te = {
        "te_taly": count, "te_takk": np.where(count > 0, residents() / np.maximum(count, 1), 0),
        "te_as_valj": (44 - 3.2 * (size - 1.6) - 4 * rented) + 0 * count,
        "te_nuor": np.rint(count * 0.30 * np.exp(-0.9 * (_column("older") + 0.4)) * (2.9 - size)),
        "te_eil_np": np.rint(count * 0.045), "te_laps": stage[..., 0],
        "te_plap": np.rint(stage[..., 0] * 0.25), "te_aklap": np.rint(stage[..., 0] * 0.48),
        "te_klap": np.rint(stage[..., 0] * 0.47), "te_teini": np.rint(stage[..., 0] * 0.38),
        "te_aik": stage[..., 2], "te_elak": stage[..., 1], "te_omis_as": tenure[..., 0],
        "te_vuok_as": tenure[..., 1], "te_muu_as": tenure[..., 2],
        "te_yks": np.rint(count * np.clip(0.95 - 0.27 * size, 0.12, 0.6)),
        "te_yhlap": np.rint(stage[..., 0] * 0.2),
    }  # fmt: skip
    tr = {
        "tr_kuty": count, "tr_ktu": np.rint(mean), "tr_mtu": np.rint(np.exp(log_median)),
        "tr_pi_tul": lowest, "tr_ke_tul": middle, "tr_hy_tul": highest,
        "tr_ovy": np.rint(mean * count),
    }  # fmt: skip
    return te | tr


def unemployment() -> np.ndarray:
    """Share of the unemployed in the labour force before rounding (areas × years)."""
    income, pandemic = _column("income"), YEARS == 2020
    steepness = np.where(pandemic, 2.2, 1.8)
    rate = _city({c.code: c.unemployed for c in CITIES}) * UNEMPLOYMENT_PATH
    rate = rate * np.exp(-steepness * income + _noise("work", 0.015))
    oulu = (areas()["city_code"] == "564").to_numpy()
    before = rate[oulu, YEARS.tolist().index(2019)]
    rate[oulu, -1] = OULU_2020[0] * before + OULU_2020[1]
    for effect in experiments.effects("postal_area", "unemployed_share"):
        rows = areas()["code"].isin(effect.units).to_numpy()
        rate[np.ix_(rows, effect.year <= YEARS)] += effect.size
    return np.clip(rate, 0.01, 0.5)


def _activity() -> dict[str, np.ndarray]:
    ages, people = _ages(), residents()
    children = ages[..., :3].sum(-1) + np.rint(ages[..., 3] * 2 / 3)
    young = ages[..., 3] / 3 + ages[..., 4] + ages[..., 5] + ages[..., 6]
    student_area = (areas()["kind"] == "student").to_numpy(float)[:, None]
    students = young * 0.55 + student_area * 0.45 * ages[..., 7]
    pensioners = ages[..., 15:].sum(-1) * 0.98 + ages[..., 11:15].sum(-1) * 0.10
    others = 0.035 * people
    labour = people - children - students - pensioners - others
    jobless = labour * unemployment()
    parts = _whole(
        np.stack([labour - jobless, jobless, children, students, pensioners, others], axis=-1)
        + 1e-9,
        people,
    )
    codes = ("pt_tyoll", "pt_tyott", "pt_0_14", "pt_opisk", "pt_elakel", "pt_muut")
    values = {code: parts[..., index] for index, code in enumerate(codes)}
    force = parts[..., 0] + parts[..., 1]
    return values | {"pt_vakiy": people, "pt_tyovy": force, "pt_tyovu": people - force}


def _buildings(households: np.ndarray) -> dict[str, np.ndarray]:
    size = _column("household_size")
    dwellings = np.rint(households * 1.08)
    small = np.rint(dwellings * np.clip((size - 1.5) * 0.85, 0.02, 0.97))
    flats = np.rint((dwellings - small) * 0.99)
    homes = np.rint(small * 0.9 + flats / 24)
    other = np.rint(homes * 0.16) + 3
    rural = areas()["kind"].isin(["rural", "island", "tiny"]).to_numpy(float)[:, None]
    return {
        "ra_ke": np.rint(rural * (20 + residents() * 0.12)), "ra_raky": homes + other,
        "ra_muut": other, "ra_asrak": homes, "ra_asunn": dwellings,
        "ra_as_kpa": 46 + 46 * (size - 1.5) + 0 * dwellings, "ra_pt_as": small,
        "ra_kt_as": flats, "ra_muu_as": dwellings - small - flats,
    }  # fmt: skip


def _workplaces() -> dict[str, np.ndarray]:
    density = areas()["kind"].map({"centre": 1.1, "student": 0.6, "block": 0.25, "new": 0.3})
    total = np.rint(residents() * density.fillna(0.12).to_numpy()[:, None])
    total[(areas()["kind"] == "empty").to_numpy()] = 1850  # an industrial estate
    shares = np.array(list(INDUSTRIES.values()))
    parts = _whole(np.broadcast_to(shares, (*total.shape, len(shares))), total)
    values = {f"tp_{name}": parts[..., index] for index, name in enumerate(INDUSTRIES)}
    return values | {
        "tp_tyopy": total, "tp_alku_a": parts[..., 0], "tp_jalo_bf": parts[..., 1:6].sum(-1),
        "tp_palv_gu": parts[..., 6:21].sum(-1),
    }  # fmt: skip


@cache
def figures() -> dict[str, np.ndarray]:
    """Every Paavo variable by its WFS code: areas × years."""
    person = _incomes()
    homes = _households(person)
    values = _population() | _education() | person | homes | _activity()
    values |= _buildings(homes["te_taly"]) | _workplaces()
    for code in ("hr_ktu", "hr_mtu", "tr_ktu", "tr_mtu", "te_as_valj", "ra_as_kpa", "he_kika"):
        values[code] = np.where(residents() > 0, values[code], 0)
    return {code: np.asarray(value, float) for code, value in values.items()}


@cache
def country() -> dict[str, np.ndarray]:
    """The invented whole country, by year: sums times `COUNTRY`, means as plain averages."""
    values, total = figures(), {}
    for code, array in values.items():
        if code in MEANS:
            weight = values[MEANS[code]]
            mean = (array * weight).sum(axis=0) / weight.sum(axis=0)
            total[code] = mean * (0.93 if "tu" in code else 1.0)
        else:
            total[code] = np.rint(array.sum(axis=0) * COUNTRY)
    return total


MEANS = {
    "he_kika": "he_vakiy", "hr_ktu": "hr_tuy", "hr_mtu": "hr_tuy", "te_takk": "te_taly",
    "te_as_valj": "te_taly", "tr_ktu": "tr_kuty", "tr_mtu": "tr_kuty", "ra_as_kpa": "ra_asunn",
}  # fmt: skip
"""Variables that are means, and what they are weighted with."""

ONE_DECIMAL = ("te_takk", "te_as_valj", "ra_as_kpa")
