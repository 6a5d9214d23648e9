"""How far long work has come: whoever reads bytes counts them here, and whoever waits is shown them.

What is read is counted where it is read, whatever for; how much that is going to be is said where it is decided. A
file counts for the work in which it was opened, whichever thread reads it. Nothing is counted where nobody watches.
"""

from __future__ import annotations

import time
from _contextvars import ContextVar  # what contextvars gives, without a file to read
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Stage: TypeAlias = Literal["opening", "inflating", "reading", "comparing", "verifying", "writing", "asking Keras"]
"""What is done at the time."""

_LATELY = 5.0
"""Seconds that the pace is told from: a checksum beside an export to text is read in one of a hundred of them."""


class Progress:
    """How far some work has come; threads that read at the same time may count too little, which is only shown."""

    __slots__ = ("began", "done", "file", "place", "places", "seen", "since", "stage", "total")

    def __init__(self) -> None:
        """Start with nothing done, nor known to be done."""
        self.file, self.place, self.places = "", 0, 0
        self.begin("opening")
        self.began = self.since

    def begin(self, stage: Stage, nbytes: int = 0) -> None:
        """Begin a stage, in which so many bytes are going to be read as far as that is known."""
        self.stage: Stage = stage
        self.done, self.total, self.since = 0, nbytes, time.monotonic()
        self.seen = [(self.since, 0)]

    def look(self, now: float) -> None:
        """Note how much is done at a time of the clock; whoever waits looks again and again."""
        seen = self.seen
        seen.append((now, self.done))
        while seen[1][0] < now - _LATELY:
            del seen[0]


_WATCHED: ContextVar[Progress | None] = ContextVar("_WATCHED", default=None)


@contextmanager
def watched(progress: Progress) -> Iterator[None]:
    """Count here what is read of the files that are opened meanwhile."""
    token = _WATCHED.set(progress)
    try:
        yield
    finally:
        _WATCHED.reset(token)


def watched_progress() -> Progress | None:
    """The progress of the work at hand; None where nobody watches it."""
    return _WATCHED.get()


def begin(stage: Stage, nbytes: int = 0, file: str | None = None) -> None:
    """Begin a stage of the work at hand, of a file where one is named, for which so many bytes are going to be read."""
    progress = _WATCHED.get()
    if progress is not None:
        progress.begin(stage, nbytes)
        progress.file = progress.file if file is None else file


def expect(nbytes: int) -> None:
    """Say that so many bytes more are going to be read in this stage of the work at hand."""
    progress = _WATCHED.get()
    if progress is not None:
        progress.total += nbytes


class _Located(Protocol):
    """Something in a file."""

    @property
    def path(self) -> str:
        """The file."""


_File = TypeVar("_File", bound=_Located)


def in_turn(files: Sequence[_File]) -> Iterator[_File]:
    """The files of which one after another is worked on."""
    progress = _WATCHED.get()
    for place, file in enumerate(files, 1):
        if progress is not None:
            progress.file, progress.place, progress.places = file.path, place, len(files)
            progress.begin("opening")
        yield file
