"""One polite client for all services: it waits, tries again, and hands on only whole answers."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx
import stamina

from skk_analysis.sources.errors import (
    DamagedError,
    RefusedError,
    StatusError,
    UnreachableError,
)

JSON, CSV, XML = "JSON", "CSV", "XML"
BUSY = (429, 500, 502, 503, 504)
"""Statuses after which the same question may be asked again."""
SHOWN = 120
"""So much of a service's own words is put in a message."""

Params = Iterable[tuple[str, str | int]]


@dataclass(frozen=True)
class Limits:
    """At most ``calls`` calls in ``seconds`` seconds."""

    calls: int
    seconds: float


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds.

    ``silence`` is the longest time without a byte, ``whole`` that for a whole answer (a service
    may drip); between attempts the waits double from ``first_wait`` to ``longest_wait``; a service
    may ask for up to ``longest_pause`` (Retry-After). ``pace`` holds until a service says its own
    limits.
    """

    attempts: int = 5
    connect: float = 10.0
    silence: float = 45.0
    whole: float = 600.0
    first_wait: float = 1.0
    longest_wait: float = 30.0
    longest_pause: float = 300.0
    pace: Limits = Limits(1, 1.2)


@dataclass(frozen=True)
class Addresses:
    """Where the services are; tests and mirrors have others."""

    sotkanet: str = "https://sotkanet.fi/rest/1.1"
    pxweb: str = "https://pxdata.stat.fi/PxWeb/api"
    maps: str = "https://geo.stat.fi/geoserver"


@dataclass(frozen=True)
class Answer:
    """A whole answer as received; ``query`` is what was asked, ``updated`` Last-Modified."""

    content: bytes
    url: str
    query: str
    time: datetime
    updated: str = ""

    @property
    def text(self) -> str:
        """UTF-8 with or without a byte order mark, else Western European."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("cp1252", errors="replace")

    @property
    def json(self) -> Any:
        """The answer as JSON; `Client` hands on only what can be read."""
        return json.loads(self.text)


