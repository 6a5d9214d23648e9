"""A plane of an array in at most so many cells, each with the mean of the values that it covers.

The plane is read once, a band of rows at a time, in memory that grows with the cells and not with the array.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.parts import is_divided
from kerasinspect.analysis.statistics.side_by_side import side_by_side
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Window

    _Values: TypeAlias = np.ndarray[Any, Any]

_BAND = 1 << 18
"""Values that are read at a time."""

_SHARED = 1 << 22
"""Values of a plane that several threads read: of a smaller one, starting them costs too much."""

_SEVERAL = 2
"""Planes that may be read at once."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes of an array, or one, at fixed positions along all others."""

    window: Window
    """A range of positions along the axes of the plane, and one position along each other axis."""
    row: int | None
    """The axis that runs down the rows; None for a single row."""
    column: int | None
    """The axis that runs along the columns; None for a single value."""

    @property
    def rows(self) -> range:
        """The positions that its rows are at."""
        return self._positions(self.row)

    @property
    def columns(self) -> range:
        """The positions that its columns are at."""
        return self._positions(self.column)

    def part(self, rows: range, columns: range) -> Window:
        """The window of some of its rows and columns."""
        wanted = {self.row: rows, self.column: columns}
        return tuple(wanted.get(axis, part) for axis, part in enumerate(self.window))

    def _positions(self, axis: int | None) -> range:
        """The positions along one of its axes; one for an axis that it lacks."""
        part = 0 if axis is None else self.window[axis]
        return part if isinstance(part, range) else range(part, part + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A plane, reduced: arrays with a row for each of ``rows`` and a column for each of ``columns``."""

    means: np.ndarray[Any, Any]
    """Mean of the finite values in each cell, as float64; NaN where there is none."""
    flawed: np.ndarray[Any, Any]
    """How many values of each cell are NaN or infinite."""
    rows: tuple[range, ...]
    """The positions along the row axis that each row of cells covers."""
    columns: tuple[range, ...]
    """The positions along the column axis that each column of cells covers."""

    @property
    def scale(self) -> float:
        """The largest distance of a mean from zero; 0 where there is no mean."""
        finite = np.abs(self.means[np.isfinite(self.means)])
        return float(finite.max()) if finite.size else 0.0

    @property
    def is_reduced(self) -> bool:
        """Whether any cell covers more than one value."""
        return any(len(part) > 1 for part in (*self.rows[:1], *self.columns[:1]))


def reduce_plane(values: ShownValues, plane: Plane, rows: int, columns: int) -> Cells:
    """The plane in at most so many rows and columns of cells, one value to a cell where they fit.

    Where not, cells cover equal parts of an axis, whose lengths differ by at most one. The array has to hold numbers.
    Several threads share a large plane. Raises DamagedFile where values are missing, RefusedFile where they may not be
    read.
    """
    if plane.rows and plane.columns:
        values.read(values.last)  # a declared size is believed only once its last value is there
    sums = _Sums.of(plane, rows, columns)
    if len(plane.rows) * len(plane.columns) <= _BAND:
        sums.add_all(_turned(values.read(plane.part(plane.rows, plane.columns)), plane))
    else:
        _share(lambda at: sums.add(at, _bands(values, plane, sums.down[at])), values, plane, len(sums.down))
    return sums.cells()


def reduce_planes(values: ShownValues, planes: Sequence[Plane], rows: int, columns: int) -> list[Cells]:
    """Planes of one array, each as ``reduce_plane`` gives it; small ones that lie together are read at once."""
    around = tuple(map(_around, zip(*(plane.window for plane in planes), strict=True)))
    if len(planes) < _SEVERAL or prod(map(len, around)) > _BAND or not all(map(_is_rising, planes)):
        return [reduce_plane(values, plane, rows, columns) for plane in planes]
    values.read(values.last)
    block = values.read(around)
    found = []
    for plane in planes:
        sums = _Sums.of(plane, rows, columns)
        sums.add_all(_turned(block[tuple(map(_within, plane.window, around))], plane))
        found.append(sums.cells())
    return found


def _around(parts: Iterable[int | range]) -> range:
    """The positions along an axis from the first to the last that any of some planes takes."""
    ranges = [range(part, part + 1) if isinstance(part, int) else part for part in parts]
    return range(min(part.start for part in ranges), max(part.stop for part in ranges))


def _is_rising(plane: Plane) -> bool:
    """Whether the plane takes positions one after another."""
    return all(isinstance(part, int) or part.step == 1 for part in plane.window)


def _within(part: int | range, around: range) -> int | slice:
    """What a plane takes of an axis, as an index of the positions around it."""
    return part - around.start if isinstance(part, int) else slice(part.start - around.start, part.stop - around.start)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What is known of the cells of a plane while its values are read."""

    down: tuple[range, ...]
    across: tuple[range, ...]
    sums: _Values
    finite: _Values

    @classmethod
    def of(cls, plane: Plane, rows: int, columns: int) -> _Sums:
        """No values yet, in at most so many rows and columns of cells."""
        down, across = _parts(plane.rows, rows), _parts(plane.columns, columns)
        return cls(down, across, np.zeros((len(down), len(across))), np.zeros((len(down), len(across)), np.int64))

    def add(self, at: int, tables: Iterable[_Values]) -> None:
        """Add the values of a row of cells, some of its rows at a time."""
        with np.errstate(all="ignore"):
            for table in tables:
                _add(table, self.across, self.sums[at], self.finite[at])

    def add_all(self, table: _Values) -> None:
        """Add all values of the plane."""
        begin = 0
        for at, part in enumerate(self.down):
            self.add(at, [table[begin : begin + len(part)]])
            begin += len(part)

    def cells(self) -> Cells:
        """The means, once all values are added."""
        with np.errstate(all="ignore"):
            means = np.where(self.finite > 0, self.sums / self.finite, np.nan)
        sizes = np.outer([len(part) for part in self.down], [len(part) for part in self.across])
        flawed = sizes.astype(np.int64).reshape(self.finite.shape) - self.finite
        return Cells(means, flawed, self.down, self.across)


def _parts(positions: range, most: int) -> tuple[range, ...]:
    """Positions in at most so many equal parts.

    There are no more of them than the longest part asks for: with parts of one and of two values side by side, means of
    the same noise would look smaller in the longer ones.
    """
    size = len(positions)
    if not size:
        return ()
    count = -(-size // -(-size // most))
    starts = [number * size // count for number in range(count + 1)]
    return tuple(positions[start:stop] for start, stop in pairwise(starts))


def _share(work: Callable[[int], None], values: ShownValues, plane: Plane, count: int) -> None:
    """Do the work for each row of cells; several threads share that of a large plane that they may read at once."""
    if len(plane.rows) * len(plane.columns) >= _SHARED and is_divided(values.array, _SHARED // 2):
        side_by_side(work, range(count))
        return
    for at in range(count):
        work(at)


def _bands(values: ShownValues, plane: Plane, part: range) -> Iterator[_Values]:
    """The rows of the plane that a row of cells covers, a few at a time."""
    together = max(1, _BAND // max(1, len(plane.columns)))
    for start in range(0, len(part), together):
        yield _turned(values.read(plane.part(part[start : start + together], plane.columns)), plane)


def _turned(read: _Values, plane: Plane) -> _Values:
    """Values of the plane as a table of its rows and columns."""
    if plane.row is not None and plane.column is not None:
        return read.T if plane.row > plane.column else read
    return read.reshape(1 if plane.row is None else -1, 1 if plane.column is None else -1)


def _add(table: _Values, across: tuple[range, ...], sums: _Values, finite: _Values) -> None:
    """Add some rows to the sums and the counts of the row of cells that they belong to."""
    lengths = [*map(len, across)]
    starts = np.cumsum([0, *lengths[:-1]])
    totals = np.add.reduce(table, 0, dtype=np.float64)
    if np.isfinite(totals).all():  # which no total is that NaN or an infinity is in
        finite += len(table) * np.array(lengths)
    else:
        good = np.isfinite(table)
        finite += np.add.reduceat(np.count_nonzero(good, 0), starts)
        totals = np.add.reduce(np.where(good, table, 0.0), 0, dtype=np.float64)
    sums += np.add.reduceat(totals, starts)
