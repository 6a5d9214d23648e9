"""Draws an array as labelled grids, its corners or all of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from math import ceil
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.words import GATE_WORDS
from kerasinspect.output.arrays.excerpts import Plane, excerpt
from kerasinspect.output.arrays.layouts import (
    LEAST,
    PLACES,
    Panel,
    Piece,
    Roles,
    Room,
    Runs,
    assign_roles,
    block_positions,
    corner,
    panels,
    row_runs,
)
from kerasinspect.output.arrays.numbers import NumberStyle, choose_style
from kerasinspect.output.blocks import Block, Grid, GridRow, Paragraph
from kerasinspect.output.escaping import NAME_LIMIT, columns_of, visible
from kerasinspect.output.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Window
    from kerasinspect.output.arrays.excerpts import Rows
    from kerasinspect.output.show_options import GridOptions

    _Read: TypeAlias = Callable[[tuple[int, ...], Panel], Iterable[Rows]]

_INDENT = 6
"""Columns that a format may put left of a grid."""

_GUTTER, _STROKES = 2, 4
"""Columns that a format puts left of each number, and around a heading over several of them."""

_GAP = "⋯"
"""Stands for columns that were left out."""

_LABELS_MEASURED = 64
"""Labels of an axis that are measured for the width of a column: its first and its last."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that is shown of one array."""

    roles: Roles
    rows: Runs
    blocks: tuple[tuple[int, ...], ...]
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What is shown of one array, how to read it, and how its numbers are written."""

    values: ShownValues
    plan: _Plan
    read: _Read
    style: NumberStyle


def draw(values: ShownValues, options: GridOptions) -> Iterator[Block]:
    """The grids of one array, then a line on what was left out.

    Raises DamagedFile where values are missing, before it gives any block.
    """
    if any(isinstance(part, range) and not part for part in values.window):
        return iter([Paragraph("no values: the shape, or the slice, has an axis of size 0", "quiet", 3)])
    # A declared size is believed only once its last value is there: planning costs memory for each row and column.
    values.read(values.last)
    roles = assign_roles(values.axes, values.window)
    if roles is None:
        value = values.read(values.window).reshape(1)
        text = choose_style([value], options.precision).write(value.tolist()[0]).strip()
        return iter([Paragraph(text, level=3)])
    blocks = _blocks(_fit(values, roles, options))
    return blocks if options.full else iter([*blocks])


def _blocks(drawing: _Drawing) -> Iterator[Block]:
    """The grids of a drawing, and what it leaves out."""
    plan = drawing.plan
    for fixed in plan.blocks:
        for panel in plan.panels:
            yield _grid(drawing, fixed, panel)
    if left_out := _left_out(drawing.values, plan):
        yield Paragraph(f"left out: {left_out} (--full shows all)", "quiet", 3)


def _fit(values: ShownValues, roles: Roles, options: GridOptions) -> _Drawing:
    """Plan, and look at the numbers; plan again where they are wider than most."""
    usual = options.precision + 3
    plan = _plan(values, roles, options, usual)
    read = _reader(values, plan, options)
    numbers = (
        stretch
        for fixed in plan.blocks
        for panel in plan.panels
        for _, stretches in read(fixed, panel)
        for stretch in stretches
        if stretch is not None
    )
    style = choose_style(numbers, options.precision)
    if style.width > usual and options.width is not None:
        plan = _plan(values, roles, options, style.width)
        read = _reader(values, plan, options)
    return _Drawing(values, plan, read, style)


def _reader(values: ShownValues, plan: _Plan, options: GridOptions) -> _Read:
    """A function that reads one panel of one block; corners are kept, so that they are read once."""

    def read(fixed: tuple[int, ...], panel: Panel) -> Iterator[Rows]:
        return excerpt(Plane(values, plan.roles, fixed), plan.rows, panel)

    return read if options.full else cache(lambda fixed, panel: list(read(fixed, panel)))


def _plan(values: ShownValues, roles: Roles, options: GridOptions, cell: int) -> _Plan:
    """What is shown where a number takes ``cell`` characters."""
    groups = _groups(values, roles, full=options.full)
    unlimited = Room(None, options.full)
    rows = (range(1),) if roles.row is None else row_runs(_positions(values.window, roles.row), unlimited)
    room = unlimited
    if options.width is not None:
        free = options.width - _INDENT - (_widest(values, roles.row, rows) if roles.row is not None else 0)
        room = Room(max(1, free // (_column_width(values, roles, groups, cell) + _GUTTER)), options.full)
    keep = roles.group is None or values.axes[roles.group].name == "head"
    blocks = tuple(block_positions(values.window, roles.blocks, room))
    return _Plan(roles, rows, blocks, tuple(panels(groups, room, keep_groups=keep)))


def _column_width(values: ShownValues, roles: Roles, groups: Sequence[Piece], cell: int) -> int:
    """Characters that a column takes: its numbers, its label, and its part of the heading over its group."""
    measured = _measured(values, roles.column, [groups[0].columns])
    label = max(columns_of(_column_label(values, roles, groups[0], at)) for at in measured)
    heading = max(columns_of(visible(group.label, NAME_LIMIT)) for group in groups)
    fewest = min(len(groups[0].columns), LEAST - 1)
    return max(cell, label, ceil((heading + _STROKES + _GUTTER) / fewest) - _GUTTER if heading else 0)


def _groups(values: ShownValues, roles: Roles, *, full: bool) -> list[Piece]:
    """The columns in equally wide parts: gates, or the positions of the group axis, or all in one.

    Where not all are shown, those in the middle of a long axis are left out here: no page has room for them.
    """
    columns = _positions(values.window, roles.column)
    if roles.group is not None:
        groups = _positions(values.window, roles.group)
        ends = [groups] if full else corner(groups, _LABELS_MEASURED)
        return [Piece(columns, at, values.label(roles.group, at)) for run in ends for at in run]
    axis = values.axes[roles.column]
    gates = len(axis.blocks)
    if not gates or roles.column in values.labels or columns != range(axis.size) or axis.size % gates:
        return [Piece(columns)]
    wide = axis.size // gates
    words = [f"gate {gate} ({GATE_WORDS[gate]})" if gate in GATE_WORDS else f"gate {gate}" for gate in axis.blocks]
    return [Piece(range(n * wide, (n + 1) * wide), label=word) for n, word in enumerate(words)]


def _grid(drawing: _Drawing, fixed: tuple[int, ...], panel: Panel) -> Grid:
    """One grid, its rows still to be read."""
    values, plan = drawing.values, drawing.plan
    title = ", ".join(_block_labels(values, zip(plan.roles.blocks, fixed, strict=True)))
    labels = 0 if plan.roles.row is None else _widest(values, plan.roles.row, plan.rows)
    columns = tuple(label for piece in panel for label in _column_labels(values, plan.roles, piece))
    rows = _rows(drawing, drawing.read(fixed, panel))
    return Grid(columns, rows, drawing.style.width, labels, tuple(_group_labels(panel)), title)


def _block_labels(values: ShownValues, fixed: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Which block this is; the only place of a window tells none from another."""
    for axis, at in fixed:
        if values.axes[axis].size > 1 or values.axes[axis].name not in PLACES or axis in values.labels:
            yield values.label(axis, at)


