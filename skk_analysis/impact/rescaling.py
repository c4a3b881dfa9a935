"""Placebos of every unit, rescaled to the noise of a unit of the treated one's size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from skk_analysis.impact.gaps import (
    Kernel,
    difference_gaps,
    synthetic_control_gaps,
    synthetic_did_gaps,
)
from skk_analysis.impact.panel import Block

__all__ = ["noise_law", "rescaled_placebos", "single_placebos"]

FEWEST = 10
BATCH = 512  # bounds the memory of a country's placebos, changes no number
OF_ROWS_ALONE = (difference_gaps, synthetic_did_gaps, synthetic_control_gaps)
"""Kernels to which a unit that takes no part in an assignment makes no difference."""


def single_placebos(kernel: Kernel, block: Block, start: int) -> np.ndarray:
    """Return the gaps of each comparison unit as if treated, the others standing in for it.

    Parameters
    ----------
    kernel : Kernel
    block : Block
    start : int
        First treated time.

    Returns
    -------
    ndarray, shape (comparison units, times)
    """
    before = block.before(start)
    if len(block.donors) < 2:  # none is left to stand in
        return np.empty((0, len(block.times)))
    if kernel not in OF_ROWS_ALONE:
        return _singles(kernel, block.values, block.donors, before)
    values = np.ascontiguousarray(block.values[block.donors])
    hashable: Any = kernel
    return _shared(hashable, values.tobytes(), values.shape, before)


@lru_cache(maxsize=64)  # the cities of a programme share their comparison units
def _shared(kernel, raw: bytes, shape: tuple[int, int], before: int) -> np.ndarray:
    gap = _singles(kernel, np.frombuffer(raw).reshape(shape), np.arange(shape[0]), before)
    gap.flags.writeable = False
    return gap


def _singles(kernel: Kernel, values: np.ndarray, donors: np.ndarray, before: int) -> np.ndarray:
    gap = np.empty((len(donors), values.shape[1]))
    for first in range(0, len(donors), BATCH):
        own = donors[first : first + BATCH]
        allowed = np.zeros((len(own), len(values)), dtype=bool)
        allowed[:, donors] = True
        allowed[np.arange(len(own)), own] = False
        gap[first : first + BATCH] = kernel(values, own[:, None], allowed, before).gap
    return gap


def rescaled_placebos(
    singles: Mapping[int, np.ndarray], block: Block, draws: int = 999, seed: int = 2019
) -> np.ndarray:
    r"""Return placebo estimates of all comparison units with the treated units' noise.

    Parameters
    ----------
    singles : mapping of int to ndarray
        Gaps of :func:`single_placebos` by first treated time, of the kernel that was used.
    block : Block
    draws, seed : int
        With several treated units, how many averages of rescaled placebos are drawn.

    Returns
    -------
    ndarray
        One value a comparison unit, or a draw; empty where sizes are unknown or units too few.

    Notes
    -----
    The variance of a unit of size :math:`M` is :math:`A+B/M`, :math:`A,B\ge 0`, fitted to the
    squared placebo estimates; each estimate is multiplied by the ratio of the treated unit's
    standard deviation to its own (Ferman & Pinto 2019, *Review of Economics and Statistics* 101,
    452–467, §III).
    """
    donors = block.donors
    if block.size is None or len(donors) < FEWEST:
        return np.empty(0)
    parts, cells = [], []
    for start, units in block.cohorts.items():
        before = block.before(start)
        single = singles[start][:, before:].mean(axis=1)
        deviation = np.sqrt(noise_law(single, block.size[donors])(block.size))
        unscaled = single / deviation[donors]
        parts += [unscaled * deviation[unit] for unit in units]
        cells += [len(block.times) - before] * len(units)
    if len(parts) == 1:
        return parts[0]
    drawn = np.random.default_rng(seed).integers(len(donors), size=(draws, len(parts)))
    chosen = np.take_along_axis(np.column_stack(parts), drawn, axis=0)
    return chosen @ (np.array(cells) / sum(cells))


def noise_law(placebos: np.ndarray, size: np.ndarray):
    """Return the fitted variance of an estimate as a function of a unit's size."""
    from scipy.optimize import nnls

    inverse = size.mean() / size
    square = placebos**2
    # divided by a first fit, so that a few noisy small units don't decide alone
    rough = np.maximum(nnls(np.column_stack([np.ones(len(size)), inverse]), square)[0], 0)
    scale = np.maximum(rough[0] + rough[1] * inverse, square.mean() * 1e-6 + 1e-300)
    system = np.column_stack([1 / scale, inverse / scale])
    constant, slope = nnls(system, square / scale)[0]
    floor = 1e-9 * square.mean() + 1e-300
    return lambda other: np.maximum(constant + slope * size.mean() / other, floor)
