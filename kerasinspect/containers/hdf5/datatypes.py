"""Datatypes of HDF5: how numpy sees a value, and Keras's word for the numbers that one describes, bit by bit.

Source: HDF5 File Format Specification 3.0, section IV.A.2.d.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.messages import MOST_REMEMBERED
from kerasinspect.dtypes import Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

INTEGER, FLOAT, OPAQUE, _COMPOUND, _ENUMERATED = 0, 1, 5, 6, 8
"""Classes of datatypes."""
_VERSIONS = range(1, 6)
_HEAD, _NUMBERS = 8, {INTEGER: 4, FLOAT: 12}
"""Bytes that any datatype begins with, and those that tell more of an integer or a float."""
_BOOLEAN = (b"FALSE\0\0\0TRUE\0\0\0\0\0\1", b"FALSE\0TRUE\0\0\1")
"""The names that h5py gives to the values of a boolean, and these: in older versions each name fills eight bytes."""
_MEMBERS: Mapping[int, tuple[int, int]] = {1: (8, 32), 2: (8, 4), 3: (2, 1), 4: (2, 1), 5: (2, 1)}
"""By the version of a record: bytes of a member's name of one letter, and those that tell where it is."""
_BIG_ENDIAN, _SIGNED = 0x01, 0x08
_LEADING_ONE = 0x20
"""The flag of a float whose mantissa has a leading bit that is not stored."""
_INT8 = (Encoding("|i1"), "int8")
UNUSUAL = "unusual"
"""The word for numbers whose bits are laid out as no Keras writes them."""
_FLOATS: Mapping[tuple[int, ...], tuple[str, str]] = {
    (15, 2, 0, 16, 10, 5, 0, 10, 15): ("f", "float16"),
    (31, 4, 0, 32, 23, 8, 0, 23, 127): ("f", "float32"),
    (63, 8, 0, 64, 52, 11, 0, 52, 1023): ("f", "float64"),
    (15, 2, 0, 16, 7, 8, 0, 7, 127): ("u", "bfloat16"),
    (7, 1, 0, 8, 3, 4, 0, 3, 7): ("u", "float8_e4m3fn"),
    (7, 1, 0, 8, 2, 5, 0, 2, 15): ("u", "float8_e5m2"),
}
"""Bit of the sign, bytes, bit offset, precision, and of exponent and mantissa the location and size, then the bias:
numpy's letter for what they are to it, and the dtype."""
OPAQUE_SIZES: Mapping[int, tuple[str, ...]] = {1: ("float8_e4m3fn", "float8_e5m2"), 2: ("bfloat16",)}
"""The dtypes that HDF5 does not know, by their size in bytes."""


def is_familiar_dtype(data: bytes, start: int) -> bool:
    """Whether a datatype is one that weights have: numbers, opaque bytes, booleans."""
    plain = class_at(data, start) in (INTEGER, FLOAT, OPAQUE)
    return plain or is_boolean(data, start) or complex_format(data, start) is not None


def class_at(data: bytes, start: int) -> int:
    """The class of a datatype."""
    return data[start] & 0x0F


def size_at(data: bytes, start: int) -> int:
    """The bytes that a value of a datatype takes."""
    return int.from_bytes(data[start + 4 : start + 8], "little")


def is_boolean(data: bytes, start: int) -> bool:
    """Whether a datatype is h5py's boolean: a byte whose two values are named."""
    if class_at(data, start) != _ENUMERATED or (data[start + 1], size_at(data, start)) != (2, 1):
        return False
    base = start + _HEAD
    return data.startswith(_BOOLEAN, base + _HEAD + _NUMBERS[INTEGER]) and number_format(data, base) == _INT8


def complex_format(data: bytes, start: int) -> Encoding | None:
    """The encoding of complex numbers, records of two equal floats called r and i; None for any other class."""
    if class_at(data, start) != _COMPOUND or data[start + 1 : start + 3] != b"\2\0":
        return None
    name, place = _MEMBERS.get(data[start] >> 4, (0, 0))
    at, width, formats = start + _HEAD, size_at(data, start) // 2, set()
    for number, letter in enumerate((b"r\0", b"i\0")):
        offset = int.from_bytes(data[at + name : at + name + min(place, 4)], "little")
        if not data.startswith(letter, at) or offset != number * width:
            return None
        at += name + place
        described = number_format(data, at)
        if described is None or described[0].kind != "f":
            return None
        formats.add(described[0])
        at += _HEAD + _NUMBERS[FLOAT]
    part = formats.pop()
    return None if formats or part.itemsize != width else Encoding.of(part[0], "c", 2 * width)


def number_format(data: bytes, start: int) -> tuple[Encoding, str] | None:
    """The encoding and dtype of a float or integer by the bits that its datatype describes; None for any other class.

    Going by class and size alone would show other layouts as wrong numbers. Raises ValueError for no version that
    there is.
    """
    return _number_at_start(data[start : start + _HEAD + _NUMBERS[FLOAT]])


@lru_cache(MOST_REMEMBERED)
def _number_at_start(data: bytes) -> tuple[Encoding, str] | None:
    """The encoding and dtype of a float or integer by the first bytes of its datatype, as many as describe a number."""
    kind, flags, rest, size = class_at(data, 0), data[1], data[2:4], size_at(data, 0)
    if data[0] >> 4 not in _VERSIONS:
        message = f"a datatype of version {data[0] >> 4}"
        raise ValueError(message)
    order = ">" if flags & _BIG_ENDIAN else "<"
    if kind == INTEGER:
        offset, precision = struct.unpack_from("<HH", data, _HEAD)
        is_plain = not (flags & ~(_BIG_ENDIAN | _SIGNED) or any(rest))
        if is_plain and (offset, precision) == (0, 8 * size) and size in (1, 2, 4, 8):
            encoding = Encoding.of(order, "i" if flags & _SIGNED else "u", size)
            return encoding, encoding.word
        return Encoding.of("|", "V", size or 1), UNUSUAL
    if kind == FLOAT:
        fields = (int.from_bytes(rest, "little"), size, *struct.unpack_from("<HHBBBBI", data, _HEAD))
        is_plain = flags & ~_BIG_ENDIAN == _LEADING_ONE and fields in _FLOATS
        letter, name = _FLOATS[fields] if is_plain else ("V", UNUSUAL)
        return Encoding.of(order, letter, size or 1), name
    return None
