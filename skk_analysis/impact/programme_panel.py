"""The panel of an experiment, from the processed data and the programme register."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from skk_analysis import protected
from skk_analysis.impact.panel import Panel
from skk_analysis.programme import Programme
from skk_analysis.workspace import Workspace, once

__all__ = [
    "PANEL_LEVELS",
    "experiment_row",
    "first_full_year",
    "pandemic_years",
    "panel_of",
    "programme_panel",
]

POPULATION = {"municipality": "municipal_population", "postal_area": "population"}
PANEL_LEVELS = tuple(POPULATION)
VALUES = "indicator_values"
COLUMNS = [
    "unit_level", "unit_code", "indicator", "reference_year", "group", "value", "status",
    "resource",
]  # fmt: skip
HALF_YEAR = 7  # an experiment that begins in July or later can hardly move that year's figure


def programme_panel(
    indicators: Sequence[str],
    *,
    experiment: str | None = None,
    level: str | None = None,
    start: int | None = None,
    workspace: Workspace | None = None,
) -> Panel:
    """Return units × years of some indicators, with the treated units of the programme.

    Parameters
    ----------
    indicators : sequence of str
        Ids of the indicator dictionary.
    experiment : str, optional
        Id of an experiment: its units are treated (register table ``exposure``), the units of
        other experiments and the programme's other cities are excluded from comparison.  Without
        one, all cities that take part are treated.
    level : {"municipality", "postal_area"}, optional
        Default the experiment's own level.
    start : int, optional
        First treated year; default see :func:`first_full_year`, or the programme's first year.
    workspace : Workspace, optional
        Default the one at hand.

    Notes
    -----
    Where the register has a table ``pandemic_exposure`` (unit_level, unit_code, exposure), it is
    what the pandemic adjustment uses; else log population is.

    Raises
    ------
    ValueError
        If the experiment or an indicator is not there, or the experiment is measured in a survey
        (use :func:`~skk_analysis.impact.before_after`).
    """
    workspace = workspace or Workspace.find()
    programme = Programme.of(workspace)
    row = experiment_row(programme, experiment) if experiment else None
    level = level or (row["level"] if row is not None else "municipality")
    if level not in POPULATION:
        raise ValueError(
            f"experiment {experiment!r} is measured at level {level!r}; a panel needs one of "
            f"{list(POPULATION)}: use before_after for a survey"
        )
    values = indicator_rows(workspace, [*indicators, POPULATION[level]])
    if row is None:
        first = start or min(programme.years())
        treated: dict[Hashable, int] = {city.code: first for city in programme.cities()}
        excluded: dict[Hashable, str] = {}
    else:
        units, excluded = _units(programme, row, level)
        first = start or first_full_year(row["started"])
        treated = dict.fromkeys(units, first)
    return panel_of(
        values,
        indicators,
        level=level,
        treated=treated,
        excluded=excluded,
        exposure=programme.optional_table("pandemic_exposure"),
        pandemic=pandemic_years(programme),
    )


def indicator_rows(workspace: Workspace, indicators: Sequence[str]) -> pd.DataFrame:
    """Return the rows of some indicators in the processed table, the whole table if one has none.

    Raises
    ------
    SkkError
        If the data have not been cleaned.
    """
    path = workspace.processed / f"{VALUES}.parquet"
    if not path.is_file():
        return workspace.table(VALUES)  # says so
    wanted = list(dict.fromkeys(indicators))
    rows = once((path, *wanted), lambda: _indicator_rows(path, wanted))
    return rows if rows["indicator"].nunique() == len(wanted) else workspace.table(VALUES)


def _indicator_rows(path: Path, indicators: list[str]) -> pd.DataFrame:
    filters = [[("indicator", "in", indicators)]]
    rows = pd.read_parquet(path, columns=COLUMNS, filters=filters)
    cells = path.with_name(protected.FILE)
    return protected.masked(rows, protected.read(cells, filters)) if cells.is_file() else rows


def panel_of(
    values: pd.DataFrame,
    indicators: Sequence[str],
    *,
    treated: Mapping[Hashable, int],
    level: str = "municipality",
    excluded: Mapping[Hashable, str] | None = None,
    exposure: pd.DataFrame | None = None,
    pandemic: tuple[int, ...] = (2020,),
) -> Panel:
    """Return units × years of some indicators from tables at hand.

    Parameters
    ----------
    values : DataFrame
        Rows of the processed table ``indicator_values``.
    indicators : sequence of str
        Ids of the indicator dictionary; the population of the level comes besides.
    treated : mapping of unit to first treated year
        Units without a row are left out.
    level : {"municipality", "postal_area"}, default "municipality"
    excluded : mapping of unit to reason, optional
    exposure : DataFrame, optional
        Register table ``pandemic_exposure``, see :func:`programme_panel`.
    pandemic : tuple of int

    Raises
    ------
    ValueError
        If an indicator has no values, or some unit no exposure.
    """
    frame = _wide(values, level, [*indicators, POPULATION[level]])
    frame, column = _with_exposure(frame, exposure, level)
    present = set(frame["unit"])
    return Panel(
        frame,
        unit="unit",
        time="year",
        treated={unit: year for unit, year in treated.items() if unit in present},
        population=POPULATION[level],
        exposure=column,
        excluded={unit: why for unit, why in (excluded or {}).items() if unit in present},
        pandemic=pandemic,
    )


def first_full_year(started: str) -> int:
    """Return the first year whose figure a start date can move: the next one from July on.

    Examples
    --------
    >>> first_full_year("2019-03-13"), first_full_year("2019-09-16")
    (2019, 2020)
    """
    day = datetime.date.fromisoformat(started)
    return day.year + (day.month >= HALF_YEAR)


def experiment_row(programme: Programme, experiment: str) -> Mapping[str, str]:
    """Return an experiment's row of the register.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    table = programme.table("experiments").set_index("id", drop=False)
    if experiment not in table.index:
        raise ValueError(
            f"the register has no experiment {experiment!r}; it has {sorted(table.index)}"
        )
    return table.loc[experiment].to_dict()


