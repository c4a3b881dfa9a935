"""Restricted likelihood of effects nested in studies, and its maximum over the two variances."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

__all__ = ["NestedModel", "restricted_maximum"]

FINENESS = 8
"""Points a side of the first search over the two variances."""


class State(NamedTuple):
    coefficients: np.ndarray
    covariance: np.ndarray
    projection: np.ndarray
    log_likelihood: float


class NestedModel(NamedTuple):
    y: np.ndarray
    x: np.ndarray
    known: np.ndarray
    together: np.ndarray
    """1 where two effects are of one study."""

    def at(self, between: float, within: float) -> State:
        total = self.known + between * self.together
        total[np.diag_indices_from(total)] += within
        root = np.linalg.cholesky(total)
        inverse = np.linalg.inv(total)
        information = self.x.T @ inverse @ self.x
        covariance = np.linalg.inv(information)
        loaded = inverse @ self.x
        projection = inverse - loaded @ covariance @ loaded.T
        height = (
            2 * np.log(np.diag(root)).sum()
            + np.linalg.slogdet(information)[1]
            - np.linalg.slogdet(self.x.T @ self.x)[1]
            + self.y @ projection @ self.y
            + (len(self.y) - self.x.shape[1]) * math.log(2 * math.pi)
        )
        return State(covariance @ (loaded.T @ self.y), covariance, projection, -0.5 * height)

    def slope(self, state: State) -> tuple[np.ndarray, np.ndarray]:
        """Return the score of the two variances and its expected information."""
        p = state.projection
        py = p @ self.y
        pb = p @ self.together
        score = 0.5 * np.array([py @ self.together @ py - np.trace(pb), py @ py - np.trace(p)])
        cross = (pb.T * p).sum()
        return score, 0.5 * np.array([[(pb.T * pb).sum(), cross], [cross, (p * p).sum()]])


def restricted_maximum(model: NestedModel) -> tuple[float, float]:
    """Return the variances between and within studies that maximise the restricted likelihood."""
    smallest = float(np.diag(model.known).min())
    spread = float(np.var(model.y - model.x @ np.linalg.lstsq(model.x, model.y)[0])) * 4
    side = smallest * np.expm1(np.linspace(0, math.log1p(spread / smallest), FINENESS))
    grid = [(b, w) for b in side for w in side]
    best = max(grid, key=lambda pair: model.at(*pair).log_likelihood)
    here, state = np.array(best), model.at(*best)
    for _ in range(200):
        score, information = model.slope(state)
        free = (here > 0) | (score > 0)
        if not free.any():
            break
        step = np.zeros(2)
        # the shortest step, where one effect a study leaves only the sum of the two to be told
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], score[free])[0]
        gain, moved = 1.0, False
        while gain > 1e-10:
            there = np.maximum(here + gain * step, 0.0)
            proposed = model.at(*there)
            if proposed.log_likelihood > state.log_likelihood:
                moved = True
                break
            gain /= 2
        if not moved:
            break
        small = np.abs(there - here).max() < 1e-13 * (smallest + here.max())
        here, state = there, proposed
        if small:
            break
    return float(here[0]), float(here[1])
