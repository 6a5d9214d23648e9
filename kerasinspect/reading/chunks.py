"""Datasets in chunks, perhaps shuffled and deflated: what other tools make of a Keras file, never Keras itself.

Only no filter, shuffle and one deflate are read; any other filter is named and its data left alone. A chunk is
inflated to the size that the header declares for it and not a byte further.

Source: HDF5 File Format Specification 3.0, sections III.A.1 and IV.A.2.l.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from pyfive.btree import BTreeV1RawDataChunks

from kerasinspect.errors import DamagedFile
from kerasinspect.reading.hdf5_header import UNDEFINED, Header, OpenFile, parsing
from kerasinspect.reading.limits import passed
from kerasinspect.reading.stored import InMemory, Storage, Unwritten, Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFLATE, SHUFFLE = 1, 2


@dataclass(frozen=True, slots=True)
class Chunked:
    """A dataset in chunks of equal shape, those at the edges reaching beyond it."""

    file: OpenFile
    header: Header
    path: str
    shape: tuple[int, ...]
    encoding: np.dtype[Any]
    chunk: tuple[int, ...]
    filters: tuple[int, ...]

    @property
    def chunk_bytes(self) -> int:
        """Bytes of one chunk when no filter is left on it."""
        return math.prod(self.chunk) * self.encoding.itemsize

    def damaged(self, what: str) -> DamagedFile:
        """The error for a dataset whose chunks contradict its header."""
        message = f"{self.path} in {self.file.source.label} is damaged: {what}."
        return DamagedFile(message, "Get the file from its source again.")


def chunked_storage(
    file: OpenFile, header: Header, path: str, shape: tuple[int, ...], encoding: np.dtype[Any]
) -> Storage:
    """Where the values of a chunked dataset come from; nothing is read before they are asked for."""
    filters = tuple(entry["filter_id"] for entry in header.filter_pipeline or ())
    foreign = [str(number) for number in filters if number not in (DEFLATE, SHUFFLE)]
    if foreign:
        return Withheld(f"The values of {path} went through filter {', '.join(foreign)}, which is not read.")
    if filters.count(DEFLATE) > 1:
        return Withheld(f"The values of {path} were deflated {filters.count(DEFLATE)} times, which is not read.")
    nbytes = math.prod(shape) * encoding.itemsize
    dataset = Chunked(file, header, path, shape, encoding, tuple(int(size) for size in header.chunks or ()), filters)
    if header._chunk_address == UNDEFINED or not nbytes:  # noqa: SLF001 - pyfive has no public name
        return Unwritten(nbytes, path)
    if len(dataset.chunk) != len(shape) or not all(dataset.chunk):
        raise dataset.damaged(f"its chunks of shape {dataset.chunk} do not fit its shape {shape}")
    if dataset.chunk_bytes > max(2 * nbytes, file.limits.inflated_free):
        return Withheld(
            str(passed("inflated_free", dataset.chunk_bytes, file.limits.inflated_free, f"A chunk of {path}"))
        )
    return InMemory(cache(lambda: assembled(dataset)))


def assembled(dataset: Chunked) -> bytes:
    """All values of a chunked dataset, put together from its chunks; a chunk that was never written is zero."""
    values = np.zeros(dataset.shape, dataset.encoding)
    stored = chunk_index(dataset)
    for corner in product(*map(range, (0,) * len(dataset.shape), dataset.shape, dataset.chunk)):
        if corner not in stored:
            continue
        address, size, mask = stored[corner]
        data = unfiltered(dataset, dataset.file.source.read_at(address, size), mask)
        if data is None:
            raise dataset.damaged(f"its chunk at {corner} cannot be inflated")
        inside = [min(step, size - low) for low, step, size in zip(corner, dataset.chunk, dataset.shape, strict=True)]
        chunk = np.frombuffer(data, dataset.encoding).reshape(dataset.chunk)
        target = tuple(slice(low, low + length) for low, length in zip(corner, inside, strict=True))
        values[target] = chunk[tuple(map(slice, inside))]
    return values.tobytes()


def chunk_index(dataset: Chunked) -> Mapping[tuple[int, ...], tuple[int, int, int]]:
    """Address, stored size and filter mask of every chunk, by the position of its first value."""
    header = dataset.header
    with parsing(dataset.file.source, f"the chunks of {dataset.path}"):
        tree = BTreeV1RawDataChunks(header.fh, header._chunk_address, header._chunk_dims)  # noqa: SLF001
        return {
            tuple(key["chunk_offset"][:-1]): (address, key["chunk_size"], key["filter_mask"])
            for node in tree.all_nodes[0]
            for key, address in zip(node["keys"], node["addresses"], strict=False)
        }


def unfiltered(dataset: Chunked, raw: bytes, mask: int) -> bytes | None:
    """One chunk with its filters undone in reverse order; None where it does not give exactly its size."""
    size = dataset.chunk_bytes
    for place, number in reversed([*enumerate(dataset.filters)]):
        if mask >> place & 1:
            continue
        if number == DEFLATE:
            try:
                raw = zlib.decompressobj().decompress(raw, size + 1)
            except zlib.error:
                return None
        elif len(raw) == size:
            raw = np.frombuffer(raw, np.uint8).reshape(dataset.encoding.itemsize, -1).T.tobytes()
    return raw if len(raw) == size else None
