"""Decisions about an invented report, and a ledger that holds a few of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skk_analysis.review.actions import JUDGED
from skk_analysis.review.book import checker
from skk_analysis.review.ledger import Draft, Entry, append

REPORT = "espoo/2019/fi"
HASH, OTHER, DATA, CODE = "a" * 64, "b" * 64, "d" * 64, "c" * 64


def draft(action: str, who: str = "Maija Virtanen", /, **payload: Any) -> Draft:
    """A decision about the report; ``role``, ``body``, ``report_hash`` … are not of the payload."""
    told = {
        name: payload.pop(name)
        for name in ("role", "body", "report", "report_hash")
        if name in payload
    }
    fields = {"body": "Säätiö", "role": "reviewer", "report": REPORT, "report_hash": HASH, **told}
    return Draft(action, who, data_hash=DATA, code=CODE, payload=payload, **fields)


def judged(who: str = "Maija Virtanen", **more: Any) -> list[Draft]:
    """Every row of the checklist accepted."""
    return [draft("judge", who, row=row, verdict="accept", text="", **more) for row in JUDGED]


def signed(who: str, **more: Any) -> Draft:
    """A signature without conditions, ties or failures."""
    return draft("sign", who, **{"conditions": "", "failed": {}, "ties": [], **more})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "review"


@pytest.fixture
def add(folder: Path) -> Callable[..., list[Entry]]:
    """Add drafts under the rules."""

    def adding(*drafts: Draft, key: Any = None) -> list[Entry]:
        return append(folder, drafts, key, checker(key.public if key else ""))

    return adding
