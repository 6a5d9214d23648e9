"""THE table of dtypes: how numpy sees the bytes of each, and which numbers it holds.

A dtype is named by Keras's word for it. numpy lacks bfloat16 and the 8-bit floats, so their bytes are read as integers
and decoded (``decoding``). Anything that holds no numbers (texts, records, objects) or numbers in an unknown format has
no row. Nothing here needs numpy itself, which takes a third of the time in which a small model is described.

Source of the 8-bit floats: OCP 8-bit Floating Point Specification (OFP8), revision 1.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = (1 << 31) - 1
"""Bytes of the largest value that numpy has."""
_KINDS: Mapping[str, str] = {
    "b": "bool",
    "i": "int",
    "u": "uint",
    "f": "float",
    "c": "complex",
    "S": "bytes",
    "U": "str",
    "V": "void",
    "O": "object",
}
"""Kinds of values, by numpy's letter for each."""
_UNSIZED = "bO"
"""Kinds whose names tell no size."""


class Encoding(str):
    """How numpy sees the bytes of a value, in its own code: ``<f4``, ``|u1``, ``>c8``, ``|V3``."""

    __slots__ = ()

    @classmethod
    def of(cls, order: str, kind: str, itemsize: int) -> Encoding:
        """That of a kind of values of so many bytes, in an order where there is one; raises TypeError as numpy does."""
        if itemsize > _LARGEST or (kind == "c" and itemsize not in (8, 16)):
            message = f"no value of kind {kind} has {itemsize} bytes"
            raise TypeError(message)
        return cls(f"{'|' if itemsize == 1 or kind in 'SV' else order}{kind}{itemsize}")

    @property
    def kind(self) -> str:
        """The letter of what its values are."""
        return self[1]

    @property
    def itemsize(self) -> int:
        """Bytes of one value."""
        count = int(self[2:] or 8)
        return 4 * count if self.kind == "U" else count

    @property
    def is_big_endian(self) -> bool:
        """Whether the first byte of a value counts most."""
        return self[0] == ">"

    @property
    def word(self) -> str:
        """Numpy's word for such values: float32, complex64, void24, bool."""
        bits = "" if self.kind in _UNSIZED else 8 * self.itemsize or ""
        return f"{_KINDS[self.kind]}{bits}"


class _Dtype(NamedTuple):
    """One dtype of numbers."""

    name: str
    code: str
    """How numpy sees its bytes, little-endian."""
    smallest_normal: float | None = None
    """The smallest positive number that is not subnormal; None for what is no float."""
    exponent_bits: int = 0
    """Of an 8-bit float; the others need no table of their values."""

    @property
    def encoding(self) -> Encoding:
        """The code, as stored arrays have theirs."""
        return Encoding(self.code)


_ROWS = (
    _Dtype("float64", "<f8", 2.0**-1022),
    _Dtype("float32", "<f4", 2.0**-126),
    _Dtype("float16", "<f2", 2.0**-14),
    _Dtype("bfloat16", "<u2", 2.0**-126),
    _Dtype("float8_e4m3fn", "<u1", 2.0**-6, 4),
    _Dtype("float8_e5m2", "<u1", 2.0**-14, 5),
    *(_Dtype(f"{sign}int{8 * size}", f"<{sign or 'i'}{size}") for sign in ("", "u") for size in (1, 2, 4, 8)),
    _Dtype("bool", "<u1"),
    # No file stores these: they are what several values to a byte are once they are unpacked, one to a byte.
    *(_Dtype(f"{sign}int{size}", f"<{sign or 'i'}1") for sign in ("", "u") for size in (2, 4)),
)
DTYPES: Mapping[str, _Dtype] = {row.name: row for row in _ROWS}
"""The rows by name."""


def holds_numbers(dtype: str) -> bool:
    """Whether arrays of a dtype can be measured."""
    return dtype in DTYPES


def is_float(dtype: str) -> bool:
    """Whether a dtype is a float of any size."""
    return dtype in DTYPES and DTYPES[dtype].smallest_normal is not None
