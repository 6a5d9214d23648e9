"""A plane of an array in at most so many cells, each with the mean of the values that it covers.

The plane is read once, a band of rows at a time, in memory that grows with the cells and not with the array.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Window

    _Values: TypeAlias = np.ndarray[Any, Any]

_BAND = 1 << 18
"""Values that are read at a time."""

_SMALL = 2.0**-64
"""A share of the largest numbers of float64 by which as many as an array can have are added up without overflow."""


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
    Raises DamagedFile where values are missing, RefusedFile where they may not be read.
    """
    if plane.rows and plane.columns:
        values.read(values.last)  # a declared size is believed only once its last value is there
    down, across = _parts(plane.rows, rows), _parts(plane.columns, columns)
    sums, finite = np.zeros((len(down), len(across))), np.zeros((len(down), len(across)), np.int64)
    with np.errstate(all="ignore"):
        for at, table in _bands(values, plane, down):
            _add(table, across, sums[at], finite[at])
        means = np.where(finite > 0, sums / finite, np.nan)
    sizes = np.outer([len(part) for part in down], [len(part) for part in across])
    found = Cells(means, sizes.astype(np.int64).reshape(finite.shape) - finite, down, across)
    return _without_overflow(values, plane, found)


def _without_overflow(values: ShownValues, plane: Plane, cells: Cells) -> Cells:
    """Cells whose means are those of their finite values, also where float64 has no sum of these; reads them again."""
    down, across = cells.rows, cells.columns
    finite = np.array([[len(rows) * len(columns) for columns in across] for rows in down]).reshape(cells.means.shape)
    finite -= cells.flawed
    lost = ~np.isfinite(cells.means) & (finite > 0)
    if not lost.any():
        return cells
    means, most = cells.means.copy(), float(np.finfo(np.float64).max)
    starts = np.cumsum([0, *map(len, across[:-1])])
    together = max(1, _BAND // len(plane.columns))
    turned = plane.row is not None and plane.column is not None and plane.row > plane.column
    for at in np.flatnonzero(lost.any(1)).tolist():
        sums = np.zeros(len(across))
        for start in range(0, len(down[at]), together):
            rows = down[at][start : start + together]
            table = values.read(plane.part(rows, plane.columns)).astype(np.float64)
            table = table.T if turned else table.reshape(len(rows), len(plane.columns))
            small = np.where(np.isfinite(table), table * _SMALL, 0.0)
            sums += np.add.reduceat(np.add.reduce(small, 0), starts)
        with np.errstate(all="ignore"):  # of cells that are not lost
            means[at] = np.where(lost[at], np.clip(sums / finite[at] / _SMALL, -most, most), means[at])
    return replace(cells, means=means)


def _parts(positions: range, most: int) -> tuple[range, ...]:
    """Positions in at most so many equal parts; where not all can be of one length, the first are longer by one.

    Whoever says how many values a cell covers asks the first part, and a page of HTML counts the others from the sizes.
    There are no more of them than the longest part asks for: with parts of one and of two values side by side, means of
    the same noise would look smaller in the longer ones.
    """
    size = len(positions)
    if not size:
        return ()
    count = -(-size // -(-size // most))
    each, longer = divmod(size, count)
    starts = [number * each + min(number, longer) for number in range(count + 1)]
    return tuple(positions[start:stop] for start, stop in pairwise(starts))


def _bands(values: ShownValues, plane: Plane, down: tuple[range, ...]) -> Iterator[tuple[int, _Values]]:
    """The rows of the plane, a few at a time, each time those of one row of cells, whose number comes with them."""
    together = max(1, _BAND // max(1, len(plane.columns)))
    turned = plane.row is not None and plane.column is not None and plane.row > plane.column
    whole = len(plane.rows) <= together
    held = _table(values, plane, plane.rows, turned=turned) if whole else None
    begin = 0
    for at, part in enumerate(down):
        if held is not None:
            yield at, held[begin : begin + len(part)]
            begin += len(part)
            continue
        for start in range(0, len(part), together):
            yield at, _table(values, plane, part[start : start + together], turned=turned)


def _table(values: ShownValues, plane: Plane, rows: range, *, turned: bool) -> _Values:
    """Some rows of the plane, as float64."""
    read = values.read(plane.part(rows, plane.columns)).astype(np.float64)
    return read.T if turned else read.reshape(len(rows), len(plane.columns))


def _add(table: _Values, across: tuple[range, ...], sums: _Values, finite: _Values) -> None:
    """Add some rows to the sums and the counts of the row of cells that they belong to."""
    lengths = [*map(len, across)]
    starts = np.cumsum([0, *lengths[:-1]])
    good = np.isfinite(table)
    if good.all():
        finite += len(table) * np.array(lengths)
    else:
        finite += np.add.reduceat(np.count_nonzero(good, 0), starts)
        table = np.where(good, table, 0.0)
    sums += np.add.reduceat(np.add.reduce(table, 0), starts)
