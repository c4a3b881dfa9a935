"""From finished reports to the site: taking over, comparing, publishing with the index."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from skk_analysis.reporting.changes import Change, change
from skk_analysis.reporting.front.changes import outlived_changes, published_changes
from skk_analysis.reporting.pdf_files import drop_stale_pdf
from skk_analysis.reporting.report import Failure, State
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.signoff.statuses import restamped
from skk_analysis.reporting.site import MADE, Stage
from skk_analysis.reporting.site_pages import site_pages
from skk_analysis.workspace import reading_once


def adopt(stage: Stage, orders: Sequence[Order]) -> None:
    """Take over what killed runs finished, as far as it is what would be made now."""
    for left in stage.left:
        for order in orders:
            theirs, ours = order.at(left / MADE), order.at(stage.made)
            if (
                theirs.report.folder.is_dir()
                and theirs.state() is State.OK
                and order.state() is not State.OK
                and not ours.report.folder.exists()
            ):
                ours.report.folder.parent.mkdir(parents=True, exist_ok=True)
                theirs.report.folder.rename(ours.report.folder)
    stage.forget_left()


def hold_back(stage: Stage, orders: Sequence[Order]) -> dict[str, str]:
    """Keep back finished reports that give away, with all the others, what is hidden.

    Each is a failed one then; the former version stays.

    Returns
    -------
    dict
        What to tell, by report.
    """
    finished = [
        (order, record)
        for order in orders
        if (record := order.report.at(stage.made).record()) is not None
    ]
    if not finished:
        return {}
    from skk_analysis.reporting.disclosure.together import held_back

    made = {order.report.at(stage.made): record for order, record in finished}
    there = {order.report: order.report.record() for order in orders}
    told = held_back(finished[0][0].report.workspace, made, there)
    for order, _ in finished:
        report = order.report.at(stage.made)
        if report in told:
            shutil.rmtree(report.folder)
            report.write_failure(Failure(order.run_id, f"{report}: {told[report]}"))
    return {str(report): why for report, why in told.items()}


def changes(stage: Stage, orders: Sequence[Order]) -> list[Change]:
    """What the finished reports change on the site."""
    return [
        change(order.report, made)
        for order in orders
        if (made := order.report.at(stage.made)).folder.is_dir()
    ]


def publish(stage: Stage, orders: Sequence[Order]) -> bool:
    """Replace the site by itself with the finished reports, the failures and the pages about all.

    Parameters
    ----------
    stage : of the run
    orders : every report that the site lists

    Returns
    -------
    bool
        Whether anything was different; if not, nothing is touched.

    Raises
    ------
    CannotWriteError, SkkError
        If it cannot be replaced; the site then stays as it was.
    """
    changed = [path for order in orders for path in _changed(stage, order)]
    if not changed and _is_up_to_date(stage.site, _on_the_site(orders)):
        return False
    _switch(stage, orders, changed, dict(published_changes(stage, orders)))
    return True


def publish_files(stage: Stage, orders: Sequence[Order], files: Mapping[str, bytes]) -> None:
    """Replace the site by itself with further files in the reports' folders.

    Parameters
    ----------
    stage : of the run, which has published already
    orders : every report that the site lists
    files : content by name on the site
    """
    _switch(stage, orders, (), files)


def _record(stage: Stage, orders: Sequence[Order]) -> None:
    """What is about to leave the house goes into the register of published cells first."""
    made = [o.report for o in orders if o.report.at(stage.made).folder.is_dir()]
    if made:
        from skk_analysis.reporting.disclosure.published import record_published

        record_published(made[0].workspace, [report.at(stage.next) for report in made])


def _switch(
    stage: Stage, orders: Sequence[Order], changed: Iterable[Path], files: Mapping[str, bytes]
) -> None:
    stage.assemble(changed)
    _record(stage, orders)
    for name, content in files.items():
        stage.put(name, content)
    for place in list(outlived_changes(stage, orders)):
        (stage.next / place).unlink(missing_ok=True)
    following = [order.at(stage.next) for order in orders]
    for name, content in _on_the_site(following).items():
        stage.put(name, content)
    for order in following:
        drop_stale_pdf(order.report.folder)
    stage.switch()


def _changed(stage: Stage, order: Order) -> Iterator[Path]:
    """What a run made for an order, or found to be in its way, relative to the site."""
    made = order.report.at(stage.made)
    whole = made.folder.is_dir()
    if whole:
        yield made.path
    if whole or made.failure():
        yield made.failure_file.relative_to(stage.made)
        yield made.failed_notebook.relative_to(stage.made)


def _on_the_site(orders: Sequence[Order]) -> dict[str, bytes]:
    """What publication writes: pages about all, and stamps that the ledger has changed."""
    if not orders:
        return site_pages(orders)
    reports = [order.report for order in orders]
    with reading_once():  # the site that is looked at changes when all this is known
        return {**dict(restamped(reports[0].workspace, reports)), **site_pages(orders)}


def _is_up_to_date(site: Path, pages: Mapping[str, bytes]) -> bool:
    return all(_content(site / name) == content for name, content in pages.items())


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
