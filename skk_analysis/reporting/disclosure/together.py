"""What finished reports give away together holds them back: from the site, and from a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from skk_analysis.reporting.disclosure.batch import batch_findings
from skk_analysis.review.disclosure.across import Finding
from skk_analysis.review.disclosure.batch import FAIL
from skk_analysis.workspace import SkkError, Workspace

if TYPE_CHECKING:
    from skk_analysis.reporting.report import Record, Report

LISTED = 10


def held_back(
    workspace: Workspace, made: Mapping[Report, Record], there: Mapping[Report, Record | None]
) -> dict[Report, str]:
    """The finished reports that may not be published, each with what to tell.

    Parameters
    ----------
    made : finished and about to take the place of what is there
    there : every report of the site, in its place, with its record

    Notes
    -----
    Without a report that is held back the former one stays, whose numbers may not fit either, so
    this goes on until what would be published passes. A fault of reports that stay as they are
    holds nothing back: they are out, and nothing new makes it worse.
    """
    left = dict(made)
    told: dict[Report, str] = {}
    while left:
        new = {report.path for report in left}
        every = {**left, **{r: one for r, one in there.items() if r.path not in new}}
        faults = [one for one in batch_findings(workspace, every) if one.outcome == FAIL]
        stopped = {report: own for report in left if (own := concerning(report, faults))}
        if not stopped:
            break
        for report, own in stopped.items():
            told[report] = message(own)
            del left[report]
    return told


def check_release(
    workspace: Workspace, taken: Iterable[Report], there: Mapping[Report, Record | None]
) -> None:
    """See that nothing leaves the house that gives away what is hidden.

    Parameters
    ----------
    taken : into the release
    there : every report of the site with its record

    Raises
    ------
    SkkError
        With every number that is given away (its id, never its value), and the mend.
    """
    faults = [one for one in batch_findings(workspace, there) if one.outcome == FAIL]
    own = dict.fromkeys(one for report in taken for one in concerning(report, faults))
    if own:
        raise SkkError(f"Nothing was packed. {message(list(own), 'this release')}")


def concerning(report: Report, faults: Sequence[Finding]) -> list[Finding]:
    """The findings that the report has a part in."""
    names = {"/".join(report.subject.folder), report.path.as_posix()}
    return [one for one in faults if names & set(one.reports)]


def message(faults: Sequence[Finding], what: str = "this report") -> str:
    """What a person is told."""
    lines = [f"{one.report}, {one.id}: {one.reason}" for one in faults[:LISTED]]
    more = [f"… and {len(faults) - LISTED} more"] if len(faults) > LISTED else []
    return "\n".join(
        [
            f"Disclosure control stops {what}: the reports together give {len(faults)} hidden "
            "numbers away. Hide one more of each sum, or record an exception "
            "(disclosure_exceptions.csv); audit/ on the site lists them.",
            *lines,
            *more,
        ]
    )
