"""The bytes of an array as numbers that numpy can compute with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.containers.hdf5.datatypes import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from kerasinspect.model import Array

BLOCK = 1 << 16
"""Values that are read at a time: they stay in a core's own cache while they are looked at."""

ENCODINGS: Mapping[str, str] = {
    **{name: f"<{np.dtype(name).str[1:]}" for name in ("float16", "float32", "float64")},
    **{f"{sign}int{bits}": f"<{sign or 'i'}{bits // 8}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "bfloat16": "<u2",
    "float8_e4m3fn": "<u1",
    "float8_e5m2": "<u1",
    "bool": "<u1",
}
"""How numpy sees the bytes of each dtype that holds numbers."""

SMALLEST_NORMAL: Mapping[str, float] = {
    "float16": 2.0**-14,
    "bfloat16": 2.0**-126,
    "float32": 2.0**-126,
    "float64": 2.0**-1022,
    "float8_e4m3fn": 2.0**-6,
    "float8_e5m2": 2.0**-14,
}
"""Below this a float of the dtype is subnormal."""


def holds_numbers(dtype: str) -> bool:
    """Whether arrays of a dtype can be measured: no texts, records, pickles or numbers in formats that are not read."""
    return dtype in ENCODINGS


def raw_blocks(array: Array, columns: int = 1, size: int = BLOCK) -> Iterator[np.ndarray[Any, Any]]:
    """All values as they are stored, in flat pieces of at most ``size`` values, or of one row of ``columns``.

    A piece holds whole rows, and is valid until the next one. Nothing where the dtype holds no numbers.
    """
    encoding = ENCODINGS.get(array.dtype)
    if encoding is None:
        return
    row = max(1, columns) * np.dtype(encoding).itemsize
    most = row * max(1, size // max(1, columns))
    rest = b""
    for block in array.blocks(most):
        whole = bytes(rest) + block if rest else block
        ready = len(whole) - len(whole) % row
        for start in range(0, ready, most):
            yield np.frombuffer(whole[start : min(start + most, ready)], encoding)
        rest = bytes(whole[ready:])


def number_blocks(array: Array) -> Iterator[np.ndarray[Any, Any]]:
    """All values in flat pieces, each valid until the next one; smaller floats as float32, booleans as 0 and 1."""
    return (as_numbers(raw, array.dtype) for raw in raw_blocks(array))


def as_numbers(raw: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    """Stored values as numbers; float16, which processors are slow with, as float32 too."""
    if dtype == "float16":
        return raw.astype(np.float32)
    return raw if dtype == "bool" else decoded(raw, dtype)
