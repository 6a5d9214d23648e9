"""Some numbers of an array, evenly spaced, without reading all of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.dtypes import holds_numbers

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.model import Array, Index

_WHOLE = 1 << 14
"""Values of an array that is read whole: one call of the system takes as long."""
_RUNS = 16
"""Runs of neighbours that are read of a larger one: each is a call of its own."""


def sample(array: Array, count: int) -> np.ndarray[Any, Any]:
    """At most ``count`` values in float64, the same positions of every array of one shape.

    None of what holds no numbers. Raises UnreadableFile where they cannot be read.
    """
    size = prod(array.shape) if holds_numbers(array.dtype) else 0
    if not size:
        return np.empty(0)
    if size <= max(_WHOLE, count):
        flat = np.asarray(array[...]).reshape(-1)
        return flat[:: -(-size // count)].astype(np.float64)
    length = count // _RUNS
    starts = np.linspace(0, size - length, _RUNS).astype(np.int64)
    return np.concatenate([_run(array, int(start), length) for start in starts]).astype(np.float64)


def _run(array: Array, start: int, length: int) -> np.ndarray[Any, Any]:
    """Values from about ``start`` on: whole rows of some axis, of which no more than ``length`` are kept."""
    index: list[int | slice] = []
    rest = prod(array.shape)
    for size in array.shape:
        rest //= size
        place, start = divmod(start, rest)
        if rest < length:
            rows = -(-length // rest)
            first = max(0, min(place, size - rows))
            index.append(slice(first, first + rows))
            break
        index.append(place)
    key: Index = tuple(index)
    return np.asarray(array[key]).reshape(-1)[:length]
