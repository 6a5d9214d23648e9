"""Verifies the checksum that a file has of its weights, beside whatever reads all of them."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.errors import DamagedFile, InspectError
from kerasinspect.formats.keras_archive import VERIFIED_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.formats.container_facts import ContainerFacts
    from kerasinspect.model import Checksum, Model

Verified: TypeAlias = Literal["verified", "wrong", "not verified"]
"""Whether the bytes of the weights have the checksum that the file has of them."""

SMALL = VERIFIED_AT_ONCE
"""Bytes that are not worth a thread, since opening the file has read them already."""


class Verifying:
    """The verification of one checksum, of much in a thread: zlib lets go of Python's lock while it computes."""

    def __init__(self, checksum: Checksum, damaged: Callable[[str], None]) -> None:
        """Begin; a sentence about a wrong checksum will go to ``damaged``."""
        self._checksum, self._damaged = checksum, damaged
        self._error: InspectError | None = None
        self._is_told = False
        self._thread = Thread(target=self._run, daemon=True)
        if checksum.nbytes > SMALL:
            self._thread.start()
        else:
            self._run()

    def _run(self) -> None:
        """Read all bytes, and keep what is wrong with them."""
        try:
            self._checksum.verify()
        except InspectError as error:
            self._error = error

    def outcome(self) -> Verified:
        """Wait for the end; the first call tells what is wrong."""
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None and not self._is_told:
            self._damaged(self._error.message)
        self._is_told = True
        return "verified" if self._error is None else "wrong"


@contextmanager
def verifying(model: Model, damaged: Callable[[str], None], *, whole: bool) -> Iterator[Callable[[], Verified | None]]:
    """Verify the checksum of a model's weights meanwhile, where ``whole`` says that all their values are read.

    Gives a function that waits for what came of it; None where the file has no checksum. A read of some values leaves
    the others of a large file alone, and so does not verify it. A sentence about a wrong checksum goes to ``damaged``.
    """
    checksum = model.checksum
    if checksum is None or not (whole or checksum.nbytes <= SMALL):
        yield lambda: None if checksum is None else "not verified"
        return
    try:
        yield Verifying(checksum, damaged).outcome
    except BaseException:
        model.close()  # the thread ends with its next read
        raise


def wrong_checksum(model: Model, facts: ContainerFacts) -> Iterator[str]:
    """A sentence where the weights of a model have another checksum than its file says, whatever rule is asked."""
    if model.checksum is None or not facts.wrong_checksums:
        return
    try:
        model.checksum.verify()
    except DamagedFile as error:
        yield error.message
