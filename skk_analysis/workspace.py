"""Where data lies: one folder with ``data/raw``, ``data/processed`` and ``reports``.

Raw and processed data are both described by a Data Package (``datapackage.json``,
https://specs.frictionlessdata.io/data-package/). Everything here writes through a temporary file
and a rename, so a reader never meets half a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd

PACKAGE_FILE = "datapackage.json"
ENVIRONMENT_VARIABLE = "SKK_WORKSPACE"
TEMPORARY = ".part"
"""Ending of a file that is being written."""


T = TypeVar("T")

_read_already: ContextVar[dict[Hashable, Any] | None] = ContextVar("read_already", default=None)
RECENT = "recent"
LATEST = 8
"""So many large reads are kept at most."""


@contextmanager
def reading_once(many: bool = False) -> Iterator[None]:
    """Keep what is read with `once` until the block ends.

    For who knows that no file changes meanwhile, such as a run that holds the workspace. Within
    another such block it is that one which keeps.

    Parameters
    ----------
    many : whether much alike will be read, so that the latest reads with `recently` are kept too
    """
    if _read_already.get() is not None:
        yield
        return
    token = _read_already.set({RECENT: {}} if many else {})
    try:
        yield
    finally:
        _read_already.reset(token)


def once(key: Hashable, read: Callable[[], T]) -> T:
    """What ``read`` gives; within `reading_once` the same object each time, so not to be changed.

    Parameters
    ----------
    key : what is read: a word for how, and the file
    """
    kept = _read_already.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    return kept[key]


def reads_many() -> bool:
    """Whether `recently` keeps anything."""
    return RECENT in (_read_already.get() or {})


def recently(key: Hashable, read: Callable[[], T]) -> T:
    """As `once`, for what is too large to be kept for long: of all such reads the latest are."""
    recent = (_read_already.get() or {}).get(RECENT)
    if recent is None:
        return read()
    found = recent.pop(key) if key in recent else read()
    recent[key] = found
    if len(recent) > LATEST:
        del recent[next(iter(recent))]
    return found


class SkkError(Exception):
    """An error whose message tells a person what is wrong and what to do about it."""


@dataclass(frozen=True)
class Request:
    """What a fetched raw file is the answer to, so that it can be asked for again.

    ``key`` says what was wanted (``sotkanet.127``), ``query`` the parameters or body as sent,
    ``time`` when the answer came (UTC), ``updated`` the service's own stamp of the figures,
    ``years`` the years in the answer, ``definition`` a hash of how the service defines them.
    """

    key: str
    query: str = ""
    time: str = ""
    updated: str = ""
    years: tuple[int, ...] = ()
    definition: str = ""

    @classmethod
    def from_descriptor(cls, item: dict[str, Any]) -> Request:
        """Read ``skk:request`` of a resource descriptor; unknown fields are passed over."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in item.items() if name in known}
        return cls(**{**given, "years": tuple(item.get("years", ()))})

    def descriptor(self) -> dict[str, Any]:
        """``skk:request``; empty fields are left out."""
        item = {**asdict(self), "years": list(self.years)}
        return {name: value for name, value in item.items() if value}


@dataclass(frozen=True)
class Resource:
    """One raw file as the Data Package describes it.

    ``path`` is relative to ``data/raw`` with forward slashes; ``sha256`` is the hash of the bytes
    at the time they were taken in; ``invented`` marks demonstration data, which puts the banner on
    every page made from it; ``request`` is there where ``skk fetch`` got the file.
    """

    name: str
    path: str
    reader: str
    title: str = ""
    publisher: str = ""
    licence: str = ""
    source: str = ""
    retrieved: str = ""
    sha256: str = ""
    bytes: int = 0
    invented: bool = False
    request: Request | None = None

    @classmethod
    def from_descriptor(cls, item: dict[str, Any]) -> Resource:
        """Read a Data Package resource descriptor."""
        sources = item.get("sources") or [{}]
        licences = item.get("licenses") or [{}]
        request = item.get("skk:request")
        return cls(
            name=item["name"],
            path=item["path"],
            reader=item["skk:reader"],
            title=item.get("title", ""),
            publisher=sources[0].get("title", ""),
            licence=licences[0].get("name", ""),
            source=sources[0].get("path", ""),
            retrieved=item.get("skk:retrieved", ""),
            sha256=item.get("hash", "").removeprefix("sha256:"),
            bytes=item.get("bytes", 0),
            invented=bool(item.get("skk:invented", False)),
            request=Request.from_descriptor(request) if request else None,
        )

    def descriptor(self) -> dict[str, Any]:
        """The Data Package resource descriptor; empty fields are left out."""
        source = {"title": self.publisher, "path": self.source}
        item: dict[str, Any] = {
            "name": self.name,
            "path": self.path,
            "title": self.title,
            "bytes": self.bytes,
            "hash": f"sha256:{self.sha256}",
            "sources": [{k: v for k, v in source.items() if v}],
            "licenses": [{"name": self.licence}] if self.licence else [],
            "skk:reader": self.reader,
            "skk:retrieved": self.retrieved,
            "skk:invented": self.invented,
            "skk:request": self.request.descriptor() if self.request else "",
        }
        return {k: v for k, v in item.items() if v not in ("", [], [{}])}


