"""The links of a group as HDF5 has always written them by default, and so every Keras: a tree of symbol tables.

pyfive can list them too, but reads each number by itself and stops at links that it does not know. These are most of
a Keras file's headers, so that listing them here halves the time that it takes to open one.

Source: HDF5 File Format Specification 3.0, sections III.A.1, III.B, III.C and III.D.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.reading.sources import SourceStream

NODE = struct.Struct("<4sBBH16x")
"""Signature, type of node, level, entries used; the siblings are not needed."""
NODE_KEY, NODE_ENTRY = struct.Struct("<Q"), struct.Struct("<8xQ")
HEAP = struct.Struct("<4sB3xQ8xQ")
"""Signature, version, size of the names, their address."""
TABLE = struct.Struct("<4sBxH")
"""Signature, version, symbols."""
SYMBOL = struct.Struct("<QQI4xI12x")
"""Place of the name in the heap, address of the object, kind of link, place of a soft link's target in the heap."""
GROUP_NODE = 0
SOFT_LINK = 2


class Symbol(NamedTuple):
    """One name in a group."""

    name: bytes
    address: int
    target: bytes | None
    """Where a soft link leads; None for a hard link."""


def symbols(stream: SourceStream, tree: int, heap: int) -> Iterator[Symbol]:
    """The symbols of a group from the addresses of its tree and of its heap; raises ValueError for what is neither."""
    names = heap_of(stream, heap)
    for address in tables(stream, tree):
        signature, _, count = TABLE.unpack(read(stream, address, TABLE.size))
        expect(signature, b"SNOD")
        for place, target, kind, soft in SYMBOL.iter_unpack(stream.read(count * SYMBOL.size)):
            yield Symbol(text_at(names, place), target, text_at(names, soft) if kind == SOFT_LINK else None)


def tables(stream: SourceStream, root: int) -> Iterator[int]:
    """The addresses of all symbol tables below a node, each node read once and each one level below its parent."""
    pending: list[tuple[int, int | None]] = [(root, None)]
    seen: set[int] = set()
    while pending:
        address, expected = pending.pop()
        if address in seen:
            message = f"the node at {address} is its own descendant, or has two parents"
            raise ValueError(message)
        seen.add(address)
        signature, kind, level, count = NODE.unpack(read(stream, address, NODE.size))
        expect(signature, b"TREE")
        if kind != GROUP_NODE or level != (level if expected is None else expected):
            message = f"the node at {address} is of kind {kind} and level {level}"
            raise ValueError(message)
        children = [child for (child,) in NODE_ENTRY.iter_unpack(stream.read(count * NODE_ENTRY.size))]
        if len(children) < count:
            message = f"the node at {address} is cut off"
            raise ValueError(message)
        if level:
            pending += [(child, level - 1) for child in reversed(children)]
        else:
            yield from children


def heap_of(stream: SourceStream, address: int) -> bytes:
    """The names of a group, one after the other."""
    signature, _, size, names = HEAP.unpack(read(stream, address, HEAP.size))
    expect(signature, b"HEAP")
    return read(stream, names, size)


def read(stream: SourceStream, address: int, count: int) -> bytes:
    """Bytes at an address, fewer at the end of the file."""
    stream.seek(address)
    return stream.read(count)


def text_at(names: bytes, place: int) -> bytes:
    """The name at a place in the heap, without the NUL that ends it; raises ValueError where nothing ends it."""
    return names[place : names.index(b"\0", place)]


def expect(signature: bytes, expected: bytes) -> None:
    """Raise ValueError for a structure that does not begin as it must."""
    if signature != expected:
        message = f"{signature!r} where {expected!r} must be"
        raise ValueError(message)
