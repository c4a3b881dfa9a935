"""The register's concepts: what is meant by a word, and by what rule something is classed so."""

from __future__ import annotations

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

COLUMNS = ("concept", "definition", "criterion", "source", "version")


def concepts_table(writer: Writer, concepts: pd.DataFrame) -> None:
    """Each concept with its definition, the criterion of classification, source and version."""
    rows: list[tuple[Cell, ...]] = []
    for _, row in concepts.iterrows():
        cells = (localised(row, f, writer.language) or "–" for f in
                 ("term", "definition", "criterion", "source", "version"))  # fmt: skip
        rows.append(tuple(cells))
    columns = [writer.text(f"table.{name}") for name in COLUMNS]
    writer.table("concepts", columns, rows, wide=True)
