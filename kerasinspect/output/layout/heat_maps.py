"""Lays a heat map out: pictures side by side under their titles, labels at their edges, and below them the scale.

Colours go from blue through white to orange, which people tell apart whichever colours they see; black is no number.
Stops of the scale: ColorBrewer's RdBu and PuOr, https://colorbrewer2.org.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from kerasinspect.output.colours import Paint
from kerasinspect.output.layout.cutting import told_apart
from kerasinspect.output.layout.sentences import wrapped
from kerasinspect.output.layout.spans import GUTTER
from kerasinspect.shown.escaping import columns_of, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.output.blocks import HeatMap, Picture, Strip
    from kerasinspect.output.layout.spans import Line, Span

_INDENT = "    "
_STOPS = ((0x21, 0x66, 0xAC), (0x92, 0xC5, 0xDE), (0xF7, 0xF7, 0xF7), (0xFD, 0xB8, 0x63), (0xE6, 0x61, 0x01))
"""Red, green and blue at -1, -1/2, 0, 1/2 and 1."""

_NO_NUMBER = "#000000"

_STEPS = 16
"""Colours on either side of zero, so that a page has few different escapes."""

_SHADES = " ░▒▓█"
_ZERO, _FLAWED = "⋅", "!!"

_BETWEEN_LABELS = 4
"""Of lines that have two rows each, every so manieth has a label."""

_SCALE_COLUMNS = 25
"""Columns of the scale below the pictures."""


def heat_map_lines(block: HeatMap, width: int | None) -> Iterator[Line]:
    """Each strip of pictures, then the scale; the block was made for a page of this width."""
    margin = max(columns_of(visible_name(label)) for strip in block.strips for label in strip.labels)
    for number, strip in enumerate(block.strips):
        if number:
            yield ()
        yield from _strip(strip, block, margin, width)
    room = None if width is None else width - len(_INDENT)
    yield from (
        ((_INDENT, "plain"), *line) for line in (_sentence(block, room) if block.scale == "0" else _scale(block, room))
    )


def _strip(strip: Strip, block: HeatMap, margin: int, width: int | None) -> Iterator[Line]:
    """A title where there is one, the titles of the pictures, their lines, and the labels of their columns."""
    if strip.title:
        title = visible_name(strip.title)
        for line in [title] if width is None else wrapped(title, width - len(_INDENT)):
            yield (_INDENT, "plain"), (line, "quiet")
    widths = [len(picture.cells[0]) * block.wide for picture in strip.pictures]
    before = _INDENT + " " * margin
    titles = told_apart([picture.title for picture in strip.pictures], min(widths))
    if any(titles):
        yield (before, "plain"), (_in_columns(titles, widths), "quiet")
    rows = [_row(strip.pictures, at, block) for at in range(0, len(strip.labels), 1 + block.halves)]
    for at, row in enumerate(rows):
        label = visible_name(_label(strip.labels, at, len(rows), 1 + block.halves))
        yield (_INDENT + label + " " * (margin - columns_of(label)), "quiet"), *row
    ends = [_ends(picture.ends, width) for picture, width in zip(strip.pictures, widths, strict=True)]
    if any(ends):
        yield (before, "plain"), (_in_columns(ends, widths), "quiet")


def _label(labels: Sequence[str], line: int, lines: int, rows: int) -> str:
    """What stands beside a line: the label of its first row, or of the last of all rows, or nothing to leave room."""
    if line == lines - 1:
        return labels[-1]
    near_the_end = lines - 1 - line < _BETWEEN_LABELS // 2
    every = rows == 1 or lines <= _BETWEEN_LABELS
    return labels[line * rows] if every or (line % _BETWEEN_LABELS == 0 and not near_the_end) else ""


def _in_columns(texts: Iterable[str], widths: Iterable[int]) -> str:
    """A text over or under each picture, at its left."""
    return "".join(GUTTER + text + " " * (width - columns_of(text)) for text, width in zip(texts, widths, strict=True))


def _ends(ends: tuple[str, str], width: int) -> str:
    """The labels of the first and the last column, where there is room for both; else nothing."""
    first, last = map(visible_name, ends)
    between = width - columns_of(first) - columns_of(last)
    if first == last:
        return first if columns_of(first) <= width else ""
    return first + " " * between + last if between > 0 else ""


def _row(pictures: Iterable[Picture], at: int, block: HeatMap) -> Iterator[Span]:
    """One line of all pictures; neighbours of one look are one span."""
    for picture in pictures:
        yield GUTTER, "plain"
        if not block.is_painted:
            yield "".join(map(_shade, picture.cells[at])), "plain"
            continue
        below = picture.cells[at + 1] if block.halves and at + 1 < len(picture.cells) else ()
        looks = (
            _stacked(picture.cells[at], below) if block.halves else (("█", _paint(cell)) for cell in picture.cells[at])
        )
        for look, run in groupby(looks):
            yield look[0] * (block.wide * sum(1 for _ in run)), look[1]


def _stacked(above: Sequence[float | None], below: Sequence[float | None]) -> Iterator[tuple[str, Paint]]:
    """Half blocks, each the cell of one row over that of the next, or over nothing at the end."""
    under = [colour_of(cell) for cell in below] or [""] * len(above)
    yield from (("▀", Paint(colour_of(cell), back)) for cell, back in zip(above, under, strict=True))


def _paint(cell: float | None) -> Paint:
    """The colour of a cell."""
    return Paint(colour_of(cell))


def colour_of(cell: float | None) -> str:
    """The colour of a number from -1 to 1, and black for none."""
    return _NO_NUMBER if cell is None else _blend(round(cell * _STEPS))


@lru_cache(maxsize=2 * _STEPS + 1)
def _blend(step: int) -> str:
    """One of the colours from blue to orange, between two of the stops."""
    place = (step / _STEPS + 1) / 2 * (len(_STOPS) - 1)
    at = min(int(place), len(_STOPS) - 2)
    mixed = (round(low + (high - low) * (place - at)) for low, high in zip(*_STOPS[at : at + 2], strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _shade(cell: float | None) -> str:
    """Two characters for a cell: a shade twice, behind a minus where it is below zero."""
    if cell is None:
        return _FLAWED
    shade = _SHADES[round(abs(cell) * (len(_SHADES) - 1))]
    return f"{_ZERO} " if shade == " " else f"-{shade}" if cell < 0 else shade * 2


def _sentence(block: HeatMap, room: int | None) -> Iterator[Line]:
    """What is said in the place of a scale where no cell is other than zero."""
    pictures = (picture for strip in block.strips for picture in strip.pictures)
    numbers = any(cell is not None for picture in pictures for row in picture.cells for cell in row)
    said = "every cell is 0" if numbers else "every cell has NaN or infinities"
    yield from (((line, "quiet"),) for line in ([said] if room is None else wrapped(said, room)))
    if numbers and block.is_flawed:
        yield _flaw(block)


def _scale(block: HeatMap, room: int | None) -> Iterator[Line]:
    """What the colours or shades stand for, on one line where there is room."""
    flaws = (_flaw(block),) if block.is_flawed else ()
    low, high = f"-{block.scale}", block.scale
    line: Line = (
        (f"{low} ", "quiet"),
        *_samples(block),
        (f" {high}", "quiet"),
        *(((GUTTER, "plain"), *flaws[0]) if flaws else ()),
    )
    if room is None or sum(columns_of(text) for text, _ in line) <= room:
        yield line
        return
    yield tuple(_samples(block, narrow=True))
    yield from (((text, "quiet"),) for text in wrapped(f"{low} to {high}", room))
    yield from flaws


def _flaw(block: HeatMap) -> Line:
    """What a cell that has NaN or infinities looks like."""
    return ("██", _paint(None)) if block.is_painted else (_FLAWED, "warning"), (" NaN or infinite", "quiet")


def _samples(block: HeatMap, *, narrow: bool = False) -> Iterator[Span]:
    """Some of the colours or shades from one end of the scale to the other."""
    if block.is_painted:
        half = _SCALE_COLUMNS // (8 if narrow else 2)
        yield from (("█", _paint(at / half)) for at in range(-half, half + 1))
        return
    shades = len(_SHADES) - 1
    yield " ".join(_shade(at / shades).strip() for at in range(-shades, shades + 1, shades if narrow else 1)), "plain"
