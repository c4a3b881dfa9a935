"""Statistics Finland's Paavo variables: codes, labels in three languages, data years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from skk_analysis.cleaning.cells import plain_name
from skk_analysis.paavo_releases import GROUPS

FOLDER = Path(__file__).parent
GROUP = re.compile(rf"\((?P<group>{'|'.join(GROUPS)})\)")
YEAR = re.compile(r",?\s*(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)\*?")


class Variable(NamedTuple):
    """One of Statistics Finland's variables.

    ``role`` is total, part, sum, mean, share or place; ``base`` the total that it is about.
    """

    code: str
    group: str
    role: str
    base: str
    minimum: str
    maximum: str
    en: str
    fi: str
    sv: str


@cache
def variables() -> dict[str, Variable]:
    """The variables by code."""
    frame = pd.read_csv(FOLDER / "paavo_variables.csv", dtype=str, keep_default_na=False)
    return {row[0]: Variable(*row) for row in frame.itertuples(index=False)}


@cache
def code_of_label() -> dict[tuple[str, str], str]:
    """(plain label, group) → code, in all three languages."""
    found = {}
    for row in variables().values():
        group = "" if row.group == "LM" else row.group
        for labels in (row.en, row.fi, row.sv):
            found.update({(plain_label(label), group): row.code for label in labels.split("|")})
    return {key: code for key, code in found.items() if key[0]}


def plain_label(label: str) -> str:
    """A column label for comparison; mends the publisher's own misspelling."""
    return plain_name(label).replace("inhabintants", "inhabitants")


@dataclass(frozen=True)
class Column:
    """What a column header says: which variable, about which year."""

    header: str
    code: str | None
    year: int | None


def column_of(header: str) -> Column:
    """Understand a header such as ``Median income of inhabitants, 2016 (HR)``."""
    group = GROUP.search(header)
    year = YEAR.search(GROUP.sub("", header))
    label = YEAR.sub("", GROUP.sub("", header), count=1).strip(" ,:-")
    code = code_of_label().get((plain_label(label), group["group"] if group else ""))
    return Column(header, code, int(year["year"]) if year else None)
