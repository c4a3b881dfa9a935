"""Speed of report runs: the twelve city reports of the sample against plain papermill loops.

Each way makes the same twelve reports with their HTML, from a cleaned workspace without reports, in
processes of its own; ways take turns. The loops are what one would write by hand:
``papermill.execute_notebook`` and nbconvert's HTML exporter in one process, and the two commands.
Wall time and processor time (with all children) are medians over the repeats.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from skk_analysis.programme import Programme
from skk_analysis.reporting.cleaned import clean
from skk_analysis.reporting.inputs import MEMORY
from skk_analysis.reporting.kinds import CITY_YEAR
from skk_analysis.workspace import Workspace, sha256

ROOT = Path(__file__).resolve().parents[1]
SKK = [sys.executable, "-m", "skk_analysis"]
TOLD = 4000
"""Characters that are told of what a command that failed has printed."""
KIND = ["--kind", CITY_YEAR.name, "--language", "fi"]

LOOP = """
import json, sys
from pathlib import Path
import papermill
from nbconvert import HTMLExporter
notebook, folder, *parameters = sys.argv[1:]
for number, values in enumerate(map(json.loads, parameters)):
    made = Path(folder, f"{number}.ipynb")
    papermill.execute_notebook(notebook, made, parameters=values)
    page, _ = HTMLExporter().from_filename(str(made))
    made.with_suffix(".html").write_text(page, "utf-8")
"""

OURS = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from skk_analysis.reporting.grid import Listener, run_reports
from skk_analysis.reporting.plan import Choice
from skk_analysis.workspace import Workspace
outcomes = []
run_reports(
    Workspace(Path(sys.argv[1])), Choice(kinds=["city_year"], languages=["fi"]),
    listener=Listener(done=lambda outcome: outcomes.append(asdict(outcome))),
)
print(json.dumps(outcomes))
"""

BARE = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
import nbformat
from skk_analysis.reporting.page.exporter import report_page

notebook, *parameters = sys.argv[1:]
shell = InteractiveShell.instance()

def make(values):
    began = time.process_time()
    made = nbformat.read(notebook, as_version=4)
    injected = nbformat.v4.new_code_cell("\\n".join(f"{k} = {v!r}" for k, v in values.items()))
    injected.metadata["tags"] = ["injected-parameters"]
    place = next(i for i, c in enumerate(made.cells) if "parameters" in c.metadata.get("tags", []))
    made.cells.insert(place + 1, injected)
    for cell in made.cells:
        if cell.cell_type == "code":
            with capture_output() as shown:
                shell.run_cell(cell.source).raise_error()
            cell.outputs = [
                nbformat.v4.new_output("display_data", data=o.data, metadata=o.metadata or {})
                for o in shown.outputs
            ]
    report_page(made, values["language"], True, "0" * 12, "")
    return time.process_time() - began

reports = list(map(json.loads, parameters))
make(reports[0])
print(json.dumps([make(values) for values in reports]))
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", help="ways whose name has this")
    parser.add_argument(
        "--loops", type=int, default=12, help="reports that the loops make, scaled to twelve"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "workspace")
        shutil.copytree(ROOT / "data" / "raw", workspace.raw)
        clean(workspace)
        values = [
            json.dumps({**s.parameters, "language": "fi", "workspace": str(workspace.root)})
            for s in CITY_YEAR.subjects(Programme.of(workspace))
        ]
        ways = {
            "skk reports": lambda: _skk(workspace),
            "execute_notebook loop": lambda: _scaled(_loop, values, arguments.loops),
            "papermill command loop": lambda: _scaled(_commands, values, arguments.loops),
        }
        if arguments.only:
            ways = {name: way for name, way in ways.items() if arguments.only in name}
        _table({name: [] for name in ways}, ways, arguments.repeats)
        if "skk reports" in ways:
            _per_report(workspace, values, arguments.repeats)
            _second_runs(workspace, arguments.repeats)


def _table(times: dict[str, list[tuple[float, float]]], ways: dict, repeats: int) -> None:
    for _ in range(repeats):
        for name, way in ways.items():
            times[name].append(way())
    print(f"\n| twelve reports | wall s | processor s | wall / ours | runs: {repeats} |")
    print("| --- | ---: | ---: | ---: | --- |")
    ours = _median(times, "skk reports", 0) if "skk reports" in times else None
    targets = {"execute_notebook loop": 4, "papermill command loop": 6}
    for name in times:
        wall, processor = _median(times, name, 0), _median(times, name, 1)
        ratio, verdict = "", ""
        if ours and name in targets:
            ratio = f"{wall / ours:.1f}"
            verdict = f"≥ {targets[name]}: {'met' if wall / ours >= targets[name] else 'missed'}"
        print(f"| {name} | {wall:.1f} | {processor:.1f} | {ratio} | {verdict} |")


