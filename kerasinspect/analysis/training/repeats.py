"""Whether values repeat themselves more often than any that were drawn at random.

Every initializer's range has zero in it, and so does every grid of numbers that a generator gives; pruned, clipped,
rounded and ternary weights are given away by how often the same number comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.training.chance import at_least_rare

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from kerasinspect.analysis.statistics import Statistics

_COMMONEST: Mapping[str, float] = {"float16": 2.0**-9, "bfloat16": 2.0**-6}
"""Twice the share of the number that a generator gives most often, by dtype: it draws ten bits, or seven."""

_RARE = 2.0**-22
"""Twice the share of the commonest number in dtypes for which it draws 23 bits or more."""

_COARSE = frozenset({"float8_e4m3fn", "float8_e5m2"})
"""Dtypes that hold so few numbers that all of them repeat."""


def repetition(sample: np.ndarray, figures: Statistics, dtype: str) -> float:
    """How probable it is that so many values drawn at random are zero, or are equal to others; the sample is sorted."""
    if dtype in _COARSE:
        return 1.0
    share = _COMMONEST.get(dtype, _RARE)
    equal = int((sample[1:] == sample[:-1]).sum())
    return min(
        at_least_rare(figures.zeros, figures.finite * share),
        at_least_rare(equal, sample.size * (sample.size - 1) / 2 * share),
    )


def different(sample: np.ndarray) -> int:
    """How many different numbers other than zero are in a sorted sample."""
    if not sample.size:
        return 0
    first = 1 if sample[0] else 0
    return first + int(((sample[1:] != sample[:-1]) & (sample[1:] != 0)).sum())
