"""The exact difference of numbers of any two dtypes, and at which positions there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    _Values = np.ndarray[Any, Any]

_HALF = 32
"""Bits of the lower half of a 64-bit integer."""

_FEW = 32
"""One in so many is few."""


def changed_and_flipped(old: _Values, new: _Values, room: _Values, flags: _Values) -> tuple[int, int]:
    """How many of two rows of finite numbers are not the same, and how many change from one side of zero to the other.

    There is ``room`` for so many float64, and for two rows of flags. The bits of floats and integers tell most of it:
    where no sign differs nothing flips, and where besides no bits are the same, which takes one pass, all is changed.
    """
    if old.dtype != new.dtype or old.dtype.kind not in "if":
        np.not_equal(np.less(old, 0, out=flags[0]), np.less(new, 0, out=flags[1]), out=flags[0])
        flipped = _without_zeros(old, new, *flags)
        return _changed(old, new, flags[0]), flipped
    differing = _differing_bits(old, new, room)
    lowest = np.minimum.reduce(differing)
    if lowest > 0:
        return old.size, 0
    flipped = _without_zeros(old, new, np.less(differing, 0, out=flags[0]), flags[1]) if lowest else 0
    return _changed(old, new, flags[0]), flipped


def _differing_bits(old: _Values, new: _Values, room: _Values) -> _Values:
    """The bits in which numbers of one dtype differ, as integers: negative where a sign differs."""
    bits = np.dtype(f"i{old.itemsize}")
    differing = room.view(bits)[: old.size]
    np.bitwise_xor(old.view(bits), new.view(bits), out=differing)
    return differing


def _changed(old: _Values, new: _Values, flags: _Values) -> int:
    """How many of two rows of finite numbers are not the same; ``flags`` is room for so many booleans."""
    if not _needs_halves(old, new):
        return int(np.count_nonzero(np.not_equal(old, new, out=flags)))
    (old_high, old_low), (new_high, new_low) = _halves(old), _halves(new)
    return int(np.count_nonzero((old_high != new_high) | (old_low != new_low)))


def _without_zeros(old: _Values, new: _Values, flags: _Values, more_flags: _Values) -> int:
    """How many flags are set where neither number is zero; few of them are looked at one by one."""
    count = int(np.count_nonzero(flags))
    if count < flags.size // _FEW:
        places = np.flatnonzero(flags)
        return int(np.count_nonzero((old[places] != 0) & (new[places] != 0)))
    for values in (old, new):
        np.logical_and(flags, np.not_equal(values, 0, out=more_flags), out=flags)
    return int(np.count_nonzero(flags))


def subtract(old: _Values, new: _Values, wide_old: _Values, out: _Values) -> None:
    """Put the new numbers less the old ones, rounded once, into ``out``; ``wide_old`` are the old ones in float64.

    It takes two thirds of the time to subtract in place: fewer rows fit a core's own cache.
    """
    if not _needs_halves(old, new):
        np.copyto(out, new)
        np.subtract(out, wide_old, out=out)
        return
    (old_high, old_low), (new_high, new_low) = _halves(old), _halves(new)
    np.add((new_high - old_high) * 2.0**_HALF, new_low - old_low, out=out)


def _needs_halves(old: _Values, new: _Values) -> bool:
    """Whether a side has integers that float64 may round."""
    return any(values.dtype.kind in "iu" and values.itemsize > _HALF // 8 for values in (old, new))


def _halves(values: _Values) -> tuple[_Values, _Values]:
    """Each number as a multiple of 2^32 and the rest, of the same sign, both exact in float64."""
    if values.dtype.kind == "f":
        wide = values.astype(np.float64)
        high = np.trunc(wide * 2.0**-_HALF)
        return high, wide - high * 2.0**_HALF
    sign = np.where(values < 0, -1.0, 1.0)
    sizes = np.abs(values.astype(np.int64)).view(np.uint64) if values.dtype.kind == "i" else values.astype(np.uint64)
    return sign * (sizes >> np.uint64(_HALF)), sign * (sizes & np.uint64(2**_HALF - 1))
