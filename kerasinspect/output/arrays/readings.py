"""How the values of one array are read for a page: looked up one by one, or put together by numpy.

Of most arrays a page shows some dozen values, which Python has at once; numpy comes where many are shown, and where
values have to be computed.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Protocol, TypeAlias

from kerasinspect.containers.peeking import Peek, peek
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.output.arrays.layouts import Piece, Roles

Table: TypeAlias = "Sequence[Sequence[object]]"
"""Rows of Python's values."""

_LOOKED_UP_BYTES = 1 << 16
"""Bytes of an array of which even all values are looked up one by one."""


class Reading(Protocol):
    """Reads values of an array; raises DamagedFile where the bytes are missing."""

    def last(self) -> None:
        """Read the last value: where it is there, the declared shape can be believed."""

    def only(self) -> object:
        """The value of a window that leaves one."""

    def table(self, roles: Roles, fixed: tuple[int, ...], rows: range, pieces: list[Piece]) -> Table:
        """The values of neighbouring pieces as a table, side by side."""


@dataclass(frozen=True, slots=True)
class _Computed:
    """Values that numpy puts together."""

    values: ShownValues

    def last(self) -> None:
        """Read the last value."""
        self.values.read(self.values.last)

    def only(self) -> object:
        """The value of a window that leaves one."""
        return self.values.read(self.values.window).reshape(1).tolist()[0]

    def table(self, roles: Roles, fixed: tuple[int, ...], rows: range, pieces: list[Piece]) -> Table:
        """The values of neighbouring pieces, read in as few windows as there are."""
        wanted: dict[int, range] = {roles.column: pieces[0].columns}
        if roles.row is not None:
            wanted[roles.row] = rows
        if roles.group is not None:
            first = pieces[0].group or 0
            wanted[roles.group] = range(first, first + len(pieces))
        places = dict(zip(roles.blocks, fixed, strict=True))
        window = tuple(wanted.get(axis, places.get(axis, part)) for axis, part in enumerate(self.values.window))
        order = [sorted(wanted).index(axis) for axis in (roles.row, roles.group, roles.column) if axis is not None]
        table: Table = self.values.read(window).transpose(order).reshape(len(rows), -1).tolist()
        return table


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """Values that are looked up by their places."""

    values: ShownValues
    peek: Peek
    steps: tuple[int, ...]
    """How many places are from one position along each axis to the next."""

    @property
    def origin(self) -> int:
        """The place of the first value at the positions that a slice fixes."""
        pairs = zip(self.values.window, self.steps, strict=True)
        return sum(part * step for part, step in pairs if isinstance(part, int))

    def last(self) -> None:
        """Read the last value."""
        self.peek.values(prod(self.values.array.shape) - 1, 1)

    def only(self) -> object:
        """The value of a window that leaves one."""
        return self.peek.values(self.origin, 1)[0]

    def table(self, roles: Roles, fixed: tuple[int, ...], rows: range, pieces: list[Piece]) -> Table:
        """The values of neighbouring pieces, row by row and piece by piece."""
        steps, look, columns = self.steps, self.peek.values, pieces[0].columns
        start = self.origin + columns.start * steps[roles.column]
        start += sum(at * steps[axis] for axis, at in zip(roles.blocks, fixed, strict=True))
        count, step = len(columns), columns.step * steps[roles.column]
        down = 0 if roles.row is None else steps[roles.row]
        if roles.group is None:
            return [look(start + at * down, count, step) for at in rows]
        groups = [start + (piece.group or 0) * steps[roles.group] for piece in pieces]
        return [[value for group in groups for value in look(group + at * down, count, step)] for at in rows]


def reading(values: ShownValues, *, full: bool) -> Reading:
    """How the values of an array are read, all of them or its corners."""
    array = values.array
    look = None if full and array.nbytes > _LOOKED_UP_BYTES else peek(array)
    if look is None:
        return _Computed(values)
    steps = [1]
    for size in array.shape[:0:-1]:
        steps.append(steps[-1] * size)
    return _LookedUp(values, look, tuple(steps[: len(array.shape)][::-1]))
