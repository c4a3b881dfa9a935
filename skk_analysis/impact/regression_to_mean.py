"""Areas chosen because they were worst get better by chance: how much, and what is beyond it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.checks import Check
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.result import Effect
from skk_analysis.impact.t_answer import Answer, t_answer

__all__ = ["change_by_chance", "regression_to_mean"]

METHODS = ("covariance", "shrinkage", "matched")
FEWEST_DONORS = 10


def change_by_chance(
    *, mean: float, sd: float, correlation: float, threshold: float | None = None,
    selected_mean: float | None = None, worst: str = "high", measurements: int = 1,
) -> float:  # fmt: skip
    """Return the change to expect, without any programme, where units were chosen for their value.

    For normal values of constant mean and spread.  Chosen beyond a threshold t (Davis 1976):

    .. math:: \\mp\\frac{σ_w^2/m}{\\sqrt{σ_b^2+σ_w^2/m}}\\,\\frac{φ(z)}{1-Φ(z)},\\qquad
        σ_b^2=ρσ^2,\\ σ_w^2=(1-ρ)σ^2

    with z the standardised distance of the threshold on the bad side.  Where the chosen units'
    mean is known: that mean's distance times −(1 − reliability) (Galton 1886).

    Parameters
    ----------
    mean, sd : float
        Of one measurement in the population.
    correlation : float
        Between two measurements of a unit (its reliability), in [0, 1].
    threshold, selected_mean : float
        Exactly one of them.
    worst : {"high", "low"}
        Which side of the threshold was chosen.
    measurements : int, default 1
        How many measurements were averaged for the choice.

    References
    ----------
    Galton (1886), *J. Anthropol. Inst.* 15, 246–263; Davis (1976), *Am. J. Epidemiol.* 104,
    493–498; Barnett, van der Pols & Dobson (2005), *Int. J. Epidemiol.* 34, 215–220.

    Examples
    --------
    >>> round(change_by_chance(mean=10, sd=2, correlation=0.6, selected_mean=14), 2)
    -1.6
    """
    if (threshold is None) == (selected_mean is None):
        raise ValueError("give exactly one of threshold and selected_mean")
    if not (sd > 0 and 0 <= correlation <= 1 and measurements >= 1):
        raise ValueError(
            f"need sd > 0, correlation in [0, 1] and measurements ≥ 1; got {sd}, {correlation}, "
            f"{measurements}"
        )
    within = (1 - correlation) * sd**2 / measurements
    total = correlation * sd**2 + within
    if selected_mean is not None:
        return -within / total * (selected_mean - mean)
    from scipy.special import log_ndtr

    side = _side(worst)
    z = side * (threshold - mean) / math.sqrt(total)  # type: ignore[operator]
    hazard = math.exp(-0.5 * z**2 - 0.5 * math.log(2 * math.pi) - float(log_ndtr(-z)))
    return -side * within / math.sqrt(total) * hazard


def _side(worst: str) -> int:
    if worst not in ("high", "low"):
        raise ValueError(f"worst is 'high' or 'low', got {worst!r}")
    return 1 if worst == "high" else -1


def regression_to_mean(
    data: Panel | Block,
    outcome: str | None = None,
    *,
    selected_on: int,
    method: str = "covariance",
    nearest: int = 10,
    level: float = 0.95,
    unit: str = "",
) -> Effect:
    """Change of the chosen areas beyond what areas as bad as they were would show by chance.

    Parameters
    ----------
    data : Panel or Block
        The chosen areas are the treated ones; the comparison areas show what chance does.
    outcome : str
        Column, of a Panel.
    selected_on : int
        Time whose value the choice was made on.
    method : {"covariance", "shrinkage", "matched"}
        What the chosen would be like without a programme.  ``covariance``: the comparison areas'
        line of the later on the selecting value.  ``shrinkage``: with several years before, each
        area's mean of them drawn towards the general mean by its reliability (James & Stein, from
        the variance within and between all areas), plus the comparison areas' common change; given
        all earlier values the choice is ignorable, whatever it was made on.  ``matched``: the
        ``nearest`` comparison areas by the selecting value, to each, what is left of the distance
        taken along that line (Abadie & Imbens 2011), since often no other was as bad.
    nearest : int, default 10
    level : float, default 0.95
    unit : str

    Returns
    -------
    Effect
        ``estimate`` is the mean over the chosen areas and the times since treatment began, of
        observed less expected; the interval is a t interval with the comparison areas' spread
        about the same prediction, areas taken as independent.  ``details``: the observed change
        since ``selected_on``, the one expected, the comparison areas' common change, the part by
        chance, the naive difference of changes with its p, the estimates of all methods and, with
        several times before, the reliability of one and the factor kept by shrinkage.  The check
        ``regression_to_mean`` passes where there is an effect beyond chance, fails where only the
        naive difference would claim one, else is inconclusive.

    Raises
    ------
    ValueError
        With under 10 comparison areas, a time that is not there or not before treatment, or
        ``shrinkage`` with a single year before.

    References
    ----------
    Abadie & Imbens (2011), *J. Bus. Econ. Stat.* 29, 1–11; James & Stein (1961), *Proc. 4th
    Berkeley Symp.* 1, 361–379; Morris (1983), *J. Am. Stat. Assoc.* 78, 47–55.
    """
    if method not in METHODS:
        raise ValueError(f"method is one of {METHODS}, got {method!r}")
    block = _block(data, outcome)
    before, chosen, after = _times(block, selected_on)
    answers = {"covariance": _covariance(chosen, after, block, level)}
    answers["matched"] = _matched(chosen, after, block, nearest, level)
    components: dict[str, Any] = {}
    if before.shape[1] > 1:
        answers["shrinkage"], components = _shrinkage(before, after, block, level)
    if method not in answers:
        raise ValueError("shrinkage needs at least two times before treatment; use 'covariance'")
    answer, on, off = answers[method], block.treated, block.donors
    change = after - chosen
    naive = _difference(change[on], change[off], level)
    observed, common = float(change[on].mean()), float(change[off].mean())
    expected = observed - answer.estimate
    details = {
        "observed_change": observed,
        "expected_change": expected,
        "common_change": common,
        "by_chance": expected - common,
        "naive": naive.estimate,
        "naive_p": naive.p,
        "estimates": {name: found.estimate for name, found in answers.items()},
        "degrees_of_freedom": answer.details["degrees_of_freedom"],
    }
    apart = answer.p < 1 - level
    passed = True if apart else (False if naive.p < 1 - level else None)
    start = int(block.start[on].min())
    return Effect(
        estimate=answer.estimate,
        interval=answer.interval,
        p=answer.p,
        method="regression_to_mean",
        inference=answer.inference,
        outcome=block.outcome,
        unit=unit,
        level=level,
        mde=answer.mde,
        se=answer.se,
        n_treated=len(on),
        n_comparison=len(off),
        years=tuple(int(t) for t in block.times[block.times >= start]),
        checks=(
            Check.of(
                "regression_to_mean", passed, expected=expected - common, observed=observed - common
            ),
        ),
        path=_path(block, selected_on, start, expected),
        details=details | components,
        provenance={"selected_on": selected_on, "method": method, "nearest": nearest},
    )


def _block(data: Panel | Block, outcome: str | None) -> Block:
    if isinstance(data, Panel):
        if outcome is None:
            raise ValueError("name the outcome's column of the panel")
        data = data.block(outcome)
    if len(data.donors) < FEWEST_DONORS:
        raise ValueError(
            f"{len(data.donors)} comparison area(s); at least {FEWEST_DONORS} are needed to see "
            "what chance does"
        )
    return data


def _times(block: Block, selected_on: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the values before, in the selecting year, and the mean since treatment began."""
    starts = np.unique(block.start[block.treated])
    if len(starts) > 1:
        raise ValueError(
            f"the chosen areas began in {starts.astype(int).tolist()}; take those of one year at a "
            "time (Panel.only)"
        )
    if selected_on not in block.times or selected_on >= starts[0]:
        raise ValueError(
            f"selected_on={selected_on} must be a time of the panel before treatment began in "
            f"{starts[0]:g}; there are {block.times[block.times < starts[0]].tolist()}"
        )
    values = block.values
    chosen = values[:, block.times == selected_on][:, 0]
    return values[:, block.times < starts[0]], chosen, values[:, block.times >= starts[0]].mean(1)


