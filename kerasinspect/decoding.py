"""Stored values as numbers that numpy can compute with.

Source of the 8-bit floats: as in ``dtypes``.
"""

from __future__ import annotations

import numpy as np

from kerasinspect.dtypes import DTYPES

_WITH_INFINITIES = 5
"""Exponent bits of e5m2, which alone of the 8-bit floats has infinities."""


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
