"""All that is wrong with raw files and register, found before anything is made from them."""

from __future__ import annotations

from skk_analysis.reporting.cleaned import clean, is_clean
from skk_analysis.workspace import SkkError, Workspace


class DataError(SkkError):
    """Errors in the data; ``faults`` holds each of them."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} errors in the data:\n" + "\n".join(faults))


def check_data(workspace: Workspace) -> bool:
    """Check the register and the raw files, and clean them if that was not done yet.

    Raw files that are as they were when they were cleaned have been checked then.

    Returns
    -------
    bool
        Whether they were cleaned.

    Raises
    ------
    DataError
        With every error of both; processed data and site stay as they were.
    """
    faults = _register_faults(workspace)
    cleaned = is_clean(workspace)
    if cleaned and not faults:
        return False
    from skk_analysis.cleaning import CleaningError, check_raw

    if not cleaned and faults:
        faults += [str(m) for m in check_raw(workspace) if m.severity == "error"]
    if faults:
        raise DataError(faults)
    try:
        clean(workspace)
    except CleaningError as error:
        raise DataError([str(m) for m in error.messages if m.severity == "error"]) from error
    return True


def _register_faults(_workspace: Workspace) -> list[str]:
    return []
