"""The polite client: time-outs, retries, limits, and answers that are no answers."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from werkzeug import Response

from skk_analysis.sources import Client, Limits, Patience, SourceError
from skk_analysis.sources.client import CSV, Pace
from skk_analysis.sources.errors import DamagedError, RefusedError, StatusError, UnreachableError

GOOD = b'[{"id": 1, "text": "\xc3\x84\xc3\xa4nekoski"}]'
PAGE = b"<!DOCTYPE html><html><style>p{}</style><body><h1>Huoltokatko</h1>klo 8</body></html>"


def made(world, fault: Response | str) -> Response:
    """A new answer of this kind."""
    if isinstance(fault, Response):
        return Response(fault.get_data(), fault.status, fault.headers)
    return {"slow": lambda: world.slowly(GOOD, pause=0.6), "cut": lambda: world.truncated(GOOD)}[
        fault
    ]()


@pytest.fixture
def url(world) -> str:
    return f"{world.addresses.sotkanet}/indicators/1"


@pytest.mark.parametrize(
    "fault",
    [
        Response("busy", 500),
        Response("", 503),
        Response("slow down", 429, {"Retry-After": "0"}),
        "slow",
        "cut",
        Response(GOOD[:-5]),
        Response(PAGE),
        Response(""),
        Response("no figures today", content_type="text/plain"),
    ],
    ids=[
        "500",
        "503",
        "429",
        "silence",
        "cut",
        "half JSON",
        "web page",
        "empty body",
        "plain text",
    ],
)
def test_what_passes_is_tried_again(world, client, url, fault):
    world.fault("indicators", made(world, fault), GOOD)
    answer = client.get(url)
    assert answer.content == GOOD
    assert len(world.asked) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Response("down", 500), StatusError, "answered 500: down"),
        ("slow", DamagedError, "no whole answer in time"),
        ("cut", DamagedError, "broke off"),
        (
            Response(PAGE),
            DamagedError,
            r"a web page instead of JSON \(Huoltokatko klo 8\)",
        ),
        (Response(b"1;2", content_type="text/csv"), DamagedError, "text/csv that is not"),
    ],
    ids=["500", "silence", "cut", "web page", "wrong type"],
)
def test_what_stays_wrong_is_one_line_with_the_mend(world, client, url, fault, kind, words):
    world.fault("indicators", *[made(world, fault) for _ in range(3)])
    with pytest.raises(kind, match=words) as caught:
        client.get(url)
    message = str(caught.value)
    assert message.startswith(url) and message.endswith("what is held stays as it is.")
    assert "\n" not in message
    assert len(world.asked) == 3


def test_a_drip_is_stopped_although_it_is_never_silent(world, url):
    patience = Patience(attempts=1, silence=1.0, whole=0.3, pace=Limits(99, 1))
    world.fault("indicators", world.slowly(GOOD, pause=0.1, parts=12))
    begin = time.monotonic()
    with Client(patience) as client, pytest.raises(DamagedError, match="in time"):
        client.get(url)
    assert time.monotonic() - begin < 1.0


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_is_not_repeated(world, client, url, status):
    world.fault("indicators", Response("no such thing", status))
    with pytest.raises(StatusError, match=f"answered {status}: no such thing"):
        client.get(url)
    assert len(world.asked) == 1


def test_an_exception_report_with_status_200_is_a_refusal(world, client, url):
    world.fault(
        "indicators", b"<x:ExceptionReport><Text>Could not parse</Text></x:ExceptionReport>"
    )
    with pytest.raises(RefusedError, match="Could not parse"):
        client.get(url)
    assert len(world.asked) == 1


def test_the_wait_that_a_service_asks_for_is_kept(world, client, url):
    world.fault("indicators", Response("", 429, {"Retry-After": "1"}), GOOD)
    begin = time.monotonic()
    client.get(url)
    assert time.monotonic() - begin >= 1.0


def test_a_wait_that_is_too_long_ends_the_service_at_once(world, own_client, url):
    until = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    world.fault("indicators", Response("", 429, {"Retry-After": until}))
    with pytest.raises(UnreachableError, match=r"asks to wait 3[56]\d\d s \(429\)"):
        own_client.get(url)
    with pytest.raises(UnreachableError):
        own_client.get(f"{world.addresses.sotkanet}/regions")
    assert len(world.asked) == 1


def test_no_network_is_found_out_once(unused_port):
    url = f"http://127.0.0.1:{unused_port}/x"
    told = []
    patience = Patience(attempts=2, first_wait=0.01, pace=Limits(99, 1))
    with Client(patience, told=told.append) as client:
        for _ in range(3):
            with pytest.raises(SourceError, match="cannot be reached"):
                client.get(url)
    assert told == [f"{url}: attempt 2 of 2"]


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + GOOD, '[{"text": "Äänekoski"}]'.encode("latin-1"), b"\r\n" + GOOD + b"\r\n"],
    ids=["BOM", "Latin-1", "CRLF"],
)
def test_encodings_are_read_and_kept(world, client, url, content):
    world.fault("indicators", Response(content, content_type="text/plain"))
    answer = client.get(url)
    assert answer.content == content
    assert answer.json[0]["text"] == "Äänekoski"


def test_csv_is_told_from_what_is_not(world, client, url):
    world.fault("indicators", *[Response(GOOD) for _ in range(3)])
    with pytest.raises(DamagedError, match="not CSV"):
        client.get(url, kind=CSV)


def test_the_client_says_who_it_is(world, client, url):
    world.fault("indicators", GOOD)
    client.get(url)
    agent = world.asked[0].headers["User-Agent"]
    assert agent.startswith("skk-analysis/") and "Mozilla" not in agent


def test_calls_stay_within_the_limits():
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(Limits(3, 10.0), clock=lambda: now[0], sleep=sleep)
    begun = []
    for _ in range(9):
        pace.wait()
        begun.append(now[0])
        now[0] += 1.0  # each call takes a second
    assert all(len([t for t in begun if s <= t < s + 10.0]) <= 3 for s in begun)
    assert begun[3] == 10.0 and begun[6] == 20.0
