"""The messages in object headers: their kinds, and the bodies of those that tell shape, layout and filters.

A body that is cut short or of an unknown version raises ValueError, struct.error or IndexError.

Source: HDF5 File Format Specification 3.0, sections IV.A.2.b, IV.A.2.i and IV.A.2.l.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT, FILTERS = 0x01, 0x02, 0x03, 0x06, 0x07, 0x08, 0x0B
ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x0C, 0x10, 0x11, 0x15
"""Kinds of message; the last says where attributes are that are not in the header."""
SHARED = 0x02
"""The flag of a message that lies elsewhere in the file."""
COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL = range(4)
"""Layouts: in the header, in one run, in chunks, in other datasets."""
NO_SPACE = 2
"""The kind of dataspace that has no values."""
LARGEST_BUILT_IN = 255
"""Filters with larger numbers have names."""


class Layout(NamedTuple):
    """Where a dataset's values are; its particulars begin at ``start`` of the header's data."""

    kind: int
    start: int
    version: int


class Chunking(NamedTuple):
    """The shape of the chunks that values lie in, and the address of the tree that lists them."""

    shape: tuple[int, ...]
    address: int


def shape_at(data: bytes, start: int) -> tuple[int, ...] | None:
    """The shape that a dataspace gives; None for one that has no values."""
    version, rank, _, kind = data[start : start + 4]
    if version == 1:
        return struct.unpack_from(f"<{rank}Q", data, start + 8)
    if version == 2:  # noqa: PLR2004 - the only other version
        return None if kind == NO_SPACE else struct.unpack_from(f"<{rank}Q", data, start + 4)
    message = f"a dataspace of version {version}"
    raise ValueError(message)


def layout_at(data: bytes, start: int) -> Layout:
    """The layout that a message gives, of any version."""
    version, second, third = data[start : start + 3]
    if version in (1, 2) and third in (CONTIGUOUS, CHUNKED):
        return Layout(third, start + 8, version)
    if version in (3, 4):
        return Layout(second, start + 2, version)
    message = f"a layout of version {version} and kind {second} or {third}"
    raise ValueError(message)


def chunking_of(layout: Layout, data: bytes) -> Chunking | None:
    """How a dataset is cut into chunks; None for version 4, whose lists of chunks are of other kinds."""
    if layout.version == 4:  # noqa: PLR2004 - the newest
        return None
    if layout.version == 3:  # noqa: PLR2004 - what all programs write by default
        rank, address = struct.unpack_from("<BQ", data, layout.start)
        start = layout.start + 9
    else:
        rank = data[layout.start - 7]
        (address,) = struct.unpack_from("<Q", data, layout.start)
        start = layout.start + 8
    return Chunking(struct.unpack_from(f"<{max(rank - 1, 0)}I", data, start), address)


def filters_at(data: bytes, start: int) -> tuple[int, ...]:
    """The numbers of the filters that chunks went through, in order."""
    version, count = data[start : start + 2]
    if version not in (1, 2):
        message = f"a filter pipeline of version {version}"
        raise ValueError(message)
    start += 8 if version == 1 else 2
    numbers = []
    for _ in range(count):
        (number,) = struct.unpack_from("<H", data, start)
        if version == 1 or number > LARGEST_BUILT_IN:
            name, _, values = struct.unpack_from("<HHH", data, start + 2)
            start += 8 + (padded(name) if version == 1 else name)
        else:
            _, values = struct.unpack_from("<HH", data, start + 2)
            start += 6
        start += 4 * values + (4 if version == 1 and values % 2 else 0)
        numbers.append(number)
    return tuple(numbers)


def padded(size: int, step: int = 8) -> int:
    """The next multiple of ``step``."""
    return -(-size // step) * step
