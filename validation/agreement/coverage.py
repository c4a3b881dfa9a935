"""How often the intervals of alpha cover: python validation/agreement/coverage.py → coverage.csv.

Scores 1–5 of units whose true level is normal, raters with noise of their own; the true alpha is
that of 200 000 units. Each row: 1 000 samples, intervals from 500 resamples.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.monitoring import krippendorff_alpha

SAMPLES, DRAWS = 1000, 500


def scores(rng, units: int, raters: int, noise: float, missing: float) -> np.ndarray:
    """Units × raters on a scale from 1 to 5."""
    level = rng.normal(3, 1, units)[:, None] + rng.normal(0, noise, (units, raters))
    found = np.clip(np.round(level), 1, 5)
    found[rng.random(found.shape) < missing] = np.nan
    return found


def hayes(table: np.ndarray, rng) -> tuple[float, float]:
    """Hayes and Krippendorff's interval (interval metric): pairs drawn, chance held fixed."""
    pairs, weight = [], []
    for row in table:
        row = row[~np.isnan(row)]
        if len(row) > 1:
            i, j = np.triu_indices(len(row), 1)
            pairs.append((row[i] - row[j]) ** 2)
            weight.append(np.full(len(i), 2 / (len(row) - 1)))
    pairs, weight = np.concatenate(pairs), np.concatenate(weight)
    kept = table[(~np.isnan(table)).sum(axis=1) > 1]
    every = kept[~np.isnan(kept)]
    chance = 2 * every.var(ddof=1)
    drawn = rng.integers(len(pairs), size=(DRAWS, len(pairs)))
    alphas = 1 - (pairs * weight)[drawn].sum(axis=1) / len(every) / chance
    return tuple(np.quantile(alphas, [0.025, 0.975]))


def main() -> None:
    """Simulate and write."""
    rows = []
    for noise, missing in ((0.6, 0.0), (1.2, 0.0), (1.2, 0.4)):
        rng = np.random.default_rng(1)
        big = scores(rng, 200_000, 4, noise, missing)
        for metric in ("ordinal", "interval"):
            truth = krippendorff_alpha(big, metric, draws=0).value
            for units, raters in ((12, 3), (30, 3), (60, 3), (60, 6)):
                hit = low = hit_hayes = 0
                for _ in range(SAMPLES):
                    table = scores(rng, units, raters, noise, missing)
                    found = krippendorff_alpha(
                        table, metric, draws=DRAWS, seed=int(rng.integers(1 << 30))
                    )
                    hit += found.lower <= truth <= found.upper
                    low += found.upper < truth
                    if metric == "interval":
                        a, b = hayes(table, rng)
                        hit_hayes += a <= truth <= b
                rows.append((
                    metric, noise, missing, units, raters, round(truth, 3), hit / SAMPLES,
                    low / SAMPLES, hit_hayes / SAMPLES if metric == "interval" else "",
                ))  # fmt: skip
    columns = ["metric", "noise", "missing", "units", "raters", "alpha", "covers", "all_below",
               "covers_hayes_krippendorff"]  # fmt: skip
    pd.DataFrame(rows, columns=columns).to_csv(
        Path(__file__).with_name("coverage.csv"), index=False
    )


if __name__ == "__main__":
    main()
