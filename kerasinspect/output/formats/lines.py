"""Lays blocks out as lines of text with a style for each stretch: what the terminal and a plain text file share.

Everything that comes from a file passes through ``visible`` here, so that no name acts on a terminal or a log, and a
hostile name takes the same lines as a harmless one.
"""

from __future__ import annotations

import textwrap
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from kerasinspect.output.blocks import Block, Column, Grid, GridRow, Heading, Paragraph, Row, Table
from kerasinspect.output.escaping import NAME_LIMIT, columns_of, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Style: TypeAlias = Literal["plain", "name", "title", "quiet", "warning", "error"]
_Span: TypeAlias = "tuple[str, Style]"
_Line: TypeAlias = "tuple[_Span, ...]"

_SEPARATOR = " · "
_LEAST_COLUMN = 8
"""A column that may be cut keeps so many characters."""

_HEADING_INDENT = {1: "", 2: "", 3: "  "}
_TEXT_INDENT = {1: "", 2: "  ", 3: "    "}
_GRID_INDENT = "    "
_CLOSE_HEADINGS = frozenset({(1, 1), (2, 3)})
"""Levels of headings with no empty line between: models of which there is no more to say, a layer's first weight."""
_GUTTER = "  "
_STROKE = "─ "
_SPECIAL: dict[str, Style] = {"nan": "warning", "inf": "warning", "-inf": "warning", "⋯": "quiet"}


def lay_out(blocks: Iterable[Block], width: int | None) -> Iterator[_Line]:
    """The lines of a page that is ``width`` columns wide; with None no line is wrapped or cut."""
    before: Block | None = None
    for block in blocks:
        if before is not None and _apart(before, block):
            yield ()
        match block:
            case Heading():
                yield from _heading(block, width)
            case Paragraph():
                yield from _paragraph(block, width)
            case Table():
                yield from _table(block, width)
            case Grid():
                yield from _grid(block)
            case _:
                assert_never(block)
        before = block


def _apart(before: Block, block: Block) -> bool:
    """Whether an empty line stands between two blocks."""
    match block:
        case Heading():
            return not (isinstance(before, Heading) and (before.level, block.level) in _CLOSE_HEADINGS)
        case Table():
            return True
        case Grid():
            return isinstance(before, Grid)
        case Paragraph():
            return block.level == 1 and not isinstance(before, Heading)


def _name(text: str) -> str:
    """A name as it is shown."""
    return visible(text, NAME_LIMIT)


def _heading(heading: Heading, width: int | None) -> Iterator[_Line]:
    """The name, then its facts; on a narrow page the facts go on below."""
    indent = _HEADING_INDENT[heading.level]
    line: list[_Span] = [(indent, "plain")]
    if heading.word:
        line.append((f"{heading.word} ", "quiet"))
    line.append((_name(heading.name), "title" if heading.level < 3 else "name"))  # noqa: PLR2004 - a weight
    taken = sum(columns_of(text) for text, _ in line)
    for fact in map(_name, heading.facts):
        needed = len(_SEPARATOR) + columns_of(fact)
        if width is not None and taken + needed > width and taken > len(indent) + 4:
            yield tuple(line)
            line, taken = [(f"{indent}    ", "plain"), (fact, "plain")], len(indent) + 4 + columns_of(fact)
        else:
            line += [(_SEPARATOR, "quiet"), (fact, "plain")]
            taken += needed
    yield tuple(line)


def _paragraph(paragraph: Paragraph, width: int | None) -> Iterator[_Line]:
    """The text, wrapped where the page has a width."""
    indent = _TEXT_INDENT[paragraph.level]
    text = visible(paragraph.text)
    if width is None:
        yield ((indent + text, paragraph.tone),)
        return
    room = max(20, width)
    for line in textwrap.wrap(
        text, room, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ):
        yield ((line, paragraph.tone),)


def _table(table: Table, width: int | None) -> Iterator[_Line]:
    """A line of titles where there are any, then a line for each row, with the guides of the tree before its first."""
    rows = [(_guides(row) + _name(row.cells[0]), *map(_name, row.cells[1:])) for row in table.rows]
    titles = tuple(column.title if table.titled else "" for column in table.columns)
    widths = [max(map(columns_of, cells)) for cells in zip(titles, *rows, strict=True)]
    kept = list(range(len(widths)))
    if width is not None:
        _drop(kept, widths, table.columns, width)
        _shrink(kept, widths, table.columns, width)

    def fitted(cells: Sequence[str]) -> list[str]:
        return [_fitted(cells[at], widths[at], table.columns[at]) for at in kept]

    if table.titled:
        yield ((_GUTTER.join(fitted(titles)).rstrip(), "quiet"),)
    for row, cells in zip(table.rows, rows, strict=True):
        first, *others = fitted(cells)
        guides = _guides(row)
        yield (guides, "quiet"), (first[len(guides) :], "name"), ((_GUTTER + _GUTTER.join(others)).rstrip(), "plain")


