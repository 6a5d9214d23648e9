"""Work that several threads share: each takes the next piece that nobody has begun, while numpy lets go of the lock."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from kerasinspect.platforms import usable_processors
from kerasinspect.progress.meanwhile import MEANWHILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Piece = TypeVar("_Piece")

_MOST = 4
"""Threads that work side by side: more would wait for memory, and for Python between numpy's steps."""


def cores() -> int:
    """How many threads are worth starting: one for each processor that this process may use, up to a few."""
    return min(_MOST, usable_processors())


def side_by_side(work: Callable[[_Piece], None], pieces: Sequence[_Piece]) -> None:
    """Do a piece of work on each of some pieces, in this thread and in as many others as there are processors.

    Raises the error of the first piece that has one. A thread that the system has no room for is done without. Where
    this thread is interrupted, nobody waits for the others: each ends with the piece that it is at.
    """
    shared = _Shared(work, pieces)
    threads = min(cores() - MEANWHILE.get(), len(pieces))
    helpers = [Thread(target=shared.work_on, daemon=True) for _ in range(threads - 1)]
    started = []
    with suppress(RuntimeError):  # where memory is short
        for one in helpers:
            one.start()
            started.append(one)
    try:
        shared.work_on()
    finally:
        shared.stopped = True
    for one in started:
        one.join()
    if shared.errors:
        raise shared.errors[min(shared.errors)]


class _Shared(Generic[_Piece]):
    """Pieces that are worked on by whoever is free, and the errors of those that failed, by their places."""

    def __init__(self, work: Callable[[_Piece], None], pieces: Sequence[_Piece]) -> None:
        """Begin with the first piece."""
        self._work, self._left, self._turn = work, iter(enumerate(pieces)), Lock()
        self.errors: dict[int, Exception] = {}
        self.stopped = False

    def work_on(self) -> None:
        """Take pieces until there are none left, or one of them failed."""
        while (taken := self._next()) is not None:
            place, piece = taken
            try:
                self._work(piece)
            except Exception as error:  # noqa: BLE001 - raised again by the thread that asked
                self.errors[place] = error
                self.stopped = True

    def _next(self) -> tuple[int, _Piece] | None:
        """The next piece with its place; None where there are no more, or no more are wanted."""
        with self._turn:
            return None if self.stopped else next(self._left, None)
