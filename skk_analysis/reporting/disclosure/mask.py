"""The step after cleaning: which cells of the processed tables no report may see.

``data/processed/protected_cells.parquet`` names them, with rule and source; whoever reads the
tables meets them as protected (`skk_analysis.protected`). ``protected.json`` remembers from what it
was worked out: cleaned data, rules, what was published before, and the code that decides. Where
the file is missing it is made; the grid makes it again when its ingredients are others.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis import protected
from skk_analysis.reporting.fingerprint import code_hash, digest, environment_hash
from skk_analysis.workspace import Workspace, sha256, write_json

if TYPE_CHECKING:
    import pandas as pd

RECORD = "protected.json"
RULES = "disclosure_policy.csv"
PUBLISHED = "published_cells.parquet"
CODE = ("review/disclosure", "reporting/disclosure", "protected.py")
COLUMNS = [*protected.CELL, "role", "rule", "source", "resource"]


def published_file(workspace: Workspace) -> Path:
    """The register of cells that left the house."""
    return workspace.root / "data" / "review" / PUBLISHED


def protected_cells(workspace: Workspace) -> Path:
    """The file of cells that are not shown; it is made where there is none."""
    path = workspace.processed / protected.FILE
    if not path.is_file():
        protect(workspace)
    return path


def is_protected(workspace: Workspace) -> bool:
    """Whether the protected cells are those that would be found now."""
    there = (workspace.processed / protected.FILE).is_file()
    return there and _recall(workspace) == [_basis(workspace), _published(workspace)]


def protect(workspace: Workspace) -> None:
    """Work out which cells are not shown, and remember from what.

    Raises
    ------
    SkkError
        If the rules in the register are not as they must be.
    """
    from skk_analysis.reporting.disclosure.cells import hidden_cells
    from skk_analysis.reporting.disclosure.policies import policies

    basis, published = _basis(workspace), _published(workspace)
    cells, conflicts = hidden_cells(workspace, policies(workspace), published_cells(workspace))
    workspace.processed.mkdir(parents=True, exist_ok=True)
    _write(workspace.processed / protected.FILE, cells)
    write_json(
        workspace.processed / RECORD,
        {"basis": basis, "published": published, "conflicts": conflicts},
    )


def conflicts(workspace: Workspace) -> list[str]:
    """What was published before and would not be published now."""
    try:
        record = json.loads((workspace.processed / RECORD).read_text("utf-8"))
        return [str(one) for one in record["conflicts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def still_protected(workspace: Workspace, before: str) -> None:
    """Say that cells just published change nothing: they were shown under the present protection.

    Parameters
    ----------
    before : hash of the register of published cells before they were added
    """
    if _recall(workspace) == [_basis(workspace), before]:
        record = json.loads((workspace.processed / RECORD).read_text("utf-8"))
        write_json(workspace.processed / RECORD, record | {"published": _published(workspace)})


def published_cells(workspace: Workspace) -> pd.DataFrame:
    """What left the house, a row a number; empty where nothing did."""
    import pandas as pd

    path = published_file(workspace)
    return pd.read_parquet(path) if path.is_file() else pd.DataFrame({"id": pd.Series(dtype="str")})


def mask_hash(workspace: Workspace) -> str:
    """Hash of the protected cells: they decide what a report reads."""
    path = workspace.processed / protected.FILE
    return sha256(path) if path.is_file() else ""


def _basis(workspace: Workspace) -> str:
    cleaned = workspace.processed / "datapackage.json"
    files = [sha256(f) if f.is_file() else "" for f in (workspace.programme / RULES, cleaned)]
    return digest(files, code_hash(CODE), environment_hash())


def _published(workspace: Workspace) -> str:
    path = published_file(workspace)
    return sha256(path) if path.is_file() else ""


def _recall(workspace: Workspace) -> list[str]:
    try:
        record = json.loads((workspace.processed / RECORD).read_text("utf-8"))
        return [record["basis"], record["published"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write(path: Path, cells: pd.DataFrame) -> None:
    temporary = path.with_suffix(".new")
    texts = dict.fromkeys(cells.columns.drop("reference_year"), "str")  # also where there is no row
    cells.astype(texts).to_parquet(temporary, index=False, row_group_size=16_384)
    temporary.replace(path)
