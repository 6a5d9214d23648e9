"""The links of a group as HDF5 has always written them by default, and so every Keras: a tree of symbol tables.

pyfive can list them too, but reads each number by itself and stops at links that it does not know. These are most of
a Keras file's headers, so that listing them here halves the time that it takes to open one.

Source: HDF5 File Format Specification 3.0, sections III.B, III.C and III.D.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.superblock import UNDEFINED
from kerasinspect.containers.hdf5.trees import expect, leaf_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.hdf5.stream import MeteredStream

NODE_ENTRY = struct.Struct("<8xQ")
"""An entry of a node: the place of a name in the heap, which is not needed, and the address of a table or node."""
_HEAP = struct.Struct("<5s3xQQQ")
"""Signature and version, size of the names, where its free space begins, the address of the names."""
_FREE_BLOCK = struct.Struct("<QQ")
"""A free block: the place of the next one, and its own bytes."""
_NO_BLOCK = (1, UNDEFINED)
"""The places that stand for no further free block."""
TABLE = struct.Struct("<5sxH")
"""Signature and version, symbols."""
SYMBOL = struct.Struct("<QQI4xI12x")
"""Place of the name in the heap, address of the object, kind of link, place of a soft link's target in the heap."""
GROUP_NODE = 0
_SOFT_LINK = 2
"""The largest kind of link; before it, a hard one, and one to a group whose tree and heap stand here as well."""
_NO_NAMES = (b"", b".")
"""Names that no link may have, nor any with a slash in it: a path would lead elsewhere."""


def symbols(stream: MeteredStream, tree: int, heap: int) -> Iterator[tuple[bytes, int, bytes | None]]:
    """The symbols of a group from the addresses of its tree and of its heap; raises ValueError for what is neither.

    Each is a name, an address, and for a soft link the path that it leads to.
    """
    names, last = heap_of(stream, heap), b""
    for (address,) in leaf_entries(stream, tree, GROUP_NODE, NODE_ENTRY):
        signature, count = TABLE.unpack(stream.at(address, TABLE.size))
        expect(signature, b"SNOD\1")
        for place, target, kind, soft in SYMBOL.iter_unpack(stream.at(address + TABLE.size, count * SYMBOL.size)):
            name = text_at(names, place)
            if kind > _SOFT_LINK or name < last or name in _NO_NAMES or b"/" in name:
                message = f"a link of kind {kind}, named {name!r} behind {last!r}"
                raise ValueError(message)
            last = name
            yield name, target, text_at(names, soft) if kind == _SOFT_LINK else None


def heap_of(stream: MeteredStream, address: int) -> bytes:
    """The names of a group, one after the other."""
    signature, size, free, place = _HEAP.unpack(stream.at(address, _HEAP.size))
    expect(signature, b"HEAP\0")
    names = stream.at(place, size)
    _check_free_space(names, free)
    return names


def _check_free_space(names: bytes, free: int) -> None:
    """Raise ValueError for free blocks of a heap that do not lie in it, struct.error for one that has no room."""
    room = len(names)
    while free not in _NO_BLOCK:
        following, size = _FREE_BLOCK.unpack_from(names, free)
        room -= size
        if not size or free + size > len(names) or room < 0:
            message = f"{size} free bytes at {free} of {len(names)} bytes of names"
            raise ValueError(message)
        free = following


def text_at(names: bytes, place: int) -> bytes:
    """The name at a place in the heap, between the NUL before it and the one behind; raises ValueError without them."""
    if place and names[place - 1]:
        message = f"no name begins at {place}"
        raise ValueError(message)
    return names[place : names.index(b"\0", place)]
