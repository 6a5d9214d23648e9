"""Some values of an array, spread evenly over it, taken while it is read for another reason."""

from __future__ import annotations

from math import gcd, prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import as_numbers

if TYPE_CHECKING:
    from typing import Any

SAMPLE = 1 << 14
"""The most values that are taken."""

_RUN, _RUNS = 16, 256
"""How many neighbours are taken together, and about how often; generators give values in groups of no more."""


class Sampler:
    """Every so many-th value of an array, taken from its pieces in whatever order and by whichever thread."""

    def __init__(self, shape: tuple[int, ...], dtype: str) -> None:
        """Begin with nothing read; never take all values from the same columns."""
        self._dtype = dtype
        self._step = -(-prod(shape) // SAMPLE) or 1
        columns = prod(shape[-1:])
        while self._step > 1 and gcd(self._step, columns) > 1:
            self._step += 1
        self._apart = _RUN * (prod(shape) // (_RUN * _RUNS) | 1) if self._step > 1 else 0
        self._pieces: dict[int, np.ndarray[Any, Any]] = {}
        self._runs: dict[int, np.ndarray[Any, Any]] = {}

    def add(self, raw: np.ndarray[Any, Any], first: int) -> None:
        """Take from some values as they are stored, the first of which is at this place in C order."""
        self._pieces[first] = raw[-first % self._step :: self._step].copy()
        if self._apart:
            starts = np.arange(-first % self._apart, raw.size - _RUN + 1, self._apart)
            self._runs[first] = raw[starts[:, np.newaxis] + np.arange(_RUN)].ravel()

    def taken(self) -> np.ndarray[Any, Any]:
        """All that were taken, as numbers."""
        return self._numbers(self._pieces) if self._pieces else np.empty(0)

    def runs(self) -> np.ndarray[Any, Any]:
        """Whole runs of neighbours, one after the other, from all over the array; all of it where it is small."""
        return self._numbers(self._runs) if self._runs else self.taken()

    def _numbers(self, pieces: dict[int, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
        """Pieces of the array in their order, put together."""
        return as_numbers(np.concatenate([pieces[first] for first in sorted(pieces)]), self._dtype)
