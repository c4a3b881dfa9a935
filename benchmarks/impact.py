"""Speed of `skk_analysis.impact`: each method beside its peers, and whole dossiers.

``python benchmarks/impact.py`` runs `impact_did.py` and `impact_synthetic.py`, which print one
table each, and then times the dossier of one city and of a programme on the same invented panel.
The physical limit of a dossier is the sum of its batched matrix products; it is measured as the
time spent in the comparison kernels of the same run.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
UNITS, YEARS, TREATED, INDICATORS = 300, np.arange(2009, 2021), 6, 20
WORKERS = 2
KERNELS = ("synthetic_did_gaps", "difference_gaps", "synthetic_control_gaps")


def panel(treated: int, indicators: int = 1):
    """Return the invented panel with its largest units treated from 2019."""
    from skk_analysis.impact import Panel

    rng = np.random.default_rng(12)
    names = [f"u{i:03d}" for i in range(UNITS)]
    frame = pd.DataFrame({"unit": np.repeat(names, len(YEARS)), "year": np.tile(YEARS, UNITS)})
    frame["population"] = np.repeat(np.exp(12.2 - np.arange(UNITS) / 53), len(YEARS))
    for k in range(indicators):
        walks = rng.normal(size=(UNITS, len(YEARS))).cumsum(axis=1)
        frame[f"y{k}"] = (5 * rng.normal(size=(UNITS, 1)) + walks).ravel()
    starts = dict.fromkeys(names[:treated], 2019)
    return Panel(frame, unit="unit", time="year", treated=starts, population="population")


def timed(run) -> float:
    """Return the seconds of a run."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def share_of_kernels(run) -> float:
    """Return the share of a run that is spent in the comparison kernels, as a profile sees it."""
    profile = cProfile.Profile()
    profile.runcall(run)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = max(times[3] for times in stats.values())
    kernels = sum(times[3] for (_, _, name), times in stats.items() if name in KERNELS)
    return kernels / whole


def main() -> None:
    """Print the tables."""
    for name in ("impact_did.py", "impact_synthetic.py"):
        subprocess.run([sys.executable, "-W", "ignore", str(HERE / name)], check=True)
    from skk_analysis.impact import evaluate, evaluate_programme
    from skk_analysis.impact.rescaling import _shared

    one = panel(1)
    evaluate(one, "y0")  # imports

    def fresh() -> None:
        _shared.cache_clear()  # as if no other city had been evaluated
        evaluate(one, "y0")

    whole, ratio = min(timed(fresh) for _ in range(3)), 1 / share_of_kernels(fresh)
    print("\n| dossier | s | × kernels | target | |\n| --- | ---: | ---: | ---: | --- |")
    met = "met" if whole <= 2 and ratio <= 3 else "**missed**"
    print(f"| one city × indicator | {whole:.2f} | {ratio:.1f} | ≤ 3, ≤ 2 s | {met} |")
    many = panel(TREATED, INDICATORS)
    outcomes = [f"y{k}" for k in range(INDICATORS)]
    took = timed(lambda: evaluate_programme(many, outcomes, primary=outcomes[:2], workers=WORKERS))
    met = "met" if took <= 120 else "**missed**"
    print(
        f"| {TREATED} cities and all together × {INDICATORS} indicators, {WORKERS} processes | "
        f"{took:.1f} | | ≤ 120 s | {met} |"
    )


if __name__ == "__main__":
    main()
