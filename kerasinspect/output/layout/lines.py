"""Lays blocks out as lines of text with a style for each stretch: what the terminal and a plain text file share.

Everything that comes from a file passes through ``visible`` here, so that no name acts on a terminal or a log.
No line is wider than a page that has a width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from kerasinspect.output.blocks import Bars, Block, Grid, Heading, HeatMap, Paragraph, Table
from kerasinspect.output.layout.bars import bar_lines
from kerasinspect.output.layout.grids import grid_lines
from kerasinspect.output.layout.heat_maps import heat_map_lines
from kerasinspect.output.layout.sentences import wrapped
from kerasinspect.output.layout.spans import LEAST_WIDTH, SEPARATOR
from kerasinspect.output.layout.tables import table_lines
from kerasinspect.output.show_options import COMMAND_LINE
from kerasinspect.shown.escaping import columns_of, visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.output.colours import Style
    from kerasinspect.output.layout.spans import Line, Span
    from kerasinspect.output.show_options import Hints

_HEADING_INDENT = {1: "", 2: "", 3: "  "}
_TEXT_INDENT = {1: "", 2: "  ", 3: "    "}
_CLOSE_HEADINGS = frozenset({(1, 1), (2, 3)})
"""Levels of headings with no empty line between: models of which there is no more to say, a layer's first weight."""
_DEEPER = "    "


def lay_out(blocks: Iterable[Block], width: int | None, hints: Hints = COMMAND_LINE) -> Iterator[Line]:
    """The lines of a page that is ``width`` columns wide, or 20; with None no line is wrapped or cut.

    ``hints`` says how columns can be seen that have no room.
    """
    before: Block | None = None
    room = None if width is None else max(LEAST_WIDTH, width)
    for block in blocks:
        if before is not None and _apart(before, block):
            yield ()
        match block:
            case Heading():
                yield from _heading(block, room)
            case Paragraph():
                yield from _paragraph(block, room)
            case Table():
                yield from table_lines(block, room, hints)
            case Grid():
                yield from grid_lines(block, room)
            case HeatMap():
                yield from heat_map_lines(block, room)
            case Bars():
                yield from bar_lines(block, room)
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
        case HeatMap() | Bars():
            return False
        case Paragraph():
            return block.apart or (block.level == 1 and not isinstance(before, Heading))


def _heading(heading: Heading, width: int | None) -> Iterator[Line]:
    """The name, then its facts; what a narrow page has no room for goes on below."""
    indent = _HEADING_INDENT[heading.level]
    line: list[Span] = [(indent, "plain"), (f"{heading.word} " if heading.word else "", heading.tone)]
    room = None if width is None else width - max(_columns(line), len(indent + _DEEPER))
    for joint, text, style in _pieces(heading, room):
        if joint is not None and (width is None or _columns(line) + columns_of(joint + text) <= width):
            line += [(joint, "quiet"), (text, style)]
        else:
            yield tuple(line)
            line = [(indent + _DEEPER, "plain"), (text, style)]
    yield tuple(line)


def _pieces(heading: Heading, room: int | None) -> Iterator[tuple[str | None, str, Style]]:
    """The name and the facts, each in parts of at most so many columns, and what joins each to the part before."""
    texts = [visible_name(text) for text in (heading.name, *heading.facts)]
    for at, text in enumerate(texts):
        style: Style = "plain" if at else "title" if heading.level < 3 else "name"  # noqa: PLR2004 - a weight
        first, *others = [text] if room is None else wrapped(text, room)
        yield SEPARATOR if at else "", first, style
        yield from ((None, other, style) for other in others)


def _columns(line: Iterable[Span]) -> int:
    """Columns that a line takes."""
    return sum(columns_of(text) for text, _ in line)


def _paragraph(paragraph: Paragraph, width: int | None) -> Iterator[Line]:
    """The text, wrapped where the page has a width."""
    indent, text = _TEXT_INDENT[paragraph.level], visible(paragraph.text)
    lines = [text] if width is None else wrapped(text, width - len(indent))
    yield from (((indent + line, paragraph.tone),) for line in lines)
