"""Synthetic control: plain, on predictors, and augmented by a ridge regression."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from skk_analysis.impact.adjustment import without_covariates
from skk_analysis.impact.augmented import augmented_gaps
from skk_analysis.impact.few_treated import few_treated_effect
from skk_analysis.impact.gaps import synthetic_control_gaps
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.predictors import (
    Importance,
    Predictor,
    PredictorGaps,
    predictors_of,
)
from skk_analysis.impact.result import Effect
from skk_analysis.impact.size_matching import Placebos

__all__ = ["augmented_synthetic_control", "synthetic_control"]

same_partial = functools.lru_cache(
    functools.partial
)  # one object, so that placebos are found again


def synthetic_control(
    panel: Panel,
    outcome: str,
    *,
    covariates: Sequence[str] = (),
    exposure: bool = False,
    ridge: float | None = None,
    intercept: bool = True,
    predictors: Sequence[Predictor] | None = None,
    importance: Importance = "standardised",
    placebos: Placebos | None = None,
    missing: str = "raise",
) -> Effect:
    r"""Return the effect by synthetic control.

    Parameters
    ----------
    panel : Panel
    outcome : str
    covariates : sequence of str
        Columns that vary over time; their part is taken out of the outcome first, by a regression
        with unit and time effects on the comparison units alone.
    exposure : bool, default False
        Take out the panel's exposure × pandemic years in the same way.
    ridge : float, optional
        Penalty :math:`\zeta` on squared weights.  On the outcome path it is in the outcome's unit
        and None takes synthetic difference-in-differences' own; on predictors it is in their
        standard deviations and None is 0.001.  0 leaves it out: the weights may then not be
        unique.
    intercept : bool, default True
        Follow the treated units up to a constant level difference, which is taken out of the gap.
        ``intercept=False, ridge=0`` is Abadie, Diamond & Hainmueller's synthetic control.
    predictors : sequence of str or (str, years), optional
        Follow these instead of the outcome's path: a column and the years that it is averaged
        over, before any treatment; the outcome's own column is allowed, e.g.
        ``[("beer", range(1984, 1989)), ("cigsale", [1975])]``.
    importance : {"standardised", "regression", "nested"} or mapping
        How much each predictor counts, all being divided by their standard deviation over units:
        alike; by the squared slopes of the outcome on them; by the choice that makes the outcome
        before treatment fit best (Abadie & Gardeazabal 2003, app. B); or as given by label, such
        as ``{"beer 1984–1988": 0.7, "cigsale 1975": 0.3}``.  The nested search has many optima
        and small changes of data can move it far, so it is not the default.
    placebos : Placebos, optional
        How the test is made; default 40 size-matched placebos a treated unit.
    missing : {"raise", "drop"}
        See :meth:`Panel.block`.

    Returns
    -------
    Effect
        With predictors, ``details["importance"]`` has their shares and ``details["balance"]`` a
        table of treated, synthetic and comparison means.

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), *JASA* 105, 493–505; Doudchenko & Imbens (2016), NBER
    22791, and Ferman & Pinto (2021), *Quantitative Economics* 12, 1197–1221, on the intercept.
    """
    block = panel.block(outcome, covariates=covariates, missing=missing)
    if predictors is None:
        kernel = functools.partial(synthetic_control_gaps, ridge=ridge, intercept=intercept)
        return few_treated_effect(
            "synthetic_control", kernel, block, plan=placebos, exposure=exposure
        )
    on = PredictorGaps(
        predictors_of(panel, block, predictors),
        importance=importance,
        ridge=1e-3 if ridge is None else ridge,
        intercept=intercept,
    )
    effect = few_treated_effect("synthetic_control", on, block, plan=placebos, exposure=exposure)
    return _with_predictors(effect, without_covariates(block, exposure=exposure)[0], on)


def _with_predictors(effect: Effect, block: Block, kernel: PredictorGaps) -> Effect:
    """Return the effect with its predictors' importance and balance."""
    assert effect.weights is not None
    predictors, share = kernel.predictors, kernel.shares(block)
    table = predictors.table(block.values)
    synthetic = effect.weights.to_numpy() @ table[block.donors]
    balance = pd.DataFrame(
        {
            "treated": table[block.treated].mean(axis=0),
            "synthetic": synthetic,
            "comparison": table[block.donors].mean(axis=0),
            "importance": share,
        },
        index=list(predictors.labels),
    )
    named: Mapping[str, float] = dict(zip(predictors.labels, map(float, share), strict=True))
    return replace(effect, details={**effect.details, "importance": named, "balance": balance})


def augmented_synthetic_control(
    panel: Panel,
    outcome: str,
    *,
    covariates: Sequence[str] = (),
    exposure: bool = False,
    penalty: float | None = None,
    one_error: bool = True,
    ridge: float | None = None,
    intercept: bool = False,
    placebos: Placebos | None = None,
    missing: str = "raise",
) -> Effect:
    r"""Return the effect by ridge-augmented synthetic control.

    Parameters
    ----------
    panel : Panel
    outcome : str
    covariates, exposure, placebos, missing
        As in :func:`synthetic_control`.
    penalty : float, optional
        :math:`\lambda` of the ridge regression of each outcome on those before treatment; None
        chooses it, of 21 between the largest squared singular value and :math:`10^{-8}` times it,
        by leaving out every time before treatment in turn.
    one_error : bool, default True
        Take the largest penalty within one standard error of the least error (over times);
        False, the one of the least error.
    ridge : float, optional
        Penalty of the simplex weights, in the outcome's unit; None and 0 leave it out, and None
        picks, where many sets of weights meet the target, the one spread widest.
    intercept : bool, default False
        Follow the treated units up to a constant level difference.

    Returns
    -------
    Effect
        Weights sum to 1 and may be negative.

    References
    ----------
    Ben-Michael, Feller & Rothstein (2021), *JASA* 116, 1789–1803, §§2–3 and 5.3.
    """
    block = panel.block(outcome, covariates=covariates, missing=missing)
    kernel = functools.partial(
        augmented_gaps, penalty=penalty, one_error=one_error, ridge=ridge, intercept=intercept
    )
    return few_treated_effect(
        "augmented_synthetic_control", kernel, block, plan=placebos, exposure=exposure
    )
