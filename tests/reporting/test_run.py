"""Unattended runs: what each exit status means, and that the site is whole with every one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from skk_analysis.reporting import checked, grid, publish, runner, site
from skk_analysis.reporting.lock import only_writer
from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.run import Console, Settings, run
from skk_analysis.reporting.run_result import Exit
from skk_analysis.workspace import SkkError, Workspace

ALL = {"Espoo 2019 fi", "Espoo 2020 fi", "Jyväskylä 2019 fi", "Jyväskylä 2020 fi"}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks of Unix")


@pytest.fixture
def quick(bench, monkeypatch):
    """A bench whose reports are made at once, in this process, from the raw files."""

    def execute(_path, parameters, workspace, *_):
        if (parameters["city"], parameters["year"]) in broken:
            raise SkkError("broken")
        time.sleep(pause.get((parameters["city"], parameters["year"]), 0))
        raw = workspace / "data" / "raw" / f"{parameters['city'].lower()}.csv"
        return {**parameters, "raw": raw.read_text("utf-8")}

    def make_all(orders, folder, _jobs, done, _apart):
        for order in orders:
            done(runner.make_report(order, folder))

    broken: set = set()
    pause: dict = {}
    bench.broken, bench.pause = broken, pause
    monkeypatch.setattr(runner, "execute", execute)
    monkeypatch.setattr(runner, "_page", lambda order, made: f"<p>{order.run_id} {made}</p>")
    monkeypatch.setattr(runner, "_notebook_bytes", lambda made: str(made).encode())
    for name, stand_in in {
        "check_executed": lambda *_: None,
        "show_unseen": lambda *_: None,
        "results": lambda made: [{"id": "a", "value": made["raw"]}, {"id": "b", "value": 1}],
        "normalised": lambda made: made,
    }.items():
        monkeypatch.setattr(f"skk_analysis.reporting.checks.{name}", stand_in)
    gate = "skk_analysis.reporting.disclosure.check.check_disclosure"
    monkeypatch.setattr(gate, lambda *_: None)
    monkeypatch.setattr(runner, "companion_files", lambda _: iter(()))
    monkeypatch.setattr(grid, "make_all", make_all)
    monkeypatch.setattr(grid, "warm_forks", lambda *_: None)
    monkeypatch.setattr(checked, "_register_faults", lambda _: [])
    return bench


def unattended(bench, **settings):
    return run(bench.workspace, Settings(kinds=[bench.kind], **settings))


def log_of(result):
    return [json.loads(line) for line in Path(result.log).read_text("utf-8").splitlines()]


def beside(bench):
    return bench.workspace.root / ".reports-next"


def test_a_run_tells_what_changed_on_the_site(quick):
    first = unattended(quick)
    assert (first.exit, first.reports.published) == (Exit.CURRENT, True)
    assert {(c.report, c.kind) for c in first.reports.changes} == {(name, "new") for name in ALL}
    before = quick.files()
    idle = unattended(quick)
    assert (idle.exit, idle.reports.published, idle.reports.changes) == (Exit.CURRENT, False, [])
    assert quick.files() == before
    quick.change("espoo")
    third = unattended(quick)
    assert [str(c) for c in third.reports.changes] == [
        "Espoo 2019 fi: numbers 1 changed",
        "Espoo 2020 fi: numbers 1 changed",
    ]
    assert list(third.lines())[-1] == (
        "Reports: 0 new, 2 changed, 0 same numbers, 0 failed, 0 not reached, 2 unchanged."
    )
    last = json.loads((quick.workspace.root / "logs" / "last.json").read_text("utf-8"))
    assert last == third.summary()
    assert (last["run"], last["exit"], last["reports"]["unchanged"]) == (3, 0, 2)
    assert not beside(quick).exists()


def test_the_log_has_every_step_and_report(quick):
    lines = log_of(unattended(quick))
    assert [(x["step"], x["event"]) for x in lines if x["event"] in ("begun", "done")] == [
        ("check", "begun"), ("check", "done"), ("reports", "begun"), ("reports", "done"),
    ]  # fmt: skip
    made = [x for x in lines if x["event"] == "report"]
    assert {x["report"] for x in made} == ALL
    assert all(x["outcome"] == "made" and x["seconds"] >= 0 and x["run"] == 1 for x in made)
    assert (lines[0]["event"], lines[-1]["event"]) == ("started", "ended")


def test_a_failed_report_is_status_1_and_calls_the_hook(quick, tmp_path):
    unattended(quick)
    quick.change("espoo")
    quick.broken.add(("Espoo", 2020))
    told = tmp_path / "told.json"
    code = "import os,sys;open(sys.argv[1],'w').write(os.environ['SKK_EXIT']+sys.stdin.read())"
    result = unattended(quick, on_failure=f'"{sys.executable}" -c "{code}" "{told}"')
    assert result.exit is Exit.FAILED
    heard = told.read_text("utf-8")
    assert heard[0] == "1"
    assert json.loads(heard[1:])["reports"]["failed"] == [
        {"report": "Espoo 2020 fi", "message": "Espoo 2020 fi: broken"}
    ]
    assert [str(c) for c in result.reports.changes] == ["Espoo 2019 fi: numbers 1 changed"]
    assert "espoo/2020/fi.failed.json" in quick.files()
    assert "Epäonnistui" in (quick.workspace.reports / "index.html").read_text("utf-8")
    quick.broken.clear()
    assert unattended(quick).exit is Exit.CURRENT
    assert "espoo/2020/fi.failed.json" not in quick.files()


def test_a_hook_that_fails_is_logged_and_changes_nothing(quick):
    quick.broken.add(("Espoo", 2020))
    result = unattended(quick, on_failure="false")
    assert result.exit is Exit.FAILED
    assert [x["message"] for x in log_of(result) if x["event"] == "hook"] == ["exit status 1"]


def test_errors_in_the_data_are_status_5_and_publish_nothing(quick, monkeypatch):
    unattended(quick)
    before = quick.files()
    quick.change("espoo")
    (quick.workspace.raw / "espoo.csv").write_text("bad")
    result = unattended(quick)
    assert (result.exit, len(result.faults)) == (Exit.DATA, 1)
    assert quick.files() == before
    monkeypatch.setattr(checked, "_register_faults", lambda _: ["a bad row", "another"])
    (quick.workspace.programme / "years.csv").touch()
    (quick.workspace.processed / "checked.json").unlink()
    result = unattended(quick)
    assert (result.exit, result.faults) == (Exit.DATA, ["a bad row", "another"])
    assert "2 errors in the data" in result.message
    assert quick.files() == before


def test_a_register_without_errors_is_checked_once(quick, monkeypatch):
    def faults(_):
        calls.append(1)
        return []

    calls: list[int] = []
    monkeypatch.setattr(checked, "_register_faults", faults)
    unattended(quick)
    unattended(quick)
    assert len(calls) == 1
    (quick.workspace.programme / "experiments.csv").write_text("id\n1\n")
    unattended(quick)
    assert len(calls) == 2


def test_a_held_workspace_is_status_3(quick):
    with only_writer(quick.workspace, "skk fetch"):
        result = unattended(quick)
    assert (result.exit, result.log) == (Exit.LOCKED, "")
    assert "«skk fetch»" in result.message


def test_a_fault_of_ours_is_in_the_log(quick, monkeypatch):
    def fail(*_):
        raise RuntimeError("oh")

    monkeypatch.setattr(grid, "plan", fail)
    result = unattended(quick)
    assert (result.exit, result.message) == (
        Exit.FAILED,
        "RuntimeError: oh (traceback in the log)",
    )
    [crash] = [x for x in log_of(result) if x["event"] == "crashed"]
    assert "in fail" in crash["message"]


def test_the_deadline_publishes_what_is_whole_and_the_next_run_goes_on(quick):
    quick.pause["Jyväskylä", 2019] = 60
    result = unattended(quick, deadline=4)
    assert result.exit is Exit.DEADLINE
    assert result.seconds < 30
    assert result.reports.stopped == ["Jyväskylä 2019 fi", "Jyväskylä 2020 fi"]
    files = quick.files()
    assert {f for f in files if f.endswith("report.json")} == {
        "espoo/2019/fi/report.json",
        "espoo/2020/fi/report.json",
    }
    assert not any("failed" in name for name in files)
    assert not beside(quick).exists()
    quick.pause.clear()
    result = unattended(quick)
    assert (result.exit, len(result.reports.skipped)) == (Exit.CURRENT, 2)


def test_faults_and_steps_are_heard(quick):
    said, warned = [], []
    quick.broken.add(("Espoo", 2020))
    settings = Settings(kinds=[quick.kind], on_failure="false")
    run(quick.workspace, settings, Console(said.append, warned.append))
    assert said == ["check …", "reports …"]
    assert warned == ["the command 'false': exit status 1"]


def test_what_was_open_stays_readable_and_links_are_not_written_through(quick):
    unattended(quick)
    page = quick.folder / "index.html"
    before = page.read_bytes()
    with page.open("rb") as reader:
        quick.change("espoo")
        unattended(quick)
        assert reader.read() == before
    assert page.read_bytes() != before


@pytest.mark.parametrize("without", ["links", "exchange"])
def test_systems_that_can_do_less(quick, monkeypatch, without):
    def refuse(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    if without == "links":
        monkeypatch.setattr(site.os, "link", refuse)
    else:
        monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    unattended(quick)
    quick.change("espoo")
    assert len(unattended(quick).reports.changes) == 2
    assert not beside(quick).exists()


def test_killed_between_two_renames_the_old_site_comes_back(quick):
    unattended(quick)
    before = quick.files()
    left = beside(quick) / "0123abcd"
    left.mkdir(parents=True)
    quick.workspace.reports.rename(left / "site.old")
    assert unattended(quick).reports.published is False
    assert quick.files() == before


def test_a_linked_site_changes_where_it_lies(quick, tmp_path):
    elsewhere = tmp_path / "www" / "skk"
    elsewhere.mkdir(parents=True)
    (elsewhere / ".htaccess").write_text("mine")
    quick.workspace.reports.symlink_to(elsewhere)
    assert unattended(quick).exit is Exit.CURRENT
    assert quick.workspace.reports.is_symlink()
    assert (elsewhere / "index.html").is_file()
    assert (elsewhere / ".htaccess").read_text() == "mine"
    assert [p.name for p in elsewhere.parent.iterdir()] == ["skk"]


def mounted(place: Path, *options: str) -> None:
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(place)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting is not permitted here")


@pytest.fixture
def unmounted():
    """Places that are unmounted at the end."""
    places: list[Path] = []
    yield places
    for place in reversed(places):
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
def test_a_full_disk_is_status_6_and_the_next_run_finishes(quick, tmp_path, unmounted):
    disk = tmp_path / "disk"
    mounted(disk, "-t", "tmpfs", "-o", "size=6m", "none")
    unmounted.append(disk)
    subprocess.run(["cp", "-r", f"{quick.workspace.root}/.", str(disk)], check=True)
    quick.workspace = Workspace(disk)
    assert unattended(quick).exit is Exit.CURRENT
    before = quick.files()
    for city in ("espoo", "jyväskylä"):
        quick.change(city)
    unattended(quick, choice=Choice(years=[2031]))  # fails, but logs and lock are there
    exits = set()
    for free in (0, 16, 64, 256, 1024, 2048):
        filler = disk / "filler"
        filler.unlink(missing_ok=True)
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
        filler.write_bytes(b"x" * max(room - free * 1024, 0))
        result = unattended(quick)
        exits.add(result.exit)
        if result.exit is Exit.CURRENT:
            break
        assert "No space left on device" in result.message
        assert quick.files() == before
    assert Exit.CANNOT_WRITE in exits
    (disk / "filler").unlink()
    assert unattended(quick).exit is Exit.CURRENT
    assert quick.files() != before
    assert not beside(quick).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
@pytest.mark.parametrize("what", ["workspace", "reports"])
def test_a_read_only_disk_is_status_6(quick, unmounted, what):
    unattended(quick)
    before = quick.files()
    quick.change("espoo")
    place = quick.workspace.root if what == "workspace" else quick.workspace.reports
    mounted(place, "--bind", str(place))
    unmounted.append(place)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
    result = unattended(quick)
    assert result.exit is Exit.CANNOT_WRITE
    said = {"workspace": "Read-only file system. Mount", "reports": "is a mount point"}
    assert said[what] in result.message
    assert quick.files() == before


def test_a_request_that_failed_is_status_1_and_the_run_goes_on(quick, monkeypatch):
    from skk_analysis import sources
    from skk_analysis.sources.errors import UnreachableError
    from skk_analysis.sources.run import Summary

    def fetch(_workspace, listener):
        listener.said("sotkanet.127: unchanged")
        return Summary(failed=[UnreachableError("statfin", "no answer")])

    monkeypatch.setattr(sources, "fetch", fetch)
    result = unattended(quick, fetch=True)
    assert (result.exit, len(result.reports.made)) == (Exit.FAILED, 4)
    assert result.faults == ["statfin: no answer. Try again later; what is held stays as it is."]
    events = [(x["step"], x["event"]) for x in log_of(result)]
    assert events.index(("fetch", "request")) < events.index(("reports", "begun"))
    assert ("fetch", "answer") in events


def test_real_figures_are_not_fetched_into_an_invented_workspace(quick):
    result = unattended(quick, fetch=True)
    assert result.exit is Exit.FAILED
    assert "invented example data" in result.message
    assert not quick.workspace.reports.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two renames are needed")
def test_a_reader_never_misses_a_page_while_the_site_changes(quick):
    unattended(quick)
    pages = [quick.workspace.reports / name for name in quick.files() if name.endswith("html")]
    end, missed, reads = threading.Event(), [], 0

    def read() -> None:
        nonlocal reads
        while not end.is_set():
            for page in pages:
                try:
                    assert page.read_bytes().endswith((b"</p>", b"</html>\n", b"</html>"))
                except (OSError, AssertionError) as error:
                    missed.append(error)
                reads += 1

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(5):
            quick.change("espoo")
            assert unattended(quick).reports.published
    finally:
        end.set()
        reader.join()
    assert not missed
    assert reads > 100
