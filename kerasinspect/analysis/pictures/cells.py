"""A plane of an array in at most so many cells, each with the mean of the values that it covers.

The plane is read once, a band of rows at a time, in memory that grows with the cells and not with the array.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.pictures.windows import pieces
from kerasinspect.analysis.statistics.parts import is_divided
from kerasinspect.analysis.statistics.side_by_side import side_by_side
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Window

    _Values: TypeAlias = np.ndarray[Any, Any]

_BAND = 1 << 18
"""Values that are read at a time."""

_TALL = 8
"""Rows of a row of cells from which each is added up by itself."""

_MOST = float(np.finfo(np.float64).max)
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
    return reduce_planes(values, [plane], rows, columns)[0]


def reduce_planes(values: ShownValues, planes: Sequence[Plane], rows: int, columns: int) -> list[Cells]:
    """Planes that differ in their columns or in fixed positions, each as ``reduce_plane`` gives it.

    What lies side by side in the file is read together, so that many planes cost no more than the array. Raises what
    ``reduce_plane`` raises.
    """
    first = planes[0]
    if first.row is None and first.column is not None and len(planes) == 1:  # rows are what is read by parts
        upright = reduce_plane(values, Plane(first.window, first.column, None), columns, rows)
        return [Cells(upright.means.T, upright.flawed.T, upright.columns, upright.rows)]
    together = _Together.of(values, planes)
    if together is None:
        return [cells for plane in planes for cells in reduce_planes(values, [plane], rows, columns)]
    down, across = _parts(first.rows, rows), tuple(_parts(plane.columns, columns) for plane in planes)
    sums = _Sums.of_nothing(together, down, across)
    if first.rows and first.columns:
        values.read(values.last)  # a declared size is believed only once its last value is there
        side_by_side(sums.add, _runs(down, together.band) if is_divided(values.array, _BAND) else [range(len(down))])
    return [_without_overflow(values, plane, cells) for plane, cells in zip(planes, sums.cells(), strict=True)]


def _without_overflow(values: ShownValues, plane: Plane, cells: Cells) -> Cells:
    """Cells whose means are those of their finite values, also where float64 has no sum of these; reads them again."""
    down, across = cells.rows, cells.columns
    finite = np.array([[len(rows) * len(columns) for columns in across] for rows in down]).reshape(cells.means.shape)
    finite -= cells.flawed
    lost = ~np.isfinite(cells.means) & (finite > 0)
    if not lost.any():
        return cells
    means, most = cells.means.copy(), _MOST
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


def largest_mean(values: ShownValues, like: Plane, rows: int, columns: int) -> float:
    """The largest distance from zero of any cell, of all planes that lie beside one in the part that is shown.

    Each plane is reduced as ``reduce_plane`` does it; 0 where there is no finite value. Reads that part once, and
    raises what ``reduce_plane`` raises.
    """
    down, across = _parts(like.rows, rows), _parts(like.columns, columns)
    is_reduced = max(map(len, (*down, *across)), default=1) > 1
    table = [axis for axis in (like.row, like.column) if axis is not None]
    largest = 0.0
    for window in pieces(values.window, _BAND, whole=table if is_reduced else ()):
        if is_reduced and _size(window) > _BAND:  # one plane, which is more than is read at a time
            at = tuple(part if axis in table or isinstance(part, int) else part[0] for axis, part in enumerate(window))
            largest = max(largest, reduce_plane(values, Plane(at, like.row, like.column), rows, columns).scale)
            continue
        block = values.read(window).astype(np.float64)
        if is_reduced:
            block = _means(block, window, like, (down, across))
        finite = np.abs(block[np.isfinite(block)])
        largest = max(largest, float(np.maximum.reduce(finite, axis=None, initial=0.0)))
    return largest


def _means(block: _Values, window: Window, like: Plane, parts: tuple[tuple[range, ...], tuple[range, ...]]) -> _Values:
    """The means of the cells of several whole planes."""
    kept = [axis for axis, part in enumerate(window) if isinstance(part, range)]
    sums, finite = np.where(np.isfinite(block), block, 0.0), np.isfinite(block).astype(np.int64)
    for axis, along in zip((like.row, like.column), parts, strict=True):
        if axis is not None:
            starts = np.cumsum([0, *map(len, along[:-1])])
            sums, finite = (np.add.reduceat(one, starts, kept.index(axis)) for one in (sums, finite))
    with np.errstate(all="ignore"):
        means: _Values = np.where(finite > 0, np.clip(sums / finite, -_MOST, _MOST), np.nan)  # a sum may be too large
    return means


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


def _around(planes: Sequence[Plane]) -> Window | None:
    """The window that holds planes and nothing between them; None where there is none."""
    parts = [_joined([plane.window[axis] for plane in planes]) for axis in range(len(planes[0].window))]
    window = tuple(part for part in parts if part is not None)
    is_full = len(window) == len(parts) and _size(window) == sum(_size(plane.window) for plane in planes)
    return window if is_full else None


def _joined(parts: Sequence[int | range]) -> int | range | None:
    """Positions along one axis as one part; None where they do not follow each other."""
    first, last = parts[0], parts[-1]
    if all(part == first for part in parts):
        return first
    steps = [part for part in parts if isinstance(part, int)]
    if isinstance(first, int) and isinstance(last, int) and len(steps) == len(parts):
        step = steps[1] - first
        run = range(first, last + (1 if step > 0 else -1), step or 1)
        if [*run] == steps:
            return run
        places = sorted(set(steps))  # those of planes that differ along another axis too come again and again
        return range(places[0], places[-1] + 1) if len(places) == places[-1] - places[0] + 1 else None
    runs = [part for part in parts if isinstance(part, range) and part.step == 1]
    follow = len(runs) == len(parts) and all(one.stop == other.start for one, other in pairwise(runs))
    return range(runs[0].start, runs[-1].stop) if follow else None


def _size(parts: Iterable[int | range]) -> int:
    """How many values a window has."""
    return prod(len(part) for part in parts if isinstance(part, range))


@dataclass(frozen=True, slots=True)
class _Together:
    """Planes that are read together."""

    values: ShownValues
    planes: tuple[Plane, ...]
    around: Window
    """What holds them and nothing between them."""

    @classmethod
    def of(cls, values: ShownValues, planes: Sequence[Plane]) -> _Together | None:
        """Some planes; None where values lie between them, or one row of each is more than is read at a time."""
        around = _around(planes)
        together = None if around is None else cls(values, tuple(planes), around)
        return None if together and together.wide > _BAND and len(planes) > 1 else together

    @property
    def wide(self) -> int:
        """Values of the rows of all of them that are at one position."""
        return _size(part for axis, part in enumerate(self.around) if axis != self.planes[0].row)

    @property
    def band(self) -> int:
        """How many rows are read at a time."""
        return max(1, _BAND // max(1, self.wide))

    def bands(self, rows: range) -> Iterator[tuple[int, _Values]]:
        """Some of the rows that they share, a band at a time: the number of its first row, and its values."""
        like = self.planes[0]
        for start in range(rows.start, rows.stop, self.band):
            some = like.rows[start : min(start + self.band, rows.stop)]
            window = tuple(some if axis == like.row else part for axis, part in enumerate(self.around))
            yield start, self.values.read(window)

    def table(self, block: _Values, plane: Plane) -> _Values:
        """The rows of a band that are of one of the planes."""
        index: list[int | slice] = []
        for axis, (part, read) in enumerate(zip(plane.window, self.around, strict=True)):
            if isinstance(read, int):
                continue
            if isinstance(part, int):
                index.append(read.index(part))
            elif axis == plane.row or not part:
                index.append(slice(None))
            else:
                start = read.index(part[0])
                index.append(slice(start, start + len(part)))
        table = block[tuple(index)]
        if plane.row is not None and plane.column is not None:
            return table.T if plane.row > plane.column else table
        return table.reshape(-1, len(plane.columns))


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums of the finite values in the cells of some planes, of which threads read different rows of cells."""

    together: _Together
    down: tuple[range, ...]
    across: tuple[tuple[range, ...], ...]
    """The parts of the columns of each plane."""
    sums: _Values
    finite: _Values
    """How many finite values they are of."""

    @classmethod
    def of_nothing(cls, together: _Together, down: tuple[range, ...], across: tuple[tuple[range, ...], ...]) -> _Sums:
        """Those of no values, to which ``add`` adds."""
        shape = len(together.planes), len(down), len(across[0])
        return cls(together, down, across, np.zeros(shape), np.zeros(shape, np.int64))

    def add(self, cells: range) -> None:
        """Add the values of some rows of cells, which lie in no other thread's."""
        begins = np.cumsum([0, *map(len, self.down)])
        with np.errstate(all="ignore"):
            for start, block in self.together.bands(range(begins[cells.start], begins[cells.stop])):
                for number, plane in enumerate(self.together.planes):
                    self._add(number, start, self.together.table(block, plane), begins)

    def _add(self, number: int, start: int, table: _Values, begins: _Values) -> None:
        """Add a band of one plane to the sums and the counts of the rows of cells that it meets."""
        first = int(np.searchsorted(begins, start, "right")) - 1
        last = int(np.searchsorted(begins, start + len(table), "left"))
        at, inside = (number, slice(first, last)), np.maximum(begins[first:last] - start, 0)
        lengths = [*map(len, self.across[number])]
        starts = np.cumsum([0, *lengths[:-1]])
        added = _added(table, inside, starts)
        good = None if np.isfinite(added).all() else np.isfinite(table)
        if good is None or good.all():
            self.finite[at] += np.outer(np.diff([*inside, len(table)]), lengths)
        else:
            self.finite[at] += _added(good, inside, starts, np.int64)
            added = _added(np.where(good, table, 0.0), inside, starts)
        self.sums[at] += added

    def cells(self) -> Iterator[Cells]:
        """The cells of each plane, of all values that were added; NaN or infinite where float64 has no such sum."""
        with np.errstate(all="ignore"):
            means = np.where(self.finite > 0, self.sums / self.finite, np.nan)
        for number, across in enumerate(self.across):
            sizes = np.outer([*map(len, self.down)], [*map(len, across)]).astype(np.int64)
            flawed = sizes.reshape(means.shape[1:]) - self.finite[number]
            yield Cells(means[number], flawed, self.down, across)


def _added(table: _Values, rows: _Values, columns: _Values, dtype: type[np.generic] = np.float64) -> _Values:
    """The sums of the cells that begin at some rows and columns of a table."""
    if len(table) < _TALL * len(rows):
        along = np.add.reduceat(table, rows, 0, dtype)
    else:  # a seventh of the time of reduceat, which goes down one column after another
        along = np.stack([np.add.reduce(table[start:stop], 0, dtype) for start, stop in pairwise([*rows, len(table)])])
    sums: _Values = np.add.reduceat(along, columns, 1, dtype)
    return sums


def _runs(down: tuple[range, ...], together: int) -> list[range]:
    """Rows of cells in runs that are read one by one: each of as many rows as are read at a time, or of one of cells.

    They do not depend on the number of threads, so that sums are the same for any.
    """
    each = max(1, together // len(down[0])) if down else 1
    return [range(start, min(start + each, len(down))) for start in range(0, len(down), each)]