def _column_labels(values: ShownValues, roles: Roles, piece: Piece | None) -> Iterator[str]:
    """The labels of some columns; units count from 0 in each gate."""
    if piece is None:
        yield _GAP
    else:
        yield from (_column_label(values, roles, piece, at) for at in piece.columns)


def _column_label(values: ShownValues, roles: Roles, piece: Piece, position: int) -> str:
    """The label of one column."""
    axis = values.axes[roles.column]
    if piece.label and roles.group is None:
        return f"{axis.name} {position % (axis.size // len(axis.blocks))}"
    return visible(values.label(roles.column, position), NAME_LIMIT)


def _group_labels(panel: Panel) -> Iterator[tuple[str, int]]:
    """The labels over the columns, each with its number of columns; a gap inside a group belongs to it."""
    groups = [None if piece is None else (piece.group, piece.label) for piece in panel]
    if not any(group and group[1] for group in groups):
        return
    groups = [
        groups[at - 1] if group is None and groups[at - 1] in groups[at + 1 : at + 2] else group
        for at, group in enumerate(groups)
    ]
    for group, items in groupby(zip(groups, panel, strict=True), key=itemgetter(0)):
        yield group[1] if group else "", sum(1 if piece is None else len(piece.columns) for _, piece in items)


def _rows(drawing: _Drawing, chunks: Iterable[Rows]) -> Iterator[GridRow]:
    """The rows of one grid, with a row for those left out."""
    values, plan, axis = drawing.values, drawing.plan, drawing.plan.roles.row
    expected = plan.rows[0].start
    for positions, stretches in chunks:
        if positions.start != expected:
            yield GridRow(f"{_GAP} {len(range(expected, positions.start, positions.step)):,} more")
        tables = [None if stretch is None else stretch.tolist() for stretch in stretches]
        for number, position in enumerate(positions):
            cells = (
                cell
                for table in tables
                for cell in ((_GAP,) if table is None else map(drawing.style.write, table[number]))
            )
            yield GridRow("" if axis is None else values.label(axis, position), tuple(cells))
        expected = positions.stop


def _left_out(values: ShownValues, plan: _Plan) -> str:
    """For each axis, how many of its positions are not shown."""
    roles = plan.roles
    shown: dict[int, set[int] | range] = {}
    pieces = [piece for panel in plan.panels for piece in panel if piece is not None]
    shown[roles.column] = {at for piece in pieces for at in piece.columns}
    if roles.group is not None:
        shown[roles.group] = {piece.group for piece in pieces if piece.group is not None}
    if roles.row is not None:
        shown[roles.row] = {at for run in plan.rows for at in run} if len(plan.rows) > 1 else plan.rows[0]
    for number, axis in enumerate(roles.blocks):
        shown[axis] = {block[number] for block in plan.blocks}
    missing = {axis: len(_positions(values.window, axis)) - len(some) for axis, some in sorted(shown.items())}
    return ", ".join(
        f"{count:,} of {counted(len(_positions(values.window, axis)), values.axes[axis].name)}"
        for axis, count in missing.items()
        if count
    )


def _positions(window: Window, axis: int) -> range:
    """The positions of an axis that the window leaves free."""
    part = window[axis]
    return part if isinstance(part, range) else range(part, part + 1)


def _widest(values: ShownValues, axis: int, runs: Runs) -> int:
    """Columns that the widest label takes."""
    return max(columns_of(visible(values.label(axis, at), NAME_LIMIT)) for at in _measured(values, axis, runs))


def _measured(values: ShownValues, axis: int, runs: Iterable[range]) -> Iterator[int]:
    """The positions whose labels are measured; of an axis that counts, the first and the last tell."""
    counts = axis not in values.labels and values.axes[axis].counts
    for run in runs:
        for part in corner(run, _LABELS_MEASURED) if counts else [run]:
            yield from part
