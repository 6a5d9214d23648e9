"""Pictures of one weight as JSON that a page draws: a heat map in few cells, and a histogram.

What is embedded are the numbers that are drawn: means of cells as 16-bit levels of the largest of them, and counts.
"""

from __future__ import annotations

from base64 import b64encode
from itertools import chain, islice, product
from math import isqrt, prod
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.pictures.cells import Plane, reduce_planes
from kerasinspect.dtypes import holds_numbers
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.arrays.layouts import assign_roles
from kerasinspect.output.arrays.pieces import block_labels, pieces_by_gate
from kerasinspect.output.figures import facts_on_no_numbers, short_number
from kerasinspect.output.pages.head import SEPARATOR
from kerasinspect.output.wording import counted, initializer_in_words
from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.inspection import WeightInspection
    from kerasinspect.analysis.pictures.cells import Cells
    from kerasinspect.analysis.pictures.expected import Expected
    from kerasinspect.analysis.pictures.histogram import Histogram
    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.axes import Axis
    from kerasinspect.output.arrays.layouts import Piece, Roles
    from kerasinspect.output.formats.json import Document, Writable

_STEPS, _MISSING = 32_767, -32_768
"""Levels between zero and the largest mean, and the level of a cell without a mean."""

_FEWEST = 16
"""Values of which a histogram says more than the values themselves."""

_GROUPS, _BLOCKS = 12, 4
"""Filters or heads that are drawn side by side, and channels one below the other."""

_MOST_PANELS = 96
"""Planes of an array of many axes."""

_WIDE = 24
"""Cells side by side that need the whole width of a page."""

_LINE = 256
"""Cells of an array of one axis."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the planes that an array is drawn as."""

    title: str
    plane: Plane
    start: int = 0
    """The position along the column axis that its first column is called 0 at: the first of a gate."""


def pictures_of(inspected: WeightInspection, cells: int) -> Document | None:
    """The pictures of a weight, its heat map in about so many cells; None where there is nothing to see.

    Reads all of its values twice, unless they are so many that only some planes are drawn.
    """
    figures = inspected.figures
    if isinstance(figures, Unread) or not holds_numbers(inspected.values.array.dtype):
        return None
    if figures.constant or figures.count <= 1:
        return None
    drawn = inspected.attempt(lambda: [*_pictures(inspected, cells)])
    return None if isinstance(drawn, Unread) else {"kind": "pictures", "pictures": drawn}


def _pictures(inspected: WeightInspection, cells: int) -> Iterator[Writable]:
    """The heat map, and the histogram where there are values enough."""
    values = inspected.values
    roles = assign_roles(values.axes, values.window)
    if roles is not None:
        panels = panels_of(values, roles, _MOST_PANELS)
        yield heat_map(values, roles, panels, reduced(values, panels, cells))
    found = inspected.histogram
    if not isinstance(found, Unread) and found.finite >= _FEWEST:
        yield _histogram(inspected, found)


