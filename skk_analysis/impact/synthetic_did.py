"""Synthetic difference-in-differences, the primary method for a few treated cities."""

from __future__ import annotations

from collections.abc import Sequence

from skk_analysis.impact.few_treated import few_treated_effect
from skk_analysis.impact.gaps import synthetic_did_gaps
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.result import Effect
from skk_analysis.impact.size_matching import Placebos

__all__ = ["synthetic_did"]


def synthetic_did(
    panel: Panel,
    outcome: str,
    *,
    covariates: Sequence[str] = (),
    exposure: bool = False,
    placebos: Placebos | None = None,
    missing: str = "raise",
) -> Effect:
    """Return the effect by synthetic difference-in-differences.

    Parameters
    ----------
    panel : Panel
    outcome : str
    covariates : sequence of str
        Columns that vary over time; their part is taken out first, by a regression with unit and
        time effects on the comparison units alone.
    exposure : bool, default False
        Take out the panel's exposure × pandemic years in the same way.
    placebos : Placebos, optional
        How the test is made; default 40 size-matched placebos a treated unit.
    missing : {"raise", "drop"}
        See :meth:`Panel.block`.

    Returns
    -------
    Effect
        With several first years, the mean over treated unit-times of the effects by first year,
        each against the units never treated.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), *American Economic Review* 111,
    4088–4118, algorithm 1 and appendix A (staggered).
    """
    block = panel.block(outcome, covariates=covariates, missing=missing)
    return few_treated_effect(
        "synthetic_did", synthetic_did_gaps, block, plan=placebos, exposure=exposure
    )
