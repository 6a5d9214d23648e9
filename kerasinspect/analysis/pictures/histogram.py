"""How the values of an array are spread: how many lie in each of some equal bins, and how many are no numbers."""

from __future__ import annotations

from math import cbrt, ceil
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics import Bins
from kerasinspect.analysis.statistics.numbers import raw_blocks
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.model import Array

_EXACT = 2**53
"""Up to it float64 has every integer."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of the values in bins, each of which holds its lower edge, and the last one its upper edge too."""

    edges: tuple[float, ...]
    """One more than there are bins, rising; one number twice where all values are it, none where there are none.

    An int where an integer is one that float64 does not have.
    """
    counts: tuple[int, ...]
    """How many finite values lie in each bin."""
    nan: int
    negative_infinity: int
    positive_infinity: int
    is_whole: bool = False
    """Whether each bin is one whole number: in its middle, or its lower edge where that is an int."""

    @property
    def finite(self) -> int:
        """How many values are in the bins."""
        return sum(self.counts)

    @property
    def ends(self) -> tuple[float, float]:
        """The outermost edges, or of bins that are whole numbers the first and the last of these."""
        low, high = self.edges[0], self.edges[-1]
        return (ceil(low), ceil(high) - 1) if self.is_whole else (low, high)


def worthwhile_bins(values: int, most: int) -> int:
    """How many bins so many values are worth: at most ``most``, and no more than Rice's rule gives.

    That is two times the cube root of their number, as many as show the shape and not the noise.

    Source: Lane, "Online Statistics Education", II. Graphing Distributions.
    """
    return min(most, ceil(2 * cbrt(values)))


def histogram(array: Array, figures: Statistics, bins: int) -> Histogram:
    """The histogram of an array in at most so many bins, from its smallest to its largest finite value.

    Integers that span no more numbers than there are bins get a bin for each number. ``figures`` are those of the same
    array. Reads it once more; raises what ``measure`` raises.
    """
    odd = figures.nan, figures.negative_infinity, figures.positive_infinity
    low, high = figures.minimum, figures.maximum
    if low is None or high is None:
        return Histogram((), (), *odd)
    if low == high:
        return Histogram((low, low), (figures.finite,), *odd)
    if isinstance(low, int) and isinstance(high, int) and max(-low, high) > _EXACT:
        return _of_large_integers(array, (low, high), bins, odd)
    whole = isinstance(low, int) and isinstance(high, int) and high - low < bins
    found = Bins.between(low - 0.5, high + 0.5, int(high - low) + 1) if whole else Bins.between(low, high, bins)
    counts = found.counted(array, finite=figures.finite == figures.count)
    return Histogram(tuple(found.edges.tolist()), tuple(counts.tolist()), *odd, is_whole=whole)


def _of_large_integers(array: Array, ends: tuple[int, int], bins: int, odd: tuple[int, int, int]) -> Histogram:
    """The histogram of integers that float64 has not all of, placed by their exact distance from the lowest one."""
    low, span = ends[0], ends[1] - ends[0]
    whole = span < bins
    starts = [*range(span + 1)] if whole else [-(-number * span // bins) for number in range(bins)]
    counts = np.zeros(len(starts), np.int64)
    edges, lowest = np.array(starts, np.uint64), np.uint64(low % 2**64)
    for raw in raw_blocks(array):
        distances = raw.astype(np.uint64) - lowest  # modulo 2 to the 64, as the differences of signed ones
        counts += np.bincount(np.searchsorted(edges, distances, "right") - 1, minlength=len(starts))
    last = span + 1 if whole else span
    return Histogram(tuple(low + start for start in (*starts, last)), tuple(counts.tolist()), *odd, is_whole=whole)
