"""The register's concepts: what is meant by a word, and by what rule something is classed so."""

from __future__ import annotations

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.reporting.register import localised_cells
from skk_analysis.reporting.section import Writer

FIELDS = ("term", "definition", "criterion", "source", "version")


def concepts_table(writer: Writer, concepts: pd.DataFrame) -> None:
    """Each concept with its definition, the criterion of classification, source and version."""
    rows: list[tuple[Cell, ...]] = []
    for _, row in concepts.iterrows():
        rows.append(tuple(localised_cells(row, FIELDS, writer.language)))
    columns = [writer.text(f"table.{name}") for name in ("concept", *FIELDS[1:])]
    writer.table("concepts", columns, rows, wide=True)
