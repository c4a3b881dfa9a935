"""Deadline, log, hook: the parts of an unattended run that need no report."""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
import warnings
from datetime import datetime, timedelta, timezone

import pytest

from skk_analysis.reporting import run_log as log_module
from skk_analysis.reporting.hook import call_hook
from skk_analysis.reporting.run_log import run_log
from skk_analysis.reporting.stopping import DEADLINE, SIGNAL, STOP, limited, seconds_until
from skk_analysis.workspace import Workspace

NOON = datetime(2021, 3, 1, 12, 0).astimezone()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45m", 2700),
        ("1h30m", 5400),
        ("90s", 90),
        ("2h0m5s", 7205),
        ("12:01", 60),
        ("17:30", 5.5 * 3600),
        ("12:00", 24 * 3600),
        ("9:15", 21.25 * 3600),
    ],
)
def test_deadlines(text, seconds):
    assert seconds_until(text, NOON) == seconds


@pytest.mark.parametrize("text", ["", "0m", "45", "m", "24:00", "17:60", "-5m", "1m2h", "soon"])
def test_what_is_no_deadline(text):
    with pytest.raises(ValueError, match=r"is no deadline; write 45m"):
        seconds_until(text, NOON)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="sets the zone")
def test_a_deadline_beyond_the_change_to_summer_time(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    time.tzset()
    try:
        evening = datetime(2021, 3, 27, 23, 0, tzinfo=timezone(timedelta(hours=2)))
        assert seconds_until("05:00", evening) == 5 * 3600  # not six: an hour is left out
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_deadline_ends_what_runs(tmp_path):
    began = time.monotonic()
    with limited(0.05) as limit, pytest.raises(KeyboardInterrupt):
        limit.stop_file = tmp_path / STOP
        time.sleep(30)
    assert time.monotonic() - began < 10
    assert limit.reason == DEADLINE
    assert (tmp_path / STOP).exists()


def test_what_is_shielded_is_finished():
    with limited() as limit:
        with limit.shielded():
            signal.raise_signal(signal.SIGTERM)
        assert limit.reason == SIGNAL
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_log_is_one_object_a_line_and_hears_the_libraries(tmp_path, capfd):
    with run_log(Workspace(tmp_path)) as log:
        log.step = "fetch"
        log.write("report", "ä" * 5000, "error", report="Espoo 2019 fi", seconds=1.5)
        logging.getLogger("stamina").warning("stamina.retry_scheduled")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("odd", UserWarning, stacklevel=1)
    assert capfd.readouterr() == ("", "")
    first, second, third = lines(log.path)
    assert first | {"time": "", "message": ""} == {
        "time": "", "run": 1, "level": "error", "step": "fetch", "event": "report", "message": "",
        "report": "Espoo 2019 fi", "seconds": 1.5,
    }  # fmt: skip
    assert datetime.fromisoformat(first["time"]).tzinfo is not None and first["time"][-1] == "Z"
    assert first["message"] == "ä" * log_module.LONGEST_MESSAGE
    assert (second["level"], second["logger"]) == ("warning", "stamina")
    assert "odd" in third["message"]
    assert not logging.getLogger("stamina").handlers


def test_runs_are_numbered_and_old_logs_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(log_module, "KEPT_RUNS", 3)
    monkeypatch.setattr(log_module, "MOST_LINES", 2)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "run-mine.jsonl").touch()
    for _ in range(5):
        with run_log(Workspace(tmp_path)) as log:
            for _ in range(4):
                log.write("event")
    kept = sorted(p.name[:10] for p in (tmp_path / "logs").iterdir())
    assert kept == ["run-000003", "run-000004", "run-000005", "run-mine.j"]
    assert len(lines(log.path)) == 2


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "logs").touch()
    with run_log(Workspace(tmp_path)) as log:
        log.write("event")
    assert "cannot be written" in log.problem


def hook(code: str, **options):
    return call_hook(
        f'"{sys.executable}" -c "{code}"', {"exit": 1, "ä": "ö"}, {"SKK_RUN": "7"}, **options
    )


def test_a_hook_gets_the_summary_and_the_facts():
    code = "import json, os, sys; d = json.load(sys.stdin); print(d['ä'], os.environ['SKK_RUN'])"
    assert hook(code).output == "ö 7"
    assert hook(code).problem == ""


def test_a_hook_that_fails_hangs_or_is_not_there():
    assert hook("raise SystemExit(3)").problem == "exit status 3"
    began = time.monotonic()
    hung = hook("import subprocess as s; s.run(['sleep', '60'])", patience=0.5)
    assert hung.problem.endswith("ended")
    assert time.monotonic() - began < 20
    for command in ("/no/such/programme", "'open", ""):
        assert call_hook(command, {}, {}).problem.startswith("it could not be started")
