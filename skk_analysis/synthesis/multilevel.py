"""Several effects of one experiment: three levels, with a variance that survives a wrong model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import chi2_tail, quantile, two_sided
from skk_analysis.synthesis.moderators import INTERCEPT, moderator_columns
from skk_analysis.synthesis.nested import NestedModel, restricted_maximum
from skk_analysis.synthesis.reasons import Reason, RefusedError
from skk_analysis.synthesis.robust import cr2
from skk_analysis.synthesis.studies import Studies, read_studies

__all__ = ["Multilevel", "multilevel", "within_study_covariance"]

ROBUST, MODEL = "robust", "model"


@dataclass(frozen=True, repr=False, eq=False)
class Multilevel:
    """Coefficients of a three-level model.

    Parameters
    ----------
    coefficients : DataFrame
        One row a term: term, estimate, se, t, degrees, p, lower, upper, se_model; the last is the
        standard error if the model were true.
    between, within : float
        Variance of true effects between studies, and between effects of one study.
    i2_between, i2_within : float
        Shares of the total variability, as fractions (Cheung 2014, eq. 10–11).
    q, q_p : float
        Residual heterogeneity over all effects.
    log_likelihood : float
        Restricted, at the maximum.
    k, studies : int
        Effects, and studies that they come from.
    inference : {"robust", "model"}
    level : float
    """

    coefficients: pd.DataFrame
    between: float
    within: float
    i2_between: float
    i2_within: float
    q: float
    q_p: float
    log_likelihood: float
    k: int
    studies: int
    inference: str
    level: float
    notes: tuple[Reason, ...]

    @property
    def estimate(self) -> float:
        """The first coefficient: the mean effect where there are no moderators."""
        return float(self.coefficients["estimate"].iloc[0])

    @property
    def se(self) -> float:
        """Its standard error."""
        return float(self.coefficients["se"].iloc[0])

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval at ``level``."""
        first = self.coefficients.iloc[0]
        return float(first["lower"]), float(first["upper"])

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"{self.estimate:.4g} (se {self.se:.2g}, {self.level * 100:g} % {low:.4g} to "
            f"{high:.4g}, between {self.between:.3g}, within {self.within:.3g}, {self.k} effects "
            f"of {self.studies} studies, {self.inference})"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()


def within_study_covariance(standard_errors: Any, studies: Any, correlation: float) -> np.ndarray:
    """Return the covariance of effects whose errors correlate evenly within each study.

    Parameters
    ----------
    standard_errors : array-like, shape (k,)
    studies : array-like, shape (k,)
        Study of each effect.
    correlation : float
        0 where each effect has people of its own; effects measured on the same people have that
        of the outcomes, which is rarely reported: 0.6 to 0.8 is usual, and to be varied.

    Raises
    ------
    ValueError
        If the correlation does not lie in [0, 1).
    """
    if not 0 <= correlation < 1:
        raise ValueError(f"correlation lies from 0 to below 1, got {correlation}")
    errors = np.asarray(standard_errors, dtype=float)
    codes = pd.factorize(np.asarray(studies))[0]
    same = (codes[:, None] == codes) * correlation
    np.fill_diagonal(same, 1.0)
    return same * np.outer(errors, errors)


