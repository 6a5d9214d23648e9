"""Makes the histogram of a weight for a page: its bars, what its initializer puts in each, and what is not drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.output.blocks import Bars, Block, Paragraph
from kerasinspect.output.figures import facts_on_no_numbers, short_number, undrawn
from kerasinspect.output.layout.spans import SEPARATOR
from kerasinspect.output.wording import counted, initializer_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.inspection import WeightInspection
    from kerasinspect.analysis.pictures.expected import Expected
    from kerasinspect.analysis.pictures.histogram import Histogram

_AROUND = 13
"""Columns left of the bars and right of them."""

_MOST_BINS, _LEAST_BINS = 64, 4

_WIDEST_BAR = 6

_TALLEST = 2.0
"""How many times as high as the bars the curve may be drawn; a higher one leaves the picture to the bars."""

_FEW = 0.001
"""A share below this is not worth a word."""

_LEVELS = "▁▂▃▄▅▆▇"
"""None reaches the line above, where the next small histogram may be."""

SPARK = 12
"""Signs of a small histogram in a row of a table."""


def bins_of_a_page(width: int | None) -> int:
    """How many bars have room on a page."""
    return _MOST_BINS if width is None else min(_MOST_BINS, max(_LEAST_BINS, width - _AROUND))


def histogram_blocks(inspected: WeightInspection, width: int | None) -> list[Block] | Unread:
    """The histogram of one weight, then what its bars and the curve are; reads all values.

    The inspection was made for ``bins_of_a_page`` of this width.
    """
    found = inspected.histogram
    if isinstance(found, Unread):
        return found
    if why := undrawn(inspected.values.array.dtype):
        return [Paragraph(why, "quiet", 3)]
    expected = inspected.expected
    facts = SEPARATOR.join(_facts(inspected, found, expected))
    if len(found.counts) <= 1:
        return [Paragraph(facts, "quiet", 3)]
    return [_bars(found, expected, bins_of_a_page(width)), Paragraph(facts, "quiet", 3)]


def spark(found: Histogram | Unread) -> str:
    """A small histogram as a line of signs, the fullest bin the highest; a bin without values is a gap."""
    if isinstance(found, Unread):
        return "cannot be read"
    most, last = max(found.counts, default=0), len(_LEVELS) - 1
    signs = "".join(_LEVELS[round(last * count / most)] if count else " " for count in found.counts)
    odd = ("NaN" if found.nan else "", "inf" if found.positive_infinity or found.negative_infinity else "")
    return " ".join(filter(None, (signs, *odd)))


def _bars(found: Histogram, expected: Expected | None, room: int) -> Bars:
    """The bars and the curve on one scale; a curve that is far higher goes beyond the picture."""
    shares = [count / found.finite for count in found.counts]
    curve = expected.shares if expected else ()
    top = _top(shares, curve)
    low, high = found.edges[0], found.edges[-1]
    return Bars(
        tuple(share / top for share in shares),
        f"{100 * top:.3g}%",
        (short_number(found.ends[0], 3), short_number(found.ends[1], 3)),
        -low / (high - low) if low < 0 < high else None,
        tuple(share / top for share in curve),
        max(1, min(_WIDEST_BAR, room // len(shares))),
    )


def _top(shares: Sequence[float], curve: Sequence[float]) -> float:
    """The share that the full height stands for."""
    highest, peak = max(shares), max(curve, default=0.0)
    return max(highest, peak) if peak <= _TALLEST * highest else highest


def _facts(inspected: WeightInspection, found: Histogram, expected: Expected | None) -> Iterator[str]:
    """What is drawn, what the points are, and which values are in no bar."""
    values = counted(found.finite, "value") + ("" if inspected.shows_all else " of the slice")
    if len(found.counts) > 1:
        yield f"{values}, one bar a number" if found.is_whole else f"{values} in {counted(len(found.counts), 'bin')}"
        yield from _beyond(found)
    elif found.counts:
        yield f"{values}, all {short_number(found.edges[0])}"
    else:
        yield "no finite values" if inspected.shows_all else "no finite values in the slice"
    yield from facts_on_no_numbers(found)
    initializer = inspected.weight.initializer
    if expected is not None and initializer is not None and len(found.counts) > 1:
        yield f"• what {initializer_in_words(initializer)} draws"
        peak = max(expected.shares)
        if peak > _top([count / found.finite for count in found.counts], expected.shares):
            yield f"↑ higher than drawn, up to {100 * peak:.3g}%"
        outside = expected.below + expected.above
        if outside > _FEW:
            yield f"{100 * outside:.3g}% of that lies outside"


def _beyond(found: Histogram) -> Iterator[str]:
    """How many values lie beyond the bars, on which side, and how far."""
    if found.reach is None:
        return
    sides = ((found.below, "below", found.reach[0]), (found.above, "above", found.reach[1]))
    said = (f"{count:,} {word}, to {short_number(end, 3)}" for count, word, end in sides if count)
    yield f"not drawn: {' and '.join(said)}"
