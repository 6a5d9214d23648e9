"""The bytes of an array as numbers that numpy can compute with."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.decoding import decoded, float8_values
from kerasinspect.dtypes import DTYPES, holds_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from kerasinspect.model import Array

BLOCK = 1 << 16
"""Values that are read at a time: they stay in a core's own cache while they are looked at."""

_LEAST = 1 << 14
"""Bytes of the smallest pieces that are looked at: less than that costs more by the piece than by the value."""

_ROW = 1 << 12
"""Products that are added up in one go: few enough that BLAS does it on the thread that asks."""

_ONES = np.ones(_ROW)

_FLOAT8 = frozenset(name for name, row in DTYPES.items() if row.exponent_bits)


def raw_blocks(array: Array, columns: int = 1, size: int = BLOCK) -> Iterator[np.ndarray[Any, Any]]:
    """All values as they are stored, in flat pieces of at most ``size`` values, or of one row of ``columns``.

    A piece holds whole rows, and is valid until the next one. Nothing where the dtype holds no numbers.
    """
    if not holds_numbers(array.dtype):
        return
    encoding = DTYPES[array.dtype].encoding
    row = max(1, columns) * np.dtype(encoding).itemsize
    most = row * max(1, size // max(1, columns))
    rest = b""
    for block in _gathered(array.blocks(most), min(most, _LEAST)):
        whole = bytes(rest) + block if rest else block
        ready = len(whole) - len(whole) % row
        for start in range(0, ready, most):
            yield np.frombuffer(whole[start : min(start + most, ready)], encoding)
        rest = bytes(whole[ready:])


def _gathered(blocks: Iterable[bytes | memoryview], least: int) -> Iterator[bytes | memoryview]:
    """Pieces of at least so many bytes, but for the last one: those of an array in tiny chunks are put together."""
    held: list[bytes] = []
    size = 0
    for block in blocks:
        if not held and len(block) >= least:
            yield block
            continue
        held.append(bytes(block))
        size += len(block)
        if size >= least:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def number_blocks(array: Array, size: int = BLOCK) -> Iterator[np.ndarray[Any, Any]]:
    """All values in flat pieces, each valid until the next one; smaller floats as float32, booleans as 0 and 1."""
    if array.dtype not in _HALVES:
        return (as_numbers(raw, array.dtype) for raw in raw_blocks(array, size=size))
    # Of memory that is new for each piece the system clears every page: three times as many page faults in all.
    room = np.empty(min(size, prod(array.shape)), np.float32)
    return (_HALVES[array.dtype](raw, room[: raw.size]) for raw in raw_blocks(array, size=size))


def as_numbers(raw: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    """Stored values as numbers; float16, which processors are slow with, as float32 too."""
    if dtype == "float16":
        return raw.astype(np.float32)
    return raw if dtype == "bool" else decoded(raw, dtype)


def _from_float16(raw: np.ndarray[Any, Any], out: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values of float16 as float32, in ``out``."""
    np.copyto(out, raw)
    return out


def _from_bfloat16(raw: np.ndarray[Any, Any], out: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values of bfloat16 as float32, in ``out``: the same bits, and as many zeros behind them."""
    codes = out.view(np.uint32)
    np.copyto(codes, raw.view(np.uint16))
    np.left_shift(codes, 16, out=codes)
    return out


_HALVES = {"float16": _from_float16, "bfloat16": _from_bfloat16}
"""How floats of two bytes become float32."""


def widened(raw: np.ndarray[Any, Any], dtype: str, out: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Stored values as float64, which are written to ``out``: each dtype by the shortest way that its values allow."""
    if dtype in _FLOAT8:
        # Two values are looked up at once, which takes a quarter of the time of one by one and then float64 of them.
        pairs, whole = _pairs(dtype), raw.size - raw.size % 2
        pairs.take(raw[:whole].view("<u2"), out=out[:whole].view(np.complex128), mode="clip")
        out[whole:] = pairs.real[raw[whole:]]
    else:
        np.copyto(out, as_numbers(raw, dtype) if dtype == "bfloat16" else raw)
    return out


@cache
def _pairs(dtype: str) -> np.ndarray[Any, Any]:
    """The values that two bytes of an 8-bit float stand for, side by side as if they were a complex number."""
    values = float8_values(dtype).astype(np.float64)
    return np.stack(np.broadcast_arrays(values, values[:, np.newaxis]), -1).reshape(-1).view(np.complex128)


def dot(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """The sum of the products of two flat arrays, row by row and then of the rows, so that rounding does not add up."""
    whole = one.size - one.size % _ROW
    if not whole:  # three calls of numpy for nothing would take as long as all else in a small array
        return float(np.vecdot(one, other))
    rows = np.vecdot(one[:whole].reshape(-1, _ROW), other[:whole].reshape(-1, _ROW))
    total = float(np.add.reduce(rows))
    return total + float(np.vecdot(one[whole:], other[whole:])) if whole < one.size else total


def total(values: np.ndarray[Any, Any]) -> float:
    """The sum of flat float64 values, added up as ``dot`` does it: three quarters of the time of numpy's own sum."""
    if values.size < _ROW:
        return float(np.add.reduce(values))
    whole = values.size - values.size % _ROW
    rows = np.vecdot(values[:whole].reshape(-1, _ROW), _ONES)
    return float(np.add.reduce(rows)) + float(np.add.reduce(values[whole:]))
