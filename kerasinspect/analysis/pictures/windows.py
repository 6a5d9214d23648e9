"""A part of an array as an array of its own, and a window in pieces that are read one after another."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.dtypes import holds_numbers
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Window

_BLOCK = 1 << 20
"""Bytes that are read at a time where nobody says how many."""


def pieces(window: Window, most: int, whole: Collection[int] = ()) -> Iterator[Window]:
    """A window in windows of at most so many values, in C order, none of which cuts an axis that stays ``whole``.

    Where those axes alone have more values, a piece has these.
    """
    size = prod(len(part) for part in window if isinstance(part, range))
    free = (axis for axis, part in enumerate(window) if isinstance(part, range) and len(part) > 1)
    axis = next((axis for axis in free if axis not in whole), None)
    part = None if axis is None else window[axis]
    if size <= most or axis is None or not isinstance(part, range):
        yield window
        return
    together = max(1, most * len(part) // size)
    for start in range(0, len(part), together):
        yield from pieces((*window[:axis], part[start : start + together], *window[axis + 1 :]), most, whole)


@dataclass(frozen=True, slots=True)
class WindowArray:
    """The values of a window, which are read when they are asked for.

    It has what measuring asks of a ``kerasinspect.model.Array``.
    """

    values: ShownValues

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes that the window leaves."""
        return tuple(len(part) for part in self.values.window if isinstance(part, range))

    @property
    def dtype(self) -> str:
        """The dtype that the values are read as."""
        given = self.values.array.dtype
        nothing = tuple(range(0) for _ in self.values.window)
        return self.values.read(nothing).dtype.name if nothing and holds_numbers(given) else given

    @property
    def nbytes(self) -> int:
        """Bytes that the values take, about as many as in the file."""
        array = self.values.array
        return array.nbytes * prod(self.shape) // max(1, prod(array.shape))

    def __getitem__(self, key: Any) -> np.ndarray[Any, Any]:  # noqa: ANN401 - as numpy has it
        """The selected values, of which all are read for it."""
        found: np.ndarray[Any, Any] = self.values.read(self.values.window)[key]
        return found

    def blocks(self, size: int = _BLOCK) -> Iterator[bytes]:
        """All bytes, little-endian in C order, in pieces of at most ``size`` bytes."""
        wide = np.dtype(self.dtype).itemsize
        for window in pieces(self.values.window, max(1, size // wide)):
            values = np.asarray(self.values.read(window))
            yield values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
