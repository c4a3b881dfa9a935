"""What is checked of an interrupted series."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from skk_analysis.impact.autocorrelation import Coefficients, integrated_gls, whitened
from skk_analysis.impact.checks import NOT_APPLICABLE, Check
from skk_analysis.impact.series_design import FEWEST_BEFORE, SegmentedDesign
from skk_analysis.impact.series_models import WorkingModel

__all__ = ["dispersion_check", "series_checks"]

OVERDISPERSED = 1.5
VISIBLE_FROM = 30
"""Points from which a test of autocorrelation would see much of it."""


def series_checks(
    model: WorkingModel,
    design: SegmentedDesign,
    coefficients: Coefficients,
    pandemic: Collection[int],
) -> list[Check]:
    """Return the checks of points, autocorrelation and the pandemic."""
    return [
        _points_check(design),
        _autocorrelation_check(model, coefficients),
        _pandemic_check(design, pandemic),
    ]


def dispersion_check(model: WorkingModel, fixed: float | None) -> Check:
    """Return whether the variation of the counts is allowed for: always, unless it was fixed."""
    passed = fixed is None or model.dispersion <= OVERDISPERSED * fixed
    return Check.of("dispersion", passed, ratio=model.dispersion)


def _points_check(design: SegmentedDesign) -> Check:
    before, after = int((~design.after).sum()), int(design.after.sum())
    return Check.of("points", True, before=before, after=after, needed=FEWEST_BEFORE)


def _autocorrelation_check(model: WorkingModel, coefficients: Coefficients) -> Check:
    """Breusch and Godfrey's test of dependence that the errors do not allow for.

    One-sided: negative dependence makes the interval too wide and not too narrow.
    """
    from scipy.special import stdtr
    from statsmodels.regression.linear_model import OLS

    x, y, rho = model.x, model.y, coefficients.rho
    allowed = not math.isnan(rho)
    if allowed:
        white = whitened(np.column_stack([x, y]), np.array([rho]))[0]
        x, y = white[:, :-1], white[:, -1]
    else:
        rho = integrated_gls(x, y).rho
    residuals = OLS(y, x).fit().resid
    lagged = np.concatenate([[0.0], residuals[:-1]])
    fit = OLS(residuals, np.column_stack([x, lagged])).fit()
    p = float(stdtr(fit.df_resid, -fit.tvalues[-1]))
    seen = allowed or len(y) >= VISIBLE_FROM
    passed = False if p < 0.05 else (True if seen else None)
    return Check.of("autocorrelation", passed, rho=rho, p=p)


def _pandemic_check(design: SegmentedDesign, pandemic: Collection[int]) -> Check:
    after = design.times[design.after]
    struck = after[np.isin(after, list(pandemic))]
    if not len(struck):
        return Check("pandemic_only", NOT_APPLICABLE, {"year": math.nan})
    return Check.of("pandemic_only", len(struck) < len(after), year=float(struck[0]))
