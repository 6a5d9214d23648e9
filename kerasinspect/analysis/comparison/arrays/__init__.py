"""Holds two arrays of one shape against each other, block by block in step."""

from __future__ import annotations

from functools import reduce
from math import isfinite, prod, sqrt
from threading import local
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.arrays.in_parts import of_each_part
from kerasinspect.analysis.comparison.arrays.parts import Extent, Part, Tolerance, Workspace
from kerasinspect.analysis.comparison.results import ArrayChange
from kerasinspect.analysis.statistics.in_step import in_step
from kerasinspect.analysis.statistics.numbers import as_numbers, number_blocks, raw_blocks
from kerasinspect.dtypes import holds_numbers
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from kerasinspect.model import Array

    _Values = np.ndarray[Any, Any]

_BLOCK = 1 << 17
"""Values of either array that are measured together: of half as many, Python takes an eighth of the time."""


def _unheeded() -> None:
    """Heeds no difference."""


def compare_arrays(
    old: Array, new: Array, rtol: float, atol: float, differing: Callable[[], None] = _unheeded
) -> ArrayChange:
    """What differs between the values of two arrays of one shape, in memory that does not grow with them.

    Equal bytes are compared as bytes, and nothing is computed of them; where they differ at last, the part before is
    read a second time. Values of a dtype that holds no numbers are compared by their bytes. ``differing`` is called
    before any are read of which that is computed.
    Raises DamagedFile where bytes are missing, RefusedFile where they may not be read.
    """
    if not (holds_numbers(old.dtype) and holds_numbers(new.dtype)):
        return _compared_by_bytes(old, new)
    equal = _found_equal(old, new) if old.dtype == new.dtype else None
    if equal is not None:
        return equal
    differing()
    return _change(prod(old.shape), _measured(old, new, Tolerance(rtol, atol)))


def _pieces(array: Array) -> Iterator[_Values]:
    """All values as they are stored, in flat pieces; those that are no numbers as so many bytes each."""
    if holds_numbers(array.dtype):
        return raw_blocks(array)
    width = max(1, array.nbytes // max(1, prod(array.shape)))
    return (np.frombuffer(block, f"V{width}") for block in array.blocks())


def _bits(raw: _Values) -> _Values:
    """Stored values as rows of whole numbers, which are the same where all bits are."""
    return raw.view(np.uint8).reshape(raw.size, -1) if raw.dtype.kind == "V" else raw.view(f"u{raw.itemsize}")


def _same_bits(old: _Values, new: _Values) -> bool:
    """Whether two pieces of one dtype are the same bit for bit."""
    return np.array_equal(_bits(old), _bits(new))


def _compared_by_bytes(old: Array, new: Array) -> ArrayChange:
    """What differs where values cannot be computed with."""
    differing = sum(_other_bits(*pair) for pair in in_step(_pieces(old), _pieces(new)))
    return ArrayChange(prod(old.shape), differing, close=not differing)


def _other_bits(old: _Values, new: _Values) -> int:
    """How many values differ in any bit: all where those of one side take more bytes."""
    if old.itemsize != new.itemsize:
        return old.size
    differing = _bits(old.view(f"V{old.itemsize}")) != _bits(new.view(f"V{new.itemsize}"))
    return int(np.count_nonzero(differing.any(axis=1)))


class _Equality:
    """Whether two arrays have the same bytes, asked by whoever compares parts of them."""

    def __init__(self) -> None:
        """Begin with nothing that differs."""
        self.differ = False

    def extent(self, old: Array, new: Array) -> Extent:
        """The extent of the numbers of a part, as far as no part is known to differ."""
        extent = Extent()
        for one, other in in_step(raw_blocks(old), raw_blocks(new)):
            if not _same_bits(one, other):
                self.differ = True  # and never set back, by whichever thread
            if self.differ:
                break
            extent = extent.merge(Extent.of(as_numbers(one, old.dtype)))
        return extent


def _found_equal(old: Array, new: Array) -> ArrayChange | None:
    """What is to be said of two arrays of numbers with the same bytes; None where they have others."""
    equality = _Equality()
    extent = reduce(Extent.merge, of_each_part(equality.extent, old, new))
    if equality.differ:
        return None
    figure = None if extent.empty else 0.0
    return ArrayChange(
        count=prod(old.shape),
        changed=0,
        close=True,
        max_abs=figure,
        mean_abs=figure,
        relative_l2=0.0 if extent.nonzero else None,
        cosine=1.0 if extent.nonzero else None,
        correlation=1.0 if extent.varied else None,
        old_nan=extent.nan,
        new_nan=extent.nan,
        old_infinite=extent.infinite,
        new_infinite=extent.infinite,
    )


class _Measuring:
    """Measures what differs between two arrays of numbers, part by part."""

    def __init__(self, tolerance: Tolerance, size: int) -> None:
        """Begin with nothing that is not close; the arrays have so many values."""
        self._tolerance: Tolerance | None = tolerance
        self._size = min(_BLOCK, size)
        self._rooms = local()

    def part(self, old: Array, new: Array) -> Part:
        """What differs in a part; nobody asks whether values are close once some are not."""
        workspace = self._workspace()
        whole = Part()
        for one, other in in_step(number_blocks(old, _BLOCK), number_blocks(new, _BLOCK)):
            found = workspace.part(one, other, self._tolerance)
            if not found.close:
                self._tolerance = None
            whole = whole.merge(found)
        return whole

    def _workspace(self) -> Workspace:
        """The room of the thread that asks."""
        known: Workspace | None = getattr(self._rooms, "workspace", None)
        self._rooms.workspace = known or Workspace(self._size)
        made: Workspace = self._rooms.workspace
        return made


def _measured(old: Array, new: Array, tolerance: Tolerance) -> Part:
    """What differs between two arrays of numbers, from one reading of both."""
    return reduce(Part.merge, of_each_part(_Measuring(tolerance, prod(old.shape)).part, old, new))


def _change(count: int, part: Part) -> ArrayChange:
    """The figures of an array from what differs in all of it."""
    moments = part.moments
    counts = ArrayChange(
        count,
        part.changed,
        close=part.close,
        sign_flips=part.sign_flips,
        old_nan=part.old.nan,
        new_nan=part.new.nan,
        changed_nan=part.changed_nan,
        old_infinite=part.old.infinite,
        new_infinite=part.new.infinite,
        changed_infinite=part.changed_infinite,
    )
    if not moments.count:
        return counts
    return replace(
        counts,
        max_abs=_finite(part.largest),
        mean_abs=_finite(part.total / moments.count),
        relative_l2=_share(sqrt(part.squares), moments.old_norm),
        cosine=moments.cosine,
        correlation=moments.correlation if part.old.varied and part.new.varied else None,
        old_norm=_finite(moments.old_norm),
        new_norm=_finite(moments.new_norm),
    )


def _share(figure: float, whole: float) -> float | None:
    """A figure as a share of another one; None where that is 0, or float64 cannot hold one of them."""
    return _finite(figure / whole) if whole and isfinite(whole) else None


def _finite(figure: float) -> float | None:
    """A figure, or None where float64 cannot hold it."""
    return figure if isfinite(figure) else None
