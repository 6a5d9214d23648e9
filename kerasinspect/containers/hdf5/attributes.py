"""Attributes of HDF5 objects as texts and numbers, within limits.

Source: HDF5 File Format Specification 3.0, sections III.E and IV.A.2.m.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.containers.hdf5.datatypes import FLOAT, INTEGER, class_at, number_format, size_at
from kerasinspect.containers.hdf5.messages import ALIGNMENT, padded, shape_of
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.stored import Attribute

_HEAD = struct.Struct("<BBHHH")
"""The prefix of an attribute: version, flags, bytes of its name, datatype and dataspace."""
_SHARED_PARTS = 0x03
"""The flags of an attribute whose datatype or dataspace lies elsewhere in the file."""
_STRING, _VARIABLE_LENGTH = 3, 9
_TEXT = 1
"""The type that a variable-length datatype of texts has."""
_REFERENCE = struct.Struct("<IQI")
"""A text of variable length: its bytes, the address of its heap, its number there."""
_HEAP = struct.Struct("<4sB3xQ")
"""Signature, version, bytes of a global heap."""
_HEAP_OBJECT = struct.Struct("<H6xQ")
"""Number and bytes of an object in it."""
_CODES = dict(zip(("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"), "bhiqBHIQefd", strict=True))
"""What ``struct`` calls the numbers that numpy calls so."""
_MOST_HEAPS = 8
"""Heaps that are kept, each of which may have 65,535 objects."""


class _Parts(NamedTuple):
    """An attribute's name, and where its datatype, its dataspace and its values begin."""

    name: bytes
    datatype: int
    dataspace: int
    values: int


def is_familiar_attribute(data: bytes, start: int) -> bool:
    """Whether an attribute is of a form that is read here: texts and plain numbers, all of it in one place."""
    version, flags = data[start : start + 2]
    if version not in (1, 2, 3) or (version > 1 and flags & _SHARED_PARTS):
        return False
    datatype = parts_of(data, start).datatype
    kind = class_at(data, datatype)
    return kind in (INTEGER, FLOAT, _STRING) or (kind == _VARIABLE_LENGTH and data[datatype + 1] & 0x0F == _TEXT)


def parts_of(data: bytes, start: int) -> _Parts:
    """The offsets of the parts of an attribute; raises ValueError for a name of another length than it says."""
    version, _, name, datatype, dataspace = _HEAD.unpack_from(data, start)
    step = 8 if version == 1 else 1
    first = start + _HEAD.size + (version > 2)  # noqa: PLR2004 - version 3 tells the encoding of the name
    second = first + padded(name, step)
    third = second + padded(datatype, step)
    title, _, rest = data[first : first + name].partition(b"\0")
    if rest or len(title) + 1 != name:
        message = f"a name of {len(title)} bytes in {name}"
        raise ValueError(message)
    return _Parts(title, second, third, third + padded(dataspace, step))


def attribute_of(file: OpenFile, data: bytes, path: str) -> tuple[str, Attribute]:
    """One attribute's name and value from its message; None as value for what Keras does not write.

    Raises ValueError where its parts do not fill the message.
    """
    name, datatype, dataspace, values = parts_of(data, 0)
    title = name.decode()
    where = f"{title} of {path}"
    shape = shape_of(data[dataspace : dataspace + _HEAD.unpack_from(data)[-1]])
    count = 0 if shape is None else math.prod(shape)
    check_count(file, count, len(data) - values)
    if not 0 <= len(data) - values - count * size_at(data, datatype) < ALIGNMENT:
        message = f"{count} values of {size_at(data, datatype)} bytes in {len(data) - values}"
        raise ValueError(message)
    if shape is None:
        return title, None
    kind = class_at(data, datatype)
    if kind in (INTEGER, FLOAT):
        return title, _number(data, datatype, values) if shape == () else _unread_values(count)
    if len(shape) > 1:
        return title, _unread_values(count)
    pieces = _fixed(data, datatype, values, count) if kind == _STRING else _variable(file, data, values, count)
    return title, texts(file, pieces, where) if shape else text(file, next(pieces), where)


