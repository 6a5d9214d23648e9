"""The exact difference of numbers of any two dtypes, and at which positions there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    _Values = np.ndarray[Any, Any]

_HALF = 32
"""Bits of the lower half of a 64-bit integer."""


def changed(old: _Values, new: _Values, flags: _Values) -> int:
    """How many of two rows of finite numbers are not the same; ``flags`` is room for so many booleans."""
    if not _needs_halves(old, new):
        return int(np.count_nonzero(np.not_equal(old, new, out=flags)))
    (old_high, old_low), (new_high, new_low) = _halves(old), _halves(new)
    return int(np.count_nonzero((old_high != new_high) | (old_low != new_low)))


def subtract(old: _Values, new: _Values, wide_old: _Values, wide_new: _Values, out: _Values) -> None:
    """Put the new numbers less the old ones, rounded once, into ``out``; the wide ones are the same in float64."""
    if not _needs_halves(old, new):
        np.subtract(wide_new, wide_old, out=out)
        return
    (old_high, old_low), (new_high, new_low) = _halves(old), _halves(new)
    np.add((new_high - old_high) * 2.0**_HALF, new_low - old_low, out=out)


def sign_flips(old: _Values, new: _Values, flags: _Values, more_flags: _Values) -> int:
    """At how many positions one number is above zero and the other one below."""
    found = 0
    for positive, negative in ((old, new), (new, old)):
        np.greater(positive, 0, out=flags)
        np.less(negative, 0, out=more_flags)
        found += int(np.count_nonzero(np.logical_and(flags, more_flags, out=flags)))
    return found


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
