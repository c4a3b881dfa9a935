"""From a formula on counts to a public index of segregation.

A researcher adds an index by writing its value and its derivative by the cell shares::

    @area_index(bounds=(0, 1))
    def correlation_ratio(table):
        \"\"\"Correlation ratio. ...\"\"\"
        return value, gradient

The function that comes out takes a frame, a mapping or an array, gives an
:class:`~skk_analysis.estimate.Estimate` with the error of drawing people one by one (or with
``by=`` a tidy table), and can be given to the randomisation baseline, the bias correction and the
bounds.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate
from skk_analysis.metrics.counts import AreaCounts

__all__ = ["AREA_INDICES", "AreaIndex", "area_index", "segregation_table"]


class AreaIndex(Protocol):
    """A public index of counts, carrying its formula and the range of its values."""

    __name__: str
    formula: Callable[..., tuple]
    bounds: tuple[float, float]
    bias: Callable[[AreaCounts], float] | None

    def __call__(
        self, counts, groups=None, *, areas=None, total=None, by=None, units="people", **parameters
    ) -> Estimate: ...


AREA_INDICES: dict[str, AreaIndex] = {}


def area_index(
    bounds: tuple[float, float] = UNBOUNDED,
    bias: Callable[[AreaCounts], float] | None = None,
) -> Callable[[Callable], AreaIndex]:
    """Make a public index of a formula ``formula(table, **parameters) -> (value, gradient)``.

    The gradient is by the cell shares, shape (areas, groups), or a function that returns it;
    :class:`AreaValue` adds a note.  ``bias`` gives the bias that the size of the areas gives the
    value.
    """

    def decorate(formula: Callable) -> AreaIndex:
        name = formula.__name__
        own = list(inspect.signature(formula).parameters.values())[1:]

        @functools.wraps(formula)
        def public(
            counts, groups=None, *, areas=None, total=None, by=None, units="people", **parameters
        ):
            unknown = set(parameters) - {p.name for p in own}
            if unknown:
                raise TypeError(f"{name} has no parameter {min(unknown)!r}")
            if units == "areas" and "space" in parameters:
                raise ValueError(
                    f"{name} is of areas beside each other, which cannot be drawn apart; its "
                    "standard error is that of units='people'"
                )
            reading = {"areas": areas, "total": total, "units": units}
            if by is not None:
                return _table(AREA_INDICES[name], counts, groups, by, reading, parameters)
            table = AreaCounts.read(counts, groups, **reading)
            return _estimate(AREA_INDICES[name], table, _label(name, parameters), parameters)

        keyword, none = inspect.Parameter.KEYWORD_ONLY, {"default": None}
        either = inspect.Parameter.POSITIONAL_OR_KEYWORD
        shown = [inspect.Parameter("counts", either), inspect.Parameter("groups", either, **none)]
        shown += [inspect.Parameter(p, keyword, **none) for p in ("areas", "total", "by")]
        shown += [inspect.Parameter("units", keyword, default="people")]
        shown += [p.replace(kind=keyword) for p in own]
        public.__dict__.update(
            formula=formula, bounds=bounds, bias=bias, __signature__=inspect.Signature(shown)
        )
        AREA_INDICES[name] = cast(AreaIndex, public)
        return AREA_INDICES[name]

    return decorate


def _estimate(function: AreaIndex, table: AreaCounts, label: str, parameters: Mapping) -> Estimate:
    """Return an index of a table that has been read."""
    value = function.formula(table, **parameters)
    bias = function.bias(table) if function.bias else 0.0
    return table.estimate(label, *value, bounds=function.bounds, bias=bias)


def _label(name: str, parameters: Mapping) -> str:
    """Return the name with those parameters that are numbers or words."""
    shown = ", ".join(f"{k}={v}" for k, v in parameters.items() if isinstance(v, int | float | str))
    return f"{name}({shown})" if shown else name


def _table(function: AreaIndex, frame, groups, by, reading: Mapping, rest: Mapping) -> pd.DataFrame:
    """Return one index for each combination of the columns ``by``, one row each."""
    wanted = {_label(function.__name__, rest): functools.partial(function, **rest)}
    return segregation_table(frame, groups, by=by, indices=wanted, **reading)


def segregation_table(
    counts,
    groups=None,
    *,
    areas=None,
    total=None,
    by=None,
    units: str = "people",
    indices: Sequence | Mapping[str, Callable] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return many indices of segregation, for every city, from one reading of the counts.

    Parameters
    ----------
    counts, groups, areas, total, units
        As for every index of segregation.
    by : column name or names, optional
        One table of areas for each, e.g. city and year.
    indices : sequence or mapping, optional
        Names (``"theil_h"``), index functions, or ``functools.partial`` of them with parameters; a
        mapping gives them labels.  Default: all that need no parameter and any number of groups.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row an estimate: index, the ``by`` columns, value, se, lower, upper, n, method.

    Examples
    --------
    >>> from skk_analysis.metrics import isolation
    >>> found = segregation_table({"a": [10, 40, 50], "b": [50, 40, 10]}, indices=[isolation])
    >>> found["value"].round(4).tolist()
    [0.6333]
    """
    by = [] if by is None else [by] if isinstance(by, str) else list(by)
    wanted = _wanted(indices)
    if groups is None and by:
        groups = [c for c in counts.columns if c not in (areas, total, *by)]
    parts = counts.groupby(by, sort=True, observed=True) if by else [((), counts)]
    rows = []
    for labels, part in parts:
        table = AreaCounts.read(part, groups, areas=areas, total=total, units=units)
        for label, (function, parameters) in wanted.items():
            e = _estimate(function, table, label, parameters)
            group: dict = dict(zip(by, labels, strict=True))
            rows.append({"index": label, **group, **e.to_dict(level)})
    return pd.DataFrame(rows).drop(columns="unit")


DEFAULT_INDICES = (
    "dissimilarity", "segregation_gini", "theil_h", "mutual_information", "isolation",
    "correlation_ratio", "normalized_exposure", "relative_diversity",
)  # fmt: skip


def _wanted(indices) -> dict[str, tuple[AreaIndex, dict]]:
    """Return label → index and its parameters."""
    if not isinstance(indices, Mapping):
        listed = DEFAULT_INDICES if indices is None else indices
        named = [("", i) for i in listed]
    else:
        named = list(indices.items())
    wanted: dict[str, tuple[AreaIndex, dict]] = {}
    for label, function in named:
        function, parameters = (
            (function.func, dict(function.keywords))
            if isinstance(function, functools.partial)
            else (function, {})
        )
        if isinstance(function, str):
            if function not in AREA_INDICES:
                raise ValueError(f"no index {function!r}; the indices are {sorted(AREA_INDICES)}")
            function = AREA_INDICES[function]
        found = cast(AreaIndex, function)
        wanted[label or _label(found.__name__, parameters)] = (found, parameters)
    return wanted
