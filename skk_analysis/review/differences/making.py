"""One making of a report against another: everything that changed, in one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from skk_analysis.review.differences.content import Content
from skk_analysis.review.differences.ingredients import (
    IngredientDifference,
    Ingredients,
    ingredient_differences,
    reasons,
)
from skk_analysis.review.differences.numbers import ResultDifference, result_differences
from skk_analysis.review.differences.texts import (
    TextDifference,
    VerdictDifference,
    text_differences,
    verdict_differences,
)

FORMAT = 1


@dataclass(frozen=True)
class Making:
    """A report as it was made once.

    Parameters
    ----------
    run_id : of the making
    data_date : when its newest raw file was retrieved
    results : a record for each number
    content : what it says
    ingredients : what it was made from
    """

    run_id: str
    data_date: str
    results: Sequence[Any]
    content: Content
    ingredients: Ingredients


@dataclass(frozen=True)
class Difference:
    """What changed from one making to another.

    Parameters
    ----------
    title : of the report now
    before, after : run id and date of data of the two
    numbers : the weightiest first (`numbers.weight`)
    verdicts, texts, figures : in the order of the report
    ingredients : what it is made from otherwise
    places : where the numbers stand, by id
    """

    title: str
    before: tuple[str, str]
    after: tuple[str, str]
    numbers: tuple[ResultDifference, ...]
    verdicts: tuple[VerdictDifference, ...]
    texts: tuple[TextDifference, ...]
    figures: tuple[TextDifference, ...]
    ingredients: tuple[IngredientDifference, ...]
    places: Mapping[str, str]

    @property
    def reasons(self) -> list[str]:
        """``data``, ``code``, ``parameter``: why."""
        return reasons(self.ingredients)

    @property
    def changes_content(self) -> bool:
        """Whether a reader is told anything else than before."""
        return bool(self.numbers or self.verdicts or self.texts or self.figures)

    def record(self) -> dict[str, Any]:
        """As JSON; `of_record` reads it."""
        return {"format": FORMAT, **asdict(self), "reasons": self.reasons}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Difference:
        """Read what `record` gave.

        Raises
        ------
        ValueError
            If it is none, or of another format.
        """
        if not isinstance(record, Mapping) or record.get("format") != FORMAT:
            raise ValueError(f"This is no record of differences of format {FORMAT}.")
        try:
            return cls(
                str(record["title"]),
                tuple(record["before"]),
                tuple(record["after"]),
                tuple(ResultDifference(**one) for one in record["numbers"]),
                tuple(VerdictDifference(**one) for one in record["verdicts"]),
                tuple(TextDifference(**one) for one in record["texts"]),
                tuple(TextDifference(**one) for one in record["figures"]),
                tuple(IngredientDifference(**one) for one in record["ingredients"]),
                dict(record["places"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is no record of differences: {error!r}.") from error


def compare(before: Making, after: Making) -> Difference:
    """Everything that changed from one making to the other."""
    numbers = result_differences(before.results, after.results)
    places = before.content.places | after.content.places
    changed = {one.id for one in numbers}
    return Difference(
        title=after.content.title or before.content.title,
        before=(before.run_id, before.data_date),
        after=(after.run_id, after.data_date),
        numbers=tuple(numbers),
        verdicts=tuple(verdict_differences(before.content, after.content)),
        texts=tuple(text_differences(before.content.texts, after.content.texts)),
        figures=tuple(text_differences(before.content.figures, after.content.figures)),
        ingredients=tuple(ingredient_differences(before.ingredients, after.ingredients)),
        places={id_: place for id_, place in places.items() if id_ in changed},
    )
