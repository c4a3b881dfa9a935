"""What two makings of a report say differently: numbers by their id, texts and figures."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.report import PAGE, RESULTS

if TYPE_CHECKING:
    from bs4 import Tag

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TEXTS = (*HEADINGS, "p", "li", "dt", "dd", "caption", "figcaption", "tr")
ORIGIN = "origin"
"""The section that tells the ingredients; they are compared by themselves."""


@dataclass(frozen=True)
class NumberDifference:
    """One figure of one result; None where it isn't there."""

    id: str
    field: str
    published: Any
    now: Any

    @property
    def difference(self) -> float | None:
        """Now less published."""
        both = (self.published, self.now)
        return self.now - self.published if all(map(_is_number, both)) else None

    @property
    def relative(self) -> float | None:
        """The difference over the published figure."""
        return self.difference / self.published if self.difference and self.published else None

    def __str__(self) -> str:
        told = f"{self.id} {self.field}: published {self.published!r}, now {self.now!r}"
        if self.difference is None:
            return told
        relative = "" if self.relative is None else f", relative {self.relative:+.2g}"
        return f"{told}, difference {self.difference:+.6g}{relative}"


@dataclass(frozen=True)
class TextDifference:
    """A text of a section, or what a figure is called; empty where it isn't there."""

    section: str
    published: str
    now: str

    def __str__(self) -> str:
        if self.published == self.now:
            return f"{self.section}: «{_short(self.now)}» is drawn differently"
        return f"{self.section}: published «{_short(self.published)}», now «{_short(self.now)}»"


def number_differences(
    published: Path, now: Path, tolerance: float = 0.0
) -> list[NumberDifference]:
    """The numbers of two report folders that are not the same, in whatever order they stand.

    Parameters
    ----------
    published, now : folders of reports
    tolerance : numbers are the same if they differ by no more than this times the larger of them,
        or times 1 if both are smaller; the default is exact. Not a number is the same as not a
        number, and as nothing else.
    """
    before, after = _results(published), _results(now)
    return [
        NumberDifference(id_, field, old.get(field), new.get(field))
        for id_ in [*before, *(key for key in after if key not in before)]
        for old, new in [(before.get(id_, {}), after.get(id_, {}))]
        for field in dict.fromkeys([*old, *new])
        if not _same(old.get(field), new.get(field), tolerance)
    ]


def page_differences(
    published: Path, now: Path, run_ids: Sequence[str] = ()
) -> tuple[list[TextDifference], list[TextDifference]]:
    """The texts and the figures of two report folders' pages that are not the same.

    Parameters
    ----------
    published, now : folders of reports
    run_ids : these are ingredients and not content; they count as the same
    """
    before, after = (_Content(folder / PAGE, run_ids) for folder in (published, now))
    return _changed(before.texts, after.texts), _changed(before.figures, after.figures)


class _Content:
    """What a page says, in its order: (section, text) and (section, name, hash of the picture)."""

    def __init__(self, page: Path, run_ids: Sequence[str]) -> None:
        from bs4 import BeautifulSoup

        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        self.texts: list[tuple[str, ...]] = []
        self.figures: list[tuple[str, ...]] = []
        section = ""
        for tag in (soup.main or soup).find_all([*TEXTS, "img"]):
            if tag.name in HEADINGS:
                section = str(tag.get("id") or tag.get_text(" ", strip=True))
            if section == ORIGIN or tag.find_parent(class_="code"):
                continue
            if tag.name == "img":
                picture = hashlib.sha256(str(tag.get("src")).encode()).hexdigest()
                self.figures.append((section, _figure_name(tag), picture))
            elif not tag.find(TEXTS):
                told = " ".join(tag.get_text(" ", strip=True).split())
                for run_id in run_ids:
                    told = told.replace(run_id, "…")
                self.texts.append((section, told))


def _figure_name(image: Tag) -> str:
    frame = image.find_parent("figure")
    caption = frame.find("figcaption") if frame else None
    return caption.get_text(" ", strip=True) if caption else str(image.get("alt", ""))


def _changed(before: list[tuple[str, ...]], after: list[tuple[str, ...]]) -> list[TextDifference]:
    """What was replaced, taken away and added."""
    found = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        for old, new in zip_longest(before[a:b], after[c:d]):
            section = (new or old)[0]
            found.append(TextDifference(section, old[1] if old else "", new[1] if new else ""))
    return found


def _results(folder: Path) -> dict[str, dict[str, Any]]:
    """Results by id; the same id a second time is a result of its own."""
    results: dict[str, dict[str, Any]] = {}
    for item in _items(folder):
        id_ = name = str(item.get("id", ""))
        number = 1
        while name in results:
            number += 1
            name = f"{id_} ({number})"
        results[name] = {key: value for key, value in item.items() if key != "id"}
    return results


def _items(folder: Path) -> Iterator[dict[str, Any]]:
    for item in json.loads((folder / RESULTS).read_text("utf-8")):
        yield item if isinstance(item, dict) else {"id": str(item)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Any, other: Any, tolerance: float) -> bool:
    if not (_is_number(one) and _is_number(other)):
        return bool(one == other and type(one) is type(other))
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or abs(one - other) <= tolerance * max(abs(one), abs(other), 1.0)


def _short(text: str) -> str:
    return text if len(text) <= 90 else text[:89] + "…"
