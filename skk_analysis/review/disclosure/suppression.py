"""Secondary suppression: which further cells to hide so that the hidden ones stay hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from skk_analysis.review.disclosure.attacker import Knowledge
from skk_analysis.review.disclosure.heuristic import protect, trim
from skk_analysis.review.disclosure.least import least, lower_bound
from skk_analysis.review.disclosure.linear import components
from skk_analysis.review.disclosure.pattern import Demands, Problem
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.primary import MINIMUM_COUNT, P_PERCENT
from skk_analysis.review.disclosure.protection import required as required_interval
from skk_analysis.review.disclosure.relations import SLACK, Relations

__all__ = ["Suppression", "UnprotectableError", "suppress"]

EXACT_CELLS = 150  # cells that could be hidden, in a component that is solved exactly
EXACT_SIZE = 20_000  # cells × demands of such a component
BOUND_SIZE = 40_000  # cells × demands of one whose relaxation is cut more than once
LISTED = 8


class UnprotectableError(ValueError):
    """A primary cell that what is already out gives away.

    Attributes
    ----------
    cell : int
        The primary cell.
    published : list of int
        The published cells that would have to be withdrawn; empty where that would not help.
    """

    def __init__(self, message: str, cell: int, published: list[int]) -> None:
        super().__init__(message)
        self.cell, self.published = cell, published


@dataclass(frozen=True, eq=False)
class Suppression:
    """Which cells are hidden, and the proof that it is enough.

    Attributes
    ----------
    hidden : ndarray of bool, shape (cells,)
    role : ndarray of str
        ``shown``, ``primary`` or ``secondary``.  For the reviewer only: a page must print the same
        sign for both, or it tells which counts are small.
    low, high : ndarray
        The attacker's interval of each cell; of a shown one its value, or what rounding leaves.
    required_low, required_high : ndarray
        What the interval of a primary cell has to contain; NaN elsewhere.
    cost : float
        Information lost by the secondary cells.
    lower_bound : float
        No sufficient suppression costs less than this; equal to ``cost`` where it is proven least.
    """

    hidden: np.ndarray
    role: np.ndarray
    low: np.ndarray
    high: np.ndarray
    required_low: np.ndarray
    required_high: np.ndarray
    cost: float
    lower_bound: float

    @property
    def gap(self) -> float:
        """How far the cost may be above the least possible, relative to the cost."""
        return (self.cost - self.lower_bound) / self.cost if self.cost > 0 else 0.0


def suppress(
    values: ArrayLike,
    relations: Relations,
    primary: ArrayLike,
    policy: Policy,
    *,
    cost: ArrayLike | None = None,
    already_published: ArrayLike | None = None,
    required: tuple[ArrayLike, ArrayLike] | None = None,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    rounding: ArrayLike = 0.0,
    names: Sequence[str] | None = None,
) -> Suppression:
    """Return the cheapest set of cells to hide that protects every primary cell.

    Parameters
    ----------
    values : array_like, shape (cells,)
        The true values, before rounding.
    relations : Relations
    primary : array_like of str or bool, shape (cells,)
        The rule that hides each cell (functions of `primary`), ``""`` or False elsewhere.  True
        stands for ``minimum_count`` for a whole number under the limit, else for ``p_percent``.
    policy : Policy
    cost : array_like, optional
        Information lost by hiding a cell, positive; by default 1 + log(1 + \\|value\\|): few cells
        rather than many, small ones rather than totals.
    already_published : array_like of bool, optional
        Cells that are out, or that everybody knows (structural zeros): they cannot be hidden.
    required : (low, high), optional
        The interval that the attacker must not get inside of, for primary cells; NaN takes the
        rule's (`protection.required`, which see for rates, and `protection.magnitude_levels`).
    lower, upper : array_like, default 0 and infinity
        What everybody knows about a cell beforehand.
    rounding : array_like, default 0
        What a value is rounded to where it is shown.
    names : sequence of str, optional
        What to call the cells in messages.

    Returns
    -------
    Suppression

    Raises
    ------
    UnprotectableError
        (A ValueError.)  If a primary cell cannot be protected any more: the message names the
        published cells to blame and what can be done.
    ValueError
        If values do not satisfy the relations or bounds, a primary cell is already published, a
        cost is not positive, or a required interval does not contain the value or goes beyond
        what everybody knows.

    Notes
    -----
    A component of up to 150 cells is solved exactly (`least`), a larger one by `protect` and
    `trim`, whose distance from the least possible cost is bounded by ``lower_bound``.  Either way
    the result is audited: the attacker's interval of every primary cell contains the required one,
    whole numbers considered where cells are flagged, and no secondary cell can be worked out.

    A zero may serve as a secondary cell: a reader who does not know that it is 0 cannot tell it
    from another hidden number, and the bound 0 for hidden cells takes into account that it might
    be.  A zero that everybody knows (nobody under 16 is a pensioner) cannot: say so by
    ``already_published``.

    The same input in the same order gives the same pattern; limits of effort are counts, never
    seconds.

    Examples
    --------
    The table of Fischetti & Salazar (1999), in which the 22 is confidential:

    >>> table = [[20, 50, 10, 80], [8, 19, 22, 49], [17, 32, 12, 61], [45, 101, 44, 190]]
    >>> x = np.ravel(table).astype(float)
    >>> found = suppress(x, Relations.table([3, 3]), x == 22, Policy(), cost=x,
    ...                  required=(np.where(x == 22, 17, np.nan), np.where(x == 22, 30, np.nan)))
    >>> np.flatnonzero(found.hidden).tolist(), found.cost, found.low[6].item()
    ([4, 6, 8, 10], 37.0, 5.0)
    """
    task = _Task.of(
        values,
        relations,
        primary,
        policy,
        cost=cost,
        already_published=already_published,
        required=required,
        lower=lower,
        upper=upper,
        rounding=rounding,
        names=names,
    )
    hidden, bound = task.rule != "", 0.0
    free = np.flatnonzero(task.changeable)
    matrix = sparse.csr_array(relations.matrix[:, free])
    for _, columns in components(matrix):
        cells = free[columns]
        if not hidden[cells].any():
            continue
        problem, demands = task.problem(cells, task.cost), task.demands(cells)
        pattern, below = _pattern(problem, demands)
        if pattern is None:
            raise task.unprotectable()
        hidden[cells], bound = pattern, bound + below
    return task.proven(hidden, bound)


def _pattern(problem: Problem, demands: Demands) -> tuple[np.ndarray | None, float]:
    """Return a sufficient pattern of one component, None where there is none, and its bound."""
    if not len(demands):
        return problem.cost == 0, 0.0
    size = problem.cells * len(demands)
    bound = 0.0
    if np.isfinite(problem.cost).sum() <= EXACT_CELLS and size <= EXACT_SIZE:
        found = least(problem, demands)
        if found.hidden is not None:
            return found.hidden, float(problem.cost[found.hidden].sum())
        if not found.possible:
            return None, np.inf
        bound = found.bound
    enough = protect(problem, demands)
    if enough.failed is not None:
        return None, np.inf
    pattern = trim(problem, demands, enough)
    bound = max(bound, lower_bound(problem, demands, rounds=6 if size <= BOUND_SIZE else 1))
    return pattern, min(bound, float(problem.cost[pattern].sum()))


@dataclass(frozen=True, eq=False)
class _Task:
    """The checked input of `suppress`."""

    x: np.ndarray
    relations: Relations
    rule: np.ndarray
    cost: np.ndarray
    published: np.ndarray
    need: tuple[np.ndarray, np.ndarray]
    lower: np.ndarray
    upper: np.ndarray
    rounding: np.ndarray
    names: Sequence[str] | None

    @classmethod
    def of(cls, values, relations, primary, policy, **given) -> _Task:
        x = relations.check(values)
        rule = _rules(primary, x, relations, policy)
        loss = 1 + np.log1p(abs(x)) if given["cost"] is None else given["cost"]
        fields = {
            name: np.broadcast_to(np.asarray(array, dtype=float), x.shape)
            for name, array in (
                ("cost", loss),
                ("lower", given["lower"]),
                ("upper", given["upper"]),
                ("rounding", given["rounding"]),
            )
        }
        out = np.zeros(x.shape, bool)
        if given["already_published"] is not None:
            out = np.broadcast_to(np.asarray(given["already_published"], dtype=bool), x.shape)
        need = required_interval(x, rule, policy)
        if given["required"] is not None:
            need = tuple(  # type: ignore[assignment]
                np.where((rule != "") & ~np.isnan(own), own, default)
                for own, default in zip(
                    (np.broadcast_to(np.asarray(e, float), x.shape) for e in given["required"]),
                    need,
                    strict=True,
                )
            )
        task = cls(x, relations, rule, published=out, need=need, names=given["names"], **fields)
        task._check()
        return task

    def _check(self) -> None:
        x, slack = self.x, SLACK * np.maximum(1, abs(self.x))
        for wrong, what in (
            (
                (x < self.lower - slack) | (x > self.upper + slack),
                "is outside its bounds: correct lower= or upper=",
            ),
            (
                ~((self.cost > 0) & np.isfinite(self.cost)),
                "has a cost that is not positive and finite",
            ),
            (self.rounding < 0, "has a negative rounding"),
            (
                (self.rule != "") & self.published,
                "must be hidden but is already published: withdraw it, or record an exception",
            ),
            (
                (self.need[0] > x + slack) | (self.need[1] < x - slack),
                "is outside the interval required for it: correct required=",
            ),
            (
                (self.need[0] < self.lower - slack) | (self.need[1] > self.upper + slack),
                "cannot be protected: everybody knows more (lower=, upper=) than the rule allows; "
                "loosen required= on purpose, or do not publish the table",
            ),
        ):
            if wrong.any():
                cell = int(np.flatnonzero(wrong)[0])
                raise ValueError(f"{self.name(cell)} ({x[cell]:g}) {what}")

    def name(self, cell: int) -> str:
        return f"cell {cell}" if self.names is None else str(self.names[cell])

    @property
    def changeable(self) -> np.ndarray:
        """The cells that need not be exactly known: all but the published ones that are exact."""
        return ~self.published | (self.rounding > 0)

    @property
    def shown(self) -> np.ndarray:
        """The values as they are published."""
        base = np.where(self.rounding > 0, self.rounding, 1.0)
        return np.where(self.rounding > 0, np.round(self.x / base) * base, self.x)

    def problem(self, cells: np.ndarray, cost: np.ndarray) -> Problem:
        """Return the problem of some cells, all others known exactly."""
        inside = sparse.csr_array(self.relations.matrix[:, cells])
        rows = np.flatnonzero(np.diff(inside.indptr))
        sums = self.relations.matrix[rows] @ self.x
        low = np.where(
            self.relations.low[rows] == self.relations.high[rows],
            0.0,
            self.relations.low[rows] - sums,
        )
        high = np.where(
            self.relations.low[rows] == self.relations.high[rows],
            0.0,
            self.relations.high[rows] - sums,
        )
        x, half = self.x[cells], self.rounding[cells] / 2
        near = self.shown[cells] - x
        price = np.where(self.published[cells] & np.isfinite(cost[cells]), np.inf, cost[cells])
        if cost is not self.cost:
            price = cost[cells]
        return Problem(
            sparse.csr_array(inside[rows]),
            np.minimum(low, 0),
            np.maximum(high, 0),
            np.minimum(near - half, 0) + 0.0,
            np.maximum(near + half, 0) + 0.0,
            np.minimum(self.lower[cells] - x, 0) + 0.0,
            np.maximum(self.upper[cells] - x, 0) + 0.0,
            np.where(self.rule[cells] != "", 0.0, price),
            self.relations.integer[cells],
        )

    def demands(self, cells: np.ndarray) -> Demands:
        """Return what the primary cells among ``cells`` demand."""
        own = np.flatnonzero(self.rule[cells] != "")
        place, whole = cells[own], self.relations.integer[cells[own]]
        amount = np.concatenate(
            [self.x[place] - self.need[0][place], self.need[1][place] - self.x[place]]
        )
        amount = np.where(np.tile(whole, 2), np.ceil(amount - SLACK), amount)
        demands = Demands(np.tile(own, 2), np.repeat([-1, 1], len(own)), amount)
        return demands.of(
            np.flatnonzero(amount > SLACK * np.maximum(1, abs(np.tile(self.x[place], 2))))
        )

    def unprotectable(self) -> UnprotectableError:
        """Return the error: which published cells give which primary cell away."""
        every = np.arange(len(self.x))
        problem = self.problem(
            every, np.where(self.published, self.cost + 2 * self.cost.sum(), self.cost)
        )
        demands = self.demands(every)
        for k in range(len(demands)):
            one = demands.of(np.array([k]))
            fixed = Problem(
                **{**vars(problem), "cost": np.where(self.published, np.inf, problem.cost)}
            )
            if protect(fixed, one).failed is None:
                continue
            cell = int(one.cell[0])
            anyhow = protect(problem, one)
            lead = (
                f"{self.name(cell)} ({self.rule[cell]}) cannot be protected: a reader must not get "
                f"inside {self.need[0][cell]:g} … {self.need[1][cell]:g}"
            )
            if anyhow.failed is not None:
                mend = "the relations and bounds give it away even with everything hidden"
                return UnprotectableError(f"{lead}; {mend}: do not publish the table", cell, [])
            blame = np.flatnonzero(trim(problem, one, anyhow) & self.published).tolist()
            listed = ", ".join(self.name(b) for b in blame[:LISTED])
            listed += f" and {len(blame) - LISTED} more" if len(blame) > LISTED else ""
            mend = "withdraw these, leave the new table out, or merge its categories"
            return UnprotectableError(
                f"{lead}, but published numbers give it away: {listed}; {mend}", cell, blame
            )
        raise RuntimeError("every primary cell can be protected alone but not all together")

    def proven(self, hidden: np.ndarray, bound: float) -> Suppression:
        """Return the result with the attacker's intervals, after auditing them."""
        low, high = self._attack(hidden)
        secondary = hidden & (self.rule == "")
        idle = secondary & (high - low <= SLACK * np.maximum(1, abs(self.x)))
        if idle.any():  # it can be worked out, so showing it tells nothing new
            hidden = hidden & ~idle
            secondary &= ~idle
            low, high = self._attack(hidden)
        slack = 10 * SLACK * np.maximum(1, abs(self.x))
        open_cells = (low > self.need[0] + slack) | (high < self.need[1] - slack)
        if open_cells.any():
            raise RuntimeError(f"the audit found cell {np.flatnonzero(open_cells)[0]} unprotected")
        role = np.where(self.rule != "", "primary", np.where(secondary, "secondary", "shown"))
        cost = float(self.cost[secondary].sum())
        return Suppression(hidden, role, low, high, *self.need, cost, min(bound, cost))

    def _attack(self, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        knowledge = Knowledge.of(
            self.shown,
            self.relations,
            hidden,
            lower=self.lower,
            upper=self.upper,
            rounding=np.where(hidden, 0.0, self.rounding),
        )
        low, high, _ = knowledge.intervals(integer=True)
        return low, high


def _rules(primary: ArrayLike, x: np.ndarray, relations: Relations, policy: Policy) -> np.ndarray:
    given = np.asarray(primary)
    if given.shape != x.shape:
        raise ValueError(f"primary has shape {given.shape} for {relations.cells} cells")
    if given.dtype == bool:
        small = relations.integer & (x > 0) & (x < policy.minimum_count)
        return np.where(given, np.where(small, MINIMUM_COUNT, P_PERCENT), "")
    return given.astype(str)
