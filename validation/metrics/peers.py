"""Known answers computed by other Python packages, where they are right.

Run by ``regenerate_known_answers.py`` in an environment of its own::

    python -m venv peers
    peers/bin/pip install inequality==1.1.2 segregation==2.5.4 inequalipy==1.0.5 scipy==1.17.1
"""

import json
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
CASES = []


def add(index, given, expected, package, function, tolerance=1e-9, reason="double precision", **kw):
    CASES.append(
        {
            "index": index,
            "input": given,
            "parameters": kw,
            "expected": float(expected),
            "tolerance": tolerance,
            "reason": reason,
            "kind": "Python",
            "source": f"Python package {package} {version(package)}, {function}",
        }
    )


def inequality_cases():
    from inequalipy import gini as weighted_gini
    from inequality.atkinson import atkinson
    from inequality.gini import Gini
    from inequality.theil import Theil
    from inequality.wolfson import wolfson
    from scipy import stats

    vectors = [
        [12, 7, 30, 18, 18, 25, 60, 9, 14, 41],
        [3, 1, 4, 1, 5, 9, 2, 6],
        [100, 1, 1, 1, 2, 80],
    ]
    for v in vectors:
        y, given = np.array(v, float), {"values": v}
        add("gini", given, Gini(y).g, "inequality", "Gini")
        add(
            "theil_t",
            given,
            Theil(y).T,
            "inequality",
            "Theil",
            1e-7,
            "it adds a tiny number to every income",
        )
        add("atkinson", given, atkinson(y, 0.5), "inequality", "atkinson", epsilon=0.5)
        add("atkinson", given, atkinson(y, 1), "inequality", "atkinson", epsilon=1)
        add("wolfson", given, 2 * wolfson(y), "inequality", "wolfson × 2 (Foster–Wolfson scale)")
        add("coefficient_of_variation", given, stats.variation(y), "scipy", "stats.variation")
        for e in (0.5, 2, 3):
            mean = stats.pmean(y, 1 - e)
            add("atkinson", given, 1 - mean / y.mean(), "scipy", "stats.pmean", epsilon=e)
        share, even = y / y.sum(), np.full(len(y), 1 / len(y))
        add("theil_t", given, stats.entropy(share, even), "scipy", "stats.entropy (divergence)")
        add("mld", given, stats.entropy(even, share), "scipy", "stats.entropy (divergence)")
        bc = (stats.skew(y) ** 2 + 1) / stats.kurtosis(y, fisher=False)
        add("bimodality_coefficient", given, bc, "scipy", "stats.skew and stats.kurtosis")
        w = np.arange(1, len(y) + 1)
        weighted = {"values": v, "weights": w.tolist()}
        add("gini", weighted, weighted_gini(y, w), "inequalipy", "gini")
        mean = stats.pmean(y, 0.5, weights=w)
        add("atkinson", weighted, 1 - mean / np.average(y, weights=w), "scipy", "stats.pmean with "
            "weights", epsilon=0.5)  # fmt: skip
        away = stats.wasserstein_distance(y, [y.mean()])
        add(
            "hoover",
            given,
            away / (2 * y.mean()),
            "scipy",
            "stats.wasserstein_distance to the mean",
        )


def segregation_cases():
    from segregation import multigroup as many
    from segregation import singlegroup as two

    tables = [
        {"x": [10, 40, 50, 5], "y": [50, 40, 10, 30]},
        {"x": [120, 340, 90, 15, 60], "y": [300, 110, 45, 80, 75]},
    ]
    for t in tables:
        frame = pd.DataFrame(t).astype(float)
        frame["total"] = frame.sum(axis=1)
        given = {"counts": t}
        for index, name in {
            "dissimilarity": "Dissim",
            "segregation_gini": "Gini",
            "theil_h": "Entropy",
            "isolation": "Isolation",
            "exposure": "Interaction",
            "correlation_ratio": "CorrelationR",
        }.items():
            found = getattr(two, name)(frame, "x", "total").statistic
            add(index, given, found, "segregation", name)
        found = two.Atkinson(frame, "x", "total", b=0.5).statistic
        add("segregation_atkinson", given, found, "segregation", "Atkinson", b=0.5)
    tables = [
        {"a": [30, 10, 5, 20], "b": [10, 30, 25, 20], "c": [5, 15, 40, 8]},
        {"a": [9, 1, 50, 20], "b": [90, 3, 2, 20], "c": [5, 5, 4, 8], "d": [1, 0, 7, 3]},
    ]
    for t in tables:
        frame, given = pd.DataFrame(t).astype(float), {"counts": t}
        for index, name in {
            "dissimilarity": "MultiDissim",
            "segregation_gini": "MultiGini",
            "normalized_exposure": "MultiNormExposure",
            "theil_h": "MultiInfoTheory",
            "relative_diversity": "MultiRelativeDiversity",
        }.items():
            add(index, given, getattr(many, name)(frame, list(t)).statistic, "segregation", name)


inequality_cases()
segregation_cases()
json.dump(CASES, sys.stdout)
