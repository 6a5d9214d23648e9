"""The checksum that a file has of the bytes of its weights, and how it is verified."""

from __future__ import annotations

from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

VERIFIED_AT_ONCE = 1 << 20
"""Bytes of weights of which the checksum is verified whatever is read of them: it takes less than a millisecond."""


class Passing(Protocol):
    """A checksum that takes in bytes while they are read for their values, in whatever order and by any thread."""

    @property
    def left_nbytes(self) -> int:
        """Bytes that were not read."""

    def left(self) -> Sequence[tuple[int, int]]:
        """The places of what was not read and is worth a thread, from one to another, cut so that several share it."""

    def read(self, part: tuple[int, int]) -> None:
        """Read one of these; raises what reading raises."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum that a file has of the bytes of its weights."""

    nbytes: int
    """Bytes that are still to be read for it; 0 where opening the file read them all."""
    steps: Callable[[], Iterator[object]] = field(repr=False)
    """Reads them, a piece at each step; raises DamagedFile at the end where the file has another checksum of them."""
    passing: Callable[[], AbstractContextManager[Passing]] | None = field(default=None, repr=False)
    """Takes in what is read while the context lasts, so that ``steps`` reads only the rest; None where that cannot be.

    Whatever is read of the file counts, once, and nothing has to be: what is left at the end is read then.
    """

    def verify(self) -> None:
        """Take all steps; raises what they raise."""
        for _ in self.steps():
            pass

    def then(self, inner: Checksum | None) -> Checksum:
        """A checksum that verifies this one, and then the one that the bytes have of what is inside them."""
        if inner is None:
            return self
        return Checksum(self.nbytes + inner.nbytes, partial(_steps_of_both, self, inner))


def _steps_of_both(outer: Checksum, inner: Checksum) -> Iterator[object]:
    """The steps of one after those of the other."""
    yield from outer.steps()
    yield from inner.steps()
