"""Pages of the site that are about all reports and not one: a row for each sort.

They are made anew whenever the site is published, from what lies in the reports' folders; an idle
run makes them to see whether anything is different, so they must cost little and hold no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from skk_analysis.reporting.index import index_page
from skk_analysis.reporting.report import PAGE
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.statement import statement_pages

SitePage = Callable[[Sequence[Order]], Mapping[str, bytes]]
"""From every report that is listed, in its place, the content of files by name on the site."""


def _index(orders: Sequence[Order]) -> dict[str, bytes]:
    return {PAGE: index_page(orders)}


SITE_PAGES: tuple[SitePage, ...] = (_index, statement_pages)


def site_pages(orders: Sequence[Order]) -> dict[str, bytes]:
    """Content of every page about all reports, by its name relative to the site."""
    return {name: content for page in SITE_PAGES for name, content in page(orders).items()}
