"""What a reader may take away of a report: its tables and figures as files, and what they are.

``downloads/`` beside the page holds a CSV of every table and of the numbers behind every figure,
the figures as SVG, all tables in one workbook, and a Data Package that tells columns, units, words
for missing values, sources and licences. All of it is made from what the page shows and nothing
else (`Table` hands out its cells as data), so what is protected on the page is protected here.

Figures as PNG are drawn from the SVG when they leave the house (`skk release`) and not in every
run: a run would double its drawing time for files that hardly any run needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from skk_analysis.reporting.downloads.items import FOLDER, WORKBOOK, Item, items

if TYPE_CHECKING:
    from skk_analysis.reporting.companions import Made

__all__ = ["FOLDER", "Item", "downloads", "items"]


def downloads(made: Made) -> Mapping[str, bytes]:
    """The files by name relative to the report's folder; none if the report shows no data."""
    from skk_analysis.reporting.downloads.csv_file import csv_bytes
    from skk_analysis.reporting.downloads.package import PACKAGE, package_bytes
    from skk_analysis.reporting.downloads.workbook import workbook_bytes

    found = items(made.notebook)
    if not found:
        return {}
    language = made.order.report.language
    files = {item.csv: csv_bytes(item.resource) for item in found}
    files |= {item.svg_name: item.svg.encode() for item in found if item.svg}
    files[WORKBOOK] = workbook_bytes(found, language)
    files[PACKAGE] = package_bytes(made, found, files)
    return {f"{FOLDER}/{name}": content for name, content in files.items()}
