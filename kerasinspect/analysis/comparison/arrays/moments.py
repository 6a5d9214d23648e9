"""What two rows of numbers have in common: means, norms, the angle between them; part by part, and then together."""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import dot, total
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from typing import Any

    _Values = np.ndarray[Any, Any]

_FAR = 0.5
"""Where the spread of either side is a smaller share of its sum of squares than this, its mean is far from zero."""

_LOST = 2.0**-4
"""Where the squares of one side are a smaller share of those that they would follow from, digits would be lost."""


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


def moments(old: _Values, apart: _Values, apart_squares: float, new: _Values, room: _Values) -> Moments:
    """The moments of two rows of finite numbers: the old ones and the differences in float64, the new ones as they are.

    ``apart_squares`` is the sum of the squared differences. The sums of the new numbers follow from the others, which
    takes two passes less; where that would cost digits, they are put into the ``room`` and added up.
    """
    old_squares, along = dot(old, old), dot(old, apart)
    new_squares = old_squares + 2 * along + apart_squares
    old_sum = total(old)
    if new_squares > _LOST * (old_squares + apart_squares):
        return _around_zero(
            old.size, (old_sum, old_sum + total(apart)), (old_squares, new_squares), old_squares + along
        )
    np.copyto(room, new)
    return _around_zero(old.size, (old_sum, total(room)), (old_squares, dot(room, room)), dot(old, room))


def _around_zero(count: int, sums: tuple[float, float], squares: tuple[float, float], products: float) -> Moments:
    """The moments of so many pairs from sums of both sides, of their squares and of their products."""
    old, new = (one / count for one in sums)
    return Moments(
        count,
        old,
        new,
        squares[0] - count * old * old,
        squares[1] - count * new * new,
        products - count * old * new,
    )


def settled(rough: Moments, old: _Values, new: _Values, room: _Values) -> Moments:
    """The moments of the same numbers with all digits; the old ones in float64 may be changed in place.

    Where a mean is far from zero beside the spread, the difference of two large numbers has lost some.
    """
    sides = (rough.old_spread, rough.old_mean), (rough.new_spread, rough.new_mean)
    if all(spread > _FAR * (spread + rough.count * mean * mean) for spread, mean in sides):
        return rough
    np.subtract(old, rough.old_mean, out=old)
    np.copyto(room, new)
    np.subtract(room, rough.new_mean, out=room)
    return _around_means(rough, old, room)


def _around_means(rough: Moments, old: _Values, new: _Values) -> Moments:
    """The moments of numbers given as distances from means that are right but for rounding."""
    old_off, new_off = total(old) / old.size, total(new) / old.size
    return Moments(
        rough.count,
        rough.old_mean + old_off,
        rough.new_mean + new_off,
        dot(old, old) - rough.count * old_off * old_off,
        dot(new, new) - rough.count * new_off * new_off,
        dot(old, new) - rough.count * old_off * new_off,
    )
