"""Whether values are numbers that Keras's generator of uniform values can give.

TensorFlow, JAX and PyTorch draw 23 or 24 random bits, take them as a fraction of one, and stretch that over the range
in float32. So only some of the float32 numbers in the range can come out: with 24 bits about every second one, with 23
every fourth. Values that all lie on this grid were never touched since; training moves them off.

Sources: ``Uint32ToFloat`` in tensorflow/core/lib/random/random_distributions.h, ``_uniform`` in jax/_src/random.py,
``uniform_real_distribution`` in aten/src/ATen/core/DistributionsHelper.h, ``uniform`` in keras/src/backend/*/random.py.
"""

from __future__ import annotations

import numpy as np

from kerasinspect.analysis.training.chance import COINCIDENCE, at_least
from kerasinspect.late.dataclasses import dataclass

_CHANCE = {23: 0.28, 24: 0.53}
"""Bits of a grid, and the share of other numbers that happens to lie on it; measured, and a little more."""


@dataclass(frozen=True, slots=True)
class _GridMatch:
    """How many of some values lie on the generator's grid."""

    off: int
    """Values that do not."""
    count: int
    chance: float
    """The probability that one that was not generated lies on it nevertheless."""

    @property
    def coincidence(self) -> float:
        """The probability that all values lie on the grid by chance."""
        return float(self.chance**self.count)

    @property
    def partial(self) -> bool:
        """Whether more of them lie on the grid than by chance, so that they were generated and some moved since."""
        return at_least(self.count - self.off, self.count, self.chance) < COINCIDENCE

    @property
    def moved(self) -> float:
        """About which share of all values is no longer as it was generated."""
        return min(1.0, self.off / self.count / (1 - self.chance))


def match_grid(values: np.ndarray, low: float, high: float) -> _GridMatch:
    """How float32 values stand to the grid between ``low`` and ``high`` that fits them better."""
    matches = []
    for bits, chance in _CHANCE.items():
        match = _GridMatch(_off_grid(values, low, high, bits), values.size, chance)
        if not match.off:
            return match
        matches.append(match)
    return min(matches, key=lambda match: match.moved)


def _off_grid(values: np.ndarray, low: float, high: float, bits: int) -> int:
    """How many values are no fraction of so many bits, stretched over the range, rounded once or twice on the way."""
    start = np.float32(low)
    width = float(np.float32(high) - start)
    nearest = np.rint((values.astype(np.float64) - float(start)) / width * 2.0**bits)
    for step in (0, -1, 1, -2, 2):
        places = nearest + step
        stretched = places * (width / 2.0**bits)
        rounded_once = (stretched + float(start)).astype(np.float32)
        rounded_twice = stretched.astype(np.float32) + start
        inside = (places >= 0) & (places < 2.0**bits)
        left = ~(inside & ((rounded_once == values) | (rounded_twice == values)))
        values, nearest = values[left], nearest[left]
    return values.size
