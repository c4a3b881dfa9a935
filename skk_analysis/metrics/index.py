"""From a formula to a public index: weights, design errors, domains and tables for every index.

A researcher adds an index by writing its value and influence function on a
:class:`~skk_analysis.metrics.distribution.Distribution`::

    @index(bounds=(0, 1))
    def gini(dist):
        \"\"\"Gini coefficient. ...\"\"\"
        value = 1 - ...
        return Linearised(value, influence)

The function that comes out takes a survey design, arrays, a Series or a frame, gives an
:class:`~skk_analysis.estimate.Estimate` (or with ``by=`` a tidy table), and can be asked for in
:func:`inequality_table`.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate, combine
from skk_analysis.metrics.design import SurveyDesign, as_design
from skk_analysis.metrics.distribution import Distribution, UndefinedIndexError, ascending
from skk_analysis.metrics.domain import Domain
from skk_analysis.sampling import WhenAsked

__all__ = ["INDICES", "Linearised", "index", "inequality_table"]


@dataclass(frozen=True, eq=False)
class Linearised:
    """Value of an index and its influence function.

    Attributes
    ----------
    value : float
    influence : ndarray, shape (n,), or function that returns it
        In the order of the distribution; weighted mean 0.  A function is called if and when a
        standard error is wanted, which in each replicate of a bootstrap it is not.
    terms : sequence of (float, Estimate)
        Derivatives by estimates that the index was given as parameters, e.g. a poverty line.
    note : str
        Anything the reader of this one value must know.
    bounds : tuple of float, optional
        Range of this value, where a parameter makes it another than the index's own.
    bias : float
        Known bias of the value, of the order of 1/n; intervals allow for it.
    """

    value: float
    influence: Any = WhenAsked()  # noqa: RUF009
    terms: Sequence[tuple[float, Estimate]] = ()
    note: str = ""
    bounds: tuple[float, float] | None = None
    bias: float = 0.0

    @property
    def given(self) -> np.ndarray | Callable[[], np.ndarray]:
        """The influence as it was given, so that nobody keeps what was computed from it."""
        return self.__dict__["influence"]


class Index(Protocol):
    """A public index: a function that carries its formula and the range of its values."""

    __name__: str
    formula: Callable[..., Linearised]
    bounds: tuple[float, float]
    columns: tuple[str, ...]
    labels: bool

    def __call__(
        self,
        data,
        column=None,
        *,
        weights=None,
        frequencies=None,
        by=None,
        missing=None,
        **parameters,
    ): ...


INDICES: dict[str, Index] = {}

NO_DEFAULT = inspect.Parameter.empty
_SHARED = {
    "data": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "column": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "weights": inspect.Parameter.KEYWORD_ONLY,
    "frequencies": inspect.Parameter.KEYWORD_ONLY,
    "by": inspect.Parameter.KEYWORD_ONLY,
    "missing": inspect.Parameter.KEYWORD_ONLY,
}


def index(
    bounds: tuple[float, float] = UNBOUNDED, *, columns: Sequence[str] = (), labels: bool = False
) -> Callable[[Callable[..., Linearised]], Index]:
    """Make a public index of a formula ``formula(dist, **parameters) -> Linearised``.

    Parameters
    ----------
    bounds : tuple of float
        Range of the index, on whose scale intervals are made.
    columns : sequence of str
        Parameters that name further columns (a rank, groups).  The formula gets each as a Series
        in the order of the distribution, without missing values.
    labels : bool
        The studied column holds names rather than numbers; the distribution's values are then
        the names' numbers in sorted order.
    """

    def decorate(formula: Callable[..., Linearised]) -> Index:
        own = list(inspect.signature(formula).parameters.values())[1:]

        @functools.wraps(formula)
        def public(
            data,
            column=None,
            *,
            weights=None,
            frequencies=None,
            by=None,
            missing=None,
            **parameters,
        ):
            if parameters:
                _require_known(formula.__name__, parameters, own)
            design, column = as_design(
                data, column, weights=weights, frequencies=frequencies, missing=missing
            )
            wanted = {formula.__name__: functools.partial(public, **parameters)}
            if by is not None:
                return _table(design, column, by, wanted, level=0.95)
            ((_, ((_, estimate),)),) = _estimates(design, column, None, wanted)
            return estimate

        shared = [
            inspect.Parameter(name, kind, default=None if name != "data" else NO_DEFAULT)
            for name, kind in _SHARED.items()
        ]
        own_by_keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        public.__dict__.update(
            formula=formula,
            bounds=(float(bounds[0]), float(bounds[1])),
            columns=tuple(columns),
            labels=labels,
            __signature__=inspect.Signature(shared + own_by_keyword),
        )
        INDICES[formula.__name__] = cast(Index, public)
        return INDICES[formula.__name__]

    return decorate


def _require_known(name: str, given: Mapping, own: Sequence[inspect.Parameter]) -> None:
    allowed = [*(p.name for p in own), *list(_SHARED)[2:]]
    for key in given:
        if key not in allowed:
            raise TypeError(f"{name} has no parameter {key!r}; it has {allowed}")


def _estimates(
    design: SurveyDesign,
    column: str,
    by: str | Sequence[str] | None,
    wanted: Mapping,
    *,
    undefined: str = "raise",
) -> Iterator[tuple[tuple, Iterator[tuple[str, Estimate]]]]:
    """Yield each group's labels and its estimates by name, made as they are asked for."""
    kinds = {_unwrap(function)[0].labels for function in wanted.values()}
    if len(kinds) > 1:
        raise ValueError(f"some of {list(wanted)} read names and some numbers; ask for them apart")
    rows, values, note = design.read(column, labels=kinds == {True})
    if by is None:
        yield (), _of_domain(design, rows, values, wanted, note, undefined)
        return
    rows = design.rows if rows is None else rows
    codes, labels = design.on(rows).group_codes(by)
    codes = codes.astype(np.min_scalar_type(len(labels)))  # small integers sort fastest
    grouped = np.argsort(codes, kind="stable")
    rows, values = rows[grouped], values[grouped]
    ends = np.cumsum(np.bincount(codes, minlength=len(labels)))
    parts = zip(np.split(rows, ends[:-1]), np.split(values, ends[:-1]), strict=True)
    named = labels.itertuples(index=False, name=None)
    for label, (mine, incomes) in zip(named, parts, strict=True):
        yield label, _of_domain(design, mine, incomes, wanted, note, undefined)


