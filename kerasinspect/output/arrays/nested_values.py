"""Gives the values of an array as nested lists, read as they are asked for."""

from __future__ import annotations

from dataclasses import field
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.analysis.damage import Unread
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from kerasinspect.analysis.slicing import Window

    _Nested: TypeAlias = "bool | int | float | str | list[_Nested] | Iterator[_Nested] | None"

_VALUES_AT_ONCE = 1 << 16
"""Values that are turned into Python's numbers together."""

_PYTHON_FLOAT = 8
"""Bytes of a float that Python writes as short as can be; it would give a smaller one digits that it does not have."""


@dataclass(frozen=True, slots=True)
class NestedValues:
    """The values of one array, and what was met on the way: numbers that JSON cannot say, parts that cannot be read."""

    values_of: Callable[[Window], np.ndarray[Any, Any] | Unread]
    """Reads a window of the array."""
    not_finite: list[int] = field(default_factory=list)
    """How many values became None since they are NaN or infinite: one count for each part read so far."""
    errors: list[str] = field(default_factory=list)
    """Why parts could not be read, in whose place None stands."""

    def lists(self, window: Window) -> _Nested:
        """The values of a window; of a large one an iterator over its rows."""
        axis, along = next(((n, part) for n, part in enumerate(window) if isinstance(part, range)), (0, None))
        size = prod(len(part) for part in window if isinstance(part, range))
        if along is None or size <= _VALUES_AT_ONCE:
            return self._converted(window)
        return self._rows(window, axis, along, size // len(along))

    def read(self, window: Window) -> np.ndarray[Any, Any] | None:
        """The values of a small window as an array; None where they cannot be read."""
        values = self.values_of(window)
        if isinstance(values, Unread):
            self.errors.append(values.message)
            return None
        return values

    def _rows(self, window: Window, axis: int, along: range, each: int) -> Iterator[_Nested]:
        """The items along one axis, many small ones or one large one at a time."""
        before, after = window[:axis], window[axis + 1 :]
        if each > _VALUES_AT_ONCE:
            for at in along:
                yield self.lists((*before, at, *after))
            return
        together = _VALUES_AT_ONCE // max(1, each)
        for start in range(0, len(along), together):
            some = along[start : start + together]
            rows = self._converted((*before, some, *after))
            yield from rows if isinstance(rows, list) else [None] * len(some)

    def _converted(self, window: Window) -> _Nested:
        """The values of a small window as a number or lists of lists; None where they cannot be read."""
        values = self.read(window)
        if values is None:
            return None
        import numpy as np  # noqa: PLC0415 - documents without values need none

        if values.dtype.kind != "f":
            kept: _Nested = (values if values.dtype.kind in "biu" else values.astype(str)).tolist()
            return kept
        finite = np.isfinite(values)
        objects = (values if values.itemsize >= _PYTHON_FLOAT else values.astype(str).astype(np.float64)).astype(object)
        objects[~finite] = None
        self.not_finite.append(values.size - int(np.count_nonzero(finite)))
        nested: _Nested = objects.tolist()
        return nested
