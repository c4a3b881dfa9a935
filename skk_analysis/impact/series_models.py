"""Measurements and counts of a series as one working regression with errors of equal variance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.series_design import SegmentedDesign

__all__ = ["WorkingModel", "count_model", "measurement_model"]


@dataclass(frozen=True, eq=False)
class WorkingModel:
    """The working regression, on which the errors of the ordinary fit have equal variance."""

    x: np.ndarray
    y: np.ndarray
    observed: np.ndarray
    link: str
    base: np.ndarray

    @cached_property
    def ordinary(self) -> Any:
        """The fit without autocorrelation: ordinary least squares, of counts at convergence."""
        from statsmodels.regression.linear_model import OLS

        return OLS(self.y, self.x).fit()

    @property
    def dispersion(self) -> float:
        """Pearson's χ² over the degrees of freedom, of counts."""
        return float(self.ordinary.scale) if self.link == "log" else math.nan

    def lags(self, lags: int | None) -> int:
        return int(4 * (len(self.y) / 100) ** (2 / 9)) if lags is None else int(lags)

    def expected(self, predictor: np.ndarray) -> np.ndarray:
        """Return the expected outcome, by time, from the linear predictor without its base."""
        return predictor + self.base if self.link == "identity" else np.exp(predictor) * self.base


def measurement_model(series: pd.DataFrame, design: SegmentedDesign) -> WorkingModel:
    if "m" in series or "m2" in series:
        raise ValueError("population belongs to family='poisson'; a Gaussian outcome needs none")
    base = series["y2"].to_numpy() if "y2" in series else np.zeros(len(series))
    y = series["y"].to_numpy() - base
    observed = series["y"].to_numpy()
    model = WorkingModel(design.matrix, y, observed, "identity", base)
    if model.ordinary.ssr <= 1e-20 * max(float(y @ y), 1.0):
        raise ValueError("the model fits the series exactly: there is no error to judge it by")
    return model


def count_model(series: pd.DataFrame, design: SegmentedDesign) -> WorkingModel:
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    y = series["y"].to_numpy()
    other = series["y2"].to_numpy() if "y2" in series else None
    for name, column in (("outcome", y), ("comparison", other)):
        if column is not None and ((column < 0).any() or (column != np.round(column)).any()):
            raise ValueError(f"{name}: a Poisson series holds counts; use family='gaussian'")
    if ("m" in series) != ("m2" in series) and other is not None:
        raise ValueError("give the population of both series or of neither")
    size = series["m"].to_numpy() if "m" in series else np.ones(len(y))
    if other is None:
        base, family, endog = size, families.Poisson(), y
    else:
        if (other == 0).any():
            raise ValueError("comparison: a count of 0 gives no rate to compare with")
        base = size / (series["m2"].to_numpy() if "m2" in series else 1.0)
        family, endog = families.Binomial(), np.column_stack([y, other])
    fit = GLM(endog, design.matrix, family=family, offset=np.log(base)).fit()
    if not fit.converged:
        raise ValueError("the count model did not converge; are all counts on one side 0?")
    mean = fit.fittedvalues
    weight = mean if other is None else (y + other) * mean * (1 - mean)
    residual = y - (mean if other is None else (y + other) * mean)
    root = np.sqrt(weight)
    predictor = design.matrix @ fit.params
    working = root * (predictor + residual / weight)
    # without a programme the treated would have had the comparison's count times the odds
    base = base if other is None else base * other
    link, x = "log", root[:, None] * design.matrix
    return WorkingModel(x, working, y, link, base)
