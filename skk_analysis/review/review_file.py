"""The file that the review page saves, read with distrust, and the decisions in it.

A file is taken in whole or not at all. It says itself what it is about (hashes of report, data and
code), which entry of the ledger its page showed last, and its own checksum, so that a file that was
cut, mixed up or edited by hand is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skk_analysis.review.actions import ACCEPT, CONCERN, HASH, MACHINE, ROLES, TIES
from skk_analysis.review.ledger import Anchor, Draft, canonical
from skk_analysis.workspace import SkkError

KIND, FORMAT = "skk-review", 1
LARGEST = 5_000_000
"""Bytes."""
DECISIONS = ("none", "sign", "return")


class ReviewFileError(SkkError):
    """A file that is not taken in, and why."""


@dataclass(frozen=True)
class ReviewFile:
    """What one reviewer saved.

    Parameters
    ----------
    report, report_hash, data_hash, code : what the page showed
    ledger : the entry that the page showed last, as text (`ledger.Anchor`)
    reviewer : name, body, role, ties (list) and ties_told
    judgements : verdict and text by row of the checklist
    waivers : reason by row
    grades : experiment, to and reason of each changed grade
    comments : anchor, text and blocking of each
    answers : text by the number of the comment
    decision : action (`DECISIONS`) and conditions, which is the reason of a return
    checksum : of everything else
    """

    report: str
    report_hash: str
    data_hash: str
    code: str
    ledger: str
    reviewer: Mapping[str, Any]
    judgements: Mapping[str, Mapping[str, str]]
    waivers: Mapping[str, str]
    grades: list[Mapping[str, Any]]
    comments: list[Mapping[str, Any]]
    answers: Mapping[str, str]
    decision: Mapping[str, str]
    saved: str
    checksum: str
    kind: str = KIND
    format: int = FORMAT

    @property
    def anchor(self) -> Anchor | None:
        """The entry of the ledger that the page showed last."""
        return Anchor.read(self.ledger, "the review file")


def read_review_file(content: bytes) -> ReviewFile:
    """Read a saved file.

    Raises
    ------
    ReviewFileError
        If it is too large, no JSON, has other fields, or its checksum is not that of its content.
    """
    if len(content) > LARGEST:
        raise ReviewFileError(f"it has {len(content)} bytes, at most {LARGEST} are read")
    try:
        told = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ReviewFileError(f"it cannot be read as JSON: {error}") from error
    _match(told, SHAPE, "the file")
    rest = {name: value for name, value in told.items() if name != "checksum"}
    try:
        checksum = hashlib.sha256(canonical(rest)).hexdigest()
    except ValueError as error:
        raise ReviewFileError(str(error)) from error
    if checksum != told["checksum"]:
        raise ReviewFileError("its checksum is not that of its content: it was changed or cut")
    return ReviewFile(**told)


def drafts_of(
    file: ReviewFile,
    *,
    is_open: bool,
    failures: Mapping[str, str],
    shown: Mapping[str, str],
    computed_grade: Callable[[str], int],
) -> list[Draft]:
    """The decisions in a file, in the order in which they are added.

    Parameters
    ----------
    is_open : whether the report's review has begun
    failures : the machine's failing rows with the hash of what it says of each
    shown : what comments can be about, with the text that is shown there
    computed_grade : grade of an experiment as the machine computes it

    Raises
    ------
    ReviewFileError
        If something is about what is not there.
    """
    who = file.reviewer
    common = {"ties": list(who["ties"]), "ties_told": who["ties_told"], "file": file.checksum}

    def draft(action: str, **payload: Any) -> Draft:
        return Draft(
            action, who["name"], who["body"], who["role"], file.report, file.report_hash,
            file.data_hash, file.code, {**common, **payload},
        )  # fmt: skip

    found = [] if is_open else [draft("open")]
    for grade in file.grades:
        name, computed = grade["experiment"], computed_grade(grade["experiment"])
        found.append(
            draft("judge", row="grade", verdict=CONCERN, text=grade["reason"], experiment=name,
                  computed=computed, to=grade["to"])
        )  # fmt: skip
    for row, told in file.judgements.items():
        found.append(draft("judge", row=row, verdict=told["verdict"], text=told["text"]))
    for row, reason in file.waivers.items():
        if row not in failures:
            raise ReviewFileError(f"it waives the row {row}, which does not fail")
        found.append(draft("waive", check=row, check_hash=failures[row], reason=reason))
    for comment in file.comments:
        if comment["anchor"] and comment["anchor"] not in shown:
            raise ReviewFileError(f"it comments on {comment['anchor']!r}, which is not there")
        found.append(
            draft("comment", anchor=comment["anchor"], shown=shown.get(comment["anchor"], ""),
                  text=comment["text"], blocking=comment["blocking"])
        )  # fmt: skip
    found += [draft("answer", to=int(to), text=text) for to, text in file.answers.items()]
    if file.decision["action"] == "sign":
        failed = dict(failures)
        found.append(draft("sign", conditions=file.decision["conditions"], failed=failed))
    elif file.decision["action"] == "return":
        found.append(draft("return", reason=file.decision["conditions"]))
    elif len(found) == (not is_open):
        raise ReviewFileError("there is no decision, judgement, comment or answer in it")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are each there once."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key is there twice")
    return told


def _match(value: Any, shape: Any, place: str) -> None:
    """Compare a value with its shape: types, choices, patterns, fields by name."""
    if isinstance(shape, dict) and "*" in shape:
        _need(isinstance(value, dict), place, "an object")
        keys, inner = shape["*"]
        for key, item in value.items():
            _match(key, keys, f"a name in {place}")
            _match(item, inner, f"{place}: {key[:40]}")
    elif isinstance(shape, dict):
        _need(isinstance(value, dict) and value.keys() == shape.keys(), place,
              f"an object with {', '.join(shape)}")  # fmt: skip
        for key, inner in shape.items():
            _match(value[key], inner, f"{place}: {key}")
    elif isinstance(shape, list):
        _need(isinstance(value, list) and len(value) <= 1000, place, "a list of at most 1000")
        for number, item in enumerate(value, start=1):
            _match(item, shape[0], f"{place} {number}")
    elif isinstance(shape, tuple):
        _need(isinstance(value, str | int) and value in shape, place, f"one of {shape}")
    elif isinstance(shape, re.Pattern):
        _need(isinstance(value, str) and shape.fullmatch(value), place, f"like {shape.pattern}")
    else:
        _need(type(value) is shape, place, f"of the type {shape.__name__}")


def _need(holds: object, place: str, what: str) -> None:
    if not holds:
        raise ReviewFileError(f"{place} is not {what}")


SHAPE = {
    "kind": (KIND,),
    "format": (FORMAT,),
    "report": str,
    "report_hash": HASH,
    "data_hash": HASH,
    "code": HASH,
    "ledger": re.compile(r"(0:|\d{1,9}:[0-9a-f]{64})"),
    "reviewer": {"name": str, "body": str, "role": ROLES, "ties": [TIES], "ties_told": str},
    "judgements": {"*": (MACHINE, {"verdict": (ACCEPT, CONCERN), "text": str})},
    "waivers": {"*": (MACHINE, str)},
    "grades": [{"experiment": str, "to": (1, 2, 3, 4, 5), "reason": str}],
    "comments": [{"anchor": str, "text": str, "blocking": bool}],
    "answers": {"*": (re.compile(r"[1-9]\d{0,8}"), str)},
    "decision": {"action": DECISIONS, "conditions": str},
    "saved": re.compile(r"[0-9T:.Z-]{0,30}"),
    "checksum": HASH,
}
