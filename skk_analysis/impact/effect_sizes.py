"""One scale of effect sizes with standard errors, and the ways between the scales."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from numbers import Real

from skk_analysis.estimate import UNBOUNDED, Estimate, combine
from skk_analysis.impact.effect_formulas import FORMULAS, Pair

__all__ = ["EFFECT_SIZES", "convert_effect_size", "effect_size"]

EFFECT_SIZES: dict[str, str] = {
    "mean_difference": "MD",
    "cohens_d": "SMD, uncorrected",
    "hedges_g": "SMD",
    "glass_delta": "SMD1",
    "log_ratio_of_means": "ROM",
    "mean_change": "MC",
    "standardized_mean_change": "SMCR",
    "standardized_mean_change_score": "SMCC",
    "log_ratio_of_means_change": "ROMC",
    "pre_post_control": "Morris's d_ppc2",
    "risk_difference": "RD",
    "log_risk_ratio": "RR",
    "log_odds_ratio": "OR",
    "arcsine_difference": "AS",
    "paired_risk_difference": "MPRD",
    "paired_log_odds_ratio": "MPORC",
    "raw_mean": "MN",
    "raw_proportion": "PR",
    "logit_proportion": "PLO",
    "arcsine_proportion": "PAS",
    "freeman_tukey": "PFT",
    "fisher_z": "ZCOR",
    "cronbach_alpha": "ARAW",
    "probability_of_superiority": "AUC",
    "cliffs_delta": "2 AUC − 1",
}
"""Kinds of effect size, with the name that R's metafor has for each."""

_BOUNDS = {
    "raw_proportion": (0.0, 1.0),
    "probability_of_superiority": (0.0, 1.0),
    "cliffs_delta": (-1.0, 1.0),
}
_LOGISTIC_SD = math.pi / math.sqrt(3)


def effect_size(kind: str, **statistics: float) -> Estimate:
    """Return an effect size and its standard error from the statistics that a study reports.

    Group 1 less group 2; after less before.  ``log_…`` kinds are natural logarithms.

    Parameters
    ----------
    kind : str
        One of :data:`EFFECT_SIZES`.
    **statistics : float
        Those that the kind needs:

        - ``mean_difference``, ``cohens_d``, ``hedges_g``, ``glass_delta`` (scaled by group 2),
          ``log_ratio_of_means``: mean1, sd1, n1, mean2, sd2, n2
        - ``mean_change``, ``standardized_mean_change_score`` (scaled by the SD of the changes),
          ``log_ratio_of_means_change``: mean_before, sd_before, mean_after, sd_after, n,
          correlation; ``standardized_mean_change`` (scaled by the SD before) all but sd_after
        - ``pre_post_control``: mean_before1, sd_before1, mean_after1, n1, the same with 2, and
          correlation of before and after
        - ``risk_difference``, ``log_risk_ratio``, ``log_odds_ratio``, ``arcsine_difference``:
          events1, n1, events2, n2
        - ``paired_risk_difference``: gained, lost, n; ``paired_log_odds_ratio``: gained, lost
        - ``raw_mean``: mean, sd, n; ``raw_proportion``, ``logit_proportion``,
          ``arcsine_proportion``, ``freeman_tukey``: events, n
        - ``fisher_z``: correlation, n; ``cronbach_alpha``: alpha, items, n
        - ``probability_of_superiority``: superiority, n1, n2; ``cliffs_delta``: delta, n1, n2

    Returns
    -------
    Estimate
        ``value`` and ``se``; variances as in metafor with ``vtype="LS"``, Hedges' J exact.  Where
        a cell of a table is 0, half is added to every cell of that table (``only0``), except in
        ``paired_risk_difference``, ``arcsine_…`` and ``freeman_tukey``, which need none.
        ``pre_post_control`` has Morris's variance (eq. 25) and approximate :math:`c_P`.  The
        difference of two ``standardized_mean_change`` (Becker 1988, d_ppc1) is a subtraction of
        two results.

    Raises
    ------
    ValueError
        On an unknown kind, a statistic too many or too few, or one that is impossible.

    References
    ----------
    Hedges (1981), *J. Educ. Stat.* 6, 107–128; Gibbons, Hedeker & Davis (1993), *J. Educ. Stat.*
    18, 271–279; Becker (1988), *Br. J. Math. Stat. Psychol.* 41, 257–278; Morris (2008),
    *Organ. Res. Methods* 11, 364–386; Lajeunesse (2011), *Ecology* 92, 2049–2055; Viechtbauer
    (2010), *J. Stat. Softw.* 36(3).

    Examples
    --------
    >>> study = dict(mean1=5.0, sd1=1.2, n1=20, mean2=4.2, sd2=1.0, n2=22)
    >>> effect_size("hedges_g", **study).value.__round__(3)
    0.714
    """
    if kind not in FORMULAS:
        raise ValueError(f"no effect size {kind!r}; there are {', '.join(EFFECT_SIZES)}")
    wanted = list(inspect.signature(FORMULAS[kind]).parameters)
    if set(statistics) != set(wanted):
        raise ValueError(
            f"{kind} needs {', '.join(wanted)}; missing: "
            f"{sorted(set(wanted) - set(statistics)) or 'none'}, "
            f"not known to it: {sorted(set(statistics) - set(wanted)) or 'none'}"
        )
    _require_possible(kind, statistics)
    value, variance = FORMULAS[kind](**statistics)
    return Estimate(
        value=value,
        se=math.sqrt(variance),
        n=_persons(statistics),
        method=f"{kind} ({EFFECT_SIZES[kind]})",
        bounds=_BOUNDS.get(kind, UNBOUNDED),
    )


