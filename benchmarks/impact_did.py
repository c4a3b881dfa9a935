"""Speed of difference-in-differences and what goes with it, beside the peers that are installed.

``python benchmarks/impact_did.py [--repeat 3]`` prints one Markdown table: 300 units × 12 years, 6
treated from the eleventh.  Ours and a peer are run in turn in this process; a peer that is not
installed is skipped, and said to be.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.event_study import EventStudy, event_study
from skk_analysis.impact.goodman_bacon import goodman_bacon
from skk_analysis.impact.honest import honest_did
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.pre_trend import pre_trend_test
from skk_analysis.impact.staggered import group_time_effects
from skk_analysis.impact.two_way import fit

UNITS, YEARS, TREATED = 300, np.arange(2009, 2021), 6
PUBLISHED = Path(__file__).parents[1] / "validation" / "impact" / "did" / "published.json"


class Line(NamedTuple):
    """A task, ours and a peer's, and the target: so many times faster, or so many seconds."""

    task: str
    ours: Callable[[], object]
    peer: Callable[[], object] | None = None
    name: str = ""
    times: float | None = None
    seconds: float | None = None


def table() -> pd.DataFrame:
    """Return the invented panel: random walks, sizes falling from 200 000 to 700."""
    random = np.random.default_rng(12)
    frame = pd.DataFrame(
        {"unit": np.repeat(np.arange(UNITS), len(YEARS)), "year": np.tile(YEARS, UNITS)}
    )
    frame["y"] = (0.3 * random.normal(size=(UNITS, len(YEARS))).cumsum(axis=1)).ravel()
    frame["population"] = np.exp(12.2 - frame["unit"] / 53)
    frame["on"] = ((frame["unit"] % 50 == 7) & (frame["year"] >= 2019)).astype(int)
    frame["since"] = np.where(frame["unit"] % 50 == 7, frame["year"] - 2019, -1)
    frame["first"] = np.where(frame["unit"] % 5 == 0, 2014 + 2 * (frame["unit"] % 3), 0)
    return frame


def lines() -> Iterator[Line]:
    """Yield the tasks."""
    frame = table()
    panel = Panel(frame, unit="unit", time="year", treated="on", population="population")
    block = panel.block("y")
    on = (block.times >= block.start[:, None]).astype(float)[None]
    robust = {"inference": "cluster_robust"}
    fixest = _pyfixest(frame, "y ~ on | unit + year")
    yield Line("TWFE, clustered: arrays", lambda: fit(block.values, on), fixest, "pyfixest", 1)
    yield Line(
        "TWFE, clustered: from the table",
        lambda: difference_in_differences(panel, "y", **robust),
        fixest,
        "pyfixest",
        1,
    )
    yield Line(
        "event study, clustered",
        lambda: event_study(panel, "y", **robust),
        _pyfixest(frame, "y ~ i(since, ref=-1) | unit + year"),
        "pyfixest",
        1,
    )
    wild = {"inference": "wild_cluster_bootstrap", "draws": 9_999}
    yield Line(
        "wild cluster bootstrap 9 999, p and interval (peer: p)",
        lambda: difference_in_differences(panel, "y", **wild),
        _wildboottest(frame),
        "wildboottest",
        20,
    )
    yield Line("DiD, 999 tuples of placebos", lambda: difference_in_differences(panel, "y"))
    placebo_study = event_study(panel, "y")
    yield Line("event study, 999 tuples of placebos", lambda: event_study(panel, "y"))
    yield Line("pre-trend by rank, with its power", lambda: pre_trend_test(placebo_study))
    vector = json.loads(PUBLISHED.read_text(encoding="utf-8"))["vectors"]["medicaid"]
    study = EventStudy.of(vector["coefficients"], vector["covariance"], vector["before"])
    bends = [0, 0.01, 0.02, 0.03, 0.04, 0.05]
    yield Line(
        "HonestDiD Medicaid: 6 FLCI and 4 C-LF intervals, both breakdowns (peer: 6 FLCI)",
        lambda: (honest_did(study), honest_did(study, restriction="smoothness", m=bends)),
        _honestdid(vector, bends),
        "honestdid",
        seconds=1.5,
    )
    starts = frame[frame["first"] > 0].groupby("unit")["first"].first().to_dict()
    staggered = Panel(frame, unit="unit", time="year", treated=starts)
    yield Line(
        "group-time effects, 3 groups, band of 999",
        lambda: group_time_effects(staggered, "y").aggregate("dynamic"),
        _moderndid(frame),
        "moderndid",
    )
    yield Line(
        "Goodman-Bacon, 3 groups",
        lambda: goodman_bacon(staggered, "y"),
        lambda: _module("diff_diff").BaconDecomposition().fit(frame, "y", "unit", "year", "first"),
        "diff-diff",
    )


