"""The three languages of a report: texts, number forms and verdict sentences.

Texts live in gettext catalogues under symbolic ids, numbers are formed here and nowhere else, and
a text never takes a bare number: what it is given has been formed for the language already.
"""

from skk_analysis.language.catalogue import LANGUAGES, keys, text
from skk_analysis.language.forms import (
    MINUS,
    NO_BREAK_SPACE,
    date,
    difference,
    interval,
    joined,
    number,
    quantity,
    year_range,
)
from skk_analysis.language.quantities import MISSING, Missing, Quantity
from skk_analysis.language.verdicts import rule_sentence, verdict_sentence, verdict_word

__all__ = [
    "LANGUAGES",
    "MINUS",
    "MISSING",
    "NO_BREAK_SPACE",
    "Missing",
    "Quantity",
    "date",
    "difference",
    "interval",
    "joined",
    "keys",
    "number",
    "quantity",
    "rule_sentence",
    "text",
    "verdict_sentence",
    "verdict_word",
    "year_range",
]