def reduced(values: ShownValues, panels: Sequence[Panel], cells: int) -> list[Cells]:
    """Panels, all of one size, in at most so many cells, of which narrow ones have the more along their other axis."""
    plane = panels[0].plane
    each = max(1, cells // len(panels)) if plane.row is not None else min(cells, _LINE)
    high, wide = len(plane.rows), len(plane.columns)
    columns = min(wide, max(1, each // min(high, max(1, isqrt(each)))))
    rows = min(high, max(1, each // columns))
    return reduce_planes(values, [panel.plane for panel in panels], rows, columns)


def panels_of(values: ShownValues, roles: Roles, most: int) -> list[Panel]:
    """The planes that an array is drawn as, at most so many."""
    return [*islice(_panels(values, roles), most)]


def _panels(values: ShownValues, roles: Roles) -> Iterator[Panel]:
    """The planes of an array: one for each gate, head, or filter and channel, of which the first are drawn."""
    pieces = [*chain(*_side_by_side(values, roles))]
    blocks = [(at, range(min(values.axes[at].size, _BLOCKS))) for at in roles.blocks]
    for positions in product(*(places for _, places in blocks)):
        fixed = dict(zip(roles.blocks, positions, strict=True))
        around = [*block_labels(values, fixed.items())]
        for piece in pieces:
            places: dict[int, int | range] = {**fixed, roles.column: piece.columns}
            if roles.group is not None and piece.group is not None:
                places[roles.group] = piece.group
            window = tuple(places.get(at, part) for at, part in enumerate(values.window))
            title = ", ".join(filter(None, (*around, piece.gate, piece.label)))
            yield Panel(title, Plane(window, roles.row, roles.column), piece.columns.start)


def _side_by_side(values: ShownValues, roles: Roles) -> list[list[Piece]]:
    """The parts of the columns that are drawn side by side, gate by gate where the groups have gates."""
    gates = pieces_by_gate(values, roles, full=False)
    return [gate[: max(1, _GROUPS // len(gates))] for gate in gates]


def heat_map(
    values: ShownValues, roles: Roles, panels: Sequence[Panel], reduced: Sequence[Cells], scale: float | None = None
) -> Document:
    """The heat map of some planes on one scale: the one given, or that of what is drawn."""
    if scale is None:
        scale = max((cells.scale for cells in reduced), default=0.0)
    about = SEPARATOR.join(_about(values, roles, panels, reduced))
    side_by_side = 1 if roles.blocks else len(panels)
    across = side_by_side if roles.group is None else sum(map(len, _side_by_side(values, roles)))
    return {
        "kind": "heatmap",
        "label": visible(f"Heat map of {values.name}. {about}"),
        "about": visible(about),
        "scale": scale,
        "across": across,
        "titled": bool(panels[0].title) and not roles.blocks,
        "wide": across * len(reduced[0].columns) > _WIDE,
        "panels": [_panel(values, roles, *pair, scale) for pair in zip(panels, reduced, strict=True)],
    }


def _about(values: ShownValues, roles: Roles, panels: Sequence[Panel], reduced: Sequence[Cells]) -> Iterator[str]:
    """What runs along the rows and the columns, what is left out, and what a cell stands for."""
    if roles.row is not None:
        yield f"down: {counted(len(panels[0].plane.rows), values.axes[roles.row].name)}"
    yield f"across: {counted(len(panels[0].plane.columns), values.axes[roles.column].name)}"
    yield from (_shown(values.axes[at], _BLOCKS) for at in roles.blocks)
    if roles.group is not None:
        yield _groups_shown(values.axes[roles.group], len(_side_by_side(values, roles)))
    if len(panels) == _MOST_PANELS:
        yield f"the first {_MOST_PANELS} pictures"
    if _is_part(values, panels):
        yield "colours reach to the largest value drawn, which may not be that of the array"
    cells = reduced[0]
    if cells.is_reduced:
        sizes = [len(cells.columns[0])] if roles.row is None else [len(cells.rows[0]), len(cells.columns[0])]
        yield f"a cell is the mean of up to {' × '.join(f'{size:,}' for size in sizes)} values"


def _is_part(values: ShownValues, panels: Sequence[Panel]) -> bool:
    """Whether some planes of an array are not drawn."""
    drawn = sum(len(panel.plane.rows) * len(panel.plane.columns) for panel in panels)
    return drawn < prod(values.array.shape)


def _shown(axis: Axis, most: int) -> str:
    """How many of the positions along an axis are drawn."""
    return f"{most:,} of {counted(axis.size, axis.name)}" if axis.size > most else counted(axis.size, axis.name)


def _groups_shown(axis: Axis, gates: int) -> str:
    """How many of the positions along the group axis are drawn, in each gate where it has gates."""
    if gates == 1:
        return _shown(axis, _GROUPS)
    return f"{_shown(axis.resized(axis.size // gates), max(1, _GROUPS // gates))} in each of {gates} gates"


def _panel(values: ShownValues, roles: Roles, panel: Panel, cells: Cells, scale: float) -> Document:
    """One plane: a level for each cell, and the cells in which some values are NaN or infinite."""
    flawed = np.flatnonzero(cells.flawed)
    counts = cells.flawed.reshape(-1)[flawed]
    return {
        "title": visible_name(panel.title) if panel.title else "",
        "rows": len(cells.rows),
        "columns": len(cells.columns),
        "axes": [
            None if roles.row is None else _axis(values.axes[roles.row].name, 0, cells.rows),
            _axis(values.axes[roles.column].name, panel.start, cells.columns),
        ],
        "levels": _levels(cells, scale),
        "odd": [list(pair) for pair in zip(flawed.tolist(), counts.tolist(), strict=True)],
    }


def _axis(name: str, start: int, parts: Sequence[range]) -> Document:
    """What the rows or columns of cells are called: their axis, its first position, and how many there are."""
    size = sum(map(len, parts))
    first = parts[0].start - start if parts else 0
    return {"name": visible_name(name), "start": first, "size": size, "cells": len(parts)}


def _levels(cells: Cells, scale: float) -> str:
    """The means as little-endian 16-bit levels, in base 64."""
    with np.errstate(all="ignore"):
        shares = np.clip(np.nan_to_num(cells.means / scale if scale else cells.means * 0), -1, 1)
    levels = np.where(np.isnan(cells.means), _MISSING, np.rint(shares * _STEPS))
    return b64encode(levels.astype("<i2").tobytes()).decode()


def _histogram(inspected: WeightInspection, found: Histogram) -> Document:
    """The histogram, with what the initializer would have given."""
    weight = inspected.weight
    drawn = inspected.expected
    about = SEPARATOR.join(_about_histogram(inspected, found, drawn))
    low, high = map(short_number, found.ends)
    return {
        "kind": "histogram",
        "label": visible(f"Histogram of {weight.path}, from {low} to {high}. {about}"),
        "about": visible(about),
        "low": low,
        "high": high,
        "counts": list(found.counts),
        "expected": None if drawn is None else [float(f"{share:.4g}") for share in drawn.shares],
    }


def _about_histogram(inspected: WeightInspection, found: Histogram, drawn: Expected | None) -> Iterator[str]:
    """How many values there are, how many bins, and what the line is."""
    yield f"{counted(found.finite, 'value')} in {counted(len(found.counts), 'bin')}"
    yield from facts_on_no_numbers(found)
    if drawn is not None and inspected.weight.initializer is not None:
        yield f"line: as {initializer_in_words(inspected.weight.initializer)} draws them"
