"""The values of a stored array, as numpy has them. What only describes a file needs neither this nor numpy."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.dtypes import Encoding


def selected(
    run: Callable[[int, int], bytes | memoryview],
    shape: tuple[int, ...],
    picks: list[range],
    encoding: Encoding,
    dtype: str,
) -> np.ndarray[Any, Any]:
    """The values at the crossings of ``picks``, read in as few runs as possible: a first value, and how many."""
    return decoded(_crossings(run, shape, picks, np.dtype(encoding)), dtype)


def _crossings(
    run: Callable[[int, int], bytes | memoryview], shape: tuple[int, ...], picks: list[range], encoding: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """The raw values at the crossings of ``picks``."""
    inner = len(picks)
    while inner and picks[inner - 1] == range(shape[inner - 1]):
        inner -= 1
    if any(not pick for pick in picks):
        return np.empty([len(pick) for pick in picks], encoding)
    if not inner:
        size = math.prod(shape)
        return np.frombuffer(run(0, size), encoding, size).reshape(shape)
    tail = math.prod(shape[inner:])
    last = picks[inner - 1]
    low, high = min(last[0], last[-1]), max(last[0], last[-1]) + 1
    strides = [math.prod(shape[axis + 1 : inner]) for axis in range(inner - 1)]
    rows = []
    for places in product(*picks[: inner - 1]):
        row = sum(place * stride for place, stride in zip(places, strides, strict=True))
        count = (high - low) * tail
        raw = np.frombuffer(run((row + low) * tail, count), encoding, count).reshape(high - low, tail)
        rows.append(raw[:: last.step])
    return np.stack(rows).reshape([len(pick) for pick in picks])


def swapped(piece: bytes | memoryview, encoding: Encoding) -> bytes:
    """The bytes of values, each with its own the other way round."""
    return np.frombuffer(piece, encoding).byteswap().tobytes()


def first_value(data: bytes, encoding: Encoding, dtype: str) -> str:
    """The first of some values, as numpy writes it."""
    return str(decoded(np.frombuffer(data, encoding), dtype)[0])
