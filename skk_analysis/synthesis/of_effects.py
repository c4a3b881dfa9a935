"""Effects of the programme's own experiments as one synthesis, with the donors that they share."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from skk_analysis.impact.result import Effect
from skk_analysis.synthesis.directions import direction_table
from skk_analysis.synthesis.poolable import Synthesis, reasons_against_pooling
from skk_analysis.synthesis.pooling import pool
from skk_analysis.synthesis.studies import standard_error

__all__ = ["effects_frame", "shared_donor_covariance", "synthesise_effects"]


def effects_frame(effects: Mapping[str, Effect]) -> pd.DataFrame:
    """Return effects as rows for a synthesis.

    Parameters
    ----------
    effects : mapping of Effect
        By experiment or city; those without an estimate are left out.

    Returns
    -------
    DataFrame
        study, outcome, measure (the unit), design (the method), better (``higher`` or ``lower``;
        the column is absent where the desired direction of any is not known), estimate, se (of the
        placebos where there is none of its own, NaN where there are none either).
    """
    rows = [
        {
            "study": name,
            "outcome": effect.outcome,
            "measure": effect.unit,
            "design": effect.method,
            "better": effect.details.get("better") or "",
            "estimate": effect.estimate,
            "se": standard_error(effect),
        }
        for name, effect in effects.items()
        if math.isfinite(effect.estimate)
    ]
    columns = ["study", "outcome", "measure", "design", "better", "estimate", "se"]
    frame = pd.DataFrame(rows, columns=columns)
    known = frame["better"].isin(["higher", "lower"]).all()
    return frame if known else frame.drop(columns="better")


def shared_donor_covariance(effects: Mapping[str, Effect]) -> pd.DataFrame | None:
    """Return the covariance of effects that comparison units in common bring, or None.

    Parameters
    ----------
    effects : mapping of Effect
        With the weights of their comparison units, where they have any.

    Returns
    -------
    DataFrame or None
        Effects × effects with the squared standard errors on the diagonal; None where no two
        effects share a comparison unit, or a standard error is not known.

    Notes
    -----
    An effect is the mean over its m treated units less the weighted mean of comparison units,
    :math:`\\hat\\tau_i = \\bar y_i - \\sum_j w_{ij} y_j`.  With independent changes of the units
    of one variance σ², :math:`Var(\\hat\\tau_i) = \\sigma^2 (1/m_i + \\sum_j w_{ij}^2)` and
    :math:`Cov(\\hat\\tau_i, \\hat\\tau_k) = \\sigma^2 \\sum_j w_{ij} w_{kj}`.  σ is taken from
    each effect's own standard error.  Treated units are in nobody's comparison.  The changes of
    neighbouring or like units may be correlated besides, which this does not see.
    """
    names = list(effects)
    weights = {
        name: effect.weights.groupby(level=0).sum()
        for name, effect in effects.items()
        if effect.weights is not None
    }
    errors = np.array([standard_error(effect) for effect in effects.values()])
    if len(weights) < 2 or not np.isfinite(errors).all():
        return None
    correlation = np.eye(len(names))
    for i, one in enumerate(names):
        for k, other in enumerate(names[:i]):
            if one in weights and other in weights:
                correlation[i, k] = correlation[k, i] = _correlation(
                    weights[one], effects[one].n_treated, weights[other], effects[other].n_treated
                )
    if not (correlation - np.eye(len(names))).any():
        return None
    return pd.DataFrame(correlation * np.outer(errors, errors), index=names, columns=names)


def _correlation(one: pd.Series, treated: int, other: pd.Series, others: int) -> float:
    common = one.index.intersection(other.index)
    shared = float((one[common] * other[common]).sum())
    lengths = [1 / max(m, 1) + float((w**2).sum()) for w, m in ((one, treated), (other, others))]
    return shared / math.sqrt(lengths[0] * lengths[1])


def synthesise_effects(
    effects: Mapping[str, Effect],
    *,
    alike: Collection[Collection[str]] = (),
    level: float = 0.95,
) -> Synthesis:
    """Return the pooled effect of experiments where that is defensible, else why it is not.

    Parameters
    ----------
    effects : mapping of Effect
        By experiment or city.
    alike : collection of collections of str
        Methods that may stand together, as in
        :func:`~skk_analysis.synthesis.poolable.reasons_against_pooling`.
    level : float, default 0.95

    Returns
    -------
    Synthesis
        Pooled by generalised least squares with :func:`shared_donor_covariance` where effects share
        comparison units, which its notes tell.

    Examples
    --------
    >>> one = Effect(0.2, se=0.1, outcome="gini", method="before_after")
    >>> other = Effect(0.4, se=0.1, outcome="employment", method="before_after")
    >>> [reason.name for reason in synthesise_effects({"A": one, "B": other}).reasons]
    ['different_outcomes']
    """
    known = {name: e for name, e in effects.items() if math.isfinite(e.estimate)}
    frame = effects_frame(known)
    reasons = reasons_against_pooling(frame, alike=alike, level=level)
    pooled = None
    if not reasons:
        pooled = pool(known, covariance=shared_donor_covariance(known), level=level)
    directions = direction_table(frame, level=level)
    return Synthesis(pooled, reasons, directions)
