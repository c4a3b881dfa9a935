"""The survey design: which rows, with what weights, drawn how; and domains of it.

Every index takes its rows from a :class:`SurveyDesign` and hands its influence values back to it,
so weights, strata, clusters, missing values and domains are dealt with here and nowhere else.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate, Sampling
from skk_analysis.metrics.domain import Domain
from skk_analysis.metrics.replication import Replication, given_weights, resampling
from skk_analysis.metrics.tables import as_frame
from skk_analysis.sampling import alike, is_alike

__all__ = ["SurveyDesign", "as_design"]

Spec: TypeAlias = str | Sequence | np.ndarray | pd.Series | None


class SurveyDesign:
    """Rows of a sample with the way they were drawn.

    Parameters
    ----------
    frame : DataFrame
        One row a person or household (and year), or with ``frequencies`` so many of them.  It is
        not copied and not changed.  One plain column, an array or Series, becomes ``value``.  An
        Arrow table, a DuckDB relation or a Polars frame serves as well.
    weights : column name or array, optional
        Sampling weights, ≥ 0.  Only their ratios matter.  Default: all equal.
    strata : column name(s) or array, optional
        Strata within which the clusters were drawn independently.
    clusters : column name or array, optional
        First-stage sampling units.  Default: ``ids``, or each row by itself.
    ids : column name or array, optional
        Person or household identifier: the sampling unit when there are no clusters.
    fpc : column name or array, optional
        Finite population correction, constant within a stratum: number of clusters in the
        stratum's population, or, when ≤ 1, the share of them that was drawn.
    waves : column name or array, optional
        Year or round of a repeated or rotating sample.  Each wave is then a sample of its own
        (its strata have the number of clusters drawn that year), and units found in several waves
        make the estimates correlated.  Without it a year is a domain of one pooled sample, which
        is right for difference between years too, but conservative when the strata differ a lot.
    frequencies : column name or array, optional
        Number of identical people that a row stands for, for tables counted in a database.  Gives
        the same estimates *and* standard errors as the rows written out, if the table is counted
        by everything that tells people apart: value, weight, group, stratum and cluster.  Counted
        without clusters people count as drawn one by one.  Not with ids, which name one person.
    replicate_weights : sequence of column names, optional
        Weights of each replicate, made by the survey's producer.  The indices' standard errors
        then come from these, and strata, clusters and fpc are left out.
    replicate_method : {"brr", "jackknife", "bootstrap"}
        What the replicates are: squared deviations from the estimate count 1/R each, or (R−1)/R
        for a jackknife that leaves out one of R groups.
    replicate_scale : float or sequence of float, optional
        Another factor, for all or for each replicate: 1/(R(1−ρ)²) for Fay's BRR, (n−1)/n of its
        stratum for a stratified jackknife.
    missing : {"raise", "drop"}
        What to do with rows whose studied value is missing.  ``"drop"`` makes them a part of the
        sample outside the domain, and the estimate's ``method`` says how many they were.

    Notes
    -----
    The same (stratum, cluster) labels in two designs mean the same unit: identifiers must not be
    reused for other units in samples that are compared.  A unit that moves from one stratum to
    another counts as another unit.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"year": [2019, 2019, 2020, 2020], "income": [1.0, 3.0, 2.0, 2.0],
    ...                       "id": ["a", "b", "a", "b"]})
    >>> design = SurveyDesign(frame, ids="id")
    >>> design.where("year == 2019").n
    2
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        weights: Spec = None,
        strata: Spec = None,
        clusters: Spec = None,
        ids: Spec = None,
        fpc: Spec = None,
        *,
        waves: Spec = None,
        frequencies: Spec = None,
        replicate_weights: Sequence[str] | None = None,
        replicate_method: str = "bootstrap",
        replicate_scale: float | Sequence[float] | None = None,
        missing: str = "raise",
    ) -> None:
        if missing not in ("raise", "drop"):
            raise ValueError(f"missing must be 'raise' or 'drop', got {missing!r}")
        if frequencies is not None and ids is not None:
            raise ValueError(
                "ids name one person each, who cannot stand for several; leave frequencies out, or "
                "name households and other groups drawn together with clusters="
            )
        frame = as_frame(frame)
        if replicate_weights is not None and any(
            x is not None for x in (strata, clusters, ids, fpc, waves)
        ):
            raise ValueError(
                "replicate weights hold the whole design; leave strata, clusters, "
                "ids, fpc and waves out"
            )
        self._given = frame
        self.size = len(frame)
        self.missing = missing
        self.counts = self._numbers(frequencies, "frequencies")
        self.weights = self._numbers(weights, "weights")
        if frequencies is not None:
            self.weights = self.weights * self.counts
        self._weigh = is_alike(self.weights) or bool((self.weights > 0).all())
        self._draw_units(
            strata=self._labels(strata, "strata"),
            units=self._labels(clusters if clusters is not None else ids, "clusters"),
            waves=self._labels(waves, "waves"),
            fpc=None if fpc is None else self._numbers(fpc, "fpc"),
            counts=None if frequencies is None else self.counts,
        )

        self.replication: Replication | None = None
        if replicate_weights is not None:
            for column in replicate_weights:
                self._numbers(column, column)  # stops on a wrong one
            self.replication = given_weights(replicate_weights, replicate_method, replicate_scale)

    # made when first asked for, because an index of a plain array needs none of them

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table behind the design."""
        if isinstance(self._given, pd.DataFrame):
            return self._given
        return pd.DataFrame({"value": self._given}, copy=False)

    @cached_property
    def frame_rows(self) -> np.ndarray:
        """Positions of all rows of the frame."""
        return np.arange(self.size)

    @cached_property
    def rows(self) -> np.ndarray:
        """Positions of the domain's rows in the frame."""
        return self.frame_rows

    @cached_property
    def unit(self) -> np.ndarray:
        """Each row's unit within its wave."""
        return self.frame_rows

    def resampled(self, replicates: int = 1000, seed: int = 0) -> SurveyDesign:
        """Return the design with bootstrap replicates in place of linearised standard errors.

        Parameters
        ----------
        replicates : int, default 1000
        seed : int, default 0
            The same seed gives the same replicates.

        See Also
        --------
        skk_analysis.metrics.bootstrap
        """
        design = copy.copy(self)
        design.replication = resampling(self, replicates, seed)
        return design

    def _draw_units(self, *, strata, units, waves, fpc, counts) -> None:
        """Make one :class:`Sampling` a wave, and number each row's unit within its wave."""
        self.wave, number = _tuples(waves, slice(self.size))
        self.distinct_units = units is None
        self.samplings: list[Sampling] = []
        if number > 1:
            self.unit = np.empty(self.size, dtype=np.intp)
        for code in range(number):
            rows = slice(self.size) if number == 1 else np.flatnonzero(self.wave == code)
            stratum, _ = _tuples(strata, rows)
            keys = None
            first: np.ndarray | slice = slice(None)
            if units is not None:
                labels = pd.concat([*(strata or []), *units], axis=1).iloc[rows]
                unit, keys = _numbered(labels)
                first = np.unique(unit, return_index=True)[1]
                if number == 1:
                    self.unit = unit
                else:
                    self.unit[rows] = unit
            elif number > 1:
                self.unit[rows] = np.arange(len(stratum))
            self.samplings.append(
                Sampling.of_units(
                    stratum[first],
                    fraction=_sampled_fraction(fpc, rows, first, stratum),
                    # people counted within a cluster are drawn with it, not one by one
                    count=None if counts is None or units is not None else counts[rows],
                    keys=keys,
                )
            )

    # -- domains -----------------------------------------------------------------------------

    @property
    def n(self) -> int:
        """Number of rows in the domain."""
        return len(self.rows)

    def __repr__(self) -> str:
        units = sum(len(s.stratum) for s in self.samplings)
        strata = sum(len(s.size) for s in self.samplings)
        return f"SurveyDesign({self.n} of {self.size} rows, {units} units in {strata} strata)"

    def where(self, condition: str | Sequence[bool] | np.ndarray | pd.Series) -> SurveyDesign:
        """Return the domain where ``condition`` holds, within the same design.

        Parameters
        ----------
        condition : str or boolean array
            An expression for ``DataFrame.eval`` such as ``"year == 2019 and city == 'Espoo'"``,
            or one truth value for each row of the whole frame.
        """
        mask = self.frame.eval(condition, level=1) if isinstance(condition, str) else condition
        mask = np.asarray(pd.array(mask))
        if mask.shape != (self.size,) or mask.dtype != bool:
            raise ValueError(
                f"a condition gives True or False for each of the {self.size} rows of the "
                f"frame, got {mask.dtype} of shape {mask.shape} from {condition!r}"
            )
        return self._domain(self.rows[mask[self.rows]], condition)

    def assign(self, **columns) -> SurveyDesign:
        """Return the same design with further columns in its frame, as in ``DataFrame.assign``."""
        design = copy.copy(self)
        design._given = design.frame = self.frame.assign(**columns)
        return design

    def on(self, rows: np.ndarray) -> SurveyDesign:
        """Return the domain of the given row positions, in the given order."""
        domain = copy.copy(self)
        domain.rows = np.asarray(rows)
        return domain

    def split(self, by: str | Sequence[str]) -> Iterator[tuple[tuple, SurveyDesign]]:
        """Yield ``(labels, domain)`` for each combination of the columns ``by``, in order."""
        codes, labels = self.group_codes(by)
        for code, label in enumerate(labels.itertuples(index=False, name=None)):
            yield label, self._domain(self.rows[codes == code], label)

    def group_codes(self, by: str | Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
        """Return each domain row's group number, and the groups' labels in sorted order."""
        by = [by] if isinstance(by, str) else list(by)
        _require_columns(self.frame, by)
        keys = self._at(self.frame[by], self.rows)
        if keys.isna().any(axis=None):
            column = keys.columns[keys.isna().any()][0]
            raise ValueError(
                f"{keys[column].isna().sum()} rows have no {column!r}, so they belong to no group; "
                f"give them a label, or leave them out with .where"
            )
        grouped = keys.groupby(by, sort=True, observed=True)
        labels = grouped.size().index.to_frame(index=False)
        return grouped.ngroup().to_numpy(), labels

    def _at(self, table, rows: np.ndarray | None):
        """Return the rows of a frame or Series, itself when they are all of them."""
        return table if rows is None or rows is self.frame_rows else table.iloc[rows]

    def _domain(self, rows: np.ndarray, condition: object) -> SurveyDesign:
        if len(rows) == 0:
            raise ValueError(f"no rows: {condition!r} selects 0 of {self.n} rows of {self!r}")
        return self.on(rows)

    # -- values in, estimates out --------------------------------------------------------------

    def values(self, column: str, *, labels: bool = False) -> tuple[np.ndarray, np.ndarray, str]:
        """Return the domain rows with positive weight, their values, and a note on missing ones.

        Parameters
        ----------
        column : str
        labels : bool, default False
            The column holds names, and the values are their numbers in sorted order.

        Raises
        ------
        ValueError
            If a value is missing (with ``missing="raise"``), infinite or not a number.
        """
        rows, values, note = self.read(column, labels=labels)
        return (self.rows if rows is None else rows), values, note

    def read(
        self, column: str, *, labels: bool = False
    ) -> tuple[np.ndarray | None, np.ndarray, str]:
        """As :meth:`values`, with None for the rows when they are all of the frame's."""
        known = self.__dict__
        rows = known.get("rows") if known.get("rows") is not known.get("frame_rows") else None
        if not self._weigh:
            rows = self.rows[self.weights[self.rows] > 0]
        values = None if labels or rows is not None else self._plain(column)
        if values is None:
            _require_columns(self.frame, [column])
            series = self._at(self.frame[column], rows)
            values = _codes(series) if labels else _as_floats(series, column)
        if len(values) and np.isfinite(np.add.reduce(values)):
            return rows, values, ""
        rows = self.rows if rows is None else rows
        gone, note = np.isnan(values), ""
        if gone.any():
            if self.missing == "raise":
                raise ValueError(
                    f"{gone.sum()} of {len(values)} values of {column!r} are missing (first at row "
                    f'{self.frame.index[rows[gone][0]]!r}); missing="drop" leaves them out and '
                    "says so"
                )
            rows, values = rows[~gone], values[~gone]
            note = f"{gone.sum()} rows without {column} dropped"
        if len(values) == 0:
            raise ValueError(f"no rows with a value of {column!r} and a positive weight")
        if np.isinf(values).any():
            raise ValueError(f"{column!r} has infinite values (row {rows[np.isinf(values)][0]})")
        return rows, values, note

    def beside(self, spec: str | Sequence, rows: np.ndarray) -> pd.Series:
        """Return a further column at the given rows; missing values stop it unless dropped.

        Parameters
        ----------
        spec : column name, or array as long as the frame
        rows : ndarray of int
        """
        column = self._series(spec, "further column").iloc[rows]
        if column.isna().any() and self.missing == "raise":
            raise ValueError(
                f"{column.isna().sum()} of {len(rows)} values of {column.name!r} are missing, the "
                f"first at row {column.index[column.isna()][0]!r}; missing='drop' leaves them out "
                "and says so"
            )
        return column

    # -- reading columns -----------------------------------------------------------------------

    def _plain(self, spec: Spec) -> np.ndarray | None:
        """Return numbers that need no frame to be read: a plain array of them, or its column."""
        given = self._given
        if isinstance(spec, str):
            spec = given if spec == "value" and not isinstance(given, pd.DataFrame) else None
        if isinstance(spec, np.ndarray) and spec.dtype.kind in "fiu":
            return spec.astype(float, copy=False) if spec.shape == (self.size,) else None
        return None

    def _series(self, spec: Spec, role: str) -> pd.Series:
        """Return a column named, or given as an array as long as the frame."""
        if isinstance(spec, str):
            _require_columns(self.frame, [spec])
            return self.frame[spec]
        values = np.asarray(spec)
        if values.shape != (self.size,):
            raise ValueError(f"{role} has shape {values.shape} for {self.size} rows")
        return pd.Series(values, index=self.frame.index, name=role, copy=False)

    def _numbers(self, spec: Spec, role: str) -> np.ndarray:
        """Return non-negative finite design numbers; all ones when nothing is given."""
        if spec is None:
            return alike(1.0, self.size)
        values = self._plain(spec)
        if values is None:
            values = _as_floats(self._series(spec, role), role)
        if is_alike(values):
            values = np.array(values)  # only what was not given is told by its being alike
        if len(values) and values.min() >= 0 and 0 < values.sum() < np.inf:
            return values
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            raise ValueError(
                f"{role} must be finite and ≥ 0: {wrong.sum()} are not, the first is "
                f"{values[wrong][0]} at row {self.frame.index[np.flatnonzero(wrong)[0]]!r}"
            )
        if len(values) and values.sum() == 0:
            raise ValueError(f"all {role} are 0, so no row counts")
        return values

    def _labels(self, spec: Spec, role: str) -> list[pd.Series] | None:
        """Return identifier columns, complete; several strata columns cross to one."""
        if spec is None:
            return None
        several = isinstance(spec, (list, tuple)) and all(
            isinstance(s, str) and s in self.frame.columns for s in spec
        )
        columns = [self._series(s, role) for s in (spec if several else [spec])]
        for column in columns:
            if column.isna().any():
                row = self.frame.index[np.flatnonzero(column.isna())[0]]
                raise ValueError(
                    f"{role}: {column.isna().sum()} rows have no {column.name!r}, the first at "
                    f"{row!r}; every row needs its place in the design"
                )
        return columns

    def estimate(
        self,
        value: float,
        rows: np.ndarray,
        influence: np.ndarray,
        *,
        method: str,
        unit: str = "",
        bounds: tuple[float, float] = UNBOUNDED,
    ) -> Estimate:
        """Return the estimate whose influence function has the values ``influence`` at ``rows``.

        Parameters
        ----------
        value : float
        rows : ndarray of int, shape (n,)
            Positions in the frame, each once.
        influence : ndarray of float, shape (n,)
            Influence function at each row, under the domain's weighted distribution.
        """
        if self.replication is not None:
            raise ValueError(
                "this is estimated by linearisation, which replicates do not serve; use the design "
                "with its strata and clusters, not replicate weights or .resampled()"
            )
        return Domain(self, rows).estimate(
            value, influence, method=method, unit=unit, bounds=bounds
        )


def as_design(
    data, column=None, *, weights=None, frequencies=None, missing=None
) -> tuple[SurveyDesign, str]:
    """Return a design and a column name from whatever an index was called with.

    Parameters
    ----------
    data : SurveyDesign, DataFrame or another table, Series or array-like
    column : str, optional
        Needed with a design or a frame.
    weights, frequencies : column name or array, optional
        Not with a design, which has its own.
    missing : {"raise", "drop"}, optional
        Overrides the design's rule.
    """
    if isinstance(data, SurveyDesign):
        if weights is not None:
            raise ValueError("a SurveyDesign carries its own weights; leave weights= out")
        if frequencies is not None:
            raise ValueError("a SurveyDesign carries its own frequencies; leave frequencies= out")
        design = copy.copy(data) if missing else data
        design.missing = missing or data.missing
    else:
        data = as_frame(data)
        if not isinstance(data, pd.DataFrame):
            data, column = data if isinstance(data, pd.Series) else np.asarray(data), "value"
            if data.ndim != 1:
                raise ValueError(f"values must be one-dimensional, got shape {data.shape}")
        design = SurveyDesign(data, weights, frequencies=frequencies, missing=missing or "raise")
    if column is None:
        columns = list(design.frame.columns)
        raise ValueError(f"name the column to study, one of {columns}")
    return design, column


# -- reading columns ---------------------------------------------------------------------------


def _require_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise KeyError(f"no column {absent[0]!r}; the columns are {list(frame.columns)}")


def _as_floats(series: pd.Series, role: str) -> np.ndarray:
    try:
        return series.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{role!r} must hold numbers: {error}; try pandas.to_numeric") from None


def _codes(series: pd.Series) -> np.ndarray:
    """Return each name's number in sorted order, NaN where there is none."""
    codes = pd.factorize(series, sort=True)[0].astype(float)
    return np.where(codes < 0, np.nan, codes)


def _tuples(columns: list[pd.Series] | None, rows: np.ndarray | slice) -> tuple[np.ndarray, int]:
    """Number the sets of labels in crossed columns, by appearance; return how many they are."""
    if columns is None:
        length = rows.stop if isinstance(rows, slice) else len(rows)
        return alike(0, length), min(length, 1)
    codes, keys = _numbered(pd.concat(columns, axis=1).iloc[rows])
    return codes, len(keys)


def _numbered(labels: pd.DataFrame) -> tuple[np.ndarray, pd.MultiIndex]:
    """Number the distinct rows of ``labels`` in order of appearance, and return them as keys."""
    names = list(labels.columns)
    labels = labels.set_axis(range(len(names)), axis=1)  # two columns may have the same name
    codes = labels.groupby(list(labels.columns), sort=False, observed=True).ngroup().to_numpy()
    keys = pd.MultiIndex.from_frame(labels.drop_duplicates(), names=names)
    return codes, keys


def _sampled_fraction(fpc, rows, first, stratum) -> np.ndarray | None:
    """Return each stratum's sampled share from the fpc column, checked to be constant within."""
    if fpc is None:
        return None
    stated = fpc[rows]
    low = np.full(stratum.max() + 1, np.inf)
    high = np.zeros(stratum.max() + 1)
    np.minimum.at(low, stratum, stated)
    np.maximum.at(high, stratum, stated)
    drawn = np.bincount(stratum[first])
    fraction = np.where(low <= 1, low, drawn / low)
    if (low != high).any() or (fraction > 1).any():
        worst = int(np.argmax((low != high) | (fraction > 1)))
        raise ValueError(
            "fpc is the number of clusters in the stratum's population (or the share drawn), the "
            f"same on all its rows and ≥ those drawn; stratum number {worst} has {low[worst]} to "
            f"{high[worst]} with {drawn[worst]} drawn"
        )
    return fraction
