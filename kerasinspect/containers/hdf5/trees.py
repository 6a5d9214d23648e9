"""B-trees of version 1, which hold the symbol tables of a group, or the chunks of an array.

Source: HDF5 File Format Specification 3.0, section III.A.1.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.hdf5.stream import MeteredStream

NODE = struct.Struct("<4sBBH16x")
"""Signature, kind, level, entries used; the siblings are not needed."""


def leaf_entries(stream: MeteredStream, root: int, kind: int, entry: struct.Struct) -> Iterator[tuple[Any, ...]]:
    """The entries of all leaves below a node, in order; the last field of each is the address that it leads to."""
    return (one for leaf in leaves(stream, root, kind, entry) for one in entry.iter_unpack(leaf))


def leaves(stream: MeteredStream, root: int, kind: int, entry: struct.Struct) -> Iterator[bytes]:
    """The bytes of the entries of each leaf below a node, in order.

    Each node is read once and stands one level below its parent, so that a tree gives no more than lies in the file.
    Raises ValueError for a node that is not what it must be.
    """
    pending: list[tuple[int, int | None]] = [(root, None)]
    seen: set[int] = set()
    while pending:
        address, expected = pending.pop()
        if address in seen:
            message = f"the node at {address} is its own descendant, or has two parents"
            raise ValueError(message)
        seen.add(address)
        signature, found, level, count = NODE.unpack(stream.at(address, NODE.size))
        expect(signature, b"TREE")
        entries = stream.at(address + NODE.size, count * entry.size)
        if found != kind or level != (level if expected is None else expected):
            message = f"the node at {address} is of kind {found} and level {level}"
            raise ValueError(message)
        if level:
            pending += [(one[-1], level - 1) for one in reversed([*entry.iter_unpack(entries)])]
        else:
            yield entries


def expect(signature: bytes, expected: bytes) -> None:
    """Raise ValueError for a structure that does not begin as it must."""
    if signature != expected:
        message = f"{signature!r} where {expected!r} must be"
        raise ValueError(message)
