"""Draws an array as labelled grids, its corners or all of it."""

from __future__ import annotations

from functools import cache
from itertools import chain, groupby
from math import ceil
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.arrays.excerpts import Plane, excerpt
from kerasinspect.output.arrays.labels import NO_LABELS, RowLabels, measured_positions, row_labels, with_labels_cut
from kerasinspect.output.arrays.layouts import (
    Panel,
    Piece,
    Roles,
    Room,
    Runs,
    assign_roles,
    block_positions,
    panels,
    row_runs,
)
from kerasinspect.output.arrays.numbers import NumberStyle, choose_style
from kerasinspect.output.arrays.pieces import block_labels, column_label, column_pieces, fixed_labels, positions_along
from kerasinspect.output.arrays.readings import reading
from kerasinspect.output.blocks import Block, Grid, GridRow, Paragraph
from kerasinspect.output.layout.cutting import told_apart
from kerasinspect.output.layout.spans import LEAST_WIDTH
from kerasinspect.output.wording import counted
from kerasinspect.shown.escaping import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.output.arrays.excerpts import Rows
    from kerasinspect.output.arrays.readings import Reading
    from kerasinspect.output.show_options import GridOptions

    _Read: TypeAlias = Callable[[tuple[int, ...], Panel], Iterable[Rows]]

_INDENT = 4
"""Columns that a format puts left of a grid."""

_GUTTER, _STROKES = 2, 4
"""Columns that a format puts left of each number, and around a heading over several of them."""

_GAP = "⋯"
"""Stands for columns that were left out."""
_GAPS = (_GAP,)

_LEAST_LABEL = 6
"""Columns that a page leaves to the label of a row, however narrow it is."""

_LEAST_FREE = 10
"""Columns that labels leave to the numbers and what stands over them."""

_PLACES_UNDER_A_HEADING = (3, 2, 1)
"""Columns that share a heading at least, the place for those left out among them; on a narrow page fewer."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that is shown of one array."""

    roles: Roles
    rows: Runs
    labels: RowLabels
    free: int
    """Columns of the page beside the labels; 0 where the page has no width."""
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
    """The grids of one array below what a slice holds fixed, then a line on what was left out.

    Raises DamagedFile where values are missing, before it gives any block.
    """
    fixed = ", ".join(fixed_labels(values))
    return chain([Paragraph(f"at {fixed}", "quiet", 3)] if fixed else [], _draw(values, options))


def _draw(values: ShownValues, options: GridOptions) -> Iterator[Block]:
    """The grids of one array; raises as ``draw`` does."""
    if any(isinstance(part, range) and not part for part in values.window):
        return iter([Paragraph("no values: the shape, or the slice, has an axis of size 0", "quiet", 3)])
    read = reading(values, full=options.full)
    # A declared size is believed only once its last value is there: planning costs memory for each row and column.
    read.last()
    roles = assign_roles(values.axes, values.window)
    if roles is None:
        value = read.only()
        return iter([Paragraph(choose_style([[value]], options.precision).write(value).strip(), level=3)])
    drawing = _fit(values, roles, read, options)
    if needed := _lacking(drawing, options):
        hint = options.hints.wider.format(columns=needed, what="some")
        return iter([Paragraph(f"the page is too narrow for its values ({hint})", "quiet", 3)])
    blocks = _blocks(drawing, options.hints.all_values)
    return blocks if options.full else iter([*blocks])


def _lacking(drawing: _Drawing, options: GridOptions) -> int | None:
    """The width that a page needs for one column of numbers, where it has less."""
    cell = drawing.style.width + _GUTTER
    return None if options.width is None or drawing.plan.free >= cell else _INDENT + 2 * cell


def _blocks(drawing: _Drawing, hint: str) -> Iterator[Block]:
    """The grids of a drawing, and what it leaves out."""
    plan = drawing.plan
    for fixed in plan.blocks:
        for panel in plan.panels:
            yield _grid(drawing, fixed, panel)
    if left_out := _left_out(drawing.values, plan):
        yield Paragraph(f"left out: {left_out} ({hint})", "quiet", 3)


def _fit(values: ShownValues, roles: Roles, given: Reading, options: GridOptions) -> _Drawing:
    """Plan, and look at the numbers; plan again where they are wider than most."""
    usual = options.precision + 3
    plan = _plan(values, roles, options, usual)
    read = _reader(given, plan, options)
    numbers = _numbers(plan, read)
    style = choose_style(numbers if options.full else [[*chain(*numbers)]], options.precision)
    if style.width > usual and options.width is not None:
        plan = _plan(values, roles, options, style.width)
        read = _reader(given, plan, options)
    return _Drawing(values, plan, read, style)


