"""Reads the part of an array that a grid shows, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from kerasinspect.model import Array
    from kerasinspect.output.arrays.layouts import Panel, Piece, Roles, Window

Rows: TypeAlias = "tuple[range, list[np.ndarray[Any, Any] | None]]"
"""Rows of a panel: their positions, and for each stretch of columns a table of values; None where some are left out."""

VALUES_AT_ONCE = 1 << 16
"""Values that are read together where all rows are shown."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an array: what is asked of each axis, the roles of the axes, and where the others are fixed."""

    array: Array
    window: Window
    roles: Roles
    fixed: tuple[int, ...]


def excerpt(table: Table, rows: Sequence[range], panel: Panel) -> Iterator[Rows]:
    """The values of one panel, from top to bottom, so many rows at a time that memory does not matter.

    Raises DamagedFile where the bytes are missing.
    """
    wide = max(1, sum(len(piece.columns) for piece in panel if piece is not None))
    height = max(1, VALUES_AT_ONCE // wide)
    for run in rows:
        for start in range(0, len(run), height):
            some = run[start : start + height]
            yield some, [None if pieces is None else _read(table, some, pieces) for pieces in _together(panel)]


def _together(panel: Panel) -> Iterator[list[Piece] | None]:
    """Neighbouring pieces that one reading gives: the same columns of consecutive groups."""
    together: list[Piece] = []
    for piece in panel:
        if together and not (piece and _follows(together[-1], piece)):
            yield together
            together = []
        if piece is None:
            yield None
        else:
            together.append(piece)
    if together:
        yield together


def _follows(before: Piece, piece: Piece) -> bool:
    """Whether a piece has the same columns as the one before it, of the next group."""
    return before.group is not None and piece.group == before.group + 1 and piece.columns == before.columns


def _read(table: Table, rows: range, pieces: list[Piece]) -> np.ndarray[Any, Any]:
    """The values of one stretch of columns as a table, its groups side by side."""
    roles = table.roles
    wanted: dict[int, range] = {roles.column: pieces[0].columns}
    if roles.row is not None:
        wanted[roles.row] = rows
    if roles.group is not None:
        first = pieces[0].group or 0
        wanted[roles.group] = range(first, first + len(pieces))
    fixed = dict(zip(roles.blocks, table.fixed, strict=True))
    window = tuple(wanted.get(axis, fixed.get(axis, part)) for axis, part in enumerate(table.window))
    order = [sorted(wanted).index(axis) for axis in (roles.row, roles.group, roles.column) if axis is not None]
    return take(table.array, window).transpose(order).reshape(len(rows), -1)


def take(array: Array, window: Window) -> np.ndarray[Any, Any]:
    """The values of a window; the file is read in rising order whichever way the window goes.

    Raises DamagedFile where the bytes are missing.
    """
    values = array[tuple(_forward(part) if isinstance(part, range) else part for part in window)]
    turned = tuple(slice(None, None, -1 if part.step < 0 else 1) for part in window if isinstance(part, range))
    return values[turned] if turned else values


def _forward(positions: range) -> slice:
    """The same positions in rising order, as a file is read."""
    rising = positions if positions.step > 0 else positions[::-1]
    return slice(rising.start, rising.stop, rising.step)