def _module(name: str):
    return importlib.import_module(name)


def _pyfixest(frame: pd.DataFrame, formula: str) -> Callable[[], object]:
    return lambda: _module("pyfixest").feols(formula, frame, vcov={"CRV1": "unit"}).se()


def _wildboottest(frame: pd.DataFrame) -> Callable[[], object]:
    columns = [frame["on"]]
    columns += [frame["unit"] == unit for unit in range(UNITS)]
    columns += [frame["year"] == year for year in YEARS[1:]]
    x = np.column_stack(columns).astype(float)

    def run() -> object:
        test = _module("wildboottest.wildboottest").WildboottestCL(
            X=x, Y=frame["y"], cluster=frame["unit"], R=np.eye(x.shape[1])[0], B=9_999, seed=1
        )
        test.get_scores(bootstrap_type="11", impose_null=True)
        test.get_weights(weights_type="rademacher")
        test.get_numer()
        test.get_denom()
        test.get_tboot()
        test.get_vcov()
        test.get_tstat()
        return test.get_pvalue(pval_type="two-tailed")

    return run


def _honestdid(vector: dict, bends: list[float]) -> Callable[[], object]:
    beta, sigma = np.array(vector["coefficients"]), np.array(vector["covariance"])
    return lambda: [
        _module("honestdid").find_optimal_flci(
            beta, sigma, M=m, numPrePeriods=5, numPostPeriods=2, l_vec=np.array([[1.0], [0.0]])
        )
        for m in bends
    ]


def _moderndid(frame: pd.DataFrame) -> Callable[[], object]:
    def run() -> object:
        found = _module("moderndid").att_gt(
            _module("polars").from_pandas(frame.astype({"first": float})),
            yname="y",
            tname="year",
            idname="unit",
            gname="first",
            boot=True,
            biters=999,
        )
        return _module("moderndid").aggte(found, type="dynamic")

    return run


def seconds(run: Callable[[], object]) -> float:
    """Return the time of one run."""
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def report(line: Line, repeat: int) -> None:
    """Print one row; ours and the peer are run in turn, and the least of each counts."""
    line.ours()
    peer, missing = line.peer, ""
    if peer is not None:
        try:
            peer()
        except ImportError as absent:
            peer, missing = None, f"not installed: {absent.name}"
    pairs = [(seconds(line.ours), seconds(peer) if peer else np.nan) for _ in range(repeat)]
    ours, theirs = (min(side) for side in zip(*pairs, strict=True))
    ratio = "" if peer is None else f"{theirs / ours:.1f}"
    target = f"≥ {line.times:g}" if line.times else f"≤ {line.seconds:g} s" if line.seconds else ""
    kept = ours <= line.seconds if line.seconds else None
    if line.times and peer is not None:
        kept = theirs / ours >= line.times
    verdict = missing if kept is None else "met" if kept else "**missed**"
    peer_ms = "" if peer is None else f"{1000 * theirs:.3g}"
    row = [line.task, f"{1000 * ours:.3g}", line.name, peer_ms, ratio, target, verdict]
    print(f"| {' | '.join(row)} |", flush=True)


def main() -> None:
    """Print the table."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="", help="run only tasks whose name contains this")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, numpy {np.__version__}, {UNITS} units × {len(YEARS)} years\n")
    print("| task | ms | peer | its ms | times faster | target | |")
    print("| --- | ---: | --- | ---: | ---: | --- | --- |")
    for line in lines():
        if asked.only in line.task:
            report(line, asked.repeat)


if __name__ == "__main__":
    main()