def _persons(statistics: Mapping[str, float]) -> int:
    sizes = [statistics[name] for name in ("n", "n1", "n2") if name in statistics]
    return int(sum(sizes) or statistics.get("gained", 0) + statistics.get("lost", 0))


def _require_possible(kind: str, statistics: Mapping[str, float]) -> None:
    """Stop at a statistic that no data can have, before a formula turns it into a number."""
    for name, number in statistics.items():
        if not isinstance(number, Real) or not math.isfinite(number):
            raise ValueError(f"{kind}: {name} is {number!r}; expected a finite number")
        for begins, (possible, expected) in _POSSIBLE.items():
            if name.startswith(begins) and not possible(number, kind):
                raise ValueError(f"{kind}: {name} is {number!r}; expected {expected}")
        if name.startswith(("events", "gained", "lost")):
            most = statistics.get("n" + name.removeprefix("events"), statistics.get("n", math.inf))
            if not 0 <= number <= most:
                raise ValueError(f"{kind}: {name} is {number!r}; expected between 0 and {most}")
    changed = statistics.get("gained", 1) + statistics.get("lost", 0)
    if not 0 < changed <= statistics.get("n", math.inf) and kind.startswith("paired_log"):
        raise ValueError(f"{kind}: nobody changed, so the odds ratio is not defined")
    if changed > statistics.get("n", math.inf):
        raise ValueError(f"{kind}: gained and lost are together {changed}; expected at most n")


def _means_over_zero(number: float, kind: str) -> bool:
    return number > 0 or not kind.startswith("log_ratio_of_means")


def _enough(number: float, kind: str) -> bool:
    return number >= _FEWEST.get(kind, 2)


_FEWEST = {"fisher_z": 4, "cronbach_alpha": 3, "pre_post_control": 3} | {
    kind: 1 for kind, formula in FORMULAS.items() if "events" in str(inspect.signature(formula))
}
_POSSIBLE: dict[str, tuple[Callable[[float, str], bool], str]] = {
    "sd": (lambda x, _: x > 0, "a standard deviation over 0"),
    "n": (_enough, "more persons"),
    "mean": (_means_over_zero, "a mean over 0, or there is no ratio of means"),
    "correlation": (lambda x, _: -1 < x < 1, "a correlation strictly between −1 and 1"),
    "superiority": (lambda x, _: 0 <= x <= 1, "a probability between 0 and 1"),
    "delta": (lambda x, _: -1 <= x <= 1, "between −1 and 1"),
    "alpha": (lambda x, _: x <= 1, "at most 1"),
    "items": (lambda x, _: x >= 2, "at least 2"),
}
"""What a statistic must be, by how its name begins."""


