"""Weights on the simplex: the convex problems behind synthetic comparisons, solved exactly.

.. math:: \\min_{w\\ge 0,\\ 1'w=1}
          \\tfrac12\\lVert Aw-b\\rVert^2+\\tfrac{\\eta}{2}\\lVert w\\rVert^2

With :math:`\\eta>0` the solution is unique and so cannot depend on the order of the donors.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = [
    "SimplexWeights",
    "active_set_weights",
    "ridge_weights",
    "simplex_weights",
    "unique_weights",
]

GAP = 1e-12
UNSOLVED = 1e-10
EXACT = 1e-9  # of the columns' range: a target met
STEPS = 60
STEEP = 1e-3  # ridge, relative to squared values, below which weights are polished
UNIFORM = 1e12  # ridge above which no digit of the weights differs from equal ones
FIRST_RIDGE, RUNG, ROUGH = 0.1, 10.0, 1e-2  # the ladder: its top, its steps, a gap that will do


class SimplexWeights(NamedTuple):
    """Weights of a batch of problems.

    Attributes
    ----------
    weights : ndarray, shape (problems, donors)
    gap : ndarray, shape (problems,)
        Duality gap relative to the scale of the problem: 0 at the optimum.
    """

    weights: np.ndarray
    gap: np.ndarray


def ridge_weights(
    columns: np.ndarray, targets: np.ndarray, ridge: np.ndarray, allowed: np.ndarray | None = None
) -> SimplexWeights:
    """Return the weights of many targets on the same columns, through the dual.

    Parameters
    ----------
    columns : ndarray, shape (rows, donors)
        Donors' values, usually over the times before treatment.
    targets : ndarray, shape (problems, rows)
    ridge : ndarray, shape (problems,), or float
        :math:`\\eta>0`.
    allowed : ndarray of bool, shape (problems, donors), optional
        Donors that a problem may use.

    Notes
    -----
    With :math:`r=b-Aw` and multiplier :math:`\\mu`, :math:`w=\\max(0,A'r+\\mu)/\\eta`; only
    rows + 1 unknowns are left, and the dual objective is convex, piecewise quadratic and has a
    Newton step that is one small linear system (Qi & Sun 1993, *Mathematical Programming* 58,
    353–367).  All problems of the batch take their steps together.
    """
    a = np.ascontiguousarray(columns, dtype=float)
    b = np.atleast_2d(np.asarray(targets, dtype=float))
    eta = np.broadcast_to(np.asarray(ridge, dtype=float), (len(b),))
    if not (eta > 0).all():
        raise ValueError("the ridge must be positive; active_set_weights takes 0")
    mask = np.ones((len(b), a.shape[1]), bool) if allowed is None else allowed
    if not mask.any(axis=1).all():
        raise ValueError("a problem has no donor left")
    centre = a.mean()  # a level common to all would only cost digits
    scale = max(float(np.abs(a - centre).max()), float(np.abs(b - centre).max()), 1e-150)
    a, b, eta = (a - centre) / scale, (b - centre) / scale, np.minimum(eta / scale / scale, UNIFORM)
    weights, gap = _newton(a, b, eta, mask)
    for problem in np.flatnonzero((eta < STEEP) & (gap <= UNSOLVED)):
        weights[problem] = _polished(a, b[problem], eta[problem], weights[problem])
    for problem in np.flatnonzero(gap > UNSOLVED):  # a dual too steep for any digit's step
        mine = mask[problem]
        weights[problem] = 0
        weights[problem, mine] = active_set_weights(a[:, mine], b[problem], eta[problem])
        gap[problem] = _kkt_gap(a[:, mine], b[problem], eta[problem], weights[problem, mine])
    return SimplexWeights(weights, gap)


def simplex_weights(
    columns: np.ndarray, targets: np.ndarray, ridge: np.ndarray | float, allowed: np.ndarray
) -> np.ndarray:
    """Return the weights of a batch, shape (problems, donors), some of it without a ridge.

    Parameters
    ----------
    columns, targets, ridge, allowed
        As in :func:`ridge_weights`, but a ridge may be 0.
    """
    eta = np.broadcast_to(np.asarray(ridge, dtype=float), (len(targets),))
    weights = np.zeros((len(targets), columns.shape[1]))
    plain = eta <= 0
    if not plain.all():
        found = ridge_weights(columns, targets[~plain], eta[~plain], allowed[~plain])
        weights[~plain] = found.weights
    for problem in np.flatnonzero(plain):
        mine = allowed[problem]
        weights[problem, mine] = active_set_weights(columns[:, mine], targets[problem])
    return weights


def unique_weights(
    columns: np.ndarray, targets: np.ndarray, ridge: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """Return weights without a ridge where one set of them fits best, else those of a small ridge.

    A target that can be met exactly can be met in many ways, of which a small ridge picks the one
    spread widest; one that cannot has, but for donors that are copies of each other, one best fit.

    Parameters
    ----------
    columns, targets, ridge, allowed
        As in :func:`ridge_weights`; the ridge should be as small as makes no difference.
    """
    weights = simplex_weights(columns, targets, 0.0, allowed)
    scale = max(float(np.ptp(columns)), 1e-300)
    met = np.abs(weights @ columns.T - targets).max(axis=1) <= EXACT * scale
    if met.any():
        weights[met] = ridge_weights(columns, targets[met], ridge[met], allowed[met]).weights
    return weights


def _polished(a, b, eta, w) -> np.ndarray:
    """Return the weights of one problem solved again among the donors in use.

    Small weights are small differences of dual variables, and have only their digits; least squares
    on the donors found has all.
    """
    used = np.flatnonzero(w > 0)
    for _ in range(5):
        count = len(used)
        if count == 1:
            break
        even = np.full(count, 1 / count)
        turn = np.linalg.qr(np.column_stack([even, np.eye(count)[:, 1:]]))[0][:, 1:]  # sums to 0
        system = np.vstack([a[:, used] @ turn, np.sqrt(eta) * turn])
        right = np.concatenate([b - a[:, used] @ even, -np.sqrt(eta) * even])
        found = even + turn @ np.linalg.lstsq(system, right)[0]
        if found.min() >= 0:
            better = np.zeros_like(w)
            better[used] = found / found.sum()
            return better
        used = used[found > 0]
    return w


def _kkt_gap(a, b, eta, w) -> float:
    """Return the Frank–Wolfe gap of weights: an upper bound of what the objective could still fall.

    Relative to the same scale as the duality gap.
    """
    residual = a @ w - b
    gradient = a.T @ residual + eta * w
    objective = 0.5 * residual @ residual + 0.5 * eta * w @ w
    return float((gradient @ w - gradient.min()) / max(objective, 1e-3))


class _Point(NamedTuple):
    """Where a batch of problems stands: its data, dual variables, dual objective and weights."""

    b: np.ndarray
    eta: np.ndarray
    mask: np.ndarray
    r: np.ndarray
    mu: np.ndarray
    value: np.ndarray
    w: np.ndarray

    def where(self, chosen: np.ndarray) -> _Point:
        return _Point(*(part[chosen] for part in self))


def _at(a, b, eta, mask, r, mu) -> _Point:
    """Return the point with these dual variables."""
    w = np.maximum(r @ a + mu[:, None], 0)
    w *= mask
    w /= eta[:, None]
    value = (0.5 * r - b) * r
    return _Point(
        b, eta, mask, r, mu, value.sum(1) + 0.5 * eta * np.einsum("ij,ij->i", w, w) - mu, w
    )


def _newton(a, b, eta, mask) -> SimplexWeights:
    """Take semismooth Newton steps down a ladder of ridges, each solution the next one's start.

    From far away the steps towards a small ridge's solution change the active set one donor at a
    time; from the solution of one ten times as large they are few.
    """
    products = (a[:, None, :] * a[None, :, :]).reshape(-1, a.shape[1]).T  # of pairs of rows
    level = np.maximum(eta, FIRST_RIDGE)
    uniform = mask / mask.sum(axis=1, keepdims=True)
    r = b - uniform @ a.T
    mu = level / mask.sum(axis=1) - np.where(mask, r @ a, -np.inf).max(axis=1)
    while (level > eta).any():
        _, point = _solved(a, products, _at(a, b, level, mask, r, mu), ROUGH)
        r, mu, level = point.r, point.mu, np.maximum(eta, level / RUNG)
    return _solved(a, products, _at(a, b, eta, mask, r, mu), GAP)[0]


def _solved(a, products, point: _Point, wanted: float) -> tuple[SimplexWeights, _Point]:
    """Return weights and dual variables once every gap is closed as far as wanted."""
    weights, gap = np.empty_like(point.w), np.full(len(point.b), np.inf)
    r, mu = point.r.copy(), point.mu.copy()
    unsolved, moved = np.arange(len(gap)), point
    for _ in range(STEPS):
        weights[unsolved], gap[unsolved] = _primal(a, moved)
        r[unsolved], mu[unsolved] = moved.r, moved.mu
        left = gap[unsolved] > wanted
        if not left.any():
            break
        unsolved, further = unsolved[left], _step(a, products, moved.where(left))
        if further is None:  # no digit of the dual is left to gain
            break
        moved = further
    return SimplexWeights(weights, gap), point._replace(r=r, mu=mu)


def _step(a, products, point: _Point) -> _Point | None:
    """Return the points after a Newton step, halved until the dual falls; None if none moved."""
    b, eta, mask, r, mu, value, w = point
    gradient = np.column_stack([r - b + w @ a.T, w.sum(axis=1) - 1])
    step = -np.linalg.solve(_hessian(a, products, w > 0, eta), gradient[..., None])[..., 0]
    slope = (step * gradient).sum(1)
    length, todo, moved = np.ones(len(r)), np.arange(len(r)), point
    for _ in range(40):
        to_r = r[todo] + length[todo, None] * step[todo, :-1]
        to_mu = mu[todo] + length[todo] * step[todo, -1]
        tried = _at(a, b[todo], eta[todo], mask[todo], to_r, to_mu)
        good = tried.value <= value[todo] + 1e-4 * length[todo] * slope[todo]
        if len(todo) == len(r) and good.all():
            return tried
        moved = _Point(*(_put(m, todo[good], t[good]) for m, t in zip(moved, tried, strict=True)))
        todo = todo[~good]
        if not len(todo):
            return moved
        length[todo] /= 2
    return moved if len(todo) < len(r) else None


def _put(into: np.ndarray, where: np.ndarray, values: np.ndarray) -> np.ndarray:
    changed = into.copy()
    changed[where] = values
    return changed


def _hessian(a, products, active, eta) -> np.ndarray:
    """Return the generalised Hessians, shape (problems, rows + 1, rows + 1)."""
    rows, chosen = a.shape[0], active.astype(float)
    hessian = np.empty((len(chosen), rows + 1, rows + 1))
    hessian[:, :rows, :rows] = (chosen @ products).reshape(-1, rows, rows)
    hessian[:, :rows, rows] = hessian[:, rows, :rows] = chosen @ a.T
    hessian[:, rows, rows] = np.maximum(chosen.sum(1), 1e-9)
    hessian /= eta[:, None, None]
    hessian[:, range(rows), range(rows)] += 1
    return hessian


def _primal(a, point: _Point) -> tuple[np.ndarray, np.ndarray]:
    """Return weights that sum to 1 and how far they are from the optimum, per problem."""
    total = point.w.sum(axis=1, keepdims=True)
    uniform = point.mask / point.mask.sum(axis=1, keepdims=True)
    w = np.where(total > 0, point.w / np.where(total > 0, total, 1), uniform)
    residual = w @ a.T - point.b
    primal = 0.5 * (residual**2).sum(1) + 0.5 * point.eta * (w**2).sum(1)
    return w, (primal + point.value) / np.maximum(np.abs(primal), 1e-3)


def active_set_weights(columns: np.ndarray, target: np.ndarray, ridge: float = 0.0) -> np.ndarray:
    """Return the weights of one problem, with or without a ridge, by an active-set method.

    Parameters
    ----------
    columns : ndarray, shape (rows, donors)
    target : ndarray, shape (rows,)
    ridge : float, default 0
        Without one there may be many solutions; this is one of them.

    Notes
    -----
    With :math:`D=A-b1'`, non-negative least squares on :math:`[D;1']x\\approx[0;1]` has the
    solution :math:`x\\propto w` (Lawson & Hanson 1974, ch. 23); a ridge adds the rows
    :math:`\\sqrt\\eta I` to :math:`D`.
    """
    from scipy.optimize import nnls

    difference = np.asarray(columns, dtype=float) - np.asarray(target, dtype=float)[:, None]
    if ridge:
        difference = np.vstack([difference, np.sqrt(ridge) * np.eye(difference.shape[1])])
    scale = max(float(np.abs(difference).max()), 1e-300)
    system = np.vstack([difference / scale, np.ones(difference.shape[1])])
    right = np.zeros(len(system))
    right[-1] = 1.0
    found, _ = nnls(system, right, maxiter=50 * system.shape[1])
    return found / found.sum()
