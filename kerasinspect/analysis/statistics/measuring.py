"""One pass over an array: its figures, and where asked what lies along its last two axes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.extremes import extremes, zeros_and_subnormals
from kerasinspect.analysis.statistics.figures import Statistics
from kerasinspect.analysis.statistics.numbers import BLOCK, as_numbers, dot, raw_blocks, widened
from kerasinspect.analysis.statistics.sampling import Sampler
from kerasinspect.analysis.statistics.units import Units, UnitsSoFar
from kerasinspect.late_dataclasses import dataclass

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.model import Array

_LARGE, _LARGE_BLOCK = 1 << 22, 1 << 18
"""Values of a large array, and how many of one are looked at together: so many that numpy does nearly all of the work
and two threads seldom wait for each other."""

_FAR = 0.5
"""Where the spread is a smaller share of the sum of squares than this, the mean is far from zero."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one reading of an array gave."""

    figures: Statistics
    sample: np.ndarray[Any, Any]
    """Some of the values, spread evenly."""
    runs: np.ndarray[Any, Any]
    """Some that are neighbours: runs of sixteen, or all where all are in the sample."""
    units: Units | None = None
    """What each position along the last two axes holds, where that was asked for."""


def measure(array: Array) -> Statistics:
    """The figures of an array, read once, in memory that does not grow with it.

    Raises DamagedFile where its bytes are missing, RefusedFile where they may not be read.
    """
    return measure_with(array).figures


def measure_with(array: Array, *, units: bool = False) -> Measured:
    """The figures of an array, a sample of its values and, where asked for, its units, all from one reading.

    Of an array with identical units a part is read twice, to be sure that they are. Raises what ``measure`` raises.
    """
    so_far = UnitsSoFar(array.shape) if units else None
    sampler = Sampler(array.shape, array.dtype)
    figures = _figures_of(array, sampler, so_far)
    return Measured(figures, sampler.taken(), sampler.runs(), so_far.settled(array) if so_far else None)


def _figures_of(array: Array, sampler: Sampler, units: UnitsSoFar | None) -> Statistics:
    """The figures of an array; a sample and its units on the way."""
    columns = units.columns if units else 1
    size = prod(array.shape)
    together = _LARGE_BLOCK if size >= _LARGE else BLOCK
    wide = np.empty(min(max(together, columns), size))
    figures = Statistics()
    with np.errstate(all="ignore"):
        for raw in raw_blocks(array, columns, together):
            sampler.add(raw)
            part = _figures(raw, array.dtype, wide)
            figures = figures.merge(part) if figures.count else part
            if units:
                units.add(raw, array.dtype, zeros=part.zeros)
    return figures if figures.count else Statistics(count=size)


def _figures(raw: np.ndarray[Any, Any], dtype: str, wide: np.ndarray[Any, Any]) -> Statistics:
    """The figures of one chunk, which is not empty; ``wide`` has room for it in float64."""
    ends = extremes(raw, dtype)
    if ends is None:
        return _odd_figures(raw, dtype, wide)
    zeros, subnormals = zeros_and_subnormals(raw, dtype, wide) if ends.reach_zero else (0, 0)
    mean, spread = _moments(widened(raw, dtype, wide[: raw.size]))
    return Statistics(raw.size, raw.size, 0, 0, 0, zeros, subnormals, ends.low, ends.high, mean, spread)


def _odd_figures(raw: np.ndarray[Any, Any], dtype: str, wide: np.ndarray[Any, Any]) -> Statistics:
    """The figures of a chunk in which some values are NaN or infinite."""
    values = as_numbers(raw, dtype)
    nan, infinite = np.isnan(values), np.isinf(values)
    finite = raw[~(nan | infinite)]
    rest = _figures(finite, dtype, wide) if finite.size else Statistics()
    positive = int(np.count_nonzero(values == np.inf))
    odd = Statistics(
        count=values.size - finite.size,
        nan=int(np.count_nonzero(nan)),
        positive_infinity=positive,
        negative_infinity=int(np.count_nonzero(infinite)) - positive,
        first_nan=int(nan.argmax()) if nan.any() else None,
        first_infinity=int(infinite.argmax()) if infinite.any() else None,
    )
    return odd.merge(rest)


def _moments(wide: np.ndarray[Any, Any]) -> tuple[float, float]:
    """The mean of finite float64 values and the sum of their squared distances from it; may overwrite them."""
    mean = np.add.reduce(wide).item() / wide.size
    squares = dot(wide, wide)
    spread = squares - wide.size * mean * mean
    if not spread > _FAR * squares:
        # The mean is far from zero beside the spread, and the difference of two large numbers would lose digits.
        np.subtract(wide, mean, out=wide)
        spread = dot(wide, wide)
    return mean, spread
