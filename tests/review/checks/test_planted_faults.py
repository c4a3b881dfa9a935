"""Each check fails when what it looks at is altered in a report that was really made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from skk_analysis.review.checks import CHECKS, checked

CITY, CARD = "oulu/2020/fi", "experiments/turku-1/fi"


def _first_effect(report) -> dict:
    return next(iter(report.facts["effects"].values()))


def no_source(report) -> None:
    report.result("gini.2020")["sources"] = []


def no_direction(report) -> None:
    report.facts["dictionary"]["offences"]["direction"] = ""


def no_earlier_year(report) -> None:
    report.result("gini.change")["since"] = None


def no_mark(report) -> None:
    report.result("offences.564.2020")["agreed"] = ""


def shown_though_protected(report) -> None:
    indicator, unit, _ = next(row for row in report.facts["missing"] if row[2] == "protected")
    report.results.append({**report.result("low_income_rate.2020"),
                           "id": f"{indicator}.{unit}.2020"})  # fmt: skip


def small_group(report) -> None:
    report.result("low_income_rate.2020")["n"] = 7


def small_count(report) -> None:
    report.results.append({**report.result("tests.count"), "id": "participants", "value": 2.0,
                           "unit": "persons"})  # fmt: skip


def unchecked_trend(report) -> None:
    effect = _first_effect(report)
    effect["checks"] = [c for c in effect["checks"] if c[0] not in ("pre_trend", "pre_fit")]


def no_pandemic_warning(report) -> None:
    report.replace(r"Vuosi 2020 oli koronavuosi\. Sen muutoksia", "Vuosi 2020. Sen muutoksia")


def one_area_level(report) -> None:
    report.results = [r for r in report.results if ".district." not in r["id"]]


def other_number_of_tests(report) -> None:
    report.result("tests.count")["value"] += 1


def higher_grade(report) -> None:
    _first_effect(report)["grade"][0] = 4


def other_number(report) -> None:
    report.replace(r'(<data value="gini.2020">)[\d,]+', r"\g<1>99,9")


def other_interval(report) -> None:
    report.replace(r'(data-limits="gini.change">)[^<]+', r"\g<1>−9,9 – +9,9")


def other_verdict(report) -> None:
    report.replace(
        r"Tuloerot \(Gini-kerroin\): ei selvää muutosta", "Tuloerot (Gini-kerroin): kasvoi"
    )


def number_from_nowhere(report) -> None:
    report.replace(r"Tämä on seurantaa:", "Luku oli 77,31. Tämä on seurantaa:")


def cause_claimed(report) -> None:
    report.replace(r"Tämä on seurantaa:", "Kokeilu vaikutti työttömyyteen. Tämä on seurantaa:")


def effect_told_otherwise(report) -> None:
    report.replace(r"heikko näyttö laskusta: luku", "vahva näyttö laskusta: luku")


def bars_off_zero(report) -> None:
    for cell in report.notebook.cells:
        for output in cell.get("outputs", []):
            svg = output.get("data", {}).get("image/svg+xml", "")
            if "&quot;zero&quot;:true" in svg:
                changed = svg.replace("&quot;zero&quot;:true", "&quot;zero&quot;:false")
                output["data"]["image/svg+xml"] = changed
                return
    raise AssertionError("no bars in the report")


def other_environment(report) -> None:
    report.record["environment"] = "0" * 64


def english_decimals(report) -> None:
    report.replace(r'(data-result="gini.2020">\d+),', r"\g<1>.")


def no_caption(report) -> None:
    report.replace(r"<caption[^>]*>.*?</caption>", "")


def limit_left_out(report) -> None:
    report.replace(r"(?s)(<h2 id=\"limitations\".*?)<ul>.*?</ul>", r"\g<1>")


FAULTS: list[tuple[str, str, Callable]] = [
    ("sources", CITY, no_source),
    ("definitions", CITY, no_direction),
    ("dates", CITY, no_earlier_year),
    ("agreed", CITY, no_mark),
    ("missing", CITY, shown_though_protected),
    ("small_numbers", CITY, small_group),
    ("disclosure", CITY, small_count),
    ("assumptions", CARD, unchecked_trend),
    ("pandemic", CITY, no_pandemic_warning),
    ("robustness", CITY, one_area_level),
    ("multiplicity", CITY, other_number_of_tests),
    ("grade", CARD, higher_grade),
    ("text_numbers", CITY, other_number),
    ("text_numbers", CITY, other_interval),
    ("text_numbers", CITY, other_verdict),
    ("text_numbers", CITY, number_from_nowhere),
    ("text_numbers", CITY, cause_claimed),
    ("text_numbers", CARD, effect_told_otherwise),
    ("figures", CITY, bars_off_zero),
    ("reproducible", CITY, other_environment),
    ("language_accessibility", CITY, english_decimals),
    ("language_accessibility", CITY, no_caption),
    ("limitations", CITY, limit_left_out),
]


@pytest.mark.parametrize("path", [CITY, CARD])
def test_a_report_of_the_sample_passes_every_check(path: str, finished):
    """Nothing fails in a report as it was made, and approval follows."""
    told = checked(finished(path).evidence())["checks"]
    failed = {row["id"]: row["details"] for row in told if row["status"] == "fail"}
    assert failed == {}
    assert [row["id"] for row in told] == [*CHECKS, "approval"]


@pytest.mark.parametrize(
    ("check", "path", "plant"), FAULTS, ids=lambda v: getattr(v, "__name__", v)
)
def test_a_planted_fault_is_found(check: str, path: str, plant: Callable, finished):
    """The check passes before the report is altered and fails after, and approval with it."""
    report = finished(path)
    assert report.finding(check).status == "pass"
    altered = report.altered(plant)
    finding = altered.finding(check)
    assert finding.status == "fail"
    rows = {row["id"]: row for row in checked(altered.evidence())["checks"]}
    assert rows[check]["status"] == rows["approval"]["status"] == "fail"
    assert rows[check]["details"] and all(rows[check]["details"])


def test_the_file_beside_the_report_is_what_the_checks_say(finished):
    """``checks.json`` is part of the report and links only to places on its page."""
    report = finished(CITY)
    told = json.loads((report.folder / "checks.json").read_text("utf-8"))
    assert told == checked(report.evidence())
    assert "checks.json" in report.record["outputs"]
    for row in told["checks"]:
        for link in row["evidence"]:
            assert re.search(rf'id="{re.escape(link["href"][1:])}"', report.page)
            assert link["label"]
