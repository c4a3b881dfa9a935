"""Tables of the programme register that follow from ``experiments.toml``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from skk_analysis.programme import STARTING_REGISTER
from skk_analysis.sample.experiments import cards, experiments
from skk_analysis.sample.phrases import phrase, worded
from skk_analysis.sample.world import stream

HANDWRITTEN = Path(__file__).with_name("register")

REVIEW_CRITERIA = ("ongelma", "osallisuus", "mitattavuus", "yhteistyo", "jatkuvuus")
"""Order of the scores in experiments.toml; ids of the table `criteria`."""

AGREED_ON = "2019-05-15"

GOALS = {
    "espoo-1": "tavoite-espoo", "turku-1": "tavoite-turku", "vantaa-1": "tavoite-vantaa",
    "tampere-1": "tavoite-tampere", "oulu-1": "tavoite-oulu", "jyvaskyla-1": "tavoite-jyvaskyla",
}  # fmt: skip
"""Goal of each experiment; the others have none, and one goal has no experiment."""

LANGUAGES = ("fi", "sv", "en")

Row = dict[str, Any]


def read(content: bytes) -> list[Row]:
    """The rows of a register table."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def experiment_tables() -> dict[str, Iterable[Row]]:
    """Tables that have rows for each experiment, by name, every text in three languages."""
    tables = {
        "experiments": map(_experiment, experiments()),
        "partners": _each("partners", ("group", "sector", "name")),
        "phase_log": _each("phases", ("phase", "entered", "left", "decision_fi", "evidence_fi")),
        "tests": _each("tests", (
            "kind", "date", "n", "group_fi", "method_fi", "finding_fi", "finding_en",
            "change_made", "change_fi",
        )),
        "costs": _each("costs", ("year", "item_fi", "kind", "payer", "eur", "hours")),
        "peer_reviews": _peer_reviews(), "milestones": _milestones(), "artifacts": _artifacts(),
        "tidier": _tidier(), "exposure": _exposure(), "scaling": _scaling(),
        "canvas": _canvas(), "roadmap": _roadmap(), "outputs": _outputs(),
        "side_effects": _side_effects(), "learning": _learning(),
    }  # fmt: skip
    return {name: map(worded, rows) for name, rows in tables.items()}


def _experiment(item: Row) -> Row:
    names = {f"name_{language}": item[f"name_{language}"] for language in LANGUAGES}
    problem = {f"problem_{language}": item[f"problem_{language}"] for language in LANGUAGES}
    stop = {f"stop_reason_{language}": item.get(f"stop_{language}", "") for language in LANGUAGES}
    return {
        "id": item["id"], "city_code": item["city_code"], **names, "theme": item["theme"],
        "dimension": item["dimension"], "stage": item["stage"], "status": item["status"],
        "started": item["started"], "ended": item["ended"], **problem,
        "target_group_fi": item["target_group_fi"], "target_group_en": item["target_group_en"],
        "target_size": cards()[item["id"]]["target_size"],
        "target_areas": ";".join(item["target_areas"]), "level": item["effect"]["level"],
        "main_indicator": item["effect"]["indicator"], "assignment": item["assignment"],
        "design": item["design"], "goal_id": GOALS.get(item["id"], ""),
        "sectors": len({partner[1] for partner in item["partners"]}),
        **stop, "invented": "yes",
    }  # fmt: skip


