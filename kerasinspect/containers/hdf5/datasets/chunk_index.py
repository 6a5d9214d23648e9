"""The index of an array's chunks: the B-tree that lists them, held against the array's shape.

Source: HDF5 File Format Specification 3.0, section III.A.1.
"""

from __future__ import annotations

import math
import struct
from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kerasinspect.containers.hdf5.stream import parsing
from kerasinspect.containers.hdf5.trees import leaves
from kerasinspect.late_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.hdf5.file import OpenFile

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
    found: np.ndarray = field(default_factory=lambda: np.empty(0))
    """A record for each: its bytes, its mask, where its first value is on each axis, and its address."""

    @property
    def count(self) -> int:
        """The number of chunks that the whole array has."""
        return math.prod(-(-size // step) for size, step in zip(self.shape, self.chunk, strict=True))

    def read(self) -> None:
        """Find the chunks in the file; raises DamagedFile where that cannot be done, RefusedFile beyond a limit."""
        rank = len(self.chunk)
        entry = struct.Struct(f"<II{rank}Q8xQ")
        record = np.dtype(
            [("nbytes", "<u4"), ("mask", "<u4"), ("corner", "<u8", (rank,)), ("zero", "<u8"), ("address", "<u8")]
        )
        with parsing(self.file.source, f"the chunks of {self.path}"):
            found = b"".join(leaves(self.file.stream, self.address, _CHUNK_NODE, entry))
            self.found = np.frombuffer(found, record)
            self.check()

    def check(self) -> None:
        """Raise ValueError for chunks that are not where the array has any, not in order, or behind the file's end."""
        corners, ends = self.found["corner"], self.found["address"] + self.found["nbytes"]
        steps = np.array(self.chunk, np.uint64)
        outside = (corners >= np.array(self.shape, np.uint64)) | (corners % steps != 0)
        size = self.file.source.size
        if outside.any() or self.found["zero"].any() or (self.found["address"] > size).any() or (ends > size).any():
            message = "a chunk that is not in the array, or not in the file"
            raise ValueError(message)
        places = self.places()
        if (places[1:] <= places[:-1]).any():
            message = "two chunks that are out of order"
            raise ValueError(message)

    def places(self) -> np.ndarray:
        """The number of each stored chunk among all."""
        counts = [-(-size // step) for size, step in zip(self.shape, self.chunk, strict=True)]
        strides = np.array([math.prod(counts[axis + 1 :]) for axis in range(len(counts))], np.uint64)
        numbers: np.ndarray = (self.found["corner"] // np.array(self.chunk, np.uint64) * strides).sum(1)
        return numbers

    def slab(self, low: int) -> Iterator[tuple[tuple[int, ...], Stored]]:
        """The chunks that begin at a place on the first axis, each with the place of its first value."""
        first, last = np.searchsorted(self.found["corner"][:, 0], [low, low + 1])
        for nbytes, mask, corner, _, address in self.found[first:last].tolist():
            yield tuple(corner), Stored(address, nbytes, mask)
