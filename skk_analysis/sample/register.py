"""The sample's programme register: the starting register and the invented programme.

What the founding documents state comes from ``skk_analysis/register``; hand-written inventions from
``sample/register``; all that belongs to an experiment from ``experiments.toml``. Mixed tables have
a column `invented`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from skk_analysis.programme import STARTING_REGISTER
from skk_analysis.sample import surveys
from skk_analysis.sample.experiment_tables import (
    AGREED_ON,
    HANDWRITTEN,
    LANGUAGES,
    Row,
    experiment_tables,
    read,
)
from skk_analysis.sample.experiments import experiments
from skk_analysis.sample.world import CITIES, municipalities, stream

COMMON_CHOICES = (
    ("municipal_gini", "difference_with_interval"), ("low_income_rate", "comparison_cities"),
    ("median_income", "area_gap"), ("low_income_class_share", "dissimilarity"),
    ("unemployed_share", "area_gap"), ("offences", "comparison_cities"),
    ("experienced_safety", "survey_change"), ("participation", "survey_change"),
    ("community", "survey_change"), ("service_access", "survey_change"),
    ("quality_of_life", "survey_change"), ("turnout", "level"),
)  # fmt: skip
"""Indicators and methods that the six cities agreed on together."""

LATER_CHOICES = (("higher_education_share", "area_gap"), ("fair_or_poor_health", "level"))
"""Added afterwards, which the reports must tell."""

TARGETS = {
    ("853", "unemployed_share"): ("0.110", "2020"), ("092", "outside_education"): ("12.5", "2020"),
    ("837", "long_term_assistance_young"): ("3.0", "2020"),
    ("564", "participation"): ("0.400", "2020"), ("049", "community"): ("0.650", "2020"),
    ("179", "service_access"): ("0.600", "2020"),
}  # fmt: skip
"""Targets by city and indicator, in the indicator's own unit (shares as fractions)."""

SURVEY_OPENED = {2019: "2019-09-16", 2020: "2020-09-14"}
"""When the residents' forms went out: after this day an answer could be known."""

SECTORS = (
    ("hyvinvointi", "kaupunki"), ("sivistys", "kaupunki"), ("kaupunkikehitys", "kaupunki"),
    ("tietopalvelu", "kaupunki"), ("järjestö", "järjestöt"), ("tutkimus", "korkeakoulut"),
)  # fmt: skip


def tables() -> dict[str, bytes]:
    """Every table of the register by file name."""
    found = {path.name: path.read_bytes() for path in _files(STARTING_REGISTER)}
    found |= {path.name: path.read_bytes() for path in _files(HANDWRITTEN)}
    del found["city_problems.csv"]  # they are in the canvas
    found |= {
        f"{name}.csv": _csv(rows) for name, rows in (experiment_tables() | _generated()).items()
    }
    return dict(sorted(found.items()))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))


def _csv(rows: Iterable[Row]) -> bytes:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _generated() -> dict[str, Iterable[Row]]:
    return {
        "indicator_choices": _choices(), "attendance": _attendance(), "teams": _teams(),
        "surveys": _surveys(), "comparisons": _comparisons(), "decisions": _decisions(),
        "platform_activity": _platform_activity(),
    }  # fmt: skip


def _choices() -> Iterator[Row]:
    """Chosen indicators: together beforehand, by a team beforehand, and added afterwards."""
    for city in CITIES:
        own = [
            (item["effect"]["indicator"], item["design"])
            for item in experiments()
            if item["city_code"] == city.code
        ]
        together = [(*choice, "kaupunkitiimit yhdessä", AGREED_ON) for choice in COMMON_CHOICES]
        common = {indicator for indicator, _ in COMMON_CHOICES}
        team = [
            (*choice, "kaupunkitiimi", AGREED_ON)
            for choice in dict.fromkeys(own)
            if choice[0] not in common
        ]
        later = [(*choice, "arvioijat", "2020-02-12") for choice in LATER_CHOICES]
        for indicator, method, chosen_by, day in together + team + later:
            yield _choice(city.code, indicator, method, chosen_by, day)


