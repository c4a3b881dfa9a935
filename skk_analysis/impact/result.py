"""The one result of every impact method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skk_analysis.impact.checks import Check

if TYPE_CHECKING:
    from skk_analysis.impact.grade import Grade
    from skk_analysis.impact.verdict import Verdict

__all__ = ["Effect"]

UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True, repr=False, eq=False)
class Effect:
    """An estimated effect with all that a reader needs to judge it.

    Parameters
    ----------
    estimate : float
        In the outcome's unit: observed less what would have been without the programme.
    interval : tuple of float
        Confidence set at ``level``, from the inversion of the test that gave ``p``; NaN where no
        valid one exists for the design, never a wrong one.
    p : float
        Two-sided p-value of no effect; NaN where no valid test exists.
    method, inference : str
        Symbolic names: ``synthetic_did``, ``difference_in_differences`` …;
        ``size_matched_placebos``, ``cluster_robust``, ``hac`` …
    outcome : str
    unit : str
        Of the outcome; empty for a pure number.
    level : float, default 0.95
    mde : float
        Smallest effect that the very test used would have found with 80 % power; NaN if unknown.
    se : float
        Standard error where the method has a valid one, else NaN.
    n_treated, n_comparison : int
        Units (cities, areas or persons) with the programme and without.
    years : tuple of int
        Years that the effect is an average over.
    checks : tuple of Check
    verdict : Verdict or None
        Set by :func:`~skk_analysis.impact.evaluate` after the checks; None before.
    grade : Grade or None
        Likewise.
    path : DataFrame or None
        Columns time, observed, counterfactual, gap; also lower and upper where known.
    weights : Series or None
        Weight of each comparison unit, by name; sums to 1.
    placebos : ndarray
        Estimates of the same statistic where there was no programme.
    details : mapping
        Further figures of the method, by name.
    provenance : mapping
        What was done with what: data, parameters, versions, seed.
    """

    estimate: float
    interval: tuple[float, float] = UNKNOWN
    p: float = math.nan
    method: str = ""
    inference: str = ""
    outcome: str = ""
    unit: str = ""
    level: float = 0.95
    mde: float = math.nan
    se: float = math.nan
    n_treated: int = 0
    n_comparison: int = 0
    years: tuple[int, ...] = ()
    checks: tuple[Check, ...] = ()
    verdict: Verdict | None = None
    grade: Grade | None = None
    path: pd.DataFrame | None = None
    weights: pd.Series | None = None
    placebos: np.ndarray = field(default_factory=lambda: np.empty(0))
    details: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __float__(self) -> float:
        return float(self.estimate)

    def __repr__(self) -> str:
        low, high = self.interval
        unit = f" {self.unit}" if self.unit else ""
        limits = f"{self.level:.0%} {low:.4g} to {high:.4g}, p {self.p:.3g}"
        if math.isnan(low):
            limits = "no valid interval"
        verdict = f", {self.verdict.word}" if self.verdict else ""
        return f"{self.method}: {self.estimate:.4g}{unit} ({limits}, mde {self.mde:.3g}{verdict})"

    def check(self, name: str) -> Check | None:
        """Return the named check, or None where it was not made."""
        return next((c for c in self.checks if c.name == name), None)

    def with_checks(self, *checks: Check) -> Effect:
        """Return the effect with further checks; one made before is replaced."""
        new = {c.name for c in checks}
        return replace(self, checks=(*(c for c in self.checks if c.name not in new), *checks))

    def to_frame(self) -> pd.DataFrame:
        """Return a frame of one row: everything that is one number or word."""
        row = {
            "method": self.method,
            "outcome": self.outcome,
            "estimate": self.estimate,
            "lower": self.interval[0],
            "upper": self.interval[1],
            "p": self.p,
            "mde": self.mde,
            "unit": self.unit,
            "inference": self.inference,
            "n_treated": self.n_treated,
            "n_comparison": self.n_comparison,
            "verdict": self.verdict.word if self.verdict else None,
            "grade": self.grade.sms if self.grade else None,
        }
        return pd.DataFrame([row])

    def text(self, language: str = "fi") -> str:
        """Return the effect in words: estimate, interval, verdict, what could have been seen."""
        return _presenter("skk_analysis.language.effects", "effect_text")(self, language)

    def plot(self, language: str = "fi"):
        """Return the figure of the effect: path or placebos, interval, smallest visible effect."""
        return _presenter("skk_analysis.figures.effect", "effect_figure")(self, language)


def _presenter(module: str, name: str):
    """Return a function of a floor above, found by name when a person asks for words or a figure.

    The methods themselves know nothing of languages or drawing, and load neither.
    """
    return getattr(import_module(module), name)