def _unread_values(count: int) -> Attribute:
    """Values that are neither texts in a row nor one number: an empty list where there are none, else None."""
    return None if count else []


def check_count(file: OpenFile, count: int, nbytes: int) -> None:
    """Raise for a count beyond the limit, or beyond the bytes behind it, which is a lie and would cost memory."""
    file.stream.charge_values(count)
    if count > nbytes:
        message = f"{count} values in {nbytes} bytes"
        raise ValueError(message)


def _number(data: bytes, datatype: int, values: int) -> Attribute:
    """One integer or float; None where its bits are laid out as no Keras writes them."""
    described = number_format(data, datatype)
    if described is None or described[0].kind not in "iuf":
        return None
    encoding = described[0]
    code = f"{'>' if encoding.is_big_endian else '<'}{_CODES[encoding[1:]]}"
    value: int | float = struct.unpack_from(code, data, values)[0]
    return value


def _fixed(data: bytes, datatype: int, values: int, count: int) -> Iterator[bytes]:
    """Texts that all take the same bytes."""
    size = size_at(data, datatype)
    if not size or values + count * size > len(data):
        message = f"{count} texts of {size} bytes"
        raise ValueError(message)
    return (data[at : at + size].rstrip(b"\0") for at in range(values, values + count * size, size))


def _variable(file: OpenFile, data: bytes, values: int, count: int) -> Iterator[memoryview | None]:
    """Texts that lie in a heap; None for one that was never written."""
    if values + count * _REFERENCE.size > len(data):
        message = f"{count} texts in {len(data) - values} bytes"
        raise ValueError(message)
    for at in range(values, values + count * _REFERENCE.size, _REFERENCE.size):
        size, heap, place = _REFERENCE.unpack_from(data, at)
        yield objects_of(file, heap)[place][:size] if heap else None


def objects_of(file: OpenFile, address: int) -> Mapping[int, memoryview]:
    """The objects of a global heap by number."""
    if address not in file.heaps:
        make_room(file.heaps)
        signature, version, size = _HEAP.unpack(file.stream.at(address, _HEAP.size))
        if signature != b"GCOL" or version != 1:
            message = f"no global heap at {address}"
            raise ValueError(message)
        file.heaps[address] = dict(heap_objects(file.stream.at(address + _HEAP.size, size - _HEAP.size)))
    return file.heaps[address]


def make_room(heaps: dict[int, Any]) -> None:
    """Forget the heaps so far where they are many: what lies in one heap is asked for in a row."""
    if len(heaps) >= _MOST_HEAPS:
        heaps.clear()


def heap_objects(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """The objects in the bytes of a heap, up to its free space; raises ValueError for one that is cut short.

    They are not copied: a config of 37 MB lies in a heap.
    """
    at, view = 0, memoryview(data)
    while at + _HEAP_OBJECT.size <= len(data):
        place, size = _HEAP_OBJECT.unpack_from(data, at)
        at += _HEAP_OBJECT.size
        if not place:
            break
        if at + size > len(data):
            message = f"object {place} of a heap has {size} bytes"
            raise ValueError(message)
        yield place, view[at : at + size]
        at += padded(size)


def texts(file: OpenFile, pieces: Iterable[bytes | memoryview | str | None], where: str) -> list[str]:
    """A list of texts, within the limit; what was never written is left out.

    Many attributes may be the same text in a heap, so that each costs what it takes.
    """
    found: list[str] = []
    total, allowed = 0, file.limits.hdf5_attribute_bytes
    for piece in pieces:
        if piece is None:
            continue
        total += len(piece)
        if total > allowed:
            raise over_limit("hdf5_attribute_bytes", total, allowed, where)
        file.stream.charge(len(piece))
        found.append(piece if isinstance(piece, str) else text_of(piece))
    return found


def text(file: OpenFile, data: bytes | memoryview | None, where: str) -> str | None:
    """One text, within the limit; None for one that was never written."""
    return next((found.rstrip("\0") for found in texts(file, [data], where)), None)


def text_of(data: bytes | memoryview) -> str:
    """Bytes as text; what is not UTF-8 survives as surrogates, to be escaped where it is shown."""
    return str(data, "utf-8", "surrogateescape")
