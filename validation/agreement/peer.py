"""Alphas of the PyPI package krippendorff 0.9.0, pinned in alpha.json; in a scratch environment:

python -m venv /tmp/oracle && /tmp/oracle/bin/pip install krippendorff==0.9.0
/tmp/oracle/bin/python validation/agreement/peer.py
"""

import json
from pathlib import Path

import krippendorff
import numpy as np

METRICS = ("nominal", "ordinal", "interval", "ratio")


def cases():
    """Units × raters, every kind of unevenness: missing scores, one rater alone, unused values."""
    rng = np.random.default_rng(20)
    for units, raters, missing in ((12, 2, 0.0), (15, 3, 0.2), (25, 6, 0.5), (8, 4, 0.6)):
        truth = rng.normal(3, 1, units)
        scores = np.clip(np.round(truth[:, None] + rng.normal(0, 0.8, (units, raters))), 1, 9)
        scores[rng.random(scores.shape) < missing] = np.nan
        yield scores


found = []
for scores in cases():
    alphas = {
        metric: krippendorff.alpha(reliability_data=scores.T, level_of_measurement=metric)
        for metric in METRICS
    }
    rows = [[None if np.isnan(x) else x for x in row] for row in scores.tolist()]
    found.append({"scores": rows, "alpha": alphas})
Path(__file__).with_name("alpha.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
