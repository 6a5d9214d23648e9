"""What differs between two pieces of numbers, and how that of two parts becomes that of the whole."""

from __future__ import annotations

from dataclasses import field
from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.arrays.differences import changed_and_flipped, subtract
from kerasinspect.analysis.comparison.arrays.moments import Moments, moments, settled
from kerasinspect.analysis.statistics.numbers import dot, total
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from typing import Any

    _Values = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Extent:
    """The smallest and the largest of some finite numbers, and how many others there are; of none at all by default."""

    low: float = inf
    high: float = -inf
    nan: int = 0
    infinite: int = 0

    @classmethod
    def of(cls, values: _Values) -> Extent:
        """The extent of some numbers."""
        low, high = values.min().item(), values.max().item()
        if isfinite(low) and isfinite(high):
            return cls(low, high)
        finite = values[np.isfinite(values)]
        return replace(cls.of(finite) if finite.size else cls(), **_not_finite(values))

    @classmethod
    def in_part(cls, values: _Values) -> Extent:
        """The extent of two of some finite numbers where these differ, otherwise of all: varied where all are."""
        ends = values[0].item(), values[-1].item()
        return cls(min(ends), max(ends)) if ends[0] != ends[1] else cls.of(values)

    def merge(self, other: Extent) -> Extent:
        """The extent of both together."""
        nan, infinite = self.nan + other.nan, self.infinite + other.infinite
        return Extent(min(self.low, other.low), max(self.high, other.high), nan, infinite)

    @property
    def empty(self) -> bool:
        """Whether it is that of no finite numbers."""
        return self.low > self.high

    @property
    def nonzero(self) -> bool:
        """Whether there is a finite number other than zero."""
        return not self.empty and bool(self.low or self.high)

    @property
    def varied(self) -> bool:
        """Whether there are two different finite numbers."""
        return self.low < self.high


def _not_finite(values: _Values) -> dict[str, int]:
    """How many of some numbers are NaN, and how many infinite."""
    return {"nan": int(np.count_nonzero(np.isnan(values))), "infinite": int(np.count_nonzero(np.isinf(values)))}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a new value may be from an old one and still be close: ``atol + rtol * |old|``."""

    relative: float
    absolute: float

    def holds(self, sizes: _Values, largest: float, old: _Values, room: _Values) -> bool:
        """Whether differences of these sizes, from these old values, are all within."""
        if largest <= self.absolute:
            return True
        np.multiply(np.abs(old, out=room), self.relative, out=room)
        return bool((sizes <= np.add(room, self.absolute, out=room)).all())


@dataclass(frozen=True, slots=True)
class Part:
    """What differs between two rows of numbers; between nothing at all by default."""

    changed: int = 0
    close: bool = True
    largest: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    """The largest absolute difference, the sum of all, and that of their squares."""
    sign_flips: int = 0
    changed_nan: int = 0
    changed_infinite: int = 0
    old: Extent = field(default_factory=Extent)
    new: Extent = field(default_factory=Extent)
    moments: Moments = field(default_factory=Moments)

    def merge(self, following: Part) -> Part:
        """What differs in these and in others."""
        return Part(
            changed=self.changed + following.changed,
            close=self.close and following.close,
            largest=max(self.largest, following.largest),
            total=self.total + following.total,
            squares=self.squares + following.squares,
            sign_flips=self.sign_flips + following.sign_flips,
            changed_nan=self.changed_nan + following.changed_nan,
            changed_infinite=self.changed_infinite + following.changed_infinite,
            old=self.old.merge(following.old),
            new=self.new.merge(following.new),
            moments=self.moments.merge(following.moments),
        )


class Workspace:
    """Room that every piece is worked on in, so that none is made on the way."""

    def __init__(self, size: int) -> None:
        """Make room for pieces of at most so many values."""
        self._wide = np.empty((3, size))
        self._flags = np.empty((2, size), np.bool_)

    def part(self, old: _Values, new: _Values, tolerance: Tolerance | None) -> Part:
        """What differs between two pieces, which are not empty; closeness is not asked for without a tolerance."""
        wide_old, difference, _ = self._wide[:, : old.size]
        np.copyto(wide_old, old)
        subtract(old, new, wide_old, difference)
        squares = dot(difference, difference)
        if isfinite(squares) or (finite := np.isfinite(old) & np.isfinite(new)).all():
            return self._finite_part(old, new, squares, tolerance)
        odd = _odd_part(old[~finite], new[~finite])
        return odd.merge(self.part(old[finite], new[finite], tolerance)) if finite.any() else odd

    def _finite_part(self, old: _Values, new: _Values, squares: float, tolerance: Tolerance | None) -> Part:
        """What differs between two pieces of finite numbers: the old ones and the differences lie in the room."""
        wide_old, difference, spare = self._wide[:, : old.size]
        rough = moments(wide_old, difference, squares, new, spare)
        sizes = np.abs(difference, out=difference)
        largest = np.maximum.reduce(sizes).item()
        close = tolerance is not None and tolerance.holds(sizes, largest, wide_old, spare)
        changed, flipped = changed_and_flipped(old, new, spare, self._flags[:, : old.size])
        return Part(
            changed=changed,
            close=close,
            largest=largest,
            total=total(sizes),
            squares=squares,
            sign_flips=flipped,
            old=Extent.in_part(old),
            new=Extent.in_part(new),
            moments=settled(rough, wide_old, new, spare),
        )


def _odd_part(old: _Values, new: _Values) -> Part:
    """What differs where at least one number of each pair is NaN or infinite."""
    old_nan, new_nan = np.isnan(old), np.isnan(new)
    differing = (old != new) & ~(old_nan & new_nan)
    count = int(np.count_nonzero(differing))
    return Part(
        changed=count,
        close=not count,
        changed_nan=int(np.count_nonzero(old_nan != new_nan)),
        changed_infinite=int(np.count_nonzero(differing & (np.isinf(old) | np.isinf(new)))),
        old=Extent(**_not_finite(old)),
        new=Extent(**_not_finite(new)),
    )
