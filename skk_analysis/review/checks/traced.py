"""Numbers of a text that nothing on record explains.

What a figure is described with must be in that figure: in its own data as printed there, counted in
its rows, or on record as told by it. Other sentences may tell what is on record in the report, with
the decimals that it is printed with, so that a wrong 44 is not explained by a 43.62 somewhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts
from skk_analysis.review.checks.evidence import Drawing, Evidence, Record
from skk_analysis.review.checks.printed import decimals_of, plainly, signs, token
from skk_analysis.review.page import Block, PageTable

SECTION_NUMBER = re.compile(r"(\d+)\.\s")


def untraced(blocks: Iterable[Block], evidence: Evidence) -> Iterator[tuple[Block, str]]:
    """Numbers that name no record and that nothing else explains, with the block they stand in."""
    language = evidence.language
    blocks = list(blocks)
    lines = [re.sub(r"\s*\n\s*", " ", block.bare) for block in blocks]
    told = _Told(evidence)
    for block, line in zip(blocks, plainly("\n".join(lines), evidence).split("\n"), strict=True):
        for found in token(language).finditer(line):
            if not told.explains(found[0], block):
                yield block, found[0]


class _Told:
    """Which numbers a block of the page may tell."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._language = evidence.language
        self._report = {*_on_record(evidence)}
        self._figures: dict[str, set[str]] = {}
        self._own: dict[str, list[Record]] = {}
        tables = {table.figure: table for table in evidence.page.tables if table.figure}
        by_caption = {drawing.caption: drawing for drawing in evidence.drawings}
        for figure, caption in evidence.page.figures.items():
            self._figures[figure] = {*_in_table(tables.get(figure), self._language)}
            drawing = by_caption.get(caption)
            self._own[figure] = [*_told_by(drawing, evidence)]

    def explains(self, number: str, block: Block) -> bool:
        """Whether a number as printed may stand in a block."""
        places = len(number.partition(signs(self._language)[1])[2])
        if block.figure in self._figures:
            shown = self._printed(self._own[block.figure], places)
            return number in self._figures[block.figure] or number in shown
        return number in self._report

    def _printed(self, records: Iterable[Record], places: int) -> set[str]:
        return {forms.number(v, self._language, places) for r in records for v in _values(r)}


def _in_table(table: PageTable | None, language: str) -> Iterator[str]:
    """Numbers of a figure's data as printed, and how often its rows say the same."""
    if table is None:
        return
    yield from token(language).findall(table.caption)
    for row in table.rows:
        for cell in row:
            yield from token(language).findall(cell.text)
    yield forms.number(len(table.body), language)
    yield forms.number(len(table.rows[0]) - 1 if table.rows else 0, language)
    for column in zip(*table.body, strict=False):
        for count in Counter(cell.text for cell in column).values():
            yield forms.number(count, language)


def _told_by(drawing: Drawing | None, evidence: Evidence) -> Iterator[Record]:
    """The records that a figure tells besides its data."""
    for name in drawing.told if drawing else ():
        if record := evidence.results.get(name):
            yield record


def _values(record: Record) -> Iterator[float]:
    """Value and limits of a record as they are printed, without sign."""
    for key in ("value", "lower", "upper"):
        value = record.get(key)
        if isinstance(value, int | float) and math.isfinite(value):
            if record["kind"] == "relative":
                yield abs(value - 1) * 100
            yield abs(forms.scaled(float(value), record["unit"]))


def _on_record(evidence: Evidence) -> Iterator[str]:
    """Every number of the report as it is printed somewhere in it."""
    language, shown = evidence.language, _shown_decimals(evidence)
    for record in evidence.records:
        for places in shown[str(record["id"])]:
            yield from (forms.number(value, language, places) for value in _values(record))
        if record.get("n"):
            yield forms.number(record["n"], language)
    for words in evidence.page.headings.values():
        if found := SECTION_NUMBER.match(words):
            yield found[1]
    for one in evidence.effects.values():
        effect = one.recorded
        amounts = Amounts.of(effect, language)
        for value in (effect.estimate, *effect.interval, effect.mde):
            if math.isfinite(value):
                scaled = abs(forms.scaled(value, amounts.form))
                yield forms.number(scaled, language, amounts.decimals)
        yield from (forms.number(count, language) for count in one.placebos)
        yield from (str(step) for step in (one.grade.sms, one.grade.nesta))


def _shown_decimals(evidence: Evidence) -> dict[str, set[int]]:
    """With how many decimals each record is printed: where the page names it, and by its unit."""
    language = evidence.language
    found = {
        str(record["id"]): {
            forms.DECIMALS[record["unit"]],
            *evidence.facts["decimals"].get(str(record["id"]), ()),
        }
        for record in evidence.records
    }
    for block in evidence.page.blocks:
        for name, words in block.numbers:
            if name in found:
                found[name].add(decimals_of(words, language))
    for _, _, cell in evidence.page.cells():
        for name in (cell.result, cell.limits):
            if name in found:
                found[name].add(decimals_of(cell.text, language))
    return found
