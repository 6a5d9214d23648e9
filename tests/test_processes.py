"""Work in several processes: answers in order, errors raised, and a process that dies costs one thing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.errors import RequestError
from kerasinspect.progress.processes import in_processes, processes_for
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEADLY, WRONG = 7, 9


def squares(numbers: Sequence[int]) -> list[int]:
    """The squares of some numbers; the first take longest."""
    time.sleep(0.01 if numbers[0] < 8 else 0)
    return [number**2 for number in numbers]


def squares_that_kill(numbers: Sequence[int]) -> list[int]:
    """The squares of some numbers, of which one kills the process."""
    if DEADLY in numbers:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    return squares(numbers)


def squares_that_raise(numbers: Sequence[int]) -> list[int]:
    """The squares of some numbers, of which one is refused."""
    if WRONG in numbers:
        raise RequestError("9 is refused.", "Leave it out.", (("a", "row"),))
    return squares(numbers)


def lost(number: int) -> int:
    """The answer about a number that killed a process."""
    return -number


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 5, 100])
def test_answers_come_in_order(count: int, jobs: int) -> None:
    """Whatever takes longest, and however many there are."""
    assert [*in_processes(squares, range(count), jobs, lost)] == [number**2 for number in range(count)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end a process from within")
def test_a_process_that_dies_costs_one_thing() -> None:
    """Those that travelled with it, or were worked on meanwhile, have their answers."""
    answers = [*in_processes(squares_that_kill, range(100), 2, lost)]
    assert answers == [-number if number == DEADLY else number**2 for number in range(100)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_is_raised_with_all_that_it_says(jobs: int) -> None:
    """Also where it comes from another process."""
    with pytest.raises(RequestError, match="9 is refused") as raised:
        [*in_processes(squares_that_raise, range(20), jobs, lost)]
    assert (raised.value.remedy, raised.value.details) == ("Leave it out.", (("a", "row"),))


def test_few_things_start_no_process() -> None:
    """A process takes longer to start than to read a few small files."""
    assert [processes_for(things, 4) for things in (0, 1, 15, 16, 24, 1000)] == [1, 1, 1, 2, 3, 4]


def owners(numbers: Sequence[int]) -> list[int]:
    """The process in which some numbers are worked on, each for a while."""
    time.sleep(0.05 * len(numbers))
    return [os.getpid()] * len(numbers)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end another process at once")
def test_no_process_outlives_the_one_that_started_it() -> None:
    """Whatever ends that: here it is killed in the middle of its work."""
    assert sys.platform != "win32"
    words = [sys.executable, "-m", "tests.test_processes"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        os.kill(worker, 0)
        program.kill()
    for _ in range(200):
        with suppress(ProcessLookupError):
            os.kill(worker, 0)
            time.sleep(0.1)
            continue
        return
    pytest.fail("it lives")


if __name__ == "__main__":
    for owner in in_processes(owners, range(1000), 2, lost):
        print(owner, flush=True)  # noqa: T201 - whoever started this reads it


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C as a terminal has it; a job in the background may ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Ctrl-C cannot be held off here")
@pytest.mark.parametrize("step", ["submit", "result", "shutdown"])
def test_an_interrupt_waits_for_the_end_of_a_step_of_the_pool(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off, one might keep a lock that the end of the pool waits for."""
    owner = Future if step == "result" else ProcessPoolExecutor
    real, whole = getattr(owner, step), list[str]()

    def interrupted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as it is called
        if not whole:
            signal.raise_signal(signal.SIGINT)
        came = real(*given, **named)
        whole.append(step)
        return came

    monkeypatch.setattr(owner, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(in_processes(squares, range(40), 2, lost))
    assert whole
