"""One pass over an array: its figures, and where asked what lies along its last two axes."""

from __future__ import annotations

from math import isfinite, prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.figures import Statistics
from kerasinspect.analysis.statistics.numbers import BLOCK, as_numbers, dot, raw_blocks
from kerasinspect.analysis.statistics.sampling import Sampler
from kerasinspect.analysis.statistics.units import Units, UnitsSoFar
from kerasinspect.dtypes import DTYPES
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
    sampler = Sampler(array.shape)
    figures = _figures_of(array, sampler, so_far)
    return Measured(figures, sampler.taken(), sampler.runs(), so_far.settled(array) if so_far else None)


def _figures_of(array: Array, sampler: Sampler, units: UnitsSoFar | None) -> Statistics:
    """The figures of an array; a sample and its units on the way."""
    columns = units.columns if units else 1
    size = prod(array.shape)
    together = _LARGE_BLOCK if size >= _LARGE else BLOCK
    buffers = _Buffers.of(min(max(together, columns), size), array.dtype)
    figures = Statistics()
    with np.errstate(all="ignore"):
        for raw in raw_blocks(array, columns, together):
            values = as_numbers(raw, array.dtype)
            sampler.add(values)
            part = _figures(values, DTYPES[array.dtype].smallest_normal, buffers)
            figures = figures.merge(part) if figures.count else part
            if units:
                units.add(raw, values, zeros=part.zeros)
    return figures if figures.count else Statistics(count=size)


@dataclass(frozen=True, slots=True)
class _Buffers:
    """Buffers that every chunk is worked on in, so that none are made on the way."""

    wide: np.ndarray[Any, Any]
    sizes: np.ndarray[Any, Any]
    flags: np.ndarray[Any, Any]

    @classmethod
    def of(cls, size: int, dtype: str) -> _Buffers:
        """Buffers for chunks of at most so many values."""
        narrow = np.float64 if dtype == "float64" else np.float32
        return cls(np.empty(size), np.empty(size, narrow), np.empty(size, np.bool_))


def _figures(values: np.ndarray[Any, Any], smallest_normal: float | None, buffers: _Buffers) -> Statistics:
    """The figures of one chunk, which is not empty."""
    low, high = values.min().item(), values.max().item()
    if isfinite(low) and isfinite(high):
        return _finite_figures(values, low, high, smallest_normal, buffers)
    nan, infinite = np.isnan(values), np.isinf(values)
    finite = values[~(nan | infinite)]
    if finite.size:
        rest = _finite_figures(finite, finite.min().item(), finite.max().item(), smallest_normal, buffers)
    else:
        rest = Statistics()
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


def _finite_figures(
    values: np.ndarray[Any, Any], low: float, high: float, smallest_normal: float | None, buffers: _Buffers
) -> Statistics:
    """The figures of values that are all finite and lie between ``low`` and ``high``."""
    count = values.size
    small = count if smallest_normal is None else _closer_to_zero(values, low, high, smallest_normal, buffers)
    zeros = count - int(np.count_nonzero(values)) if small else 0
    wide = buffers.wide[:count]
    np.copyto(wide, values)
    mean = wide.sum().item() / count
    squares = dot(wide, wide)
    spread = squares - count * mean * mean
    if not spread > _FAR * squares:
        # The mean is far from zero beside the spread, and the difference of two large numbers would lose digits.
        np.subtract(wide, mean, out=wide)
        spread = dot(wide, wide)
    return Statistics(
        count=count,
        finite=count,
        zeros=zeros,
        subnormals=0 if smallest_normal is None else small - zeros,
        minimum=low,
        maximum=high,
        mean=mean,
        spread=spread,
    )


def _closer_to_zero(values: np.ndarray[Any, Any], low: float, high: float, distance: float, buffers: _Buffers) -> int:
    """How many values, which lie between ``low`` and ``high``, are closer to zero than that."""
    if low >= distance or high <= -distance:
        return 0
    sizes = np.abs(values, out=buffers.sizes[: values.size])
    if sizes.min() >= distance:
        return 0
    return int(np.count_nonzero(np.less(sizes, distance, out=buffers.flags[: values.size])))
