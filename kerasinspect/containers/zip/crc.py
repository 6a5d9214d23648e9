"""The CRC-32 of bytes that are read in parts, in whatever order and by whichever threads.

A CRC is the rest of a division of polynomials whose coefficients are bits. That of A followed by B is therefore the one
of A, moved by as many places as B has bits, plus the one of B: so each part has its CRC taken while it lies in the
processor's cache, and the CRCs are joined. Source: Mark Adler, ``crc32_combine`` of zlib, for the idea.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache, reduce
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from kerasinspect.containers.sources import Source

_POLYNOMIAL = 0xEDB88320
"""That of CRC-32 without its highest power; as in all of its values the highest bit is the factor of x^0."""
_ONE = 1 << 31
LEAST = 1 << 17
"""Bytes that are worth a part of their own: to join that takes some microseconds, in which as many are read again."""
_PART = 1 << 24
"""Bytes of what is left that a thread reads before it takes others."""
_STEP = 1 << 20
"""Bytes that are read at a time."""


def joined(crc: int, following: int, nbytes: int) -> int:
    """The CRC-32 of some bytes followed by ``nbytes`` others, from those of both."""
    return _product(crc, _shift(nbytes)) ^ following


def _product(one: int, other: int) -> int:
    """The product of two polynomials, modulo that of the CRC."""
    product = 0
    while one:
        product ^= other if one & _ONE else 0
        one = one << 1 & 0xFFFFFFFF
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)  # times x
    return product


@lru_cache(256)
def _shift(nbytes: int) -> int:
    """The polynomial that moves another one by so many bytes: x^(8 · nbytes)."""
    return reduce(_product, (_power(place) for place in range(nbytes.bit_length()) if nbytes >> place & 1), _ONE)


@cache
def _power(exponent: int) -> int:
    """x^(8 · 2^exponent)."""
    return _product(_power(exponent - 1), _power(exponent - 1)) if exponent else _ONE >> 8


@dataclass(slots=True)
class _Run:
    """Bytes in a row of a file, and their CRC."""

    start: int
    end: int
    crc: int = 0
    is_whole: bool = False
    """False while a thread takes the CRC of the last of them."""


_START = attrgetter("start")
_Crc: TypeAlias = "Callable[[bytes | memoryview, int], int]"
"""The CRC of bytes that follow those of which one is given."""


class CrcSoFar:
    """The CRC of a part of a file of which some bytes were taken in while they were read for another reason.

    Every byte counts once, whoever reads it how often: what is taken in again is left alone, and what nobody read, or
    whose reading was broken off, is read at the end.
    """

    def __init__(
        self, file: Source, start: int, nbytes: int, crc: _Crc = crc32, join: Callable[[int, int, int], int] = joined
    ) -> None:
        """Begin with nothing read of ``nbytes`` from ``start`` of a file; ``crc`` and ``join`` may be another CRC's."""
        self._crc, self._join = crc, join
        self._file, self._start = file, file.start + start
        self._end = self._start + nbytes
        self._runs: list[_Run] = []
        self._turn = Lock()

    def begin(self) -> None:
        """Take in what is read of the file from now on."""
        self._file.handle.taker = self

    def end(self) -> None:
        """Take in no more."""
        if self._file.handle.taker is self:
            self._file.handle.taker = None

    def take(self, position: int, data: bytes | memoryview) -> None:
        """Take in bytes that were just read from a position of the file."""
        run = self._run_of(position, position + len(data))
        if run is not None:
            run.crc = self._crc(data, run.crc)  # of many bytes at once, for which it lets go of Python's lock
            with self._turn:
                run.is_whole = True

    def _run_of(self, start: int, end: int) -> _Run | None:
        """The run that some bytes go on, or a new one; None where they are too few, outside, or were taken in."""
        if start < self._start or end > self._end:
            return None
        with self._turn:
            place = bisect_right(self._runs, start, key=_START)
            before = self._runs[place - 1] if place else None
            if (before and before.end > start) or (place < len(self._runs) and self._runs[place].start < end):
                return None
            if before and before.end == start and before.is_whole:
                before.end, before.is_whole = end, False
                return before
            if end - start < LEAST:
                return None
            run = _Run(start, end)
            self._runs.insert(place, run)
            return run

    def _gaps(self) -> Iterator[tuple[int, int, _Run | None]]:
        """What lies before each whole run, from one place to another, with the run; what lies behind them with None."""
        with self._turn:
            runs = [_Run(run.start, run.end, run.crc) for run in self._runs if run.is_whole]
        at = self._start
        for run in runs:
            yield at, run.start, run
            at = run.end
        yield at, self._end, None

    @property
    def left_nbytes(self) -> int:
        """Bytes that are still to be read."""
        return sum(end - start for start, end, _ in self._gaps())

    def left(self) -> list[tuple[int, int]]:
        """The places of what is still to be read and worth a thread, from one to another, cut so that several share it.

        What lies between is read with ``rest``.
        """
        gaps = ((start, end) for start, end, _ in self._gaps() if end - start >= LEAST)
        return [(at, min(at + _PART, end)) for start, end in gaps for at in range(start, end, _PART)]

    def read(self, part: tuple[int, int]) -> None:
        """Read a part of what is left, which is taken in like all that is read; raises what reading raises."""
        start, end = part
        for _ in self._pieces(start, end):
            pass

    def rest(self) -> Generator[memoryview, None, int]:
        """What is left, in pieces; returns the CRC of all bytes once they were read. Raises what reading raises."""
        self.end()
        crc = 0
        for start, end, run in self._gaps():
            for piece in self._pieces(start, end):
                crc = self._crc(piece, crc)
                yield piece
            crc = crc if run is None else self._join(crc, run.crc, run.end - run.start)
        return crc

    def _pieces(self, start: int, end: int) -> Iterator[memoryview]:
        """Bytes of the file from one place to another."""
        return self._file.blocks(start - self._file.start, end - start, _STEP)
