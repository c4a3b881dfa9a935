"""Futures that wait for news before they are asked in vain, as pytask-parallel asks them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest

from skk_analysis.reporting.patience import Patience

A_WHILE = 0.2


@pytest.fixture
def gates() -> list[threading.Event]:
    return [threading.Event() for _ in range(3)]


@pytest.fixture
def running(gates):
    """Three calls; each ends when its gate is opened."""
    with Patience(ThreadPoolExecutor(3)) as patience:
        yield [patience.submit(gate.wait, 10) for gate in gates]
        for gate in gates:
            gate.set()


def later(gate: threading.Event) -> None:
    threading.Timer(A_WHILE, gate.set).start()


def test_a_first_round_of_questions_waits_for_nothing(running):
    assert [future.done() for future in running] == [False, False, False]


def test_a_second_round_waits_for_the_first_end_and_finds_it(running, gates):
    first, second, third = running
    assert not any(future.done() for future in running)
    began = time.monotonic()
    later(gates[2])
    assert not first.done()
    assert time.monotonic() - began >= A_WHILE * 0.9
    assert not second.done()  # at once: nobody has heard of the third yet
    assert third.done()
    assert third.result() is True


def test_the_last_one_is_waited_for(running, gates):
    first, second, third = running
    gates[0].set()
    gates[1].set()
    while not (first.done() and second.done()):
        pass
    later(gates[2])
    began = time.monotonic()
    while not third.done():
        pass
    assert time.monotonic() - began >= A_WHILE * 0.9


def test_errors_of_calls_and_of_the_executor_pass_through():
    class Broken(Executor):
        def submit(self, *_, **__):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        Patience(Broken()).submit(int)
    with Patience(ThreadPoolExecutor(1)) as patience:
        future = patience.submit(int, "x")
        while not future.done():
            pass
        assert isinstance(future.exception(), ValueError)


@pytest.mark.parametrize(
    ("end", "waited"),
    [
        (lambda future: None, True),  # noqa: ARG005
        (lambda future: future.set_exception(RuntimeError("broken")), True),
        (lambda future: future.set_result(0), False),
    ],
    ids=["running", "broken", "done"],
)
def test_workers_are_waited_for_only_where_something_runs_or_is_broken(end, waited):
    class Told(Executor):
        def __init__(self) -> None:
            self.waited: list[bool] = []
            self.futures: list[Future] = []

        def submit(self, *_, **__):
            self.futures.append(Future())
            return self.futures[-1]

        def shutdown(self, wait=True, *, cancel_futures=False):  # noqa: ARG002
            self.waited.append(wait)

    told = Told()
    with Patience(told) as patience:
        future = patience.submit(int)
        end(told.futures[0])
        assert future.done() == told.futures[0].done()
    assert told.waited == [waited]
