"""The audit of everything that is out or about to go out together."""

from __future__ import annotations

import pandas as pd

from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.relations import Relations

__all__ = ["audit"]


def audit(cells: pd.DataFrame, relations: Relations, policy: Policy) -> pd.DataFrame:
    """Return for every cell whether it may go out beside all the others, and why not.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, in the order of ``relations``; columns ``value`` (of hidden cells NaN is
        allowed), ``hidden`` (bool) and ``rule`` (of the primary rules, ``""`` where none); optional
        ``lower``, ``upper``, ``rounding``, ``required_low``, ``required_high`` as in `suppress`.
    relations : Relations
        Over all tables, years and reports (:meth:`Relations.beside`, :meth:`Relations.same`).
    policy : Policy

    Returns
    -------
    DataFrame
        With the index of ``cells``: ``outcome`` (``pass``, ``fail``, ``review``), ``reason`` (""
        where it passes), ``low``, ``high``, ``required_low``, ``required_high``.
    """
    raise NotImplementedError
