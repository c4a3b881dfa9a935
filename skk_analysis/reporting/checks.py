"""What an executed notebook must show before it may become a report, and its stable form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from skk_analysis.language.visible import visible_values
from skk_analysis.reporting.execute import INJECTED, cell_number
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from nbformat import NotebookNode

RESULTS_TYPE = "application/vnd.skk.results+json"
EVIDENCE_TYPE = "application/vnd.skk.evidence+json"
IMAGE_TYPES = ("image/svg+xml", "image/png", "image/jpeg")


def check_executed(notebook: NotebookNode, run_id: str | None = None) -> None:
    """See that all cells ran, none failed, and the report reached its end.

    Raises
    ------
    SkkError
        Naming the first cell that is not as it must be.
    """
    injected = [c for c in notebook.cells if INJECTED in c.metadata.get("tags", [])]
    if len(injected) != 1:
        raise SkkError(f"{len(injected)} cells of injected parameters, must be one.")
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        where = f"cell {cell_number(notebook, index)}"
        for output in cell.outputs:
            if output.output_type == "error":
                raise SkkError(f"{where} holds an error: {output.ename}: {output.evalue}")
        if cell.source.strip() and cell.execution_count is None:
            raise SkkError(f"{where} was not run; the one before it may have ended the kernel.")
    _check_end(notebook, run_id)


def results(notebook: NotebookNode) -> Any:
    """The numbers that the report shows, as its last cell lists them.

    Raises
    ------
    SkkError
        If there is not exactly one such list.
    """
    found = [o.data[RESULTS_TYPE] for o in displays(notebook) if RESULTS_TYPE in o.data]
    if len(found) != 1:
        raise SkkError(f"{len(found)} lists of results ({RESULTS_TYPE}), must be one.")
    return found[0]


def displays(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """All rich outputs of a notebook in their order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                yield output


def show_unseen(notebook: NotebookNode) -> None:
    """Make unseen and direction signs from data visible in all outputs (`language.visible`).

    So the page, the notebook in JupyterLab and every file made of them say the same.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for part in ("data", "metadata"):
                if part in output:
                    output[part] = type(output)(visible_values(output[part]))


def normalised(notebook: NotebookNode) -> NotebookNode:
    """A copy without times and random ids, so that the same inputs give the same bytes (T17).

    What stays as it is, drawings above all, is shared with the notebook.
    """
    node = type(notebook)
    cells = []
    for number, cell in enumerate(notebook.cells):
        plain = node({**cell, "id": f"cell-{number:02}"})
        plain["metadata"] = _without(cell.metadata, "papermill", "execution")
        if "outputs" in cell:
            plain["outputs"] = [_settled(output) for output in cell.outputs]
        cells.append(plain)
    metadata = _without(notebook.metadata, "papermill")
    return node({**notebook, "metadata": metadata, "cells": cells})


def _settled(output: NotebookNode) -> NotebookNode:
    parts = [name for name in ("data", "metadata") if output.get(name) is not None]
    own = {name: _without(output[name], "transient") for name in parts}
    return type(output)({**output, **own})


def _without(metadata: NotebookNode, *names: str) -> NotebookNode:
    return type(metadata)({key: value for key, value in metadata.items() if key not in names})


def _check_end(notebook: NotebookNode, run_id: str | None) -> None:
    marks = [o.metadata.get("text/html", {}) for o in displays(notebook)]
    ends = [m for m in marks if isinstance(m, dict) and m.get("skk") == "end"]
    if len(ends) != 1 or marks[-1] is not ends[0]:
        raise SkkError("The report did not reach its end: its last output is not the end mark.")
    told = ends[0].get("run_id", run_id)
    if run_id and told != run_id:
        raise SkkError(
            f"The notebook computed run id {told}, planned was {run_id}: data or code changed "
            "while the report was made. Run again."
        )
