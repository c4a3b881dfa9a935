"""What a city's residents answered in a year, and the shares that agree, each computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.reporting.analysis import AGREE, DIVISIONS, agreeing
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.small_groups import shown_rates

COLUMNS = ["respondent_id", "question", "answer", "weight", *DIVISIONS]


@dataclass(frozen=True, eq=False)
class Answers:
    """The residents' answers of a year.

    Parameters
    ----------
    rows : those that were given
    policy : below which sizes nothing is shown
    """

    rows: pd.DataFrame
    policy: Policy

    @classmethod
    def of(cls, responses: pd.DataFrame, year: int, policy: Policy) -> Answers:
        """The answers of a year among all responses of a city."""
        given = (responses["group"] == "resident") & (responses["status"] == "observed")
        return cls(responses.loc[given & (responses["year"] == year), COLUMNS], policy)

    @cached_property
    def by_question(self) -> dict[str, pd.DataFrame]:
        """The rows of each question."""
        return {str(question): part for question, part in self.rows.groupby("question")}

    @cached_property
    def shares(self) -> dict[str, Estimate | None]:
        """The share that agrees with each statement; None for too few answers."""
        return {name: agreeing(part, self.policy) for name, part in self.by_question.items()}

    def by_group(self, division: str) -> dict[str, dict[str, Estimate | None]]:
        """Each group's shares by question; None where they may not be shown beside everybody's."""
        found: dict[str, dict[str, Estimate | None]] = {}
        for question, mine in self.by_question.items():
            parts = {str(name): part for name, part in mine.groupby(division)}
            sizes = {name: _counted(part) for name, part in parts.items()}
            shown = shown_rates(sizes, self.policy, total=_counted(mine))
            for name, part in parts.items():
                share = agreeing(part, self.policy) if name in shown else None
                found.setdefault(name, {})[question] = share
        return found


def _counted(answers: pd.DataFrame) -> tuple[int, int]:
    return int((answers["answer"].to_numpy(dtype=float) >= AGREE).sum()), len(answers)
