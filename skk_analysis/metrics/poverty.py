"""Low income: the share of people under a line."""

from __future__ import annotations

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["low_income_rate"]


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
    threshold = share * dist.median if line is None else float(line)
    value = dist.share_below(threshold)
    influence = (dist.values < threshold) - value
    if line is None:
        influence = influence + dist.density(threshold) * share * dist.quantile_influence(0.5)
    terms = [(dist.density(threshold), line)] if isinstance(line, Estimate) else []
    return Linearised(value, influence, terms, note=f"line {threshold:.6g}")
