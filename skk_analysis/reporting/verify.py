"""Is a published report what its workspace gives? It is made again, beside the site, and compared.

Nothing that is published or processed is written to: the report is made in a temporary folder, and
where the processed data are not what cleaning would make now, so are they.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting import ingredients
from skk_analysis.reporting.cleaned import clean, is_clean
from skk_analysis.reporting.differences import (
    NumberDifference,
    TextDifference,
    number_differences,
    page_differences,
)
from skk_analysis.reporting.execute import EXECUTION_TIMEOUT
from skk_analysis.reporting.fingerprint import Versions
from skk_analysis.reporting.ingredients import Crate, IngredientDifference
from skk_analysis.reporting.inputs import worked_out
from skk_analysis.reporting.kinds import KINDS, Kind
from skk_analysis.reporting.plan import Choice, chosen_reports, order_of
from skk_analysis.reporting.report import CRATE, NOTEBOOK, PAGE, RECORD, RESULTS, Record, Report
from skk_analysis.reporting.runner import finished_report
from skk_analysis.reporting.signoff.statuses import stamp_faults
from skk_analysis.reporting.stamp import content_hash
from skk_analysis.review.ledger import folder_of
from skk_analysis.workspace import SkkError, Workspace

IDENTICAL, DIFFERENT, TAMPERED = 0, 1, 3
"""Exit statuses; 2 is wrong usage."""
SHOWN = 20
"""Differences of one sort that are printed unless all are asked for."""


@dataclass(frozen=True)
class Verification:
    """What came out.

    Attributes
    ----------
    report : its name
    tampered : why the published folder is not as it was made; nothing was run then
    failure : why the report could not be made again
    files : published files whose bytes are others now
    ingredients, numbers, texts, figures : what is different
    tolerance : up to which numbers count as the same
    """

    report: str
    tampered: tuple[str, ...] = ()
    failure: str = ""
    files: tuple[str, ...] = ()
    ingredients: tuple[IngredientDifference, ...] = ()
    numbers: tuple[NumberDifference, ...] = ()
    texts: tuple[TextDifference, ...] = ()
    figures: tuple[TextDifference, ...] = ()
    tolerance: float = field(default=0.0, kw_only=True)

    @property
    def identical(self) -> bool:
        """Whether every file is the same, byte for byte."""
        return not (self.tampered or self.failure or self.files)

    @property
    def agrees(self) -> bool:
        """Identical, or with a tolerance: no number is farther from the published one."""
        within = self.tolerance > 0 and not (self.tampered or self.failure or self.numbers)
        return self.identical or within

    @property
    def status(self) -> int:
        """Exit status of ``skk verify``."""
        return TAMPERED if self.tampered else IDENTICAL if self.agrees else DIFFERENT

    def __str__(self) -> str:
        return self.told(SHOWN)

    def told(self, shown: int | None = None) -> str:
        """The verdict, and so many differences of each sort, all by default."""
        lists = {
            "ingredients differ": self.ingredients,
            "numbers differ": self.numbers,
            "texts differ": self.texts,
            "figures differ": self.figures,
        }
        lines = [f"{self.report}: {self._verdict}"]
        for title, found in lists.items():
            if found:
                lines.append(f"  {len(found)} {title}:")
                lines += [f"    {one}" for one in found[:shown]]
                left = len(found[shown:]) if shown is not None else 0
                lines += [f"    … and {left} more"] if left else []
        return "\n".join(lines)

    @property
    def _verdict(self) -> str:
        if self.tampered:
            return f"tampered with since it was made ({'; '.join(self.tampered)})"
        if self.failure:
            return f"cannot be made again: {self.failure}"
        if self.identical:
            return "identical"
        content = (*self.numbers, *self.texts, *self.figures)
        if not content and self.ingredients:
            return "the same numbers, texts and figures, made from other ingredients"
        if not content:
            return f"the same content, but not the same bytes of {', '.join(self.files)}"
        if self.agrees:
            return f"the same numbers within a tolerance of {self.tolerance:g}"
        return "different"


def verify(
    report: Report | str | Path,
    workspace: Workspace | None = None,
    tolerance: float = 0.0,
    kinds: Sequence[Kind] = KINDS,
    timeout: int = EXECUTION_TIMEOUT,
) -> Verification:
    """Make a report again from its workspace and compare.

    Parameters
    ----------
    report : a report, or the path of its folder or of a file in it; a copy of the folder elsewhere
        is compared just the same
    workspace : where data and register lie, for a path; by default `Workspace.find`
    tolerance : numbers are the same if they differ by no more than this times the larger of them,
        or times 1 if both are smaller
    kinds : the kinds of reports that there are
    timeout : seconds that one cell of the notebook may take

    Raises
    ------
    SkkError
        If there is no such report.
    """
    folder = report.folder if isinstance(report, Report) else _folder(Path(report))
    tampered = tampering(folder)
    if tampered:
        return Verification(str(report), tuple(tampered))
    if not isinstance(report, Report):
        report = _report_in(folder, workspace or Workspace.find(), kinds)
    if forged := stamp_faults(report, folder):
        return Verification(str(report), tuple(forged))
    with tempfile.TemporaryDirectory(prefix="skk-verify-") as scratch:
        return _compared(report, folder, Path(scratch), tolerance, timeout)


def report_at(place: Path, workspace: Workspace, kinds: Sequence[Kind] = KINDS) -> Report:
    """The report whose folder, or a file of it, lies at a place; also of a copy elsewhere.

    Raises
    ------
    SkkError
        If there is none.
    """
    return _report_in(_folder(place), workspace, kinds)


def published_reports(
    workspace: Workspace, choice: Choice, kinds: Sequence[Kind] = KINDS
) -> list[Report]:
    """The chosen reports that have been published: by default in all languages.

    Raises
    ------
    SkkError
        If there is none.
    """
    everywhere = (workspace.processed / "areas.parquet").is_file()
    choice = replace(choice, languages=choice.languages or LANGUAGES, all_municipalities=everywhere)
    found = [r for r in chosen_reports(workspace, choice, kinds) if (r.folder / RECORD).exists()]
    if not found:
        raise SkkError(f"No such report has been published in {workspace.reports}.")
    return found


def tampering(folder: Path) -> list[str]:
    """Why a report's folder is not as it was made; empty if it is."""
    for name, read in ((RECORD, _record), (CRATE, Crate)):
        try:
            read(folder)
        except FileNotFoundError:
            return [f"{name} is missing"]
        except (OSError, ValueError, TypeError):
            return [f"{name} cannot be read"]
    outputs, crate = _record(folder).outputs, Crate(folder)
    expected = {name: {outputs.get(name, "")} for name in (PAGE, NOTEBOOK, RESULTS, *outputs)}
    expected[RECORD] = set()
    found = []
    for name, hashes in expected.items():
        file = folder / name
        if not file.is_file():
            found.append(f"{name} is missing")
        elif {content_hash(file)} != hashes | {crate.hash(name)}:
            found.append(f"{name} is not what its recorded hash says")
    return found


