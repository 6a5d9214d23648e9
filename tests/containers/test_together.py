"""Work that is done in a few threads at the same time ends as if it had been done in turn."""

from __future__ import annotations

from threading import Barrier, Event

import pytest

from kerasinspect.containers.remote.together import together

SECONDS = 20


def test_some_are_done_at_the_same_time() -> None:
    """Each waits here for the two others."""
    meeting = Barrier(3)
    together([1, 2, 3], lambda _: meeting.wait(SECONDS), 3)


def test_all_are_done_however_few_threads_there_are() -> None:
    """Also where there is one, or one thing to do, or none."""
    for count in (0, 1, 50):
        for most in (1, 4):
            done: list[int] = []
            together(range(count), done.append, most)
            assert sorted(done) == [*range(count)]


def test_the_first_error_is_raised_though_a_later_one_came_before() -> None:
    """What a user reads does not depend on which thread is the fastest."""
    second = Event()

    def fail(number: int) -> None:
        if number:
            second.set()
        else:
            assert second.wait(SECONDS)
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        together([0, 1], fail, 2)


def test_nothing_is_begun_after_an_error() -> None:
    """What is left of a thousand requests is not sent to a server that refuses them."""
    begun: list[int] = []

    def fail(number: int) -> None:
        begun.append(number)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the only one
        together(range(1000), fail, 4)
    assert len(begun) <= 4
