"""Pages of the site that are about all reports and not one: a row for each sort.

They are made anew whenever the site is published, from what lies in the reports' folders; an idle
run makes them to see whether anything is different, so they must cost little and hold no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from skk_analysis.reporting.disclosure.audit_page import audit_pages
from skk_analysis.reporting.front.changes import changes_pages
from skk_analysis.reporting.front.pages import front_pages
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.signoff.statuses import site_file
from skk_analysis.reporting.statement import statement_pages

SitePage = Callable[[Sequence[Order]], Mapping[str, bytes]]
"""From every report that is listed, in its place, the content of files by name on the site."""


SITE_PAGES: tuple[SitePage, ...] = (
    front_pages,
    changes_pages,
    audit_pages,
    statement_pages,
    site_file,
)


def site_pages(orders: Sequence[Order]) -> dict[str, bytes]:
    """Content of every page about all reports, by its name relative to the site."""
    return {name: content for page in SITE_PAGES for name, content in page(orders).items()}
