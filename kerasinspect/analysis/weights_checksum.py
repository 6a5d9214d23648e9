"""Verifies the checksum that a file has of its weights, beside whatever reads all of them."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.errors import InspectError
from kerasinspect.model.checksum import VERIFIED_AT_ONCE
from kerasinspect.progress import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.model import Model
    from kerasinspect.model.checksum import Checksum

MEANWHILE: ContextVar[int] = ContextVar("threads that compute meanwhile", default=0)
"""How many threads compute something else meanwhile, so that processors are left to them."""

Verified: TypeAlias = Literal["verified", "wrong", "not verified"]
"""Whether the bytes of the weights have the checksum that the file has of them."""


class _Verifying:
    """The verification of one checksum, of much in a thread: zlib lets go of Python's lock while it computes."""

    def __init__(self, checksum: Checksum, damaged: Callable[[str], None]) -> None:
        """Begin where it takes a while; a sentence about a wrong checksum will go to ``damaged``."""
        self._checksum, self._damaged = checksum, damaged
        self._error: InspectError | None = None
        self._found: Verified = "not verified"
        self._stopped = False
        self._thread: Thread | None = None
        if checksum.nbytes > VERIFIED_AT_ONCE:
            thread = Thread(target=self._run, daemon=True)
            with suppress(RuntimeError):  # the system has no room for another thread: it is verified when asked
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        """Read all bytes, unless it is stopped before, and keep what is wrong with them."""
        try:
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


@contextmanager
def beside(threads: int) -> Iterator[None]:
    """Leave processors to so many threads that compute meanwhile: more threads than processors only wait in turn.

    On two processors ``stats`` of a VGG19 in an archive, whose checksum is verified meanwhile, took 1.08 times as long
    with a second thread for the figures.
    """
    token = MEANWHILE.set(MEANWHILE.get() + threads)
    try:
        yield
    finally:
        MEANWHILE.reset(token)


@contextmanager
def verifying(model: Model, damaged: Callable[[str], None], *, whole: bool) -> Iterator[Callable[[], Verified | None]]:
    """Verify the checksum of a model's weights meanwhile, where ``whole`` says that all their values are read.

    Gives a function that waits for what came of it; None where the file has no checksum. A read of some values leaves
    the others of a large file alone, and so does not verify it. A sentence about a wrong checksum goes to ``damaged``.
    What nobody waited for is given up at the end; the model stays open, whatever happens: it is its owner's.
    """
    checksum = model.checksum
    if checksum is None or not (whole or checksum.nbytes <= VERIFIED_AT_ONCE):
        yield lambda: None if checksum is None else "not verified"
        return
    expect(checksum.nbytes)
    verification = _Verifying(checksum, damaged)
    try:
        with beside(verification.threads):
            yield lambda: verification.outcome
    finally:
        verification.stop()