def _units(
    programme: Programme, row: Mapping[str, str], level: str
) -> tuple[list[str], dict[Hashable, str]]:
    """Return the experiment's units and those that may not be compared with, with the reason."""
    exposure = programme.table("exposure")
    exposure = exposure[exposure["unit_level"] == level]
    own = exposure["experiment"] == row["id"]
    units = list(dict.fromkeys(exposure.loc[own, "unit_code"]))
    if not units:
        raise ValueError(
            f"the register's table exposure has no {level} of experiment {row['id']!r}; add its "
            "units there"
        )
    others = exposure.loc[~own, ["unit_code", "experiment"]].itertuples(index=False)
    excluded: dict[Hashable, str] = {code: f"experiment {name}" for code, name in others}
    if level == "municipality":
        excluded |= {city.code: "takes part in the programme" for city in programme.cities()}
    return units, {unit: why for unit, why in excluded.items() if unit not in units}


def _wide(table: pd.DataFrame, level: str, indicators: Sequence[str]) -> pd.DataFrame:
    """Return one row a unit and year with a column for each indicator; unobserved ones are NaN."""
    if unknown := sorted(set(indicators) - set(table["indicator"].unique())):
        raise ValueError(
            f"no values of indicator(s) {unknown}; the processed data hold "
            f"{sorted(table.loc[table['unit_level'] == level, 'indicator'].unique())}"
        )
    mine = table[
        (table["unit_level"] == level)
        & table["indicator"].isin(indicators)
        & (table["group"] == "total")
        & (table["status"] == "observed")
    ]
    keys = ["unit_code", "reference_year"]
    wide = mine.pivot(index=keys, columns="indicator", values="value").reset_index()
    wide = wide.rename(columns={"unit_code": "unit", "reference_year": "year"})
    wide["unit"] = wide["unit"].astype(object)
    return wide.rename_axis(columns=None)


def _with_exposure(
    frame: pd.DataFrame, table: pd.DataFrame | None, level: str
) -> tuple[pd.DataFrame, str | None]:
    """Return the frame with the units' exposure to the pandemic, where the register tells it.

    The optional table ``pandemic_exposure`` has the columns unit_level, unit_code and exposure, a
    number such as the share of jobs in restaurants and culture; every unit must have one.
    """
    if table is None or level not in set(table["unit_level"]):
        return frame, None
    mine = table[table["unit_level"] == level].set_index("unit_code")["exposure"]
    known = pd.to_numeric(mine, errors="coerce")
    if lacking := sorted(set(frame["unit"]) - set(known.dropna().index)):
        raise ValueError(
            f"the register's table pandemic_exposure has no number for {level} {lacking[0]} "
            f"({len(lacking)} lack one); give every unit one, or remove the {level} rows"
        )
    return frame.assign(exposure=frame["unit"].map(known)), "exposure"


def pandemic_years(programme: Programme) -> tuple[int, ...]:
    """Return the years that the register marks as the pandemic's."""
    years = programme.table("years")
    return tuple(int(y) for y in years.loc[years["pandemic"] == "yes", "year"])
