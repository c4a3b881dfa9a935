"""What goes with each report besides its page, notebook and numbers: a row for each sort of file.

A companion is made after the page and before the report counts as complete; its files are in the
report's record with their hashes, so that one that is missing or was changed makes the report
again. It must be a function of the report alone: no time, no path, no machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.card import told
from skk_analysis.reporting.checked_report import checks
from skk_analysis.reporting.disclosure.record import disclosure_record
from skk_analysis.reporting.downloads import downloads
from skk_analysis.reporting.signoff.companion import review_companion

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from skk_analysis.reporting.runner import Order
    from skk_analysis.review.page import Page


@dataclass(frozen=True)
class Made:
    """A report that ran to its end.

    Parameters
    ----------
    order : what was to be made
    notebook : executed
    results : a record for each number shown (`Quantity.record`)
    page : the HTML
    beside : what companions before this one have given, by name
    """

    order: Order
    notebook: NotebookNode
    results: Sequence[Mapping[str, Any]]
    page: str
    beside: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def read(self) -> Page:
        """What the page shows; it is read when first asked for, and once."""
        from skk_analysis.review.page import read_page

        return read_page(self.page)


Companion = Callable[[Made], Mapping[str, bytes]]
"""Gives the content of files by their name relative to the report's folder."""

COMPANIONS: tuple[Companion, ...] = (disclosure_record, downloads, told, checks, review_companion)
"""In their order; the review page comes last, as it shows what others have found."""


def companion_files(made: Made) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file that goes with a report."""
    for companion in COMPANIONS:
        for name, content in companion(made).items():
            made.beside[name] = content
            yield name, content
