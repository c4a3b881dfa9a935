"""What a value was meant to be: Finnish dates and decimals, and what a spreadsheet did to it.

The same reading serves both ways in: the check tells the person who edits the CSV tables what to
write, and the import of a spreadsheet mends the value itself.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from skk_analysis.monitoring.cell import BLANKS, Surroundings, ascii_digits, fault_word, referable
from skk_analysis.monitoring.schema import Column

SERIAL_DAYS = range(36526, 55153)
"""Excel's day numbers of 2000–2050, which a date becomes when its cell is made text."""
YES = {"yes", "y", "true", "kyllä", "kylla", "k", "on", "ja", "tosi", "x", "1", "1.0"}
NO = {"no", "n", "false", "ei", "e", "nej", "epätosi", "0", "0.0"}


def meant(column: Column, value: str, around: Surroundings) -> str | None:
    """The legal value that this one certainly stands for, None if that is not certain.

    ``13.3.2019`` is 2019-03-13, ``49`` the municipality 049, ``0,5`` the number 0.5, ``TRUE`` yes.
    A misspelt choice is not certain.
    """
    if column.list:
        parts = [part.strip(BLANKS) for part in re.split(r"[;,|]", value)]
        found = [_meant_one(column, part, around) for part in parts if part]
        candidate = None if None in found else ";".join(filter(None, found))
    else:
        candidate = _meant_one(column, value.strip(BLANKS), around)
    if candidate is None or fault_word(column, candidate, around) is not None:
        return None
    return candidate if candidate or not column.required else None


def _meant_one(column: Column, value: str, around: Surroundings) -> str | None:
    """A candidate for one value; `meant` judges it afterwards."""
    value = unicodedata.normalize("NFC", value) if column.kind != "text" else value
    match column.kind:
        case "text":
            return value
        case "id":
            return _plain(value)
        case "code":
            return _code(value, column.digits)
        case "yes_no":
            word = value.casefold()
            return "yes" if word in YES else "no" if word in NO else None
        case "choice":
            same = {c.casefold(): c for c in column.choices}
            return same.get(value.casefold(), value if column.open else None)
        case "reference":
            return _referred(column, value, around)
        case "date" | "month":
            day = _day(value, column.kind)
            return day.strftime("%Y-%m-%d" if column.kind == "date" else "%Y-%m") if day else None
        case _:
            return _number(value, whole=column.kind != "number")


def _referred(column: Column, value: str, around: Surroundings) -> str | None:
    values = referable(column, around)
    if values is None or value in values:
        return value
    names = {k: v for target in column.to for k, v in around.names.get(target, {}).items()}
    found = {v.casefold(): v for v in values} | names
    code = _code(value, (3,)) or ""
    return found.get(value.casefold()) or (code if code in values else None)


def _code(value: str, digits: Iterable[int]) -> str | None:
    value = re.sub(r"[.,]0+$", "", value)
    wide = [width for width in sorted(digits) if len(value) <= width]
    return value.zfill(wide[0]) if ascii_digits(value) and wide else None


def _number(value: str, whole: bool) -> str | None:
    """A number in the register's form: decimal point, no thousands separators."""
    value = re.sub(r"\s*(€|eur|euroa)$", "", value, flags=re.IGNORECASE).replace("\u2212", "-")
    if re.fullmatch(r"-?\d{1,3}([ \u00a0\u202f\u2009]\d{3})+([.,]\d+)?", value):
        value = re.sub(r"[ \u00a0\u202f\u2009]", "", value)
    value = value.replace(",", ".") if value.count(",") == 1 and "." not in value else value
    if not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", value):
        return None
    if re.fullmatch(r"-?\d*\.0*", value):
        value = value.split(".")[0]
    elif whole and "." in value:
        return None
    return re.sub(r"^(-?)\.", r"\g<1>0.", value)


DATE_FORMS: tuple[tuple[str, str], ...] = (
    (r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})", "date"),
    (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<s>\d{2})", "date"),
    (r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})([ T]00:00(:00(\.0+)?)?)?", "date"),
    (r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", "date"),
    (r"(?P<m>\d{1,2})[./-](?P<y>\d{4})", "month"),
    (r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})", "month"),
)
"""Ways to write a day or a month that mean one thing only; 3/4/2019 is not among them."""


def _day(value: str, kind: str) -> dt.date | None:
    for pattern, of in DATE_FORMS:
        found = re.fullmatch(pattern, value)
        if found and (of == "date" or kind == "month"):
            part = found.groupdict()
            year = int(part["y"] if "y" in part else f"20{part['s']}")
            try:
                return dt.date(year, int(part["m"]), int(part.get("d") or 1))
            except ValueError:
                return None
    serial = re.sub(r"\.0+$", "", value)
    if ascii_digits(serial) and int(serial) in SERIAL_DAYS and kind == "date":
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(serial))
    return None


def _plain(value: str) -> str:
    """An id from any text: lower-case ASCII words joined by hyphens."""
    text = unicodedata.normalize("NFKD", value.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", text).strip("-_")


def identifier(text: str) -> str:
    """An id made from any text: ``Jyväskylä`` → ``jyvaskyla``."""
    return _plain(text)
