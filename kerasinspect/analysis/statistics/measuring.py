"""One pass over an array: its figures, and where asked what lies along its last two axes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.figures import Statistics
from kerasinspect.analysis.statistics.numbers import SMALLEST_NORMAL, as_numbers, raw_blocks
from kerasinspect.analysis.statistics.units import Units, UnitsSoFar

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.model import Array

CHUNK = 1 << 16
"""Values that are looked at together, small enough that each look finds them in the processor's cache."""


def measure(array: Array) -> Statistics:
    """The figures of an array, read once, in memory that does not grow with it.

    Raises DamagedFile where its bytes are missing, RefusedFile where they may not be read.
    """
    return _measured(array, None)


def measure_units(array: Array) -> tuple[Statistics, Units]:
    """The same figures, and what each position along the last two axes holds.

    Of an array with identical units a part is read twice, to be sure that they are. Raises what ``measure`` raises.
    """
    units = UnitsSoFar(array.shape)
    return _measured(array, units), units.settled(array)


def _measured(array: Array, units: UnitsSoFar | None) -> Statistics:
    """The figures of an array; its units on the way."""
    columns = units.columns if units else 1
    step = max(1, CHUNK // columns) * columns
    bench = Bench.of(min(step, _size(array)), array.dtype)
    figures = Statistics()
    with np.errstate(all="ignore"):
        for raw in raw_blocks(array, columns):
            values = as_numbers(raw, array.dtype)
            for start in range(0, len(raw), step):
                chunk = values[start : start + step]
                part = _figures(chunk, SMALLEST_NORMAL.get(array.dtype), bench)
                figures = figures.merge(part)
                if units:
                    units.add(raw[start : start + step], chunk, zeros=part.zeros)
    return figures if figures.count else Statistics(count=_size(array))


def _size(array: Array) -> int:
    """Number of values."""
    size = 1
    for length in array.shape:
        size *= length
    return size


@dataclass(frozen=True, slots=True)
class Bench:
    """Buffers that every chunk is worked on in, so that none are made on the way."""

    wide: np.ndarray[Any, Any]
    sizes: np.ndarray[Any, Any]
    flags: np.ndarray[Any, Any]

    @classmethod
    def of(cls, size: int, dtype: str) -> Bench:
        """Buffers for chunks of at most so many values."""
        narrow = np.float64 if dtype == "float64" else np.float32
        return cls(np.empty(size), np.empty(size, narrow), np.empty(size, np.bool_))


def _figures(values: np.ndarray[Any, Any], smallest_normal: float | None, bench: Bench) -> Statistics:
    """The figures of one chunk, which is not empty."""
    low, high = values.min().item(), values.max().item()
    if isfinite(low) and isfinite(high):
        return _finite_figures(values, low, high, smallest_normal, bench)
    nan, infinite = np.isnan(values), np.isinf(values)
    finite = values[~(nan | infinite)]
    if finite.size:
        rest = _finite_figures(finite, finite.min().item(), finite.max().item(), smallest_normal, bench)
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
    values: np.ndarray[Any, Any], low: float, high: float, smallest_normal: float | None, bench: Bench
) -> Statistics:
    """The figures of values that are all finite and lie between ``low`` and ``high``."""
    count = values.size
    small = count if smallest_normal is None else _closer_to_zero(values, smallest_normal, bench)
    zeros = count - int(np.count_nonzero(values)) if small else 0
    wide = bench.wide[:count]
    np.copyto(wide, values)
    mean = wide.sum().item() / count
    np.subtract(wide, mean, out=wide)
    np.multiply(wide, wide, out=wide)
    return Statistics(
        count=count,
        finite=count,
        zeros=zeros,
        subnormals=0 if smallest_normal is None else small - zeros,
        minimum=low,
        maximum=high,
        mean=mean,
        spread=wide.sum().item(),
    )


def _closer_to_zero(values: np.ndarray[Any, Any], distance: float, bench: Bench) -> int:
    """How many values are closer to zero than that."""
    sizes, flags = bench.sizes[: values.size], bench.flags[: values.size]
    np.abs(values, out=sizes)
    np.less(sizes, distance, out=flags)
    return int(np.count_nonzero(flags))
