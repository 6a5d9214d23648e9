"""Lays a grid out: a title where there is one, the labels of the columns, then a line for each row of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.layout.sentences import wrapped
from kerasinspect.output.layout.spans import GUTTER
from kerasinspect.shown.escaping import columns_of, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.output.blocks import Grid, GridRow
    from kerasinspect.output.colours import Style
    from kerasinspect.output.layout.spans import Line, Span

_INDENT = "    "
_STROKE = "─ "
_SPECIAL: dict[str, Style] = {"nan": "warning", "inf": "warning", "-inf": "warning", "⋯": "quiet"}


def grid_lines(grid: Grid, width: int | None) -> Iterator[Line]:
    """A title where there is one, the labels of the columns, then a line for each row; it was made for this width."""
    if grid.title:
        title = visible_name(grid.title)
        for line in [title] if width is None else wrapped(title, width - len(_INDENT)):
            yield (_INDENT, "plain"), (line, "quiet")
    labels = [visible_name(label) for label in grid.columns]
    widths = _column_widths(grid, labels)
    margin = _INDENT + " " * grid.label
    if grid.groups:
        yield (margin, "plain"), *_group_labels(grid.groups, widths)
    header = (GUTTER + " " * (width - columns_of(label)) + label for label, width in zip(labels, widths, strict=True))
    yield ((margin + "".join(header), "quiet"),)
    for row in grid.rows:
        yield (_INDENT, "plain"), *_row(row, grid.label, widths)


def _column_widths(grid: Grid, labels: Sequence[str]) -> list[int]:
    """The width of each column; those under a heading that is wider than they are together share what it needs."""
    widths = [max(columns_of(label), 1 if label == "⋯" else grid.cell) for label in labels]
    at = 0
    for name, count in grid.groups:
        missing = _heading_width(name) - _together(widths[at : at + count])
        for column in range(count):
            widths[at + column] += max(0, missing + column) // count
        at += count
    return widths


def _heading_width(name: str) -> int:
    """The room that a label over a group of columns takes: on both sides of it a stroke shows how far it reaches."""
    return columns_of(visible_name(name)) + 2 * len(_STROKE) if name else 0


def _together(widths: Sequence[int]) -> int:
    """The room that neighbouring columns take."""
    return sum(widths) + len(GUTTER) * (len(widths) - 1)


def _group_labels(groups: Sequence[tuple[str, int]], widths: Sequence[int]) -> Iterator[Span]:
    """The labels over groups of columns, each in the middle of a line over its columns."""
    at = 0
    for name, count in groups:
        bare = _together(widths[at : at + count]) - _heading_width(name)
        left, right = "─" * (bare // 2), "─" * (bare - bare // 2)
        yield GUTTER + (left + _STROKE + visible_name(name) + _STROKE[::-1] + right if name else " " * bare), "quiet"
        at += count


def _row(row: GridRow, label_width: int, widths: Sequence[int]) -> Iterator[Span]:
    """The label and the numbers of one row; neighbours of one style are one span."""
    label = visible_name(row.label)
    yield label + " " * (label_width - columns_of(label)), "quiet"
    if _SPECIAL.keys().isdisjoint(row.cells):
        yield "".join([GUTTER + cell.rjust(width) for cell, width in zip(row.cells, widths, strict=False)]), "plain"
        return
    text = ""
    style: Style = "plain"
    for cell, width in zip(row.cells, widths, strict=False):
        wanted: Style = _SPECIAL.get(cell, "plain")
        if wanted != style and text:
            yield text, style
            text = ""
        text, style = f"{text}{GUTTER}{cell:>{width}}", wanted
    if text:
        yield text, style