def _median(times: dict[str, list[tuple[float, float]]], name: str, which: int) -> float:
    return statistics.median(pair[which] for pair in times[name])


def _skk(workspace: Workspace) -> tuple[float, float]:
    _forget(workspace)
    return _timed([*SKK, "--workspace", str(workspace.root), "reports", *KIND])


def _scaled(way: Callable, values: list[str], count: int) -> tuple[float, float]:
    """A loop's times, of its first reports if not of all: each takes as long as the others."""
    wall, processor = way(values[:count])
    return wall * len(values) / count, processor * len(values) / count


def _loop(values: list[str]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        return _timed([sys.executable, "-c", LOOP, str(CITY_YEAR.notebook), folder, *values])


def _commands(values: list[str]) -> tuple[float, float]:
    """One ``papermill`` and one ``jupyter nbconvert`` a report, as a shell loop has them."""
    binaries, total = Path(sys.executable).parent, (0.0, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for number, value in enumerate(values):
            made = str(Path(folder) / f"{number}.ipynb")
            options = [x for k, v in json.loads(value).items() for x in ("-p", k, str(v))]
            for command in (
                [str(binaries / "papermill"), str(CITY_YEAR.notebook), made, *options],
                [str(binaries / "jupyter"), "nbconvert", "--to", "html", made],
            ):
                wall, processor = _timed(command)
                total = (total[0] + wall, total[1] + processor)
    return total


def _per_report(workspace: Workspace, values: list[str], repeats: int) -> None:
    """Processor time of worker and kernel against the bare functions, and memory at its peak."""
    ours, bare, outcomes = [], [], []
    for _ in range(repeats):
        _forget(workspace)
        outcomes = json.loads(_output([sys.executable, "-c", OURS, str(workspace.root)]))
        ours.append(statistics.median(o["processor"] for o in outcomes))
        told = _output([sys.executable, "-c", BARE, str(CITY_YEAR.notebook), *values])
        bare.append(statistics.median(json.loads(told)))
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"\nProcessor s a report: ours {statistics.median(ours):.2f}, bare functions in a warm ")
    print(f"process {statistics.median(bare):.2f}: {ratio:.2f} × (≤ 1.6)")
    worker, kernel = (
        max(o[f"{who}_peak"] for o in outcomes) / 2**20 for who in ("worker", "kernel")
    )
    print(f"Most memory: worker {worker:.0f} MB, kernel {kernel:.0f} MB")


def _second_runs(workspace: Workspace, repeats: int) -> None:
    """With nothing changed, and with one household of one city changed."""
    report = [*SKK, "--workspace", str(workspace.root), "reports", *KIND]
    _output(report)
    idle = [_timed(report) for _ in range(repeats)]
    wall, processor = (statistics.median(pair[i] for pair in idle) for i in (0, 1))
    print(f"Nothing changed: wall {wall:.2f} s, processor {processor:.2f} s (≤ 3 s)")
    _change_a_household(workspace)
    told = _output(report).splitlines()
    made = sorted(line.split("] ")[1].split(" (")[0] for line in told if line.startswith("["))
    print(f"One household of Espoo changed: {', '.join(made)}. {told[-1].partition('. ')[0]}")


def _change_a_household(workspace: Workspace) -> None:
    resources = workspace.resources()
    place = next(i for i, r in enumerate(resources) if r.name == "kotitaloudet-espoo")
    file = workspace.raw / resources[place].path
    lines = gzip.decompress(file.read_bytes()).decode("iso-8859-1").splitlines(keepends=True)
    column = lines[0].split(";").index("kaytettavissa_olevat_tulot")
    row = next(i for i, line in enumerate(lines) if ";2019;" in line)
    cells = lines[row].split(";")
    cells[column] = str(int(cells[column]) + 100)
    lines[row] = ";".join(cells)
    file.write_bytes(gzip.compress("".join(lines).encode("iso-8859-1")))
    resources[place] = replace(resources[place], sha256=sha256(file), bytes=file.stat().st_size)
    workspace.write_resources(resources)


def _forget(workspace: Workspace) -> None:
    shutil.rmtree(workspace.reports, ignore_errors=True)
    (workspace.processed / MEMORY).unlink(missing_ok=True)


def _timed(command: list[str]) -> tuple[float, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    _output(command)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, sum((after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime))


def _output(command: list[str]) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    if done.returncode:
        ends = {"output": done.stdout[-TOLD:], "errors": done.stderr[-TOLD:]}
        told = "\n".join(f"--- end of its {n}:\n{e or '(nothing)'}" for n, e in ends.items())
        raise SystemExit(f"{' '.join(command)[:200]} … ended with {done.returncode}.\n{told}")
    return done.stdout


if __name__ == "__main__":
    main()
