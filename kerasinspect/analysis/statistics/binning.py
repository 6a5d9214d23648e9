"""How many values of an array fall into each of some equally wide bins; large arrays are counted by several threads."""

from __future__ import annotations

from math import inf
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import BLOCK, raw_blocks, widened
from kerasinspect.analysis.statistics.parts import flat_parts
from kerasinspect.analysis.statistics.side_by_side import side_by_side
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from kerasinspect.model import Array

    _Values: TypeAlias = np.ndarray[Any, Any]

_STEP = 32 * BLOCK
"""Values of the parts that threads take."""

_ROUNDING = 2.0**-50
"""By what share of the largest number the place of a value among the bins may be off."""

_FAR = 0.01
"""Where rounding reaches over so much of a bin, every value is looked up."""

_HUGE = 2.0**1020
"""Beyond, float64 has no distance from the lowest to the highest value, or none times a number of bins."""

_NARROW = 2.0**-1000
"""Bins that are narrower have not all digits of a width."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Equally wide bins; each holds its lower edge, and the last one its upper edge too."""

    edges: np.ndarray[Any, Any]
    """Where they begin, and where the last one ends."""

    @classmethod
    def between(cls, low: float, high: float, count: int) -> Bins:
        """So many bins from the lowest to the highest value, which may be as far apart as float64 allows."""
        scale = 1.0 if max(abs(low), abs(high)) < _HUGE else 0.25
        edges = np.linspace(low * scale, high * scale, count + 1) / scale
        edges[[0, -1]] = low, high
        return cls(edges)

    def divided(self, parts: int) -> Bins:
        """Bins of which so many take the place of each of these."""
        count = self.edges.size - 1
        scale = 1.0 if np.abs(self.edges[[0, -1]]).max() < _HUGE else 0.25
        edges = np.interp(np.arange(count * parts + 1) / parts, np.arange(count + 1), self.edges * scale) / scale
        return Bins(np.sort(edges))  # rounding may put one beyond the next

    def counted(self, array: Array, *, finite: bool, within: bool = False) -> _Values:
        """How many values of an array are in each bin; ``finite`` says that all are, ``within`` that some lie outside.

        Those, NaN and infinities are passed over. Raises what ``measure`` raises.
        """
        counts, turn = np.zeros(self.edges.size - 1, np.int64), Lock()

        def count(part: tuple[int, Array]) -> None:
            found = self._counted(part[1], finite=finite, within=within)
            with turn:
                np.add(counts, found, out=counts)

        side_by_side(count, flat_parts(array, _STEP))
        return counts

    def _counted(self, array: Array, *, finite: bool, within: bool) -> _Values:
        """How many values of one part are in each bin."""
        counts = np.zeros(self.edges.size - 1, np.int64)
        wide, room = np.empty(BLOCK), np.empty(BLOCK)
        with np.errstate(all="ignore"):
            for raw in raw_blocks(array):
                values = widened(raw, array.dtype, wide[: raw.size])
                if within:
                    values = values[(values >= self.edges[0]) & (values <= self.edges[-1])]
                elif not finite:
                    values = values[np.isfinite(values)]
                counts += self._of(values, room)
        return counts

    def _of(self, values: _Values, room: _Values) -> _Values:
        """How many of some values are in each bin; ``room`` is for as many numbers.

        A value is placed by its share of the way from the lowest to the highest, and looked up among the edges where
        rounding could put it on the wrong side of one.
        """
        slack, count = self._slack, self.edges.size - 1
        if not slack < _FAR:
            return np.bincount(self._looked_up(values), minlength=count)
        shares = np.subtract(values, self.edges[0], out=room[: values.size])
        np.multiply(shares, 1 / self._width, out=shares)
        places = shares.astype(np.intp)
        np.subtract(shares, places, out=shares)
        if np.minimum.reduce(shares, initial=1.0) <= slack or np.maximum.reduce(shares, initial=0.0) >= 1 - slack:
            unsure = (shares <= slack) | (shares >= 1 - slack)
            places[unsure] = self._looked_up(values[unsure])
        return np.bincount(places, minlength=count)

    def _looked_up(self, values: _Values) -> _Values:
        """The bin of each value, found among the edges."""
        return np.clip(np.searchsorted(self.edges, values, "right") - 1, 0, self.edges.size - 2)

    @property
    def _width(self) -> float:
        """How wide each bin is; infinite where float64 has no such number."""
        return float(self.edges[-1] - self.edges[0]) / (self.edges.size - 1)

    @property
    def _slack(self) -> float:
        """How far from an edge, as a share of the width, rounding may put a value on its wrong side."""
        width, farthest = self._width, float(np.abs(self.edges[[0, -1]]).max())
        return _ROUNDING * farthest / width if _NARROW < width < inf else inf
