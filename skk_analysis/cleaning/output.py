"""Writing the processed folder: Parquet and a Data Package, all of it or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.workspace import PACKAGE_FILE, Workspace, sha256, write_json

OLD, NEW = ".processed-old-", ".processed-new-"
ROWS_PER_GROUP = 16_384
"""The tables are sorted by unit: who wants a city's rows passes over the groups without them."""
ARROW_TYPES = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}


def write_processed(
    workspace: Workspace, tables: Mapping[str, pd.DataFrame], inputs: Mapping[str, str]
) -> None:
    """Replace ``data/processed`` by these tables.

    The new folder is made beside the old one and takes its place by renaming, so a reader meets
    the old folder or the new one. On any failure the old one stays and nothing is left over.
    """
    parent = workspace.processed.parent
    parent.mkdir(parents=True, exist_ok=True)
    recover(workspace)
    new = Path(tempfile.mkdtemp(prefix=NEW, dir=parent))
    try:
        _fill(new, tables, inputs)
        new.chmod(0o755)
        _swap(workspace.processed, new)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def recover(workspace: Workspace) -> None:
    """Put right what an interrupted run has left beside the processed folder."""
    parent = workspace.processed.parent
    for old in sorted(parent.glob(f"{OLD}*")):
        if workspace.processed.exists():
            shutil.rmtree(old)
        else:
            old.rename(workspace.processed)
    for new in parent.glob(f"{NEW}*"):
        shutil.rmtree(new)


def _swap(processed: Path, new: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=OLD, dir=processed.parent))
    try:
        if processed.exists():
            for kept in processed.glob(".git*"):
                shutil.copy2(kept, new)
            processed.rename(old)
        new.rename(processed)
    except BaseException:
        if not processed.exists() and any(old.iterdir()):
            old.rename(processed)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _fill(folder: Path, tables: Mapping[str, pd.DataFrame], inputs: Mapping[str, str]) -> None:
    resources = []
    for name, schema in TABLES.items():
        path = folder / f"{name}.parquet"
        frame = schema.typed(tables[name]) if name in tables else schema.empty()
        fields = [pa.field(f.name, ARROW_TYPES[f.type]) for f in schema.fields]
        table = pa.Table.from_pandas(frame, preserve_index=False)
        metadata = table.schema.metadata
        table = table.cast(pa.schema(fields, metadata=metadata))
        pa.parquet.write_table(
            table, path, row_group_size=ROWS_PER_GROUP, compression="zstd", compression_level=3
        )
        resources.append(_descriptor(path, len(frame)))
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": "skk-processed",
        "resources": resources,
        "skk:inputs": dict(sorted(inputs.items())),
    }
    write_json(folder / PACKAGE_FILE, package)


def _descriptor(path: Path, rows: int) -> dict[str, Any]:
    schema = TABLES[path.stem]
    return {
        "name": schema.name.replace("_", "-"),
        "path": path.name,
        "title": schema.title,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "skk:rows": rows,
        "schema": schema.descriptor(),
    }
