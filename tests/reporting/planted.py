"""A workspace whose register, areas and sources are full of hostile text."""

from __future__ import annotations

import ast
import csv
import io
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from skk_analysis.monitoring.schema import Column, schemas
from skk_analysis.reporting.execute import INJECTED
from skk_analysis.workspace import Workspace, sha256

HOSTILE = [
    "<script>window.hit=1</script>", '"><img src=x onerror="window.hit=2">',
    "</script></title><svg onload=window.hit=3>", "javascript:window.hit=4", r"$\frac{1}{2}$", "$",
    "a_b^c%d\\", "{{ 7*7 }}{% raw %}", "{placeholder} {0} %(x)s %s", "+1", "@SUM(1)",
    '=HYPERLINK("http://evil.invalid","x")', "\u202egnitset", "pitkä" * 30, "<b>lihava</b>",
    "[x](javascript:window.hit=5)", "<!--skk:status-->", "<!--/skk:thread-->",
    "' onmouseover='window.hit=6", "&lt;script&gt;&#60;b&#62;", "`koodi` **b** # h",
    "http://evil.invalid/x.png", "../../../evil/x", "||--\u2028\u2029",
    "<base href=//evil.invalid>",
]  # fmt: skip
KEPT = ("id", "key", "email", "phone", "numerator", "denominator", "weight")
"""Texts with a form of their own; the register's check refuses any other."""
AREAS = {
    "areas/alueryhmittely_posnro.csv": (
        "Name of the postal code area", "Name of the postal code area (sv)",
    ),
    "areas/pno_tilasto_2020.csv": ("nimi", "namn"),
}  # fmt: skip


def planted(raw: Path, root: Path) -> Workspace:
    """A copy of raw data in which every free text has a hostile one behind it.

    Parameters
    ----------
    raw : ``data/raw`` of the sample
    root : of the new workspace
    """
    workspace = Workspace(root)
    shutil.copytree(raw, workspace.raw)
    evil = itertools.cycle(HOSTILE)

    def plant(words: str) -> str:
        return f"{words} {next(evil)}" if words else ""

    for name, schema in schemas().items():
        file = workspace.programme / f"{name}.csv"
        if file.exists():
            free = [c.name for c in schema.columns.values() if _is_free(name, c)]
            _rewrite(file, free, plant)
    for path, columns in AREAS.items():
        _rewrite(workspace.raw / path, columns, plant)
    _describe(workspace.raw, plant)
    return workspace


def executed_here(
    notebook: Path, parameters: dict[str, Any], root: Path, *_: Any
) -> nbformat.NotebookNode:
    """The notebook run in this process, without a kernel; in the place of ``runner.execute``."""
    made = nbformat.read(notebook, 4)
    outputs: list[nbformat.NotebookNode] = []

    def display(*parts: Any) -> None:
        for part in itertools.chain.from_iterable(getattr(p, "parts", [p]) for p in parts):
            data, metadata = part._repr_mimebundle_()
            outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))

    names: dict[str, Any] = {"display": display}
    for number, cell in enumerate(made.cells, start=1):
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= parameters | {"workspace": str(root)}
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            display(*([] if shown is None else [shown]))
        cell.outputs, cell.execution_count = list(outputs), number
        outputs.clear()
    given = nbformat.v4.new_code_cell("", metadata={"tags": [INJECTED]}, execution_count=1)
    made.cells.insert(2, given)
    return made


def _is_free(table: str, column: Column) -> bool:
    name = table == "cities" and column.name == "name_fi"  # the folders are called by it
    return column.kind == "text" and not (column.choices or column.to or name) and (
        column.name not in KEPT
    )  # fmt: skip


def _rewrite(file: Path, columns: list[str] | tuple[str, ...], plant: Callable[[str], str]) -> None:
    content = file.read_text("utf-8")
    head, *rows = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    places = [head.index(column) for column in columns if column in head]
    for row in rows:
        for place in places:
            row[place] = plant(row[place])
    with file.open("w", encoding="utf-8", newline="") as written:
        written.write(content.splitlines()[0] + "\n")  # one publisher's head has bare commas
        csv.writer(written, lineterminator="\n").writerows(rows)


def _describe(raw: Path, plant: Callable[[str], str]) -> None:
    """The raw files' hashes, and hostile publishers and licences."""
    package = raw / "datapackage.json"
    content = json.loads(package.read_text("utf-8"))
    for resource in content["resources"]:
        file = raw / resource["path"]
        resource |= {"bytes": file.stat().st_size, "hash": f"sha256:{sha256(file)}"}
        resource["title"] = plant(resource["title"])
        for source in resource["sources"]:
            source |= {"title": plant(source["title"]), "path": plant("x")}
        for licence in resource["licenses"]:
            licence["name"] = plant(licence["name"])
    package.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
