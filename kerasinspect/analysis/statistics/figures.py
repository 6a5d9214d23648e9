"""The figures of one array, and how those of two parts become those of the whole."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts and moments of some numbers; those of nothing at all are the default.

    Minimum, maximum, mean and what follows from them are over the finite values and None where there are none. They
    are computed in float64; a sum that float64 cannot hold is infinite or NaN, as in numpy.
    """

    count: int = 0
    """All values, also where the dtype is no number: text, opaque bytes."""
    finite: int = 0
    nan: int = 0
    positive_infinity: int = 0
    negative_infinity: int = 0
    zeros: int = 0
    """Of either sign."""
    subnormals: int = 0
    """Nonzero values too close to zero to have all their digits, in the array's own dtype."""
    minimum: float | None = None
    maximum: float | None = None
    """Exact: an int for integers and booleans."""
    mean: float | None = None
    spread: float = 0.0
    """Sum of the squared distances from the mean."""
    first_nan: int | None = None
    """Position, in C order, of the first NaN."""
    first_infinity: int | None = None

    @property
    def infinities(self) -> int:
        """Infinities of either sign."""
        return self.positive_infinity + self.negative_infinity

    @property
    def std(self) -> float | None:
        """Standard deviation of the values themselves: divided by their number, as numpy does."""
        return sqrt(self.spread / self.finite) if self.finite else None

    @property
    def norm(self) -> float | None:
        """Square root of the sum of squares: the L2 norm."""
        return None if self.mean is None else sqrt(self.spread + self.finite * self.mean * self.mean)

    @property
    def largest(self) -> float | None:
        """The largest distance of a finite value from zero."""
        if self.minimum is None or self.maximum is None:
            return None
        return max(-self.minimum, self.maximum)

    @property
    def constant(self) -> bool:
        """Whether there are values, all finite and all the same."""
        return 0 < self.count == self.finite and self.minimum == self.maximum

    def merge(self, following: Statistics) -> Statistics:
        """The figures of these values followed by others.

        Source: Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
        Variances" (1979).
        """
        mean, spread = _moments(self, following)
        return Statistics(
            count=self.count + following.count,
            finite=self.finite + following.finite,
            nan=self.nan + following.nan,
            positive_infinity=self.positive_infinity + following.positive_infinity,
            negative_infinity=self.negative_infinity + following.negative_infinity,
            zeros=self.zeros + following.zeros,
            subnormals=self.subnormals + following.subnormals,
            minimum=_either(min, self.minimum, following.minimum),
            maximum=_either(max, self.maximum, following.maximum),
            mean=mean,
            spread=spread,
            first_nan=_first(self.first_nan, following.first_nan, self.count),
            first_infinity=_first(self.first_infinity, following.first_infinity, self.count),
        )


def _moments(one: Statistics, other: Statistics) -> tuple[float | None, float]:
    """The mean of two parts together, and the sum of the squared distances from it."""
    if one.mean is None or other.mean is None:
        return (other.mean, other.spread) if one.mean is None else (one.mean, one.spread)
    share = other.finite / (one.finite + other.finite)
    apart = other.mean - one.mean
    return one.mean + apart * share, one.spread + other.spread + apart * apart * share * one.finite


def _either(choose: Callable[[float, float], float], one: float | None, other: float | None) -> float | None:
    """The smaller or larger of two numbers, of which either may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return choose(one, other)


def _first(one: int | None, other: int | None, before: int) -> int | None:
    """The first of two positions, the second of which counts from ``before``."""
    return one if one is not None or other is None else before + other
