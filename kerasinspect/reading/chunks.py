"""Datasets in chunks, perhaps shuffled and deflated: what other tools make of a Keras file, never Keras itself.

Only no filter, shuffle and one deflate are read; any other filter is named and its data left alone. A chunk is
inflated to the size that the header declares for it and not a byte further.

Source: HDF5 File Format Specification 3.0, sections III.A.1 and IV.A.2.l.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from itertools import product, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasinspect.errors import DamagedFile
from kerasinspect.reading.hdf5_file import parsing
from kerasinspect.reading.hdf5_messages import FILTERS, chunking_of, filters_at
from kerasinspect.reading.hdf5_superblock import UNDEFINED
from kerasinspect.reading.hdf5_trees import leaf_entries
from kerasinspect.reading.limits import passed
from kerasinspect.reading.stored import Storage, Unwritten, Withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.reading.hdf5_datasets import Dataset
    from kerasinspect.reading.hdf5_file import OpenFile

DEFLATE, SHUFFLE = 1, 2
CHUNK_NODE = 1
"""The kind of tree that holds chunks."""


@dataclass(frozen=True, slots=True)
class Chunked:
    """A dataset in chunks of equal shape, those at the edges reaching beyond it.

    Values are put together a slab at a time: the chunks that share their place on the first axis.
    """

    file: OpenFile
    path: str
    shape: tuple[int, ...]
    encoding: np.dtype[Any]
    chunk: tuple[int, ...]
    filters: tuple[int, ...]
    index: ChunkIndex

    @property
    def chunk_bytes(self) -> int:
        """Bytes of one chunk when no filter is left on it."""
        return math.prod(self.chunk) * self.encoding.itemsize

    @property
    def slab_bytes(self) -> int:
        """Bytes of one slab; the last one may be smaller."""
        return self.chunk[0] * math.prod(self.shape[1:]) * self.encoding.itemsize

    def read(self, start: int, count: int) -> bytes | memoryview:
        """``count`` bytes from ``start``; only the slabs that they lie in are put together."""
        first, last = start // self.slab_bytes, (start + max(count, 1) - 1) // self.slab_bytes
        skipped = start - first * self.slab_bytes
        if first == last:
            return self.slab(first)[skipped : skipped + count]
        return b"".join(self.slab(number) for number in range(first, last + 1))[skipped : skipped + count]

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces, slab by slab."""
        for number in range(-(-self.shape[0] // self.chunk[0])):
            view = self.slab(number)
            yield from (view[start : start + size] for start in range(0, len(view), size))

    def slab(self, number: int) -> memoryview:
        """The values of one slab, kept until another one is asked for; nobody can write into them."""
        key = self.path, number
        for kept, data in self.file.slab:
            if kept == key:
                return data
        data = self.put_together(number)
        self.file.slab[:] = [(key, data)]
        return data

    def put_together(self, number: int) -> memoryview:
        """The values of one slab; a chunk that was never written is zero."""
        low = number * self.chunk[0]
        values = np.zeros((min(self.chunk[0], self.shape[0] - low), *self.shape[1:]), self.encoding)
        stored = self.index.chunks()
        for corner in product((low,), *map(range, repeat(0), self.shape[1:], self.chunk[1:])):
            if corner not in stored:
                continue
            data = self.unfiltered(stored[corner])
            if data is None:
                raise self.damaged(f"its chunk at {corner} cannot be inflated")
            ends = [min(step, size - at) for at, step, size in zip(corner, self.chunk, self.shape, strict=True)]
            target = tuple(slice(at, at + length) for at, length in zip((0, *corner[1:]), ends, strict=True))
            values[target] = np.frombuffer(data, self.encoding).reshape(self.chunk)[tuple(map(slice, ends))]
        return values.reshape(-1).view(np.uint8).data.toreadonly()

    def unfiltered(self, stored: Stored) -> bytes | None:
        """One chunk with its filters undone in reverse order; None where it does not give exactly its size."""
        raw, size = self.file.source.read_at(stored.address, stored.nbytes), self.chunk_bytes
        for place, number in reversed([*enumerate(self.filters)]):
            if stored.mask >> place & 1:
                continue
            if number == DEFLATE:
                try:
                    raw = zlib.decompressobj().decompress(raw, size + 1)
                except zlib.error:
                    return None
            elif len(raw) == size:
                raw = np.frombuffer(raw, np.uint8).reshape(self.encoding.itemsize, -1).T.tobytes()
        return raw if len(raw) == size else None

    def damaged(self, what: str) -> DamagedFile:
        """The error for a dataset whose chunks contradict its header."""
        message = f"{self.path} in {self.file.source.label} is damaged: {what}."
        return DamagedFile(message, "Get the file from its source again.")


class Stored(NamedTuple):
    """Where one chunk lies, as it is stored."""

    address: int
    nbytes: int
    mask: int
    """A bit for each filter that it did not go through."""


@dataclass(slots=True)
class ChunkIndex:
    """The chunks of an array that are stored; read when first asked for, by one thread, whoever else waits for it."""

    file: OpenFile
    path: str
    address: int
    rank: int
    found: Mapping[tuple[int, ...], Stored] | None = None

    def chunks(self) -> Mapping[tuple[int, ...], Stored]:
        """Where each chunk lies, by the position of its first value; raises DamagedFile where that cannot be read."""
        with self.file.turn:
            if self.found is None:
                self.found = self.read()
        return self.found

    def read(self) -> Mapping[tuple[int, ...], Stored]:
        """The same from the file."""
        entry = struct.Struct(f"<II{self.rank}Q8xQ")
        with parsing(self.file.source, f"the chunks of {self.path}"):
            return {
                tuple(corner): Stored(place, nbytes, mask)
                for nbytes, mask, *corner, place in leaf_entries(self.file.stream, self.address, CHUNK_NODE, entry)
            }


def chunked_storage(dataset: Dataset) -> Storage:
    """Where the values of a chunked dataset come from; nothing is read before they are asked for."""
    file, header, path, shape, nbytes = dataset.file, dataset.header, dataset.path, dataset.shape, dataset.nbytes
    message = header.find(FILTERS)
    filters = filters_at(header.data, message.start) if message else ()
    chunking = chunking_of(dataset.layout, header.data)
    reason = unread(filters)
    if chunking is None or reason:
        return Withheld(f"The values of {path} {reason or 'are in chunks of a newer kind'}, which is not read.")
    chunk, address = chunking
    index = ChunkIndex(file, path, address, len(chunk))
    chunked = Chunked(file, path, shape, dataset.encoding, chunk, filters, index)
    if address == UNDEFINED or not nbytes:
        return Unwritten(nbytes, path)
    if len(chunk) != len(shape) or not all(chunk):
        raise chunked.damaged(f"its chunks of shape {chunk} do not fit its shape {shape}")
    count, limits = math.prod(-(-size // step) for size, step in zip(shape, chunk, strict=True)), file.limits
    if count > limits.hdf5_chunks:
        return Withheld(str(passed("hdf5_chunks", count, limits.hdf5_chunks, path)))
    if chunked.chunk_bytes > max(2 * nbytes, limits.inflated_free):
        return Withheld(str(passed("inflated_free", chunked.chunk_bytes, limits.inflated_free, f"A chunk of {path}")))
    return chunked


def unread(filters: tuple[int, ...]) -> str | None:
    """Why what went through these filters is not read, if it is not."""
    foreign = [str(number) for number in filters if number not in (DEFLATE, SHUFFLE)]
    if foreign:
        return f"went through filter {', '.join(foreign)}"
    if filters.count(DEFLATE) > 1:
        return f"were deflated {filters.count(DEFLATE)} times"
    return None
