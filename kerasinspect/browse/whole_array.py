"""A whole array as lines of values, of which those are read that somebody looks at: any line is as near as the first.

Positions are computed, never listed, so that an array of any size costs what a screen of it does.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.arrays.excerpts import Plane, excerpt
from kerasinspect.output.arrays.labels import RowLabels, row_labels
from kerasinspect.output.arrays.layouts import Piece, Roles, assign_roles
from kerasinspect.output.arrays.numbers import NumberStyle, choose_style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.output.arrays.readings import Reading

_FORMS = ("whole", "decimal", "exponent")
"""How numbers are written, from what needs least room for large and small ones to what has room for all."""

_ROUND_TRIPS = {"float32": "<f", "float16": "<e"}
"""Dtypes of which fewer digits than Python writes tell a number, with the letters that pack it."""

_MOST_DIGITS = 17


class Cell(NamedTuple):
    """A place among the lines and columns."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class WholeArray:
    """Lines and columns of values: axes that have no room side by side follow each other, each part below its title."""

    values: ShownValues
    reading: Reading
    rows: int | None
    """The axis that runs down; None where there is but one row."""
    group: int | None
    """The axis whose positions stand side by side, each with all columns."""
    across: int | None
    """The axis that runs along the columns; None where there is but one column."""
    blocks: tuple[int, ...]
    """The axes whose positions follow each other."""

    @property
    def height(self) -> int:
        """Lines of one part, its title among them."""
        return self._size(self.rows) + self.is_parted

    @property
    def is_parted(self) -> bool:
        """Whether there are several parts, each of which has a title."""
        return any(self._size(axis) > 1 for axis in self.blocks)

    @property
    def lines(self) -> int:
        """Lines of the array."""
        return self.height * prod(self._size(axis) for axis in self.blocks)

    @property
    def columns(self) -> int:
        """Columns of the array."""
        return self._size(self.group) * self._size(self.across)

    def _size(self, axis: int | None) -> int:
        """How many positions an axis has; one where there is none."""
        return 1 if axis is None else self.values.array.shape[axis]

    def title(self, line: int) -> str | None:
        """The title that a line has in the place of values."""
        block, at = divmod(line, self.height)
        if not self.is_parted or at:
            return None
        from kerasinspect.output.arrays.pieces import block_labels  # noqa: PLC0415 - after the first painting

        return ", ".join(block_labels(self.values, zip(self.blocks, self._places(block), strict=True)))

    def part_title(self, line: int) -> str:
        """The title of the part in which a line is; empty where there are no parts."""
        return self.title(line - line % self.height) or ""

    def _places(self, block: int) -> tuple[int, ...]:
        """The positions along the axes of the blocks."""
        places = []
        for axis in reversed(self.blocks):
            block, at = divmod(block, self._size(axis))
            places.append(at)
        return tuple(reversed(places))

    def labels(self, room: int) -> RowLabels:
        """What stands before the lines, in at most so many columns."""
        if self.rows is None:
            return RowLabels(0, lambda _: "")
        return row_labels(self.values, self.rows, (range(self._size(self.rows)),), room)

    def row(self, line: int) -> int:
        """The position of a line along the axis that runs down."""
        return line % self.height - self.is_parted

    def column_label(self, column: int) -> str:
        """What stands over a column."""
        return "" if self.across is None else self.values.label(self.across, column % self._size(self.across))

    def group_label(self, column: int) -> str:
        """What stands over the label of a column: the part of the array that it belongs to."""
        return "" if self.group is None else self.values.label(self.group, column // self._size(self.across))

    def index_of(self, cell: Cell) -> tuple[int, ...]:
        """The index of a value, as numpy takes it; of a title that of the first value below it."""
        block = cell.line // self.height
        places = dict(zip(self.blocks, self._places(block), strict=True))
        group, across = divmod(cell.column, self._size(self.across))
        places |= {axis: at for axis, at in ((self.group, group), (self.across, across)) if axis is not None}
        if self.rows is not None:
            places[self.rows] = max(0, self.row(cell.line))
        return tuple(places[axis] for axis in range(len(self.values.array.shape)))

    def cell_of(self, index: Sequence[int]) -> Cell | None:
        """Where a value stands; axes that are not told are at their beginning, and numbers below 0 count from the end.

        None where there is no such value.
        """
        shape = self.values.array.shape
        if len(index) > len(shape) or not all(-size <= at < size for at, size in zip(index, shape, strict=False)):
            return None
        places = [at % size for at, size in zip([*index, *[0] * (len(shape) - len(index))], shape, strict=True)]
        block = 0
        for axis in self.blocks:
            block = block * self._size(axis) + places[axis]
        line = block * self.height + self.is_parted + (0 if self.rows is None else places[self.rows])
        group, across = (0 if axis is None else places[axis] for axis in (self.group, self.across))
        return Cell(line, group * self._size(self.across) + across)

    def read(self, lines: range, columns: range) -> list[Sequence[object] | None]:
        """The values of some lines in some columns; None for a title. Raises DamagedFile where bytes are missing."""
        return [*chain.from_iterable(self._part(part, columns) for part in self._parts(lines))]

    def _parts(self, lines: range) -> Iterator[range]:
        """The lines, part by part."""
        start = lines.start
        while start < lines.stop:
            stop = min(lines.stop, start - start % self.height + self.height)
            yield range(start, stop)
            start = stop

    def _part(self, lines: range, columns: range) -> Iterator[Sequence[object] | None]:
        """The values of lines of one part."""
        has_title = self.title(lines.start) is not None
        if has_title:
            yield None
        rows = range(self.row(lines.start) + has_title, self.row(lines.stop - 1) + 1)
        if not rows:
            return
        if self.across is None and self.rows is not None:  # one axis: what runs down is read as a row
            for _, tables in self._tables(Roles(None, self.rows, None, ()), range(1), (Piece(rows),)):
                yield from ([value] for table in tables for value in table[0])
            return
        roles = Roles(self.rows, self.across or 0, self.group, self.blocks)
        for some, tables in self._tables(roles, rows, self._pieces(columns), self._places(lines.start // self.height)):
            yield from ([*chain.from_iterable(table[at] for table in tables)] for at in range(len(some)))

    def _tables(
        self, roles: Roles, rows: range, pieces: tuple[Piece, ...], fixed: tuple[int, ...] = ()
    ) -> Iterator[tuple[range, list[Sequence[Sequence[object]]]]]:
        """The values of some rows, stretch by stretch."""
        for some, tables in excerpt(Plane(self.reading, roles, fixed), (rows,), pieces):
            yield some, [table for table in tables if table is not None]

    def _pieces(self, columns: range) -> tuple[Piece, ...]:
        """Columns as stretches of one group each."""
        wide, pieces = self._size(self.across), []
        start = columns.start
        while start < columns.stop:
            group, at = divmod(start, wide)
            stop = min(wide, at + columns.stop - start)
            pieces.append(Piece(range(at, stop), None if self.group is None else group))
            start += stop - at
        return tuple(pieces)


def whole_array(values: ShownValues) -> WholeArray | None:
    """An array as lines; None for one without values, and for a single value.

    Raises DamagedFile where its last value is missing: a declared size is believed only once that is there.
    """
    if not values.array.shape or 0 in values.array.shape:
        return None
    from kerasinspect.output.arrays.readings import reading  # noqa: PLC0415 - as above

    found = reading(values, full=False)
    found.last()
    roles = assign_roles(values.axes, values.window)
    if roles is None:
        return None
    if roles.row is None:
        return WholeArray(values, found, roles.column, None, None, ())
    return WholeArray(values, found, roles.row, roles.group, roles.column, roles.blocks)


def wider_style(style: NumberStyle | None, rows: Sequence[Sequence[object] | None]) -> NumberStyle:
    """How the numbers of some lines are written beside those that were seen before, so that columns stay in place."""
    found = choose_style([[*chain.from_iterable(row for row in rows if row)] or [0]])
    if style is None:
        return found
    form = max(style.form, found.form, key=_FORMS.index)
    return NumberStyle(form, max(style.precision, found.precision), max(style.width, found.width))


def exact(value: object, dtype: str) -> str:
    """A value in as many digits as tell it from all others of its dtype."""
    if isinstance(value, float) and (letter := _ROUND_TRIPS.get(dtype)):
        for digits in range(1, _MOST_DIGITS):
            text = f"{value:.{digits}g}"
            with suppress(OverflowError):
                if struct.pack(letter, float(text)) == struct.pack(letter, value):
                    return repr(float(text))
    return str(value)
