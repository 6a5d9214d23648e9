"""How the values of an array are spread: a histogram, and quantiles; a second pass, made only when asked for."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import number_blocks
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from kerasinspect.analysis.statistics.figures import Statistics
    from kerasinspect.model import Array

_BINS = 20

COLLECTED = 1 << 22
"""Up to so many values are sorted; the quantiles of more come from ``_FINE_BINS``."""

_FINE_BINS = 1 << 16


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many finite values fall into each of several equally wide bins, the last of which has its upper end in it."""

    low: float
    high: float
    counts: tuple[int, ...]


def histogram(array: Array, figures: Statistics, bins: int = _BINS) -> Histogram | None:
    """The histogram of the finite values between their minimum and maximum; None where there are none.

    ``figures`` are those of the same array. Raises what ``measure`` raises.
    """
    if figures.minimum is None or figures.maximum is None:
        return None
    low, high = float(figures.minimum), float(figures.maximum)
    counts = np.zeros(bins, np.int64)
    for block in number_blocks(array):
        counts += np.bincount(_bins(block, low, high, bins), minlength=bins)
    return Histogram(low, high, tuple(counts.tolist()))


def quantiles(array: Array, figures: Statistics, points: Sequence[float]) -> tuple[float, ...] | None:
    """The values below which these shares (0 to 1) of the finite values lie; None where there are none.

    Exact, with numpy's linear rule, for up to ``COLLECTED`` values; of more within a bin of ``_FINE_BINS`` between
    minimum and maximum. ``figures`` are those of the same array. Raises what ``measure`` raises.
    """
    if figures.minimum is None:
        return None
    if figures.finite > COLLECTED:
        return _estimated(histogram(array, figures, _FINE_BINS), points)
    blocks = [block[np.isfinite(block)].astype(np.float64) for block in number_blocks(array)]
    with np.errstate(all="ignore"):
        return tuple(np.quantile(np.concatenate(blocks), points).tolist())


def _bins(values: np.ndarray[Any, Any], low: float, high: float, bins: int) -> np.ndarray[Any, Any]:
    """The bin of each finite value."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if low == high:
        return np.zeros(finite.size, np.int64)
    scale = 1.0 if isfinite(high - low) else 0.25  # so that the distance of the ends is a number
    shares = (finite * scale - low * scale) / (high * scale - low * scale)
    places: np.ndarray[Any, Any] = np.minimum((shares * bins).astype(np.int64), bins - 1)
    return places


def _estimated(spread: Histogram | None, points: Sequence[float]) -> tuple[float, ...] | None:
    """Quantiles from a histogram, as if the values of a bin lay evenly in it."""
    if spread is None:
        return None
    below = np.concatenate([[0], np.cumsum(spread.counts)])
    edges = np.linspace(spread.low, spread.high, len(spread.counts) + 1)
    return tuple(np.interp(np.asarray(points) * below[-1], below, edges).tolist())
