"""Verifies the checksums of a bundle: those of the blocks of its index, and that of each tensor or slice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import Contradiction
from kerasinspect.containers.protobuf import varint
from kerasinspect.containers.tensor_bundle.crc32c import crc32c, masked
from kerasinspect.containers.tensor_bundle.entries import MOST_TEXT, TEXTS
from kerasinspect.containers.tensor_bundle.table import TRAILER, blocks_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.tensor_bundle.entries import Entry
    from kerasinspect.containers.zip.crc import CrcSoFar

_BLOCK = 4 << 20
"""Bytes of a tensor that are read at once."""
_CHECKSUM = 4
"""Bytes of a checksum."""
_LONG = 1 << 32
"""A length from which on it counts as eight bytes."""


def checked(
    source: Source,
    entries: Mapping[bytes, Entry],
    shards: tuple[Source | None, ...],
    taken: Mapping[bytes, CrcSoFar],
) -> Iterator[str | None]:
    """Read all bytes of an index and of the tensors that are there: None for each piece, a name where one is wrong.

    Of those in ``taken`` only what was not read before is read.
    """
    for start, size in blocks_of(source):
        data = source.read_at(start, size + TRAILER)
        is_right = masked(crc32c(data[:-_CHECKSUM])) == int.from_bytes(data[-_CHECKSUM:], "little")
        yield None if is_right else f"the block at byte {start:,} of {source.label}"
    for key, entry in sorted(entries.items(), key=lambda item: (item[1].shard, item[1].offset)):
        shard = shards[entry.shard] if entry.shard < len(shards) else None
        if shard is None or entry.slices or entry.offset + entry.nbytes > shard.size:
            continue
        if entry.dtype == TEXTS and entry.nbytes > MOST_TEXT:
            continue  # it is not read for anything else either
        crc = yield from _crc_of(entry, shard, taken.get(key))
        if crc is None or masked(crc) != entry.checksum:
            yield key.lstrip(b"\0").decode(errors="replace").partition("\0")[0]


def _crc_of(entry: Entry, shard: Source, so_far: CrcSoFar | None) -> Generator[None, None, int | None]:
    """The checksum of a tensor, with a step for each piece that is read for it; None for texts that end early."""
    if so_far is None:
        crc = 0
        try:
            for piece in _pieces(entry, shard):
                crc = crc32c(piece, crc)
                yield None
        except Contradiction:
            return None
        return crc
    rest = so_far.rest()
    while True:
        try:
            next(rest)
        except StopIteration as end:
            found: int = end.value
            return found
        yield None


def _pieces(entry: Entry, shard: Source) -> Iterator[bytes | memoryview]:
    """The bytes that the checksum of a tensor is of: of texts their lengths as plain numbers, then what follows."""
    if entry.dtype != TEXTS:
        yield from shard.blocks(entry.offset, entry.nbytes, _BLOCK)
        return
    view = memoryview(shard.read_at(entry.offset, entry.nbytes))
    at = 0
    for _ in range(math.prod(entry.shape)):
        length, at = varint(view, at)
        yield length.to_bytes(8 if length >= _LONG else 4, "little")
    yield view[at:]
