"""Ready units for running a workspace unattended: systemd, cron, GitHub Actions.

Pure text: what is printed holds the paths of the machine at the time; nothing is installed.
"""

from __future__ import annotations

import getpass
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from skk_analysis.reporting.fingerprint import LIBRARY
from skk_analysis.workspace import SkkError, Workspace

GRACE = 300
"""Seconds that a run may need after its deadline: publishing, the hook."""
DAYS = {
    "daily": ("*-*-*", "* * *"),
    "weekly": ("Mon *-*-*", "* * 1"),
    "monthly": ("*-*-01", "1 * *"),
}
"""How often: as systemd's calendar and cron's last three fields say it."""


@dataclass(frozen=True)
class Schedule:
    """What is run, when, and for how long.

    Parameters
    ----------
    workspace : of the run
    every : ``daily``, ``weekly`` (Mondays) or ``monthly`` (the first)
    hour, minute : local time; GitHub's is UTC
    deadline : minutes that a run may take
    fetch : bring the raw files up to date first
    on_failure : command that is told when a run did not go well
    all_municipalities : city reports of every municipality there is
    python : the interpreter that has the library
    """

    workspace: Workspace
    every: str = "weekly"
    hour: int = 3
    minute: int = 17
    deadline: int = 120
    fetch: bool = True
    on_failure: str = ""
    all_municipalities: bool = False
    python: str = sys.executable

    def __post_init__(self) -> None:
        if self.every not in DAYS:
            raise SkkError(f"There is no schedule {self.every!r}; use {', '.join(DAYS)}.")
        if any(c in str(part) for part in (self.root, self.on_failure) for c in "\n\r\0"):
            raise SkkError("A path or command with a line break cannot be written into a unit.")

    @property
    def root(self) -> Path:
        """Folder of the workspace."""
        return self.workspace.root

    @property
    def arguments(self) -> list[str]:
        """The command."""
        call = [self.python, "-m", "skk_analysis", "--workspace", str(self.root), "run", "--quiet"]
        call += ["--fetch"] if self.fetch else []
        call += ["--all-municipalities"] if self.all_municipalities else []
        call += ["--deadline", f"{self.deadline}m"]
        return call + (["--on-failure", self.on_failure] if self.on_failure else [])


def systemd(schedule: Schedule) -> dict[str, str]:
    """A service and a timer, by file name; the service may write to its workspace only."""
    site = schedule.workspace.reports.resolve()
    writable = [schedule.root] + ([] if site.parent == schedule.root else [site.parent])
    on, _ = DAYS[schedule.every]
    service = f"""\
[Unit]
Description=Reports of the workspace {_percent(str(schedule.root))}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={getpass.getuser()}
WorkingDirectory={_percent(str(schedule.root))}
ExecStart={" ".join(map(_quoted, schedule.arguments))}
# the run ends its own processes; what is left after that is killed
KillMode=mixed
TimeoutStopSec=90
RuntimeMaxSec={schedule.deadline * 60 + GRACE}
Nice=10
UMask=0022
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={" ".join(_quoted(str(path)) for path in writable)}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
"""
    timer = f"""\
[Unit]
Description=When the reports of {_percent(str(schedule.root))} are made

[Timer]
OnCalendar={on} {schedule.hour:02}:{schedule.minute:02}:00
# a machine that was off makes up for it
Persistent=true
RandomizedDelaySec=5m

[Install]
WantedBy=timers.target
"""
    return {"skk-run.service": service, "skk-run.timer": timer}


def cron(schedule: Schedule) -> str:
    """One line of a crontab."""
    _, days = DAYS[schedule.every]
    command = shlex.join(schedule.arguments)
    command = f"cd {shlex.quote(str(schedule.root))} && nice -n 10 {command}"
    command = command.replace("%", r"\%")  # an unescaped one is a line break to cron
    return f"{schedule.minute} {schedule.hour} {days} {command}\n"


def github(schedule: Schedule, repository: Path = LIBRARY.parent) -> str:
    """A workflow that keeps raw data and site between its runs and offers the site for download.

    Raises
    ------
    SkkError
        If the workspace is not inside the repository, which is all that GitHub has.
    """
    try:
        place = schedule.root.resolve().relative_to(repository.resolve()).as_posix()
    except ValueError:
        raise SkkError(
            f"{schedule.root} is not inside {repository}, which is all that GitHub checks out. "
            "Name a workspace in the repository, or use systemd or cron."
        ) from None
    _, days = DAYS[schedule.every]
    prefix = "" if place == "." else f"{place}/"
    call = [".venv/bin/python", "-m", "skk_analysis", "--workspace", place, "run"]
    call += ["--fetch"] if schedule.fetch else []
    call += ["--deadline", f"{schedule.deadline}m"]
    call += ["--on-failure", schedule.on_failure] if schedule.on_failure else []
    kept = [f"{prefix}{name}" for name in ("data", "reports", ".reports-next", "logs")]
    return f"""\
name: reports
on:
  schedule:
    - cron: "{schedule.minute} {schedule.hour} {days}"
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: reports
  cancel-in-progress: false
jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: {schedule.deadline + 30}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "{sys.version_info.major}.{sys.version_info.minor}"
      - uses: actions/cache@v4
        with:
          path: |
{chr(10).join(f"            {_yaml_line(path)}" for path in kept)}
          key: workspace-${{{{ github.run_id }}}}
          restore-keys: workspace-
      - run: make .venv/.installed
      - run: {_yaml(shlex.join(call))}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: site
          path: |
            {_yaml_line(f"{prefix}reports")}
            {_yaml_line(f"{prefix}logs")}
"""


def _quoted(argument: str) -> str:
    """An argument as systemd reads it: its own quotes, and no specifiers or variables."""
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return _percent(
        f'"{escaped}"'
        if escaped != argument
        or not argument.isprintable()
        or any(c in " \t'" for c in argument)
        or not argument
        else argument
    )


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _yaml(text: str) -> str:
    """A scalar in YAML's single quotes."""
    return "'" + text.replace("'", "''") + "'"


def _yaml_line(text: str) -> str:
    """A line of a block: GitHub would read ``${{`` in it."""
    if "${{" in text:
        raise SkkError(f"{text!r} holds ${{{{, which GitHub would read as an expression.")
    return text


def _files(schedule: Schedule) -> str:
    """The systemd units as one text that says where each belongs."""
    units = [f"# /etc/systemd/system/{name}\n{unit}\n" for name, unit in systemd(schedule).items()]
    return (
        "".join(units) + "# then: systemctl daemon-reload && systemctl enable --now skk-run.timer\n"
    )


PRINTED = {"systemd": _files, "cron": cron, "github": github}
"""What ``skk schedule`` prints, by name."""
