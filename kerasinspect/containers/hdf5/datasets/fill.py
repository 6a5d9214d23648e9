"""Fill values: what the values of a dataset are that were never written.

Where a program asked never to write fill values, what h5py gives are the zeros that it began with.

Source: HDF5 File Format Specification 3.0, sections IV.A.2.e and IV.A.2.f; H5Dio.c of libhdf5.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.messages import ALIGNMENT, FILL_VALUE, OLDER_FILL_VALUE, SHARED

if TYPE_CHECKING:
    from kerasinspect.containers.hdf5.headers import Header

_NEVER = 1
"""The time to write fill values of a program that does not want them."""
_HAS_NONE, _HAS_VALUE = 0x10, 0x20
"""Flags of version 3: there is no fill value, or one that is not zero."""
_RESERVED = 0xC0


def fill_value(header: Header, itemsize: int) -> bytes | None:
    """The bytes of a value that was never written; None where such values do not exist.

    Raises ValueError for a faulty message, or one that lies elsewhere.
    """
    newer_message = header.find(FILL_VALUE)
    message = newer_message or header.find(OLDER_FILL_VALUE)
    if message is None:
        return bytes(itemsize)
    flags, start, nbytes = message
    if flags & SHARED:
        complaint = "a fill value that lies elsewhere in the file, which is not supported"
        raise ValueError(complaint)
    body = header.data[start : start + nbytes]
    value = newer(body) if newer_message else sized(body)
    if value and len(value) != itemsize:
        complaint = f"a fill value of {len(value)} bytes where a value takes {itemsize}"
        raise ValueError(complaint)
    return bytes(itemsize) if value == b"" else value


def newer(body: bytes) -> bytes | None:
    """The fill value of a message that also says when it is written; empty for zeros, None where there is none."""
    version, second = body[:2]
    if version == 3:  # noqa: PLR2004 - the newest
        time, has_none, has_value = second >> 2 & 3, second & _HAS_NONE, second & _HAS_VALUE
        if second & _RESERVED or (has_none and has_value):
            complaint = f"a fill value with flags {second}"
            raise ValueError(complaint)
        value = sized(body[2:]) if has_value else b""
    elif version in (1, 2):
        time, has_value = body[2:4]
        has_none, value = not has_value, sized(body[4:]) if has_value else b""
    else:
        complaint = f"a fill value of version {version}"
        raise ValueError(complaint)
    if time == _NEVER:
        return b""
    return None if has_none else value


def sized(body: bytes) -> bytes:
    """The bytes behind their number; raises ValueError where they are not all that there is."""
    (size,) = struct.unpack_from("<I", body)
    if not 0 <= len(body) - 4 - size < ALIGNMENT:
        complaint = f"{size} bytes in {len(body) - 4}"
        raise ValueError(complaint)
    return body[4 : 4 + size]
