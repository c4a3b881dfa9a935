"""Speed of synthetic comparisons with their placebos, beside the packages that do the same.

``python benchmarks/impact_synthetic.py [--repeat 3]`` prints one Markdown table.  Panels of 300
units × 12 years, the last two after treatment, and Proposition 99's shape (39 × 31, 12 after).
Ours are whole calls of the public verbs: reading the panel, estimate, placebos, p, confidence set,
smallest visible effect and checks.  Each peer is measured in the same process; those that are not
installed are skipped, and said to be.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from skk_analysis.impact.conformal import conformal_synthetic_control
from skk_analysis.impact.gaps import change_noise
from skk_analysis.impact.identified_range import identified_range
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.rescaling import _shared
from skk_analysis.impact.simplex import active_set_weights, ridge_weights
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.synthetic_control import augmented_synthetic_control, synthetic_control
from skk_analysis.impact.synthetic_did import synthetic_did

FIRST = 2009


class Task(NamedTuple):
    """Our call, the peer's, and by how much ours is to be faster."""

    name: str
    ours: Callable[[], object]
    peer: str = ""
    theirs: Callable[[], object] | None = None
    target: float | None = None


def frame_of(units: int, times: int, after: int) -> pd.DataFrame:
    """Return an invented panel: two factors, noise that remembers, first unit treated."""
    rng = np.random.default_rng(units)
    noise = rng.normal(size=(units, times))
    for t in range(1, times):
        noise[:, t] += 0.5 * noise[:, t - 1]
    factors = rng.normal(size=(2, times)).cumsum(axis=1)
    values = 10 + 3 * rng.normal(size=(units, 1)) + rng.normal(size=(units, 2)) @ factors + noise
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:03d}" for i in range(units)], times),
            "year": np.tile(np.arange(FIRST, FIRST + times), units),
            "y": values.ravel(),
            "size": np.repeat(np.exp(rng.normal(10, 1, units)), times),
        }
    )
    frame["ever"] = (frame["unit"] == "u000").astype(int)
    frame["now"] = frame["ever"] * (frame["year"] >= FIRST + times - after)
    return frame


def diff_diff(frame: pd.DataFrame, draws: int) -> object:
    """Run diff-diff's synthetic difference-in-differences with placebo inference."""
    from diff_diff import SyntheticDiD

    method = SyntheticDiD(variance_method="placebo", n_bootstrap=draws, seed=1)
    after = sorted(int(t) for t in frame.loc[frame["now"] == 1, "year"].unique())
    return method.fit(
        frame, outcome="y", treatment="ever", unit="unit", time="year", post_periods=after
    )


def mlsynth(frame: pd.DataFrame, **options) -> object:
    """Run mlsynth's synthetic control with placebos in space."""
    from mlsynth import VanillaSC

    columns = {"outcome": "y", "treat": "now", "unitid": "unit", "time": "year"}
    return VanillaSC({"df": frame, "display_graphs": False, **columns, **options}).fit()


def tasks() -> list[Task]:
    """Return what is measured."""
    wide, long = frame_of(300, 12, 2), frame_of(39, 31, 12)
    names = {"unit": "unit", "time": "year", "treated": "now"}
    plain, narrow = Panel(wide, **names), Panel(long, **names)
    sized = Panel(wide, **names, population="size")
    all_others, levels = Placebos(count=299), {"ridge": 0, "intercept": False}
    return [
        Task(
            "SDID + 200 placebos, 300 × 12",
            lambda: synthetic_did(sized, "y", placebos=Placebos(count=200)),
            "diff-diff",
            lambda: diff_diff(wide, 200),
            20,
        ),
        Task(
            "SC without ridge + 299 placebos, 300 × 12",
            lambda: synthetic_control(plain, "y", placebos=all_others, **levels),
            "mlsynth",
            lambda: mlsynth(wide),
            50,
        ),
        Task(
            "SC with ridge + 299 placebos, 300 × 12",
            lambda: synthetic_control(plain, "y", placebos=all_others),
            "mlsynth, without ridge",
            lambda: mlsynth(wide),
            50,
        ),
        Task(
            "SDID + 38 placebos, 39 × 31",
            lambda: synthetic_did(narrow, "y"),
            "diff-diff, 200 draws of 38",
            lambda: diff_diff(long, 200),
        ),
        Task(
            "SC without ridge + 38 placebos, 39 × 31",
            lambda: synthetic_control(narrow, "y", **levels),
            "mlsynth",
            lambda: mlsynth(long),
        ),
        Task(
            "augmented SC + 38 placebos, 39 × 31",
            lambda: augmented_synthetic_control(narrow, "y"),
            "mlsynth",
            lambda: mlsynth(long, augment="ridge"),
        ),
        Task(
            "augmented SC + 299 placebos, 300 × 12", lambda: augmented_synthetic_control(plain, "y")
        ),
        Task("identified range, 300 × 12", lambda: identified_range(plain, "y")),
        Task(
            "conformal p, set and yearly limits, 39 × 31",
            lambda: conformal_synthetic_control(narrow, "y"),
            "mlsynth, augmented",
            lambda: mlsynth(long, augment="ridge", inference="conformal"),
        ),
    ]


def seconds(run: Callable[[], object], repeat: int) -> float:
    """Return the least time of some runs."""
    times = []
    for _ in range(repeat):
        gc.collect()
        _shared.cache_clear()  # placebos made by the run before are not to be found again
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def report(task: Task, repeat: int) -> None:
    """Print one row."""
    task.ours()
    spent = seconds(task.ours, repeat)
    theirs = ratio = verdict = ""
    if task.theirs is not None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                taken = seconds(task.theirs, 1)
            theirs, ratio = f"{1000 * taken:.0f}", f"{taken / spent:.0f}"
            if task.target:
                verdict = "met" if taken / spent >= task.target else "**missed**"
        except ImportError as missing:
            verdict = f"not installed: {missing.name}"
    wanted = f"≥ {task.target:g}" if task.target else ""
    cells = [task.name, f"{1000 * spent:.1f}", task.peer, theirs, ratio, wanted, verdict]
    print(f"| {' | '.join(cells)} |", flush=True)


def worst_condition() -> str:
    """Return how far our weights are from optimal: each condition, over all placebos of a panel."""
    frame = frame_of(300, 12, 2)
    columns = frame["y"].to_numpy().reshape(300, 12)[:, :10].T
    allowed = ~np.eye(300, dtype=bool)
    noise = change_noise(columns.T, allowed)
    ridge = 2**0.5 * noise**2 * 10
    found = ridge_weights(columns, columns.T, ridge, allowed)
    broken = 0.0
    for unit, mine in enumerate(allowed):
        weights = active_set_weights(columns[:, mine], columns[:, unit])
        gradient = columns[:, mine].T @ (columns[:, mine] @ weights - columns[:, unit])
        scale = (columns[:, mine] ** 2).sum(axis=0).max()
        broken = max(broken, float(gradient @ weights - gradient.min()) / scale)
    return (
        f"Duality gap, the worst of 300 problems: {found.gap.max():.1e} with ridge, "
        f"{broken:.1e} without (target ≤ 1e-10)"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="", help="run only tasks whose name contains this")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, numpy {np.__version__}\n")
    print("| task | ours, ms | peer | theirs, ms | × | target | |")
    print("| --- | ---: | --- | ---: | ---: | ---: | --- |")
    for task in tasks():
        if asked.only in task.name:
            report(task, asked.repeat)
    print("\n" + worst_condition())


if __name__ == "__main__":
    main()
