"""Checking the parameters of a report before any kernel starts.

papermill only warns about a parameter that the notebook does not know and then reports the default
city (T5), sees only plain assignments (T6) and injects at the top when the tag is lost (T7). Here
each of these is an error in one line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from skk_analysis.workspace import SkkError


def check_notebook(path: Path, expected: dict[str, type]) -> None:
    """See that the notebook declares exactly the expected parameters, with these types.

    Raises
    ------
    SkkError
        If there is not exactly one parameters cell, or it has an unknown, missing or mistyped
        parameter, or a line that is not a plain ``name: type = literal  # help``.
    """
    cells = _parameters_cells(path)
    if len(cells) != 1:
        raise SkkError(f"{path.name}: {len(cells)} cells are tagged 'parameters', must be one.")
    declared = _declared(path, cells[0])
    for name, type_ in expected.items():
        if name not in declared:
            raise SkkError(f"{path.name}: the parameter {name!r} is missing.")
        if declared[name] != type_.__name__:
            raise SkkError(
                f"{path.name}: the parameter {name!r} must be declared as "
                f"'{name}: {type_.__name__} = …', found type {declared[name]!r}."
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


def _parameters_cells(path: Path) -> list[str]:
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
        return ["".join(cell["source"]) for cell in tagged]
    except FileNotFoundError:
        raise SkkError(f"The notebook {path} is missing.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SkkError(f"{path} is not a readable notebook: {error!r}") from error


def _declared(path: Path, source: str) -> dict[str, str]:
    """Names and types of a cell of one-line annotated assignments.

    Other lines are refused: papermill glues them together or doesn't see them (T6). Of these it
    sees the same (a test holds it to that), but asking papermill costs two seconds of imports.
    """
    import ast

    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise SkkError(f"{path.name}: parameters cell, line {error.lineno}: {error.msg}.") from None
    declared: dict[str, str] = {}
    before = 0
    for statement in statements:
        if not (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(statement.annotation, ast.Name)
            and isinstance(statement.value, ast.Constant)
            and before < statement.lineno == statement.end_lineno
        ):
            raise SkkError(
                f"{path.name}: parameters cell, line {statement.lineno} must be "
                f"'name: type = literal  # help', not «{ast.unparse(statement)}»."
            )
        declared[statement.target.id] = statement.annotation.id
        before = statement.lineno
    return declared
