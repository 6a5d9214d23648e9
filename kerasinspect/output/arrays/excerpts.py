"""Reads the part of an array that a grid shows, and nothing else.

Which part that is depends on the page: its width, and how wide labels and numbers are. So it is asked for here, of
the values that the result gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.output.arrays.layouts import Panel, Piece, Roles
    from kerasinspect.output.arrays.readings import Reading, Table

Rows: TypeAlias = "tuple[range, list[Table | None]]"
"""Rows of a panel: their positions, and for each stretch of columns a table of values; None where some are left out."""

_VALUES_AT_ONCE = 1 << 16
"""Values that are read together where all rows are shown."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane through an array: what runs along its rows, columns and groups, and where the other axes are fixed."""

    reading: Reading
    roles: Roles
    fixed: tuple[int, ...]


def excerpt(plane: Plane, rows: Sequence[range], panel: Panel) -> Iterator[Rows]:
    """The values of one panel, from top to bottom, so many rows at a time that memory does not matter.

    Raises DamagedFile where the bytes are missing.
    """
    read, roles, fixed = plane.reading.table, plane.roles, plane.fixed
    stretches = [*_together(panel)]
    wide = max(1, sum(len(piece.columns) for piece in panel if piece is not None))
    height = max(1, _VALUES_AT_ONCE // wide)
    for run in rows:
        for start in range(0, len(run), height):
            some = run[start : start + height]
            yield some, [None if pieces is None else read(roles, fixed, some, pieces) for pieces in stretches]


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
