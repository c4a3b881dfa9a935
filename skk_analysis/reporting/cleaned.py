"""The step before all reports: processed data that match the raw files.

``data/processed/cleaned.json`` is written last and names the hash of all ingredients (raw files,
register, cleaning code, environment) and of each file made. Cleaning is run again if and only if
that record is missing, disagrees with the ingredients, or a file was changed or removed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.programme import Programme
from skk_analysis.reporting.fingerprint import cleaning_hash
from skk_analysis.workspace import Workspace, sha256, write_json

if TYPE_CHECKING:
    from skk_analysis.cleaning import CleaningResult

RECORD = "cleaned.json"
CHECKED = "checked.json"
NOT_OURS = {
    RECORD, CHECKED, ".gitkeep", "inputs.json", "protected_cells.parquet", "protected.json",
    "disclosure_audit.json",
    "audit_pages.json",
}  # fmt: skip


def clean(workspace: Workspace) -> CleaningResult:
    """Clean the raw files and record what was made from what.

    Raises
    ------
    SkkError
        If the raw data have errors, or the tables of the register that decide what is reported
        (cities, years, indicators); the processed data then stay as they were. Faults in other
        tables stop no report: ``skk programme check`` tells them.
    """
    from skk_analysis.cleaning import clean as make
    from skk_analysis.cleaning.message import CleaningError
    from skk_analysis.monitoring import check, essential_errors

    if found := essential_errors(check(Programme.of(workspace))):
        raise CleaningError(found)
    ingredients = cleaning_hash(workspace)
    result = make(workspace)
    record = {"ingredients": ingredients, "files": _files(workspace.processed)}
    write_json(workspace.processed / RECORD, record)
    return result


def is_clean(workspace: Workspace) -> bool:
    """Whether the processed data are what cleaning would make now."""
    try:
        record = json.loads((workspace.processed / RECORD).read_text("utf-8"))
        recorded, files = record["ingredients"], record["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return recorded == cleaning_hash(workspace) and files == _files(workspace.processed)


def _files(folder: Path) -> dict[str, str]:
    """Relative name and hash of every file that cleaning made."""
    made = [f for f in folder.rglob("*") if f.is_file() and f.name not in NOT_OURS]
    return {f.relative_to(folder).as_posix(): sha256(f) for f in sorted(made)}
