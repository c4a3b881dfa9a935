"""Low income: the line, the share of people under it, and what an uncertain line adds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index
from skk_analysis.sampling import settled

__all__ = ["low_income_rate", "poverty_line"]


@index(bounds=(0, 1))
def low_income_rate(
    dist: Distribution, line: float | Estimate | None = None, share: float = 0.6
) -> Linearised:
    """Share of people whose income is under a line (at-risk-of-poverty rate).

    .. math:: R=\\sum_i p_i\\,1[y_i<t],\\qquad t = 0.6\\,\\mathrm{median}\\ \\text{or given}

    Range 0 to 1.  Strictly under the line, as Statistics Finland and Eurostat word it.  Zeros and
    negative values are kept.  The median is Hyndman & Fan's definition 2.

    Influence function :math:`1[z<t]-R`, plus :math:`f(t)` times that of the line when the line is
    estimated: from the same rows (default), or from others when ``line`` is an Estimate such as
    ``0.6 * median(design, "income")`` of the whole country.

    Parameters
    ----------
    line : float or Estimate, optional
        The line itself.  A plain number is known exactly.  Default: ``share`` × the median of the
        rows in hand, so with ``by=`` each group has its own line.
    share : float, default 0.6
        Share of the median, when no line is given.

    References
    ----------
    Deville (1999), *Survey Methodology* 25, 193–203; Osier (2009), *Survey Research Methods* 3,
    167–195, eq. (12).

    Examples
    --------
    >>> float(low_income_rate([1, 4, 5, 6, 7])), float(low_income_rate([1, 4, 5, 6, 7], line=5))
    (0.2, 0.4)
    """
    threshold = line_of(dist, line, share)
    value = dist.share_below(threshold)
    slope = dist.density(threshold)
    return with_line(dist, value, lambda: (dist.values < threshold) - value, slope, line, share)


@index()
def poverty_line(dist: Distribution, share: float = 0.6) -> Linearised:
    """Low-income line: a share of the median (at-risk-of-poverty threshold).

    .. math:: t=0.6\\,\\mathrm{median}

    In the unit of the values.  Give the result as ``line`` to the other indices, and the line's
    own error goes into theirs: the country's line for a city, or last year's for this year.
    Influence function that of the median times the share.

    Parameters
    ----------
    share : float, default 0.6

    References
    ----------
    Eurostat, *At-risk-of-poverty threshold* (ilc_li01); Osier (2009), *Survey Research Methods* 3,
    167–195.

    Examples
    --------
    >>> float(poverty_line([10, 20, 30]))
    12.0
    """
    return Linearised(share * dist.median, share * dist.quantile_influence(0.5))


def line_of(dist: Distribution, line: float | Estimate | None, share: float) -> float:
    """Return the line in numbers: the given one, or ``share`` × the median of the rows in hand."""
    return share * dist.median if line is None else float(line)


def with_line(
    dist: Distribution,
    value: float,
    influence: np.ndarray | Callable[[], np.ndarray],
    slope: float,
    line: float | Estimate | None,
    share: float,
    note: str = "",
) -> Linearised:
    """Add to the influence at a fixed line what the line's own uncertainty adds.

    Parameters
    ----------
    value, influence
        Of the index, the line being fixed.
    slope : float
        Derivative of the index by the line.
    line, share
        As the index was asked.
    """

    def with_its_own() -> np.ndarray:
        return settled(influence) + slope * share * dist.quantile_influence(0.5)

    terms = [(slope, line)] if isinstance(line, Estimate) else []
    shown = f"line {line_of(dist, line, share):.6g}"
    whole = with_its_own if line is None else influence
    return Linearised(value, whole, terms, note="; ".join(filter(None, [shown, note])))
