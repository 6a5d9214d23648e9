"""Verifies the checksum that a file has of its weights, in passing or beside whatever reads all of them."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.errors import InspectError
from kerasinspect.model.checksum import VERIFIED_AT_ONCE
from kerasinspect.progress import expect
from kerasinspect.progress.meanwhile import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from kerasinspect.model import Model
    from kerasinspect.model.checksum import Checksum, Passing

Verified: TypeAlias = Literal["verified", "wrong", "not verified"]
"""Whether the bytes of the weights have the checksum that the file has of them."""


class _Verifying:
    """The verification of one checksum, of much in a thread: zlib lets go of Python's lock while it computes.

    What is taken in passing needs none.
    """

    def __init__(self, checksum: Checksum, damaged: Callable[[str], None], passing: Passing | None = None) -> None:
        """Begin where it takes a while; a sentence about a wrong checksum will go to ``damaged``."""
        self._checksum, self._damaged, self._passing = checksum, damaged, passing
        self._error: InspectError | None = None
        self._found: Verified = "not verified"
        self._stopped = False
        self._thread: Thread | None = None
        if checksum.nbytes > VERIFIED_AT_ONCE and passing is None:
            thread = Thread(target=self._run, daemon=True)
            with suppress(RuntimeError):  # the system has no room for another thread: it is verified when asked
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        """Read all bytes, unless it is stopped before, and keep what is wrong with them."""
        try:
            if self._passing is not None:
                read_rest(self._passing)
            for _ in self._checksum.steps():
                if self._stopped:
                    return
            self._found = "verified"
        except InspectError as error:
            self._error = error
            self._found = "wrong"

    @property
    def threads(self) -> int:
        """How many threads it takes."""
        return 0 if self._thread is None else 1

    def stop(self) -> None:
        """Let the thread end with the piece that it reads."""
        self._stopped = True

    @cached_property
    def outcome(self) -> Verified:
        """What came of it; the first who asks waits for the end, and tells what is wrong."""
        if self._thread is None:
            self._run()
        else:
            self._thread.join()
        if self._error is not None:
            self._damaged(self._error.message)
        return self._found


def passing_of(checksum: Checksum | None) -> Callable[[], AbstractContextManager[Passing]] | None:
    """What takes in the bytes of large weights while they are read; None where the checksum is of few, or cannot be."""
    return checksum.passing if checksum is not None and checksum.nbytes > VERIFIED_AT_ONCE else None


def read_rest(passing: Passing) -> None:
    """Read what was not taken in passing, with as many threads as there are processors, as far as it can be read.

    Whatever cannot be is met again, and raised, where the checksum is verified, which reads what is left then.
    """
    expect(passing.left_nbytes)
    parts = passing.left()
    if parts:
        from kerasinspect.analysis.statistics.side_by_side import side_by_side  # noqa: PLC0415 - numpy comes with it

        with suppress(InspectError):
            side_by_side(passing.read, parts)


@contextmanager
def verifying(
    model: Model, damaged: Callable[[str], None], *, whole: bool, in_passing: bool = False
) -> Iterator[Callable[[], Verified | None]]:
    """Verify the checksum of a model's weights meanwhile, where ``whole`` says that all their values are read.

    Gives a function that waits for what came of it; None where the file has no checksum. A read of some values leaves
    the others of a large file alone, and so does not verify it. A sentence about a wrong checksum goes to ``damaged``.
    What nobody waited for is given up at the end; the model stays open, whatever happens: it is its owner's.

    It is verified ``in_passing``, by whoever reads the values, where that is asked for and the file allows it: no byte
    is read twice. Else a thread does it, which takes more work and less time where one thread reads the values.
    """
    checksum = model.checksum
    if checksum is None or not (whole or checksum.nbytes <= VERIFIED_AT_ONCE):
        yield lambda: None if checksum is None else "not verified"
        return
    taking = passing_of(checksum) if in_passing else None
    with nullcontext() if taking is None else taking() as passing:
        if passing is None:
            expect(checksum.nbytes)
        verification = _Verifying(checksum, damaged, passing)
        try:
            with beside(verification.threads):
                yield lambda: verification.outcome
        finally:
            verification.stop()
