"""Figures: bars stand on zero, intervals are drawn, colour is not alone, words are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import combinations
from typing import Any

from skk_analysis.language.data_type import DRAWN
from skk_analysis.review.checks.evidence import Drawing, Evidence, Fault, Finding
from skk_analysis.review.checks.printed import is_printed
from skk_analysis.review.page import PageTable

METADATA = re.compile(rf'<metadata id="{DRAWN}">(.*?)</metadata>', re.DOTALL)
LEAST_WORDS = 3


def figures(evidence: Evidence) -> Finding:
    """Each figure of the notebook is on the page, and is as an honest figure must be."""
    faults: list[Fault] = []
    captions = {caption: name for name, caption in evidence.page.figures.items()}
    if len(evidence.page.figures) != len(evidence.drawings):
        faults.append(Fault.of("other_figures", "content"))
    tables = {table.figure: table for table in evidence.page.tables if table.figure}
    for drawing in evidence.drawings:
        name = captions.get(drawing.caption, "")
        faults += _drawn(evidence, drawing, name, tables.get(name))
        for told in (drawing.alt, drawing.description):
            if len(re.findall(r"\w{2,}", told)) < LEAST_WORDS:
                faults.append(Fault.of("no_alt", name, name=drawing.caption))
    return Finding(faults, len(evidence.drawings), [*evidence.page.figures][:1])


def _drawn(
    evidence: Evidence, drawing: Drawing, name: str, table: PageTable | None
) -> Iterator[Fault]:
    facts = _facts(drawing.svg)
    if facts is None:
        yield Fault.of("no_drawn_facts", name, name=drawing.caption)
        return
    for axes in facts:
        if axes["bars"] and not axes["zero"]:
            yield Fault.of("bars_not_on_zero", name, name=drawing.caption)
        if alone := _colour_alone(axes, sum(each["words"] for each in facts)):
            yield Fault.of("colour_alone", name, name=drawing.caption, colours=", ".join(alone))
    if table is None or not table.body:
        yield Fault.of("no_table", name, name=drawing.caption)
        return
    cells = [cell for row in table.rows for cell in row if cell.result]
    for cell in cells:
        record = evidence.results.get(cell.result)
        if record is None or not is_printed(record, cell.text, evidence.language):
            yield Fault.of("figure_number", name, name=drawing.caption, id=cell.result)
    limits = {c.limits for row in table.rows for c in row if c.limits}
    known = [evidence.results[i] for i in limits if i in evidence.results]
    wanted = sum(record.get("lower") is not None for record in known)
    drawn = sum(axes["intervals"] + axes.get("bands", 0) for axes in facts)
    if drawn < wanted:
        yield Fault.of("no_intervals", name, name=drawing.caption)


def _facts(svg: str) -> list[Mapping[str, Any]] | None:
    found = METADATA.search(svg)
    try:
        return json.loads(unescape(found[1])) if found else None
    except ValueError:
        return None


def _colour_alone(axes: Mapping[str, Any], words: int) -> list[str]:
    """Two colours that nothing else tells apart: no marker, line or hatch, and no words."""
    looks: dict[str, set[tuple[str, ...]]] = {}
    for colour, *rest in axes["looks"]:
        looks.setdefault(colour, set()).add(tuple(rest))
    for one, other in combinations(sorted(looks), 2):
        alike = [colour for colour, look in looks.items() if look == looks[one]]
        if looks[one] == looks[other] and words < len(alike):
            return [one, other]
    return []
