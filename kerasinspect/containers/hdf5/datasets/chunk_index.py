"""The index of an array's chunks: the B-tree that lists them, held against the array's shape.

Source: HDF5 File Format Specification 3.0, section III.A.1.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_left
from operator import add, lt
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.stream import parsing
from kerasinspect.containers.hdf5.trees import leaves
from kerasinspect.late_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.containers.hdf5.file import OpenFile

_TOGETHER = 1 << 10
"""Entries that are looked at together: a pass over each of their columns costs half of what a loop over them does."""
_CHUNK_NODE = 1
"""The kind of tree that holds chunks."""


class Stored(NamedTuple):
    """One stored chunk."""

    address: int
    nbytes: int
    mask: int
    """A bit for each filter that it did not go through."""


@dataclass(slots=True)
class ChunkIndex:
    """The chunks of an array that are stored, in the order of their values."""

    file: OpenFile
    path: str
    address: int
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    found: bytes = b""
    """An entry of the tree for each: its bytes, its mask, where its first value is on each axis, and its address."""

    @property
    def count(self) -> int:
        """The number of chunks that the whole array has."""
        return math.prod(-(-size // step) for size, step in zip(self.shape, self.chunk, strict=True))

    @property
    def _entry(self) -> struct.Struct:
        """What an entry is made of."""
        return struct.Struct(f"<II{len(self.chunk)}QQQ")

    @property
    def stored(self) -> int:
        """The number of chunks that are stored."""
        return len(self.found) // self._entry.size

    def read(self) -> None:
        """Find the chunks in the file; raises DamagedFile where that cannot be done, RefusedFile beyond a limit."""
        with parsing(self.file.source, f"the chunks of {self.path}"):
            self.found = b"".join(leaves(self.file.stream, self.address, _CHUNK_NODE, self._entry))
            self.check()

    def check(self) -> None:
        """Raise ValueError for chunks that are not where the array has any, not in order, or behind the file's end."""
        entry, last = self._entry, None
        for start in range(0, len(self.found), entry.size * _TOGETHER):
            entries = [*entry.iter_unpack(self.found[start : start + entry.size * _TOGETHER])]
            if not self._are_inside(entries):
                message = "a chunk that is not in the array, or not in the file"
                raise ValueError(message)
            corners = [one[2:-2] for one in entries]
            if not all(map(lt, corners, corners[1:])) or (last is not None and last >= corners[0]):
                message = "two chunks that are out of order"
                raise ValueError(message)
            last = corners[-1]

    def _are_inside(self, entries: Sequence[tuple[int, ...]]) -> bool:
        """Whether chunks begin where one of the array's may, and lie in the file."""
        sizes, _, *places, zeros, addresses = zip(*entries, strict=True)
        known = (range(0, size, step) for size, step in zip(self.shape, self.chunk, strict=True))
        in_array = all(all(map(begins.__contains__, place)) for begins, place in zip(known, places, strict=True))
        return in_array and not any(zeros) and max(map(add, addresses, sizes)) <= self.file.source.size

    def extents(self) -> Iterator[tuple[int, int]]:
        """Where each chunk begins and ends; those side by side as one, of which a file may have a million."""
        begin = end = 0
        for nbytes, *_, address in self._entry.iter_unpack(self.found):
            if address != end:
                yield begin, end
                begin = address
            end = address + nbytes
        yield begin, end

    def slab(self, low: int) -> Iterator[tuple[tuple[int, ...], Stored]]:
        """The chunks that begin at a place on the first axis, each with the place of its first value."""
        entry, found = self._entry, self.found
        every = range(0, len(found), entry.size)
        first, last = (
            bisect_left(every, wanted, key=lambda at: entry.unpack_from(found, at)[2]) for wanted in (low, low + 1)
        )
        for at in every[first:last]:
            nbytes, mask, *corner, _, address = entry.unpack_from(found, at)
            yield tuple(corner), Stored(address, nbytes, mask)
