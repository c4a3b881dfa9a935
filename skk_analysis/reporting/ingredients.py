"""Which ingredient of a published report is another one now, by name and hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
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
from skk_analysis.review.differences import (
    IngredientDifference,
    Ingredients,
    ingredient_differences,
)
from skk_analysis.review.differences.ingredients import different
from skk_analysis.workspace import sha256

if TYPE_CHECKING:
    from skk_analysis.reporting.differences import Folder

__all__ = ["Crate", "IngredientDifference", "data", "files_and_software", "recorded"]


class Crate:
    """What the run record of a report tells that ``report.json`` does not."""

    def __init__(self, folder: Folder) -> None:
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
        entity = self._entities.get(id_, {})
        return str(entity.get("sha256") or entity.get("identifier", "").removeprefix("sha256:"))

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


def recorded(record: Record, crate: Crate | None) -> Ingredients:
    """What a published report was made from; a folder without run record tells less."""
    return Ingredients(
        data=record.data,
        raw=record.sources,
        register=crate.register if crate else {},
        parameters=_texts(record.parameters),
        notebook=record.notebook,
        code=record.code,
        commit=crate.commit if crate else "",
        environment=record.environment,
        lock={LOCK.name: crate.hash("#lock")} if crate else {},
        packages=crate.packages if crate else {},
    )


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
    now = Ingredients(
        data=record.data,  # `data` tells of the slice
        raw=raw,
        parameters=_texts(report.parameters),
        notebook=versions.notebook,
        code=versions.code,
        commit=git_commit(),
        environment=versions.environment,
        lock={LOCK.name: lock_hash()},
        packages=installed_versions(),
    )
    return ingredient_differences(recorded(record, crate), now)


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
        *different("data", {"": record.data}, {"": digest}),
        *different("raw file", {}, added),
        *different("register", crate.register, register_hashes(report.workspace)),
    ]


def _texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items()}
