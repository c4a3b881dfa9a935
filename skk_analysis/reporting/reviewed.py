"""Grades of evidence as reviewers left them: among the data that a report reads.

A reviewer who lowers a grade changes what the report may say. The decision lies in the ledger; here
it becomes part of the slice of each report that tells the grade, so that exactly those are made
anew, with the words that the new grade allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from skk_analysis.impact.experiment_inputs import ExperimentInputs, experiment_inputs
from skk_analysis.impact.grade import Judgement
from skk_analysis.review.book import Book
from skk_analysis.review.ledger import folder_of, read
from skk_analysis.workspace import Workspace


def reviewed_grades(workspace: Workspace) -> dict[str, Judgement]:
    """The latest judgement of each experiment's grade.

    Raises
    ------
    LedgerError
        If the ledger does not hold together: nobody knows then what was decided.
    """
    ledger = read(folder_of(workspace))
    ledger.check()
    found = {}
    for experiment, entry in sorted(Book(ledger.entries).grades.items()):
        told = entry.payload
        if told["to"] != told["computed"]:  # else an earlier judgement was taken back
            found[experiment] = Judgement(
                told["computed"], told["to"], told["text"], entry.reviewer
            )
    return found


def reviewed_inputs(
    workspace: Workspace, experiments: Iterable[str], until: int | None = None
) -> dict[str, ExperimentInputs]:
    """What each experiment's effect is estimated from, with what reviewers said of its grade.

    Parameters
    ----------
    experiments : ids in the register
    until : year at whose end is looked; by default all that is known

    Raises
    ------
    ValueError
        If the register has no such experiment.
    """
    grades = reviewed_grades(workspace)
    found = {}
    for name in experiments:
        known = experiment_inputs(workspace, name)
        known = known if until is None else known.until(until)
        found[name] = replace(known, judgement=grades.get(name))
    return found
