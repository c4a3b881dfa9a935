"""The indices side by side with the peers, each asked for the same in turn.

``python benchmarks/peers.py [--sizes 10000 100000 1000000]`` prints one Markdown table: the least
times of a peer, of ours for what the peer gives (a value), and of ours with its standard error.
Peers that are not installed are skipped, and said to be; those in R are run by ``peers.R``.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from metrics import People, areas_and_groups, seconds

import skk_analysis.metrics as m
from skk_analysis.estimate import Estimate

SLOW = 2  # seconds; a slower peer is run once


class Pair(NamedTuple):
    """A peer's task, run in Python or by R already (its seconds), and the same of ours."""

    peer: str
    theirs: Callable[[], object] | float
    ours: Callable[[], Estimate]


def in_python(people: People) -> Iterator[Pair]:
    """Yield the peers in Python on a table of people."""
    y, w, _ = people
    load = importlib.import_module
    yield Pair("PySAL Gini", lambda: load("inequality.gini").Gini(y).g, lambda: m.gini(y))
    yield Pair("PySAL Theil", lambda: load("inequality.theil").Theil(y).T, lambda: m.theil_t(y))
    yield Pair(
        "microdf Gini, weighted",
        lambda: load("microdf").MicroSeries(y, weights=w).gini(),
        lambda: m.gini(y, weights=w),
    )


def of_segregation(areas: int) -> Iterator[Pair]:
    """Yield PySAL's multigroup indices on counts of areas and four groups."""
    frame, groups = areas_and_groups(areas), list("abcd")
    load = functools.partial(importlib.import_module, "segregation.multigroup")
    yield Pair("PySAL H", lambda: load().MultiInfoTheory(frame, groups), lambda: m.theil_h(frame))
    yield Pair("PySAL D", lambda: load().MultiDissim(frame, groups), lambda: m.dissimilarity(frame))
    if areas <= 10_000:
        few = frame.iloc[:3000]
        yield Pair(
            "PySAL multigroup Gini, 3 000 areas",
            lambda: load().MultiGini(few, groups),
            lambda: m.segregation_gini(few),
        )


def in_r(people: People) -> Iterator[Pair]:
    """Yield the peers in R on a table of people: run once for all, by ``peers.R``."""
    y, w, _ = people
    ours = {
        "gini": lambda: m.gini(y, weights=w),
        "arpr": lambda: m.low_income_rate(y, weights=w),
        "qsr": lambda: m.s80s20(y, weights=w),
        "Gini": lambda: m.gini(y),
        "Theil": lambda: m.theil_t(y),
        "svygini": lambda: m.gini(y, weights=w),
    }
    if shutil.which("Rscript") is None:
        print("| R | | not installed | | | |")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("income", "weight"):
            getattr(people, name).tofile(Path(folder) / name)
        script = Path(__file__).with_name("peers.R")
        told = subprocess.run(
            ["Rscript", "--vanilla", script, folder], capture_output=True, text=True, check=True
        )
    for line in told.stdout.splitlines():
        package, function, spent, *_ = line.split("\t")
        theirs = math.nan if spent == "NA" else float(spent)
        yield Pair(f"R {package} {function}", theirs, ours[function])


def report(pair: Pair, n: int, repeat: int) -> None:
    """Print one row."""
    if isinstance(pair.theirs, float) and math.isnan(pair.theirs):
        print(f"| {pair.peer} | {n:,} | not installed | | | |")
        return
    tasks = [lambda: float(pair.ours()), lambda: pair.ours().se]
    if isinstance(pair.theirs, float):
        spent = [pair.theirs, *seconds(*tasks, repeat=repeat)]
    else:
        try:
            (first,) = seconds(pair.theirs, repeat=1)
        except ImportError as missing:
            print(f"| {pair.peer} | {n:,} | not installed: {missing.name} | | | |")
            return
        spent = seconds(pair.theirs, *tasks, repeat=1 if first > SLOW else repeat)
    times = " | ".join(f"{1000 * s:.3g}" for s in spent)
    print(f"| {pair.peer} | {n:,} | {times} | {spent[0] / spent[1]:.1f} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**4, 10**5, 10**6])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--only", default="", help="run only peers whose name contains this")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}\n")
    print("| peer | rows | peer, ms | ours, ms | ours with SE, ms | peer / ours |")
    print(f"| --- |{' ---: |' * 5}")
    for n in asked.sizes:
        people = People.some(n)
        for pair in (*in_python(people), *of_segregation(n), *in_r(people)):
            if asked.only in pair.peer:
                report(pair, n, asked.repeat)


if __name__ == "__main__":
    main()
