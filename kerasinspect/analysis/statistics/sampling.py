"""Some values of an array, spread evenly over it, taken while it is read for another reason."""

from __future__ import annotations

from math import gcd, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

SAMPLE = 1 << 14
"""The most values that are taken."""


class Sampler:
    """Every so many-th value of an array of which a part has been read, in order."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Begin with nothing read; never take all values from the same columns."""
        self._step = -(-prod(shape) // SAMPLE) or 1
        columns = prod(shape[-1:])
        while self._step > 1 and gcd(self._step, columns) > 1:
            self._step += 1
        self._read = 0
        self._pieces: list[np.ndarray[Any, Any]] = []

    def add(self, values: np.ndarray[Any, Any]) -> None:
        """Take from the next values."""
        self._pieces.append(values[-self._read % self._step :: self._step].copy())
        self._read += values.size

    def taken(self) -> np.ndarray[Any, Any]:
        """All that were taken."""
        return np.concatenate(self._pieces) if self._pieces else np.empty(0)
