"""The command line: one verb, one call; errors are one message and an exit status."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from skk_analysis.cli import main
from skk_analysis.reporting import grid
from skk_analysis.reporting.grid import RunSummary
from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.runner import Outcome
from skk_analysis.workspace import SkkError, Workspace


@pytest.fixture
def skk(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., SimpleNamespace]:
    """Run the command in this process; gives exit status, standard output and error."""

    def run(*arguments: object) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["skk", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return SimpleNamespace(status=ended.value.code or 0, out=told.out, err=told.err)

    return run


def test_help_answers_without_importing_anything_heavy():
    code = (
        "import sys\nfrom skk_analysis.cli import main\nsys.argv = ['skk', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'numpy', 'jinja2', 'rich.console'} & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("\n[]\n")
    for verb in ("sample", "raw", "fetch", "clean", "reports", "version"):
        assert f"\n  {verb} " in told.stdout


def test_python_m_is_the_same_command():
    told = subprocess.run(
        [sys.executable, "-m", "skk_analysis", "nonsense"], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (2, "")
    assert "No such command 'nonsense'" in told.stderr


@pytest.mark.parametrize(
    "arguments", [["reports", "--year", "x"], ["reports", "--jobs", "0"], ["raw", "add"]]
)
def test_wrong_usage_is_status_2(skk, arguments):
    assert skk(*arguments).status == 2


def test_an_error_is_one_message_without_traceback(skk, tmp_path):
    told = skk("--workspace", tmp_path / "gone", "reports")
    assert told.status == 1
    assert told.err == (
        f"skk: There is no folder {tmp_path / 'gone'}. Make it, or name another workspace.\n"
    )
    assert told.out == ""


def test_debug_shows_where_an_error_comes_from(monkeypatch, tmp_path):
    monkeypatch.setattr(
        sys, "argv", ["skk", "--debug", "--workspace", str(tmp_path / "x"), "clean"]
    )
    with pytest.raises(SkkError, match="There is no folder"):
        main()


def test_a_stopped_run_says_so(skk, monkeypatch, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(grid, "run_reports", stop)
    told = skk("--workspace", tmp_path, "reports")
    assert (told.status, told.err) == (
        130,
        "skk: stopped; the reports that were finished are published.\n",
    )


def test_reports_hands_on_what_was_asked_for(skk, monkeypatch, tmp_path):
    def run(*arguments, **options):
        calls.append((arguments, options.keys()))
        return RunSummary(made=[Outcome("Espoo 2019 fi", "", 1.0)], skipped=["Espoo 2020 fi"])

    calls: list = []
    monkeypatch.setattr(grid, "run_reports", run)
    told = skk(
        "--workspace", tmp_path, "reports", "--city", "Espoo", "--city", "Oulu", "--year", "2019",
        "--language", "en", "--jobs", "3", "--force",
    )  # fmt: skip
    place = Workspace(tmp_path)
    expected = (place, Choice(["Espoo", "Oulu"], [2019], languages=["en"]), 3, True)
    assert calls == [(expected, {"listener", "cluster", "pdf"})]
    assert told.status == 0
    index = tmp_path / "reports" / "index.html"
    assert told.out == f"1 made, 1 up to date, 0 failed. Index: {index}\n"


def test_t14_progress_elsewhere_than_on_a_terminal_is_plain_lines(skk, monkeypatch, tmp_path):
    def run(*_, listener, **__):
        listener.step("cleaning the raw data")
        listener.planned(2, 1)
        failed = Outcome("Oulu 2020 fi", "Oulu 2020 fi: cell 4, line 1 «[x]»: KeyError: 'x'", 2.0)
        for outcome in (Outcome("Espoo 2019 fi", "", 1.25), failed):
            listener.done(outcome)
        return RunSummary(made=[], failed=[failed])

    monkeypatch.setattr(grid, "run_reports", run)
    told = skk("--workspace", tmp_path, "reports")
    assert told.status == 1
    assert told.out.splitlines()[:3] == [
        "cleaning the raw data …",
        "2 reports to make, 1 at a time",
        "[1/2] Espoo 2019 fi (1.2 s)",
    ]
    assert told.err == "[2/2] FAILED Oulu 2020 fi: cell 4, line 1 «[x]»: KeyError: 'x'\n"
    assert not set("\x1b\r\b") & set(told.out + told.err)


def test_raw_files_are_taken_in_listed_checked_and_cleaned(skk, tmp_path, sample_workspace):
    place = tmp_path / "oma työtila"
    source = next(r for r in sample_workspace.resources() if r.reader == "municipality_key")
    file = sample_workspace.raw / source.path
    told = skk(
        "--workspace", place, "raw", "add", file, "--publisher", "THL", "--licence", "CC BY 4.0",
        "--retrieved", "2021-06-01",
    )  # fmt: skip
    assert told.status == 0, told.err
    assert told.out.endswith("(municipality_key)\n")
    [resource] = Workspace(place).resources()
    assert (resource.publisher, resource.retrieved) == ("THL", "2021-06-01")
    listed = skk("--workspace", place, "raw", "list").out
    assert resource.path in listed
    assert "CC BY 4.0" in listed
    assert skk("--workspace", place, "raw", "check").status == 0
    (place / "data" / "raw" / resource.path).write_bytes(b"broken")
    told = skk("--workspace", place, "raw", "check")
    assert told.status == 1
    assert "error:" in told.out
    assert skk("--workspace", place, "clean").status == 1
    assert not list((place / "data").glob("processed/*.parquet"))


def test_clean_tells_what_was_read(skk, tmp_path, sample_workspace):
    import shutil

    shutil.copytree(sample_workspace.raw, tmp_path / "data" / "raw")
    told = skk("--workspace", tmp_path, "clean")
    assert told.status == 0, told.err
    assert "rows read" in told.out
    assert (tmp_path / "data" / "processed" / "cleaned.json").is_file()


def test_sample_makes_a_workspace(skk, tmp_path):
    told = skk("--workspace", tmp_path / "uusi", "sample")
    assert told.status == 0, told.err
    assert (tmp_path / "uusi" / "data" / "raw" / "datapackage.json").is_file()


def test_version_names_code_and_libraries(skk, tmp_path: Path):
    told = skk("--workspace", tmp_path, "version").out
    assert told.startswith("skk 0.")
    assert "\npandas " in told
    assert f"\nworkspace {tmp_path}\n" in told


def test_run_says_with_its_status_how_it_ended(skk, monkeypatch, tmp_path):
    from skk_analysis.reporting import run as module
    from skk_analysis.reporting.run_result import Exit, RunResult

    def run(workspace, settings, _console):
        asked.append(settings)
        return RunResult(workspace, Exit.DEADLINE, "ended while", log="run-000001.jsonl")

    asked: list = []
    monkeypatch.setattr(module, "run", run)
    told = skk("--workspace", tmp_path, "run", "--fetch", "--deadline", "1h", "--jobs", "2",
               "--language", "sv", "--on-failure", "mail me")  # fmt: skip
    assert told.status == 4
    assert told.out.splitlines()[-1].endswith("Log: run-000001.jsonl")
    [settings] = asked
    assert (settings.fetch, settings.deadline, settings.jobs) == (True, 3600.0, 2)
    assert (settings.on_failure, settings.choice.languages) == ("mail me", ["sv"])
    quiet = skk("--workspace", tmp_path, "run", "--quiet")
    assert (quiet.status, quiet.out) == (4, "")
    assert quiet.err.startswith("skk: the deadline came")
    assert skk("--workspace", tmp_path, "run", "--deadline", "soon").status == 2


@pytest.mark.parametrize(
    "verb", [["fetch"], ["clean"], ["sample"], ["raw", "add", "x.csv"], ["reports"], ["run"]]
)
def test_who_writes_to_a_held_workspace_gets_status_3(skk, tmp_path, verb):
    from skk_analysis.reporting.lock import only_writer

    (tmp_path / "data" / "raw").mkdir(parents=True)
    with only_writer(Workspace(tmp_path), "skk reports"):
        told = skk("--workspace", tmp_path, *verb)
    assert told.status == 3
    assert "is in use by process" in told.err + told.out


def test_the_exit_statuses_are_in_the_help(skk):
    from skk_analysis.reporting.run_result import Exit

    told = skk("run", "--help").out
    assert all(f" {int(status)} " in told for status in Exit)
