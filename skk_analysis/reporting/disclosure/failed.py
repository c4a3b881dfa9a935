"""What a failed run may leave on the site: the place of the fault, and no outputs.

A report that disclosure control stopped holds what must not leave, and one that broke off has
passed no control at all; both lie beside the published reports.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from skk_analysis.reporting.disclosure.check import known_ids
from skk_analysis.review.disclosure.raw_rows import TOKEN, raw_rows

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from skk_analysis.workspace import Workspace

REMOVED = "…"


def safe_notebook(workspace: Workspace, notebook: NotebookNode) -> NotebookNode:
    """A copy with the sources and, of the outputs, the error that ended the run.

    The error goes too where its words hold ids or rows of microdata.
    """
    safe = copy.deepcopy(notebook)
    for cell in safe.cells:
        cell.pop("attachments", None)
        if "outputs" in cell:
            cell["outputs"] = [o for o in cell["outputs"] if o.get("output_type") == "error"]
    ids = known_ids(workspace)
    for leak in raw_rows(safe, ids):
        safe.cells[leak.cell - 1]["outputs"] = []
    return safe


def safe_message(workspace: Workspace, message: str) -> str:
    """The message without ids of persons or households."""
    ids = known_ids(workspace)
    return TOKEN.sub(lambda word: REMOVED if word[0] in ids else word[0], message)