def _choice(city: str, indicator: str, method: str, chosen_by: str, day: str) -> Row:
    before = day == AGREED_ON
    reasons = (
        ("Sovittiin työpajassa.", "Avtalades i verkstaden.", "Agreed in the workshop.")
        if before
        else ("Lisättiin arvioijan pyynnöstä.", "Tillades på granskarens begäran.",
              "Added at the reviewer's request.")
    )  # fmt: skip
    target, year = TARGETS.get((city, indicator), ("", ""))
    header = (STARTING_REGISTER / "indicator_choices.csv").read_text("utf-8").strip().split(",")
    row = dict.fromkeys(header, "") | {
        "city_code": city, "indicator": indicator, "method": method, "chosen_by": chosen_by,
        "date": day, "agreed_beforehand": "yes" if before else "no", "target_value": target,
        "target_year": year, "reason_fi": reasons[0], "reason_sv": reasons[1],
        "reason_en": reasons[2],
    }  # fmt: skip
    return row | {"invented": "yes"}


def _attendance() -> Iterator[Row]:
    """Team members present at each workshop; two teams missed one."""
    rng = stream("attendance")
    absent = {("564", "tyopaja-3"), ("179", "tyopaja-4")}
    for city in CITIES:
        for workshop in read((STARTING_REGISTER / "workshops.csv").read_bytes()):
            there = (city.code, workshop["id"]) not in absent
            yield {
                "city_code": city.code, "workshop": workshop["id"],
                "attended": "yes" if there else "no",
                "participants": int(rng.integers(3, 8)) if there else 0, "invented": "yes",
            }  # fmt: skip


def _teams() -> Iterator[Row]:
    rng = stream("teams")
    for city in CITIES:
        for sector, group in SECTORS:
            members = int(rng.integers(0, 4)) if group != "kaupunki" else int(rng.integers(1, 4))
            if members:
                yield {
                    "city_code": city.code, "sector": sector, "group": group,
                    "members": members, "invented": "yes",
                }  # fmt: skip


def _surveys() -> Iterator[Row]:
    """What each survey file is: mode, forms posted, answers received, experiment."""
    for (code, year), (posted, answered) in surveys.response_rates().items():
        yield {
            "survey": f"asukaskysely-{year}", "city_code": code, "experiment": "", "year": year,
            "mode": "posti ja verkko", "opened": SURVEY_OPENED[year], "invited": posted,
            "answered": answered,
            "resource": f"asukaskysely-{year}", "invented": "yes",
        }  # fmt: skip
    for item in surveys.with_survey():
        yield {
            "survey": f"kokeilukysely-{item['id']}", "city_code": item["city_code"],
            "experiment": item["id"], "year": "2019;2020", "mode": "lomake",
            "opened": "", "invited": item["participants"], "answered": "",
            "resource": f"kokeilukysely-{item['id']}", "invented": "yes",
        }  # fmt: skip


def _comparisons() -> Iterator[Row]:
    """The eight comparison municipalities nearest in size to each city, chosen beforehand."""
    others = [item for item in municipalities() if item.city is None]
    for city in CITIES:
        nearest = sorted(
            others, key=lambda m: (abs(np.log(m.population / city.population)), m.code)
        )
        for rank, item in enumerate(nearest[:8], 1):
            yield {
                "city_code": city.code, "municipality_code": item.code, "name": item.name_fi,
                "rank": rank, "rule_fi": "lähin väestömäärä 31.12.2019", "date": AGREED_ON,
                "invented": "yes",
            }  # fmt: skip


def _decisions() -> Iterator[Row]:
    """The cities' decisions, with the indicators' names as the evidence in three languages."""
    dictionary = {
        row["id"]: row for row in read((STARTING_REGISTER / "indicators.csv").read_bytes())
    }
    for row in read((HANDWRITTEN / "decisions.csv").read_bytes()):
        ids = row["evidence_indicators"].split(";")
        evidence = {
            f"evidence_{language}": "; ".join(dictionary[i][f"name_{language}"] for i in ids)
            for language in LANGUAGES
        }
        yield row | evidence


def _platform_activity() -> Iterator[Row]:
    """Counts only: posts and comments a month on the shared platform."""
    rng = stream("platform")
    for year in (2019, 2020):
        for month in range(2 if year == 2019 else 1, 13):
            busy = 30 if month in {3, 4, 5, 9, 10, 11} else 10
            yield {
                "month": f"{year}-{month:02d}", "posts": int(rng.poisson(busy)),
                "comments": int(rng.poisson(2 * busy)), "invented": "yes",
            }  # fmt: skip
