"""The six questions of OECD's Development Assistance Committee, answered or not."""

from __future__ import annotations

import pandas as pd

from skk_analysis.monitoring.typed import require_columns

__all__ = ["DAC_CRITERIA", "dac_answers"]

DAC_CRITERIA = (
    "relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability",
)  # fmt: skip
"""Adopted on 10 December 2019."""


def dac_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the six questions in order with the register's answer, empty where there is none.

    Parameters
    ----------
    answers : DataFrame
        The register's table ``dac_answers``: question, answer_*, shown_in (sections of the report
        where the evidence is, joined by ``;``).

    Returns
    -------
    DataFrame
        The register's columns for all six, with answered and shown (sections are named).

    Raises
    ------
    ValueError
        On a question that does not exist, or one answered twice.
    """
    require_columns(answers, "dac_answers", "question", "shown_in")
    odd = [cell for cell in answers["question"] if cell not in DAC_CRITERIA]
    if odd:
        raise ValueError(
            f"register table 'dac_answers': question is {odd[0]!r}; use one of "
            f"{', '.join(DAC_CRITERIA)}"
        )
    if answers["question"].duplicated().any():
        twice = answers.loc[answers["question"].duplicated(), "question"].iloc[0]
        raise ValueError(f"register table 'dac_answers': {twice} is answered twice; keep one row")
    rows = answers.set_index("question").reindex(DAC_CRITERIA).fillna("")
    told = rows.filter(regex=r"^answer(_|$)")
    return (
        rows.assign(answered=(told != "").any(axis=1), shown=rows["shown_in"] != "")
        .rename_axis("question")
        .reset_index()
    )
