"""Checking the parameters of a report before any kernel starts.

papermill only warns about a parameter that the notebook does not know and then reports the default
city (T5), sees only plain assignments (T6) and injects at the top when the tag is lost (T7). Here
each of these is an error in one line.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.execute import quick_imports
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from nbformat import NotebookNode


def check_notebook(path: Path, expected: dict[str, type]) -> None:
    """See that the notebook declares exactly the expected parameters, with these types.

    Raises
    ------
    SkkError
        If there is not exactly one parameters cell, or papermill sees an unknown, missing or
        mistyped parameter in it, or a line that is not a plain ``name: type = literal  # help``.
    """
    notebook = _read(path)
    cells = [c.source for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise SkkError(f"{path.name}: {len(cells)} cells are tagged 'parameters', must be one.")
    _check_lines(path, cells[0])
    declared = _declared(notebook)
    for name, type_ in expected.items():
        if name not in declared:
            raise SkkError(f"{path.name}: the parameter {name!r} is missing.")
        if declared[name]["inferred_type_name"] != type_.__name__:
            raise SkkError(
                f"{path.name}: the parameter {name!r} must be declared as "
                f"'{name}: {type_.__name__} = …', found type "
                f"{declared[name]['inferred_type_name']!r}."
            )
    for name in declared.keys() - expected.keys():
        raise SkkError(f"{path.name}: unknown parameter {name!r}; known: {', '.join(expected)}.")


def check_parameters(values: dict[str, Any], expected: dict[str, type]) -> None:
    """See that the values to inject are known and of the declared types.

    Raises
    ------
    SkkError
        Naming the first unknown or mistyped parameter, or one that is missing.
    """
    for name, value in values.items():
        if name not in expected:
            raise SkkError(f"Unknown parameter {name!r}; known: {', '.join(expected)}.")
        if type(value) is not expected[name]:
            raise SkkError(
                f"Parameter {name!r} must be {expected[name].__name__}, not {value!r} "
                f"({type(value).__name__})."
            )
    for name in expected.keys() - values.keys() - {"workspace"}:
        raise SkkError(f"Parameter {name!r} is missing.")


def _read(path: Path) -> NotebookNode:
    """The notebook, with the kernel metadata that a cleaner may have removed (T16)."""
    import nbformat

    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
    spec = {"name": "python3", "language": "python", "display_name": "Python"}
    notebook.metadata["kernelspec"] = spec
    return notebook


def _check_lines(path: Path, source: str) -> None:
    """Only one-line annotated assignments: papermill glues other lines together (T6)."""
    import ast

    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise SkkError(f"{path.name}: parameters cell, line {error.lineno}: {error.msg}.") from None
    for statement in statements:
        plain = (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.annotation, ast.Name)
            and isinstance(statement.value, ast.Constant)
            and statement.lineno == statement.end_lineno
        )
        if not plain:
            raise SkkError(
                f"{path.name}: parameters cell, line {statement.lineno} must be "
                f"'name: type = literal  # help', not «{ast.unparse(statement)}»."
            )


def _declared(notebook: NotebookNode) -> dict[str, dict[str, Any]]:
    with quick_imports():
        import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    return papermill.inspect_notebook(notebook)
