"""Datasets in chunks, perhaps shuffled and deflated: what other tools make of a Keras file, never Keras itself.

Only no filter, shuffle and one deflate are read; any other filter is named and its data left alone. A chunk is
inflated to the size that the header declares for it and not a byte further.

Source: HDF5 File Format Specification 3.0, sections III.A.1 and IV.A.2.l.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.messages import FILTERS, SHARED, Filter, filters_at
from kerasinspect.containers.slabs import pieces_of, run_of
from kerasinspect.containers.stored import Withheld
from kerasinspect.errors import COPY_AGAIN, DamagedFile
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.hdf5.datasets.chunk_index import ChunkIndex, Stored
    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.hdf5.headers import Header
    from kerasinspect.dtypes import Encoding

_DEFLATE, _SHUFFLE = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Chunked:
    """A dataset in chunks of equal shape, those at the edges reaching beyond it.

    Values are put together a slab at a time: the chunks that share their place on the first axis.
    """

    file: OpenFile
    path: str
    shape: tuple[int, ...]
    encoding: Encoding
    chunk: tuple[int, ...]
    filters: tuple[int, ...]
    index: ChunkIndex
    fill: bytes | None
    """The bytes of a value that was never written; None where there is no such value."""

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
        return run_of(self, start, count)

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces, slab by slab."""
        return pieces_of(self, size)

    @property
    def slabs(self) -> int:
        """The number of slabs."""
        return -(-self.shape[0] // self.chunk[0])

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
        """The values of one slab; those of a chunk that was never written are the fill value."""
        import numpy as np  # noqa: PLC0415 - what describes a file needs none

        low = number * self.chunk[0]
        shape = (min(self.chunk[0], self.shape[0] - low), *self.shape[1:])
        values = np.empty(shape, self.encoding)
        values[...] = np.frombuffer(self.fill or bytes(self.encoding.itemsize), self.encoding)
        for corner, stored in self.index.slab(low):
            data = self.unfiltered(stored)
            if data is None:
                raise self.damaged(f"its chunk at {corner} cannot be inflated")
            ends = [min(step, size - at) for at, step, size in zip(corner, self.chunk, self.shape, strict=True)]
            target = tuple(slice(at, at + length) for at, length in zip((0, *corner[1:]), ends, strict=True))
            values[target] = np.frombuffer(data, self.encoding).reshape(self.chunk)[tuple(map(slice, ends))]
            self.file.source.count_read(len(data) - stored.nbytes)
        return values.reshape(-1).view(np.uint8).data.toreadonly()

    def unfiltered(self, stored: Stored) -> bytes | None:
        """One chunk with its filters undone in reverse order; None where it does not give exactly its size."""
        raw, size = self.file.source.read_at(stored.address, stored.nbytes), self.chunk_bytes
        for place, number in reversed([*enumerate(self.filters)]):
            if stored.mask >> place & 1:
                continue
            if number == _DEFLATE:
                try:
                    raw = zlib.decompressobj().decompress(raw, size + 1)
                except zlib.error:
                    return None
            elif len(raw) == size:
                raw = _unshuffled(raw, self.encoding.itemsize)
        return raw if len(raw) == size else None

    @property
    def missing(self) -> int:
        """The number of its chunks that were never written."""
        return self.index.count - self.index.stored

    def find(self) -> None:
        """Find its chunks; raises DamagedFile where that cannot be done, or where values are missing in any sense."""
        self.index.read()
        if self.fill is None and self.missing:
            raise self.damaged("it was only partly written, and the file has no fill value for the rest")

    def damaged(self, what: str) -> DamagedFile:
        """The error for a dataset whose chunks contradict its header."""
        message = f"{self.path} in {self.file.source.label} is damaged: {what}."
        return DamagedFile(message, COPY_AGAIN)


def _unshuffled(raw: bytes, itemsize: int) -> bytes:
    """The bytes of values that have all first bytes together, then all second ones."""
    count = len(raw) // itemsize
    values = bytearray(len(raw))
    for place in range(itemsize):
        values[place::itemsize] = raw[place * count : (place + 1) * count]
    return bytes(values)


def filters_of(header: Header) -> tuple[Filter, ...]:
    """The filters that chunks went through, in order; raises ValueError where a message lies elsewhere."""
    message = header.find(FILTERS)
    if message is None:
        return ()
    flags, start, nbytes = message
    if flags & SHARED:
        complaint = "filters that are described elsewhere in the file, which is not supported"
        raise ValueError(complaint)
    return filters_at(header.data[start : start + nbytes])


def passed_limit(chunked: Chunked, nbytes: int) -> Withheld | None:
    """The storage of an array that has too many chunks, or too large ones; None where it may be read."""
    limits, path, count = chunked.file.limits, chunked.path, chunked.index.count
    if count > limits.hdf5_chunks:
        return Withheld(str(over_limit("hdf5_chunks", count, limits.hdf5_chunks, path)))
    if chunked.chunk_bytes > max(2 * nbytes, limits.inflated_free):
        return Withheld(
            str(over_limit("inflated_free", chunked.chunk_bytes, limits.inflated_free, f"A chunk of {path}"))
        )
    return None


def unread(filters: tuple[Filter, ...], itemsize: int) -> str | None:
    """The reason why values of so many bytes that went through these filters are not read; None where they are."""
    foreign = [str(one.number) for one in filters if one.number not in (_DEFLATE, _SHUFFLE)]
    if foreign:
        return f"went through filter {', '.join(foreign)}"
    deflated = sum(one.number == _DEFLATE for one in filters)
    if deflated > 1:
        return f"were deflated {deflated} times"
    if any(one.number == _SHUFFLE and one.values != (itemsize,) for one in filters):
        return "were shuffled in other units than they are made of"
    return None
