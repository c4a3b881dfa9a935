"""Numbers, dates and lists in the form each language wants.

A unit says how a value is printed and how a difference of two values is called:

========== ====================== ==================== =====================
unit       value held as          printed              difference
========== ====================== ==================== =====================
share      fraction               36,5 %               prosenttiyksikköä
percent    percent                36,5 %               prosenttiyksikköä
index      fraction               27,7 (× 100)         prosenttiyksikköä
index_100  already × 100          27,7                 prosenttiyksikköä
score      the index itself       0,184                plain number
ratio      a ratio                4,12                 plain number
euro       euros                  27 524 €             €
persons    a count of people      32 450               a count
count      a count of things      14                   a count
days       days                   22                   days
per_1000   per thousand           155,2                plain number
========== ====================== ==================== =====================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - `date` is the form below
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import get_decimal_symbol, get_group_symbol

from skk_analysis.language.catalogue import counted, text

MINUS = "−"
NO_BREAK_SPACE = "\u00a0"
EN_DASH = "–"

LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}

DECIMALS = {
    "share": 1,
    "percent": 1,
    "index": 1,
    "index_100": 1,
    "score": 3,
    "ratio": 2,
    "euro": 0,
    "persons": 0,
    "count": 0,
    "days": 0,
    "per_1000": 1,
}
"""Units and the decimals they are printed with unless the dictionary says otherwise."""

MANY = Decimal(2)
"""Stands for the amounts of a range, which are several."""

POINTS = ("share", "percent", "index", "index_100")
"""Units whose differences are percentage points."""


@cache
def _symbols(language: str) -> tuple[str, str]:
    locale = LOCALES[language]
    return get_group_symbol(locale), get_decimal_symbol(locale)


def number(value: float, language: str, decimals: int = 0, *, signed: bool = False) -> str:
    """A number: ``1 234,5``; the minus is a real minus and zero has no sign.

    Examples
    --------
    >>> number(-0.31, "fi", 1)
    '−0,3'
    """
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number that can be printed.")
    group, point = _symbols(language)
    digits = f"{abs(value):,.{decimals}f}"
    digits = digits.replace(",", "\0").replace(".", point).replace("\0", group)
    if not digits.strip("0" + point + group):
        return digits
    if value < 0:
        return MINUS + digits
    return f"+{digits}" if signed else digits


def scaled(value: float, unit: str) -> float:
    """The number that is printed for a value held in ``unit``."""
    return value * 100 if unit in ("share", "index") else value


def quantity(value: float, unit: str, language: str, decimals: int | None = None) -> str:
    """A value with its unit: ``36,5 %``, ``27 524 €``, ``27,7``."""
    count = places(unit, decimals)
    digits = number(scaled(value, unit), language, count)
    return _with_unit(digits, unit, language, _amount(value, unit, count))


def difference(
    value: float,
    unit: str,
    language: str,
    decimals: int | None = None,
    *,
    signed: bool = True,
) -> str:
    """A difference of two values with its unit and sign: ``−0,3 prosenttiyksikköä``."""
    count = places(unit, decimals)
    digits = number(scaled(value, unit), language, count, signed=signed)
    if unit in POINTS:
        return counted("form.points", language, _amount(value, unit, count), number=digits)
    return _with_unit(digits, unit, language, _amount(value, unit, count))


def relative(ratio: float, language: str) -> str:
    """A relative change, from the ratio of after to before: ``+4,2 %``."""
    digits = number((ratio - 1) * 100, language, 1, signed=True)
    return text("form.percent", language, number=digits)


def interval(
    lower: float,
    upper: float,
    unit: str,
    language: str,
    decimals: int | None = None,
    *,
    signed: bool = False,
) -> str:
    """The limits of an interval: ``8,5–13,5``; spaced where a limit is negative."""
    count = places(unit, decimals)
    low, high = (
        number(scaled(limit, unit), language, count, signed=signed) for limit in (lower, upper)
    )
    if low[0].isdigit() and high[0].isdigit():
        return f"{low}{EN_DASH}{high}"
    return f"{low}{NO_BREAK_SPACE}{EN_DASH}{NO_BREAK_SPACE}{high}"


def span(lower: float, upper: float, unit: str, language: str, decimals: int | None = None) -> str:
    """A range with its unit: ``5,0–6,5 %``."""
    return _with_unit(interval(lower, upper, unit, language, decimals), unit, language)


def places(unit: str, decimals: int | None = None) -> int:
    """Decimals of a unit, unless the dictionary gives its own."""
    if unit not in DECIMALS:
        raise ValueError(f"There is no unit {unit!r}; use one of {', '.join(DECIMALS)}.")
    return DECIMALS[unit] if decimals is None else decimals


def date(iso: str, language: str) -> str:
    """A date from ``2019-02-07``: ``7.2.2019``; what is not an ISO date stays as it is."""
    try:
        day = Date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    if language == "en":
        return format_date(day, "d MMMM y", locale=LOCALES[language])
    return f"{day.day}.{day.month}.{day.year}"


def year_range(years: Sequence[int]) -> str:
    """Years as they are written: ``2012, 2015–2019``."""
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}{EN_DASH}{run[-1]}" for run in runs
    )


def joined(items: Sequence[str], language: str) -> str:
    """A list in words: ``Espoo, Turku ja Vantaa``."""
    return format_list(list(items), locale=Locale.parse(LOCALES[language])) if items else ""


def _amount(value: float, unit: str, decimals: int) -> Decimal:
    """The number as it is printed, which decides between singular and plural."""
    return Decimal(f"{abs(scaled(value, unit)):.{decimals}f}")


def _with_unit(digits: str, unit: str, language: str, amount: Decimal | None = None) -> str:
    if unit in ("share", "percent"):
        return text("form.percent", language, number=digits)
    if unit == "euro":
        return counted("form.euro", language, MANY if amount is None else amount, number=digits)
    return digits
