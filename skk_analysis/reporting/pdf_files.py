"""The PDF beside each report's page: made on request, never older than the page.

A PDF is no output of the report's record: whether it is made changes nothing in the report, and
its bytes depend on the machine's fonts. Its identifier is the hash of its page (`page.pdf`), so
that one that belongs to another page is known and removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from skk_analysis.reporting.report import PAGE
from skk_analysis.reporting.runner import Order
from skk_analysis.workspace import sha256

PDF = "report.pdf"


def has_pdf(folder: Path) -> bool:
    """Whether a report's folder has the PDF of its present page."""
    pdf = folder / PDF
    return pdf.is_file() and f"({sha256(folder / PAGE)})".encode() in pdf.read_bytes()


def drop_stale_pdf(folder: Path) -> bool:
    """Remove the PDF of a report's folder if it is of another page, and tell whether it was."""
    stale = (folder / PDF).is_file() and not has_pdf(folder)
    if stale:
        (folder / PDF).unlink()
    return stale


def without_pdf(orders: Sequence[Order]) -> list[Order]:
    """The orders whose report lies on the site and has no PDF of its page."""
    return [
        order
        for order in orders
        if (order.report.folder / PAGE).is_file() and not has_pdf(order.report.folder)
    ]


def made_pdfs(
    orders: Sequence[Order], jobs: int, done: Callable[[str], None] = lambda _report: None
) -> Iterator[tuple[Path, bytes]]:
    """The PDF of each order's page, ``jobs`` at a time in processes of their own.

    Parameters
    ----------
    orders : reports that lie on the site
    jobs : made at a time; one is made in this process
    done : is told the report of each one made

    Yields
    ------
    The place relative to the site, and the file's content.
    """
    if jobs == 1 or len(orders) == 1:
        for order in orders:
            yield order.report.path / PDF, _made(order.report.folder)
            done(str(order.report))
        return
    from loky import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        pending = {pool.submit(_made, order.report.folder): order for order in orders}
        try:
            for finished in as_completed(pending):
                report = pending[finished].report
                yield report.path / PDF, finished.result()
                done(str(report))
        except BaseException:
            pool.shutdown(wait=False, kill_workers=True)
            raise


def _made(folder: Path) -> bytes:
    import logging

    from skk_analysis.reporting.page.pdf import pdf_of

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it tells of rules for browsers
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = folder / PAGE
    return pdf_of(page.read_bytes(), sha256(page))
