"""Lays a table out: a line of titles, then one for each row, with the guides of the tree before its first cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import replace
from kerasinspect.output.layout.cutting import cut_apart, numbered_apart, shown_apart
from kerasinspect.output.layout.fitting import LEAST_NAME, fit, whole
from kerasinspect.output.layout.sentences import wrapped
from kerasinspect.output.layout.spans import GUTTER
from kerasinspect.output.show_options import COMMAND_LINE
from kerasinspect.shown.escaping import columns_of, visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.output.blocks import Column, Row, Table, Tone
    from kerasinspect.output.colours import Style
    from kerasinspect.output.layout.spans import Line
    from kerasinspect.output.show_options import Hints

_BELOW = "    "
"""What stands before a sentence below its row."""


def table_lines(table: Table, width: int | None, hints: Hints = COMMAND_LINE) -> Iterator[Line]:
    """The lines of a table on a page of this width."""
    columns = (replace(table.columns[0], shrinks=True), *table.columns[1:])
    names = shown_apart([row.cells[0] for row in table.rows])
    others = [[_shown(columns[at], row.cells[at]) for row in table.rows] for at in range(1, len(columns))]
    cells = [[_mark(row) + _guides(row) + name for row, name in zip(table.rows, names, strict=True)], *others]
    titles = [column.title if table.titled else "" for column in columns]
    fitted = whole(titles, cells) if width is None else fit(columns, titles, cells, width, hints)
    for remark in fitted.remarks:
        yield from (((line, "quiet"),) for line in wrapped(remark, width or len(remark)))
    if table.titled:
        line = (_aligned(columns[at], titles[at], size) for at, size in fitted.widths.items())
        yield ((GUTTER.join(line).rstrip(), "quiet"),)
    beside = [_column(columns[at], cells[at], size) for at, size in fitted.widths.items() if at]
    firsts = _first_cells(table.rows, names, fitted.widths[0])
    for number, (row, first) in enumerate(zip(table.rows, firsts, strict=True)):
        strokes = (" " * len(_mark(row)) + _strokes(row.last))[: len(first[0])]
        yield from _row(first, strokes, [column[number] for column in beside], row.tone)
        for at in fitted.below:
            yield from _below(strokes + _BELOW, cells[at][number], width or 0)


def _column(column: Column, texts: Sequence[str], size: int) -> list[list[str]]:
    """The lines of each cell of a column."""
    if column.wraps:
        fitting = ([text] if columns_of(text) <= size else wrapped(text, size) for text in texts)
        return [[_aligned(column, line, size) for line in lines] for lines in fitting]
    each = [*dict.fromkeys(texts)]
    cuts = dict(zip(each, cut_apart(each, each, [size] * len(each)) if column.shrinks else each, strict=True))
    return [[_aligned(column, cuts[text], size)] for text in texts]


def _aligned(column: Column, text: str, size: int) -> str:
    """A text that takes exactly so many columns."""
    missing = " " * (size - columns_of(text))
    return missing + text if column.numeric else text + missing


def _shown(column: Column, cell: str) -> str:
    """A cell with every character to be seen: a sentence whole, a name as long as names are."""
    return visible(cell) if column.below else visible_name(cell)


def _first_cells(rows: Sequence[Row], names: Sequence[str], size: int) -> Iterator[tuple[str, str]]:
    """The first cell of each row: the guides of the tree, and a name that no other row has."""
    guides = [
        _mark(row) + _clipped(_guides(row), name, size - len(_mark(row))) for row, name in zip(rows, names, strict=True)
    ]
    rooms = [size - len(guide) for guide in guides]
    told = [row.cells[0] for row in rows]
    cuts = numbered_apart(told, cut_apart(told, names, rooms), rooms)
    return ((guide, cut + " " * (room - columns_of(cut))) for guide, cut, room in zip(guides, cuts, rooms, strict=True))


def _row(first: tuple[str, str], going_on: str, beside: Sequence[Sequence[str]], tone: Tone) -> Iterator[Line]:
    """The lines of a row: as many as the cell has that takes most."""
    guides, name = first
    style: Style = "quiet" if tone == "quiet" else "name"
    for at in range(max(map(len, beside), default=1)):
        texts = [lines[at] if at < len(lines) else " " * columns_of(lines[0]) for lines in beside]
        yield (guides, "quiet"), (name, style), ("".join(GUTTER + text for text in texts).rstrip(), tone)
        name = " " * (columns_of(guides + name) - len(going_on))
        guides = going_on


def _below(indent: str, sentence: str, width: int) -> Iterator[Line]:
    """The lines of a sentence below its row."""
    for line in wrapped(sentence, width - len(indent)) if sentence else ():
        yield (indent, "quiet"), (line, "quiet")


def _guides(row: Row) -> str:
    """The lines of the tree that lead to a row."""
    return _strokes(row.last[:-1]) + ("└─ " if row.last[-1] else "├─ ") if row.last else ""


def _strokes(last: Sequence[bool]) -> str:
    """The lines of the tree beside what stands below a row."""
    return "".join("   " if each else "│  " for each in last)


def _mark(row: Row) -> str:
    """What stands before the first cell, and is shown whole."""
    return f"{row.mark} " if row.mark else ""


def _clipped(guides: str, name: str, size: int) -> str:
    """Guides that leave room for a name or the least of it; of deep ones the last levels."""
    room = max(size - columns_of(name), size - LEAST_NAME)
    return guides if len(guides) <= room else f"…{guides[len(guides) - room + 1 :]}"
