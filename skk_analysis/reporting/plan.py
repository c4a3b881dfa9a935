"""Which reports there are, and what each would be made from now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from skk_analysis.language import LANGUAGES
from skk_analysis.programme import City, Programme
from skk_analysis.reporting.fingerprint import Versions, run_id
from skk_analysis.reporting.inputs import Inputs, inputs
from skk_analysis.reporting.kinds import CITY_YEAR, KINDS, Kind, Subject, city_years
from skk_analysis.reporting.municipalities import city_named, municipalities
from skk_analysis.reporting.parameters import check_parameters
from skk_analysis.reporting.report import RECORD, Report
from skk_analysis.reporting.runner import Order
from skk_analysis.workspace import Resource, SkkError, Workspace

DEFAULT_LANGUAGES = (LANGUAGES[0],)


@dataclass(frozen=True)
class Choice:
    """Which reports are meant; what is empty chooses nothing out.

    Parameters
    ----------
    cities : names, keys or codes; chooses the reports about one of these cities
    years : chooses the reports about one of these years
    experiments : ids; chooses the reports about one of these experiments
    kinds : names of kinds
    languages : of the reports; by default those of the city that one is about, else Finnish
    all_municipalities : city reports of every municipality in the cleaned data, not only of the
        programme's cities
    """

    cities: Sequence[str] = ()
    years: Sequence[int] = ()
    experiments: Sequence[str] = ()
    kinds: Sequence[str] = ()
    languages: Sequence[str] = ()
    all_municipalities: bool = False


def chosen_reports(
    workspace: Workspace, choice: Choice | None = None, kinds: Sequence[Kind] = KINDS
) -> list[Report]:
    """The chosen reports, in the register's order.

    Raises
    ------
    SkkError
        Naming the first city, year, experiment, kind or language that there is not, and those
        there are.
    """
    choice = choice or Choice()
    programme = Programme.of(workspace)
    every = municipalities(workspace) if choice.all_municipalities else None
    if every is None:
        places = {programme.city(name) for name in choice.cities}
    else:
        places = {city_named(workspace, name) for name in choice.cities}
    _known(choice.years, programme.years(), "The programme has no year {}. It has: {}.")
    _known(choice.languages, LANGUAGES, "There is no language {!r}; use {}.")
    for city in programme.cities():
        unknown = f"cities.csv, {city.name_fi}: there is no language {{!r}}; use {{}}."
        _known(city.languages, LANGUAGES, unknown)
    if choice.experiments:
        ids = [row["id"] for row in programme.experiments()]
        _known(choice.experiments, ids, "The register has no experiment {!r}. It has: {}.")
    _known(choice.kinds, [k.name for k in kinds], "There is no kind of report {!r}; use {}.")
    reports = [
        Report(workspace, kind, subject, language)
        for kind in kinds
        if not choice.kinds or kind.name in choice.kinds
        for subject in _subjects(kind, programme, every)
        if _is_chosen(subject, choice, places)
        for language in dict.fromkeys(choice.languages or default_languages(subject))
    ]
    for report in reports:
        check_parameters(report.parameters, report.kind.declared)
    return reports


def default_languages(subject: Subject) -> tuple[str, ...]:
    """The languages that reports on a subject are made in unless others are asked for."""
    return (subject.city.languages if subject.city else ()) or DEFAULT_LANGUAGES


def listed_reports(
    workspace: Workspace,
    chosen: Sequence[Report],
    kinds: Sequence[Kind] = KINDS,
    all_municipalities: bool = False,
    beside: Sequence[Path] = (),
) -> list[Report]:
    """What the index lists: each subject in its own languages and any that others are asked in.

    Of all municipalities it lists those that were chosen or have a report. ``beside`` are folders
    with reports that a killed run finished and did not publish.
    """
    present = _present(workspace.reports, *beside)
    every = chosen_reports(workspace, Choice(languages=LANGUAGES), kinds)
    own = {(*r.subject.folder, r.language) for r in every if _is_own(r)}
    subjects = {r.subject.folder for r in every}
    further = {report.language for report in chosen if not _is_own(report)}
    further |= {language for *folder, language in present - own if tuple(folder) in subjects}
    listed = [report for report in every if _is_own(report) or report.language in further]
    beyond = {tuple(folder) for *folder, _ in present} - {r.subject.folder for r in listed}
    if not (all_municipalities or beyond):
        return listed
    anywhere = Choice(languages=LANGUAGES, all_municipalities=True)
    needed = {*chosen, *listed}
    return [
        report
        for report in chosen_reports(workspace, anywhere, kinds)
        if report in needed or (*report.subject.folder, report.language) in present
    ]


def unlisted(workspace: Workspace, listed: Iterable[Report]) -> list[str]:
    """Folders on the site with reports that are about nothing in the register any more."""
    known = {report.path.parts for report in listed}
    return ["/".join(parts) for parts in sorted(_present(workspace.reports) - known)]


def _present(*places: Path) -> set[tuple[str, ...]]:
    """The reports in these folders that have the site's: subject and language."""
    return {
        path.relative_to(place).parts[:-1]
        for place in places
        for path in place.glob(f"*/*/*/{RECORD}")
    }


