"""A file on another machine as an open one: blocks that were fetched are kept, neighbours are fetched together.

What a file costs over a network is round trips, not bytes. Whoever knows what it will need next says so in
``prefetch``, and all of it comes at once; reads that follow one another get more each time.
"""

from __future__ import annotations

import math
import os
import stat
import threading
import time
from typing import TYPE_CHECKING

from kerasinspect.containers.remote.together import together
from kerasinspect.errors import FailedRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.containers.remote.transport import Description, Transport

_BLOCK = 1 << 12
"""Bytes of a block: headers of HDF5 lie scattered between values, and what surrounds one is mostly values."""
_GAP = 1 << 14
"""Bytes between two ranges up to which one request for both costs less than two."""
_MOST_AT_ONCE = 1 << 22
"""Bytes of one request."""
_MOST_KEPT = 1 << 13
"""Blocks that are kept: 32 MiB."""
_FIRST_WINDOW = 1 << 15
"""Bytes that a read is widened to where it follows another one; twice as many each time."""
_MOST_AHEAD = 1 << 23
"""Bytes that it is widened to at most: a few requests at once."""
_NEAR = 1 << 18
"""Bytes between two reads up to which the second counts as following: between two arrays lie headers and others."""
_SECONDS_BETWEEN_CHECKS = 10.0
"""After so long it is asked whether the file is still the same."""


class RemoteFile:
    """An open file on another machine, read by position from any thread, like ``platforms.Descriptor``."""

    def __init__(self, transport: Transport, described: Description, head: bytes) -> None:
        """Take what is known of the file, and its first bytes."""
        self._transport = transport
        self._described = described
        self._blocks: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self._behind, self._window = -1, _FIRST_WINDOW
        self._checked = time.monotonic() if len(head) < described.size else math.inf
        self._keep(0, head)

    def status(self) -> os.stat_result:
        """The status of the file, as far as another machine tells it; raises DamagedFile where it was changed."""
        if time.monotonic() - self._checked > _SECONDS_BETWEEN_CHECKS:
            self.check_unchanged()
        return os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, self._described.size, 0, 0, 0))

    def check_unchanged(self) -> None:
        """Raise DamagedFile where the other machine has another file by now."""
        self._checked = time.monotonic()
        self._transport.require_unchanged(self._described)

    def read(self, position: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``position``."""
        end = min(position + count, self._described.size)
        if end <= position:
            return b""
        if count >= _MOST_AT_ONCE and not self.holds(position, _MOST_AT_ONCE):
            return self._fetched(position, min(end, position + _MOST_AT_ONCE))
        if not self.holds(position, count):
            self.expect(position, end - position)
        self._behind = end
        numbers = range(position // _BLOCK, -(-end // _BLOCK))
        with self._lock:
            blocks = [self._blocks.get(number) for number in numbers]
        if None in blocks:  # as many others were fetched meanwhile as are kept
            return self._fetched(position, end)
        start = position - numbers.start * _BLOCK
        return b"".join(filter(None, blocks))[start : start + end - position]

    def fill(self, view: memoryview, position: int) -> int:
        """Read into ``view``, up to its size; give how many bytes that were."""
        data = self.read(position, len(view))
        view[: len(data)] = data
        return len(data)

    def holds(self, position: int, count: int) -> bool:
        """Whether bytes are here already."""
        return next(self._missing(position, min(position + count, self._described.size)), None) is None

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch ranges, each a position and a number of bytes, all at the same time, and keep them."""
        size = self._described.size
        wanted = {
            number
            for position, count in ranges
            for number in self._missing(min(position, size), min(position + count, size))
        }
        together([*_joined(sorted(wanted), size)], self._fetch_and_keep)

    def expect(self, position: int, count: int) -> None:
        """Fetch and keep bytes that are read next, and more than these where they follow what was read before."""
        self.prefetch([(position, max(count, self._read_ahead(position)))])

    def address_beside(self, name: str) -> str:
        """The address of another file of the same folder."""
        return self._transport.address_beside(name)

    def _fetch_and_keep(self, places: tuple[int, int]) -> None:
        self._keep(places[0], self._fetched(*places))

    def _fetched(self, start: int, end: int) -> bytes:
        """All bytes of a range; raises DamagedFile where the file has become shorter."""
        data = self._transport.fetch(start, end)
        if len(data) < end - start:
            self.check_unchanged()
            message = f"{self._transport.shown} gave {len(data):,} of {end - start:,} bytes from byte {start:,}."
            raise FailedRead(message, "Try again later.")
        return data

    def _keep(self, start: int, data: bytes) -> None:
        """Keep the whole blocks of what was fetched from the beginning of a block on, and the last of the file."""
        with self._lock:
            for at in range(0, len(data), _BLOCK):
                block = data[at : at + _BLOCK]
                if len(block) == _BLOCK or start + at + len(block) == self._described.size:
                    self._blocks[(start + at) // _BLOCK] = block
            while len(self._blocks) > _MOST_KEPT:
                del self._blocks[next(iter(self._blocks))]

    def _missing(self, start: int, end: int) -> Iterator[int]:
        """The blocks of a range that are not here."""
        return (number for number in range(start // _BLOCK, -(-end // _BLOCK)) if number not in self._blocks)

    def _read_ahead(self, position: int) -> int:
        """How many bytes to fetch for a read: more each time that one follows another."""
        follows = abs(position - self._behind) <= _NEAR
        self._window = min(2 * self._window, _MOST_AHEAD) if follows else _FIRST_WINDOW
        return self._window if follows else 0


def _joined(numbers: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Ranges of bytes that cover blocks: those that lie next to each other, or nearly so, are one."""
    start = end = -1
    for number in numbers:
        first, last = number * _BLOCK, min((number + 1) * _BLOCK, size)
        if start >= 0 and first - end <= _GAP and last - start <= _MOST_AT_ONCE:
            end = last
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, end
