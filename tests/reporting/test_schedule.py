"""Units that are printed for systemd, cron and GitHub: parsed by what would read them."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from skk_analysis.cli import app
from skk_analysis.reporting.schedule import Schedule, cron, github, systemd
from skk_analysis.workspace import Resource, SkkError, Workspace

HOOK = "/usr/bin/mail -s 'SKK 100 % $HOME' me@example.org"


@pytest.fixture
def root(tmp_path):
    place = tmp_path / 'työ "tila" 5%'
    place.mkdir()
    return place


def test_the_service_calls_run_and_may_write_to_its_workspace_only(root):
    service = systemd(Schedule(Workspace(root), on_failure=HOOK))["skk-run.service"]
    parsed = configparser.RawConfigParser()
    parsed.optionxform = str
    parsed.read_string(service)
    told = dict(parsed["Service"])
    plain = told["ExecStart"].replace("%%", "%").replace("$$", "$")
    assert shlex.split(plain) == [
        sys.executable, "-m", "skk_analysis", "--workspace", str(root), "run", "--quiet",
        "--fetch", "--deadline", "120m", "--on-failure", HOOK,
    ]  # fmt: skip
    assert shlex.split(told["ReadWritePaths"].replace("%%", "%")) == [str(root)]
    assert told["ProtectSystem"] == "strict"
    assert int(told["RuntimeMaxSec"]) > 120 * 60


def test_a_site_elsewhere_may_be_written_too(root, tmp_path):
    elsewhere = tmp_path / "www" / "site"
    elsewhere.mkdir(parents=True)
    (root / "reports").symlink_to(elsewhere)
    service = systemd(Schedule(Workspace(root)))["skk-run.service"]
    assert str(elsewhere.parent) in service.partition("ReadWritePaths=")[2].partition("\n")[0]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("every", ["daily", "weekly", "monthly"])
def test_systemd_accepts_the_units(root, tmp_path, every):
    units = systemd(Schedule(Workspace(root), every=every, on_failure=HOOK))
    for name, unit in units.items():
        (tmp_path / name).write_text(unit, "utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in told.stderr.splitlines() if "skk-run" in line]
    assert (told.returncode, ours) == (0, [])
    calendar = units["skk-run.timer"].partition("OnCalendar=")[2].partition("\n")[0]
    subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, check=True)


@pytest.mark.parametrize(
    ("every", "days"),
    [("daily", ["*", "*", "*"]), ("weekly", ["*", "*", "1"]), ("monthly", ["1", "*", "*"])],
)
def test_the_cron_line_runs_in_a_shell(root, every, days):
    line = cron(Schedule(Workspace(root), every, 4, 5, on_failure=HOOK))
    assert line.count("\n") == 1
    *when, command = line.rstrip("\n").split(" ", 5)
    assert when == ["5", "4", *days]
    assert "%" not in command.replace(r"\%", "")
    python = f"nice -n 10 {shlex.quote(sys.executable)}"
    shown = command.replace(r"\%", "%").replace(python, "printf '%s\\n'")
    told = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [
        "-m", "skk_analysis", "--workspace", str(root), "run", "--quiet", "--fetch",
        "--deadline", "120m", "--on-failure", HOOK,
    ]  # fmt: skip


def test_the_workflow_is_yaml_and_keeps_the_workspace(tmp_path):
    place = tmp_path / "work spaces" / "own"
    place.mkdir(parents=True)
    flow = yaml.safe_load(github(Schedule(Workspace(place), on_failure=HOOK), tmp_path))
    assert flow[True]["schedule"] == [{"cron": "17 3 * * 1"}]  # YAML reads "on" as true
    steps = flow["jobs"]["run"]["steps"]
    [kept] = [s["with"]["path"].split("\n") for s in steps if "cache" in s.get("uses", "")]
    assert kept[:2] == ["work spaces/own/data", "work spaces/own/reports"]
    [call] = [s["run"] for s in steps if "skk_analysis" in s.get("run", "")]
    assert shlex.split(call) == [
        ".venv/bin/python", "-m", "skk_analysis", "--workspace", "work spaces/own", "run",
        "--fetch", "--deadline", "120m", "--on-failure", HOOK,
    ]  # fmt: skip
    assert flow["jobs"]["run"]["timeout-minutes"] > 120
    with pytest.raises(SkkError, match="is not inside"):
        github(Schedule(Workspace(tmp_path.parent)), tmp_path)


def test_what_cannot_be_written_into_a_unit_is_refused(root):
    with pytest.raises(SkkError, match="line break"):
        Schedule(Workspace(root), on_failure="mail\nme")
    with pytest.raises(SkkError, match="no schedule 'hourly'"):
        Schedule(Workspace(root), every="hourly")


@pytest.mark.parametrize("kind", ["systemd", "cron"])
def test_the_command_prints_for_this_workspace(root, kind):
    call = ["--workspace", str(root), "schedule", kind, "--at", "23:05", "--every", "daily"]
    told = CliRunner().invoke(app, call)
    assert told.exit_code == 0, told.output
    assert ("23:05" if kind == "systemd" else "5 23 * * *") in told.output
    assert Path(sys.executable).name in told.output
    assert "--fetch" in told.output
    Workspace(root).write_resources([Resource("x", "x.csv", "paavo", invented=True)])
    assert "--fetch" not in CliRunner().invoke(app, call).output
    every = CliRunner().invoke(app, [*call, "--all-municipalities"]).output
    assert "run --quiet --all-municipalities" in every.replace("\n", "")
    wrong = CliRunner().invoke(app, [*call[:4], "--at", "25:00"])
    assert wrong.exit_code == 2
