"""The parts of a large array that several threads read at once."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from kerasinspect.model.arrays import Divisible

if TYPE_CHECKING:
    from kerasinspect.model import Array

_SHARED = 1 << 22
"""Values of an array that several threads read together: of a smaller one, starting them costs too much."""


def is_divided(array: Array, step: int) -> bool:
    """Whether the array is large enough for parts of ``step`` values, and can be divided.

    An array is divisible everywhere or nowhere; one that is not may declare any size.
    """
    return prod(array.shape) >= max(_SHARED, 2 * step) and _part(array, 0, step) is not None


def flat_parts(array: Array, step: int) -> list[tuple[int, Array]]:
    """Its flat parts of ``step`` values, each with the place of its first value; the whole where it is not divided."""
    if not is_divided(array, step):
        return [(0, array)]
    parts = ((start, _part(array, start, step)) for start in range(0, prod(array.shape), step))
    return [(start, part) for start, part in parts if part is not None]


def _part(array: Array, start: int, step: int) -> Array | None:
    """The part that begins at a place; None where the array cannot be divided."""
    stop = min(start + step, prod(array.shape))
    return array.part(start, stop) if isinstance(array, Divisible) else None
