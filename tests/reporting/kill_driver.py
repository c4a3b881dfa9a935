"""Kills runs at random instants and looks at what is left; see ``test_killed.py``.

Two ways to hit an instant:

- ``events``: a run in a forked process kills itself before its n-th act on the file system, so that
  every step of publishing, adopting and sweeping is hit; each notebook is executed once only;
- ``processes``: a real ``skk run`` with kernels; after a random time one of its processes is
  killed: the run, a worker, a kernel, the fork server, the hook.

After each kill the visible site must be whole and of one generation; a second run, undisturbed,
must give the bytes of a run that was never killed, and nothing may be left over.

    python tests/reporting/kill_driver.py processes 100 SEED FOLDER
"""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace

from skk_analysis.reporting.execute import quick_imports

specification = importlib.util.spec_from_file_location(
    "bench_of_tests", Path(__file__).with_name("conftest.py")
)
conftest = importlib.util.module_from_spec(specification)
sys.modules["bench_of_tests"] = conftest
with quick_imports():
    specification.loader.exec_module(conftest)
sys.modules.update(conftest.stand_ins([]))

from skk_analysis.reporting import checked, fingerprint, runner  # noqa: E402
from skk_analysis.reporting.lock import LOCK  # noqa: E402
from skk_analysis.reporting.plan import Choice  # noqa: E402
from skk_analysis.reporting.report import RECORD  # noqa: E402
from skk_analysis.reporting.run import Settings, run  # noqa: E402
from skk_analysis.reporting.run_result import Exit  # noqa: E402
from skk_analysis.reporting.stamp import content_hash  # noqa: E402
from skk_analysis.workspace import Workspace  # noqa: E402

checked._register_faults = lambda _: []  # the small register has two tables only
MARK = "KILLED_IN_TESTS"
"""Environment variable that all processes of a run inherit: the folder of the test."""
PATIENCE = 120.0
VICTIMS = ("run", "run", "worker", "kernel", "server", "hook")
CHOICE = Choice(years=[2019])
NUMBER = """import os, pathlib
raw = pathlib.Path(os.environ['SKK_WORKSPACE'], 'data', 'raw', f'{city.lower()}.csv')
number = int(raw.read_text().split(';')[1])"""
CELLS = [
    conftest.START,
    NUMBER,
    "show({'text/html': f'<h1>{city} {year}: {number}</h1>'})",
    conftest.SECTION,
    conftest.NUMBERS,
    conftest.LAST,
    "show({'application/vnd.skk.results+json': [{'id': 'gini', 'value': number}]})",
    conftest.END,
]
HOOK = "/bin/sh -c 'cat > /dev/null; sleep 3'"


@dataclass
class Point:
    """One kill: whom, when, what the site was afterwards, and what was wrong, if anything."""

    victim: str
    at: float
    hit: bool = False
    exit: int = 0
    site: str = ""
    problem: str = ""


