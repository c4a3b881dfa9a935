"""Interrupted time series: one city's series before and after, with or without a comparison."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.autocorrelation import (
    Coefficients,
    Mixture,
    integrated_gls,
)
from skk_analysis.impact.result import Effect
from skk_analysis.impact.series_checks import dispersion_check, series_checks
from skk_analysis.impact.series_design import (
    FEWEST_FOR_SLOPE,
    SegmentedDesign,
    as_table,
    name_of,
    read_series,
)
from skk_analysis.impact.series_models import WorkingModel, count_model, measurement_model

__all__ = ["interrupted_time_series"]

FAMILIES = ("gaussian", "poisson")
ERRORS = ("ar1", "newey_west", "independent")
METHODS = ("interrupted_series", "controlled_interrupted_series")


def interrupted_time_series(
    frame: pd.DataFrame | pd.Series,
    outcome: str | None = None,
    *,
    time: str = "time",
    start: int,
    family: str = "gaussian",
    population: str | None = None,
    comparison: str | pd.Series | None = None,
    comparison_population: str | None = None,
    slope_change: bool = False,
    at: int | None = None,
    harmonics: int = 0,
    period: int = 12,
    errors: str = "ar1",
    lags: int | None = None,
    dispersion: float | None = None,
    pandemic: Collection[int] = (2020,),
    level: float = 0.95,
    unit: str = "",
) -> Effect:
    """Segmented regression of an evenly spaced series interrupted at ``start``.

    :math:`y_t=β_0+β_1t+β_2[t≥s]+β_3(t-s)[t≥s]+\\text{season}+e_t`, for counts on the log scale
    with the logarithm of the population as offset.  The slope after is counted from s, so that
    β₂ is the change of level at ``start`` itself.

    Parameters
    ----------
    frame : DataFrame or Series
        One row a time, in any order; a Series is indexed by time.
    outcome : str
        Column of the outcome; counts when the family is Poisson.  Of a Series, its name.
    time : str, default "time"
        Column of whole numbers, evenly spaced (years; or months numbered on, 1, 2, …).
    start : int
        First time with the programme.
    family : {"gaussian", "poisson"}
        Poisson is quasi-Poisson: the variance is the mean times a dispersion, estimated by
        Pearson's χ² over the degrees of freedom.
    population : str, optional
        Column of the persons (or standard population) behind the counts.
    comparison : str or Series, optional
        Another series that the programme did not touch.  The effect is then the difference of the
        two changes of level (and slope): Gaussian, of the series' difference; Poisson, by logistic
        regression of the one's share of both counts, in which every shock to both cancels.
    comparison_population : str, optional
        Column of its population; needed where ``population`` is.
    slope_change : bool, default False
        Whether the slope may change too; needs 3 points after.
    at : int, optional
        Time at which the effect is wanted; default ``start``: the change of level.
    harmonics : int, default 0
        Pairs of sine and cosine of ``period`` and its fractions.
    period : int, default 12
        Points in a season.
    errors : {"ar1", "newey_west", "independent"}
        ``ar1``: exact generalised least squares averaged over the unknown autocorrelation
        (:func:`~skk_analysis.impact.autocorrelation.integrated_gls`; for counts, on the working
        scale of the fitted model).  ``newey_west``: ordinary fit, Bartlett kernel with ``lags``
        lags, factor n/(n−k), t with n−k degrees of freedom; with under about 50 points its tests
        reject a true null far too often (15–35 % for 5 %).  ``independent``: the ordinary fit.
    lags : int, optional
        Default ⌊4(n/100)^{2/9}⌋ (Newey & West 1994).
    dispersion : float, optional
        Of counts; default estimated.  1 is the plain Poisson model, whose intervals are too narrow
        for most real series; only with ``errors="independent"``, and then normal quantiles.
    pandemic : collection of int, default (2020,)
        Times that were a shock to everyone (of a monthly series, its numbers).  Where they end the
        series and other times after remain, ``details["without_pandemic"]`` has the answer
        without them.
    level : float, default 0.95
    unit : str
        Of the outcome.

    Returns
    -------
    Effect
        ``estimate`` is a difference in the outcome's unit (Gaussian) or a rate ratio (Poisson,
        ``unit`` "ratio"; no effect is then ``details["null"]`` = 1, and ``mde`` that of an
        increase).  ``path`` has the counterfactual and the gap with its interval from the
        counterfactual's uncertainty; ``details`` the difference, and the ratio, to the
        counterfactual at the horizon (``at``, or the last time; delta method), the ordinary fit's
        estimate, all coefficients, ρ and the dispersion; ``checks`` are ``points``,
        ``autocorrelation`` (Breusch–Godfrey, lag 1, positive: of what ``ar1`` left over, else of
        the ordinary residuals), ``pandemic_only`` (fails when no other time after the start is
        there) and, for counts, ``dispersion`` (Pearson; fails when a fixed one was half too small).

    Raises
    ------
    ValueError
        With under 8 points before, gaps, missing values, or too few points for the model.

    References
    ----------
    Wagner et al. (2002), *J. Clin. Pharm. Ther.* 27, 299–309; Lopez Bernal, Cummins & Gasparrini
    (2017; 2018), *Int. J. Epidemiol.* 46, 348–355; 47, 2082–2093; Turner et al. (2021), *BMC Med.
    Res. Methodol.* 21, 181.

    Examples
    --------
    >>> years = np.arange(2009, 2021)
    >>> rate = 20 + 0.3 * (years - 2009) - 2.0 * (years >= 2019) + 0.02 * (-1.0) ** years
    >>> series = pd.Series(rate, index=pd.Index(years, name="year"), name="rate")
    >>> round(interrupted_time_series(series, time="year", start=2019).estimate, 1)
    -2.0
    """
    if family not in FAMILIES:
        raise ValueError(f"family is one of {FAMILIES}, got {family!r}")
    if errors not in ERRORS:
        raise ValueError(f"errors is one of {ERRORS}, got {errors!r}")
    if dispersion is not None and (family != "poisson" or errors != "independent"):
        raise ValueError("a fixed dispersion needs family='poisson' and errors='independent'")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
    table, outcome = as_table(frame, outcome, time, comparison)
    roles = {"y": outcome, "m": population, "y2": name_of(comparison), "m2": comparison_population}
    series = read_series(table, time, {role: name for role, name in roles.items() if name})
    ratio = family == "poisson"
    shape = int(start), slope_change, harmonics, period

    def fitted(part: pd.DataFrame) -> tuple[WorkingModel, SegmentedDesign, Coefficients]:
        design = SegmentedDesign.of(part.index.to_numpy(), *shape)
        model = count_model(part, design) if ratio else measurement_model(part, design)
        return model, design, _coefficients(model, errors, lags, dispersion)

    model, design, coefficients = fitted(series)
    horizon = design.effect(start if at is None else at)
    theta = coefficients.contrast(horizon)
    calm = _before_pandemic(series, int(start), pandemic, slope_change)
    limits = theta.interval(level)
    checks = series_checks(model, design, coefficients, pandemic)
    if ratio:
        checks.append(dispersion_check(model, dispersion))
    return Effect(
        estimate=_exp_if(ratio, theta.mean),
        interval=(_exp_if(ratio, limits[0]), _exp_if(ratio, limits[1])),
        p=theta.p(),
        method=METHODS[comparison is not None],
        inference=errors,
        outcome=outcome,
        unit="ratio" if ratio else unit,
        level=level,
        mde=_exp_if(ratio, theta.mde(level)),
        se=theta.se * (math.exp(theta.mean) if ratio else 1.0),
        n_treated=1,
        n_comparison=int(comparison is not None),
        years=tuple(int(t) for t in design.times[design.after]),
        checks=tuple(checks),
        path=_path(model, design, coefficients, level),
        details={
            "null": float(ratio),
            "log_estimate": theta.mean if ratio else math.nan,
            "log_se": theta.se if ratio else math.nan,
            "ordinary": _exp_if(ratio, float(model.ordinary.params @ horizon)),
            "coefficients": dict(zip(design.names, coefficients.mean.tolist(), strict=True)),
            "rho": coefficients.rho,
            "dispersion": model.dispersion,
            "degrees_of_freedom": coefficients.df,
            "without_pandemic": (
                None if calm is None else _in_short(fitted(calm)[2].contrast(horizon), ratio, level)
            ),
        }
        | _horizon(model, design, coefficients, at, level),
        provenance={
            "start": int(start), "family": family, "population": population,
            "comparison": name_of(comparison), "slope_change": slope_change, "at": at,
            "harmonics": harmonics, "period": period, "errors": errors,
            "lags": model.lags(lags) if errors == "newey_west" else None,
            "dispersion": dispersion, "pandemic": tuple(pandemic),
        },
    )  # fmt: skip


def _exp_if(ratio: bool, x: float) -> float:
    return math.exp(x) if ratio else float(x)


def _before_pandemic(
    series: pd.DataFrame, start: int, pandemic: Collection[int], slope_change: bool
) -> pd.DataFrame | None:
    """Return the series without the pandemic at its end; None where too little would be left."""
    struck = series.index.isin(list(pandemic))
    calm = series[~struck]
    after = int((calm.index >= start).sum())
    enough = FEWEST_FOR_SLOPE if slope_change else 1
    at_the_end = struck.any() and series.index[struck].min() > calm.index.max()
    return calm if at_the_end and after >= enough else None


def _in_short(theta: Mixture, ratio: bool, level: float) -> dict[str, Any]:
    low, high = (_exp_if(ratio, limit) for limit in theta.interval(level))
    return {"estimate": _exp_if(ratio, theta.mean), "interval": (low, high), "p": theta.p()}


def _coefficients(
    model: WorkingModel, errors: str, lags: int | None, dispersion: float | None
) -> Coefficients:
    n, k = model.x.shape
    if errors == "ar1":
        return integrated_gls(model.x, model.y)
    # at convergence the working regression has the count model's scores and information
    fit = model.ordinary
    if errors == "newey_west":
        known = {"maxlags": model.lags(lags), "use_correction": True}
        fit = fit.model.fit(cov_type="HAC", cov_kwds=known)
    covariance = np.asarray(fit.cov_params())
    if dispersion is not None:
        return Coefficients.of(fit.params, covariance * dispersion / model.dispersion, math.inf)
    return Coefficients.of(fit.params, covariance, float(n - k))


def _path(
    model: WorkingModel, design: SegmentedDesign, coefficients: Coefficients, level: float
) -> pd.DataFrame:
    """Observed and expected without the programme, by time."""
    counterfactual = model.expected(design.without @ coefficients.mean)
    low, high = (model.expected(line) for line in coefficients.limits(design.without, level))
    return pd.DataFrame(
        {
            "time": design.times,
            "observed": model.observed,
            "counterfactual": counterfactual,
            "gap": model.observed - counterfactual,
            "lower": model.observed - high,
            "upper": model.observed - low,
        }
    )


def _horizon(model, design, coefficients: Coefficients, at: int | None, level: float) -> dict:
    """Difference and ratio of the expected outcome with and without, by the delta method."""
    from scipy.special import stdtrit

    when = int(design.times[-1] if at is None else at)
    place = int(np.argmin(np.abs(design.times - when)))
    bare, change = design.without[place].copy(), design.effect(when)
    bare[1] = when - design.start  # beyond the series the trend goes on; season and size stay
    beta, spread = coefficients.mean, coefficients.spread
    if model.link == "identity":
        low = float(bare @ beta + model.base[place])
        high = low + float(change @ beta)
        slopes = bare, bare + change
    else:
        low = float(math.exp(bare @ beta) * model.base[place])
        high = low * math.exp(change @ beta)
        slopes = low * bare, high * (bare + change)
    reach = stdtrit(coefficients.df, (1 + level) / 2)

    def around(centre: float, slope: np.ndarray) -> tuple[float, float]:
        half = float(reach * math.sqrt(slope @ spread @ slope))
        return centre - half, centre + half

    found: dict[str, Any] = {
        "horizon": when,
        "expected": high,
        "counterfactual": low,
        "difference": high - low,
    }
    found["difference_interval"] = around(high - low, slopes[1] - slopes[0])
    found["ratio"], found["ratio_interval"] = math.nan, (math.nan, math.nan)
    if low > 0 and high > 0:
        found["ratio"] = high / low
        logs = around(math.log(high / low), slopes[1] / high - slopes[0] / low)
        found["ratio_interval"] = math.exp(logs[0]), math.exp(logs[1])
    return found
