"""Which indicators were agreed before their outcome could be known, and which came afterwards.

The choice register (`indicator_choices`) says who chose which indicator and method, and when.  A
number is *agreed beforehand* if and only if its indicator was chosen on or before the last day on
which nobody could yet know the outcome; otherwise it was *added afterwards*, and a number whose
indicator is not in the register was *not chosen*.

When an outcome can first be known
----------------------------------
registers (``rekisteri``, ``toiminta``)
    The last day of the reference year: only then is the year, or the state at its end, complete.
    Figures are published half a year to two years later, but the publication date would be too
    lenient a limit: a city sees its own registers before the publisher does.
the city's own survey (``kokemus``)
    The day before its forms went out (column ``opened`` of the register's table `surveys`): the
    first answers are knowledge.
other surveys (``kysely``), and own surveys without an ``opened`` date
    The last day of the year before: the field work's dates are unknown, so the strictest reading
    holds.

The outcome of a report is its latest reference year.  Figures of earlier years stand there as the
baseline that the outcome is compared with, and have their outcome's mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

__all__ = ["Status", "choice_marks", "outcome_limit", "weakest_marks"]

Status = Literal["beforehand", "afterwards", "not_chosen"]

REGISTERS = ("rekisteri", "toiminta")


@dataclass(frozen=True)
class Limit:
    """The last day of choosing beforehand, and the rule that gives it.

    ``rule`` is ``year_end``, ``survey_opened`` or ``survey_year``.
    """

    day: date
    rule: str


def outcome_limit(kind: str, year: int, surveys: pd.DataFrame | None = None) -> Limit:
    """The last day on which an indicator of this kind could be chosen beforehand.

    Parameters
    ----------
    kind : ``rekisteri``, ``toiminta``, ``kysely`` or ``kokemus``, as in the indicator dictionary
    year : reference year of the outcome
    surveys : the register's table `surveys`, one city's rows; its residents' survey of the year
        dates the indicators of experience
    """
    if kind in REGISTERS:
        return Limit(date(year, 12, 31), "year_end")
    if kind == "kokemus" and surveys is not None and "opened" in surveys.columns:
        own = surveys[(surveys["experiment"] == "") & (surveys["year"] == str(year))]
        opened = [date.fromisoformat(text) for text in own["opened"] if text]
        if opened:
            return Limit(min(opened) - timedelta(days=1), "survey_opened")
    return Limit(date(year - 1, 12, 31), "survey_year")


def choice_marks(
    choices: pd.DataFrame | None,
    indicators: pd.DataFrame,
    years: Mapping[str, int],
    *,
    first_year: int,
    city: str = "",
    surveys: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every indicator of the dictionary with its mark.

    Parameters
    ----------
    choices : the table `indicator_choices`; rows with an empty city hold for all
    indicators : the indicator dictionary, indexed by id, with its column ``kind``
    years : reference year of each indicator's outcome; an indicator that is not there has none
        and is left out
    first_year : the programme's first reported year
    city : municipality code; empty = the table holds one city's rows already
    surveys : the table `surveys`, one city's rows

    Returns
    -------
    DataFrame
        Indexed by indicator: ``status`` (see `Status`), ``chosen_on`` (ISO date, empty if undated
        or not chosen), ``chosen_by``, ``methods`` (joined by ``;``), ``outcome_year``, ``limit``
        (ISO date), ``rule`` (see `Limit`), ``declared`` (the register's ``agreed_beforehand``),
        ``contradiction``: ``declared_too_early`` (declared agreed beforehand, but the date is
        after the limit or missing), ``declared_too_late`` (declared added afterwards, though
        chosen before the limit of the programme's first outcome), ``known_already`` (declared
        agreed beforehand, but the latest figure is older than the programme: there is no outcome
        yet that the choice could have come before), or empty.  Where a city chose an indicator
        more than once the first choice counts.
    """
    mine: dict[str, list[dict]] = {}
    for choice in _of_city(choices, city).to_dict("records"):
        mine.setdefault(choice["indicator"], []).append(choice)
    rows = {}
    for name, year in years.items():
        kind = indicators.loc[name, "kind"] if name in indicators.index else "kysely"
        limit = outcome_limit(kind, year, surveys)
        first = outcome_limit(kind, first_year, surveys)
        rows[name] = _mark(mine.get(name, []), limit, first) | {"outcome_year": year}
    columns = [
        "status", "chosen_on", "chosen_by", "methods", "outcome_year", "limit", "rule", "declared",
        "contradiction",
    ]  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("indicator")


def weakest_marks(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One row an indicator for a report on several cities: that of the city with the weakest mark.

    Parameters
    ----------
    tables : answers of `choice_marks`, one a city
    """
    order = {"not_chosen": 0, "afterwards": 1, "beforehand": 2}
    rows = pd.concat([table.reset_index() for table in tables], ignore_index=True)
    rows = rows.assign(place=rows["status"].map(order)).sort_values("place", kind="stable")
    found = rows.drop_duplicates("indicator").set_index("indicator").drop(columns="place")
    return found.loc[list(dict.fromkeys(name for table in tables for name in table.index))]


def _of_city(choices: pd.DataFrame | None, city: str) -> pd.DataFrame:
    if choices is None:
        return pd.DataFrame(columns=["city_code", "indicator"], dtype="str")
    if not city or "city_code" not in choices.columns:
        return choices
    return choices[choices["city_code"].isin(["", city])]


def _mark(choices: list[dict], limit: Limit, first: Limit) -> dict[str, str]:
    mark = {"limit": limit.day.isoformat(), "rule": limit.rule}
    if not choices:
        empty = dict.fromkeys(("chosen_on", "chosen_by", "methods", "declared"), "")
        return mark | empty | {"status": "not_chosen", "contradiction": ""}
    dated = sorted(choices, key=lambda choice: _day(choice) or date.max)
    earliest, day = dated[0], _day(dated[0])
    status: Status = "beforehand" if day is not None and day <= limit.day else "afterwards"
    declared = str(earliest.get("agreed_beforehand", ""))
    contradiction = ""
    if declared == "yes" and status == "afterwards":
        contradiction = "declared_too_early" if limit.day >= first.day else "known_already"
    elif declared == "no" and day is not None and day <= min(limit.day, first.day):
        contradiction = "declared_too_late"
    return mark | {
        "status": status,
        "chosen_on": day.isoformat() if day else "",
        "chosen_by": str(earliest.get("chosen_by", "")),
        "methods": ";".join(dict.fromkeys(c["method"] for c in dated if c.get("method"))),
        "declared": declared,
        "contradiction": contradiction,
    }


def _day(row: Mapping[str, str]) -> date | None:
    text = str(row.get("date", "")).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"indicator_choices: the date of {row['indicator']!r} is {text!r}; write it as "
            "2019-05-15, or leave it empty: then the choice counts as made afterwards"
        ) from None