def _difference(on: np.ndarray, off: np.ndarray, level: float, used: int = 1) -> Answer:
    """Mean of the chosen less that of the comparison, with the spread of the latter."""
    df = len(off) - used
    variance = float(((off - off.mean()) ** 2).sum()) / df
    se = math.sqrt(variance * (1 / len(on) + 1 / len(off)))
    return t_answer("prediction_t", float(on.mean() - off.mean()), se, df, level, {})


def _covariance(chosen, after, block: Block, level: float) -> Answer:
    """Expect what the comparison areas' line says."""
    off = block.donors
    even = np.full(len(off), 1 / len(off))
    return _by_line(chosen, after, block, even, level)


def _matched(chosen, after, block: Block, nearest: int, level: float) -> Answer:
    """Expect what the nearest comparison areas did, moved along the line where none was as bad."""
    on, off = block.treated, block.donors
    if not 2 <= nearest <= len(off):
        raise ValueError(f"nearest must lie between 2 and {len(off)}, got {nearest}")
    distance = np.abs(np.subtract.outer(chosen[on], chosen[off]))
    order = np.argsort(distance, axis=1, kind="stable")[:, :nearest]
    weight = np.bincount(order.ravel(), minlength=len(off)) / order.size
    return _by_line(chosen, after, block, weight, level)


