"""Which ingredient of a published report is another one now, by name and hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from skk_analysis.reporting.fingerprint import (
    LOCK,
    Versions,
    git_commit,
    installed_versions,
    lock_hash,
    register_hashes,
)
from skk_analysis.reporting.report import CRATE, Record, Report
from skk_analysis.workspace import sha256

HASH_SHOWN = 12


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


class Crate:
    """What the run record of a report tells that ``report.json`` does not."""

    def __init__(self, folder: Path) -> None:
        """Read the record.

        Raises
        ------
        ValueError, OSError
            If it is missing or is none.
        """
        content = json.loads((folder / CRATE).read_text("utf-8"))
        try:
            self._entities = {entity["@id"]: entity for entity in content["@graph"]}
        except (KeyError, TypeError) as error:
            raise ValueError(f"{CRATE} holds no graph") from error

    def hash(self, id_: str) -> str:
        """The hash of an entity, empty if it has none."""
        return str(self._entities.get(id_, {}).get("sha256", ""))

    @property
    def kind(self) -> str:
        """The kind of report, which is the name of its notebook."""
        return Path(str(self._entities.get("#notebook", {}).get("name", ""))).stem

    @property
    def register(self) -> dict[str, str]:
        """Hashes of the register's files by name."""
        mark = "#register-"
        return {
            unquote(id_.removeprefix(mark)): self.hash(id_)
            for id_ in self._entities
            if id_.startswith(mark)
        }

    @property
    def packages(self) -> dict[str, str]:
        """Versions of Python and the main packages."""
        return {
            str(entity["name"]): str(entity.get("softwareVersion", ""))
            for id_, entity in self._entities.items()
            if id_.startswith(("pkg:pypi/", "#python-"))
        }

    @property
    def commit(self) -> str:
        """The commit that the code was, if it was one."""
        told = self._entities.get("#skk_analysis", {}).get("identifier", [])
        marks = [told] if isinstance(told, str) else told
        return next((m.removeprefix("git:") for m in marks if m.startswith("git:")), "")


def files_and_software(
    report: Report, record: Record, crate: Crate, versions: Versions
) -> list[IngredientDifference]:
    """The raw files, parameters, notebook, code and environment that are others now."""
    there = {resource.name: resource for resource in report.workspace.resources()}
    raw = {
        name: sha256(path)
        for name in record.sources
        if name in there and (path := report.workspace.raw / there[name].path).is_file()
    }
    found = [*_different("raw file", record.sources, raw)]
    found += _different("parameter", _texts(record.parameters), _texts(report.parameters))
    found += _different("notebook", {"": record.notebook}, {"": versions.notebook})
    if record.code != versions.code:
        found += _different("code", {"": record.code}, {"": versions.code})
        found += _different("code", {"commit": crate.commit}, {"commit": git_commit()})
    if record.environment != versions.environment:
        locks = ({LOCK.name: crate.hash("#lock")}, {LOCK.name: lock_hash()})
        found += _different("environment", *locks)
        found += _different("package", crate.packages, installed_versions())
    return found


def data(
    report: Report, record: Record, crate: Crate, digest: str, sources: Mapping[str, str]
) -> list[IngredientDifference]:
    """The data slice if it is another one now, with what of the register may be why.

    Parameters
    ----------
    digest : of the slice now
    sources : raw files that it comes from now, with their hashes
    """
    if digest == record.data:
        return []
    added = {name: value for name, value in sources.items() if name not in record.sources}
    return [
        *_different("data", {"": record.data}, {"": digest}),
        *_different("raw file", {}, added),
        *_different("register", crate.register, register_hashes(report.workspace)),
    ]


def _different(
    kind: str, published: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[IngredientDifference]:
    for name in sorted(published.keys() | now.keys()):
        was, is_ = published.get(name, ""), now.get(name, "")
        if was != is_:
            yield IngredientDifference(kind, name, was, is_)


def _texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items()}