def _guides(row: Row) -> str:
    """The mark of a row, and the lines of the tree that lead to it."""
    mark = f"{row.mark} " if row.mark else ""
    if not row.last:
        return mark
    return mark + "".join("   " if last else "│  " for last in row.last[:-1]) + ("└─ " if row.last[-1] else "├─ ")


def _over(kept: list[int], widths: list[int], width: int) -> int:
    """How many columns the table is too wide."""
    return sum(widths[at] for at in kept) + len(_GUTTER) * (len(kept) - 1) - width


def _drop(kept: list[int], widths: list[int], columns: Sequence[Column], width: int) -> None:
    """Leave out optional columns, the last first, until the table fits or none is left."""
    for at in reversed(range(len(columns))):
        if columns[at].optional and _over(kept, widths, width) > 0:
            kept.remove(at)


def _shrink(kept: list[int], widths: list[int], columns: Sequence[Column], width: int) -> None:
    """Narrow the columns that may be cut, the widest first, until the table fits or none can give more."""
    over = _over(kept, widths, width)
    while over > 0:
        at = max((n for n in kept if columns[n].shrinks), key=lambda n: widths[n], default=None)
        if at is None or widths[at] <= _LEAST_COLUMN:
            return
        widths[at] -= 1
        over -= 1


def _fitted(text: str, width: int, column: Column) -> str:
    """A cell that takes exactly so many columns, cut where it is longer."""
    missing = width - columns_of(text)
    if missing < 0:
        taken = accumulate(map(columns_of, text))
        kept = text[: sum(columns < width for columns in taken)]
        text, missing = f"{kept}…", width - 1 - columns_of(kept)
    return " " * missing + text if column.numeric else text + " " * missing


def _grid(grid: Grid) -> Iterator[_Line]:
    """A title where there is one, the labels of the columns, then a line for each row."""
    if grid.title:
        yield (_GRID_INDENT, "plain"), (_name(grid.title), "quiet")
    labels = [_name(label) for label in grid.columns]
    widths = _column_widths(grid, labels)
    margin = _GRID_INDENT + " " * grid.label
    if grid.groups:
        yield (margin, "plain"), *_group_labels(grid.groups, widths)
    header = (_GUTTER + " " * (width - columns_of(label)) + label for label, width in zip(labels, widths, strict=True))
    yield ((margin + "".join(header), "quiet"),)
    for row in grid.rows:
        yield (_GRID_INDENT, "plain"), *_row(row, grid.label, widths)


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
    return columns_of(_name(name)) + 2 * len(_STROKE) if name else 0


def _together(widths: Sequence[int]) -> int:
    """The room that neighbouring columns take."""
    return sum(widths) + len(_GUTTER) * (len(widths) - 1)


def _group_labels(groups: Sequence[tuple[str, int]], widths: Sequence[int]) -> Iterator[_Span]:
    """The labels over groups of columns, each in the middle of a line over its columns."""
    at = 0
    for name, count in groups:
        bare = _together(widths[at : at + count]) - _heading_width(name)
        left, right = "─" * (bare // 2), "─" * (bare - bare // 2)
        yield _GUTTER + (left + _STROKE + _name(name) + _STROKE[::-1] + right if name else " " * bare), "quiet"
        at += count


def _row(row: GridRow, label_width: int, widths: Sequence[int]) -> Iterator[_Span]:
    """The label and the numbers of one row; neighbours of one style are one span."""
    label = _name(row.label)
    yield label + " " * (label_width - columns_of(label)), "quiet"
    text = ""
    style: Style = "plain"
    for cell, width in zip(row.cells, widths, strict=False):
        wanted: Style = _SPECIAL.get(cell, "plain")
        if wanted != style and text:
            yield text, style
            text = ""
        text, style = f"{text}{_GUTTER}{cell:>{width}}", wanted
    if text:
        yield text, style
