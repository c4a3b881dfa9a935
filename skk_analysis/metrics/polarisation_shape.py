"""What makes a distribution polarised: identification and alienation, or having two humps."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from skk_analysis.metrics.distribution import Distribution, UndefinedIndexError
from skk_analysis.metrics.identification import mean_identification
from skk_analysis.metrics.index import Linearised, index, inequality_table
from skk_analysis.metrics.inequality import gini
from skk_analysis.metrics.polarisation import duclos_esteban_ray

__all__ = [
    "bimodality_coefficient",
    "der_alienation",
    "der_components",
    "der_correlation",
    "der_identification",
]


@index(bounds=(0, math.inf))
def der_identification(
    dist: Distribution, alpha: float = 0.5, bandwidth: float | None = None
) -> Linearised:
    """Mean identification in Duclos–Esteban–Ray polarisation.

    .. math:: \\bar\\iota_\\alpha=\\int f(x)^{1+\\alpha}\\,dx

    for incomes divided by their mean: how close people are to others like them.  Range 0 upwards.
    Conventions and parameters as in :func:`duclos_esteban_ray`; the default bandwidth lets the
    biases of this integral cancel, so it is another than that of polarisation.

    Influence function
    :math:`(1+\\alpha)\\{f(z)^\\alpha-\\bar\\iota\\}+\\alpha\\bar\\iota(z/\\mu-1)`, with the
    smoothing and the chosen bandwidth as in :func:`duclos_esteban_ray`.

    References
    ----------
    Duclos, Esteban & Ray (2004), *Econometrica* 72, 1737–1772, eq. (6).

    Examples
    --------
    >>> incomes = [1.0, 1.2, 1.4, 3.6, 3.8, 4.0]
    >>> round(float(der_identification(incomes, alpha=0.5, bandwidth=0.1)), 3)
    1.195
    """
    found = mean_identification(dist, "der_identification", alpha, bandwidth, distances=False)
    return Linearised(found.value, found.influence, note=f"bandwidth {found.width:.4g}")


@index(bounds=(0, 2))
def der_alienation(dist: Distribution) -> Linearised:
    """Mean alienation in Duclos–Esteban–Ray polarisation: twice the Gini coefficient.

    .. math:: \\bar a=\\int\\!\\!\\int f(x)f(y)\\,|x-y|\\,dx\\,dy=2G

    Conventions and influence function (doubled) as in :func:`gini`.

    References
    ----------
    Duclos, Esteban & Ray (2004), *Econometrica* 72, 1737–1772, eq. (5).

    Examples
    --------
    >>> round(float(der_alienation([1, 2, 3, 4])), 4)
    0.5
    """
    half = gini.formula(dist)
    return Linearised(2 * half.value, 2 * half.influence, note=half.note)


@index(bounds=(-1, math.inf))
def der_correlation(
    dist: Distribution, alpha: float = 0.5, bandwidth: float | None = None
) -> Linearised:
    """Normalised covariance of identification and alienation in Duclos–Esteban–Ray polarisation.

    .. math:: \\rho=\\frac{P_\\alpha}{\\bar a\\,\\bar\\iota_\\alpha}-1

    so that :math:`P_\\alpha=\\bar a\\,\\bar\\iota_\\alpha(1+\\rho)`.  Range over −1; negative in a
    distribution with one hump, where those with most people around them are nearest to all.
    Conventions, bandwidth and parameters as in :func:`duclos_esteban_ray`.

    Influence function
    :math:`(1+\\rho)\\{IF_P/P-IF_{\\bar a}/\\bar a-IF_{\\bar\\iota}/\\bar\\iota\\}`.

    References
    ----------
    Duclos, Esteban & Ray (2004), *Econometrica* 72, 1737–1772, eq. (7).

    Examples
    --------
    >>> incomes = [1.0, 1.2, 1.4, 3.6, 3.8, 4.0]
    >>> round(float(der_correlation(incomes, alpha=0.5, bandwidth=0.1)), 3)
    -0.001
    """
    whole = duclos_esteban_ray.formula(dist, alpha=alpha, bandwidth=bandwidth)
    near = der_identification.formula(dist, alpha=alpha, bandwidth=bandwidth)
    far = der_alienation.formula(dist)
    ratio = whole.value / (near.value * far.value)
    # of a ratio in the second order, and of the Gini coefficient, which is 1/n too low
    p, a, i = (x.influence / x.value for x in (whole, far, near))
    bias = (
        ratio * (1 + float(dist.share @ (a * a + i * i + a * i - p * (a + i)))) / dist.effective_n
    )
    return Linearised(ratio - 1, ratio * (p - a - i), note=whole.note, bias=bias)


def der_components(
    data,
    column: str | None = None,
    *,
    alpha: float = 0.5,
    bandwidth: float | None = None,
    by: str | Sequence[str] | None = None,
    weights=None,
    missing: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return Duclos–Esteban–Ray polarisation with its three factors.

    .. math:: P_\\alpha=\\bar a\\,\\bar\\iota_\\alpha\\,(1+\\rho)

    Parameters
    ----------
    data, column, by, weights, missing, level
        As for :func:`inequality_table`.
    alpha, bandwidth
        As for :func:`duclos_esteban_ray`.

    Returns
    -------
    DataFrame
        Rows polarisation, alienation, identification and correlation (for each group), with the
        columns of :func:`inequality_table`.

    References
    ----------
    Duclos, Esteban & Ray (2004), *Econometrica* 72, 1737–1772, §2.3.

    Examples
    --------
    >>> der_components([1, 2, 3, 4], alpha=0.5)["index"].tolist()
    ['polarisation', 'alienation', 'identification', 'correlation']
    """
    of_density = {"alpha": alpha, "bandwidth": bandwidth}
    parts: dict[str, Callable] = {
        "polarisation": functools.partial(duclos_esteban_ray, **of_density),
        "alienation": der_alienation,
        "identification": functools.partial(der_identification, **of_density),
        "correlation": functools.partial(der_correlation, **of_density),
    }
    return inequality_table(
        data, column, by=by, indices=parts, weights=weights, missing=missing, level=level
    )


