"""Arrays in memory of every dtype that holds numbers, some of which numpy itself lacks."""

from __future__ import annotations

import numpy as np

from kerasinspect.dtypes import DTYPES, is_float
from tests.makers.cut_arrays import CutArray, cut

NUMBERS = tuple(name for name in DTYPES if name not in {"int2", "uint2", "int4", "uint4"})
"""Keras's words for the dtypes that files store."""


def stored(dtype: str, shape: tuple[int, ...]) -> CutArray:
    """Numbers of any size in a dtype, NaN and infinities among those of floats."""
    rng = np.random.default_rng(sum(dtype.encode()))
    encoding = np.dtype(DTYPES[dtype].encoding)
    if dtype == "bool":
        return cut(rng.integers(0, 2, shape, np.uint8), dtype)
    if dtype in {"float16", "float32", "float64"}:
        values = rng.normal(size=shape).astype(encoding)
        values.reshape(-1)[[3, 8, 9]] = np.nan, np.inf, -np.inf
        return cut(values, dtype)
    if dtype == "bfloat16":
        values = rng.normal(size=shape).astype(np.float32)
        values.reshape(-1)[[3, 8, 9]] = np.nan, np.inf, -np.inf
        return cut((values.view(np.uint32) >> 16).astype(encoding), dtype)
    if is_float(dtype):
        return cut(rng.integers(0, 256, shape).astype(encoding), dtype)
    ends = np.iinfo(encoding)
    return cut(rng.integers(max(ends.min, -(1 << 40)), min(ends.max, 1 << 40), shape, encoding, endpoint=True), dtype)
