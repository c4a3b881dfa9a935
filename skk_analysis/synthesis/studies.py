"""Estimates of several studies as every method here reads them: checked, named, with variances."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, combine
from skk_analysis.impact.result import Effect
from skk_analysis.synthesis.reasons import Reason

__all__ = ["Studies", "read_studies", "standard_error"]

VALUE_COLUMNS = ("estimate", "value")
TWICE = "the estimates have standard errors of their own; leave standard_errors= out"
SYMMETRY = 1e-8  # relative; a covariance matrix read from a text file is not symmetric to the bit


class Studies(NamedTuple):
    """Estimates with their known sampling errors.

    ``covariance`` is None where the studies are independent.
    """

    names: tuple[str, ...]
    estimates: np.ndarray
    variances: np.ndarray
    covariance: np.ndarray | None
    notes: tuple[Reason, ...]

    def without(self, at: int) -> Studies:
        """Return all studies but one."""
        keep = np.arange(len(self.names)) != at
        return self._replace(
            names=self.names[:at] + self.names[at + 1 :],
            estimates=self.estimates[keep],
            variances=self.variances[keep],
            covariance=None if self.covariance is None else self.covariance[np.ix_(keep, keep)],
        )

    def where(self, keep: np.ndarray) -> Studies:
        """Return the studies of a mask."""
        return self._replace(
            names=tuple(name for name, kept in zip(self.names, keep, strict=True) if kept),
            estimates=self.estimates[keep],
            variances=self.variances[keep],
            covariance=None if self.covariance is None else self.covariance[np.ix_(keep, keep)],
        )


def read_studies(
    estimates: Any, standard_errors: Any = None, *, covariance: Any = None, shared: str = ""
) -> Studies:
    """Return the studies in any of the shapes that people have them in.

    Parameters
    ----------
    estimates : array-like, Series, mapping, sequence of Estimate or Effect, or DataFrame
        Numbers, shape (k,); or results that carry their own standard errors, under their names in
        a mapping (an effect without one gets the spread of its placebos, and comparison units that
        several effects use are named in the notes); or a frame with columns ``estimate`` (or
        ``value``), ``se`` and, if the rows have names, ``study``.
    standard_errors : array-like, shape (k,), optional
        Where ``estimates`` are numbers and no ``covariance`` is given.
    covariance : array-like or DataFrame, shape (k, k), optional
        Full covariance matrix of the sampling errors, for studies that share comparison units or
        people.  Of :class:`~skk_analysis.estimate.Estimate` results it is worked out from their
        influence values where they share sampling units.
    shared : str, optional
        What the studies share, where no covariance is known: it is kept in the notes.

    Raises
    ------
    ValueError
        If a number is missing, infinite, or not a possible standard error (naming the study), or
        the shapes or the covariance matrix don't fit.
    """
    names, values, errors, found = _columns(estimates, standard_errors)
    effects = _effects(estimates)
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values):
        raise ValueError(
            f"estimates are one number a study, got an array of shape {values.shape}; give a list "
            "of numbers, one for each study"
        )
    names = tuple(str(i) for i in range(1, len(values) + 1)) if names is None else names
    matrix = found if covariance is None else _matrix(covariance, names)
    if errors is None and matrix is None:
        raise ValueError("the estimates have no standard errors; give standard_errors=")
    if errors is None or (effects and matrix is not None and standard_errors is None):
        errors = np.sqrt(_positive_diagonal(np.asarray(matrix), names))
    errors = np.asarray(errors, dtype=float)
    if errors.shape != values.shape:
        raise ValueError(
            f"there are {len(values)} estimates but {errors.size} standard errors; give one each"
        )
    _require_numbers(names, values, errors)
    if matrix is not None:
        _require_covariance(matrix, errors, names)
    own = standard_errors is None and matrix is None
    notes = (*_notes(names, errors, matrix, shared), *_effect_notes(effects, names, matrix, own))
    return Studies(names, values, errors**2, matrix, notes)


def _columns(estimates: Any, errors: Any) -> tuple[tuple[str, ...] | None, Any, Any, Any]:
    """Return names, values, standard errors and covariance, each None where not known."""
    if isinstance(estimates, pd.DataFrame):
        column = next((c for c in VALUE_COLUMNS if c in estimates), None)
        if column is None:
            raise ValueError(
                f"a frame of studies has the columns 'estimate' and 'se' (and 'study'), got "
                f"{list(estimates.columns)}; rename them"
            )
        if "se" in estimates and errors is not None:
            raise ValueError(TWICE)
        label = estimates.get("study", estimates.index)
        known = estimates.get("se") if errors is None else errors
        return tuple(map(str, label)), estimates[column], known, None
    names = None
    if isinstance(estimates, Mapping | pd.Series):
        names = tuple(map(str, estimates.keys()))
        estimates = list(estimates.values()) if isinstance(estimates, Mapping) else estimates
        errors = _in_order(errors, names)
    if isinstance(estimates, Sequence | pd.Series) and len(estimates):
        results = list(estimates)
        if all(isinstance(x, Estimate) for x in results):
            if errors is not None:
                raise ValueError(TWICE)
            matrix = _shared_covariance(results)
            return names, [x.value for x in results], [x.se for x in results], matrix
        if all(isinstance(x, Effect) for x in results):
            known = [standard_error(x) for x in results] if errors is None else errors
            return names, [x.estimate for x in results], known, None
    return names, estimates, errors, None


def _effects(estimates: Any) -> list[Effect]:
    """Return the effects among what was given, if it is effects."""
    if isinstance(estimates, pd.DataFrame | np.ndarray):
        return []
    results = estimates.values() if isinstance(estimates, Mapping) else estimates
    return [x for x in results if isinstance(x, Effect)]


def standard_error(effect: Effect) -> float:
    """Return the standard error, else the spread of the effect's placebos, else NaN."""
    if math.isnan(effect.se) and len(effect.placebos) > 2:
        return float(np.std(effect.placebos, ddof=1))
    return effect.se


