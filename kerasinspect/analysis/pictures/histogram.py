"""How the values of an array are spread: how many lie in each of some equal bins, and how many are no numbers."""

from __future__ import annotations

from math import cbrt, ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kerasinspect.analysis.statistics import Bins, quantiles
from kerasinspect.analysis.statistics.numbers import raw_blocks
from kerasinspect.late.dataclasses import dataclass, replace

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

_FINE = 4096
"""Bins in which its ends are looked for."""


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
    edges = None if whole or not bulk else _edges_of_bulk(array, figures, found)
    if is_large and (edges is None or np.abs(edges.bins.edges).max() > _EXACT):
        return _of_large_integers(array, (int(low), int(high)), bins, odd)
    if edges is not None:
        found = edges.bins
    counts = found.counted(array, finite=figures.finite == figures.count, within=edges is not None)
    below = 0 if edges is None else edges.below
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


class _Bulk(NamedTuple):
    """Bins of the bulk of an array."""

    bins: Bins
    below: int
    """How many finite values are below it."""


def _edges_of_bulk(array: Array, figures: Statistics, whole: Bins) -> _Bulk | None:
    """The bins between the ends in which few values lie; None where they would not be much narrower.

    The ends are looked for in finer bins, and once more between them where all that is left is in a few of those. Where
    that is so again, values lie so far out that quantiles have to tell.
    """
    most, below, found = int(_FEW * figures.finite), 0, whole
    if most == 0 or figures.zeros > (1 - 2 * _FEW) * figures.finite:
        return None
    for within in (False, True):
        low, high = found.edges[[0, -1]].tolist()
        fine = Bins.between(low, high, _FINE)
        counts = fine.counted(array, finite=figures.finite == figures.count, within=within)
        above = figures.finite - below - int(counts.sum())
        first = int(np.searchsorted(below + np.cumsum(counts), most, "right"))
        last = _FINE - int(np.searchsorted(above + np.cumsum(counts[::-1]), most, "right"))
        seen, margin = last - first, ceil(_MARGIN * (last - first))
        first, last = max(0, first - margin), min(_FINE, last + margin)
        if last - first > _NARROWER * _FINE:
            break
        below += int(counts[:first].sum())
        found = Bins.between(float(fine.edges[first]), float(fine.edges[last]), whole.edges.size - 1)
        if seen >= whole.edges.size:
            break
    else:
        return _between_quantiles(array, figures, whole)
    return None if found is whole else _Bulk(found, below)


def _between_quantiles(array: Array, figures: Statistics, whole: Bins) -> _Bulk | None:
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
    return _Bulk(Bins.between(start, stop, whole.edges.size - 1), below)
