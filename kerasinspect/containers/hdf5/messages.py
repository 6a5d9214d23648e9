"""The messages in object headers: their kinds, and the bodies of those that tell shape, layout and filters.

A body that is cut short or of an unknown version raises ValueError, struct.error or IndexError.

Source: HDF5 File Format Specification 3.0, sections IV.A.2.b, IV.A.2.i and IV.A.2.l.
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache
from typing import NamedTuple

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT, FILTERS = 0x01, 0x02, 0x03, 0x06, 0x07, 0x08, 0x0B
OLDER_FILL_VALUE, FILL_VALUE = 0x04, 0x05
ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x0C, 0x10, 0x11, 0x15
"""Kinds of message; the last says where attributes are that are not in the header."""
SHARED = 0x02
"""The flag of a message that lies elsewhere in the file."""
COMPACT, _CONTIGUOUS, CHUNKED, VIRTUAL = range(4)
"""Layouts: in the header, in one run, in chunks, in other datasets."""
_ONE_VALUE, _NO_SPACE = 0, 2
"""Kinds of dataspace: one value without axes, and no values at all; between them, what has axes."""
_MOST_AXES = 32
ALIGNMENT = 8
"""Bytes to a multiple of which messages of older headers are padded."""
_HAS_MAXIMA = 1
"""The flag of a dataspace that also says how large each axis may become."""
MOST_REMEMBERED = 1_024
"""Dataspaces and datatypes that are read no more than once: a model has few, again and again."""
_LARGEST_BUILT_IN = 255
"""Filters with larger numbers have names."""


class Layout(NamedTuple):
    """A layout message: the storage class of the values; its particulars begin at ``start`` of the header's data."""

    kind: int
    start: int
    version: int


class _Chunking(NamedTuple):
    """The shape of the chunks that values lie in, the address of the tree that lists them, and bytes of a value."""

    shape: tuple[int, ...]
    address: int
    itemsize: int


class Filter(NamedTuple):
    """One filter of the pipeline that chunks went through: its number, and its parameters."""

    number: int
    values: tuple[int, ...]


@lru_cache(MOST_REMEMBERED)
def shape_of(body: bytes) -> tuple[int, ...] | None:
    """The shape that a dataspace gives; None for one that has no values.

    Raises ValueError for one that says what none may: more axes than there can be, one that is larger than it may
    become, axes of what has none, other bytes than it takes.
    """
    version, rank, flags, kind = body[:4]
    head = {1: 8, 2: 4}.get(version, 0)
    if not head or rank > _MOST_AXES or flags > _HAS_MAXIMA or kind > (_NO_SPACE if version > 1 else 0):
        message = f"a dataspace of version {version}, {rank} axes, flags {flags} and kind {kind}"
        raise ValueError(message)
    sizes: tuple[int, ...] = struct.unpack_from(f"<{rank * (1 + flags)}Q", body, head)
    shape, maxima = sizes[:rank], sizes[rank:]
    is_larger = any(size > most for size, most in zip(shape, maxima, strict=False))
    has_none = version > 1 and kind in (_ONE_VALUE, _NO_SPACE)
    if is_larger or (rank and has_none) or not 0 <= len(body) - head - 8 * len(sizes) < ALIGNMENT:
        message = f"a dataspace of shape {shape} and largest shape {maxima} in {len(body)} bytes"
        raise ValueError(message)
    return None if version > 1 and kind == _NO_SPACE else shape


def layout_at(data: bytes, start: int) -> Layout:
    """The layout that a message gives, of any version."""
    version, second, third = data[start : start + 3]
    if version in (1, 2) and third in (_CONTIGUOUS, CHUNKED):
        return Layout(third, start + 8, version)
    if version in (3, 4, 5) and second <= VIRTUAL:
        return Layout(second, start + 2, version)
    message = f"a layout of version {version} and kind {second} or {third}"
    raise ValueError(message)


def sizes_of_run(layout: Layout, data: bytes, itemsize: int) -> set[int]:
    """The bytes that an array in one run may have by its layout.

    The oldest versions list the size of each axis, and perhaps that of a value.
    """
    if layout.version > 2:  # noqa: PLR2004
        return {*struct.unpack_from("<Q", data, layout.start + 8)}
    listed = math.prod(struct.unpack_from(f"<{data[layout.start - 7]}I", data, layout.start + 8))
    return {listed, listed * itemsize}


def chunking_of(layout: Layout, data: bytes) -> _Chunking | None:
    """The shape of chunks and the address of their index; None for newer versions, whose indexes are of other kinds."""
    if layout.version > 3:  # noqa: PLR2004 - what all programs write by default
        return None
    if layout.version == 3:  # noqa: PLR2004 - what all programs write by default
        rank, address = struct.unpack_from("<BQ", data, layout.start)
        start = layout.start + 9
    else:
        rank = data[layout.start - 7]
        (address,) = struct.unpack_from("<Q", data, layout.start)
        start = layout.start + 8
    *shape, itemsize = struct.unpack_from(f"<{rank}I", data, start)
    return _Chunking(tuple(shape), address, itemsize)


def filters_at(data: bytes) -> tuple[Filter, ...]:
    """The filters that chunks went through, in order."""
    version, count = data[:2]
    if version not in (1, 2):
        message = f"a filter pipeline of version {version}"
        raise ValueError(message)
    start = 8 if version == 1 else 2
    filters = []
    for _ in range(count):
        (number,) = struct.unpack_from("<H", data, start)
        if version == 1 or number > _LARGEST_BUILT_IN:
            name, _, values = struct.unpack_from("<HHH", data, start + 2)
            start += 8 + (padded(name) if version == 1 else name)
        else:
            _, values = struct.unpack_from("<HH", data, start + 2)
            start += 6
        filters.append(Filter(number, struct.unpack_from(f"<{values}I", data, start)))
        start += 4 * values + (4 if version == 1 and values % 2 else 0)
    return tuple(filters)


def padded(size: int, step: int = 8) -> int:
    """The next multiple of ``step``."""
    return -(-size // step) * step
