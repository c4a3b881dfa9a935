"""Yearly gaps before and after the start, with the covariance that placebos show they have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skk_analysis.impact.gaps import difference_gaps
from skk_analysis.impact.panel import Block
from skk_analysis.impact.placebos import Inference, Placebos, placebo_inference, rank_p
from skk_analysis.impact.rescaling import noise_law

__all__ = ["PlaceboEvents", "placebo_events"]


class PlaceboEvents(NamedTuple):
    """Event-study coefficients of a few treated units.

    Attributes
    ----------
    times : ndarray of int, shape (times - 1,)
        All but the reference, the last time before the start.
    coefficients : ndarray, shape (times - 1,)
        Difference-in-differences of each time from the reference.
    covariance : ndarray, shape (times - 1, times - 1)
        Mean product of the placebos' coefficients, each rescaled to the treated units' noise.
    before : int
        How many of the times lie before the start.
    pre_p : float
        p-value of no difference at any time before: rank of the Wald statistic among placebos'.
    """

    times: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    before: int
    pre_p: float


def placebo_events(block: Block, plan: Placebos | None = None) -> PlaceboEvents | None:
    """Return the yearly coefficients; None with several first times or under two times before.

    Parameters
    ----------
    block : Block
    plan : Placebos, optional
        Which units the placebos of the joint test are.

    Notes
    -----
    One treated unit has no covariance of its own.  That of all comparison units is used, their
    coefficients divided by their own size's noise and multiplied by the treated one's
    (:func:`~skk_analysis.impact.rescaling.noise_law`); with k treated units it is divided by k².
    """
    plan = plan or Placebos()
    if len(block.cohorts) > 1 or block.before(min(block.cohorts)) < 2:
        return None
    (start,) = block.cohorts
    found = placebo_inference(difference_gaps, block, plan)
    reference = block.before(start) - 1
    other = np.delete(np.arange(len(block.times)), reference)
    real = (found.real.gap[0] - found.real.gap[0, reference])[other]
    single = (found.singles[start] - found.singles[start][:, [reference]])[:, other]
    covariance = _covariance(block, found, single)
    return PlaceboEvents(
        times=block.times[other],
        coefficients=real,
        covariance=covariance,
        before=reference,
        pre_p=_joint_p(block, found, real, single, covariance, reference),
    )


def _covariance(block: Block, found: Inference, single: np.ndarray) -> np.ndarray:
    if block.size is None:
        return single.T @ single / len(single) / len(block.treated)
    (start,) = block.cohorts
    effect = found.singles[start][:, block.before(start) :].mean(axis=1)
    variance = noise_law(effect, block.size[block.donors])(block.size)
    unit = single / np.sqrt(variance[block.donors])[:, None]
    return (unit.T @ unit / len(unit)) * variance[block.treated].sum() / len(block.treated) ** 2


def _joint_p(block, found, real, single, covariance, before) -> float:
    """Return the rank of the treated units' Wald statistic of the times before."""
    inverse = np.linalg.pinv(covariance[:before, :before], hermitian=True)

    def wald(paths: np.ndarray) -> np.ndarray:
        return np.einsum("...i,ij,...j->...", paths[..., :before], inverse, paths[..., :before])

    if not len(found.slots):
        return float("nan")
    placebos = single[np.searchsorted(block.donors, found.slots)].mean(axis=1)
    return rank_p(float(wald(real)), wald(placebos))
