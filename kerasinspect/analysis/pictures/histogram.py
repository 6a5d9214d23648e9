"""How the values of an array are spread: how many lie in each of some equal bins, and how many are no numbers."""

from __future__ import annotations

from math import cbrt, ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kerasinspect.analysis.statistics import Bins, quantiles
from kerasinspect.analysis.statistics.numbers import raw_blocks
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from typing import Any

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
    below: int = 0
    above: int = 0
    """Finite values outside of the bins, where those are of the bulk alone."""
    reach: tuple[float, float] | None = None
    """The smallest and the largest finite value, where some are outside."""

    @property
    def finite(self) -> int:
        """How many values are finite, in the bins and outside."""
        return self.below + sum(self.counts) + self.above

    @property
    def ends(self) -> tuple[float, float]:
        """The outermost edges, or of bins that are whole numbers the first and the last of these."""
        low, high = self.edges[0], self.edges[-1]
        return (ceil(low), ceil(high) - 1) if self.is_whole else (low, high)


_FEW = 0.005
"""The share of the values at each end that a histogram of the bulk may leave out."""

_NARROWER = 0.75
"""The share of the range that the bulk may have for that, so that the picture gains by it."""

_MARGIN = 0.05
"""The share of the bulk that is shown beyond it on either side."""

_FINE, _FINEST, _MANY = 1 << 12, 1 << 14, 1 << 20
"""Bins in which its ends are looked for, and those of arrays of so many values that counting them again takes long."""

_ENOUGH = 16
"""Fine bins of which those of the bulk have to be made, for them to begin and end about where it does."""


def worthwhile_bins(values: int, most: int) -> int:
    """How many bins so many values are worth: at most ``most``, and no more than Rice's rule gives.

    That is two times the cube root of their number, as many as show the shape and not the noise.

    Source: Lane, "Online Statistics Education", II. Graphing Distributions.
    """
    return min(most, ceil(2 * cbrt(values)))


def histogram(array: Array, figures: Statistics, bins: int, *, bulk: bool = False) -> Histogram:
    """The histogram of an array in at most so many bins, from its smallest to its largest finite value.

    Of the ``bulk`` alone it ends where few values are left, if the bins would else be of little but gaps. Integers that
    span no more numbers than there are bins get a bin for each number. ``figures`` are those of the same array. Reads
    it once more, for the bulk perhaps a few times; raises what ``measure`` raises.
    """
    odd = figures.nan, figures.negative_infinity, figures.positive_infinity
    low, high = figures.minimum, figures.maximum
    if low is None or high is None:
        return Histogram((), (), *odd)
    if low == high:
        return Histogram((low, low), (figures.finite,), *odd)
    is_integer = isinstance(low, int) and isinstance(high, int)
    whole, is_large = is_integer and high - low < bins, is_integer and max(-low, high) > _EXACT
    found = Bins.between(low - 0.5, high + 0.5, int(high - low) + 1) if whole else Bins.between(low, high, bins)
    counted = None if whole or not bulk else _of_bulk(array, figures, found)
    if is_large and (counted is None or np.abs(counted.bins.edges).max() > _EXACT):
        return _of_large_integers(array, (int(low), int(high)), bins, odd)
    found, counts, below = counted or _Counted.of(found, array, figures)
    above = figures.finite - below - int(counts.sum())
    drawn = Histogram(tuple(found.edges.tolist()), tuple(counts.tolist()), *odd, is_whole=whole)
    return replace(drawn, below=below, above=above, reach=(low, high)) if below or above else drawn


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


class _Counted(NamedTuple):
    """Bins with what is in them."""

    bins: Bins
    counts: np.ndarray[Any, Any]
    below: int = 0
    """How many finite values are below them."""

    @classmethod
    def of(cls, bins: Bins, array: Array, figures: Statistics, below: int = 0, *, within: bool = False) -> _Counted:
        """Bins, counted; ``within`` says that some finite values lie outside."""
        return cls(bins, bins.counted(array, finite=figures.finite == figures.count, within=within), below)

    def put_together(self, first: int, wide: int, count: int) -> _Counted:
        """So many bins, each of as many of these as it is ``wide``, from the first one on."""
        last = first + wide * count
        counts = self.counts[first:last].reshape(count, wide).sum(1)
        edges = self.bins.edges[first : last + 1 : wide].copy()
        if last < self.counts.size:
            edges[-1] = np.nextafter(edges[-1], edges[0])  # what is at that edge was counted in the next bin
        return _Counted(Bins(edges), counts, self.below + self._up_to(first))

    def _up_to(self, first: int) -> int:
        """How many values are in the bins before one of them."""
        return int(self.counts[:first].sum())

    def between(self, first: int, last: int, count: int, array: Array, figures: Statistics) -> _Counted:
        """So many bins from where one of these begins to where another does, counted anew."""
        low, high = self.bins.edges[[first, last]].tolist()
        narrower = Bins.between(low, high, count)
        return _Counted.of(narrower, array, figures, self.below + self._up_to(first), within=True)


def _of_bulk(array: Array, figures: Statistics, whole: Bins) -> _Counted | None:
    """Bins between the ends in which few values lie, or of all values where those would not be much narrower.

    They are put together from finer ones, which are counted once more where all that is left is in a few of them. Where
    that is so again, values lie so far out that quantiles have to tell. None where there is no bulk.
    """
    most, bins = int(_FEW * figures.finite), whole.edges.size - 1
    if most == 0 or figures.zeros > (1 - 2 * _FEW) * figures.finite:
        return None
    each = ceil((_FINEST if figures.finite > _MANY else _FINE) / bins)
    fine = _Counted.of(whole.divided(each), array, figures)
    for is_last in (False, True):
        above = figures.finite - fine.below - int(fine.counts.sum())
        first = int(np.searchsorted(fine.below + np.cumsum(fine.counts), most, "right"))
        last = fine.counts.size - int(np.searchsorted(above + np.cumsum(fine.counts[::-1]), most, "right"))
        margin = ceil(_MARGIN * (last - first))
        start, stop = max(0, first - margin), min(fine.counts.size, last + margin)
        wide = ceil((stop - start) / bins)
        if stop - start > _NARROWER * fine.counts.size:
            return fine.put_together(0, each, bins)
        if wide >= _ENOUGH:
            spare = wide * bins - (stop - start)
            start = min(max(0, start - spare // 2), fine.counts.size - wide * bins)
            return fine.put_together(start, wide, bins)
        if is_last:
            break
        fine = fine.between(start, stop, fine.counts.size, array, figures)
    if last - first > bins:
        return fine.between(start, stop, bins, array, figures)
    return _between_quantiles(array, figures, whole)


def _between_quantiles(array: Array, figures: Statistics, whole: Bins) -> _Counted | None:
    """The bins of a bulk beside which others lie out of all proportion; None where it is one value."""
    found = quantiles(array, figures, (_FEW, 1 - _FEW))
    low, high = whole.edges[[0, -1]].tolist()
    if found is None or found[0] == found[1]:
        return None
    margin = _MARGIN * (found[1] - found[0])
    start, stop = max(low, found[0] - margin), min(high, found[1] + margin)
    below = 0
    if start > low:
        outside = Bins.between(low, float(np.nextafter(start, low)), 1)
        below = int(outside.counted(array, finite=False, within=True).sum())
    return _Counted.of(Bins.between(start, stop, whole.edges.size - 1), array, figures, below, within=True)
