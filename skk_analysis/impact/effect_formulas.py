"""Effect sizes from reported statistics: value and sampling variance, one function a kind.

The symbols of the literature are kept: :math:`m=n_1+n_2-2`,
:math:`J(m)=\\Gamma(m/2)/(\\sqrt{m/2}\\,\\Gamma((m-1)/2))` (Hedges 1981, exact).  Variances are the
usual large-sample ones, as in R's metafor (``escalc`` with its default ``vtype``).
"""

from __future__ import annotations

import math

__all__ = ["FORMULAS", "small_sample_factor"]

Pair = tuple[float, float]


def small_sample_factor(df: float) -> float:
    """Return Hedges' exact J, which takes the upward bias out of a standardised difference."""
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2) - 0.5 * math.log(df / 2))


# -- two groups, a continuous outcome ------------------------------------------------------------


def mean_difference(mean1, sd1, n1, mean2, sd2, n2) -> Pair:
    return mean1 - mean2, sd1**2 / n1 + sd2**2 / n2


def _pooled(sd1, n1, sd2, n2) -> float:
    return math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))


def cohens_d(mean1, sd1, n1, mean2, sd2, n2) -> Pair:
    d = (mean1 - mean2) / _pooled(sd1, n1, sd2, n2)
    return d, 1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2))


def hedges_g(mean1, sd1, n1, mean2, sd2, n2) -> Pair:
    g = small_sample_factor(n1 + n2 - 2) * cohens_d(mean1, sd1, n1, mean2, sd2, n2)[0]
    return g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def glass_delta(mean1, sd1, n1, mean2, sd2, n2) -> Pair:  # noqa: ARG001
    g = small_sample_factor(n2 - 1) * (mean1 - mean2) / sd2
    return g, 1 / n1 + 1 / n2 + g**2 / (2 * n2)


def log_ratio_of_means(mean1, sd1, n1, mean2, sd2, n2) -> Pair:
    return math.log(mean1 / mean2), sd1**2 / (n1 * mean1**2) + sd2**2 / (n2 * mean2**2)


# -- one group before and after ------------------------------------------------------------------


def mean_change(mean_before, sd_before, mean_after, sd_after, n, correlation) -> Pair:
    squares = sd_before**2 + sd_after**2 - 2 * correlation * sd_before * sd_after
    return mean_after - mean_before, squares / n


def standardized_mean_change(mean_before, sd_before, mean_after, n, correlation) -> Pair:
    g = small_sample_factor(n - 1) * (mean_after - mean_before) / sd_before
    return g, 2 * (1 - correlation) / n + g**2 / (2 * n)


def standardized_mean_change_score(
    mean_before, sd_before, mean_after, sd_after, n, correlation
) -> Pair:
    change, variance = mean_change(mean_before, sd_before, mean_after, sd_after, n, correlation)
    g = small_sample_factor(n - 1) * change / math.sqrt(variance * n)
    return g, 1 / n + g**2 / (2 * n)


def log_ratio_of_means_change(mean_before, sd_before, mean_after, sd_after, n, correlation) -> Pair:
    after, before = sd_after / mean_after, sd_before / mean_before
    variance = (after**2 + before**2 - 2 * correlation * after * before) / n
    return math.log(mean_after / mean_before), variance


# -- two groups before and after -----------------------------------------------------------------


def pre_post_control(
    mean_before1, sd_before1, mean_after1, n1, mean_before2, sd_before2, mean_after2, n2,
    correlation,
) -> Pair:  # fmt: skip
    """Morris (2008) eq. (8)–(10) and (25), with his approximate :math:`c_P`, as he prints it."""
    change = (mean_after1 - mean_before1) - (mean_after2 - mean_before2)
    m, size = n1 + n2 - 2, n1 * n2 / (n1 + n2)
    c = 1 - 3 / (4 * m - 1)
    g = c * change / _pooled(sd_before1, n1, sd_before2, n2)
    spread = 2 * (1 - correlation) / size
    return g, c**2 * m / (m - 2) * (spread + g**2) - g**2


# -- two groups, events --------------------------------------------------------------------------