def multilevel(
    estimates: Any,
    standard_errors: Any = None,
    studies: Any = None,
    *,
    moderators: Any = None,
    correlation: float = 0.0,
    covariance: Any = None,
    inference: str = ROBUST,
    level: float = 0.95,
) -> Multilevel:
    """Return the mean of effects that come several from one study.

    Parameters
    ----------
    estimates, standard_errors, covariance
        As in :func:`~skk_analysis.synthesis.pooling.pool`, one row an effect.
    studies : array-like, shape (k,)
        Study (experiment, city) of each effect.
    moderators : array-like, Series or DataFrame, optional
        As in :func:`~skk_analysis.synthesis.meta_regression.meta_regression`.
    correlation : float, default 0
        Of sampling errors within a study, where no ``covariance`` is given; see
        :func:`within_study_covariance`.
    inference : {"robust", "model"}
        ``robust``: CR2 variance by study with Satterthwaite's degrees, which holds also where the
        correlation is a guess.  ``model``: the model's own, with t of studies less coefficients.
    level : float, default 0.95

    Returns
    -------
    Multilevel
        Degrees of freedom below 4 make a robust p-value unreliable (Tipton 2015): they are in the
        table.

    Raises
    ------
    RefusedError
        If there are not more studies than coefficients.
    ValueError
        If the input is not as said.

    Notes
    -----
    :math:`y_{ij} = x_{ij}'\\beta + u_i + w_{ij} + e_{ij}` with the errors' covariance known.  The
    two variances maximise the restricted likelihood (:mod:`~skk_analysis.synthesis.nested`).

    Examples
    --------
    >>> model = multilevel([0.1, 0.2, 0.3, 0.5, 0.4, 0.6], [0.1] * 6, list("aabbcc"))
    >>> round(model.estimate, 2), round(model.between, 3), round(model.within, 3)
    (0.35, 0.025, 0.005)

    References
    ----------
    Konstantopoulos (2011), *Res. Synth. Methods* 2, 61–76; Cheung (2014), *Psychol. Methods* 19,
    211–229; Pustejovsky & Tipton (2022), *Prev. Sci.* 23, 425–438.
    """
    if inference not in (ROBUST, MODEL):
        raise ValueError(f"inference is {ROBUST!r} or {MODEL!r}, got {inference!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
    effects = read_studies(estimates, standard_errors, covariance=covariance)
    clusters = _clusters(studies, effects)
    if effects.covariance is None:
        known = within_study_covariance(np.sqrt(effects.variances), clusters, correlation)
    else:
        known = effects.covariance
        if known[clusters[:, None] != clusters].any():
            raise ValueError(
                "the covariance has entries between studies, so that they are not independent "
                "clusters; give it within studies only, or use pool with the whole covariance"
            )
    k = len(clusters)
    design = _design(moderators, effects)
    terms, x = list(design), design.to_numpy()
    count, p = int(clusters.max()) + 1, x.shape[1]
    if count <= p:
        raise RefusedError(
            Reason("too_few_studies", {"k": count, "needed": p + 1}),
            f"{count} studies can't carry {p} coefficients at the level of studies",
        )
    model = NestedModel(effects.estimates, x, known, (clusters[:, None] == clusters).astype(float))
    between, within = restricted_maximum(model)
    state = model.at(between, within)
    total = known + between * model.together + within * np.eye(k)
    if inference == ROBUST:
        residuals = effects.estimates - x @ state.coefficients
        matrix, degrees = cr2(x, residuals, total, clusters)
    else:
        matrix, degrees = state.covariance, np.full(p, float(count - p))
    se = np.sqrt(np.diag(matrix))
    half = np.array([quantile(level, d) for d in degrees])
    b = state.coefficients
    table = pd.DataFrame(
        {
            "term": terms,
            "estimate": b,
            "se": se,
            "t": b / se,
            "degrees": degrees,
            "p": [two_sided(*map(float, row)) for row in zip(b, se, degrees, strict=True)],
            "lower": b - half * se,
            "upper": b + half * se,
            "se_model": np.sqrt(np.diag(state.covariance)),
        }
    )
    none = model.at(0.0, 0.0)
    typical = (k - p) / float(np.trace(none.projection))
    whole = between + within + typical
    q = float(effects.estimates @ none.projection @ effects.estimates)
    return Multilevel(
        coefficients=table,
        between=between,
        within=within,
        i2_between=between / whole,
        i2_within=within / whole,
        q=q,
        q_p=chi2_tail(q, k - p),
        log_likelihood=state.log_likelihood,
        k=k,
        studies=count,
        inference=inference,
        level=level,
        notes=effects.notes if effects.covariance is not None else (),
    )


def _clusters(studies: Any, effects: Studies) -> np.ndarray:
    labels = effects.names if studies is None else studies
    labels = pd.Series(list(labels))
    if len(labels) != len(effects.names):
        raise ValueError(f"there are {len(effects.names)} effects but {len(labels)} study names")
    missing = np.flatnonzero(labels.isna())
    if len(missing):
        raise ValueError(f"effect {effects.names[missing[0]]!r} has no study; name it")
    return pd.factorize(labels)[0]


def _design(moderators: Any, effects: Studies) -> pd.DataFrame:
    if moderators is None:
        return pd.DataFrame({INTERCEPT: np.ones(len(effects.names))})
    return moderator_columns(moderators, effects.names, intercept=True)
