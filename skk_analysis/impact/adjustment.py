"""Taking out of an outcome what covariates move, learnt where nothing was done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skk_analysis.impact.panel import Block

__all__ = ["pandemic_exposure", "two_way_demeaned", "without_covariates"]

EXPOSURE = "exposure × pandemic"
DEPENDENT = 1e-10  # singular values below this share of the largest are rounding


def without_covariates(block: Block, *, exposure: bool = False) -> tuple[Block, dict[str, float]]:
    r"""Return the block without its covariates' part, and their slopes.

    Parameters
    ----------
    block : Block
    exposure : bool, default False
        Count exposure × pandemic years among the covariates.

    Notes
    -----
    Slopes are from :math:`Y_{it}=\alpha_i+\delta_t+X_{it}\beta+e_{it}` on the units never treated,
    so the programme's effect is not in them (Kranz 2022's "projected" covariates).
    """
    covariates = dict(block.covariates)
    if exposure:
        covariates[EXPOSURE] = pandemic_exposure(block)
    if not covariates:
        return block, {}
    x = np.stack([two_way_demeaned(c[block.donors]) for c in covariates.values()], axis=-1)
    y = two_way_demeaned(block.values[block.donors])
    flat = x.reshape(-1, x.shape[-1])
    scale = np.sqrt((flat**2).mean(axis=0))
    for name, size, raw in zip(covariates, scale, covariates.values(), strict=True):
        if size <= 1e-10 * max(np.abs(raw).max(), 1e-300):
            raise ValueError(
                f"covariate {name!r} does not vary between comparison units over time beyond unit "
                "and time effects, so nothing can be taken out; leave it away"
            )
    slopes, _, rank, _ = np.linalg.lstsq(flat / scale, y.ravel(), rcond=DEPENDENT)
    if rank < len(scale):
        raise ValueError(f"covariates {list(covariates)} are linearly dependent; leave one away")
    slopes = slopes / scale
    moved = sum(b * c for b, c in zip(slopes, covariates.values(), strict=True))
    named = {name: float(b) for name, b in zip(covariates, slopes, strict=True)}
    return replace(block, values=block.values - moved, covariates={}), named


def pandemic_exposure(block: Block) -> np.ndarray:
    """Return each unit's exposure in pandemic years and 0 in others, shape (units, times).

    The panel's exposure, or log size where it has none: large towns were hit first and hardest.
    """
    exposure = block.exposure
    if exposure is None:
        if block.size is None:
            raise ValueError(
                "the exposure to the pandemic year is unknown: give the panel exposure= or "
                "population="
            )
        exposure = np.log(block.size)
    years = np.isin(block.times, block.pandemic)
    if not years.any():
        raise ValueError(f"the panel has none of the pandemic years {block.pandemic}")
    return (exposure - exposure.mean())[:, None] * years[None, :]


def two_way_demeaned(values: np.ndarray) -> np.ndarray:
    """Return values less unit and time means, of a complete units × times table."""
    return (
        values
        - values.mean(axis=1, keepdims=True)
        - values.mean(axis=0, keepdims=True)
        + values.mean()
    )
