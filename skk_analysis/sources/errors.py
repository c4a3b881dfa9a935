"""What can go wrong with a service, each in one line: where, what happened, the mend."""

from __future__ import annotations

from skk_analysis.workspace import SkkError

LATER = "Try again later; what is held stays as it is."


class SourceError(SkkError):
    """A service did not give what was asked; nothing that is held has been changed."""

    def __init__(self, where: str, what: str, mend: str = LATER) -> None:
        self.where, self.what, self.mend = where, what, mend
        super().__init__(f"{where}: {what}. {mend}")


class UnreachableError(SourceError):
    """The service cannot be reached, or asks to be left alone for longer than we wait."""


class DamagedError(SourceError):
    """An answer that is cut, of another kind, or not what was asked for."""


class RefusedError(SourceError):
    """The service understood the question and will not answer it; asking again is no use."""


class StatusError(RefusedError):
    """The service refused with an HTTP status; ``pause`` is the wait it asks for, in seconds."""

    pause: float | None = None

    def __init__(self, where: str, status: int, body: str, mend: str = LATER) -> None:
        self.status, self.body = status, body
        said = f": {body}" if body else ""
        super().__init__(where, f"the service answered {status}{said}", mend)


class TooManyCellsError(SourceError):
    """A PxWeb query is larger than the service allows and cannot be split further."""
