"""Decides which part of an array is shown, and which axis runs along the rows and which along the columns.

Works on shapes alone; nothing is read here. Positions are ranges, so that a corner of a huge axis costs nothing.
"""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.slicing import Window
    from kerasinspect.axes import Axis

Runs: TypeAlias = "tuple[range, ...]"
"""Positions to show; between two runs some are left out."""

_ROWS_WHOLE, _ROWS_SHOWN = 16, 10
"""An axis of up to so many rows is shown whole; of a longer one so many are, the row for the others included."""

_COLUMNS_IN_A_PIPE = 32
"""Columns that are shown whole where nothing limits the width."""

_COLUMNS_OF_A_CORNER = 10
"""Columns of a longer axis where nothing limits the width."""

_BLOCKS_SHOWN = 4
"""Blocks of an array of many axes, the one for those left out included."""

_LEAST = 4
"""Columns that a corner has where they fit, the place for those left out among them."""

PLACES = frozenset({"depth", "height", "width", "step", "one", "shared"})
"""Axes of a window that moves over places, the one that Keras 1 put beside the steps, and those that share a number."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which axes run along the rows, the columns, and the groups of columns; each block fixes the others."""

    row: int | None
    column: int
    group: int | None
    blocks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive columns: positions of the column axis, at one position of the group axis where there is one."""

    columns: range
    group: int | None = None
    label: str = ""
    """What stands over these columns."""
    gate: str = ""
    """The gate in which the position of the group axis lies, where all of one stand together."""
    start: int = 0
    """The position along the group axis that is called 0: the first of the gate."""

    @property
    def number(self) -> int:
        """The position along the group axis as it is called."""
        return (self.group or 0) - self.start


Panel: TypeAlias = "tuple[Piece | None, ...]"
"""Columns that stand side by side; None where some are left out."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be shown."""

    columns: int | None
    """Columns that fit the page; None where any number does."""
    full: bool = False
    """Show everything, on several panels if need be."""


def assign_roles(axes: Sequence[Axis], window: Window) -> Roles | None:
    """The roles of the axes that the window leaves; None for a single value.

    A plane of height and width stays together, heads stand side by side; else the last two axes are the table. Axes of
    a window that is one place large stand aside, so that such a kernel is one table of channels and filters.
    """
    free = [number for number, part in enumerate(window) if isinstance(part, range)]
    if not free:
        return None
    if len(free) == 1:
        return Roles(None, free[0], None, ())
    names = {axes[number].name: number for number in free}
    wide = [number for number in free if axes[number].name not in PLACES or _length(window[number]) > 1]
    if "height" in names and "width" in names and not {names["height"], names["width"]}.isdisjoint(wide):
        row, column = names["height"], names["width"]
        rest = [number for number in free if number not in {row, column}]
        group = next((number for number in reversed(rest) if axes[number].size > 1), rest[-1] if rest else None)
    else:
        table = wide if len(wide) > 1 else free
        row, column, group = table[-2], table[-1], None
        if axes[row].name == "head" and len(table) > 2:  # noqa: PLR2004 - an axis is left for the rows
            row, group = table[-3], row
    return Roles(row, column, group, tuple(n for n in free if n not in {row, column, group}))


def _length(part: int | range) -> int:
    """How many positions of an axis are asked for."""
    return len(part) if isinstance(part, range) else 1


def row_runs(positions: range, room: Room) -> Runs:
    """The rows to show."""
    return (positions,) if room.full or len(positions) <= _ROWS_WHOLE else corner(positions, _ROWS_SHOWN)


def block_positions(window: Window, axes: Sequence[int], room: Room) -> Iterator[tuple[int, ...]]:
    """The positions of the block axes, one tuple for each block to show."""
    ranges = [part for number in axes if isinstance(part := window[number], range)]
    runs = [(part,) if room.full else corner(part, _BLOCKS_SHOWN) for part in ranges]
    return product(*(chain(*run) for run in runs))


def panels(groups: Sequence[Piece], room: Room, *, keep_groups: bool) -> Iterator[Panel]:
    """The columns to show, side by side as far as they fit.

    ``groups`` are equally wide. With ``keep_groups`` none is left out: a gate matters as much as the others, while
    of a thousand filters a few do.
    """
    if not groups:
        return iter(())
    if room.full:
        return _everything(groups, room.columns)
    wide = len(groups[0].columns)
    if wide * len(groups) <= (room.columns or _COLUMNS_IN_A_PIPE):
        return iter([tuple(groups)])
    fit = room.columns or _COLUMNS_OF_A_CORNER
    if len(groups) == 1:
        return iter([tuple(_cut(groups[0], fit))])
    if keep_groups:
        each, together = _COLUMNS_OF_A_CORNER // 2, len(groups)
        if room.columns:
            together = max(1, fit // min(wide, max(_LEAST, fit // len(groups))))
            each = fit // min(together, len(groups))
        cut = [tuple(_cut(group, each)) for group in groups]
        return (tuple(chain(*cut[at : at + together])) for at in range(0, len(cut), together))
    each = wide if wide < fit else max(1, fit - 1)
    together = max(1, (fit - 1) // each)
    shown: Runs = (range(together), range(0))[:fit]
    if len(groups) > together + 1 > 2:  # noqa: PLR2004 - the last is shown too
        shown = corner(range(len(groups)), together + 1)
    return iter([_joined([tuple(chain(*(_cut(groups[at], each) for at in run))) for run in shown])])


def corner(positions: range, room: int) -> Runs:
    """The first and the last positions, as many as fit beside one place for those left out.

    In two places there is room for the first beside those left out, and in one for nothing else.
    """
    if len(positions) <= room:
        return (positions,)
    if room <= 2:  # noqa: PLR2004 - see above
        return (positions[:1], positions[:0])[:room]
    tail = max(1, (room - 1) // 3)
    return positions[: max(1, room - 1 - tail)], positions[-tail:]


def _everything(groups: Sequence[Piece], fit: int | None) -> Iterator[Panel]:
    """All columns, on as many panels as it takes."""
    wide = max(1, len(groups[0].columns))
    if fit is None:
        yield tuple(groups)
    elif wide <= fit:
        together = fit // wide
        for at in range(0, len(groups), together):
            yield tuple(groups[at : at + together])
    else:
        for group in groups:
            for at in range(0, wide, fit):
                yield (Piece(group.columns[at : at + fit], group.group, group.label),)


def _cut(group: Piece, room: int) -> Panel:
    """One group, or its corner."""
    return _joined([(Piece(run, group.group, group.label),) if run else () for run in corner(group.columns, room)])


def _joined(runs: Sequence[Panel]) -> Panel:
    """Runs of columns with a gap between each two."""
    return tuple(chain(runs[0], *((None, *run) for run in runs[1:])))
