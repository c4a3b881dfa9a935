"""Which reports there are, and what each would be made from now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skk_analysis.language import LANGUAGES
from skk_analysis.programme import Programme
from skk_analysis.reporting.fingerprint import Versions, run_id
from skk_analysis.reporting.inputs import Inputs, inputs
from skk_analysis.reporting.parameters import check_report
from skk_analysis.reporting.report import RECORD, Report
from skk_analysis.reporting.runner import Order
from skk_analysis.workspace import Resource, Workspace

DEFAULT_LANGUAGES = (LANGUAGES[0],)


def chosen_reports(
    workspace: Workspace,
    cities: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    languages: Sequence[str] | None = None,
) -> list[Report]:
    """The reports of the named cities, years and languages, in the register's order.

    Raises
    ------
    SkkError
        Naming the first city, year or language that there is not, and those there are.
    """
    programme = Programme.of(workspace)
    known_years = programme.years()
    places = [programme.city(name) for name in cities] if cities else programme.cities()
    reports = [
        Report(workspace, city, year, language)
        for city in dict.fromkeys(places)
        for year in dict.fromkeys(years or known_years)
        for language in dict.fromkeys(languages or DEFAULT_LANGUAGES)
    ]
    for report in reports:
        check_report(report, known_years)
    return reports


def listed_reports(workspace: Workspace, chosen: Sequence[Report]) -> list[Report]:
    """What the index lists: each city and year in each language that is asked for or on disk."""
    asked = {report.language for report in chosen}
    present = {path.parent.name for path in workspace.reports.glob(f"*/*/*/{RECORD}")}
    languages = [lang for lang in LANGUAGES if lang in asked | present | set(DEFAULT_LANGUAGES)]
    return chosen_reports(workspace, languages=languages)


def plan(
    reports: Sequence[Report], workspace: Workspace, notebook: Path, timeout: int
) -> list[Order]:
    """What would be made for each report; an order without data says why in ``problem``."""
    versions = Versions.now(notebook)
    resources = {resource.name: resource for resource in workspace.resources()}
    known = inputs(workspace, [(report.city, report.year) for report in reports])
    return [
        _order(report, known[report.city.key, report.year], resources, notebook, versions, timeout)
        for report in reports
    ]


def _order(
    report: Report,
    data: Inputs,
    resources: dict[str, Resource],
    notebook: Path,
    versions: Versions,
    timeout: int,
) -> Order:
    used = [resources[name] for name in data.resources]
    return Order(
        report=report,
        notebook=notebook,
        run_id=run_id(data.data, report.parameters, versions),
        data=data.data,
        data_date=max((resource.retrieved for resource in used), default=""),
        invented=any(resource.invented for resource in used),
        sources={resource.name: resource.sha256 for resource in used},
        versions=versions,
        problem=data.problem,
        timeout=timeout,
    )
