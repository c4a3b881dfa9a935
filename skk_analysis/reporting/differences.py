"""Two folders of a report against each other; what to compare is `review.differences`.

A folder may lie in a site, in a copy, or in a release (`zipfile.Path`), which has no notebook.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from skk_analysis.reporting.ingredients import Crate, recorded
from skk_analysis.reporting.report import CRATE, NOTEBOOK, PAGE, RECORD, RESULTS, Record
from skk_analysis.review import differences
from skk_analysis.review.differences import (
    Content,
    Ingredients,
    Making,
    NumberDifference,
    Shown,
    TextDifference,
    content,
    text_differences,
)
from skk_analysis.review.page import read_page
from skk_analysis.review.told import told
from skk_analysis.workspace import SkkError

CONTENT = "content.json"
"""What a report says, as data: the companion that differences are worked out from."""


class Folder(Protocol):
    """A place with files: `pathlib.Path` and `zipfile.Path`."""

    def __truediv__(self, name: str) -> Folder: ...
    def read_text(self, encoding: str) -> str: ...
    def is_file(self) -> bool: ...


def number_differences(
    published: Path, now: Path, tolerance: float = 0.0
) -> list[NumberDifference]:
    """The figures of two report folders' results that are not the same, in the published order.

    Parameters
    ----------
    published, now : folders of reports
    tolerance : see `review.differences.number_differences`
    """
    return differences.number_differences(results_of(published), results_of(now), tolerance)


def results_of(folder: Folder) -> list[Any]:
    """The records of a report's numbers."""
    found = _json(folder / RESULTS)
    return found if isinstance(found, list) else []


def page_differences(
    published: Path, now: Path, run_ids: Sequence[str] = ()
) -> tuple[list[TextDifference], list[TextDifference]]:
    """The texts and the figures that two report folders do not show alike.

    The notebooks tell, and the pages where the notebooks have nothing to tell: a page may have been
    written over together with all its recorded hashes.

    Parameters
    ----------
    published, now : folders of reports
    run_ids : these are ingredients and not content; they count as the same
    """
    for shown_by in (_of_notebook, _of_page):
        before, after = (shown_by(folder, run_ids) for folder in (published, now))
        texts, figures = (text_differences(*pair) for pair in zip(before, after, strict=True))
        if texts or figures:
            break
    return texts, figures


def _of_notebook(folder: Path, run_ids: Sequence[str]) -> tuple[list[Shown], list[Shown]]:
    found = content(_json(folder / NOTEBOOK), run_ids)
    return found.texts, found.figures


def _of_page(folder: Path, run_ids: Sequence[str]) -> tuple[list[Shown], list[Shown]]:
    page = (folder / PAGE).read_text("utf-8")
    for run_id in filter(None, run_ids):
        page = page.replace(run_id, "…")
    found = told(read_page(page), ())
    return (
        [Shown(section, words) for section, words in found.texts],
        [Shown(section, alt, picture) for section, alt, picture in found.pictures],
    )


def making_of(folder: Folder) -> Making:
    """What a report's folder holds, as far as it can be compared.

    Raises
    ------
    SkkError
        If it is no whole folder of a report.
    """
    try:
        record = Record(**_json(folder / RECORD))
        crate = Crate(folder) if (folder / CRATE).is_file() else None
        return Making(
            record.run_id, record.data_date, results_of(folder),
            _content(folder, record), recorded(record, crate),
        )  # fmt: skip
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise SkkError(f"{folder} is no whole folder of a report: {error}.") from error


def _content(folder: Folder, record: Record) -> Content:
    """What the report says; a folder of an earlier version has only its notebook to tell it."""
    if (folder / CONTENT).is_file():
        return Content.of_record(_json(folder / CONTENT))
    return content(_json(folder / NOTEBOOK), [record.run_id])


def _json(file: Folder) -> Any:
    return json.loads(file.read_text("utf-8"))


__all__ = [
    "CONTENT",
    "Folder",
    "Ingredients",
    "NumberDifference",
    "TextDifference",
    "making_of",
    "number_differences",
    "page_differences",
    "results_of",
]
