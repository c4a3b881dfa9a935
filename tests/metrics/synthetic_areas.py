"""Invented postal areas whose every income is known, and what Paavo would publish of them."""

from __future__ import annotations

import numpy as np
import pandas as pd


def incomes(rng: np.random.Generator, n: int, kind: str) -> np.ndarray:
    """Return the incomes of the n adults of an area of one kind."""
    if kind == "groups":  # students, pensioners, workers, well-off, and a Pareto tail
        share = rng.dirichlet([4.5, 10.5, 18, 1.8])
        centre = np.array([9_500, 16_500, 26_500, 52_000]) * np.exp(rng.normal(0, 0.06))
        centre = centre * np.exp(rng.normal(0, 0.04, 4))
        group = rng.choice(4, n, p=share)
        x = centre[group] * np.exp(np.array([0.5, 0.28, 0.36, 0.45])[group] * rng.normal(size=n))
        return _with_tail(rng, x, 0.012, 2.6)
    if kind == "lognormal":
        x = np.exp(rng.normal(np.log(20_000) + rng.normal(0, 0.15), rng.uniform(0.4, 0.6), n))
        return _with_tail(rng, x, rng.uniform(0.005, 0.03), rng.uniform(2, 3))
    if kind == "beta":  # generalised beta of the second kind: Dagum, Singh–Maddala and between
        a, p, q = rng.uniform(2.6, 4.2), rng.uniform(0.5, 1.2), rng.uniform(0.7, 1.4)
        ratio = rng.gamma(p, size=n) / rng.gamma(q, size=n)
        return 22_000 * np.exp(rng.normal(0, 0.15)) * ratio ** (1 / a)
    log = rng.normal(np.log(20_500) + rng.normal(0, 0.15), rng.uniform(0.25, 0.45), n)
    up, down = rng.exponential(1 / rng.uniform(2.3, 4.5), n), rng.exponential(1, n)
    return np.exp(log + up - down / rng.uniform(2, 5))  # double Pareto–lognormal


def _with_tail(rng, x, share, exponent):
    rich = rng.random(len(x)) < share
    return np.where(rich, 47_000 * rng.random(len(x)) ** (-1 / exponent), x)


KINDS = {"groups": 0.55, "lognormal": 0.15, "beta": 0.15, "pareto": 0.15}


def country(seed: int, areas: int = 1_500) -> list[np.ndarray]:
    """Return the incomes in areas of 50–8 000 adults, of several kinds."""
    rng = np.random.default_rng(seed)
    sizes = np.exp(rng.uniform(np.log(50), np.log(8_000), areas)).astype(int)
    kinds = rng.choice(list(KINDS), areas, p=list(KINDS.values()))
    return [np.round(incomes(rng, n, kind)) for n, kind in zip(sizes, kinds, strict=True)]


def published(areas: list[np.ndarray]) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Return the published figures and the (unpublished) national class limits."""
    everyone = np.sort(np.concatenate(areas))
    low, high = (float(everyone[int(p * len(everyone))]) for p in (0.2, 0.8))
    rows = [
        {
            "low": np.sum(x <= low),
            "middle": np.sum((x > low) & (x <= high)),
            "high": np.sum(x > high),
            "mean": x.mean(),
            "median": np.median(x),
        }
        for x in areas
    ]
    return pd.DataFrame(rows).astype(float), (low, high)