def _effect_notes(
    effects: list[Effect], names: tuple[str, ...], matrix: Any, own: bool
) -> Iterator[Reason]:
    """Name errors that are the placebos' spread, and comparison units that several effects use."""
    if not effects:
        return
    pairs = zip(names, effects, strict=True)
    placebo = tuple(name for name, x in pairs if math.isnan(x.se))
    if placebo and own:
        yield Reason("errors_from_placebos", {"studies": placebo})
    used = Counter(
        unit for x in effects if x.weights is not None for unit in x.weights.index[x.weights != 0]
    )
    common = sum(times > 1 for times in used.values())
    if common and matrix is None:
        yield Reason("comparison_units_in_common", {"count": common})


def _in_order(errors: Any, names: tuple[str, ...]) -> Any:
    """Return standard errors under names in the order of the estimates' names."""
    if not isinstance(errors, Mapping | pd.Series):
        return errors
    known = {str(name): value for name, value in errors.items()}
    if len(known) != len(errors) and isinstance(errors, pd.Series):
        return errors  # names repeat, so position is all there is
    missing = [name for name in names if name not in known]
    if missing:
        raise ValueError(f"there is no standard error under the name {missing[0]!r}; add it")
    return [known[name] for name in names]


def _shared_covariance(results: list[Estimate]) -> np.ndarray | None:
    """Return the covariance of estimates whose samplings have units in common, else None."""
    samplings = [{id(part.sampling) for part in x.influence} for x in results]
    keyed = [any(part.sampling.keys is not None for part in x.influence) for x in results]
    pairs = [
        (i, j)
        for i, j in combinations(range(len(results)), 2)
        if samplings[i] & samplings[j] or (keyed[i] and keyed[j])
    ]
    matrix = np.diag([x.se**2 for x in results])
    for i, j in pairs:
        both = combine(0.0, [(1.0, results[i]), (1.0, results[j])]).se ** 2
        matrix[i, j] = matrix[j, i] = (both - results[i].se ** 2 - results[j].se ** 2) / 2
    largest = np.abs(matrix - np.diag(np.diag(matrix))).max()
    return matrix if largest > SYMMETRY * np.diag(matrix).max() else None


def _matrix(covariance: Any, names: tuple[str, ...]) -> np.ndarray:
    if isinstance(covariance, pd.DataFrame):
        labels = [str(name) for name in covariance.index]
        if labels != [str(name) for name in covariance.columns]:
            raise ValueError("the covariance frame's rows and columns have different names")
        if set(labels) == set(names) and len(set(labels)) == len(names):
            order = [labels.index(name) for name in names]
            return covariance.to_numpy(dtype=float)[np.ix_(order, order)]
    matrix = np.asarray(covariance, dtype=float)
    if matrix.shape != (len(names), len(names)):
        raise ValueError(
            f"the covariance of {len(names)} studies has the shape ({len(names)}, {len(names)}), "
            f"got {matrix.shape}"
        )
    return matrix


def _positive_diagonal(matrix: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    diagonal = np.diag(matrix)
    for name, value in zip(names, diagonal, strict=True):
        if not 0 < value < math.inf:
            raise ValueError(
                f"study {name!r}: the variance in the covariance matrix is {value}; it must be a "
                "positive number"
            )
    return diagonal


def _require_numbers(names: tuple[str, ...], values: np.ndarray, errors: np.ndarray) -> None:
    if np.isfinite(values).all() and ((errors > 0) & (errors < math.inf)).all():
        return
    for name, value, error in zip(names, values, errors, strict=True):
        if not math.isfinite(value):
            raise ValueError(
                f"study {name!r}: the estimate is {value}; leave the study out or find its figure"
            )
        if not 0 < error < math.inf:
            raise ValueError(
                f"study {name!r}: the standard error is {error}; it must be a positive number. A "
                "study whose error is not known can't be weighted: leave it out"
            )


def _require_covariance(matrix: np.ndarray, errors: np.ndarray, names: tuple[str, ...]) -> None:
    scale = np.outer(errors, errors)
    if not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max() > SYMMETRY * scale.max():
        raise ValueError("a covariance matrix is symmetric and has no missing values")
    off = np.abs(np.diag(matrix) / errors**2 - 1)
    if off.max() > 1e-6:
        at = int(off.argmax())
        raise ValueError(
            f"study {names[at]!r}: the covariance matrix has the variance {matrix[at, at]:.6g}, "
            f"but the standard error squared is {errors[at] ** 2:.6g}; give one of them only"
        )
    if np.linalg.eigvalsh(matrix / scale)[0] < 1e-10:
        raise ValueError(
            "the covariance matrix is not positive definite: some combination of the studies would "
            "be known without error. Leave out studies that are the same data twice"
        )


def _notes(names: tuple[str, ...], errors: np.ndarray, matrix: Any, shared: str):
    if matrix is not None:
        correlation = np.abs(matrix / np.outer(errors, errors)) - np.eye(len(errors))
        yield Reason("covariance_modelled", {"largest": float(correlation.max())})
        return
    if shared:
        yield Reason("shared_units_not_modelled", {"units": shared})
    if len(set(names)) < len(names):
        again = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
        yield Reason("several_effects_of_one_study", {"studies": again})
