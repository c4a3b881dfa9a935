"""What is known, uncertain and unknown, by one rule that is kept with the answer."""

from __future__ import annotations

import math

import pandas as pd

__all__ = ["KNOWN_RULES", "known_table"]

KNOWN, UNCERTAIN, UNKNOWN = "known", "uncertain", "unknown"

KNOWN_RULES: dict[str, str] = {
    "no_study": UNKNOWN,
    "no_interval": UNKNOWN,
    "design_without_comparison": UNCERTAIN,
    "single_study": UNCERTAIN,
    "interval_includes_zero": UNCERTAIN,
    "varies_between_places": UNCERTAIN,
    "no_effect_larger_than": KNOWN,
    "positive_effect": KNOWN,
    "negative_effect": KNOWN,
}
"""Rules in the order in which they are tried, and the state that each gives."""

CAUSAL = 3  # Maryland grade from which a difference may be called an effect
COLUMNS = ("finding", "studies", "grade", "lower", "upper")


def known_table(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the state of knowledge on each finding.

    Parameters
    ----------
    findings : DataFrame
        One row a question: ``finding``; ``studies``, how many independent ones there are;
        ``grade``, the Maryland Scientific Methods grade of the best body of evidence, 1 to 5;
        ``lower`` and ``upper``, the interval of the (pooled) effect, NaN where there is none.
        Optionally ``limit``, the smallest effect that matters, and ``prediction_lower`` and
        ``prediction_upper``, the interval of the effect in a further place.

    Returns
    -------
    DataFrame
        The findings with ``state`` (known, uncertain or unknown) and ``rule``, one of
        :data:`KNOWN_RULES`.

    Raises
    ------
    ValueError
        If a column is missing or a figure is impossible, naming the finding.

    Examples
    --------
    >>> row = {"finding": "f", "studies": 1, "grade": 3, "lower": 0.1, "upper": 0.5}
    >>> known_table(pd.DataFrame([row]))[["state", "rule"]].values.tolist()
    [['uncertain', 'single_study']]

    Notes
    -----
    Unknown: no study, or none with an interval.  Uncertain: the best design has no comparison
    group (grade below 3); one study only, which nobody has repeated; the interval covers zero
    without lying within ± limit; or the interval of a further place covers zero while that of the
    mean does not, so that the effect is known on average but not where it would be tried next.
    Known: what is left, either way, or no effect larger than the limit.  The rule is this suite's
    own; it is not a GRADE assessment.
    """
    for column in COLUMNS:
        if column not in findings:
            raise ValueError(f"the findings lack the column {column!r}: {list(findings.columns)}")
    rules = [_rule(row) for row in findings.to_dict("records")]
    states = [KNOWN_RULES[rule] for rule in rules]
    return findings.reset_index(drop=True).assign(state=states, rule=rules)


def _rule(row: dict) -> str:
    name = row["finding"]
    studies, grade = _number(row, "studies"), _number(row, "grade")
    lower, upper = _number(row, "lower"), _number(row, "upper")
    limit = _number(row, "limit")
    if math.isnan(studies) or studies < 0:
        raise ValueError(f"finding {name!r}: studies is {row['studies']!r}; give 0 or more")
    if not studies:
        return "no_study"
    if grade not in range(1, 6):
        raise ValueError(f"finding {name!r}: grade is {row['grade']!r}; it is 1 to 5")
    if lower > upper or limit < 0:
        raise ValueError(
            f"finding {name!r}: the interval {lower} to {upper} or the limit {limit} is impossible"
        )
    if math.isnan(lower) or math.isnan(upper):
        return "no_interval"
    if grade < CAUSAL:
        return "design_without_comparison"
    if studies < 2:
        return "single_study"
    if -limit < lower and upper < limit:
        return "no_effect_larger_than"
    if lower <= 0 <= upper:
        return "interval_includes_zero"
    if _number(row, "prediction_lower") <= 0 <= _number(row, "prediction_upper"):
        return "varies_between_places"
    return "positive_effect" if lower > 0 else "negative_effect"


def _number(row: dict, column: str) -> float:
    value = row.get(column)
    return math.nan if value is None or value is pd.NA else float(value)
