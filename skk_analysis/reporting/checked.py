"""All that is wrong with raw files and register, found before anything is made from them."""

from __future__ import annotations

import json
from pathlib import Path

from skk_analysis.programme import Programme
from skk_analysis.reporting.cleaned import CHECKED, is_clean
from skk_analysis.reporting.fingerprint import code_hash, digest, files_hash
from skk_analysis.workspace import SkkError, Workspace, write_json

CHECKING_CODE = ("monitoring", "cleaning/message.py", "programme.py")


class DataError(SkkError):
    """Errors in the data; ``faults`` holds each of them."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} errors in the data:\n" + "\n".join(faults))


def check_data(workspace: Workspace) -> None:
    """Check the register; if it has errors, the raw files too, so that all are told at once.

    Raw files of a register without errors are checked by cleaning, which reads them once. A
    register without errors is remembered as such until it or the checking code changes.

    Raises
    ------
    DataError
        With every error; processed data and site stay as they were.
    """
    memory = workspace.processed / CHECKED
    basis = digest(files_hash(workspace.raw, workspace.programme.rglob("*")), _code())
    if _recall(memory) == basis:
        return
    faults = _register_faults(workspace)
    if not faults:
        write_json(memory, {"register": basis})
        return
    if not is_clean(workspace):
        from skk_analysis.cleaning import check_raw

        faults += [str(m) for m in check_raw(workspace) if m.severity == "error"]
    raise DataError(faults)


def data_faults(error: SkkError) -> list[str]:
    """The single errors that an error in the data is made of; none if it is another error."""
    if isinstance(error, DataError):
        return error.faults
    messages = getattr(error, "messages", [])  # of cleaning, which is heavy to import
    return [str(message) for message in messages if message.severity == "error"]


def _register_faults(workspace: Workspace) -> list[str]:
    from skk_analysis.monitoring.register_check import check, errors

    return [str(message) for message in errors(check(Programme.of(workspace)))]


def _code() -> str:
    return code_hash(CHECKING_CODE)


def _recall(memory: Path) -> str:
    try:
        return str(json.loads(memory.read_text("utf-8"))["register"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
