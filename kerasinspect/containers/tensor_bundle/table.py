"""The index of a bundle: keys and values, sorted by key, in blocks.

Source: tensorflow/core/lib/io/table_format.txt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import Contradiction
from kerasinspect.containers.protobuf import varint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.sources import Source

MAGIC = bytes.fromhex("57fb808b247547db")
"""The last bytes of every index."""
_FOOTER = 48
"""Bytes at the end: where the block of blocks lies, and the magic number."""
TRAILER = 5
"""Bytes behind each block: how it is compressed, and its checksum."""
_PLAIN = 0
_LONGEST_BLOCK = 16 << 20
"""Bytes of a block, which is read at once: one is as long as its last entry made it."""
_NUMBER = 4
"""Bytes of a number that is not packed."""


def is_index(source: Source) -> bool:
    """Whether a file ends as the index of a bundle does."""
    return source.size >= _FOOTER and source.read_at(source.size - len(MAGIC), len(MAGIC)) == MAGIC


def blocks_of(source: Source) -> Iterator[tuple[int, int]]:
    """Where each block of entries begins, and its bytes without the trailer.

    Raises ValueError where the index contradicts itself, and what ``source.read_at`` raises.
    """
    footer = memoryview(source.read_at(source.size - _FOOTER, _FOOTER))
    _, at = _handle(footer, 0)
    (start, size), _ = _handle(footer, at)
    behind = 0
    for _, value in entries_of(block_at(source, start, size)):
        (first, length), _ = _handle(memoryview(value), 0)
        if first < behind:  # a block that is named twice would be read again and again
            message = f"block {first} does not lie behind the one before it"
            raise Contradiction(message)
        behind = first + length + TRAILER
        yield first, length


def block_at(source: Source, start: int, size: int) -> bytes:
    """The bytes of one block; raises ValueError where it is compressed, or does not lie in the file."""
    if size > _LONGEST_BLOCK:
        message = f"block {start} has {size:,} bytes, where TensorFlow begins another one at 256 KiB"
        raise Contradiction(message)
    if start + size + TRAILER > source.size - _FOOTER:
        message = f"block {start} of {size} bytes does not fit into {source.size}"
        raise Contradiction(message)
    data = source.read_at(start, size + 1)
    if data[size] != _PLAIN:
        message = f"block {start} is compressed, which TensorFlow does not do here"
        raise Contradiction(message)
    return data[:size]


def entries_of(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a block: each key says how many bytes it shares with the one before it.

    Raises ValueError where the block contradicts itself, or its keys do not rise.
    """
    restarts = int.from_bytes(block[-_NUMBER:], "little")
    end = len(block) - _NUMBER * (restarts + 1)
    if len(block) < _NUMBER or end < 0:
        message = f"{restarts} restarts do not fit into {len(block)} bytes"
        raise Contradiction(message)
    view = memoryview(block)[:end]
    at, key = 0, b""
    while at < end:
        shared, at = varint(view, at)
        fresh, at = varint(view, at)
        size, at = varint(view, at)
        if shared > len(key) or at + fresh + size > end:
            message = f"the entry before byte {at} does not fit into its block"
            raise Contradiction(message)
        before, key = key, key[:shared] + bytes(view[at : at + fresh])
        if at > fresh and key <= before and before:
            message = f"the key before byte {at} does not follow the one before it"
            raise Contradiction(message)
        at += fresh + size
        yield key, bytes(view[at - size : at])


def _handle(view: memoryview, at: int) -> tuple[tuple[int, int], int]:
    """The place and the size that stand at a place, and the place behind them."""
    start, at = varint(view, at)
    size, at = varint(view, at)
    return (start, size), at
