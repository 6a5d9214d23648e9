"""Whether values are numbers that TensorFlow's generator of normal values can give.

It makes two of them at a time from two fractions of 23 random bits (Box and Muller's way): one fraction is the angle
between them, as a share of a full turn, the other is how far they lie from zero. So neighbouring values form angles
that are whole multiples of the 2^23rd part of a turn, and training moves them off. The angle stays where both
values are multiplied by one number, as weight decay does; the distance does not.

A truncated normal distribution draws again where a value lies too far off, which tears a few pairs apart.

Sources: ``BoxMullerFloat`` and ``TruncatedNormalDistribution`` in tensorflow/core/lib/random/random_distributions.h.
"""

from __future__ import annotations

from math import pi

import numpy as np

from kerasinspect.analysis.training.chance import at_least
from kerasinspect.late.dataclasses import dataclass

STEPS = 2.0**23
"""Angles that the generator gives."""

_NEAR, _CHANCE = 0.125, 0.26
"""How near to one of its numbers a value counts as one, in steps; how many others happen to be as near."""

_CLEAR = 0.2
"""Where rounding moves the distance by more than so many steps, nothing can be told from it."""

_TORN, _ROUNDED = 0.12, 0.004
"""Pairs that truncation tears apart, and those that rounding alone moves; a few more than there are of both."""


@dataclass(frozen=True, slots=True)
class _PairMatch:
    """How many pairs of some values are ones that the generator gives."""

    pairs: int
    kept: int
    """Pairs whose angle is one of its angles."""
    distances: int
    """Kept pairs whose distance from zero tells something."""
    distances_kept: int

    @property
    def coincidence(self) -> float:
        """The probability of so many angles by chance."""
        return at_least(self.kept, self.pairs, _CHANCE)

    @property
    def scale_coincidence(self) -> float:
        """The probability of so many distances by chance."""
        return at_least(self.distances_kept, self.distances, 2 * _CHANCE)

    @property
    def scaled(self) -> float:
        """The probability that so many distances are off although no value was multiplied."""
        return at_least(self.distances - self.distances_kept, self.distances, _TORN)

    def torn(self, *, truncated: bool) -> float:
        """The probability that so many pairs are off although no value was changed."""
        return at_least(self.pairs - self.kept, self.pairs, _TORN if truncated else _ROUNDED)

    @property
    def moved(self) -> float:
        """About which share of all values is no longer as it was generated."""
        return min(1.0, (self.pairs - self.kept) / max(1, self.pairs) / (1 - _CHANCE))


def match_pairs(runs: np.ndarray, stddev: float) -> _PairMatch:
    """How neighbouring float32 values stand to the normal distribution of this standard deviation around zero."""
    values = runs[: runs.size // 2 * 2].astype(np.float64)
    pairs = values.reshape(-1, 2)
    pairs = pairs[pairs.any(axis=1)]
    kept = _off_angle(pairs[:, 0], pairs[:, 1]) < _NEAR
    share = np.square(pairs[kept] / float(np.float32(stddev))).sum(axis=1) / 2
    fraction = np.exp(-share)
    clear = (fraction * share < _CLEAR) & (fraction > 2 / STEPS)
    places = fraction[clear] * STEPS
    near = np.abs(places - np.rint(places)) < 2 * _NEAR
    return _PairMatch(len(pairs), int(kept.sum()), int(clear.sum()), int(near.sum()))


def _off_angle(sines: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """How far the angle between two values is from the nearest that the generator gives, in its steps."""
    angles = np.arctan2(sines, cosines) % (2 * pi)
    nearest = np.rint(angles / (2 * pi) * STEPS)
    # The generator rounds an angle to float32, by up to a third of a step.
    rounded = [(2 * pi * ((nearest + step) / STEPS)).astype(np.float32).astype(np.float64) for step in (-1, 0, 1)]
    off: np.ndarray = np.min([np.abs(angles - given) for given in rounded], axis=0) / (2 * pi) * STEPS
    return off
