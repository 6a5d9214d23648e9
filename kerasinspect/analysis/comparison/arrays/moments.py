"""What two rows of numbers have in common: means, norms, the angle between them; part by part, and then together."""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import dot
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from typing import Any

    _Values = np.ndarray[Any, Any]

_FAR = 0.5
"""Where the spread of either side is a smaller share of its sum of squares than this, its mean is far from zero."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over pairs of numbers, each taken around the means, so that large means cost no digits."""

    count: int = 0
    old_mean: float = 0.0
    new_mean: float = 0.0
    old_spread: float = 0.0
    new_spread: float = 0.0
    """Sums of the squared distances from the mean."""
    shared: float = 0.0
    """The sum of the products of both distances from their means."""

    def merge(self, following: Moments) -> Moments:
        """The moments of these pairs and others.

        Source: Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
        Variances" (1979).
        """
        if not self.count or not following.count:
            return self if self.count else following
        count = self.count + following.count
        share = following.count / count
        old, new = following.old_mean - self.old_mean, following.new_mean - self.new_mean
        apart = share * self.count
        return Moments(
            count,
            self.old_mean + old * share,
            self.new_mean + new * share,
            self.old_spread + following.old_spread + old * old * apart,
            self.new_spread + following.new_spread + new * new * apart,
            self.shared + following.shared + old * new * apart,
        )

    @property
    def old_norm(self) -> float:
        """The L2 norm of the old values."""
        return sqrt(self.old_spread + self.count * self.old_mean * self.old_mean)

    @property
    def new_norm(self) -> float:
        """The L2 norm of the new values."""
        return sqrt(self.new_spread + self.count * self.new_mean * self.new_mean)

    @property
    def cosine(self) -> float | None:
        """The cosine of the angle between both; None where a norm is 0, or more than float64 holds."""
        return _cosine(self.shared + self.count * self.old_mean * self.new_mean, self.old_norm, self.new_norm)

    @property
    def correlation(self) -> float | None:
        """The cosine between the distances from the means; None where those of a side are 0."""
        return _cosine(self.shared, sqrt(self.old_spread), sqrt(self.new_spread))


def _cosine(product: float, old_norm: float, new_norm: float) -> float | None:
    """A cosine from a scalar product and the two norms, within -1 and 1 whatever rounding makes of it."""
    if not (old_norm and new_norm and isfinite(product) and isfinite(old_norm) and isfinite(new_norm)):
        return None
    return min(1.0, max(-1.0, product / old_norm / new_norm))


def moments(old: _Values, new: _Values) -> Moments:
    """The moments of two rows of finite float64 numbers, which may be changed in place."""
    count = old.size
    old_mean, new_mean = old.sum().item() / count, new.sum().item() / count
    old_squares, new_squares, products = dot(old, old), dot(new, new), dot(old, new)
    old_spread = old_squares - count * old_mean * old_mean
    new_spread = new_squares - count * new_mean * new_mean
    plain = Moments(count, old_mean, new_mean, old_spread, new_spread, products - count * old_mean * new_mean)
    if old_spread > _FAR * old_squares and new_spread > _FAR * new_squares:
        return plain
    # A mean is far from zero beside the spread, and the difference of two large numbers would lose digits.
    np.subtract(old, old_mean, out=old)
    np.subtract(new, new_mean, out=new)
    return _around(plain, old, new)


def _around(rough: Moments, old: _Values, new: _Values) -> Moments:
    """The moments of numbers given as distances from means that are right but for rounding."""
    old_off, new_off = old.sum().item() / old.size, new.sum().item() / old.size
    return Moments(
        rough.count,
        rough.old_mean + old_off,
        rough.new_mean + new_off,
        dot(old, old) - rough.count * old_off * old_off,
        dot(new, new) - rough.count * new_off * new_off,
        dot(old, new) - rough.count * old_off * new_off,
    )