def _numbers(plan: _Plan, read: _Read) -> Iterator[list[object]]:
    """All numbers that are shown, table by table."""
    for fixed in plan.blocks:
        for panel in plan.panels:
            for _, tables in read(fixed, panel):
                yield from ([*chain.from_iterable(table)] for table in tables if table is not None)


def _reader(given: Reading, plan: _Plan, options: GridOptions) -> _Read:
    """A function that reads one panel of one block; corners are kept, so that they are read once."""

    def read(fixed: tuple[int, ...], panel: Panel) -> Iterator[Rows]:
        return excerpt(Plane(given, plan.roles, fixed), plan.rows, panel)

    return read if options.full else cache(lambda fixed, panel: list(read(fixed, panel)))


def _plan(values: ShownValues, roles: Roles, options: GridOptions, cell: int) -> _Plan:
    """What is shown where a number takes ``cell`` characters."""
    rows: Runs = (range(1),)
    if roles.row is not None:
        rows = row_runs(positions_along(values.window, roles.row), Room(None, options.full))
    page = None if options.width is None else max(LEAST_WIDTH, options.width) - _INDENT
    beside = None if page is None else max(_LEAST_LABEL, min(page // 2, page - max(cell + _GUTTER, _LEAST_FREE)))
    labels = NO_LABELS if roles.row is None else row_labels(values, roles.row, rows, beside)
    free = 0 if page is None else page - labels.width
    groups = column_pieces(values, roles, full=options.full)
    room = Room(None, options.full)
    if page is not None:
        groups = with_labels_cut(groups, free - _GUTTER - _STROKES)
        room = Room(_columns_that_fit(values, roles, groups, cell, free), options.full)
    keep = roles.group is None or values.axes[roles.group].name == "head"
    blocks = tuple(block_positions(values.window, roles.blocks, room))
    return _Plan(roles, rows, labels, free, blocks, tuple(panels(groups, room, keep_groups=keep)))


def _columns_that_fit(values: ShownValues, roles: Roles, groups: Sequence[Piece], cell: int, free: int) -> int:
    """How many columns fit, where each is as wide as its numbers, its label, and its part of the heading over it."""
    measured = measured_positions(values, roles.column, (groups[0].columns,))
    labels = told_apart([column_label(values, roles, groups[0], at) for at in measured], None)
    label = min(free - _GUTTER, max(map(columns_of, labels)))
    heading = max(columns_of(group.label) for group in groups)
    for places in _PLACES_UNDER_A_HEADING:
        under = min(len(groups[0].columns), places)
        over = ceil((heading + _STROKES + _GUTTER) / under) if heading else 0
        fit = free // max(cell + _GUTTER, label + _GUTTER, over)
        if fit > under:
            return fit
    return max(1, fit)


def _grid(drawing: _Drawing, fixed: tuple[int, ...], panel: Panel) -> Grid:
    """One grid, its rows still to be read."""
    values, plan = drawing.values, drawing.plan
    title = ", ".join(block_labels(values, zip(plan.roles.blocks, fixed, strict=True)))
    columns = [label for piece in panel for label in _column_labels(values, plan.roles, piece)]
    shown = told_apart(columns, plan.free - _GUTTER if plan.free else None)
    rows = _rows(drawing, drawing.read(fixed, panel))
    return Grid(tuple(shown), rows, drawing.style.width, plan.labels.width, tuple(_group_labels(panel)), title)


def _column_labels(values: ShownValues, roles: Roles, piece: Piece | None) -> Iterator[str]:
    """The labels of some columns; units count from 0 in each gate."""
    if piece is None:
        yield _GAP
    else:
        yield from (column_label(values, roles, piece, at) for at in piece.columns)


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
    write, text = drawing.style.write_all, drawing.plan.labels.text
    expected = drawing.plan.rows[0].start
    for positions, tables in chunks:
        if positions.start != expected:
            yield GridRow(f"{_GAP} {len(range(expected, positions.start, positions.step)):,} more")
        for number, position in enumerate(positions):
            cells = [_GAPS if table is None else write(table[number]) for table in tables]
            yield GridRow(text(position), tuple(chain.from_iterable(cells)))
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
    missing = {axis: len(positions_along(values.window, axis)) - len(some) for axis, some in sorted(shown.items())}
    return ", ".join(
        f"{count:,} of {counted(len(positions_along(values.window, axis)), values.axes[axis].name)}"
        for axis, count in missing.items()
        if count
    )
