"""Lays a histogram out: bars beside an axis of shares and above one of numbers, with points where they are expected."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from kerasinspect.output.layout.sentences import wrapped
from kerasinspect.shown.escaping import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.output.blocks import Bars
    from kerasinspect.output.layout.spans import Line, Span

_INDENT = "    "
_LEVELS = "▁▂▃▄▅▆▇█"
_POINT, _BEYOND = "•", "↑"

_HEIGHT = 8
"""Lines of the bars."""

BAR_LINES = _HEIGHT + 2
"""Lines of a histogram with the axis below it."""


def bar_lines(bars: Bars, width: int | None) -> Iterator[Line]:
    """The bars from top to bottom, then an axis with the numbers at its ends."""
    margin = len(bars.top)
    for line in reversed(range(_HEIGHT)):
        said = bars.top if line == _HEIGHT - 1 else "0%" if line == 0 else ""
        yield (f"{_INDENT}{said:>{margin}} {'┤' if said else '│'}", "quiet"), *_bars_on(bars, line)
    span = len(bars.heights) * bars.wide
    yield ((f"{_INDENT}{' ' * margin} └{'─' * span}", "quiet"),)
    numbers = _numbers(bars, span)
    if numbers:
        yield ((f"{_INDENT}{' ' * margin}  {numbers}", "quiet"),)
        return
    said = " to ".join(bars.ends)
    for text in [said] if width is None else wrapped(said, width - len(_INDENT)):
        yield ((_INDENT + text, "quiet"),)


def _bars_on(bars: Bars, line: int) -> Iterator[Span]:
    """What one line has of the bars and the curve; neighbours of one style are one span."""
    curve = bars.curve or (None,) * len(bars.heights)
    signs = (_sign(height, point, line) for height, point in zip(bars.heights, curve, strict=True))
    for style, run in groupby(signs, key=lambda sign: sign[1]):
        yield "".join(sign * bars.wide for sign, _ in run), style


def _sign(height: float, point: float | None, line: int) -> Span:
    """What one line has of one bar: a part of it, or the point of the curve, which stands before the bar."""
    level = round(height * _HEIGHT * len(_LEVELS)) - line * len(_LEVELS)
    if height > 0 and line == 0:
        level = max(level, 1)  # a single value is seen, too
    if point and min(_HEIGHT - 1, int(point * _HEIGHT)) == line:
        return _BEYOND if point > 1 else _POINT, "curve on bar" if level >= len(_LEVELS) else "curve"
    return (" ", "plain") if level <= 0 else (_LEVELS[min(level, len(_LEVELS)) - 1], "bar")


def _numbers(bars: Bars, span: int) -> str:
    """The numbers at both ends, and a zero between them where there is room for it; nothing where there is none."""
    left, right = bars.ends
    room = span - columns_of(left) - columns_of(right)
    if room < 1:
        return ""
    between = list(" " * room)
    if bars.zero is not None:
        at = int(bars.zero * span) - columns_of(left)
        if 1 <= at < room - 1:
            between[at] = "0"
    return left + "".join(between) + right
