"""Two reports made of the embedded sample: a city's year and an experiment's card."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from skk_analysis.reporting.grid import run_reports
from skk_analysis.reporting.plan import Choice
from skk_analysis.workspace import Workspace
from tests.review.checks.finished import Finished


@pytest.fixture(scope="session")
def finished_workspace(
    tmp_path_factory: pytest.TempPathFactory, sample_workspace: Workspace
) -> Workspace:
    """A workspace of the sample in which reports may be made."""
    root = tmp_path_factory.mktemp("finished")
    shutil.copytree(sample_workspace.root / "data", root / "data")
    return Workspace(root)


@pytest.fixture(scope="session")
def finished(finished_workspace: Workspace) -> Callable[[str], Finished]:
    """A report by its folder; it is made when it is first asked for."""
    made: dict[str, Finished] = {}

    def of(path: str) -> Finished:
        if path not in made:
            *subject, language = Path(path).parts
            choice = Choice(languages=[language])
            if subject[0] == "experiments":
                choice = Choice(
                    experiments=[subject[1]], kinds=["experiment"], languages=[language]
                )
            else:
                choice = Choice(
                    cities=[subject[0]], years=[int(subject[1])], kinds=["city_year"],
                    languages=[language],
                )  # fmt: skip
            summary = run_reports(finished_workspace, choice, jobs=1)
            assert not summary.failed, summary.failed
            made[path] = Finished.of(finished_workspace.reports / path)
        return made[path]

    return of
