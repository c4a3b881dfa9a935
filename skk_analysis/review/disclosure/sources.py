"""Whose limits hold for which data: the rows of the register table ``disclosure_policy``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from skk_analysis.review.disclosure.policy import Policy, strictest
from skk_analysis.workspace import Resource

__all__ = ["DEFAULT", "Policies", "SourceRule", "matches"]

DEFAULT = "default"
"""Name of the rule that holds where no other fits, and beside every other one."""

NO_LIMITS = (
    "match", "protected_by", "note_fi", "note_sv", "note_en", "invented",
)  # fmt: skip
"""Columns of the table that are no limits."""


def matches(patterns: Iterable[str], resource: Resource) -> bool:
    """Whether a pattern (``*`` is anything) fits the reader, name or publisher of a raw file."""
    names = [name.casefold() for name in (resource.reader, resource.name, resource.publisher)]
    return any(fnmatchcase(name, p.strip().casefold()) for p in patterns for name in names if name)


@dataclass(frozen=True)
class SourceRule:
    """The limits of one source.

    Parameters
    ----------
    policy : the limits
    match : which raw files it is about (`matches`)
    by_publisher : the publisher has hidden what must be hidden; what it prints openly is known to
        everybody and hiding it would protect nobody
    """

    policy: Policy
    match: tuple[str, ...] = ()
    by_publisher: bool = False


@dataclass(frozen=True)
class Policies:
    """The rules of all sources; the first that fits a raw file holds for it."""

    rules: tuple[SourceRule, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, str]]) -> Policies:
        """The rules of a register table.

        Raises
        ------
        ValueError
            With row, column, value and mend (`Policy.from_rows`), or for a ``protected_by`` that is
            neither ``us`` nor ``publisher``.
        """
        found = Policy.from_rows(rows, also=NO_LIMITS)
        rules = []
        for number, row in enumerate(rows, start=2):
            by = str(row.get("protected_by", "")).strip() or "us"
            if by not in ("us", "publisher"):
                raise ValueError(
                    f"row {number}, column 'protected_by': {by!r}; write us or publisher"
                )
            patterns = tuple(filter(None, str(row.get("match", "")).split(";")))
            policy = found[str(row["source"]).strip()]
            rules.append(SourceRule(policy, patterns, by == "publisher"))
        return cls(tuple(rules))

    @property
    def default(self) -> SourceRule:
        """What holds for a source that no rule fits: the row ``default``, else our own limits."""
        named = (rule for rule in self.rules if rule.policy.source == DEFAULT)
        return next(named, SourceRule(Policy()))

    def of_resource(self, resource: Resource) -> SourceRule:
        """The rule for one raw file."""
        fitting = (rule for rule in self.rules if matches(rule.match, resource))
        return next(fitting, self.default)

    def strictest(self, resources: Iterable[Resource]) -> Policy:
        """The limits for what is made of several raw files: rule by rule the strictest of theirs.

        The default is always among them, because a report also tells what the register holds.
        """
        rules = [self.default, *map(self.of_resource, resources)]
        return strictest(rule.policy for rule in rules)
