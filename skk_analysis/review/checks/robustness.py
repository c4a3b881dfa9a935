"""Robustness: other choices are shown, and where the verdict does not stand the report says so."""

from __future__ import annotations

from collections.abc import Iterator

from skk_analysis.impact.verdict import design_kind, null_of
from skk_analysis.language.catalogue import template, text
from skk_analysis.language.effects import check_name
from skk_analysis.review.checks.effects import Judged
from skk_analysis.review.checks.evidence import Evidence, Fault, Finding, Record
from skk_analysis.review.checks.verdicts import words_of

ROBUST = {
    "panel": ("leave_one_donor", "leave_one_year", "specification_curve"),
    "survey": (),
    "series": (),
}
"""Checks of other choices that each estimate needs; surveys have only other methods."""

VARIANT = "effect.variant."
"""Ids of an experiment's change by other methods begin so."""

SENSITIVE = {
    "dissimilarity": ("postal_area", "district"),
    "gini": ("weighted", "unweighted"),
    "low_income_rate": ("line_50", "line_70"),
}
"""Choices whose other outcome a city's report shows: area level, weights, low-income line."""


def robustness(evidence: Evidence) -> Finding:
    """Other choices are shown, and where the verdict does not stand the report says so."""
    faults: list[Fault] = []
    examined = 0
    for record, one in evidence.effects.items():
        effect = one.recorded
        for name in ROBUST[design_kind(effect)]:
            examined += 1
            if effect.check(name) is None:
                check = check_name(name, evidence.language)
                faults.append(
                    Fault.of("not_checked", evidence.shown_at(record), name=one.name, check=check)
                )
        if evidence.kind == "experiment":
            others = [n for n in evidence.results if n.startswith(VARIANT)]
            examined += max(len(others), 1)
            faults += _other_methods(evidence, one, others)
    results = evidence.results
    for measure, choices in SENSITIVE.items():
        if evidence.kind != "city_year" or f"{measure}.{evidence.facts['year']}" not in results:
            continue
        for choice in choices:
            examined += 1
            if f"sensitivity.{measure}.{choice}.{evidence.facts['year']}" not in results:
                faults.append(Fault.of("no_choice", "limitations", name=measure, what=choice))
    turned = [*_turned(evidence)]
    for measure in dict.fromkeys(turned):
        name = text(f"measure.{measure}", evidence.language)
        start = template("limits.turned", evidence.language).partition("{")[0]
        blocks = evidence.page.prose("limitations")
        if not any(b.text.startswith(start) and name in b.text for b in blocks):
            faults.append(Fault.of("turned", "limitations", name=name))
    if evidence.kind == "city_comparison":
        examined += 1
        if not any(n.startswith("dissimilarity.district.") for n in results):
            faults.append(
                Fault.of("no_choice", "segregation", name="dissimilarity", what="district")
            )
    anchors = [
        anchor
        for anchor in ("city-comparison-effects-robustness", "limitations", "effect", "synthesis")
        if anchor in evidence.page.headings
    ]
    return Finding(faults, examined, anchors[:2])


def _other_methods(evidence: Evidence, one: Judged, others: list[str]) -> Iterator[Fault]:
    """An experiment's change by other methods is shown, and whether they say the same is told."""
    null = float(null_of(one.recorded))
    if not others:
        yield Fault.of("no_variant", "effect", name=one.name)
    start = template("experiment.methods.turned", evidence.language).partition("{")[0].strip()
    told = " ".join(b.text for b in evidence.page.prose("effect") if b.text.startswith(start))
    for name in others:
        label = _row_of(evidence, name)
        differs = _side(evidence.results[name], null) != _side(_main(one), null)
        if differs != (bool(label) and label in told):
            yield Fault.of("turned" if differs else "not_turned", "effect", name=label or name)


def _main(one: Judged) -> Record:
    lower, upper = one.recorded.interval
    return {"lower": lower, "upper": upper}


def _side(record: Record, null: float) -> int:
    """1 or −1 where the interval lies wholly above or below no difference, else 0."""
    low, high = record.get("lower"), record.get("upper")
    return 0 if low is None or high is None else int(low > null) - int(high < null)


def _row_of(evidence: Evidence, name: str) -> str:
    """What the row of a number is called."""
    for _, row, cell in evidence.page.cells():
        if cell.result == name:
            return row[0].text
    return ""


def _turned(evidence: Evidence) -> Iterator[str]:
    """Measures whose verdict is another under another choice, as the table of choices shows."""
    words = words_of(evidence.language)
    for table in evidence.page.tables:
        for row in table.rows:
            named = [cell.result for cell in row if cell.result.startswith("sensitivity.")]
            said = [words[cell.text] for cell in row if cell.text in words]
            if not named or not said or said[0] == "none":
                continue
            measure = named[0].split(".")[1]
            change = evidence.results.get(f"{measure}.change")
            if change is None or change.get("lower") is None:
                continue
            inside = change["lower"] <= 0 <= change["upper"]
            main = "unclear" if inside else "grows" if change["value"] > 0 else "shrinks"
            if said[0] != main:
                yield measure
