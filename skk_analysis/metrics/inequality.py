"""Inequality of a distribution: Gini, generalised entropy, Atkinson, shares and ratios of shares.

Conventions for all of them: weights are frequencies or probabilities and their scale does not
matter; natural logarithms; results are fractions, never percent; zeros are kept where the formula
allows them and stop it where it does not; negative values are stopped, or named in ``method`` where
the formula still has a meaning.  Standard errors come from the influence function given with each
formula (Deville 1999; Cowell & Flachaire 2007) under the design's strata and clusters.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["gini"]


def _named_negatives(dist: Distribution) -> str:
    negative = int((dist.values < 0).sum())
    return f"{negative} negative values kept" if negative else ""


@index(bounds=(0, 1))
def gini(dist: Distribution) -> Linearised:
    """Gini coefficient, from the area under the Lorenz curve.

    .. math:: G = \\frac{1}{2\\mu}\\sum_i\\sum_j p_i p_j |y_i-y_j|

    Range 0 (all equal) to 1 (in a finite sample :math:`1-1/n`; no small-sample correction).  Zeros
    are kept.  Negative values are kept and named, and G may then exceed 1; the mean must be
    positive.  Ties and the order of rows do not matter.

    Influence function: :math:`\\{A(z)-(\\mu+z)\\,G\\}/\\mu` with :math:`A(z)=E|z-Y|`.

    References
    ----------
    Yitzhaki & Schechtman (2013), *The Gini Methodology*, ch. 2; Deville (1999), *Survey
    Methodology* 25, 193–203.

    Examples
    --------
    >>> gini([1, 2, 3], weights=[1, 2, 3]).value.round(4)
    np.float64(0.1667)
    """
    dist.require_positive_mean("gini")
    distance, mean = dist.mean_distance, dist.mean
    value = float(dist.share @ distance) / (2 * mean)
    influence = (distance - (mean + dist.values) * value) / mean
    return Linearised(value, influence, note=_named_negatives(dist))
