"""Why a report was not made, for those who read the site and not the code."""

from __future__ import annotations

import re

from skk_analysis.language import text

CAUSES = {
    "changed": r"data or code changed",
    "slow": r"the time a cell may take|CellTimeoutError",
    "disclosure": r"Disclosure control stops",
    "refused": r"page was refused",
    "missing": r"is missing|the register has no|programme register has no",
    "interrupted": r"interrupted|the kernel died|ended the kernel",
}
"""Cause and what the technical message of it has, the first that fits."""


def failure_words(message: str, language: str) -> str:
    """The cause of a failure and what to do, in a sentence or two; ``""`` if nothing failed.

    Parameters
    ----------
    message : the technical message, which is in English
    language : ``fi``, ``sv`` or ``en``
    """
    if not message:
        return ""
    found = (name for name, sign in CAUSES.items() if re.search(sign, message, re.IGNORECASE))
    return text(f"failure.{next(found, 'other')}", language)
