"""Verdict words: each is what its rule gives for the recorded numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from skk_analysis.impact.verdict import WORDS
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.effects import verdict_word_of
from skk_analysis.language.verdicts import verdict_word
from skk_analysis.metrics.change import adjust_p_values
from skk_analysis.review.checks.evidence import Evidence, Fault, Record
from skk_analysis.review.checks.printed import decimals_of, sentences
from skk_analysis.review.page import TableCell

GROWS, SHRINKS, UNCLEAR, NONE = "grows", "shrinks", "unclear", "none"
OPPOSITE = "depends_on_measure"
SURVEY = ("kysely", "kokemus")
ALPHA = 0.05


def judged(evidence: Evidence) -> Iterator[Fault | None]:
    """Yield for each verdict that can be judged again a fault, or None where the word stands."""
    yield from _rows(evidence)
    yield from _prose(evidence)
    yield from _families(evidence)
    yield from _effects(evidence)


def words_of(language: str) -> dict[str, str]:
    """Verdicts of changes by their word."""
    return {
        verdict_word(name, language): name for name in (GROWS, SHRINKS, UNCLEAR, OPPOSITE, NONE)
    }


def possible(evidence: Evidence, change: Record | None, base: str, shown: str = "") -> set[str]:
    """The verdicts that the rule allows for a change; empty where the records don't tell.

    Parameters
    ----------
    change : the record of the change, if it is on record
    base : what the ids of its two levels begin with
    shown : the printed change, for its decimals
    """
    results = evidence.results
    if change is not None and change.get("lower") is not None:
        if change["lower"] <= 0 <= change["upper"]:
            return {UNCLEAR}
        return {GROWS if change["value"] > 0 else SHRINKS}
    ends = _ends(evidence, change, base)
    if ends is None:
        return set()
    named = set(base.split("."))
    about = (evidence.facts["dictionary"].get(name) for name in named)
    if any(row and row.get("kind") in SURVEY for row in about):
        return {NONE, UNCLEAR}
    before, after = (results[name] for name in ends)
    if before.get("lower") is not None:
        return set()
    unit, places = before["unit"], decimals_of(shown, evidence.language) if shown else None
    rounded = [
        round(forms.scaled(r["value"], unit), forms.places(unit, places)) for r in (before, after)
    ]
    return {_direction(before["value"], after["value"]), _direction(*rounded)}


def _direction(before: float, after: float) -> str:
    return GROWS if after > before else SHRINKS if after < before else UNCLEAR


def _ends(evidence: Evidence, change: Record | None, base: str) -> tuple[str, str] | None:
    years = (evidence.facts["comparison_year"], evidence.facts["year"])
    if change is not None and change.get("since"):
        years = (change["since"], change["reference_year"])
    before, after = (f"{base}.{year}" for year in years)
    return (before, after) if {before, after} <= evidence.results.keys() else None


def _rows(evidence: Evidence) -> Iterator[Fault | None]:
    words = words_of(evidence.language)
    for table in evidence.page.tables:
        for row in table.rows:
            changes = [cell for cell in row if cell.result.endswith(".change")]
            said = [cell.text for cell in row if not cell.result and cell.text in words]
            if any(words[word] == OPPOSITE for word in said):
                continue  # of several measures; each is judged by itself
            if len(changes) == 1 and len(said) == 1:
                pairs = [(changes[0], said[0])]
            else:
                pairs = [(cell, _after(cell, words)) for cell in changes if _after(cell, words)]
            for cell, word in pairs:
                name = cell.result.removesuffix(".change")
                rule = possible(evidence, evidence.results.get(cell.result), name, cell.text)
                if rule:
                    place = table.figure or table.section
                    yield _compared(evidence, name, {words[word]}, rule, place)


def _after(cell: TableCell, words: Mapping[str, str]) -> str:
    """The verdict's word that follows a number in its cell."""
    return next((w for w in words if re.search(rf"[▲▼△▽●–] {re.escape(w)}$", cell.text)), "")


def _prose(evidence: Evidence) -> Iterator[Fault | None]:
    words = words_of(evidence.language)
    for block in evidence.page.prose():
        bases = {name.rsplit(".", 1)[0] for name, _ in block.numbers}
        said = {
            words[w]
            for w in words
            if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", block.bare, re.IGNORECASE)
        }
        if len(bases) != 1 or not said or len(block.numbers) < 2:
            continue
        base = bases.pop()
        rule = possible(evidence, evidence.results.get(f"{base}.change"), base)
        if rule:
            yield _compared(evidence, base, said, rule, block.section)


def _compared(
    evidence: Evidence, name: str, said: set[str], rule: set[str], anchor: str
) -> Fault | None:
    if len(said) == 1 and said <= rule:
        return None
    first, second = (" / ".join(sorted(verdict_word(v, evidence.language) for v in some))
                     for some in (said, rule))  # fmt: skip
    return Fault.of("verdict", anchor, id=name, shown=first, rule=second)


def _families(evidence: Evidence) -> Iterator[Fault | None]:
    """Families of measures: the verdict of their changes, tested together."""
    words, p_values = words_of(evidence.language), evidence.facts["tests"].get("tests", {})
    for family, names in evidence.facts["families"].items():
        title = text(f"family.{family}", evidence.language)
        known = [name for name in names if name in p_values]
        block = next((b for b in evidence.page.prose() if b.text.startswith(f"{title}: ")), None)
        if block is None or not known:
            continue
        adjusted = adjust_p_values([_float(p_values[name]) for name in known])
        clear = [n for n, p in zip(known, adjusted, strict=True) if p < ALPHA]
        signs = {evidence.results[f"{name}.change"]["value"] > 0 for name in clear}
        rule = (
            OPPOSITE
            if len(signs) > 1
            else UNCLEAR
            if not signs
            else GROWS
            if True in signs
            else SHRINKS
        )
        start = block.text.removeprefix(f"{title}: ")
        said = {verdict for word, verdict in words.items() if start.startswith(word)}
        yield _compared(evidence, title, said or {NONE}, {rule}, block.section)


def _float(value: float | None) -> float:
    return math.nan if value is None else value


def _effects(evidence: Evidence) -> Iterator[Fault | None]:
    """Effects: the word that the report was made with, in its rows, and its sentences."""
    language = evidence.language
    every = {text(f"effect.word.{word}", language) for word in WORDS}
    rows = [(table, row) for table in evidence.page.tables for row in table.rows]
    whole = "\n".join(block.text for block in evidence.page.blocks)
    for record, one in evidence.effects.items():
        place = evidence.shown_at(record)
        wanted = verdict_word_of(one.verdict, language)
        if (one.word, one.rule) != (one.verdict.word, one.verdict.rule):
            shown = text(f"effect.word.{one.word}", language) if one.word else "–"
            yield Fault.of("verdict", place, id=record, shown=shown, rule=wanted)
        for table, row in rows:
            if any(cell.result == record for cell in row):
                for said in {cell.text for cell in row if cell.text in every}:
                    same = said == wanted
                    yield (
                        None
                        if same
                        else Fault.of(
                            "verdict",
                            table.figure or table.section,
                            id=record,
                            shown=said,
                            rule=wanted,
                        )
                    )
        allowed = sentences(one, language)
        for name in one.told:
            for key, words in allowed.items():
                if key.rstrip("0123456789") == name:
                    told = words in whole
                    yield (
                        None if told else Fault.of("not_said", place, id=record, words=words[:160])
                    )