def plan(
    reports: Sequence[Report],
    workspace: Workspace,
    timeout: int,
    absent: Collection[Report] = (),
) -> list[Order]:
    """What would be made for each report; an order without data says why in ``problem``.

    ``absent`` are reports that are neither to be made nor lie anywhere: they are missing whatever
    their data, which are not read.
    """
    versions = cache(Versions.now)
    resources = {resource.name: resource for resource in workspace.resources()}
    asked = [(report.kind, report.subject) for report in reports if report not in absent]
    known = inputs(workspace, asked)
    return [
        unknown(report, "it was not asked for")
        if report in absent
        else order_of(
            report, known[report.subject], resources, versions(report.kind.notebook.resolve()),
            timeout,
        )
        for report in reports
    ]  # fmt: skip


def unknown(report: Report, problem: str) -> Order:
    """An order of which nobody knows what would be made, and why."""
    return Order(report, report.kind.notebook, "", "", "", False, {}, Versions("", "", ""), problem)


def absent_reports(
    reports: Iterable[Report], chosen: Collection[Report], beside: Sequence[Path] = ()
) -> set[Report]:
    """The reports that are not chosen and lie nowhere, not even as a failed one."""
    return {
        report
        for report in reports
        if report not in chosen
        and not any(
            one.folder.exists() or one.failure_file.exists()
            for one in (report, *map(report.at, beside))
        )
    }


def order_of(
    report: Report, data: Inputs, resources: dict[str, Resource], versions: Versions, timeout: int
) -> Order:
    """What would be made for a report from these inputs, resources and versions."""
    used = [resources[name] for name in data.resources]
    return Order(
        report=report,
        notebook=report.kind.notebook.resolve(),
        run_id=run_id(data.data, report.parameters, versions),
        data=data.data,
        data_date=max((resource.retrieved for resource in used), default=""),
        invented=any(resource.invented for resource in used),
        sources={resource.name: resource.sha256 for resource in used},
        versions=versions,
        problem=data.problem,
        timeout=timeout,
    )


def _subjects(kind: Kind, programme: Programme, every: list[City] | None) -> list[Subject]:
    if every is not None and kind.name == CITY_YEAR.name:
        return city_years(every, programme.years())
    return kind.subjects(programme)


def _is_own(report: Report) -> bool:
    return report.language in default_languages(report.subject)


def _is_chosen(subject: Subject, choice: Choice, places: set[City]) -> bool:
    """Whether each choice that was made takes the subject."""
    told = subject.parameters
    return (
        (not places or subject.city in places)
        and (not choice.years or told.get("year") in choice.years)
        and (not choice.experiments or told.get("experiment") in choice.experiments)
    )


def _known(wanted: Iterable[object], there: Sequence[object], message: str) -> None:
    for value in wanted:
        if value not in there:
            raise SkkError(message.format(value, ", ".join(map(str, there))))
