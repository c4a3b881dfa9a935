"""Section 3: the visual model, as a picture where the workspace has it, in words always."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell, Figure, Table
from skk_analysis.figures.alternative import short
from skk_analysis.language import date, text
from skk_analysis.reporting.section import Writer
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The versions of the model; the latest picture that has an alternative text."""
    artifacts = report.rows("artifacts")
    if artifacts.empty:
        writer.say("experiment.no_model")
        return
    rows: list[tuple[Cell, ...]] = []
    for _, row in artifacts.iterrows():
        words = report.local(row, "alt_text") or writer.text("experiment.model.no_alt")
        kind = report.word("artifact", row.get("kind", ""))
        rows.append(
            (kind, str(row.get("version", "")), date(row.get("date", ""), report.language), words)
        )
    shown = _shown(report, artifacts)
    if shown is None:
        unseen = any(name in report.data.pictures for name in artifacts.get("file", []))
        writer.say("experiment.model.unshown" if unseen else "experiment.model.no_file")
    else:

        def draw(language: str, *, caption: str, topic: str) -> Figure:  # noqa: ARG001
            return _figure(report, shown, caption, rows, language)

        writer.figure("experiment_model", draw)
    columns = [
        writer.text(f"experiment.model.{key}") for key in ("kind", "version", "date", "words")
    ]
    writer.table("experiment_models", columns, rows)


def _shown(report: Experiment, artifacts: pd.DataFrame) -> Mapping[str, str] | None:
    """The last picture at hand that has an alternative text: without one it is not shown."""
    for _, row in artifacts.iloc[::-1].iterrows():
        if row.get("file") in report.data.pictures and report.local(row, "alt_text"):
            return {str(key): str(value) for key, value in row.items()}
    return None


def _figure(
    report: Experiment, row: Mapping[str, str], caption: str, rows, language: str
) -> Figure:
    content, suffix = (
        report.data.pictures[row["file"]],
        "." + row["file"].rsplit(".", 1)[-1].lower(),
    )
    alt = report.local(row, "alt_text")
    columns = tuple(
        text(f"experiment.model.{key}", language) for key in ("kind", "version", "date", "words")
    )
    table = Table(text("figure.data", language, caption=caption), columns, tuple(rows), language)
    drawn = _drawing(content) if suffix == ".svg" else _photo(content, row["file"])
    return Figure(drawn, caption, short(alt), alt, table)


def _drawing(content: bytes) -> str:
    drawing = content.decode("utf-8-sig")
    return drawing[drawing.index("<svg") :]


def _photo(content: bytes, file: str) -> str:
    """The photo upright and without what a camera writes beside it: place, time, device."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    bare = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as photo:
            kind, upright = str(photo.format), ImageOps.exif_transpose(photo)
        colours = upright.info.get("icc_profile")
        upright.info.clear()
        upright.save(bare, kind, quality=90, icc_profile=colours)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise SkkError(
            f"artifacts.csv, column file: {file} cannot be read as a PNG or JPEG picture "
            f"({error}). Save it anew in one of these formats, or leave the cell empty."
        ) from error
    data = base64.b64encode(bare.getvalue()).decode("ascii")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 800"><image width="1200" '
        f'height="800" href="data:image/{kind.lower()};base64,{data}"/></svg>'
    )