def _compared(
    report: Report, folder: Path, scratch: Path, tolerance: float, timeout: int
) -> Verification:
    record, crate = _record(folder), Crate(folder)
    versions = Versions.now(report.kind.notebook.resolve())
    found = ingredients.files_and_software(report, record, crate, versions)
    name = str(report)
    try:
        report = replace(report, workspace=_cleaned(report.workspace, scratch / "workspace"))
        inputs = worked_out(report.workspace, report.kind, report.subject)
        resources = {resource.name: resource for resource in report.workspace.resources()}
        order = order_of(report, inputs, resources, versions, timeout)
        if order.problem:
            raise SkkError(order.problem)
        found += ingredients.data(report, record, crate, order.data, order.sources)
        (scratch / "report").mkdir()
        now = finished_report(order, scratch / "report", scratch)
    except SkkError as error:
        return Verification(name, failure=str(error), ingredients=tuple(found))
    names = dict.fromkeys([*record.outputs, *_record(now).outputs, RECORD])
    files = [name for name in names if _hash(folder / name) != _hash(now / name)]
    texts, figures = page_differences(folder, now, (record.run_id, order.run_id))
    return Verification(
        name,
        files=tuple(files),
        ingredients=tuple(found),
        numbers=tuple(number_differences(folder, now, tolerance)),
        texts=tuple(texts),
        figures=tuple(figures),
        tolerance=tolerance,
    )


def _hash(file: Path) -> str | None:
    return content_hash(file) if file.is_file() else None


def _cleaned(workspace: Workspace, scratch: Path) -> Workspace:
    """The workspace if its processed data are current, else one with the same raw files."""
    if is_clean(workspace):
        return workspace
    made = Workspace(scratch)
    made.raw.parent.mkdir(parents=True)
    try:
        made.raw.symlink_to(workspace.raw.resolve(), target_is_directory=True)
    except OSError:  # where links need a privilege
        shutil.copytree(workspace.raw, made.raw)
    if folder_of(workspace).exists():  # reviewed grades are among the data
        shutil.copytree(folder_of(workspace), folder_of(made))
    clean(made)
    return made


def _folder(place: Path) -> Path:
    folder = place if place.is_dir() else place.parent
    if not place.exists() or not any((folder / name).is_file() for name in (RECORD, PAGE)):
        raise SkkError(f"{place} is no report: there is no {RECORD} in {folder}.")
    return folder


def _report_in(folder: Path, workspace: Workspace, kinds: Sequence[Kind]) -> Report:
    """The report that lies in a folder: known by its place, or by what its records say."""
    there = list(_all_reports(workspace, kinds))
    for report in there:
        if report.folder.resolve() == folder.resolve():
            return report
    parameters, kind = _record(folder).parameters, Crate(folder).kind
    same = [r for r in there if r.parameters == parameters and r.kind.notebook.stem == kind]
    if len(same) != 1:
        told = ", ".join(f"{name} {value}" for name, value in parameters.items())
        raise SkkError(
            f"{folder} is a report of the kind {kind!r} with {told}, which the register of "
            f"{workspace.root} does not have."
        )
    return same[0]


def _all_reports(workspace: Workspace, kinds: Sequence[Kind]) -> Iterator[Report]:
    yield from chosen_reports(workspace, Choice(languages=LANGUAGES), kinds)


def _record(folder: Path) -> Record:
    """The record of a folder, whatever its other files are."""
    return Record(**json.loads((folder / RECORD).read_text("utf-8")))
