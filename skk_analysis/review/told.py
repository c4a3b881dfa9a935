"""What a report tells its reader, and the hash of it: the content that reviewers sign.

In the hash are every number with its interval (``results.json``), every text and every picture of
the page. Not in it is what only tells how the page was made: run id, date of retrieval, versions,
the section on origin, code, metadata inside a picture. So a run that changes none of what a reader
is told keeps its sign-off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skk_analysis.review.differences.numbers import results_by_id
from skk_analysis.review.ledger import canonical
from skk_analysis.review.page import ORIGIN, Page, Spot


@dataclass
class Told:
    """What a page and its results tell.

    Parameters
    ----------
    numbers : each result by id (a second one of the same id as ``id (2)``)
    texts : (section, text) in the order of the page
    pictures : (section, alternative text, hash)
    spots : what comments can be about; not in the hash
    """

    numbers: dict[str, dict[str, str]] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str, str]] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        """What is hashed, as JSON without fractions."""
        return {
            "numbers": self.numbers,
            "pictures": [list(picture) for picture in self.pictures],
            "texts": [list(text) for text in self.texts],
        }

    def digest(self) -> str:
        """The report hash."""
        return hashlib.sha256(canonical(self.content())).hexdigest()


def told(page: Page, results: Sequence[Mapping[str, Any]], unsaid: Sequence[str] = ()) -> Told:
    """What a report tells.

    Parameters
    ----------
    page : as `page.read_page` reads it
    results : a record for each number
    unsaid : sentences of the page that do not count, such as the one with run id and date
    """
    left_out = [" ".join(sentence.split()) for sentence in unsaid if sentence]
    texts = []
    for section, text in page.lines:
        for sentence in left_out:
            text = text.replace(sentence, "").strip()
        if text and section != ORIGIN:
            texts.append((section, text))
    pictures = [picture for picture in page.pictures if picture[0] != ORIGIN]
    return Told(numbers_of(results), texts, pictures, page.spots)


def numbers_of(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Results by id, each field as its JSON text; the same id again is a number of its own."""
    return {
        name: {key: json.dumps(value) for key, value in record.items()}
        for name, record in results_by_id(results).items()
    }
