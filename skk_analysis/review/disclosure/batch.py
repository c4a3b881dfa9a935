"""The audit of everything that is out or about to go out together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.review.disclosure.attacker import Knowledge
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.protection import required
from skk_analysis.review.disclosure.relations import SLACK, Relations

__all__ = ["FAIL", "PASS", "REVIEW", "audit"]

PASS, FAIL, REVIEW = "pass", "fail", "review"
COLUMNS = ("value", "hidden", "rule")


def audit(cells: pd.DataFrame, relations: Relations, policy: Policy) -> pd.DataFrame:
    """Return for every cell whether it may go out beside all the others, and why not.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, in the order of ``relations``; columns ``value`` (the true one; NaN is
        allowed where hidden), ``hidden`` (bool) and ``rule`` (of the primary rules, ``""`` where
        none); optional ``lower``, ``upper``, ``rounding``, ``required_low``, ``required_high`` as
        in `suppress`, NaN for the default.
    relations : Relations
        Over all tables, years and reports (:meth:`Relations.beside`, :meth:`Relations.same`).
    policy : Policy

    Returns
    -------
    DataFrame
        With the index of ``cells``: ``outcome`` (``pass``, ``fail``, ``review``), ``reason``
        (``""`` where it passes), ``low``, ``high`` (the attacker's interval), ``required_low``,
        ``required_high``.

        ``fail``: a cell with a rule is shown, or what is shown gives it away.  ``review``: a
        hidden cell without a rule that can be worked out (it protects nothing), a hidden cell with
        a rule but without a value to tell what it needs, or numbers that contradict each other.

    Raises
    ------
    ValueError
        If a column is missing, or the rows are not as many as the relations' cells.

    Notes
    -----
    The three outcomes, and a reason for each output, follow ACRO (Green et al. 2023).  Every
    hidden cell is attacked with all published cells of all tables together, whole numbers
    considered; cells whose tables have nothing in common are attacked apart.

    Examples
    --------
    Two reports give one city's total with and without a district of 3 persons:

    >>> cells = pd.DataFrame({"value": [3.0, 90.0, 93.0], "hidden": [True, False, False],
    ...                       "rule": ["minimum_count", "", ""]})
    >>> found = audit(cells, Relations.sums({2: [0, 1]}, cells=3), Policy())
    >>> found.loc[0, "outcome"], found.loc[0, "reason"]
    ('fail', 'what is shown gives it away exactly')
    """
    absent = [name for name in COLUMNS if name not in cells.columns]
    if absent:
        raise ValueError(f"columns {absent} are missing; the audit needs {', '.join(COLUMNS)}")
    if len(cells) != relations.cells:
        raise ValueError(f"{len(cells)} rows for relations between {relations.cells} cells")
    value = cells["value"].to_numpy(dtype=float)
    hidden = cells["hidden"].to_numpy(dtype=bool)
    rule = cells["rule"].fillna("").to_numpy(dtype=str)
    rounding = np.where(hidden, 0.0, _column(cells, "rounding", 0.0))
    base = np.where(rounding > 0, rounding, 1.0)
    knowledge = Knowledge.of(
        np.where(rounding > 0, np.round(value / base) * base, value),
        relations,
        hidden,
        lower=_column(cells, "lower", 0.0),
        upper=_column(cells, "upper", np.inf),
        rounding=rounding,
    )
    low, high, wrong = knowledge.intervals(integer=True)
    need_low, need_high = (
        _column(cells, name, default)
        for name, default in zip(
            ("required_low", "required_high"), required(value, rule, policy), strict=True
        )
    )
    slack = 10 * SLACK * np.maximum(1, np.nan_to_num(abs(value)))
    given_away = (low > need_low + slack) | (high < need_high - slack)
    fixed = high - low <= slack
    outcome = np.full(len(value), PASS, dtype="<U6")
    reason = np.full(len(value), "", dtype=object)
    for found, verdict, why in (
        (hidden & fixed & (rule == ""), REVIEW, "can be worked out, so hiding it protects nothing"),
        (hidden & (rule != "") & np.isnan(need_low), REVIEW, "no value: its need is not known"),
        (wrong, REVIEW, "the published numbers contradict each other"),
        (hidden & (rule != "") & ~wrong & fixed, FAIL, "what is shown gives it away exactly"),
        (
            hidden & (rule != "") & ~wrong & ~fixed & given_away,
            FAIL,
            "what is shown narrows it too far",
        ),
        (~hidden & (rule != ""), FAIL, "shown against the rule"),
    ):
        outcome[found], reason[found] = verdict, why
    named = reason == "shown against the rule"
    reason[named] = [f"shown against the rule {name}" for name in rule[named]]
    return pd.DataFrame(
        {
            "outcome": outcome.astype(object),
            "reason": reason,
            "low": low,
            "high": high,
            "required_low": need_low,
            "required_high": need_high,
        },
        index=cells.index,
    )


def _column(cells: pd.DataFrame, name: str, default: float | np.ndarray) -> np.ndarray:
    if name not in cells.columns:
        return np.broadcast_to(np.asarray(default, dtype=float), (len(cells),)).copy()
    given = cells[name].to_numpy(dtype=float)
    return np.where(np.isnan(given), default, given)
