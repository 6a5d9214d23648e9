"""Blocks as lines, and lines as Textual draws them: laid out as everywhere, so that words and numbers are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from kerasinspect.output.colours import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.output.blocks import Block
    from kerasinspect.output.layout.spans import Line


def lines_of(blocks: Iterable[Block], width: int) -> list[Line]:
    """The lines of a page that is so many columns wide; those that come onto the screen become strips there."""
    from kerasinspect.browse.hints import HINTS  # noqa: PLC0415 - after the first painting
    from kerasinspect.output.layout.lines import lay_out  # noqa: PLC0415 - as above

    return [*lay_out(blocks, width, HINTS)]


def strip_of(line: Line) -> Strip:
    """One line, each stretch of it in its style."""
    return Strip([Segment(text, look_of(style)) for text, style in line])
