"""Draws blocks as HTML for a notebook: pictures as SVG, paragraphs, and everything else as the text of a page.

Nothing in it is loaded, run or styled from elsewhere, and its words have the colour of the page around it.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from kerasinspect.names import cut
from kerasinspect.output.blocks import Bars, HeatMap, Paragraph
from kerasinspect.output.formats.terminal import text_lines
from kerasinspect.output.layout.heat_maps import colour_of
from kerasinspect.shown.escaping import printable, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.output.blocks import Block, Picture, Strip

_GAP, _LINE = 14, 14
"""Pixels between two pictures, and of a line of words."""
_SMALLEST, _LARGEST, _PICTURE = 7, 22, 66
"""Pixels of a cell, at least and at most, and of the picture that small ones are made to fill."""
_CHARACTER = 6.2
"""Pixels of a character, about."""
_LONGEST = 24
"""Characters of a label in a picture."""
_HIGH = 90
"""Pixels of the highest bar of a histogram."""
_POINT = 2
"""Pixels from the middle of a point to its edge."""
_BAR, _CURVE = "#4393c3", "#b35806"


def html_of(blocks: Iterable[Block]) -> str:
    """The blocks, one below the other."""
    return "".join(map(_html, blocks))


def _html(block: Block) -> str:
    """One block."""
    match block:
        case Paragraph():
            return f"<p>{escape(visible(block.text))}</p>"
        case HeatMap():
            return "".join(_strip(strip) for strip in block.strips) + f"<p>{escape(_scale(block))}</p>"
        case Bars():
            return _bars(block)
        case _:
            return f"<pre>{escape(''.join(text_lines([block], None, colour=False)))}</pre>"


def _scale(block: HeatMap) -> str:
    """What the colours of a heat map mean."""
    said = f"blue -{block.scale} · white 0 · orange {block.scale}" if block.scale != "0" else "all zero"
    return f"{said} · black: NaN or infinite" if block.is_flawed else said


def _svg(width: float, height: float, said: str, parts: Iterable[str]) -> str:
    """A picture with what is said of it to those who cannot see it."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    start = f'<svg {size} role="img" aria-label="{escape(printable(said))}" font-size="11" font-family="sans-serif">'
    return f"{start}{''.join(parts)}</svg>"


def _text(left: float, top: float, text: str, anchor: str = "start") -> str:
    """A label at a place; nothing where it has no words."""
    shown = escape(printable(cut(text, _LONGEST)))
    return (
        f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}" fill="currentColor">{shown}</text>' if text else ""
    )


def _rectangle(left: float, top: float, width: float, height: float, colour: str) -> str:
    """A rectangle of one colour."""
    return f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" fill="{colour}"/>'


def _strip(strip: Strip) -> str:
    """Heat maps side by side, with the labels of their first and last rows at the left."""
    cell = min(_LARGEST, max(_SMALLEST, _PICTURE // max(len(picture.cells[0]) for picture in strip.pictures)))
    first, last = (strip.labels[0], strip.labels[-1]) if len(strip.labels) > 1 else ("", "")
    margin = _CHARACTER * max(min(_LONGEST, len(printable(label))) for label in (first, last)) + 6
    high = cell * len(strip.pictures[0].cells)
    parts, left = [_text(margin - 4, 2 * _LINE - 2, first, "end")], margin
    if high >= 2 * _LINE:
        parts.append(_text(margin - 4, _LINE + high - 2, last, "end"))
    for picture in strip.pictures:
        parts += _picture(picture, left, cell)
        left += max(cell * len(picture.cells[0]), _CHARACTER * min(_LONGEST, len(picture.title))) + _GAP
    title = f"<p>{escape(visible(strip.title))}</p>" if strip.title else ""
    return title + _svg(left, high + 2 * _LINE + 4, "heat map", parts)


def _picture(picture: Picture, left: float, cell: int) -> Iterator[str]:
    """One heat map: its title, cells of one colour together, and the labels of its columns."""
    yield _text(left, _LINE - 3, picture.title)
    for row, cells in enumerate(picture.cells):
        at = left
        for colour, run in groupby(map(colour_of, cells)):
            width = cell * sum(1 for _ in run)
            yield _rectangle(at, _LINE + row * cell, width, cell, colour)
            at += width
    below = _LINE + cell * len(picture.cells) + _LINE - 2
    first, last = picture.ends
    wide = cell * len(picture.cells[0])
    if len(first) * _CHARACTER <= wide + _GAP:
        yield _text(left, below, first)
    if (len(first) + len(last) + 1) * _CHARACTER <= wide:
        yield _text(left + wide, below, last, "end")


def _point(middle: float, height: float) -> str:
    """What is expected of a bar, as a page of text has it: a point, or an arrow where that is beyond the picture."""
    if height > 1:
        return f'<text x="{middle:g}" y="{_LINE + 8}" text-anchor="middle" fill="{_CURVE}">↑</text>'
    return f'<circle cx="{middle:g}" cy="{_LINE + _HIGH * (1 - height):.1f}" r="{_POINT}" fill="{_CURVE}"/>'


def _bars(block: Bars) -> str:
    """A histogram, the curve of what was expected over it, and the numbers at its ends."""
    each = min(48, max(5, 320 // len(block.heights)))
    wide = each * len(block.heights)
    bars = (
        _rectangle(number * each, _LINE + _HIGH * (1 - height), each - 1, _HIGH * height, _BAR)
        for number, height in enumerate(block.heights)
    )
    points = (_point((number + 0.5) * each, height) for number, height in enumerate(block.curve) if height)
    ends = _text(0, _HIGH + 2 * _LINE, block.ends[0]) + _text(wide, _HIGH + 2 * _LINE, block.ends[1], "end")
    said = f"histogram from {block.ends[0]} to {block.ends[1]}"
    return _svg(wide, _HIGH + 2 * _LINE + 6, said, [_text(0, _LINE - 3, block.top), *bars, *points, ends])
