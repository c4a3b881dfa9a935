"""Text and numbers: what is printed is what is on record, in words and in figures."""

from __future__ import annotations

from collections.abc import Iterator

from skk_analysis.language.catalogue import text
from skk_analysis.review.checks import causal, verdicts
from skk_analysis.review.checks.evidence import Evidence, Fault, Finding
from skk_analysis.review.checks.printed import is_printed, printed_interval
from skk_analysis.review.checks.traced import untraced
from skk_analysis.review.page import ORIGIN

SHOWN = 70


def text_numbers(evidence: Evidence) -> Finding:
    """Numbers equal their records, verdicts follow the rule, no cause is claimed too soon."""
    named = [*_named(evidence)]
    faults = [fault for fault in named if fault is not None]
    faults += _unnamed(evidence)
    judged = [*verdicts.judged(evidence)]
    faults += [fault for fault in judged if fault is not None]
    faults += causal.claims(evidence)
    anchors = ["summary", *([] if not evidence.effects else [evidence.shown_at(*evidence.effects)])]
    return Finding(faults, len(named) + len(judged), anchors, causal.people(evidence))


def _named(evidence: Evidence) -> Iterator[Fault | None]:
    """Yield for each number that names its record a fault, or None where the two agree."""
    language, page = evidence.language, evidence.page
    for block in page.blocks:
        for name, shown in block.numbers:
            yield _agrees(evidence, name, shown, block.section)
    for table, _, cell in page.cells():
        place = table.figure or table.section
        if cell.result:
            yield _agrees(evidence, cell.result, cell.text, place)
        elif cell.limits:
            record = evidence.results.get(cell.limits)
            if record is None:
                yield Fault.of("not_recorded", place, id=cell.limits)
                continue
            wanted = printed_interval(record, cell.text, language)
            wanted = wanted or text("table.no_interval", language)
            same = wanted == cell.text
            yield (
                None
                if same
                else Fault.of("not_equal", place, id=cell.limits, shown=cell.text, recorded=wanted)
            )


def _agrees(evidence: Evidence, name: str, shown: str, anchor: str) -> Fault | None:
    record = evidence.results.get(name)
    if record is None:
        return Fault.of("not_recorded", anchor, id=name)
    if is_printed(record, shown, evidence.language):
        return None
    return Fault.of("not_equal", anchor, id=name, shown=shown, recorded=f"{record['value']:.6g}")


def _unnamed(evidence: Evidence) -> list[Fault]:
    """Numbers in the prose that name no record and that nothing else explains."""
    blocks = [block for block in evidence.page.prose() if block.section != ORIGIN]
    blocks += evidence.page.alts
    return [
        Fault.of(
            "not_traced", block.figure or block.section, shown=number,
            words=block.text[:SHOWN].strip(),
        )
        for block, number in untraced(blocks, evidence)
    ]  # fmt: skip
