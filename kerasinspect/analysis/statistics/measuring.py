"""One pass over an array: its figures, and where asked what lies along its last two axes."""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.extremes import extremes, zeros_and_subnormals
from kerasinspect.analysis.statistics.figures import Statistics
from kerasinspect.analysis.statistics.numbers import BLOCK, as_numbers, dot, raw_blocks, widened
from kerasinspect.analysis.statistics.parts import flat_parts, is_divided
from kerasinspect.analysis.statistics.sampling import Sampler
from kerasinspect.analysis.statistics.side_by_side import side_by_side
from kerasinspect.analysis.statistics.units import Units, UnitsSoFar
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.model import Array

_LARGE, _LARGE_BLOCK = 1 << 22, 1 << 18
"""Values of a large array, and how many of one are looked at together: so many that numpy does nearly all of the work
and two threads seldom wait for each other."""

_CHUNKS = 8
"""How many chunks a thread takes at a time."""

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
    return _read(_Reading(array)).figures()


def measure_with(array: Array, *, units: bool = False) -> Measured:
    """The figures of an array, a sample of its values and, where asked for, its units, all from one reading.

    Of an array with identical units a part is read twice, to be sure that they are. Raises what ``measure`` raises.
    """
    sampler, so_far = Sampler(array.shape, array.dtype), UnitsSoFar(array.shape) if units else None
    figures = _read(_Reading(array, sampler, so_far)).figures()
    return Measured(figures, sampler.taken(), sampler.runs(), so_far.settled(array) if so_far else None)


def is_shared(array: Array) -> bool:
    """Whether several threads measure the array together."""
    return _Reading(array).is_shared


class _Reading:
    """What the threads that read an array together have found so far.

    Figures are of chunks that are the same for any number of threads, and are put together in order, so that they are
    the same, too.
    """

    def __init__(self, array: Array, sampler: Sampler | None = None, units: UnitsSoFar | None = None) -> None:
        """Begin with nothing read."""
        self._array, self._sampler, self._units = array, sampler, units
        self._figures: dict[int, Statistics] = {}
        self._size = prod(array.shape)
        self._columns = units.columns if units else 1
        self._together = _LARGE_BLOCK if self._size >= _LARGE else BLOCK

    @property
    def is_shared(self) -> bool:
        """Whether several threads read it, part by part."""
        return self._columns <= self._together and is_divided(self._array, self._step)  # each holds a whole row

    @property
    def parts(self) -> list[tuple[int, Array]]:
        """The flat parts that are read by themselves, each with the place of its first value; one is the whole."""
        return flat_parts(self._array, self._step) if self.is_shared else [(0, self._array)]

    @property
    def _step(self) -> int:
        """Values of a part."""
        return _CHUNKS * self._columns * max(1, self._together // self._columns)

    def read(self, part: tuple[int, Array]) -> None:
        """Read one part; raises DamagedFile where its bytes are missing, RefusedFile where they may not be read."""
        at, array = part
        printed = True
        wide = np.empty(min(max(self._together, self._columns), self._size))
        with np.errstate(all="ignore"):
            for raw in raw_blocks(array, self._columns, self._together):
                figures = self._figures[at] = _figures(raw, array.dtype, wide)
                if self._sampler:
                    self._sampler.add(raw, at)
                if self._units:
                    self._units.add(raw, array.dtype, at, zeros=figures.zeros, printed=printed)
                    printed = array is self._array  # of many parts, one chunk of each is enough
                at += raw.size

    def figures(self) -> Statistics:
        """Those of all parts, once they are read."""
        chunks = [self._figures[at] for at in sorted(self._figures)]
        return reduce(Statistics.merge, chunks) if chunks else Statistics(count=self._size)


def _read(reading: _Reading) -> _Reading:
    """Read an array, in several threads where it has parts for them."""
    parts = reading.parts
    if len(parts) > 1:
        side_by_side(reading.read, parts)
    else:
        reading.read(parts[0])
    return reading


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
