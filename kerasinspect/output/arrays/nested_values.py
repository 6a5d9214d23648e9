"""Gives the values of an array as nested lists, read as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.errors import UnreadableFile
from kerasinspect.output.arrays.excerpts import take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.model import Array
    from kerasinspect.output.arrays.layouts import Window

VALUES_AT_ONCE = 1 << 16
"""Values that are turned into Python's numbers together."""

PYTHON_FLOAT = 8
"""Bytes of a float that Python writes as short as can be; it would give a smaller one digits that it does not have."""


@dataclass(frozen=True, slots=True)
class NestedValues:
    """The values of one array, and what was met on the way: numbers that JSON cannot say, parts that cannot be read."""

    array: Array
    report: Callable[[UnreadableFile], None]
    """Called for each part that cannot be read; None stands in its place."""
    not_finite: list[int] = field(default_factory=list)
    """How many values became None since they are NaN or infinite: one count for each part read so far."""

    def lists(self, window: Window) -> Any:  # noqa: ANN401 - a number, lists of lists, or an iterator over them
        """The values of a window; of a large one an iterator over its rows."""
        axis, along = next(((n, part) for n, part in enumerate(window) if isinstance(part, range)), (0, None))
        size = prod(len(part) for part in window if isinstance(part, range))
        if along is None or size <= VALUES_AT_ONCE:
            return self._read(window)
        return self._rows(window, axis, along, size // len(along))

    def _rows(self, window: Window, axis: int, along: range, each: int) -> Iterator[Any]:
        """The items along one axis, many small ones or one large one at a time."""
        before, after = window[:axis], window[axis + 1 :]
        if each > VALUES_AT_ONCE:
            for at in along:
                yield self.lists((*before, at, *after))
            return
        together = VALUES_AT_ONCE // max(1, each)
        for start in range(0, len(along), together):
            some = along[start : start + together]
            rows = self._read((*before, some, *after))
            yield from [None] * len(some) if rows is None else rows

    def _read(self, window: Window) -> Any:  # noqa: ANN401 - a number, or lists of lists
        """The values of a small window; None where they cannot be read."""
        try:
            values = take(self.array, window)
        except UnreadableFile as error:
            self.report(error)
            return None
        if values.dtype.kind in "biu":
            return values.tolist()
        if values.dtype.kind != "f":
            return values.astype(str).tolist()
        finite = np.isfinite(values)
        objects = (values if values.itemsize >= PYTHON_FLOAT else values.astype(str).astype(np.float64)).astype(object)
        objects[~finite] = None
        self.not_finite.append(values.size - int(np.count_nonzero(finite)))
        return objects.tolist()
