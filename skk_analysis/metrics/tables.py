"""Tables of other makers (Arrow, DuckDB, Polars) as frames: what a database has counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["as_frame"]


def as_frame(table: Any) -> Any:
    """Return a table of another maker as a frame; what is not a table, as it is.

    A table is what says what its columns are and hands them over by the Arrow PyCapsule interface
    (``__arrow_c_stream__``: an Arrow table, batch or reader, a DuckDB relation, a Polars frame),
    or has ``to_pandas()`` or ``df()``.  Nothing of these makers is imported but pyarrow.  Decimal
    numbers, as which databases give sums of whole ones, become floating.

    Raises
    ------
    ValueError
        If the table has still to be computed (Dask, a lazy Polars frame), which may take more
        memory than there is: counting where the rows lie, and fetching the counts, does not.

    References
    ----------
    https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
    """
    if isinstance(table, (pd.DataFrame, pd.Series, np.ndarray, list, tuple)):
        return table
    fetch = next((name for name in ("compute", "collect") if callable(_of(table, name))), None)
    if fetch:
        raise ValueError(
            f"a {type(table).__name__} is not computed yet: count equal values where they lie "
            f"(group by value and group, size), then .{fetch}() and give frequencies="
        )
    has_columns = _of(table, "columns") is not None or _of(table, "schema") is not None
    if has_columns and hasattr(table, "__arrow_c_stream__"):
        return _from_arrow(table)
    to_frame = next((f for name in ("to_pandas", "df") if callable(f := _of(table, name))), None)
    return to_frame() if has_columns and to_frame else table


def _of(table: Any, name: str) -> Any:
    return getattr(table, name, None)


def _from_arrow(table: Any) -> pd.DataFrame:
    import pyarrow as pa

    arrow = pa.RecordBatchReader.from_stream(table).read_all()
    for at, field in enumerate(arrow.schema):
        if pa.types.is_decimal(field.type):
            arrow = arrow.set_column(at, field.name, arrow.column(at).cast(pa.float64()))
    return arrow.to_pandas()
