"""Makes the heat map of an array: which planes are shown, side by side or below each other, and how far reduced."""

from __future__ import annotations

from itertools import chain, groupby, islice, product
from math import ceil, isfinite, prod
from operator import itemgetter
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.pictures.cells import Plane
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.arrays.grids import draw
from kerasinspect.output.arrays.layouts import Room, assign_roles, block_positions
from kerasinspect.output.arrays.pieces import block_labels, column_label, fixed_labels, pieces_by_gate, positions_along
from kerasinspect.output.blocks import Block, HeatMap, Paragraph, Picture, Strip
from kerasinspect.output.figures import short_number, undrawn
from kerasinspect.output.layout.cutting import told_apart
from kerasinspect.output.layout.spans import LEAST_WIDTH
from kerasinspect.output.wording import counted
from kerasinspect.shown.escaping import columns_of, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.analysis.inspection import WeightInspection
    from kerasinspect.analysis.pictures.cells import Cells
    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.output.arrays.layouts import Piece, Roles
    from kerasinspect.output.show_options import GridOptions

_INDENT, _GAP = 4, 2
"""Columns left of a picture, and between two."""

_NO_WIDTH = 80
"""Columns of a page that has no width of its own."""

_LEAST_PICTURE = 12
"""Columns that a picture gets before it stands beside another, if it needs as many."""

_SMALL = 5
"""Cells of a row that take two columns each, if they are fewer, so that a picture can be seen."""

_LINES, _LINES_OF_SEVERAL = 20, 12
"""Lines of a picture, and of one where there are others below it."""

_STRIPS = 3
"""Strips of pictures that are shown where there are more."""

_MOST_PICTURES = 1024
"""Pictures of an array of which all are asked for."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which planes of an array are shown, and in how many cells each."""

    values: ShownValues
    roles: Roles
    strips: tuple[tuple[tuple[int, ...], tuple[Piece, ...]], ...]
    """Positions along the axes of the blocks, and the pieces that stand side by side there."""
    room: tuple[int, int]
    """Rows and columns of the cells of a picture, at most."""
    wide: int
    halves: bool
    labels: int
    """Columns for the labels of rows."""
    asked: int
    """Pictures that all of the array would take."""

    @property
    def shown(self) -> int:
        """Pictures that are shown."""
        return sum(len(pieces) for _, pieces in self.strips)


def draw_heat_map(inspected: WeightInspection, options: GridOptions) -> Iterable[Block]:
    """The heat map of one weight, what a cell of it is, and what is left out; a table where it has no plane of numbers.

    Of what is not drawn it says that, then what can be shown. Raises DamagedFile where values are missing, before it
    gives any block.
    """
    values = inspected.values
    if why := undrawn(values.array.dtype):
        table = inspected.attempt(lambda: [*draw(values, options)])
        return [Paragraph(why, "quiet", 3), *([] if isinstance(table, Unread) else table)]
    roles = assign_roles(values.axes, values.window)
    empty = any(isinstance(part, range) and not part for part in values.window)
    if roles is None or empty:
        return draw(values, options)
    values.read(values.last)  # planning costs memory for each picture
    plan = _plan(values, roles, options)
    cells = [*_cells(inspected, plan)]
    scale = max(one.scale for row in cells for one in row)
    if plan.shown < plan.asked:
        fixed, pieces = plan.strips[0]
        scale = max(scale, inspected.largest_mean(_plane(values, roles, fixed, pieces[0]), *plan.room))
    return _blocks(plan, cells, scale, options)


def _cells(inspected: WeightInspection, plan: _Plan) -> Iterator[list[Cells]]:
    """The cells of each strip; of gates and heads that take several strips, all come from one reading."""
    for fixed, strips in groupby(plan.strips, key=itemgetter(0)):
        together = [pieces for _, pieces in strips]
        planes = [_plane(plan.values, plan.roles, fixed, piece) for pieces in together for piece in pieces]
        found = iter(inspected.cells_of(planes, *plan.room))
        yield from ([*islice(found, len(pieces))] for pieces in together)


