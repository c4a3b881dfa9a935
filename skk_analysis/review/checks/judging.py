"""Effects: assumptions, the pandemic year, the number of tests, and the grade."""

from __future__ import annotations

import math
from collections.abc import Iterator

from skk_analysis.impact.checks import NOT_APPLICABLE, PASSED
from skk_analysis.impact.verdict import design_kind
from skk_analysis.language.catalogue import text
from skk_analysis.language.effects import check_name
from skk_analysis.metrics.change import adjust_p_values
from skk_analysis.review.checks.effects import Judged
from skk_analysis.review.checks.evidence import Evidence, Fault, Finding
from skk_analysis.review.checks.verdicts import ALPHA

ASSUMED = {
    "panel": (("pre_trend", "pre_fit"), ("donors",), ("donor_weights",), ("size_matched_placebos",),
              ("anticipation",)),
    "survey": (("sample_size",), ("attrition",), ("floor_ceiling",)),
    "series": (("points",), ("autocorrelation",)),
}  # fmt: skip
"""Of each group one must have been made: trends, support, weights, overlap, anticipation; or the
answers' number, loss and ceiling."""

COMPARED = (("baseline_balance",),)
"""What a survey with a comparison group needs besides."""

STRUCK = ("pandemic_only", "pandemic_dropped", "pandemic_exposure", "pandemic_bounded")
TELLING = ("experiment", "city_comparison")
"""Kinds of reports that tell the checks themselves; the others send the reader to the card."""


def assumptions(evidence: Evidence) -> Finding:
    """Each effect has the checks that its design rests on, and the report tells their results."""
    faults: list[Fault] = []
    for record, one in evidence.effects.items():
        place = evidence.shown_at(record)
        effect = one.recorded
        kind = design_kind(effect)
        groups = ASSUMED[kind] + (COMPARED if kind == "survey" and effect.n_comparison else ())
        made = {check.name for check in effect.checks}
        for group in groups:
            if not made & set(group):
                name = check_name(group[0], evidence.language)
                faults.append(Fault.of("not_checked", place, name=one.name, check=name))
        trusted = any(
            (c := effect.check(n)) and c.result == PASSED for n in ("pre_trend", "placebo_in_time")
        )
        if one.sms >= 3 and kind == "panel" and not trusted:
            name = check_name("pre_trend", evidence.language)
            faults.append(Fault.of("not_checked", place, name=one.name, check=name))
        faults += _untold(evidence, one, place)
    return Finding(faults, len(evidence.effects), _places(evidence))


def _places(evidence: Evidence) -> list[str]:
    """The sections that tell effects."""
    shown = ("effect", "effects", "synthesis")
    return [anchor for anchor in shown if anchor in evidence.page.headings][:1]


def _untold(evidence: Evidence, one: Judged, place: str) -> Iterator[Fault]:
    """Checks that the report must tell by name and does not."""
    if evidence.kind not in TELLING or ("effect" not in one.told and evidence.kind != "experiment"):
        return
    section = "effect" if evidence.kind == "experiment" else "effects"
    shown = evidence.page.section_text(section)
    for check in one.recorded.checks:
        name = check_name(check.name, evidence.language)
        if check.result != NOT_APPLICABLE and name not in shown:
            yield Fault.of("check_not_told", place, name=one.name, check=name)


def pandemic(evidence: Evidence) -> Finding:
    """What reaches into the pandemic year is told so, with and without it and beside others."""
    faults: list[Fault] = []
    examined = 0
    struck = set(evidence.facts["pandemic_years"])
    for record, one in evidence.effects.items():
        effect = one.recorded
        if not struck & set(effect.years):
            continue
        examined += 1
        place = evidence.shown_at(record)
        alone = set(effect.years) <= struck
        wanted = STRUCK if design_kind(effect) == "panel" else ()
        faults += [
            Fault.of("not_checked", place, name=one.name, check=check_name(name, evidence.language))
            for name in wanted
            if effect.check(name) is None
        ]
        reasons = {reason.name for reason in one.grade.reasons}
        if (
            alone
            and effect.n_comparison
            and not reasons & {"pandemic_only", "pandemic_not_separable"}
        ):
            faults.append(Fault.of("pandemic_not_capped", place, name=one.name))
    if evidence.pandemic:
        examined += 1
        faults += _year_told(evidence)
    anchors = [
        a for a in ("pandemic", "monitor", "limitations", "limits") if a in evidence.page.headings
    ]
    return Finding(faults, examined, anchors[:2])


