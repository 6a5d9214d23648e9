"""What the bytes of a dataset mean: numpy's dtypes, and those that HDF5 and numpy lack."""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pyfive.p5t import P5EnumType, P5FloatType, P5IntegerType, P5OpaqueType

from kerasinspect.reading.hdf5_attributes import text_attribute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.reading.hdf5_header import Header

FLOAT8: Mapping[str, tuple[int, int]] = {"float8_e4m3fn": (4, 7), "float8_e5m2": (5, 15)}
"""Bits of the exponent, and its bias. Source: OCP 8-bit Floating Point Specification (OFP8)."""
DATATYPE = 0x03
"""The header message that describes a dtype."""
SHARED = 0x02
"""The mark of a message that lies elsewhere in the file."""
INTEGER, FLOAT = 0, 1
SIGNED, PADDED = 0x08, 0x06
UNUSUAL = "unusual"
"""The word for numbers whose bits are laid out as no Keras writes them."""
FLOATS: Mapping[tuple[int, ...], tuple[str, str]] = {
    (0, 16, 10, 5, 0, 10, 15): ("f2", "float16"),
    (0, 32, 23, 8, 0, 23, 127): ("f4", "float32"),
    (0, 64, 52, 11, 0, 52, 1023): ("f8", "float64"),
    (0, 16, 7, 8, 0, 7, 127): ("u2", "bfloat16"),
    (0, 8, 3, 4, 0, 3, 7): ("u1", "float8_e4m3fn"),
    (0, 8, 2, 5, 0, 2, 15): ("u1", "float8_e5m2"),
}
"""Bit offset, precision, and of exponent and mantissa the location and size, then the bias: what they are to numpy."""
OPAQUE_SIZES: Mapping[int, tuple[str, ...]] = {1: tuple(FLOAT8), 2: ("bfloat16",)}
"""The dtypes that HDF5 does not know, by their size in bytes."""


def dtype_of(header: Header) -> tuple[np.dtype[Any], str]:
    """How numpy sees a dataset's bytes, and Keras's word for what they mean.

    bfloat16 and float8 are opaque to HDF5: Keras writes their name into the attribute ``dtype``, but not in every
    version and format; without it the bytes are called ``opaque16`` and the layer's dtype policy may tell.
    """
    written = number_format(header)
    if written is not None:
        return written
    ptype = header.ptype
    if isinstance(ptype, P5OpaqueType):
        words = text_attribute(header, "dtype") if ptype.size in OPAQUE_SIZES else None
        encoding = np.dtype(f"<u{ptype.size}" if ptype.size in OPAQUE_SIZES else f"V{ptype.size}")
        return encoding, words if words in OPAQUE_SIZES.get(ptype.size, ()) else f"opaque{8 * ptype.size}"
    if isinstance(ptype, P5EnumType):
        is_boolean = set(ptype.mapping) == {"FALSE", "TRUE"}
        return plain_dtype(ptype.base_dtype), "bool" if is_boolean else ptype.base_dtype.name
    dtype = plain_dtype(ptype.dtype)
    if isinstance(ptype, P5IntegerType | P5FloatType) or dtype.kind == "c":
        return dtype, dtype.name
    return dtype, {"S": "string", "O": "variable-length"}.get(dtype.kind, "compound")


def number_format(header: Header) -> tuple[np.dtype[Any], str] | None:
    """The dtype of a float or an integer by the bits that its header describes; None for any other class.

    pyfive goes by class and size alone, and would show other layouts as wrong numbers.
    """
    message = header.find_msg_type(DATATYPE)[0]
    at, data = message["offset_to_message"], header.msg_data
    if message["flags"] & SHARED:
        return np.dtype("V1"), UNUSUAL
    kind, flags, size = data[at] & 0x0F, data[at + 1], int.from_bytes(data[at + 4 : at + 8], "little")
    order = ">" if flags & 1 else "<"
    if kind == INTEGER:
        offset, precision = struct.unpack_from("<HH", data, at + 8)
        if (offset, precision) == (0, 8 * size) and size in (1, 2, 4, 8) and not flags & PADDED:
            dtype = np.dtype(f"{order}{'i' if flags & SIGNED else 'u'}{size}")
            return dtype, dtype.name
        return np.dtype(f"V{size}" if size else "V1"), UNUSUAL
    if kind == FLOAT:
        code, name = FLOATS.get(struct.unpack_from("<HHBBBBI", data, at + 8), ("", UNUSUAL))
        return np.dtype(f"{order}{code}" if code else f"V{size or 1}"), name
    return None


@cache
def plain_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """A dtype without the metadata that pyfive hangs on it."""
    return np.dtype(dtype.str) if dtype.names is None else np.dtype(f"V{dtype.itemsize}")


def decoded(raw: np.ndarray, dtype: str) -> np.ndarray:
    """Stored values as numpy can compute with them: bfloat16 and float8 become float32, exactly."""
    if dtype == "bfloat16":
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if dtype in FLOAT8:
        exponent_bits, bias = FLOAT8[dtype]
        return float8_values(exponent_bits, bias)[raw.view(np.uint8)]
    return raw.view(np.bool_) if dtype == "bool" and raw.dtype.itemsize == 1 else raw


def float8_values(exponent_bits: int, bias: int) -> np.ndarray:
    """The 256 values of an 8-bit float, by code."""
    codes = np.arange(256)
    mantissa_bits = 7 - exponent_bits
    exponent = (codes >> mantissa_bits) & ((1 << exponent_bits) - 1)
    mantissa = codes & ((1 << mantissa_bits) - 1)
    scale = 1 << mantissa_bits
    fraction = np.where(exponent > 0, 1 + mantissa / scale, mantissa / scale)
    values = np.ldexp(fraction, np.maximum(exponent, 1) - bias)
    largest = (1 << exponent_bits) - 1
    if mantissa_bits == 2:  # noqa: PLR2004 - e5m2 alone has infinities
        values = np.where(exponent == largest, np.where(mantissa == 0, np.inf, np.nan), values)
    else:
        values = np.where((exponent == largest) & (mantissa == scale - 1), np.nan, values)
    return np.where(codes & 0x80, -values, values).astype(np.float32)
