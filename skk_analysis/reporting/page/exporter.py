"""From an executed notebook to a page: nbconvert with a template of our own.

nbconvert's templates throw away alt texts and call outside hosts. Ours (``cells.html.j2``) shows
figures with alt text, caption and the data behind them, and hides code until it is asked for; what
comes out goes through `accessible`, which completes tables and refuses what not everybody can read.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup

from skk_analysis.language import LANGUAGES, text
from skk_analysis.reporting.addresses import INDEX
from skk_analysis.reporting.checks import IMAGE_TYPES, RESULTS_TYPE
from skk_analysis.reporting.downloads.items import FOLDER, HIDDEN_TAGS, WORKBOOK, placed_items
from skk_analysis.reporting.execute import quick_imports
from skk_analysis.reporting.page.accessible import PageError, check_counts, completed
from skk_analysis.reporting.page.drawing import faults
from skk_analysis.reporting.page.shell import TEMPLATES, environment, page, switch
from skk_analysis.workspace import PACKAGE_FILE

with quick_imports():
    from nbconvert.exporters import TemplateExporter

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = "../../../"
"""From a report's folder to the site's: every report lies three folders deep."""


class PageExporter(TemplateExporter):
    """nbconvert's machinery with our template and with escaping on."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, language: str) -> None:
        super().__init__(template_file="cells.html.j2", template_paths=[str(TEMPLATES)])
        self._language = language

    def _create_environment(self) -> Environment:
        made = super()._create_environment()
        made.autoescape = True
        made.trim_blocks = made.lstrip_blocks = True
        made.globals["t"] = environment(self._language).globals["t"]
        made.filters |= {"figure": figure, "markup": _markup, "data_uri": data_uri}
        return made

    def content(self, notebook: NotebookNode) -> str:
        """The template's HTML of a notebook that is ours: neither copied nor preprocessed."""
        return self.template.render(nb=notebook).lstrip("\n")


@cache
def _exporter(language: str) -> PageExporter:
    return PageExporter(language)


def report_page(
    notebook: NotebookNode,
    language: str,
    invented: bool,
    run_id: str,
    data_date: str,
    kind: str = "",
) -> str:
    """The HTML of a report.

    Parameters
    ----------
    notebook : the executed notebook; its outputs hold the h1, the sections and their headings
    language : the report's language
    invented : whether any input is demonstration data
    run_id : the run id to print in the footer
    data_date : when the newest raw file was retrieved, ``""`` if unknown
    kind : name of the kind of report

    Raises
    ------
    PageError
        If something is missing that a reader needs, such as an alt text; all of it is listed.
    """
    seen = _visible(notebook)
    body, outline = completed(_exporter(language).content(seen))
    check_counts(notebook, outline)
    return page(
        "report.html.j2",
        language,
        invented,
        root=ROOT,
        kind=kind,
        home=ROOT + INDEX[language],
        languages=switch({other: f"../{other}.html" for other in LANGUAGES}, language),
        workbook=f"{FOLDER}/{WORKBOOK}" if any(placed_items(seen)) else "",
        package=f"{FOLDER}/{PACKAGE_FILE}",
        title=outline.title,
        contents=outline.sections,
        content=Markup(body),
        run_id=run_id,
        data_date=data_date or text("page.unknown_date", language),
    )


def figure(output: NotebookNode) -> dict[str, Any] | None:
    """What the template shows of an image output, None if the output is no image.

    Raises
    ------
    PageError
        If alt text, caption or the data table is missing.
    """
    kind = next((k for k in IMAGE_TYPES if k in output.data), None)
    if kind is None:
        return None
    told = output.metadata.get(kind, {})
    missing = [name for name in ("alt", "caption", "table") if not str(told.get(name, "")).strip()]
    if missing:
        raise PageError([f"a figure has no {', no '.join(missing)}: {str(told)[:80]}"])
    if kind == "image/svg+xml" and (wrong := faults(output.data[kind])):
        raise PageError(wrong)
    return {"kind": kind, "image": output.data[kind], **told}


def data_uri(image: str, kind: str) -> str:
    """The picture as a data address; notebooks hold SVG as text and others in base 64."""
    coded = base64.b64encode(image.encode()).decode() if kind == "image/svg+xml" else image
    return f"data:{kind};base64,{''.join(coded.split())}"


def _markup(value: str) -> Markup:
    # outputs of our own notebook; `completed` refuses scripts
    return Markup(value)


def _visible(notebook: NotebookNode) -> NotebookNode:
    """The notebook without cells and outputs that no reader needs; Markdown is not for the page."""
    node = type(notebook)
    cells = [
        {**cell, "outputs": [_own(output) for output in cell.outputs if _has_content(output)]}
        for cell in notebook.cells
        if cell.cell_type == "code" and not HIDDEN_TAGS & set(cell.metadata.get("tags", []))
    ]
    shown = node({**notebook, "cells": [node(cell) for cell in cells]})
    for output, item in placed_items(shown):
        addresses = {
            form: f"{FOLDER}/{name}"
            for form, name in (("CSV", item.csv), ("SVG", item.svg_name if item.svg else ""))
            if name
        }
        output.metadata["downloads"] = addresses | {"caption": item.caption}
    return shown


def _own(output: NotebookNode) -> NotebookNode:
    """The output with metadata of its own; the rest is not copied, as drawings are long."""
    node = type(output)
    return node({**output, "metadata": node(output.metadata)})


def _has_content(output: NotebookNode) -> bool:
    """Whether an output shows anything; streams and lists of results do not."""
    data = output.get("data", {})
    plain = "" if RESULTS_TYPE in data else data.get("text/plain", "")
    return any(kind in data for kind in IMAGE_TYPES) or bool(data.get("text/html", plain).strip())