class Course:
    """A workspace whose raw files change between two states, and the site that each gives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.library = self.folder / "library"
        self.library.mkdir(parents=True)
        (self.library / "metrics.py").write_text("one = 1\n")
        fingerprint.LIBRARY = self.library
        workspace = conftest.make_small(self.folder / "työ tila {x}")
        self.bench = conftest.Bench(workspace, self.folder / "report.ipynb", self.library, [])
        self.bench.write(CELLS)
        self.temporary = Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp"))
        self.expected: dict[str, dict[str, bytes]] = {}

    @property
    def root(self) -> Path:
        return self.bench.workspace.root

    def settings(self, hook: str = "") -> Settings:
        return Settings(jobs=2, choice=CHOICE, on_failure=hook, kinds=[self.bench.kind])

    def put(self, state: str) -> None:
        """Change the raw files: ``A``, ``B`` or ``bad``."""
        for city in ("espoo", "jyväskylä"):
            content = {"A": f"{city};1\n", "B": f"{city};2\n", "bad": "bad\n"}[state]
            (self.bench.workspace.raw / f"{city}.csv").write_text(content, "utf-8")
        conftest.describe(self.bench.workspace)

    def start(self, hook: str = "") -> subprocess.Popen[bytes]:
        """A run in a process of its own."""
        environment = {**os.environ, MARK: str(self.folder), "KILL_HOOK": hook}
        environment["TMPDIR"] = str(self.temporary)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.Popen(
            [sys.executable, __file__, "child"], env=environment, stdout=subprocess.DEVNULL
        )

    def learn(self, runs) -> float:
        """What the two states look like when nobody is killed; seconds that a run takes.

        Each is looked at when it has followed the other, as a site tells what has changed.
        """
        for state in ("B", "A", "B", "A"):
            self.put(state)
            began = time.monotonic()
            assert runs() == Exit.CURRENT
            seconds = time.monotonic() - began
            self.expected[state] = self.bench.files()
        assert self.expected["A"] != self.expected["B"]
        return seconds

    def visible(self) -> str:
        """Which state the site shows; ``mixed`` if it is whole with failures, else an error."""
        files = self.bench.files()
        for state, expected in self.expected.items():
            if files == expected:
                return state
        self.check_whole()
        return "with failures"

    def check_whole(self) -> None:
        """Every page of the index is there and proved, and the index tells the same as they."""
        site = self.bench.workspace.reports
        index = (site / "index.html").read_text("utf-8")
        links = re.findall(r'href="([^"#]+/)index.html"', index)
        present = {f"{p.parent.relative_to(site).as_posix()}/" for p in site.rglob(RECORD)}
        assert set(links) == present, f"index {links}, site {present}"
        codes = set()
        for link in links:
            record = json.loads((site / link / RECORD).read_text("utf-8"))
            for name, expected in record["outputs"].items():
                assert content_hash(site / link / name) == expected, (
                    f"{link}{name} is not its record's"
                )
            assert record["run_id"] in index, f"{link} is not the one of the index"
            codes.add(record["code"])
        assert len(codes) == 1

    def left_over(self) -> list[str]:
        """What a finished run may not leave."""
        temporary = [str(p) for p in self.root.rglob(".*.part")]
        beside = [str(p) for p in self.root.glob(".reports-next")]
        lock = (self.root / LOCK).read_text()
        litter = [str(p) for p in self.temporary.iterdir()]
        return [*temporary, *beside, *litter, *([lock] if lock else []), *self.processes().values()]

    def processes(self) -> dict[int, str]:
        """Processes of a run, by id, with what they are."""
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.folder}".encode() not in (place / "environ").read_bytes():
                    continue
                state, parent = (place / "stat").read_text().rpartition(")")[2].split()[:2]
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if state != "Z":
                found[int(place.name)] = (command, int(parent))
        return {pid: _kind(command, parent, found) for pid, (command, parent) in found.items()}

    def wait_until_gone(self) -> None:
        """All processes of a killed run end by themselves."""
        end = time.monotonic() + PATIENCE
        while left := self.processes():
            assert time.monotonic() < end, f"still running: {left}"
            time.sleep(0.1)


def _kind(command: str, parent: int, found: dict[int, tuple[str, int]]) -> str:
    if "fork_server" in command:
        above = found.get(parent, ("", 0))[0]
        return "kernel" if "fork_server" in above else "server"
    kinds = {"ipykernel": "kernel", "popen_loky": "worker", "sleep": "hook", "/bin/sh": "hook"}
    return next((kind for part, kind in kinds.items() if part in command), "run")


def kill_processes(course: Course, points: int, seed: int) -> list[Point]:
    """Real runs; a process of them is killed after a random time."""

    def whole() -> int:
        return course.start().wait(PATIENCE)

    chance, made = random.Random(seed), []
    seconds = course.learn(whole)
    state = "A"
    for number in range(points):
        victim = chance.choice(VICTIMS)
        state = {"A": "B", "B": "A"}[state]
        point = Point(victim, round(chance.uniform(0, seconds), 3))
        try:
            course.put("bad" if victim == "hook" else state)
            _kill_one(course, point, chance)
            course.put(state)
            assert (status := whole()) == Exit.CURRENT, f"the next run ended with {status}"
            assert course.visible() == state, "the next run did not finish the work"
            course.wait_until_gone()
            assert not course.left_over(), f"left over: {course.left_over()}"
        except AssertionError as error:
            point.problem = str(error)
        made.append(point)
        _tell(f"{number} {point}")
    return made


def _kill_one(course: Course, point: Point, chance: random.Random) -> None:
    run = course.start(HOOK if point.victim == "hook" else "")
    try:
        if point.victim == "run":
            time.sleep(point.at)
            point.hit = run.poll() is None
            run.kill()
        else:
            point.hit = _kill_when_there(course, point.victim, run, chance)
        point.exit = run.wait(PATIENCE)
    finally:
        run.kill()
        run.wait()
    if point.victim == "run":
        course.wait_until_gone()
    point.site = course.visible()
    if point.victim == "run":
        assert point.site in course.expected, "a killed run left a mixed site"
    if point.victim == "hook":
        assert point.exit == Exit.DATA, f"a killed hook changed the status to {point.exit}"
    assert not point.hit or point.exit in (-9, 0, 1, 5), f"status {point.exit}"


def _kill_when_there(
    course: Course, victim: str, run: subprocess.Popen[bytes], chance: random.Random
) -> bool:
    """Kill a process of this kind some time after it appears; False if none did."""
    wait = chance.uniform(0, 1.5)
    while run.poll() is None:
        there = [pid for pid, kind in course.processes().items() if kind == victim]
        if there:
            time.sleep(wait)
            pid = chance.choice(there)
            if course.processes().get(pid) == victim:
                os.kill(pid, signal.SIGKILL)
                return True
            wait = 0.0
        time.sleep(0.02)
    return False


def kill_events(course: Course, points: int, seed: int) -> list[Point]:
    """Forked runs that kill themselves before an act on the file system."""
    _without_kernels()
    chance, made = random.Random(seed), []
    course.learn(lambda: run(course.bench.workspace, course.settings()).exit)
    course.put("B")
    _, acts = _forked(course, 0)
    course.put("A")
    assert _forked(course, 0)[0] == Exit.CURRENT
    state = "A"
    for number in range(points):
        state = {"A": "B", "B": "A"}[state]
        point = Point("act", chance.randint(1, acts + 2))
        try:
            course.put(state)
            point.exit, _ = _forked(course, int(point.at))
            point.hit = point.exit == -signal.SIGKILL
            point.site = course.visible()
            assert point.site in course.expected, "a killed run left a mixed site"
            if chance.random() < 0.5:  # and once more, in what the first has left
                _forked(course, chance.randint(1, acts))
                assert course.visible() in course.expected, "a second kill left a mixed site"
            assert _forked(course, 0)[0] == Exit.CURRENT, "the next run did not end well"
            assert course.visible() == state, "the next run did not finish the work"
            assert not course.left_over(), f"left over: {course.left_over()}"
        except AssertionError as error:
            point.problem = str(error)
        made.append(point)
        if point.problem:
            _tell(f"{number} {point}")
    return made


ACTS = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "ctypes.dlsym"}


def _forked(course: Course, kill_at: int) -> tuple[int, int]:
    """Exit status of a run in a fork, and its acts; the fork kills itself at the given one."""
    told, tell = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            acts = 0

            def count(event: str, arguments: tuple) -> None:
                nonlocal acts
                writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & 3
                if event in ACTS or writes:
                    acts += 1
                    if acts == kill_at:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(count)
            settings = course.settings()
            status = int(run(course.bench.workspace, settings).exit)
            os.write(tell, str(acts).encode())
        finally:
            os._exit(status)
    os.close(tell)
    with open(told, "rb") as pipe:  # noqa: PTH123
        acts = int(pipe.read() or 0)
    _, ended = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(ended), acts


def _without_kernels() -> None:
    """Reports that are made at once in this process, from notebooks that were executed before.

    Forks inherit what has been executed, so that a course learns its two states with kernels and
    every run after that does all but executing.
    """
    from skk_analysis.reporting import grid

    executed = {}
    execute = runner.execute

    def once(path, parameters, workspace, *rest):
        raw = workspace / "data" / "raw" / f"{parameters['city'].lower()}.csv"
        key = (raw.read_bytes(), *sorted(map(str, parameters.items())))
        if key not in executed:
            executed[key] = execute(path, parameters, workspace, *rest)
        return copy.deepcopy(executed[key])

    def make_all(orders, folder, _jobs, done, _apart):
        for order in orders:
            done(runner.make_report(order, folder))

    runner.execute = once
    grid.make_all, grid.warm_forks = make_all, lambda *_: None


def summary(points: list[Point]) -> str:
    """A table: victims, what became of the site, problems."""
    lines = ["victim    points   hit   old site   new site   with failures   problems"]
    for victim in sorted({p.victim for p in points}):
        own = [p for p in points if p.victim == victim]
        sites = Counter(p.site for p in own)
        was = Counter()
        for number, point in enumerate(points):
            if point.victim == victim and point.site in ("A", "B"):
                new = "B" if number % 2 == 0 else "A"
                was["new" if point.site == new else "old"] += 1
        lines.append(
            f"{victim:8} {len(own):7} {sum(p.hit for p in own):5} {was['old']:10} {was['new']:10} "
            f"{sites['with failures']:15} {sum(bool(p.problem) for p in own):10}"
        )
    return "\n".join(lines)


LIGHT_SERVER = """
import sys
from skk_analysis.reporting import fork_server
fork_server.WARM_MODULES = fork_server.WARM_MODULES[:2]
fork_server.warm = lambda: [__import__(name) for name in fork_server.WARM_MODULES]
fork_server.main(int(sys.argv[1]))
"""


def _light_server() -> None:
    """Let the fork server import what a kernel needs, and not what real reports do."""
    original = subprocess.Popen

    def popen(command, *arguments, **options):
        if "skk_analysis.reporting.fork_server" in command:
            command = [sys.executable, "-P", "-c", LIGHT_SERVER, command[-1]]
        return original(command, *arguments, **options)

    subprocess.Popen = popen


def child() -> None:
    """What `Course.start` runs."""
    from pytask_parallel.execute import _Sleeper

    _light_server()
    _Sleeper.sleep = lambda _: time.sleep(0.05)
    course = SimpleNamespace(folder=Path(os.environ[MARK]))
    bench = conftest.Bench(
        Workspace(course.folder / "työ tila {x}"),
        course.folder / "report.ipynb",
        course.folder / "library",
        [],
    )
    settings = Settings(
        jobs=2, choice=CHOICE, on_failure=os.environ["KILL_HOOK"], kinds=[bench.kind]
    )
    sys.exit(int(run(bench.workspace, settings).exit))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table; exit status 1 if anything was wrong."""
    way, count, seed, folder = sys.argv[1:5]
    began = time.monotonic()
    kill = {"events": kill_events, "processes": kill_processes}[way]
    course = Course(Path(folder))
    try:
        points = kill(course, int(count), int(seed))
    finally:
        shutil.rmtree(course.temporary, ignore_errors=True)
    _tell(summary(points))
    _tell(f"{len(points)} points in {time.monotonic() - began:.0f} s, seed {seed}")
    problems = [asdict(p) for p in points if p.problem]
    _tell(json.dumps(problems, indent=1) if problems else "no problems")
    sys.exit(bool(problems))


if MARK in os.environ:
    fingerprint.LIBRARY = Path(os.environ[MARK]) / "library"

if __name__ == "__main__":
    if sys.argv[1] == "child":
        child()
    else:
        main()
