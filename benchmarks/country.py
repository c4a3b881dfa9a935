"""A whole country: the city reports of 309 municipalities in ten years, and what each costs.

    .venv/bin/python benchmarks/country.py FOLDER                       # 12, 309 and 3 090 reports
    .venv/bin/python benchmarks/country.py FOLDER --reports 12 60       # a first look

FOLDER becomes a workspace with generated data (``skk sample --country``); made once, it is used
again. Every step goes through `run_reports`, as ``skk reports --all-municipalities`` does, in one
language; the steps hold each other, so 3 090 means all that the earlier ones have left. What was
measured of a report is written to ``outcomes.jsonl`` as soon as it is made: killed at any moment,
the same command goes on where it was, and the table at the end is of all reports together. Memory
is the most that a process held at once (resident, so what kernels share with the fork server that
they come from is counted in each); a worker's is since it began, which shows whether it grows.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from skk_analysis.reporting.cleaned import clean, is_clean
from skk_analysis.reporting.disclosure.mask import is_protected, protect
from skk_analysis.reporting.grid import Listener, run_reports
from skk_analysis.reporting.kinds import CITY_YEAR
from skk_analysis.reporting.plan import Choice, chosen_reports
from skk_analysis.reporting.report import Report
from skk_analysis.reporting.runner import Outcome
from skk_analysis.sample.country import write_country
from skk_analysis.workspace import Workspace

OUTCOMES = "outcomes.jsonl"
STEPS = (12, 309, 3090)
MB = 1 << 20


def main() -> None:
    """Make the reports step by step and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the workspace; made if it is not there")
    parser.add_argument("--reports", type=int, nargs="+", default=STEPS, help="size of each step")
    parser.add_argument("--language", default="fi")
    parser.add_argument("--jobs", type=int, help="reports at a time; by default one a core")
    arguments = parser.parse_args()
    workspace = _workspace(arguments.folder)
    everything = chosen_reports(
        workspace,
        Choice(kinds=[CITY_YEAR.name], languages=[arguments.language], all_municipalities=True),
    )
    for size in arguments.reports:
        _step(workspace, _spread(everything, size), arguments.jobs)
    _table(workspace, {size: _spread(everything, size) for size in arguments.reports})


def _workspace(folder: Path) -> Workspace:
    """The generated country, cleaned and with its protected cells."""
    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(folder.resolve())
    if not workspace.raw.exists():
        _timed("generating", lambda: write_country(workspace.root))
    if not is_clean(workspace):
        _timed("cleaning", lambda: clean(workspace))
    if not is_protected(workspace):
        _timed("protecting", lambda: protect(workspace))
    return workspace


def _spread(everything: list[Report], size: int) -> list[Report]:
    """So many reports from all over the country: whole years, the middle one first.

    The first 309 are all municipalities of one year; fewer are spread evenly over these.
    """
    years = sorted({report.parameters["year"] for report in everything})
    middle = years[len(years) // 2]
    ordered = sorted(everything, key=lambda report: report.parameters["year"] != middle)
    first = sum(report.parameters["year"] == middle for report in everything)
    if size >= first:
        return ordered[:size]
    return [ordered[place * first // size] for place in range(size)]


def _step(workspace: Workspace, reports: list[Report], jobs: int | None) -> None:
    """Bring these reports up to date; each is on record as soon as it is made."""
    by_year: dict[int, list[str]] = {}
    for report in reports:
        assert report.subject.city is not None
        by_year.setdefault(report.parameters["year"], []).append(report.subject.city.name_fi)
    groups: dict[tuple[str, ...], list[int]] = {}
    for year, cities in by_year.items():  # one run for all years that have the same cities
        groups.setdefault(tuple(sorted(cities)), []).append(year)
    for cities, years in groups.items():
        choice = Choice(
            kinds=[CITY_YEAR.name], languages=[reports[0].language], cities=cities, years=years,
            all_municipalities=True,
        )  # fmt: skip
        with (workspace.root / OUTCOMES).open("a", encoding="utf-8") as file:

            def done(outcome: Outcome) -> None:
                file.write("\n" + json.dumps(asdict(outcome)))  # after a line that was cut off, too
                file.flush()

            began = _spent()
            summary = _timed(
                f"{len(cities) * len(years)} reports",
                partial(run_reports, workspace, choice, jobs, listener=Listener(done=done)),
            )
            made, around = len(summary.made), _spent() - began
        print(
            f"    made {made}, up to date {len(summary.skipped)}, failed {len(summary.failed)}; "
            f"this process: {around:.1f} s of processor time, "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most",
            flush=True,
        )
        if summary.failed:
            print(f"    {summary.failed[0].message}", file=sys.stderr)


def _table(workspace: Workspace, steps: dict[int, list[Report]]) -> None:
    """Cost and memory of a report by step, each step with the reports of those before."""
    latest = {told["report"]: told for told in _outcomes(workspace) if not told["message"]}
    print("\n| reports | made | processor s, median (mean) | wall s | most MB: kernel | worker |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for size, reports in steps.items():
        mine = [latest[str(report)] for report in reports if str(report) in latest]
        if mine:
            seconds = [told["processor"] for told in mine]
            kernel, worker = (
                max(told[f"{who}_peak"] for told in mine) / MB for who in ("kernel", "worker")
            )
            print(
                f"| {size} | {len(mine)} | {statistics.median(seconds):.2f} "
                f"({statistics.fmean(seconds):.2f}) | "
                f"{statistics.median(told['seconds'] for told in mine):.2f} | "
                f"{kernel:.0f} | {worker:.0f} |"
            )


def _outcomes(workspace: Workspace) -> list[dict[str, Any]]:
    """Everything on record; a line that a kill cut off is passed over, as empty ones are."""
    found = []
    for line in (workspace.root / OUTCOMES).read_text("utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _spent() -> float:
    return time.process_time()


def _timed(name: str, work: Callable[[], Any]) -> Any:
    """Do something and tell how long it took."""
    began, spent = time.monotonic(), _spent()
    result = work()
    wall = time.monotonic() - began
    print(f"{name}: {wall:.1f} s, {_spent() - spent:.1f} s of processor time here", flush=True)
    return result


if __name__ == "__main__":
    main()
