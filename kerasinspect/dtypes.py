"""THE table of dtypes: how numpy sees the bytes of each, which numbers it holds, and how they are decoded.

A dtype is named by Keras's word for it. numpy lacks bfloat16 and the 8-bit floats, so their bytes are read as integers
and decoded here. Anything that holds no numbers (texts, records, objects) or numbers in an unknown format has no row.

Source of the 8-bit floats: OCP 8-bit Floating Point Specification (OFP8), revision 1.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Dtype(NamedTuple):
    """One dtype of numbers."""

    name: str
    encoding: str
    """How numpy sees its bytes, little-endian."""
    smallest_normal: float | None = None
    """The smallest positive number that is not subnormal; None for what is no float."""
    exponent_bits: int = 0
    """Of an 8-bit float; the others need no table of their values."""


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

_WITH_INFINITIES = 5
"""Exponent bits of e5m2, which alone of the 8-bit floats has infinities."""


def holds_numbers(dtype: str) -> bool:
    """Whether arrays of a dtype can be measured."""
    return dtype in DTYPES


def is_float(dtype: str) -> bool:
    """Whether a dtype is a float of any size."""
    return dtype in DTYPES and DTYPES[dtype].smallest_normal is not None


def decoded(raw: np.ndarray, dtype: str) -> np.ndarray:
    """Stored values as numpy can compute with them: bfloat16 and 8-bit floats become float32, exactly."""
    if dtype == "bfloat16":
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if dtype in DTYPES and DTYPES[dtype].exponent_bits:
        return float8_values(dtype)[raw.view(np.uint8)]
    return raw.view(np.bool_) if dtype == "bool" and raw.dtype.itemsize == 1 else raw


def float8_values(dtype: str) -> np.ndarray:
    """The 256 values of an 8-bit float, by code, as float32."""
    exponent_bits = DTYPES[dtype].exponent_bits
    mantissa_bits = 7 - exponent_bits
    bias = (1 << (exponent_bits - 1)) - 1
    codes = np.arange(256)
    exponent = (codes >> mantissa_bits) & ((1 << exponent_bits) - 1)
    mantissa = codes & ((1 << mantissa_bits) - 1)
    scale = 1 << mantissa_bits
    fraction = np.where(exponent > 0, 1 + mantissa / scale, mantissa / scale)
    values = np.ldexp(fraction, np.maximum(exponent, 1) - bias)
    largest = (1 << exponent_bits) - 1
    if exponent_bits == _WITH_INFINITIES:
        values = np.where(exponent == largest, np.where(mantissa == 0, np.inf, np.nan), values)
    else:
        values = np.where((exponent == largest) & (mantissa == scale - 1), np.nan, values)
    return np.where(codes & 0x80, -values, values).astype(np.float32)
