"""How the values of an array are spread: quantiles; a second pass, made only when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.binning import Bins
from kerasinspect.analysis.statistics.numbers import number_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from kerasinspect.analysis.statistics.figures import Statistics
    from kerasinspect.model import Array

COLLECTED = 1 << 22
"""Up to so many values are sorted; the quantiles of more come from ``_FINE_BINS``."""

_FINE_BINS = 1 << 16


def quantiles(array: Array, figures: Statistics, points: Sequence[float]) -> tuple[float, ...] | None:
    """The values below which these shares (0 to 1) of the finite values lie; None where there are none.

    Exact, with numpy's linear rule, for up to ``COLLECTED`` values; of more within a bin of ``_FINE_BINS`` between
    minimum and maximum. ``figures`` are those of the same array. Raises what ``measure`` raises.
    """
    if figures.minimum is None or figures.maximum is None:
        return None
    if figures.finite > COLLECTED:
        bins = Bins.between(figures.minimum, figures.maximum, _FINE_BINS)
        return _estimated(bins, bins.counted(array, finite=figures.finite == figures.count), points)
    blocks = [block[np.isfinite(block)].astype(np.float64) for block in number_blocks(array)]
    with np.errstate(all="ignore"):
        return tuple(np.quantile(np.concatenate(blocks), points).tolist())


def _estimated(bins: Bins, counts: np.ndarray[Any, Any], points: Sequence[float]) -> tuple[float, ...]:
    """Quantiles from counts, as if the values of a bin lay evenly in it."""
    below = np.concatenate([[0], np.cumsum(counts)])
    return tuple(np.interp(np.asarray(points) * below[-1], below, bins.edges).tolist())
