"""Units × years × outcomes, and which units had the programme from when."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

__all__ = ["Block", "Panel"]

NEVER = math.inf


@dataclass(frozen=True, eq=False)
class Panel:
    """A long table of yearly figures by unit, with the treated units and their first years.

    Parameters
    ----------
    frame : DataFrame
        One row a unit and time.  Rows may be in any order; nothing depends on it.
    unit, time : str
        Columns that name the row.  ``time`` holds whole numbers (years).
    treated : mapping or column name
        First treated time of each treated unit, e.g. ``{"092": 2019}``; or a column that is 1 (or
        True) in treated unit-times and 0 elsewhere, which must stay 1 once it has become 1.
    population : str, optional
        Column of the units' size; its mean before any treatment orders the size matching.
    region : str, optional
        Column of the units' region or type.
    exposure : str, optional
        Column of how exposed a unit is to the pandemic year (one value a unit).
    weights : str, optional
        Column of analysis weights (one value a unit) for difference-in-differences and group-time
        effects; synthetic comparisons refuse them.
    excluded : mapping, optional
        Untreated units that may not serve as comparison, with the reason: neighbours, other
        programmes' cities.
    pandemic : tuple of int, default (2020,)
        Times that are a shock to everyone.

    Raises
    ------
    ValueError
        If a column or unit is missing, a unit-time occurs twice, treatment ends, or nothing is
        left to compare with; the message names the place.

    Examples
    --------
    >>> frame = pd.DataFrame({"city": list("aabb"), "year": [2018, 2019] * 2})
    >>> frame["y"] = [84, 89, 85, 87]
    >>> Panel(frame, unit="city", time="year", treated={"a": 2019}).block("y").values.tolist()
    [[84.0, 89.0], [85.0, 87.0]]
    """

    frame: pd.DataFrame
    unit: str
    time: str
    treated: Mapping[Hashable, int] | str
    population: str | None = None
    region: str | None = None
    exposure: str | None = None
    weights: str | None = None
    excluded: Mapping[Hashable, str] = field(default_factory=dict)
    pandemic: tuple[int, ...] = (2020,)

    def __post_init__(self) -> None:
        wanted = [self.unit, self.time, self.population, self.region, self.exposure, self.weights]
        self._require_columns([c for c in wanted if c is not None])
        _require_once(self.frame, self.unit, self.time)
        if not isinstance(self.excluded, Mapping):
            raise ValueError("excluded is a mapping of unit to reason, e.g. {'091': 'neighbour'}")
        object.__setattr__(self, "treated", self._starts())
        units = set(self.frame[self.unit])
        for role, names in (("treated", self.starts), ("excluded", self.excluded)):
            if unknown := [name for name in names if name not in units]:
                raise ValueError(
                    f"{role} unit(s) {unknown} are not in column {self.unit!r}, which holds e.g. "
                    f"{sorted(map(str, units))[:5]}; give the names as they stand there"
                )
        if not self.starts:
            raise ValueError("no unit is treated: give treated={unit: first treated time}")
        if twice := set(self.starts) & set(self.excluded):
            raise ValueError(f"unit(s) {sorted(map(str, twice))} are both treated and excluded")

    def _require_columns(self, names: Sequence[str]) -> None:
        if missing := [name for name in names if name not in self.frame.columns]:
            raise ValueError(f"no column(s) {missing}; the table has {list(self.frame.columns)}")

    def _starts(self) -> dict[Hashable, int]:
        """Return the first treated time by unit, from the mapping or the 0/1 column."""
        if not isinstance(self.treated, str):
            for unit, start in self.treated.items():
                if not float(start).is_integer():
                    raise ValueError(f"{unit} is treated from {start}; give a whole number")
            return {unit: int(start) for unit, start in self.treated.items()}
        self._require_columns([self.treated])
        rows = self.frame[[self.unit, self.time, self.treated]].sort_values([self.unit, self.time])
        on = rows[self.treated].astype(float)
        if not on.isin([0, 1]).all():
            odd = rows.loc[~on.isin([0, 1])].iloc[0]
            raise ValueError(
                f"column {self.treated!r} must be 0 or 1; {odd[self.unit]}, {odd[self.time]} has "
                f"{odd[self.treated]:g}"
            )
        ended = rows[on.groupby(rows[self.unit]).diff() < 0]
        if len(ended):
            raise ValueError(
                f"treatment of {ended.iloc[0][self.unit]} ends in {ended.iloc[0][self.time]}; the "
                "methods here are for treatment that stays: end the panel before that"
            )
        first = rows[on == 1].groupby(self.unit)[self.time].min()
        return {unit: int(start) for unit, start in first.items()}

    @property
    def starts(self) -> Mapping[Hashable, int]:
        """First treated time by unit."""
        assert not isinstance(self.treated, str)
        return self.treated

    @property
    def comparison(self) -> list[Hashable]:
        """Untreated units that may serve as comparison, by name."""
        away = set(self.starts) | set(self.excluded)
        return [unit for unit in _sorted(self.frame[self.unit].unique()) if unit not in away]

    @cached_property
    def times(self) -> list[int]:
        """All times of the panel, ascending."""
        return sorted(int(t) for t in self.frame[self.time].unique())

    def until(self, last: int) -> Panel:
        """Return the panel with the times up to and including ``last``."""
        return replace(self, frame=self.frame[self.frame[self.time] <= last])

    def without(self, *, units: Sequence[Hashable] = (), times: Sequence[int] = ()) -> Panel:
        """Return the panel without some units or times."""
        keep = ~self.frame[self.unit].isin(list(units)) & ~self.frame[self.time].isin(list(times))
        starts = {unit: start for unit, start in self.starts.items() if unit not in set(units)}
        excluded = {unit: why for unit, why in self.excluded.items() if unit not in set(units)}
        return replace(self, frame=self.frame[keep], treated=starts, excluded=excluded)

    def only(self, *treated: Hashable) -> Panel:
        """Return the panel with only these treated units; other treated ones are left out."""
        return self.without(units=[unit for unit in self.starts if unit not in set(treated)])

    def block(
        self, outcome: str, *, covariates: Sequence[str] = (), missing: str = "raise"
    ) -> Block:
        """Return the arrays of one outcome: every unit at every time.

        Parameters
        ----------
        outcome : str
            Column with the outcome.
        covariates : sequence of str
            Columns that vary over time.
        missing : {"raise", "drop"}, default "raise"
            What to do when a unit lacks a value at some time: stop, or leave out the comparison
            units that do (``Block.dropped`` names them).  A treated unit's gap always stops.

        Raises
        ------
        ValueError
            Naming units and times without a value.
        """
        self._require_columns([outcome, *covariates])
        if missing not in ("raise", "drop"):
            raise ValueError(f"missing must be 'raise' or 'drop', got {missing!r}")
        use = self.frame[self.frame[self.unit].isin([*self.starts, *self.comparison])]
        table = use.set_index([self.unit, self.time])
        wide = {name: _wide(table[name], name) for name in (outcome, *covariates)}
        whole = np.logical_and.reduce([w.notna().to_numpy().all(axis=1) for w in wide.values()])
        gaps = wide[outcome].index[~whole]
        lost = [unit for unit in gaps if missing == "raise" or unit in self.starts]
        if lost:
            empty = wide[outcome].loc[lost[0]]
            times = [int(t) for t in empty.index[empty.isna()]] or "a covariate"
            raise ValueError(
                f"{outcome}: {len(lost)} unit(s) lack values, e.g. {lost[0]} in {times}; "
                "shorten the panel, or use missing='drop' to leave out comparison units that do"
            )
        kept = {name: w[whole] for name, w in wide.items()}
        names = kept[outcome].index
        block = Block(
            outcome=outcome,
            values=kept[outcome].to_numpy(),
            names=names,
            times=kept[outcome].columns.to_numpy(dtype=int),
            start=np.array([float(self.starts.get(unit, NEVER)) for unit in names]),
            size=self._of_units(self.population, use, names, before=True),
            region=self._labels(use, names),
            exposure=self._of_units(self.exposure, use, names),
            weight=self._of_units(self.weights, use, names),
            covariates={name: kept[name].to_numpy() for name in covariates},
            dropped=tuple(gaps),
            pandemic=self.pandemic,
        )
        block.require_comparable()
        return block

    def _of_units(self, column: str | None, use: pd.DataFrame, names, before: bool = False):
        """Return one number a unit: the mean of a column, for size before any treatment."""
        if column is None:
            return None
        if before:
            earlier = use[use[self.time] < min(self.starts.values())]
            use = earlier if set(earlier[self.unit]) >= set(names) else use
        found = use.groupby(self.unit)[column].mean().reindex(names)
        if found.isna().any():
            raise ValueError(f"{column}: no value for unit {found.index[found.isna()][0]}")
        if before and not (found > 0).all():
            lowest = found.idxmin()
            raise ValueError(f"{column} must be positive; unit {lowest} has {found[lowest]:g}")
        return found.to_numpy(dtype=float)

    def _labels(self, use: pd.DataFrame, names) -> np.ndarray | None:
        if self.region is None:
            return None
        return use.groupby(self.unit)[self.region].first().reindex(names).to_numpy()


@dataclass(frozen=True, eq=False)
class Block:
    """One outcome of a panel as arrays; units are sorted by name, so no result depends on order.

    Attributes
    ----------
    values : ndarray, shape (units, times)
    names : Index, shape (units,)
    times : ndarray of int, shape (times,)
    start : ndarray, shape (units,)
        First treated time; inf = never.
    size, exposure, weight : ndarray, shape (units,), or None
    region : ndarray, shape (units,), or None
    covariates : dict of str to ndarray, shape (units, times)
    dropped : tuple
        Comparison units left out for missing values.
    pandemic : tuple of int
    """

    outcome: str
    values: np.ndarray
    names: pd.Index
    times: np.ndarray
    start: np.ndarray
    size: np.ndarray | None = None
    region: np.ndarray | None = None
    exposure: np.ndarray | None = None
    weight: np.ndarray | None = None
    covariates: dict[str, np.ndarray] = field(default_factory=dict)
    dropped: tuple = ()
    pandemic: tuple[int, ...] = ()

    def require_comparable(self) -> None:
        """Stop where there is no time before or after treatment, or no comparison unit."""
        for unit, start in zip(self.names[self.treated], self.start[self.treated], strict=True):
            before, after = (self.times < start).sum(), (self.times >= start).sum()
            if not before or not after:
                raise ValueError(
                    f"{unit} is treated from {int(start)}, but the panel has {before} time(s) "
                    f"before and {after} from then on; at least one of each is needed"
                )
        if not len(self.donors):
            raise ValueError("no comparison unit is left: every unit is treated or excluded")

    @cached_property
    def treated(self) -> np.ndarray:
        """Positions of the treated units."""
        return np.flatnonzero(np.isfinite(self.start))

    @cached_property
    def donors(self) -> np.ndarray:
        """Positions of the units never treated."""
        return np.flatnonzero(np.isinf(self.start))

    @cached_property
    def cohorts(self) -> dict[int, np.ndarray]:
        """Positions of the treated units by their first treated time."""
        found = self.start[self.treated]
        return {int(t): self.treated[found == t] for t in np.unique(found)}

    def before(self, start: int) -> int:
        """Return how many times lie before ``start``."""
        return int((self.times < start).sum())

    def with_values(self, values: np.ndarray) -> Block:
        """Return the block with other outcome values of the same shape."""
        return replace(self, values=values)

    def of_units(self, keep: np.ndarray) -> Block:
        """Return the block of the units that ``keep`` (truth values, one a unit) marks."""

        def of(array: np.ndarray | None) -> np.ndarray | None:
            return None if array is None else array[keep]

        return replace(
            self,
            values=self.values[keep],
            names=self.names[keep],
            start=self.start[keep],
            size=of(self.size),
            region=of(self.region),
            exposure=of(self.exposure),
            weight=of(self.weight),
            covariates={name: array[keep] for name, array in self.covariates.items()},
        )


def _require_once(frame: pd.DataFrame, unit: str, time: str) -> None:
    if not pd.api.types.is_numeric_dtype(frame[time]):
        raise ValueError(f"column {time!r} must hold whole numbers such as 2019, not text")
    if (frame[time].dropna() % 1 != 0).any():
        odd = frame.loc[frame[time] % 1 != 0, time].iloc[0]
        raise ValueError(
            f"column {time!r} must hold whole numbers, found {odd}; number half-years or quarters "
            "through instead"
        )
    if frame[[unit, time]].isna().any(axis=None):
        raise ValueError(f"a row lacks its {unit!r} or {time!r}; every row must be named")
    twice = frame[frame.duplicated([unit, time])]
    if len(twice):
        where = twice.iloc[0]
        raise ValueError(
            f"{unit} {where[unit]}, {time} {where[time]} occurs twice; keep one row a unit and time"
        )


def _wide(column: pd.Series, name: str) -> pd.DataFrame:
    """Return a units × times table of numbers, sorted both ways."""
    if not pd.api.types.is_numeric_dtype(column):
        raise ValueError(f"column {name!r} must hold numbers, has type {column.dtype}")
    wide = column.astype(float).replace([np.inf, -np.inf], np.nan).unstack()
    return wide.loc[_sorted(wide.index), sorted(wide.columns)]


def _sorted(names) -> list:
    """Return names in a stable order, whatever their types."""
    return sorted(names, key=lambda name: (str(type(name)), name if _plain(name) else str(name)))


def _plain(name) -> bool:
    return isinstance(name, (str, int, float, np.number))