@dataclass
class Pace:
    """Keeps calls to one host within its limits."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _calls: deque[float] = field(default_factory=deque)

    def wait(self) -> None:
        """Wait until one more call is within the limits."""
        while len(self._calls) >= self.limits.calls:
            left = self._calls[0] + self.limits.seconds - self.clock()
            if left > 0:
                self.sleep(left)
            self._calls.popleft()
        self._calls.append(self.clock())


class Client:
    """HTTP with time-outs, retries and limits; use it as a context manager.

    Parameters
    ----------
    patience : how long to wait; tests shorten it
    addresses : where the services are
    told : called with a line when the client has to try again
    """

    def __init__(
        self,
        patience: Patience | None = None,
        addresses: Addresses | None = None,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.patience = patience or Patience()
        self.addresses = addresses or Addresses()
        self.told = told
        timeout = httpx.Timeout(self.patience.silence, connect=self.patience.connect)
        headers = {"User-Agent": _agent(), "Accept-Encoding": "gzip"}
        self._http = httpx.Client(timeout=timeout, headers=headers, follow_redirects=True)
        self._paces: dict[str, Pace] = {}
        self._away: dict[str, UnreachableError] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def limit(self, url: str, limits: Limits) -> None:
        """Obey the limits that the service at this address states."""
        self._pace(url).limits = limits

    def get(self, url: str, params: Params = (), kind: str = JSON) -> Answer:
        """GET; ``kind`` is what a good answer is (`JSON`, `CSV` or `XML`).

        Raises
        ------
        StatusError
            The service refused, or stayed busy through all attempts.
        DamagedError
            Every attempt gave a cut answer or one of another kind.
        UnreachableError
            No answer at all; later calls to the same host fail at once.
        """
        query = str(httpx.QueryParams(list(params)))
        return self._ask("GET", f"{url}?{query}" if query else url, url, query, None, kind)

    def post(self, url: str, body: Mapping[str, Any], params: Params = ()) -> Answer:
        """POST of JSON, answered by JSON; raises as `get`."""
        suffix = str(httpx.QueryParams(list(params)))
        target = f"{url}?{suffix}" if suffix else url
        query = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return self._ask("POST", target, target, query, query.encode(), JSON)

    def _ask(
        self, method: str, target: str, url: str, query: str, body: bytes | None, kind: str
    ) -> Answer:
        host = httpx.URL(url).netloc.decode()
        if host in self._away:
            raise self._away[host]
        patience = self.patience
        attempts = stamina.retry_context(
            on=self._again, attempts=patience.attempts, timeout=None,
            wait_initial=patience.first_wait, wait_max=patience.longest_wait,
            wait_jitter=patience.first_wait,
        )  # fmt: skip
        try:
            for attempt in attempts:
                with attempt:
                    if attempt.num > 1:
                        self.told(f"{url}: attempt {attempt.num} of {patience.attempts}")
                    with self._sent(method, target, body) as response:
                        content = self._content(response, url, kind)
                        updated = response.headers.get("Last-Modified", "")
        except httpx.TimeoutException as error:
            what = f"no whole answer in time ({type(error).__name__})"
            raise DamagedError(url, f"{what}, {patience.attempts} attempts") from error
        except httpx.RemoteProtocolError as error:
            what = f"the answer broke off, {patience.attempts} attempts"
            raise DamagedError(url, what) from error
        except httpx.TransportError as error:
            self._away[host] = UnreachableError(
                url, f"cannot be reached ({error})", "Check the network and the address."
            )
            raise self._away[host] from error
        except UnreachableError as error:
            self._away[host] = error
            raise
        return Answer(content, url, query, datetime.now(UTC), updated)

    @contextmanager
    def _sent(self, method: str, target: str, body: bytes | None) -> Iterator[httpx.Response]:
        self._pace(target).wait()
        headers = {"Content-Type": "application/json"} if body is not None else None
        with self._http.stream(method, target, content=body, headers=headers) as response:
            yield response

    def _content(self, response: httpx.Response, url: str, kind: str) -> bytes:
        end = time.monotonic() + self.patience.whole
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if time.monotonic() > end:
                raise httpx.ReadTimeout(f"more than {self.patience.whole:g} s")
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response, url, bytes(content))
        _check(bytes(content), kind, url, response.headers.get("Content-Type", "no content type"))
        return bytes(content)

    def _refusal(self, response: httpx.Response, url: str, content: bytes) -> StatusError:
        body = _words(content)
        error = StatusError(url, response.status_code, body)
        error.pause = _retry_after(response.headers.get("Retry-After", ""))
        if error.pause is not None and error.pause > self.patience.longest_pause:
            what = f"the service asks to wait {error.pause:.0f} s ({response.status_code})"
            raise UnreachableError(url, what, "Try again after that.")
        return error

    def _again(self, error: Exception) -> bool | float:
        """Whether to try again; a number is the wait that the service asked for."""
        if isinstance(error, StatusError):
            if error.status not in BUSY:
                return False
            return True if error.pause is None else error.pause
        return isinstance(error, (httpx.TransportError, DamagedError))

    def _pace(self, url: str) -> Pace:
        host = httpx.URL(url).netloc.decode()
        return self._paces.setdefault(host, Pace(self.patience.pace))


def _agent() -> str:
    try:
        number = version("skk-analysis")
    except PackageNotFoundError:
        number = "0"
    return f"skk-analysis/{number} (statistics of Finnish cities; cached; python-httpx)"


def _check(content: bytes, kind: str, url: str, content_type: str) -> None:
    """The content decides, not its label: services label JSON as text and errors as JSON."""
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if b"ExceptionReport" in content[:1000]:  # GeoServer says no with status 200
        raise RefusedError(url, f"the service refused: {_words(content)}")
    if kind != XML and begins == b"<":
        raise DamagedError(url, f"a web page instead of {kind} ({_words(content)})")
    if not begins:
        raise DamagedError(url, f"an empty body instead of {kind}")
    if kind == JSON:
        try:
            Answer(content, url, "", datetime.now(UTC)).json  # noqa: B018  read to see that it can be
        except ValueError as error:
            what = f"{content_type} that is not whole JSON ({error})"
            raise DamagedError(url, what) from error
    elif kind == CSV and (begins in b"{[" or b"," not in content.split(b"\n", 1)[0]):
        raise DamagedError(url, f"{content_type} that is not CSV ({_words(content)})")


def _words(content: bytes) -> str:
    """A service's own words: text without tags, on one line, not too long."""
    text = content.decode("utf-8", errors="replace")
    for start, end in (("<style", "</style>"), ("<script", "</script>"), ("<", ">")):
        parts = text.split(start)
        text = parts[0] + "".join(" " + part.partition(end)[2] for part in parts[1:])
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _retry_after(header: str) -> float | None:
    """Seconds that a Retry-After header asks for; it may be a number or a date."""
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)
