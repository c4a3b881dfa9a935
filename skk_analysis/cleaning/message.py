"""What cleaning has to say: one message names the place, the value, what was expected, the mend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd

from skk_analysis.workspace import SkkError

ERROR, WARNING, NOTE = "error", "warning", "note"
SHOWN_VALUE = 60
"""A longer value is cut in messages, so that a damaged file cannot flood the screen."""
LISTED_ROWS = 50
"""So many rows of one column get a message each; the rest are counted in one more message."""
SHOWN_ERRORS = 200
"""So many messages are written out in the text of an error; all are in ``messages``."""


@dataclass(frozen=True)
class Message:
    """One finding of cleaning.

    ``row`` is the line number in the raw file (counted from 1), None where the finding is about
    the whole file; ``check`` is a short machine word for the kind of finding.
    """

    severity: str
    check: str
    resource: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    expected: str = ""
    mend: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file or self.resource,
                f"row {self.row}" if self.row is not None else "",
                f"column {self.column!r}" if self.column else "",
            )
            if part
        )
        found = repr(self.value) if self.value else ""
        expected = f"expected {self.expected}" if self.expected else ""
        what = "; ".join(part for part in (found, expected) if part)
        mend = f". {self.mend}" if self.mend else ""
        return f"{self.severity}: {place}: {what}{mend} [{self.check}]"


class CleaningError(SkkError):
    """Cleaning stopped; ``messages`` holds every error that was found, not only the first."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = list(messages)
        errors = [m for m in self.messages if m.severity == ERROR]
        lines = [str(m) for m in errors[:SHOWN_ERRORS]]
        if len(errors) > SHOWN_ERRORS:
            lines.append(f"… and {len(errors) - SHOWN_ERRORS} more errors.")
        super().__init__("\n".join(lines))


def shown(value: object) -> str:
    """A value as messages show it: one line, not longer than `SHOWN_VALUE`."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN_VALUE else f"{text[:SHOWN_VALUE]}… ({len(text)} characters)"


def cell_messages(
    template: Message, rows: Iterable[int], values: Iterable[object]
) -> list[Message]:
    """One message for each wrong cell of a column; beyond `LISTED_ROWS` they are counted."""
    rows, values = list(rows), list(values)
    base = asdict(template)
    listed = [
        Message(**{**base, "row": int(row), "value": shown(value)})
        for row, value in zip(rows[:LISTED_ROWS], values[:LISTED_ROWS], strict=True)
    ]
    rest = rows[LISTED_ROWS:]
    if rest:
        value = f"{len(rest)} more rows, {min(rest)}–{max(rest)}"
        listed.append(Message(**{**base, "value": value}))
    return listed


def messages_frame(messages: Iterable[Message]) -> pd.DataFrame:
    """Messages as the table ``cleaning_messages``."""
    names = [field.name for field in fields(Message)]
    frame = pd.DataFrame([asdict(m) for m in messages], columns=names)
    frame["row"] = pd.array(
        [pd.NA if row is None or row is np.nan else row for row in frame["row"]], dtype="Int64"
    )
    return frame.astype({name: "str" for name in names if name != "row"})
