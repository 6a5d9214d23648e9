"""The links of a group as HDF5 has always written them by default, and so every Keras: a tree of symbol tables.

pyfive can list them too, but reads each number by itself and stops at links that it does not know. These are most of
a Keras file's headers, so that listing them here halves the time that it takes to open one.

Source: HDF5 File Format Specification 3.0, sections III.B, III.C and III.D.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.reading.hdf5_trees import expect, leaf_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.reading.hdf5_file import MeteredStream

NODE_ENTRY = struct.Struct("<8xQ")
"""Where a name lies in the heap, which is not needed, and the address of a table or of a node below."""
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


def symbols(stream: MeteredStream, tree: int, heap: int) -> Iterator[Symbol]:
    """The symbols of a group from the addresses of its tree and of its heap; raises ValueError for what is neither."""
    names = heap_of(stream, heap)
    for (address,) in leaf_entries(stream, tree, GROUP_NODE, NODE_ENTRY):
        signature, _, count = TABLE.unpack(stream.at(address, TABLE.size))
        expect(signature, b"SNOD")
        for place, target, kind, soft in SYMBOL.iter_unpack(stream.at(address + TABLE.size, count * SYMBOL.size)):
            yield Symbol(text_at(names, place), target, text_at(names, soft) if kind == SOFT_LINK else None)


def heap_of(stream: MeteredStream, address: int) -> bytes:
    """The names of a group, one after the other."""
    signature, _, size, names = HEAP.unpack(stream.at(address, HEAP.size))
    expect(signature, b"HEAP")
    return stream.at(names, size)


def text_at(names: bytes, place: int) -> bytes:
    """The name at a place in the heap, without the NUL that ends it; raises ValueError where nothing ends it."""
    return names[place : names.index(b"\0", place)]