@dataclass(frozen=True)
class Workspace:
    """A folder that holds raw data, processed data and reports.

    Use ``Workspace.find()`` to get the one a person means.
    """

    root: Path

    @classmethod
    def find(cls, folder: str | os.PathLike[str] | None = None) -> Workspace:
        """The workspace that is meant.

        In this order: ``folder``; the environment variable ``SKK_WORKSPACE``; the nearest folder
        upwards from the current one that has ``data/raw``; the folder this library lies in.

        Raises
        ------
        SkkError
            If a folder was named and does not exist.
        """
        named = folder or os.environ.get(ENVIRONMENT_VARIABLE)
        if named:
            root = Path(named).expanduser().resolve()
            if not root.is_dir():
                raise SkkError(f"There is no folder {root}. Make it, or name another workspace.")
            return cls(root)
        here = Path.cwd()
        for candidate in (here, *here.parents):
            if (candidate / "data" / "raw").is_dir():
                return cls(candidate)
        return cls(Path(__file__).resolve().parent.parent)

    @property
    def raw(self) -> Path:
        """Publishers' files as received, never edited."""
        return self.root / "data" / "raw"

    @property
    def programme(self) -> Path:
        """The programme register: CSV tables edited by people."""
        return self.raw / "programme"

    @property
    def processed(self) -> Path:
        """Parquet tables made by cleaning."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Published reports."""
        return self.root / "reports"

    def resources(self) -> list[Resource]:
        """The raw files of the workspace, in the order of the Data Package.

        Raises
        ------
        SkkError
            If ``datapackage.json`` is missing or cannot be read.
        """
        return list(once(("resources", self.raw), self._resources))

    def _resources(self) -> list[Resource]:
        package = self.raw / PACKAGE_FILE
        try:
            items = json.loads(package.read_text("utf-8"))["resources"]
            return [Resource.from_descriptor(item) for item in items]
        except FileNotFoundError:
            raise SkkError(
                f"{package} is missing. Take raw files in with 'skk raw add FILE', "
                "or make the example data with 'skk sample'."
            ) from None
        except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise SkkError(f"{package} is not a readable Data Package: {error!r}") from error

    def write_resources(self, resources: Iterable[Resource]) -> None:
        """Replace ``data/raw/datapackage.json``; resources are kept in the order given."""
        package = {
            "profile": "data-package",
            "name": "skk-raw",
            "resources": [resource.descriptor() for resource in resources],
        }
        write_json(self.raw / PACKAGE_FILE, package, durable=True)

    def table(self, name: str) -> pd.DataFrame:
        """A processed table, such as ``observations`` or ``households``.

        Figures that disclosure control hides (`skk_analysis.protected`) are protected in it.

        Raises
        ------
        SkkError
            If cleaning has not made the table.
        """
        import pandas as pd

        path = self.processed / f"{name}.parquet"
        if not path.is_file():
            raise SkkError(f"There is no processed table {name!r} in {self.root}. Run 'skk clean'.")
        from skk_analysis import protected

        cells = self.processed / protected.FILE
        if name not in protected.TABLES or not cells.is_file():
            return pd.read_parquet(path)
        return protected.masked(pd.read_parquet(path), protected.read(cells))


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bytes(path: Path, content: bytes, durable: bool = False) -> None:
    """Write a file so that it appears whole or not at all.

    ``durable`` also waits until the bytes are on the disk, so that not even a power cut leaves an
    empty file under the new name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp makes it readable by its owner only
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sweep_temporary(folder: Path) -> None:
    """Remove what killed writers have left below a folder; nobody may be writing there."""
    for left in folder.rglob(f".*{TEMPORARY}"):
        left.unlink(missing_ok=True)


def write_json(path: Path, content: Any, durable: bool = False) -> None:
    """Write JSON with stable bytes: UTF-8, two spaces, a newline at the end."""
    write_bytes(path, json_bytes(content, indent=2), durable)


def json_bytes(content: Any, indent: int = 1, sort_keys: bool = False) -> bytes:
    """JSON in UTF-8 that people can read, a newline at its end.

    The bytes are those of ``json.dumps(indent=…)``, which has no fast encoder for them: a notebook
    takes it a tenth of a second.

    Raises
    ------
    ValueError
        If a number is infinite or none, for which JSON has no form.
    """
    import msgspec

    compact = json.dumps(content, ensure_ascii=False, sort_keys=sort_keys, allow_nan=False)
    return msgspec.json.format(compact.encode(), indent=indent) + b"\n"
