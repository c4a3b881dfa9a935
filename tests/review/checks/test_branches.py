"""Each fault that a check knows is found when it is planted in the evidence of a real report.

`test_planted_faults` alters the files of a report; here the evidence read from them is altered,
which costs no second reading, so that every branch can have its own fault.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from skk_analysis.language import LANGUAGES
from skk_analysis.review.checks import CHECKS, Evidence, checked
from skk_analysis.review.checks.pictures import METADATA
from skk_analysis.review.checks.reading import language_accessibility
from skk_analysis.review.checks.traced import untraced
from skk_analysis.review.page import Block, Page

CITY, CARD = "oulu/2020/fi", "experiments/turku-1/fi"

Plant = Callable[[Evidence], Evidence | None]


def record(e: Evidence, name: str) -> dict[str, Any]:
    return next(r for r in e.records if r["id"] == name)  # type: ignore[return-value]


def added(e: Evidence, **more: Any) -> None:
    blank = {"id": "made.up", "kind": "value", "value": 0.1, "unit": "share", "lower": None,
             "upper": None, "n": 100, "reference_year": None, "since": None,
             "sources": ["register"], "agreed": ""}  # fmt: skip
    e.records.append({**blank, **more})  # type: ignore[attr-defined]


def without(e: Evidence, pattern: str) -> Evidence:
    return replace(e, records=[r for r in e.records if not re.search(pattern, str(r["id"]))])


def effect(e: Evidence) -> dict[str, Any]:
    return next(iter(e.facts["effects"].values()))


def without_check(e: Evidence, *names: str) -> None:
    effect(e)["checks"] = [check for check in effect(e)["checks"] if check[0] not in names]


def description(e: Evidence) -> Block:
    return next(b for b in e.page.blocks if b.figure and b.tag == "p")


def say(block: Block, words: str) -> None:
    block.text, block.bare = block.text + words, block.bare + words


def drawn(e: Evidence, change: Callable[[dict[str, Any]], bool]) -> Evidence:
    """The first figure with an axes that can be changed, changed."""
    for place, one in enumerate(e.drawings):
        found = METADATA.search(one.svg)
        facts = json.loads(re.sub("&quot;", '"', found[1])) if found else []
        if any(change(axes) for axes in facts):
            told = escape(json.dumps(facts))
            svg = one.svg[: found.start(1)] + told + one.svg[found.end(1) :]
            return replace(e, drawings=[*e.drawings[:place], replace(one, svg=svg),
                                        *e.drawings[place + 1 :]])  # fmt: skip
    raise AssertionError("no such figure")


def first_drawing(e: Evidence, **changes: str) -> Evidence:
    return replace(e, drawings=[replace(e.drawings[0], **changes), *e.drawings[1:]])


def figure_tables(e: Evidence) -> list:
    return [table for table in e.page.tables if table.figure]


def other_of_figure(e: Evidence) -> None:
    cell = next(c for t in figure_tables(e) for row in t.rows for c in row if c.result)
    cell.text = f"9{cell.text}"


def no_intervals(axes: dict[str, Any]) -> bool:
    had = axes["intervals"] > 2
    axes.update(intervals=0, bands=0)
    return had


def two_colours(axes: dict[str, Any]) -> bool:
    axes["looks"] = [["#000000", "patch", "", ""], ["#ff0000", "patch", "", ""]]
    axes["words"] = 0
    return True


def not_capped(e: Evidence) -> None:
    effect(e)["design"]["pandemic_only"] = False
    without_check(e, "pandemic_only", "pandemic_exposure")


def untrusted(e: Evidence) -> None:
    effect(e)["grade"][0] = 3
    without_check(e, "placebo_in_time", "pre_trend")


def untold_check(e: Evidence) -> None:
    check = next(c for c in effect(e)["checks"] if c[1] == "not_applicable")
    check[1] = "passed"


def few_answered(e: Evidence) -> None:
    effect(e)["checks"].append(["sample_size", "failed", {"pairs": 5, "needed": 90}])
    effect(e)["n_treated"] = 5


def other_methods_untold(e: Evidence) -> None:
    e.page.blocks = [b for b in e.page.blocks if not b.text.startswith("Päätelmä vaihtuu")]


def other_method_agrees(e: Evidence) -> None:
    main, other = effect(e), record(e, "effect.variant.matched_comparison")
    other["lower"], other["upper"] = main["interval"]


def city_comparison(e: Evidence) -> None:
    e.facts["kind"] = "city_comparison"  # type: ignore[index]
    effect(e)["told"] = ["effect"]


def nothing_estimated(e: Evidence) -> None:
    e.facts["effects"] = {}  # type: ignore[index]
    added(e, id="experiments.turku-1.grade", value=3.0, unit="count")


def meaning_left_out(e: Evidence) -> None:
    for block in e.page.blocks:
        block.text = "" if block.tag == "p" else block.text


def explained_elsewhere(e: Evidence) -> None:
    """A number that the report has on record, but not in the figure that is described with it."""
    of_map = next(b for b in e.page.blocks if b.figure and b.tag == "p" and b.section == "areas")
    say(of_map, " 0,184 0,275 27,1 1.")
    say(of_map, f" {record(e, 'gini.2020')['value'] * 100:.1f}".replace(".", ","))


def other_parameter(e: Evidence) -> Evidence:
    return replace(e, made=replace(e.made, parameters={"city": "Muualla"}))


FAULTS: list[tuple[str, str, str, Plant]] = [
    ("sources", "unknown_source", CITY, lambda e: record(e, "gini.2020").update(sources=["x"])),
    ("sources", "source_lacks", CITY,
     lambda e: next(iter(e.facts["sources"].values())).update(licence="")),
    ("sources", "other_hash", CITY,
     lambda e: next(iter(e.facts["sources"].values())).update(sha256="0" * 64)),
    ("sources", "other_hash", CITY, lambda e: e.facts.update(data="0" * 64)),
    ("definitions", "other_unit", CITY,
     lambda e: record(e, "offences.564.2020").update(unit="euro")),
    ("dates", "other_year", CITY, lambda e: record(e, "gini.2020").update(reference_year=2031)),
    ("dates", "other_year", CARD, lambda e: e.facts.update(year=2019)),
    ("dates", "no_end", CITY, lambda e: without(e, r"^gini\.2019$")),
    ("dates", "other_unit", CITY, lambda e: record(e, "gini.change").update(unit="euro")),
    ("agreed", "other_count", CITY,
     lambda e: record(e, "offences.564.2020").update(agreed="not_chosen")),
    ("missing", "other_tally", CITY,
     lambda e: record(e, "coverage.median_income.protected.2020").update(value=0.0)),
    ("missing", "no_coverage", CITY, lambda e: without(e, r"^coverage\.median_income\.population")),
    ("missing", "not_explained", CITY, meaning_left_out),
    ("small_numbers", "unstable", CITY, lambda e: added(e, lower=0.01, upper=0.4)),
    ("small_numbers", "small_count", CITY, lambda e: added(e, unit="persons", value=2.0)),
    ("small_numbers", "small_rate", CARD, few_answered),
    ("assumptions", "not_checked", CARD, untrusted),
    ("assumptions", "check_not_told", CARD, untold_check),
    ("pandemic", "not_checked", CARD, lambda e: without_check(e, "pandemic_dropped")),
    ("pandemic", "pandemic_not_capped", CARD, not_capped),
    ("pandemic", "no_shift", CITY, lambda e: without(e, r"\.peers\.2020$")),
    ("robustness", "not_checked", CARD, lambda e: without_check(e, "leave_one_donor")),
    ("robustness", "no_choice", CITY, lambda e: without(e, r"^sensitivity\.gini\.unweighted")),
    ("robustness", "no_variant", CARD, lambda e: without(e, r"^effect\.variant\.")),
    ("robustness", "turned", CARD, other_methods_untold),
    ("robustness", "not_turned", CARD, other_method_agrees),
    ("multiplicity", "other_tests", CITY, lambda e: record(e, "tests.clear").update(value=99.0)),
    ("multiplicity", "adjusted_below", CARD, lambda e: effect(e)["details"].update(adjusted_p=0.0)),
    ("multiplicity", "not_adjusted", CARD, city_comparison),
    ("multiplicity", "other_outcome", CARD,
     lambda e: effect(e)["details"].update(agreed_beforehand=False)),
    ("grade", "no_design", CARD, lambda e: effect(e).update(design=None)),
    ("grade", "grade", CARD, lambda e: effect(e)["grade"][1].pop()),
    ("grade", "grade", CITY, lambda e: record(e, "experiments.oulu-1.grade").update(value=5.0)),
    ("grade", "grade_of_nothing", CARD, nothing_estimated),
    ("text_numbers", "not_recorded", CITY,
     lambda e: e.page.blocks[-1].numbers.append(("from.nowhere", "1,0"))),
    ("text_numbers", "not_traced", CITY, lambda e: say(description(e), " Luku 77,31.")),
    ("text_numbers", "not_traced", CITY, explained_elsewhere),
    ("text_numbers", "not_traced", CITY, lambda e: say(e.page.alts[0], " 777")),
    ("text_numbers", "not_traced", CITY, lambda e: say(description(e), " 30–45-vuotiaat")),
    ("figures", "other_figures", CITY, lambda e: replace(e, drawings=e.drawings[1:])),
    ("figures", "no_drawn_facts", CITY, lambda e: first_drawing(e, svg="<svg/>")),
    ("figures", "no_alt", CITY, lambda e: first_drawing(e, alt="Kuvio")),
    ("figures", "no_table", CITY, lambda e: figure_tables(e)[0].rows.clear()),
    ("figures", "figure_number", CITY, other_of_figure),
    ("figures", "no_intervals", CITY, lambda e: drawn(e, no_intervals)),
    ("figures", "colour_alone", CITY, lambda e: drawn(e, two_colours)),
    ("reproducible", "not_in_order", CARD,
     lambda e: replace(e, made=replace(e.made, executed=[2, 1]))),
    ("reproducible", "not_recorded_hash", CARD,
     lambda e: replace(e, made=replace(e.made, lock=""))),
    ("reproducible", "not_printed", CARD, other_parameter),
    ("language_accessibility", "other_language", CARD,
     lambda e: setattr(e.page, "language", "en")),
    ("language_accessibility", "not_accessible", CARD, lambda e: replace(e, page_faults=["x"])),
    ("limitations", "no_section", CARD, lambda e: e.page.headings.pop("limits")),
]  # fmt: skip


@pytest.fixture(scope="module")
def evidence(finished) -> Callable[[str], Evidence]:
    """Evidence of a report, read once; and each time a copy that may be altered."""
    read: dict[str, Evidence] = {}

    def of(path: str) -> Evidence:
        if path not in read:
            read[path] = finished(path).evidence()
        e = read[path]
        page, records, facts = map(copy.deepcopy, (e.page, list(e.records), dict(e.facts)))
        return replace(e, page=page, records=records, facts=facts)

    return of


@pytest.mark.parametrize(
    ("check", "fault", "path", "plant"), FAULTS, ids=[f"{c}-{f}" for c, f, _, _ in FAULTS]
)
def test_a_fault_planted_in_the_evidence_is_found(
    check: str, fault: str, path: str, plant: Plant, evidence
):
    """The very fault that was planted is told, in a check that had none before."""
    before = evidence(path)
    assert CHECKS[check](before).status == "pass"
    changed = plant(before)
    altered = changed if isinstance(changed, Evidence) else replace(before)
    assert fault in {one.name for one in CHECKS[check](altered).faults}


def test_every_check_has_a_planted_fault():
    """The seventeen checks that look at something; the last row follows from them."""
    assert {check for check, *_ in FAULTS} | {"disclosure"} == set(CHECKS)


def test_an_age_range_is_a_name_only_as_the_data_have_it(evidence):
    """«30–44» is a group of the data; another range, a part of it or a longer one is a number."""
    assert {"18–29", "30–44", "45–64", "65+"} <= set(evidence(CITY).facts["groups"])

    def untold(words: str) -> list[str]:
        read = evidence(CITY)
        block = Block("p", "summary", words, words)
        return [number for _, number in untraced([block], replace(read, records=[]))]

    assert untold("Ryhmien 30–44 ja 45–64 välisen eron muutos, 65+ mukana.") == []
    assert untold("Ryhmien 30–45 ja 145–64 erot") == ["30", "45", "145", "64"]
    assert untold("Ryhmän 30–44,5 ero, 44") == ["30", "44,5", "44"]


WRONG = {
    "fi": ("12.5 %", "12%", "-3"),
    "sv": ("12.5 %", "12%", "-3"),
    "en": ("12,5%", "-3"),
}
RIGHT = {
    "fi": "12,5\u00a0%, −3 ja 7.2.2019",
    "sv": "12,5\u00a0%, −3 och 7.2.2019",
    "en": "12.5%, −3 and 1,234",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_form_of_numbers(language: str, evidence):
    """Another language's decimal sign, percent sign or minus is a fault, the own is none."""
    read = replace(evidence(CARD), language=language)

    def found(words: str) -> list[str]:
        page = Page(language=language, blocks=[Block("p", "limits", words)])
        return [fault.name for fault in language_accessibility(replace(read, page=page)).faults]

    assert found(RIGHT[language]) == []
    for words in WRONG[language]:
        assert {*found(words)} == {"number_form"}, words


@pytest.mark.parametrize("path", [CITY, CARD])
def test_every_link_to_evidence_leads_somewhere(path: str, finished):
    """To an element of the page, under a name, for checks that pass, fail or have no object."""
    report = finished(path)
    broken = report.evidence()
    empty = replace(broken, records=[], facts={**broken.facts, "effects": {}, "tests": {}})
    for one in (broken, empty):
        for row in checked(one)["checks"]:
            assert row["evidence"], row["id"]
            for link in row["evidence"]:
                assert f'id="{link["href"][1:]}"' in report.page, (row["id"], link)
                assert link["label"].strip()