def _plan(values: ShownValues, roles: Roles, options: GridOptions) -> _Plan:
    """What is shown on a page of this width."""
    page = max(LEAST_WIDTH, options.width or _NO_WIDTH) - _INDENT
    rows = range(1) if roles.row is None else positions_along(values.window, roles.row)
    labels = min(
        2 * page // 5,
        0 if roles.row is None else _widest(values.label(roles.row, at) for at in rows[:: len(rows) - 1 or 1]),
    )
    gates = pieces_by_gate(values, roles, full=options.full)
    pieces = gates[0]
    blocks = [*islice(block_positions(values.window, roles.blocks, Room(None, options.full)), _MOST_PICTURES)]
    free, columns = page - labels - _GAP, len(pieces[0].columns)
    least = min(columns * (1 if options.painted and columns >= _SMALL else 2), _LEAST_PICTURE)
    together = min(len(pieces), max(1, (free + _GAP) // (least + _GAP)))
    keep = roles.group is None or values.axes[roles.group].name == "head"
    if keep:  # as many in each strip: of four heads two and two, where three have room
        together = ceil(len(pieces) / ceil(len(pieces) / together))
    each = (free - _GAP * (together - 1)) // together
    strips = _strips(blocks, gates, together, options, keep=keep)
    lines = _LINES if len(strips) == 1 else _LINES_OF_SEVERAL
    wide = 2 if 2 * columns <= each or not options.painted else 1
    halves = options.painted and len(rows) > 1 and (wide == 1 or len(rows) > lines)
    groups = len(pieces) if roles.group is None else len(positions_along(values.window, roles.group))
    asked = groups * prod(len(positions_along(values.window, axis)) for axis in roles.blocks)
    return _Plan(values, roles, strips, (lines * (1 + halves), max(1, each // wide)), wide, halves, labels, asked)


def _strips(
    blocks: Sequence[tuple[int, ...]],
    gates: Sequence[Sequence[Piece]],
    together: int,
    options: GridOptions,
    *,
    keep: bool,
) -> tuple[tuple[tuple[int, ...], tuple[Piece, ...]], ...]:
    """The pictures that stand side by side, strip by strip.

    Gates and heads are all kept, of other groups the first, in each gate where they have gates.
    """
    runs = [[tuple(gate[start : start + together]) for start in range(0, len(gate), together)] for gate in gates]
    if options.full:
        most = max(1, _MOST_PICTURES // sum(map(len, gates)))
        return tuple(product(blocks[:most], [*chain(*runs)][: max(1, _MOST_PICTURES // together)]))
    several = len(blocks) > 1 or len(gates) > 1
    kept = runs if keep else [gate[: 1 if several else _STRIPS] for gate in runs]
    return tuple(product(blocks, chain(*kept)))


def _plane(values: ShownValues, roles: Roles, fixed: tuple[int, ...], piece: Piece) -> Plane:
    """The plane of one picture."""
    places: dict[int | None, int | range] = dict(zip(roles.blocks, fixed, strict=True))
    places[roles.column] = piece.columns
    if roles.group is not None and piece.group is not None:
        places[roles.group] = piece.group
    window = tuple(places.get(axis, part) for axis, part in enumerate(values.window))
    return Plane(window, roles.row, roles.column)


def _blocks(plan: _Plan, cells: Sequence[Sequence[Cells]], scale: float, options: GridOptions) -> Iterator[Block]:
    """The heat map with what stands around it; ``scale`` is the distance from zero of the strongest colour."""
    if fixed := ", ".join(fixed_labels(plan.values)):
        yield Paragraph(f"at {fixed}", "quiet", 3)
    yield Paragraph(_caption(plan.values, plan.roles, cells[0][0]), "quiet", 3)
    strips = [_strip(plan, *strip, row, scale) for strip, row in zip(plan.strips, cells, strict=True)]
    pictures = (picture for strip in strips for picture in strip.pictures)
    flawed = any(None in row for picture in pictures for row in picture.cells)
    yield HeatMap(tuple(strips), short_number(scale, 3), flawed, options.painted, plan.wide, plan.halves)
    if plan.shown < plan.asked:
        more = "" if options.full else f" ({options.hints.more_pictures})"
        left_out = f"left out: {plan.asked - plan.shown:,} of {counted(plan.asked, 'picture')}{more}"
        yield Paragraph(f"{left_out}; the scale is that of all", "quiet", 3)


def _caption(values: ShownValues, roles: Roles, cells: Cells) -> str:
    """What runs down and across, and what one cell is."""
    rows, columns = len(cells.rows[0]), len(cells.columns[0])
    down = "" if roles.row is None else f"down: {values.axes[roles.row].name} · "
    cell = f"the mean of up to {rows:,} × {columns:,} values" if rows * columns > 1 else "one value"
    return f"{down}across: {values.axes[roles.column].name} · each cell {cell}"


def _strip(
    plan: _Plan,
    fixed: tuple[int, ...],
    pieces: tuple[Piece, ...],
    cells: Sequence[Cells],
    scale: float,
) -> Strip:
    """The pictures that stand side by side, as shares of the scale."""
    values, roles = plan.values, plan.roles
    titles = [piece.label for piece in pieces]
    title = [*block_labels(values, zip(roles.blocks, fixed, strict=True)), *filter(None, [pieces[0].gate])]
    narrowest = min(len(one.columns) for one in cells) * plan.wide
    if roles.group is None and _widest(titles) > narrowest:
        titles = [label.partition(" (")[0] for label in titles]  # gates without their words
    if roles.group is not None and _widest(titles) > narrowest and roles.group not in values.labels:
        name = values.axes[roles.group].name
        titles = [f"{piece.number}" for piece in pieces]
        title.append(f"{name} {titles[0]} to {titles[-1]}" if len(titles) > 1 else f"{name} {titles[0]}")
    pictures = (
        Picture(_shares(one, scale), name, _ends(values, roles, piece))
        for one, name, piece in zip(cells, titles, pieces, strict=True)
    )
    return Strip(tuple(pictures), _row_labels(plan, cells[0]), ", ".join(title))


def _shares(cells: Cells, scale: float) -> tuple[tuple[float | None, ...], ...]:
    """The means as shares of the scale; None where a cell has values that are no numbers."""
    shares = zip(cells.means.tolist(), cells.flawed.tolist(), strict=True)
    return tuple(
        tuple(
            None if bad or not isfinite(mean) else mean / scale if scale else 0.0
            for mean, bad in zip(*row, strict=True)
        )
        for row in shares
    )


def _ends(values: ShownValues, roles: Roles, piece: Piece) -> tuple[str, str]:
    """The labels of the first and the last column of a piece."""
    return column_label(values, roles, piece, piece.columns[0]), column_label(values, roles, piece, piece.columns[-1])


def _row_labels(plan: _Plan, cells: Cells) -> tuple[str, ...]:
    """The label of the first position of each row of cells, and of the very last one."""
    axis = plan.roles.row
    if axis is None:
        return ("",)
    places = [part[0] for part in cells.rows[:-1]] + [cells.rows[-1][-1]]
    return tuple(told_apart([plan.values.label(axis, at) for at in places], plan.labels))


def _widest(texts: Iterable[str]) -> int:
    """Columns of the widest of some texts."""
    return max((columns_of(visible_name(text)) for text in texts), default=0)