def _by_line(chosen, after, block: Block, weight: np.ndarray, level: float) -> Answer:
    """Mean of the chosen less weighted comparison areas, the rest of the distance by the line."""
    on, off = block.treated, block.donors
    away = chosen[off] - chosen[off].mean()
    spread = float(away @ away)
    if not spread > 0:
        raise ValueError("the comparison areas all had the same value in the selecting time")
    slope = float(away @ after[off]) / spread
    residual = after[off] - after[off].mean() - slope * away
    df = len(off) - 2
    distance = float(chosen[on].mean() - weight @ chosen[off])
    gap = float(after[on].mean() - weight @ after[off]) - slope * distance
    used = weight + distance * away / spread
    se = math.sqrt(float(residual @ residual) / df * (1 / len(on) + float(used @ used)))
    return t_answer("prediction_t", gap, se, df, level, {})


def _shrinkage(before, after, block: Block, level: float) -> tuple[Answer, dict[str, Any]]:
    """Draw each area's mean towards the general mean; years' common shocks are taken out first."""
    units, years = before.shape
    flat = before - before.mean(axis=0)
    means = flat.mean(axis=1)
    within = float(((flat - means[:, None]) ** 2).sum()) / ((units - 1) * (years - 1))
    total = float(means @ means) / (units - 1)
    # Morris's factor: the chance part of the spread, with the degrees of freedom lost by
    # estimating it; no more than all of it
    kept = 1 - min((units - 3) / (units - 1) * within / years / total, 1.0)
    residual = after - kept * means
    answer = _difference(residual[block.treated], residual[block.donors], level, used=2)
    between = max(total - within / years, 0.0)
    reliability = between / (between + within) if between + within > 0 else math.nan
    return answer, {"shrinkage": kept, "reliability": reliability}


def _path(block: Block, selected_on: int, start: int, expected: float) -> pd.DataFrame:
    """Mean of the chosen by time, and the mean expected since treatment began."""
    values = block.values
    observed = values[block.treated].mean(axis=0)
    level = observed[block.times == selected_on][0] + expected
    counterfactual = np.where(block.times >= start, level, observed)
    return pd.DataFrame(
        {
            "time": block.times,
            "observed": observed,
            "counterfactual": counterfactual,
            "gap": observed - counterfactual,
        }
    )
