"""Ingredients of a report that are others than before, by name and hash: why numbers changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

HASH_SHOWN = 12
DATA, CODE, PARAMETER = "data", "code", "parameter"
REASONS = {
    "data": DATA,
    "raw file": DATA,
    "register": DATA,
    "parameter": PARAMETER,
    "notebook": CODE,
    "code": CODE,
    "environment": CODE,
    "package": CODE,
}
"""Which of three reasons an ingredient of each kind is."""


@dataclass(frozen=True)
class IngredientDifference:
    """An ingredient; empty where there is none.

    ``kind`` is one of: data, raw file, register, parameter, notebook, code, environment, package.
    """

    kind: str
    name: str
    published: str
    now: str

    def __str__(self) -> str:
        was, is_ = (value[:HASH_SHOWN] or "none" for value in (self.published, self.now))
        return f"{' '.join(filter(None, [self.kind, self.name]))}: published {was}, now {is_}"


@dataclass(frozen=True)
class Ingredients:
    """All that a report was made from, as hashes, versions or values by name."""

    data: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)
    register: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    notebook: str = ""
    code: str = ""
    commit: str = ""
    environment: str = ""
    lock: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)


def ingredient_differences(published: Ingredients, now: Ingredients) -> list[IngredientDifference]:
    """What is not the same.

    Raw files and the register are told of only where the slice of data is another one, or where
    the files themselves are known to differ; the commit, lock and packages only where code or
    environment differ.
    """
    found = [*different("raw file", published.raw, now.raw)]
    found += different("parameter", published.parameters, now.parameters)
    found += different("notebook", {"": published.notebook}, {"": now.notebook})
    if published.code != now.code:
        found += different("code", {"": published.code}, {"": now.code})
        found += different("code", {"commit": published.commit}, {"commit": now.commit})
    if published.environment != now.environment:
        found += different("environment", published.lock, now.lock)
        found += different("package", published.packages, now.packages)
    if published.data != now.data:
        found += different("data", {"": published.data}, {"": now.data})
        found += different("register", published.register, now.register)
    return found


def different(
    kind: str, published: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[IngredientDifference]:
    """The names whose values are not the same."""
    for name in sorted(published.keys() | now.keys()):
        was, is_ = published.get(name, ""), now.get(name, "")
        if was != is_:
            yield IngredientDifference(kind, name, was, is_)


def reasons(found: Iterable[IngredientDifference]) -> list[str]:
    """``data``, ``code`` and ``parameter``, as far as one of their ingredients is another.

    A raw file that differs while the slice of data is the same is no reason.
    """
    kinds = {one.kind for one in found}
    told = {REASONS[kind] for kind in kinds if kind not in ("raw file", "register")}
    return [reason for reason in (DATA, CODE, PARAMETER) if reason in told]