# Each scale by its map to d and the derivative of that map, and the map from d with its own.


def _from_odds(x: float) -> Pair:
    return x / _LOGISTIC_SD, 1 / _LOGISTIC_SD


def _to_odds(d: float) -> Pair:
    return d * _LOGISTIC_SD, _LOGISTIC_SD


def _from_superiority(a: float) -> Pair:
    from scipy.special import ndtri

    d = math.sqrt(2) * float(ndtri(a))
    return d, 1 / _to_superiority(d)[1]


def _to_superiority(d: float) -> Pair:
    from scipy.special import ndtr

    density = math.exp(-(d**2) / 4) / math.sqrt(2 * math.pi)
    return float(ndtr(d / math.sqrt(2))), density / math.sqrt(2)


def _from_delta(delta: float) -> Pair:
    d, slope = _from_superiority((1 + delta) / 2)
    return d, slope / 2


def _to_delta(d: float) -> Pair:
    a, slope = _to_superiority(d)
    return 2 * a - 1, 2 * slope


def _from_correlation(r: float) -> Pair:
    return 2 * r / math.sqrt(1 - r**2), 2 * (1 - r**2) ** -1.5


def _to_correlation(d: float) -> Pair:
    return d / math.sqrt(d**2 + 4), 4 * (d**2 + 4) ** -1.5


_SCALES: dict[str, tuple[Callable[[float], Pair], Callable[[float], Pair], Pair]] = {
    "d": (lambda d: (d, 1.0), lambda d: (d, 1.0), UNBOUNDED),
    "log_odds_ratio": (_from_odds, _to_odds, UNBOUNDED),
    "probability_of_superiority": (_from_superiority, _to_superiority, (0.0, 1.0)),
    "cliffs_delta": (_from_delta, _to_delta, (-1.0, 1.0)),
    "correlation": (_from_correlation, _to_correlation, (-1.0, 1.0)),
}


def convert_effect_size(estimate: Estimate, *, source: str, target: str) -> Estimate:
    """Return an effect size on another scale, its error carried over by the delta method.

    Parameters
    ----------
    estimate : Estimate
    source, target : str
        ``d`` (standardised mean difference), ``log_odds_ratio``
        (:math:`d=\\sqrt3\\,\\ln OR/\\pi`: a logistic outcome cut in two),
        ``probability_of_superiority`` (:math:`\\Phi(d/\\sqrt2)`: normal outcomes of equal spread),
        ``cliffs_delta`` (2 × it − 1), ``correlation`` (point-biserial, equal groups:
        :math:`r=d/\\sqrt{d^2+4}`).

    Raises
    ------
    ValueError
        On an unknown scale, or a value at the end of its scale, which no finite d corresponds to.

    References
    ----------
    Hasselblad & Hedges (1995), *Psychol. Bull.* 117, 167–178; Chinn (2000), *Stat. Med.* 19,
    3127–3131; Ruscio (2008), *Psychol. Methods* 13, 19–30; Borenstein et al. (2009), ch. 7.

    Examples
    --------
    >>> odds = Estimate(0.9069, 0.2)
    >>> convert_effect_size(odds, source="log_odds_ratio", target="d").value.__round__(4)
    0.5
    """
    for scale in (source, target):
        if scale not in _SCALES:
            raise ValueError(f"no scale {scale!r}; there are {', '.join(_SCALES)}")
    low, high = _SCALES[source][2]
    if not low < estimate.value < high:
        raise ValueError(
            f"a {source} of {estimate.value:g} is at or beyond the end of its scale and has no "
            f"counterpart in {target}"
        )
    d, into = _SCALES[source][0](estimate.value)
    value, out = _SCALES[target][1](d)
    return combine(
        value,
        [(into * out, estimate)],
        method=f"{estimate.method}, as {target}",
        bounds=_SCALES[target][2],
    )
