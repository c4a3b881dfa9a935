"""What is different between two makings of a report, and why; numbers, words and records only."""

from skk_analysis.review.differences.content import Content, Shown, content
from skk_analysis.review.differences.ingredients import (
    IngredientDifference,
    Ingredients,
    ingredient_differences,
    reasons,
)
from skk_analysis.review.differences.making import Difference, Making, compare
from skk_analysis.review.differences.numbers import (
    NumberDifference,
    ResultDifference,
    number_differences,
    result_differences,
)
from skk_analysis.review.differences.texts import (
    TextDifference,
    VerdictDifference,
    text_differences,
    verdict_differences,
)
from skk_analysis.review.differences.withheld import WITHHELD, publishable

__all__ = [
    "WITHHELD",
    "Content",
    "Difference",
    "IngredientDifference",
    "Ingredients",
    "Making",
    "NumberDifference",
    "ResultDifference",
    "Shown",
    "TextDifference",
    "VerdictDifference",
    "compare",
    "content",
    "ingredient_differences",
    "number_differences",
    "publishable",
    "reasons",
    "result_differences",
    "text_differences",
    "verdict_differences",
]
