"""What can be decided, and what belongs to each decision."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from skk_analysis.review.ledger import Draft
from skk_analysis.review.persons import checked_name

MACHINE = (
    "sources", "definitions", "dates", "agreed", "missing", "small_numbers", "disclosure",
    "assumptions", "pandemic", "robustness", "multiplicity", "grade", "text_numbers", "figures",
    "reproducible", "language_accessibility", "limitations", "approval",
)  # fmt: skip
"""Rows of the checklist in its order; a machine answers each (``checks.json``)."""

JUDGED = tuple(row for row in MACHINE if row not in ("reproducible", "approval"))
"""Rows that a person answers as well; the approval is answered by signing."""

ROLES = ("reviewer", "adviser", "author", "officer")
"""Who looks from outside; who helped with what is reported on; who wrote it; who runs the suite."""

TIES = ("author", "city", "funder", "adviser", "other")
"""Ties to what is judged: wrote it, works for the city, pays for it, advises it."""

ACCEPT, CONCERN = "accept", "concern"
GRADES = range(1, 6)
LONGEST = 20_000
"""Characters of one text."""

HASH = re.compile(r"[0-9a-f]{64}")
REPORT = re.compile(r"[\w.-]+(/[\w.-]+)*/(fi|sv|en)")
EXPERIMENT = re.compile(r"[\w.-]{1,80}")


def draft_problems(draft: Draft) -> list[str]:
    """What is wrong with a draft by itself, whatever the ledger holds; empty if nothing."""
    found = []
    for what, name in (("name", draft.reviewer), ("organisation", draft.body)):
        try:
            if checked_name(name, what) != name:
                found.append(f"the {what} {name!r} has blanks too many")
        except ValueError as error:
            found.append(str(error))
    if draft.role not in ROLES:
        found.append(f"there is no role {draft.role!r}: use one of {', '.join(ROLES)}")
    if draft.action not in ACTIONS:
        return [*found, f"there is no action {draft.action!r}: use one of {', '.join(ACTIONS)}"]
    if draft.action != "key":
        if not REPORT.fullmatch(draft.report):
            found.append(f"{draft.report!r} names no report such as espoo/2019/fi")
        hashes = (draft.report_hash, draft.data_hash, draft.code)
        if not all(HASH.fullmatch(value) for value in hashes):
            found.append("the hashes of report, data and code must be given")
    return found + _payload_problems(draft)


def _payload_problems(draft: Draft) -> list[str]:
    fields, payload = {**COMMON, **ACTIONS[draft.action]}, draft.payload
    found = [f"{draft.action} has no {name}" for name in payload.keys() - fields.keys()]
    for name, is_right in fields.items():
        value = payload.get(name)
        if not is_right(value):
            told = "is missing" if value is None or value == "" else f"{value!r:.60} is not right"
            found.append(f"{draft.action}: {name} {told}")
    if draft.action == "judge" and not found:
        if payload["verdict"] == CONCERN and not payload["text"]:
            found.append("a concern needs words that say which")
        graded = [payload.get(name) is not None for name in ("experiment", "computed", "to")]
        if any(graded) and not (all(graded) and payload["row"] == "grade"):
            found.append("a changed grade needs the row grade, an experiment, computed and to")
        if all(graded) and not payload["text"]:
            found.append("a changed grade needs a reason")
    return found


def _is_text(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= LONGEST
        and not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value)
    )


def _is_words(value: Any) -> bool:
    return _is_text(value) and any(character.isalnum() for character in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and bool(HASH.fullmatch(value))


def _is_grade(value: Any) -> bool:
    return _is_number(value) and value in GRADES


def _are_ties(value: Any) -> bool:
    return isinstance(value, list) and len(set(value)) == len(value) and set(value) <= set(TIES)


def _are_failures(value: Any) -> bool:
    return isinstance(value, Mapping) and all(k in MACHINE and _is_hash(value[k]) for k in value)


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: value in choices


def _maybe(is_right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or is_right(value)


COMMON: dict[str, Callable[[Any], bool]] = {
    "ties": _maybe(_are_ties),
    "ties_told": _maybe(_is_text),
    "file": _maybe(_is_hash),
}
"""What any decision may hold: the ties of the person, and the checksum of a review file."""

ACTIONS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "open": {},
    "comment": {"anchor": _is_text, "shown": _maybe(_is_text), "text": _is_words,
                "blocking": _is_flag},
    "answer": {"to": _is_number, "text": _is_words},
    "judge": {"row": _one_of(JUDGED), "verdict": _one_of((ACCEPT, CONCERN)), "text": _is_text,
              "experiment": _maybe(lambda v: isinstance(v, str) and bool(EXPERIMENT.fullmatch(v))),
              "computed": _maybe(_is_grade), "to": _maybe(_is_grade)},
    "waive": {"check": _one_of(MACHINE[:-1]), "check_hash": _is_hash, "reason": _is_words},
    "sign": {"conditions": _is_text, "failed": _are_failures, "ties": _are_ties},
    "return": {"reason": _is_words},
    "void": {"reason": _is_words},
    "release": {"what": _is_text},
    "key": {"public_key": _is_hash},
}  # fmt: skip
"""Actions, and for each field of what belongs to it whether a value is right."""
