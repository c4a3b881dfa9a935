"""Which numbers are not those that were approved, the weightiest first."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skk_analysis.language import Quantity, text
from skk_analysis.review.differences.numbers import weight
from skk_analysis.review.disclosure.former import untold
from skk_analysis.review.ledger import canonical
from skk_analysis.workspace import write_bytes

FOLDER = "told"
"""In ``data/review``: what was told when somebody decided, each content under its hash."""

Numbers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class NumberChange:
    """A number by its id, before and now; None where it is not there."""

    id: str
    before: Mapping[str, str] | None
    now: Mapping[str, str] | None
    withheld: bool = False
    """Whether the former number is not told, as the present report does not show it."""

    @property
    def weight(self) -> float:
        """How large the change is, on the scale of `differences.numbers.weight`."""
        return 0.0 if self.withheld else weight(_record(self.before), _record(self.now))

    def shown(self, language: str) -> tuple[str, str]:
        """Both as they are printed, with so many decimals that they are not the same."""
        if self.withheld:
            return text("disclosure.withheld", language), _printed(self.now, language, 0)
        pairs = [_shown(self.before, self.now, language, more) for more in range(5)]
        return next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])


def changed_numbers(before: Numbers, now: Numbers) -> tuple[NumberChange, ...]:
    """The numbers that are not the same in any of their fields, the weightiest first."""
    kept_back = untold(
        {id_: {k: json.loads(v) for k, v in told.items()} for id_, told in before.items()},
        [id_ for id_, told in now.items() if json.loads(told.get("value", "null")) is not None],
    )
    found = [
        NumberChange(id_, before.get(id_), now.get(id_), id_ in kept_back)
        for id_ in dict.fromkeys([*before, *now])
        if before.get(id_) != now.get(id_)
    ]
    return tuple(sorted(found, key=lambda change: (-change.weight, change.id)))


def keep(folder: Path, content: Mapping[str, Any]) -> str:
    """Keep what was told under its hash, so that what changed can be said later.

    Parameters
    ----------
    folder : ``data/review``
    content : `told.Told.content`

    Returns
    -------
    str
        The hash.
    """
    told = canonical(content)
    name = hashlib.sha256(told).hexdigest()
    file = _file(folder, name)
    if not file.exists():
        write_bytes(file, gzip.compress(told, mtime=0), durable=True)
    return name


def kept(folder: Path, report_hash: str) -> dict[str, Any] | None:
    """What was told under a hash; None if it was not kept or is not what the hash says."""
    try:
        told = gzip.decompress(_file(folder, report_hash).read_bytes())
    except (OSError, EOFError):
        return None
    if hashlib.sha256(told).hexdigest() != report_hash:
        return None
    return dict(json.loads(told))


def _file(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name}.json.gz"


def _record(number: Mapping[str, str] | None) -> dict[str, Any] | None:
    return None if number is None else {name: json.loads(told) for name, told in number.items()}


def _value(number: Mapping[str, str]) -> float:
    value = json.loads(number.get("value", "null"))
    return float(value) if isinstance(value, int | float) else math.nan


def _shown(
    before: Mapping[str, str] | None, now: Mapping[str, str] | None, language: str, more: int
) -> tuple[str, str]:
    one, other = (_printed(number, language, more) for number in (before, now))
    return one, other


def _printed(number: Mapping[str, str] | None, language: str, more: int) -> str:
    """A number in its unit's form with some decimals more; a dash where there is none."""
    if number is None or not math.isfinite(_value(number)):
        return "–"
    unit, kind = (json.loads(number.get(key, "null")) for key in ("unit", "kind"))
    from skk_analysis.language import forms

    if kind == "relative":
        return Quantity("", _value(number), "ratio", kind="relative").shown(language)
    try:
        places = forms.places(unit) + more
    except ValueError:
        return forms.number(_value(number), language, 2 + more)
    return Quantity("", _value(number), unit, places, kind=kind or "value").shown(language)
