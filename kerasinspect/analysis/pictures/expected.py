"""What share of a weight's values its initializer puts between any two numbers: what a histogram is held against.

An entry of a random orthogonal matrix is one of a random unit vector, as long as the longer side of the matrix: its
arcsine has the density of a power of the cosine. Source: Muirhead, "Aspects of Multivariate Statistical Theory" (1982),
section 1.5.
"""

from __future__ import annotations

from itertools import pairwise
from math import asin, erf, erfc, prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.training.fit import FINE, ROUNDING
from kerasinspect.knowledge.initializers import TRUNCATED
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from kerasinspect.model import Initializer, Weight

    _Below: TypeAlias = "Callable[[float], float]"
    """The share of a distribution below a number."""

_CUT = 2.0
"""A truncated normal distribution ends at so many standard deviations of the whole one."""

_FARTHEST = 40.0
"""Standard deviations beyond which nothing of a distribution is left that float64 could tell from nothing."""

_PANELS, _NODES = 64, 8
"""Pieces that an integral is cut into, and points at which the integrand of each is looked at."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Shares of the values that an initializer draws, from 0 to 1."""

    shares: tuple[float, ...]
    """Those in each bin."""
    below: float
    above: float
    """Those outside, below the first edge and above the last."""


def expected(weight: Weight, edges: Sequence[float]) -> Expected | None:
    """How the values that the weight's initializer draws are spread over bins.

    ``edges`` are those of a ``Histogram`` of the weight. None where there are no bins, and where nothing tells what the
    initializer draws.
    """
    initializer = weight.initializer
    if initializer is None or not edges:
        return None
    masses = _masses(weight, initializer)
    if masses is not None:
        return _of_masses(masses, edges, ROUNDING.get(weight.dtype, FINE))
    below = _distribution(initializer)
    return None if below is None else _of_distribution(below, edges)


def _masses(weight: Weight, initializer: Initializer) -> dict[float, float] | None:
    """The share of each value, where an initializer gives only a few; None where it draws any numbers."""
    if initializer.forget_gate:
        return _with_forget_gate(weight, initializer)
    if initializer.constant is not None:
        return {initializer.constant: 1.0}
    gain = initializer.gain
    if initializer.form == "identity" and gain is not None and len(weight.shape) == 2 and 0 not in weight.shape:  # noqa: PLR2004 - a matrix
        diagonal = 1 / max(weight.shape)
        return {gain: diagonal, 0.0: 1 - diagonal} if gain else {0.0: 1.0}
    if initializer.form == "orthogonal" and gain is not None and prod(weight.shape) == 1:
        return {gain: 0.5, -gain: 0.5} if gain else {0.0: 1.0}
    return {initializer.mean: 1.0} if initializer.form and initializer.stddev == 0 else None


def _with_forget_gate(weight: Weight, initializer: Initializer) -> dict[float, float] | None:
    """The shares of zero and one in the bias of an LSTM; None where its other gates started as something else."""
    blocks = weight.axes[-1].blocks if weight.axes else ()
    if initializer.name == "ones":
        return {1.0: 1.0}
    if initializer.name != "zeros" or "f" not in blocks:
        return None
    return {0.0: 1 - 1 / len(blocks), 1.0: 1 / len(blocks)}


def _of_masses(masses: dict[float, float], edges: Sequence[float], rounding: float) -> Expected:
    """How a few values are spread over bins; one that is outside only by the rounding of its dtype counts as inside."""
    shares, outside = [0.0] * (len(edges) - 1), [0.0, 0.0]
    for value, share in masses.items():
        slack = rounding * abs(value)
        if edges[0] - slack <= value <= edges[-1] + slack:
            at = int(np.searchsorted(edges, value, "right")) - 1
            shares[min(max(at, 0), len(shares) - 1)] += share
        else:
            outside[value > edges[-1]] += share
    return Expected(tuple(shares), *outside)


def _of_distribution(below: _Below, edges: Sequence[float]) -> Expected:
    """How a distribution is spread over bins."""
    reached = [below(edge) for edge in edges]
    return Expected(tuple(max(0.0, end - begin) for begin, end in pairwise(reached)), reached[0], 1 - reached[-1])


def _distribution(initializer: Initializer) -> _Below | None:
    """What share of the distribution that an initializer draws from lies below a number; None where it is unknown."""
    mean, stddev = initializer.mean, initializer.stddev
    if initializer.form is None or stddev is None:
        return None
    match initializer.form:
        case "uniform":
            return lambda value: min(max((value - mean) / stddev / (2 * sqrt(3)) + 0.5, 0.0), 1.0)
        case "normal":
            return lambda value: _normal((value - mean) / stddev)
        case "truncated normal":
            tail = _normal(-_CUT)
            return lambda value: min(
                max((_normal((value - mean) / stddev * TRUNCATED) - tail) / (1 - 2 * tail), 0.0), 1.0
            )
        case "orthogonal":
            gain = abs(initializer.gain or 0.0)
            length = round((gain / stddev) ** 2)
            return lambda value: _entry(value / gain, length)
        case "identity":
            return None


def _normal(deviations: float) -> float:
    """The share of the standard normal distribution below a number."""
    if deviations < 0:
        return 0.5 * erfc(-deviations / sqrt(2))
    return 0.5 * (1 + erf(deviations / sqrt(2)))


def _entry(value: float, length: int) -> float:
    """The share of the entries of random unit vectors of a length, at least two, that lie below a number."""
    reach = asin(min(1.0, _FARTHEST / sqrt(length)))
    angle = asin(min(max(value, -1.0), 1.0))
    if abs(angle) >= reach:
        return float(angle > 0)
    half = _cosines(0.0, reach, length - 2)
    return 0.5 + _cosines(0.0, angle, length - 2) / half / 2


def _cosines(start: float, stop: float, power: int) -> float:
    """The integral of a power of the cosine, by Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    edges = np.linspace(start, stop, _PANELS + 1)
    middles, halves = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    angles = middles[:, np.newaxis] + halves[:, np.newaxis] * nodes
    return float((np.cos(angles) ** power @ weights) @ halves)