def _each(key: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """One row for each entry of a list in experiments.toml."""
    for item in experiments():
        for entry in item[key]:
            row = dict(zip(columns, entry, strict=True))
            names = {f"name_{to}": phrase(row["name"], to) for to in ("sv", "en") if "name" in row}
            yield _of(item) | row | names | {"invented": "yes"}


def _of(item: Row) -> Row:
    return {"experiment": item["id"], "city_code": item["city_code"]}


def _peer_reviews() -> Iterator[Row]:
    """One row a reviewer team and criterion; the comment stands on the first criterion's row."""
    for item in experiments():
        for reviewer, *scores, comment, answer in item["reviews"]:
            for place, (criterion, score) in enumerate(zip(REVIEW_CRITERIA, scores, strict=True)):
                yield _of(item) | {
                    "reviewer_city_code": reviewer, "date": "2019-05-15", "criterion": criterion,
                    "score": score, "comment_fi": comment if place == 0 else "",
                    "answer_fi": answer if place == 0 else "", "invented": "yes",
                }  # fmt: skip


def _milestones() -> Iterator[Row]:
    """Planned and actual dates; plans were two to four weeks too hopeful."""
    rng = stream("milestones")
    for item in experiments():
        phases = {phase: (entered, left) for phase, entered, left, *_ in item["phases"]}
        dates = [
            ("malli", "Malli valmis", "Model ready", phases["kehita"][0]),
            ("alku", "Kokeilu alkaa", "Experiment starts", item["started"]),
            ("loppu", "Kokeilu päättyy", "Experiment ends", item["ended"]),
        ]
        for key, finnish, english, actual in dates:
            late = int(rng.choice([0, 0, 14, 21, 28]))
            planned = actual - timedelta(days=late)
            stopped = key == "loppu" and item["status"] == "stopped"
            planned = date(2020, 10, 30) if stopped else planned
            status = "stopped" if stopped else "late" if late else "on_time"
            reasons = {
                f"reason_{language}": item[f"stop_{language}"] for language in LANGUAGES if stopped
            } or {"reason_fi": "Sopimus viivästyi." if late else ""}
            yield _of(item) | {
                "milestone": key, "name_fi": finnish, "name_en": english, "planned": planned,
                "actual": actual, "status": status, **reasons, "invented": "yes",
            }  # fmt: skip


def _artifacts() -> Iterator[Row]:
    for item in experiments():
        for kind, swedish, english, version, day in (
            ("visuaalinen malli", "Visuell modell", "Visual model", 1, item["phases"][2][1]),
            ("malli", "Modell", "Model", 2, item["started"]),
        ):
            yield _of(item) | {
                "kind": kind, "version": version, "date": day, "file": "",
                "alt_text_fi": f"{kind.capitalize()}: {item['action_fi']}",
                "alt_text_sv": f"{swedish}: {phrase(item['action_fi'], 'sv')}",
                "alt_text_en": f"{english}: {item['action_en']}", "invented": "yes",
            }  # fmt: skip


def _tidier() -> Iterator[Row]:
    """The description items of TIDieR; what was not recorded has no row."""
    for item in experiments():
        card = cards()[item["id"]]
        texts = {
            "why": item["problem_fi"], "what": item["action_fi"],
            "materials": card.get("materials", ""),
            "who": "; ".join(partner[2] for partner in item["partners"]),
            "how": card["how"],
            "where": "; ".join(item["target_areas"]) or "koko kaupunki",
            "when": f"{_day(item['started'])}–{_day(item['ended'])}",
            "tailoring": card.get("tailoring", ""),
            "modifications": "; ".join(test[8] for test in item["tests"] if test[8]),
            "how_well": card["how_well"],
        }  # fmt: skip
        same = {
            "why": {f"text_{to}": item[f"problem_{to}"] for to in ("sv", "en")},
            "where": {f"text_{to}": texts["where"] for to in ("sv", "en") if item["target_areas"]},
            "when": {"text_sv": texts["when"], "text_en": (
                f"{_in_english(item['started'])} – {_in_english(item['ended'])}"
            )},
        }  # fmt: skip
        for key, text in texts.items():
            if text:
                words = worded({"text_fi": text} | same.get(key, {}))
                words = {name: words[name] for name in ("text_fi", "text_sv", "text_en")}
                yield _of(item) | {"item": key} | words | {"invented": "yes"}


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def _in_english(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _side_effects() -> Iterator[Row]:
    """What happened besides what was aimed at; of some experiments nobody recorded any."""
    for item in experiments():
        for wanted, text in cards()[item["id"]].get("side_effects", []):
            yield _of(item) | {
                "wanted": wanted, "text_fi": text, "date": item["ended"], "invented": "yes",
            }  # fmt: skip


def _learning() -> Iterator[Row]:
    """The five tasks of an experiment besides its effect, of those that were judged."""
    for item in experiments():
        for task, (fulfilled, evidence) in cards()[item["id"]]["learning"].items():
            yield _of(item) | {
                "task": task, "fulfilled": fulfilled, "evidence_fi": evidence, "invented": "yes",
            }  # fmt: skip


def _exposure() -> Iterator[Row]:
    """Which units each experiment reached, from when to when."""
    for item in experiments():
        level = item["effect"]["level"]
        units = item["target_areas"] if item["target_areas"] else [item["city_code"]]
        for unit in units:
            yield _of(item) | {
                "unit_level": "postal_area" if item["target_areas"] else "municipality",
                "unit_code": unit, "from": item["started"], "to": item["ended"],
                "reached": "participants" if level == "survey" else "all", "invented": "yes",
            }  # fmt: skip


def _scaling() -> Iterator[Row]:
    for item in experiments():
        cost = sum(entry[4] for entry in item["costs"] if entry[0] == 2020)
        going_on = item["status"] == "continued"
        yield _of(item) | {
            "reach": item["participants"] or "", "adoption": 2 if going_on else 0,
            "implementation_fi": item["action_fi"],
            "maintenance_months": 6 if going_on else 0, "cost_eur_year": cost,
            "conditions_fi": "Omistaja, mittari ja vertailu sovittu." if going_on else "",
            "conditions_sv": "Ägare, mätare och jämförelse avtalade." if going_on else "",
            "conditions_en": "Owner, indicator and comparison agreed." if going_on else "",
            "owner_fi": item["partners"][0][2] if going_on else "",
            "next_step_fi": cards()[item["id"]]["next_step"],
            "decision_fi": item["decision_2020"][0], "decision_en": item["decision_2020"][1],
            "decision_sv": item["decision_2020"][2], "decided": "2020-12-15", "invented": "yes",
        }  # fmt: skip


def _canvas() -> Iterator[Row]:
    """Filled and empty fields of the phenomenon canvas: a city's problem, then experiments."""
    for row in read((HANDWRITTEN / "city_problems.csv").read_bytes()):
        yield {
            "city_code": row["city_code"], "experiment": "", "field": "problem",
            **{f"text_{language}": row[f"problem_{language}"] for language in LANGUAGES},
            "filled": "yes", "invented": "yes",
        }  # fmt: skip
    names = {row["id"]: row for row in read((STARTING_REGISTER / "indicators.csv").read_bytes())}
    for item in experiments():
        texts = {
            "ilmio": (item["problem_fi"], item["problem_sv"], item["problem_en"]),
            "signaalit": _three(item["phases"][0][3]),
            "kenelle": _three(item["target_group_fi"]),
            "toimijat": _three("; ".join(partner[2] for partner in item["partners"])),
            "ratkaisu": _three(item["action_fi"]),
            "indikaattorit": tuple(
                names[item["effect"]["indicator"]][f"name_{language}"] for language in LANGUAGES
            ),
        }
        for field in read((STARTING_REGISTER / "canvas_fields.csv").read_bytes()):
            fi, sv, en = texts.get(field["key"], ("", "", ""))
            yield {
                "city_code": item["city_code"], "experiment": item["id"], "field": field["key"],
                "text_fi": fi, "text_sv": sv, "text_en": en,
                "filled": "yes" if fi else "no", "invented": "yes",
            }  # fmt: skip


def _three(finnish: str) -> tuple[str, str, str]:
    return finnish, phrase(finnish, "sv"), phrase(finnish, "en")


def _roadmap() -> Iterator[Row]:
    for item in experiments():
        steps = (
            ("Sovitaan mittari", "Agree the indicator", AGREED_ON, "done"),
            ("Kokeilu käyntiin", "Start the experiment", item["started"], "done"),
            ("Päätös jatkosta", "Decide on continuation", "2020-12-15",
             "overdue" if item["status"] == "stopped" else "done"),
        )  # fmt: skip
        for order, (finnish, english, due, status) in enumerate(steps, 1):
            yield _of(item) | {
                "order": order, "step_fi": finnish, "step_en": english,
                "owner_fi": item["partners"][0][2], "due": due,
                "indicator": item["effect"]["indicator"], "status": status, "invented": "yes",
            }  # fmt: skip


def _outputs() -> Iterator[Row]:
    """What each experiment left behind: competence (osaaminen), means (keino) or action (toimi)."""
    kinds = {"continued": "toimi", "ended": "osaaminen", "stopped": "osaaminen"}
    for item in experiments():
        yield _of(item) | {
            "kind": kinds[item["status"]], "text_fi": item["phases"][-1][3],
            "date": item["ended"], "invented": "yes",
        }  # fmt: skip
        yield _of(item) | {
            "kind": "keino", "text_fi": item["action_fi"], "date": item["started"],
            "invented": "yes",
        }  # fmt: skip