def _of_domain(design, rows, values, wanted, note, undefined) -> Iterator[tuple[str, Estimate]]:
    """Yield the wanted estimates of one domain, from one sort or count of its values.

    With ``undefined="tell"`` an index that is not defined there is NaN, and its method says why.
    """
    domain, whole = _distribution(design, rows, values, wanted)
    for name, function in wanted.items():
        index_, parameters = _unwrap(function)
        dist, beside, missing = _with_columns(design, whole, index_, parameters)
        try:
            result = index_.formula(dist, **(parameters | beside))
        except UndefinedIndexError as reason:
            if undefined == "raise":
                raise
            stated = f"{_label(index_, parameters)}: undefined, {reason}"
            yield name, Estimate(math.nan, math.nan, round(domain.units), method=stated)
            continue
        notes = [_label(index_, parameters), result.note, note, missing]
        bounds = result.bounds or index_.bounds
        of = domain if dist is whole else Domain(design, dist.rows)
        estimate = of.estimate(
            result.value,
            result.given,
            dist=dist,
            method="; ".join(filter(None, notes)),
            bounds=bounds,
            bias=result.bias,
        )
        if design.replication is not None:
            of_dist = functools.partial(_replicate, index_.formula, parameters, beside)
            estimate = design.replication.restate(estimate, of, dist, of_dist, bool(beside))
        if result.terms:
            terms = [(1.0, estimate), *result.terms]
            estimate = combine(result.value, terms, method=estimate.method, bounds=bounds)
        yield name, estimate


def _replicate(formula, parameters, beside, dist: Distribution, kept: np.ndarray) -> float:
    """Return the value of an index for one replicate's weights."""
    return formula(dist, **(parameters | {k: c[kept] for k, c in beside.items()})).value


def _distribution(design, rows, values, wanted) -> tuple[Domain, Distribution]:
    """Return a domain's rows (None: all) and their distribution: counted if possible, or sorted."""
    domain = Domain(design, rows)
    if not any(_unwrap(function)[0].columns for function in wanted.values()):
        counted = Distribution.counted(values, domain)
        if counted is not None:
            return domain, counted
        if domain.independent and domain.equal_weights:  # then no row need be found again
            domain.rows = lambda: _arranged(rows, ascending(values)[0])
            at = cast(np.ndarray, lambda: domain.rows)
            return domain, Distribution(np.sort(values), domain.share, at)
    order, found = ascending(values)
    domain = Domain(design, _arranged(rows, order))
    return domain, Distribution(found, domain.share, domain.rows, domain.counts)


def _arranged(rows: np.ndarray | None, order: np.ndarray) -> np.ndarray:
    return order if rows is None else rows[order]


