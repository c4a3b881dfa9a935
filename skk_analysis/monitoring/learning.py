"""Five things that an experiment can do besides having an effect."""

from __future__ import annotations

import pandas as pd

from skk_analysis.monitoring.typed import require_columns

__all__ = ["LEARNING_TASKS", "learning_tasks"]

LEARNING_TASKS = ("learning", "participation", "debate", "structures", "management")
"""Place of learning, field of participation, opener of debate, challenger of structures, tool of
management (Sitran selvityksiä 77, 2014)."""


def learning_tasks(learning: pd.DataFrame | None) -> pd.DataFrame:
    """Return the five tasks with whether each was fulfilled, and whether anything shows it.

    Parameters
    ----------
    learning : DataFrame or None
        Rows of one experiment of the register's table ``learning``: task, fulfilled (yes/no),
        evidence_fi …; None where the register has no such table.

    Returns
    -------
    DataFrame
        One row a task in the fixed order: task, state, and the table's other columns (empty where
        it has no row).  ``state`` is ``yes`` only with evidence: a yes without any is
        ``claimed``; ``no``; ``unknown`` where nothing is recorded.

    Raises
    ------
    ValueError
        On an unknown task, one that occurs twice, or an answer other than yes, no or empty.
    """
    if learning is None:
        learning = pd.DataFrame(columns=["task", "fulfilled"], dtype="str")
    require_columns(learning, "learning", "task", "fulfilled")
    for row, (task, answer) in enumerate(
        zip(learning["task"], learning["fulfilled"], strict=True), 2
    ):
        if task not in LEARNING_TASKS:
            raise ValueError(
                f"register table 'learning', row {row}: task is {task!r}; use one of "
                f"{', '.join(LEARNING_TASKS)}"
            )
        if answer not in ("yes", "no", ""):
            raise ValueError(
                f"register table 'learning', row {row}: fulfilled is {answer!r}; write yes or no"
            )
    if (twice := learning["task"].duplicated()).any():
        task = learning["task"][twice].iloc[0]
        raise ValueError(f"register table 'learning': task {task!r} occurs twice; keep one row")
    table = learning.set_index("task").reindex(list(LEARNING_TASKS), fill_value="")
    evidence = [name for name in table.columns if str(name).startswith("evidence")]
    shown = table[evidence].ne("").any(axis=1) if evidence else pd.Series(False, table.index)
    words = {"yes": "claimed", "no": "no", "": "unknown"}
    state = table["fulfilled"].map(words)
    state = state.mask(table["fulfilled"].eq("yes") & shown, "yes")
    return table.assign(state=state).drop(columns="fulfilled").reset_index()
