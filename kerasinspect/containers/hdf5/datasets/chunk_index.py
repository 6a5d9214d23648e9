"""The index of an array's chunks: the B-tree that lists them, held against the array's shape.

Source: HDF5 File Format Specification 3.0, section III.A.1.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import field
from itertools import repeat
from operator import add, and_, lt
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.stream import parsing
from kerasinspect.containers.hdf5.trees import leaves
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.hdf5.file import OpenFile

_SIZE = 0xFFFFFFFF
"""The bits of a chunk's bytes in the word that they share with its mask."""
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
    words: array[int] = field(default_factory=lambda: array("Q"))
    """Of each chunk: its bytes and its mask in one, where its first value is on each axis, a zero, and its address."""
    firsts: array[int] = field(default_factory=lambda: array("Q"))
    """Where the first value of each is on the first axis."""

    @property
    def count(self) -> int:
        """The number of chunks that the whole array has."""
        return math.prod(-(-size // step) for size, step in zip(self.shape, self.chunk, strict=True))

    @property
    def stored(self) -> int:
        """The number of chunks that are stored."""
        return len(self.words) // self._width

    @property
    def _width(self) -> int:
        """Words of one chunk."""
        return len(self.chunk) + 3

    def read(self) -> None:
        """Find the chunks in the file; raises DamagedFile where that cannot be done, RefusedFile beyond a limit."""
        entry = struct.Struct(f"<{self._width}Q")
        with parsing(self.file.source, f"the chunks of {self.path}"):
            for leaf in leaves(self.file.stream, self.address, _CHUNK_NODE, entry):
                self.words.frombytes(leaf)
            if sys.byteorder == "big":
                self.words.byteswap()
            self.firsts = self.words[1 :: self._width]
            self.check()

    def check(self) -> None:
        """Raise ValueError for chunks that are not where the array has any, not in order, or behind the file's end.

        A pass over each column takes a third of the time of a loop over chunks, of which a file may have a million.
        """
        *corners, zeros, _ = (self.words[at :: self._width] for at in range(1, self._width))
        begins = (range(0, size, step) for size, step in zip(self.shape, self.chunk, strict=True))
        is_inside = all(all(map(known.__contains__, corner)) for known, corner in zip(begins, corners, strict=True))
        if any(zeros) or not is_inside or max(self._ends(), default=0) > self.file.source.size:
            message = "a chunk that is not in the array, or not in the file"
            raise ValueError(message)
        places, following = (zip(*corners, zeros, strict=True) for _ in range(2))
        next(following, None)
        if not all(map(lt, places, following)):
            message = "two chunks that are out of order"
            raise ValueError(message)

    def _ends(self) -> Iterator[int]:
        """Where each chunk ends in the file."""
        sizes = map(and_, self.words[:: self._width], repeat(_SIZE))
        return map(add, self.words[self._width - 1 :: self._width], sizes)

    def extents(self) -> Iterator[tuple[int, int]]:
        """Where chunks begin and end in the file, those that lie side by side as one."""
        begin = end = 0
        for address, following in zip(self.words[self._width - 1 :: self._width], self._ends(), strict=True):
            if address != end:
                yield begin, end
                begin = address
            end = following
        yield begin, end

    def slab(self, low: int) -> Iterator[tuple[tuple[int, ...], Stored]]:
        """The chunks that begin at a place on the first axis, each with the place of its first value."""
        width = self._width
        for at in range(bisect_left(self.firsts, low), bisect_right(self.firsts, low)):
            word, *corner, _, address = self.words[at * width : (at + 1) * width]
            yield tuple(corner), Stored(address, word & _SIZE, word >> _SIZE.bit_length())
