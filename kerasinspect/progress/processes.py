"""Work on many things in several processes: answers in the order of the things, and a process that dies costs one.

Python runs one thread at a time, and reading many small models is all Python. Processes are started afresh, as Windows
and macOS do, so that none holds a half of what this one does; that takes 0.3 s each, so that few things get none.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from kerasinspect.platforms import away_from_interrupts, end_at_interrupts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")

_FEWEST = 8
"""Things for which another process is worth its start."""

_BATCH = 8
"""Things that travel to a process together."""

_AHEAD = 4
"""Batches of each process that are begun before the first of them is asked for: what is not yet asked for is held."""


def processes_for(things: int, processors: int, asked: int | None = None) -> int:
    """How many processes to start for so many things: as many as are asked for, or as are worth it.

    Of those that nobody asked for each has some of the things, and a processor.
    """
    return max(1, min(processors, things // _FEWEST) if asked is None else min(asked, things))


def in_processes(
    work: Callable[[Sequence[_Thing]], Sequence[_Answer]],
    things: Sequence[_Thing],
    jobs: int,
    lost: Callable[[_Thing], _Answer],
) -> Iterator[_Answer]:
    """The answer about each thing, in their order, from so many processes; from this one where that is one.

    ``work`` gives the answers about some things, and is given with them to processes, which have to find it by its
    name. Where a process dies, whatever kills it, its things are worked on again, each alone; of the one with which a
    process dies again, ``lost`` gives the answer. An error that ``work`` raises ends all.
    """
    if jobs == 1:
        for thing in things:
            yield from work([thing])
        return
    batch = max(1, min(_BATCH, len(things) // (jobs * _AHEAD)))
    with _workers(jobs) as together, _workers(1) as alone:
        begun: deque[tuple[Sequence[_Thing], _Begun[Sequence[_Answer]]]] = deque()

        def answers() -> Iterator[_Answer]:
            """Those about the things that were begun first."""
            part, one = begun.popleft()
            found = one.answer()
            if found is not None:
                yield from found
                return
            for thing in part:
                found = alone.begin(work, [thing]).answer()
                yield from [lost(thing)] if found is None else found

        for start in range(0, len(things), batch):
            begun.append((part := things[start : start + batch], together.begin(work, part)))
            if len(begun) >= jobs * _AHEAD:
                yield from answers()
        while begun:
            yield from answers()


def death(path: str) -> str:
    """The sentence about a file with which a process died."""
    return f"{path} ended the process that read it, for want of memory or by a crash. Work on it alone: --jobs 1."


class _Begun(Generic[_Answer]):
    """Some work that a process is at.

    Ctrl-C may come at any step of this thread. Within one that has a lock of the pool, nothing would ever give it back,
    and the end of the pool would be waited for in vain: it comes after such steps, and what waits here has none.
    """

    def __init__(self, future: Future[_Answer]) -> None:
        """Begin to listen."""
        from queue import SimpleQueue  # noqa: PLC0415 - one file needs no processes

        self._future = future
        self._done: SimpleQueue[None] = SimpleQueue()
        future.add_done_callback(lambda _: self._done.put(None))

    def answer(self) -> _Answer | None:
        """What came of it; None where a process died, which ends the work of those beside it too."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - as above

        self._done.get()
        with away_from_interrupts():
            try:
                return self._future.result()
            except BrokenProcessPool:
                return None


class _Workers:
    """Processes, which begin with nothing of this one; others take their place when one of them has died."""

    def __init__(self, jobs: int) -> None:
        """Start none before there is something to do."""
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def begin(
        self, work: Callable[[Sequence[_Thing]], Sequence[_Answer]], part: Sequence[_Thing]
    ) -> _Begun[Sequence[_Answer]]:
        """Have some things worked on."""
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - as above
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - as above
        from multiprocessing import get_context  # noqa: PLC0415 - as above

        with away_from_interrupts():  # which a process that begins would write about, too
            if self._pool is not None:
                try:
                    return _Begun(self._pool.submit(work, part))
                except BrokenProcessPool:
                    self.end()
            self._pool = ProcessPoolExecutor(self._jobs, get_context("spawn"), _prepare, (self._jobs,))
            return _Begun(self._pool.submit(work, part))

    def end(self) -> None:
        """Begin nothing more, and wait for what each process is at, so that nothing of the pool is left behind."""
        if self._pool is not None:
            with away_from_interrupts():
                self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


@contextmanager
def _workers(jobs: int) -> Iterator[_Workers]:
    """Processes that end with the context."""
    workers = _Workers(jobs)
    try:
        yield workers
    finally:
        workers.end()


def _prepare(jobs: int) -> None:
    """Begin a process: it leaves processors to the others, and ends without a word where its terminal interrupts it.

    Also where the process that started it is gone, whatever ended that: it would wait for work for ever.
    """
    from threading import Thread  # noqa: PLC0415 - in a process of its own

    from kerasinspect.progress.meanwhile import MEANWHILE  # noqa: PLC0415 - as above

    end_at_interrupts()
    MEANWHILE.set(MEANWHILE.get() + jobs - 1)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process as soon as the one that started it has ended; this is a thread."""
    import os  # noqa: PLC0415 - as above
    from multiprocessing import parent_process  # noqa: PLC0415 - as above

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
