"""The small language of the indicator dictionary: ``a+b-c | d-e``.

Terms are names of published variables joined by ``+`` and ``-``; ``|`` separates alternatives, of
which the first that has data is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

TOKEN = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.\w+)+)|\s*(?P<sign>[+\-|])")


class ExpressionError(ValueError):
    """An expression that cannot be read; ``position`` counts from 1."""

    def __init__(self, text: str, position: int, expected: str) -> None:
        self.text, self.position, self.expected = text, position, expected
        super().__init__(f"{text!r}, position {position}: expected {expected}")


@dataclass(frozen=True)
class Term:
    """A signed variable."""

    sign: int
    name: str


@dataclass(frozen=True)
class Expression:
    """Alternatives, each a sum of terms."""

    alternatives: tuple[tuple[Term, ...], ...]

    @property
    def names(self) -> list[str]:
        """The variables, each once, in order."""
        return list(dict.fromkeys(t.name for terms in self.alternatives for t in terms))


@cache
def parse(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    ExpressionError
        With the position of what is wrong.
    """
    alternatives: list[tuple[Term, ...]] = []
    terms: list[Term] = []
    sign, position = 1, 0
    wants_name = True
    stripped = text.rstrip()
    while position < len(stripped):
        found = TOKEN.match(stripped, position)
        if not found or bool(found["name"]) != wants_name:
            start = position + len(stripped[position:]) - len(stripped[position:].lstrip())
            expected = "a variable such as paavo.he_vakiy" if wants_name else "+, - or |"
            raise ExpressionError(text, start + 1, expected)
        position = found.end()
        if wants_name:
            terms.append(Term(sign, found["name"]))
        elif found["sign"] == "|":
            alternatives.append(tuple(terms))
            terms, sign = [], 1
        else:
            sign = 1 if found["sign"] == "+" else -1
        wants_name = not wants_name
    if wants_name:
        raise ExpressionError(text, len(stripped) + 1, "a variable such as paavo.he_vakiy")
    return Expression((*alternatives, tuple(terms)))