@index(bounds=(0, 1))
def bimodality_coefficient(dist: Distribution) -> Linearised:
    """Sarle's bimodality coefficient, from the skewness and kurtosis.

    .. math:: BC=\\frac{\\gamma^2+1}{\\kappa},\\qquad \\gamma=\\frac{m_3}{m_2^{3/2}},\\quad
        \\kappa=\\frac{m_4}{m_2^2}

    with the central moments m of the population (no small-sample correction, so that replication
    and the scale of weights change nothing; SAS prints a corrected version).  Range over 0 to 1,
    1 = two points; uniform 5/9, normal 1/3.  Every finite value is allowed; all values equal stops
    it.  A long tail raises it as two humps do, and makes it, and its interval, unreliable even in
    large samples (lognormal of σ 0.5, n = 500: the 95 % interval covers 53 %): take the logarithm
    of incomes first (then 91–93 %, and 94 % with two humps).  The interval allows for the bias
    of the moments.

    Influence function by the delta method from those of the moments,
    :math:`(z-\\mu)^k-m_k-k\\,m_{k-1}(z-\\mu)`.

    References
    ----------
    SAS Institute (1990), *SAS/STAT User's Guide*, the CLUSTER procedure; Pfister et al. (2013),
    *Frontiers in Psychology* 4, 700.

    Examples
    --------
    >>> round(float(bimodality_coefficient([1, 1, 5, 5])), 4)
    1.0
    """
    distance = dist.mean_influence()
    second, third, fourth = (float(dist.share @ distance**k) for k in (2, 3, 4))
    if fourth == 0:
        raise UndefinedIndexError("bimodality_coefficient needs variation; all values are equal")
    value = (third**2 / second + second**2) / fourth
    of_second = distance**2 - second
    of_third = distance**3 - third - 3 * second * distance
    of_fourth = distance**4 - fourth - 4 * third * distance
    slopes = np.array([
        2 * second - (third / second) ** 2, 2 * third / second, -value,
    ]) / fourth  # fmt: skip
    moments = np.array([of_second, of_third, of_fourth])
    bias = _bimodality_bias(second, third, fourth, slopes, moments * dist.share @ moments.T)
    return Linearised(value, slopes @ moments, bias=bias / dist.effective_n)


def _bimodality_bias(second, third, fourth, slopes, covariance) -> float:
    """Return n times the bias: that of the moments, and what the curvature makes of their noise."""
    of_moments = slopes @ [-second, -3 * third, 6 * second**2 - 4 * fourth]
    curvature = np.empty((3, 3))
    curvature[:2, :2] = [
        [2 * third**2 / second**3 + 2, -2 * third / second**2],
        [-2 * third / second**2, 2 / second],
    ]
    curvature[2] = curvature[:, 2] = -slopes
    curvature[2, 2] = -2 * slopes[2]
    return float(of_moments + (curvature / fourth * covariance).sum() / 2)