def _cells(events1, n1, events2, n2) -> tuple[float, float, float, float]:
    """Counts of the fourfold table; half is added to all where one is 0 (Haldane, Anscombe)."""
    table = events1, n1 - events1, events2, n2 - events2
    half = 0.5 * (min(table) == 0)
    a, b, c, d = (count + half for count in table)
    return a, b, c, d


def risk_difference(events1, n1, events2, n2) -> Pair:
    a, b, c, d = _cells(events1, n1, events2, n2)
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def log_risk_ratio(events1, n1, events2, n2) -> Pair:
    a, b, c, d = _cells(events1, n1, events2, n2)
    return math.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def log_odds_ratio(events1, n1, events2, n2) -> Pair:
    a, b, c, d = _cells(events1, n1, events2, n2)
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def arcsine_difference(events1, n1, events2, n2) -> Pair:
    left, right = (math.asin(math.sqrt(x)) for x in (events1 / n1, events2 / n2))
    return left - right, 1 / (4 * n1) + 1 / (4 * n2)


# -- one group before and after, events ----------------------------------------------------------


def paired_risk_difference(gained, lost, n) -> Pair:
    gain, loss = gained / n, lost / n
    return gain - loss, (gain + loss - (gain - loss) ** 2) / n


def paired_log_odds_ratio(gained, lost) -> Pair:
    half = 0.5 * (min(gained, lost) == 0)
    gained, lost = gained + half, lost + half
    return math.log(gained / lost), 1 / gained + 1 / lost


# -- one group, levels ---------------------------------------------------------------------------


def raw_mean(mean, sd, n) -> Pair:
    return mean, sd**2 / n


def raw_proportion(events, n) -> Pair:
    half = 0.5 * (events in (0, n))
    share, n = (events + half) / (n + 2 * half), n + 2 * half
    return share, share * (1 - share) / n


def logit_proportion(events, n) -> Pair:
    half = 0.5 * (events in (0, n))
    yes, no = events + half, n - events + half
    return math.log(yes / no), 1 / yes + 1 / no


def arcsine_proportion(events, n) -> Pair:
    return math.asin(math.sqrt(events / n)), 1 / (4 * n)


def freeman_tukey(events, n) -> Pair:
    low, high = events / (n + 1), (events + 1) / (n + 1)
    return 0.5 * (math.asin(math.sqrt(low)) + math.asin(math.sqrt(high))), 1 / (4 * n + 2)


def fisher_z(correlation, n) -> Pair:
    return math.atanh(correlation), 1 / (n - 3)


def cronbach_alpha(alpha, items, n) -> Pair:
    """Bonett (2002), untransformed."""
    return alpha, 2 * items * (1 - alpha) ** 2 / ((items - 1) * (n - 2))


# -- two groups, an ordered outcome --------------------------------------------------------------


def probability_of_superiority(superiority, n1, n2) -> Pair:
    """Hanley and McNeil (1982), with Newcombe's (2006, method 4) symmetric sizes."""
    a = superiority
    star = (n1 + n2) / 2 - 1
    tail = (1 - a) / (2 - a) + a / (1 + a)
    return a, a * (1 - a) * (1 + star * tail) / (n1 * n2)


def cliffs_delta(delta, n1, n2) -> Pair:
    value, variance = probability_of_superiority((1 + delta) / 2, n1, n2)
    return 2 * value - 1, 4 * variance


FORMULAS = {
    formula.__name__: formula
    for formula in (
        mean_difference, cohens_d, hedges_g, glass_delta, log_ratio_of_means, mean_change,
        standardized_mean_change, standardized_mean_change_score, log_ratio_of_means_change,
        pre_post_control, risk_difference, log_risk_ratio, log_odds_ratio, arcsine_difference,
        paired_risk_difference, paired_log_odds_ratio, raw_mean, raw_proportion, logit_proportion,
        arcsine_proportion, freeman_tukey, fisher_z, cronbach_alpha, probability_of_superiority,
        cliffs_delta,
    )
}  # fmt: skip
"""Formula by kind; its parameters are the statistics that the kind needs."""