def _with_columns(
    design: SurveyDesign, dist: Distribution, function: Index, parameters: Mapping
) -> tuple[Distribution, dict[str, pd.Series], str]:
    """Return the distribution of the rows with all the further columns an index asks for."""
    asked = [name for name in function.columns if parameters.get(name) is not None]
    if not asked:
        return dist, {}, ""
    beside = {k: design.beside(parameters[k], dist.rows) for k in asked}
    known = np.logical_and.reduce([column.notna().to_numpy() for column in beside.values()])
    note = ""
    if not known.all():
        note = f"{(~known).sum()} rows without {' or '.join(asked)} dropped"
        dist, beside = dist.where(known), {k: column[known] for k, column in beside.items()}
    return dist, beside, note


def _unwrap(function: Any) -> tuple[Index, dict]:
    """Return the index behind a function or a ``functools.partial`` of one."""
    if isinstance(function, functools.partial):
        return cast(Index, function.func), function.keywords
    return function, {}


def _label(function: Index, parameters: Mapping) -> str:
    shown = ", ".join(f"{k}={_shown(v)}" for k, v in parameters.items() if v is not None)
    return f"{function.__name__}({shown})" if shown else function.__name__


def _shown(value: Any) -> str:
    """Return a parameter's value for a label: numbers short, names as they are."""
    if isinstance(value, (Estimate, float, int)) and not isinstance(value, bool):
        return f"{float(value):g}"
    if isinstance(value, (list, tuple)) and len(value) <= 10:
        return f"({', '.join(map(_shown, value))})"
    return "given" if np.ndim(value) else str(value)


def inequality_table(
    data,
    column: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    indices: Sequence | Mapping[str, Callable] | None = None,
    weights=None,
    frequencies=None,
    missing: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return many indices, for every group, from one sort of the column.

    Parameters
    ----------
    data, column, weights, missing
        As for every index.
    frequencies : column name or array, optional
        How many people a row stands for, in a table that a database has counted by value, weight
        and group (``docs/preaggregated.md``); with strata or clusters, give a
        :class:`SurveyDesign`.
    by : column name or names, optional
        Groups; all are domains of the same design.
    indices : sequence or mapping, optional
        Names (``"gini"``), index functions, or ``functools.partial`` of them with parameters; a
        mapping gives them labels.  Default: Gini, Theil T, MLD, S80/S20, Palma, P90/P10,
        low-income rate, Wolfson and Duclos–Esteban–Ray.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row an estimate: index, the ``by`` columns, value, se, lower, upper, n, method.  An
        index that the values rule out (MLD where there are zeros) has the value NaN, and its
        method says why; asked for by itself it stops.

    Examples
    --------
    >>> inequality_table([1, 2, 3, 4], indices=["gini", "wolfson"])["value"].round(2).tolist()
    [0.25, 0.3]
    >>> counted = pd.DataFrame({"income": [1, 2, 3], "people": [1, 2, 3]})
    >>> inequality_table(counted, "income", frequencies="people", indices=["gini"])["n"].tolist()
    [6]
    """
    design, column = as_design(
        data, column, weights=weights, frequencies=frequencies, missing=missing
    )
    return _table(design, column, by, _wanted(indices), level, undefined="tell")


DEFAULT_INDICES = (
    "gini", "theil_t", "mld", "s80s20", "palma", "percentile_ratio", "low_income_rate",
    "wolfson", "duclos_esteban_ray",
)  # fmt: skip


def _wanted(indices: Sequence | Mapping[str, Any] | None) -> dict[str, Any]:
    """Return label → index function."""
    if isinstance(indices, str):
        indices = [indices]
    if not isinstance(indices, Mapping):
        listed = DEFAULT_INDICES if indices is None else indices
        indices = {i if isinstance(i, str) else _label(*_unwrap(i)): i for i in listed}
    unknown = [i for i in indices.values() if isinstance(i, str) and i not in INDICES]
    if unknown:
        raise ValueError(f"no index {unknown[0]!r}; the indices are {sorted(INDICES)}")
    return {label: INDICES[i] if isinstance(i, str) else i for label, i in indices.items()}


def _table(design, column, by, wanted, level, undefined="raise") -> pd.DataFrame:
    """Return the tidy table of estimates."""
    names = [] if by is None else [by] if isinstance(by, str) else list(by)
    rows = []
    for labels, estimates in _estimates(design, column, by, wanted, undefined=undefined):
        for name, e in estimates:
            group = dict(zip(names, labels, strict=True))
            rows.append({"index": name} | group | e.to_dict(level))
    return pd.DataFrame(rows).drop(columns="unit")
