"""Size and coverage by simulation, no effect: writes coverage.json.

``OPENBLAS_NUM_THREADS=1 python validation/impact/did/coverage.py`` takes some minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.event_study import event_study
from skk_analysis.impact.honest import honest_did
from skk_analysis.impact.honest_relative import relative_tests
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.pre_trend import pre_trend_test
from skk_analysis.impact.staggered import group_time_effects

HERE = Path(__file__).resolve().parent
UNITS, YEARS = 120, 10


def autoregressive(random: np.random.Generator, units: int, rho: float = 0.5) -> np.ndarray:
    """Return stationary AR(1) noise of variance 1, shape (units, years)."""
    noise = random.normal(size=(units, YEARS))
    for t in range(1, YEARS):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return noise


def table(y: np.ndarray, size: np.ndarray | None = None) -> pd.DataFrame:
    """Return a long table."""
    units, years = y.shape
    frame = pd.DataFrame(
        {"u": np.repeat(np.arange(units), years), "t": np.tile(np.arange(years), units)}
    )
    frame["y"] = y.ravel()
    if size is not None:
        frame["size"] = size[frame["u"]]
    return frame


def clustered_tests(treated: int, samples: int = 500) -> dict:
    """False positives at 5 % of clustered errors and of the wild bootstrap, by treated units."""
    random = np.random.default_rng(treated)
    robust = wild = 0
    for _ in range(samples):
        frame = table(autoregressive(random, UNITS))
        panel = Panel(frame, unit="u", time="t", treated=dict.fromkeys(range(treated), 8))
        given = {"inference": "wild_cluster_bootstrap", "draws": 399}
        found = difference_in_differences(panel, "y", **given)
        robust += found.details["cluster_robust"]["p"] <= 0.05
        wild += found.p <= 0.05
    return {"treated": treated, "clustered": robust / samples, "wild_bootstrap": wild / samples}


def staggered(per_group: int, samples: int = 300) -> dict:
    """Coverage of the simple average's interval and of the band over all cells."""
    random = np.random.default_rng(per_group)
    inside = band = 0
    starts = {u: 4 + u % 3 for u in range(3 * per_group)}
    for _ in range(samples):
        frame = table(random.normal(size=(200, 8)).cumsum(axis=1))
        panel = Panel(frame, unit="u", time="t", treated=starts)
        found = group_time_effects(panel, "y", draws=299)
        low, high = found.aggregate().interval
        inside += low <= 0 <= high
        by = found.table
        band += ((by["band_lower"] <= 0) & (by["band_upper"] >= 0)).all()
    return {"per_group": per_group, "interval": inside / samples, "band": band / samples}


def one_city(samples: int = 300) -> dict:
    """One big city of 301, noise falling with size: honest intervals and the pre-trend test."""
    random = np.random.default_rng(301)
    size = np.exp(random.uniform(7.5, 12, 301))
    size[0] = 150_000.0
    deviation = np.sqrt(0.2 + 3_000 / size)[:, None]
    counts = {"parallel": 0, "smoothness_0": 0, "relative_1": 0, "pre_trend": 0}
    for _ in range(samples):
        frame = table(autoregressive(random, 301) * deviation, size)
        panel = Panel(frame, unit="u", time="t", treated={0: 8}, population="size")
        effect = event_study(panel, "y")
        for name, kind, m in (
            ("smoothness_0", "smoothness", 0.0),
            ("relative_1", "relative_magnitude", 1.0),
        ):
            low, high = honest_did(effect, restriction=kind, m=[m], target="average").table.loc[
                0, ["lower", "upper"]
            ]
            counts[name] += low <= 0 <= high
        low, high = honest_did(effect, m=[], target="average").original
        counts["parallel"] += low <= 0 <= high
        counts["pre_trend"] += pre_trend_test(effect).p <= 0.05
    return {name: count / samples for name, count in counts.items()}


def relative_edge(ratio: float, samples: int = 2_000) -> dict:
    """Coverage where the trend difference after the start is as large as the restriction allows."""
    random = np.random.default_rng(11)
    covariance = 0.01 * (0.5 * np.eye(6) + 0.5)
    trend = np.array([0.0, 0.0, 0.0, -0.3, 0.3 * ratio, 0.6 * ratio])
    target, root = np.array([0.5, 0.5]), np.linalg.cholesky(covariance)
    noise = root @ np.random.default_rng(1).standard_normal((6, 4_000))
    covered = 0
    for _ in range(samples):
        drawn = trend + root @ random.normal(size=6)
        tests = relative_tests(drawn, covariance, 4, target, ratio, 0.05, noise)
        covered += bool(tests.accepts(np.zeros(1))[0])
    return {"ratio": ratio, "coverage": covered / samples}


def main() -> None:
    """Write coverage.json."""
    found = {
        "clustered_tests": [clustered_tests(k) for k in (5, 6, 12)],
        "staggered": [staggered(k) for k in (20, 40)],
        "relative_magnitude_at_its_edge": [relative_edge(r) for r in (0.5, 1.0)],
        "one_city": one_city(),
    }
    (HERE / "coverage.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