FRONT = {
    "city_year": "report.pandemic",
    "programme": "report.pandemic",
    "city_comparison": "comparison.pandemic_year",
}


def _year_told(evidence: Evidence) -> Iterator[Fault]:
    year = str(evidence.facts["year"])
    if key := FRONT.get(evidence.kind):
        words = text(key, evidence.language, year=year)
        if not any(words in block.text for block in evidence.page.blocks):
            yield Fault.of("pandemic_not_told", "content", words=words[:100])
    results = evidence.results
    if evidence.kind == "city_year":
        for name in results:
            about, _, rest = name.partition(".")
            own = rest.split(".")
            if (
                len(own) == 2
                and own[1] == "change"
                and about in evidence.facts["dictionary"]
                and own[0].isdigit()
                and f"{about}.peers.{year}" not in results
                and evidence.facts["dictionary"][about].get("kind") == "rekisteri"
            ):
                yield Fault.of("no_shift", "monitor", name=about)
    if evidence.kind == "city_comparison" and not any(n.startswith("shift.") for n in results):
        yield Fault.of("no_shift", "pandemic", name=year)


def multiplicity(evidence: Evidence) -> Finding:
    """The number of tests and what is left after correction are right; the main outcome is kept."""
    faults: list[Fault] = []
    examined = 0
    for start, found in evidence.facts["tests"].items():
        p = [math.nan if value is None else value for value in found.values()]
        clear = int((adjust_p_values(p) < ALPHA).sum())
        for name, value in (("count", len(p)), ("clear", clear)):
            examined += 1
            counted = evidence.results.get(f"{start}.{name}")
            if counted is None or counted["value"] != value:
                told = "–" if counted is None else f"{counted['value']:g}"
                place = evidence.shown_at(f"{start}.{name}")
                faults.append(
                    Fault.of(
                        "other_tests", place, id=f"{start}.{name}", shown=told, recorded=str(value)
                    )
                )
    for record, one in evidence.effects.items():
        examined += 1
        details = one.recorded.details
        adjusted, plain_p = details.get("adjusted_p"), one.recorded.p
        place = evidence.shown_at(record)
        if adjusted is not None and not math.isnan(plain_p) and adjusted < plain_p - 1e-12:
            faults.append(Fault.of("adjusted_below", place, name=one.name))
        if (
            evidence.kind == "city_comparison"
            and "effect" in one.told
            and adjusted is None
            and not math.isnan(plain_p)
        ):
            faults.append(Fault.of("not_adjusted", place, name=one.name))
        if evidence.kind == "experiment" and details.get("agreed_beforehand") is False:
            faults.append(Fault.of("other_outcome", place, name=one.name))
    places = ("polarisation-measures", "effects", "disagreement", "effect", "synthesis")
    anchors = [anchor for anchor in places if anchor in evidence.page.headings]
    return Finding(faults, examined, anchors[:2])


def grade(evidence: Evidence) -> Finding:
    """The grade that design and checks give now is the one shown, for the same reasons."""
    faults: list[Fault] = []
    for record, one in evidence.effects.items():
        place = evidence.shown_at(record)
        if not one.designed:
            faults.append(Fault.of("no_design", place, name=one.name))
            continue
        reasons = tuple(reason.name for reason in one.grade.reasons)
        if (one.sms, one.reasons) != (one.grade.sms, reasons):
            faults.append(
                Fault.of(
                    "grade", place, name=one.name, shown=str(one.sms), recorded=str(one.grade.sms)
                )
            )
        for name in _grade_ids(record):
            shown = evidence.results.get(name)
            if shown is not None and shown["value"] != one.grade.sms:
                faults.append(
                    Fault.of(
                        "grade",
                        place,
                        name=name,
                        shown=f"{shown['value']:g}",
                        recorded=str(one.grade.sms),
                    )
                )
    if not evidence.effects:
        faults += [
            Fault.of("grade_of_nothing", evidence.shown_at(name), id=name)
            for name in evidence.results
            if name.endswith(".grade") or ".grade." in name
        ]
    anchors = [
        a
        for a in ("experiment-grade", "effects", "effect", "synthesis")
        if a in evidence.page.headings
    ]
    return Finding(faults, len(evidence.effects), anchors[:1])


def _grade_ids(record: str) -> tuple[str, ...]:
    """Where the grade of an effect is on record."""
    parts = record.split(".")
    return f"{record}.grade", f"experiments.{parts[1]}.grade", f"{parts[0]}.grade.{parts[-1]}"
