"""What a notebook shows of a weight: what it is, its heat map and its histogram; and of a model, some of them."""

from __future__ import annotations

from html import escape
from math import prod
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.inspection import InspectionOptions, WeightInspection
from kerasinspect.errors import InspectError
from kerasinspect.output.arrays.heat_maps import draw_heat_map
from kerasinspect.output.arrays.histograms import histogram_blocks
from kerasinspect.output.blocks import Paragraph
from kerasinspect.output.formats.html import html_of
from kerasinspect.output.show_options import GridOptions
from kerasinspect.output.wording import counted, shape_in_words
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model import Model, Weight
    from kerasinspect.output.blocks import Block

_MOST_BYTES = 32 << 20
"""Bytes that are read of a weight to show it: a notebook shows whatever stands at the end of a cell."""

_COLUMNS = 64
"""Columns of a page for which pictures are made, each of them a cell."""

_PAGE = GridOptions(width=_COLUMNS, painted=True)

_SMALL_COLUMNS = 40
"""Columns of a page for which small pictures are made."""

_MOST_SMALL, _MOST_SMALL_BYTES, _MOST_CHARACTERS = 6, 4 << 20, 200_000
"""Weights of a model of which there are pictures, bytes that are read for them, and characters of all of them."""


def weight_html(weight: Weight) -> str:
    """A weight as HTML; what cannot be read of it, or is too large to be read for this, is said in its place."""
    index = "" if weight.index is None else f"[{weight.index}]"
    facts = (weight.path, shape_in_words(weight.shape, weight.axes), weight.dtype, index, weight.layer_class)
    caption = " · ".join(visible_name(fact) for fact in facts if fact)
    return f"<div><p><b>{escape(caption)}</b></p>{html_of(_pictures(weight))}</div>"


def pictures_html(model: Model) -> str:
    """Small pictures of the first weights of a model with two axes and more, and of how many of them these are.

    Weights that are too large to be read for this are passed over; nothing where there are none, or where the model is
    closed.
    """
    able = [weight for weight in model.weights if len(weight.numbers().shape) > 1]
    shown: list[str] = []
    left, room = _MOST_SMALL_BYTES, _MOST_CHARACTERS
    for weight in able:
        drawn = _small(weight, left) if len(shown) < _MOST_SMALL else ""
        if drawn and len(drawn) <= room:
            shown.append(drawn)
            left, room = left - weight.numbers().nbytes, room - len(drawn)
    if not shown:
        return ""
    rest = "" if len(shown) == len(able) else "; a weight at the end of a cell shows its own"
    return f"<div>{''.join(shown)}<p>Pictures of {len(shown):,} of {counted(len(able), 'weight')}{rest}.</p></div>"


def _small(weight: Weight, most: int) -> str:
    """The small pictures of one weight under its name; nothing where it is larger than that, or cannot be read."""
    if weight.numbers().nbytes > most:
        return ""
    inspected = WeightInspection(weight, 0, InspectionOptions(bins=_SMALL_COLUMNS, bulk=True), Damage())
    try:
        pictures = html_of([*_drawn(inspected, None, GridOptions(width=_SMALL_COLUMNS, painted=True))])
    except InspectError:
        return ""
    name = visible_name(weight.path)
    return f"<details><summary>{escape(name)} {escape(str(weight.numbers().shape))}</summary>{pictures}</details>"


def _pictures(weight: Weight) -> Iterator[Block]:
    """The pictures of a weight, or why there are none."""
    shape = weight.numbers().shape
    size = weight.numbers().nbytes
    rows = _MOST_BYTES * shape[0] // size if size > _MOST_BYTES and shape else None
    if rows == 0:
        yield Paragraph(f"One row of it has more than {_MOST_BYTES >> 20} MB: nothing was read.")
        return
    parts = (...,) if rows is None else (slice(0, rows), ...)
    inspected = WeightInspection(weight, 0, InspectionOptions(parts, bins=_COLUMNS, bulk=True), Damage())
    try:
        yield from _drawn(inspected, rows, _PAGE)
    except InspectError as error:
        yield Paragraph(str(error))


def _drawn(inspected: WeightInspection, rows: int | None, page: GridOptions) -> Iterator[Block]:
    """The heat map and the histogram; of a large weight those of its first rows alone."""
    yield from [] if prod(inspected.weight.numbers().shape) == 1 else draw_heat_map(inspected, page)
    blocks = histogram_blocks(inspected, page.width)
    yield from [Paragraph(blocks.message)] if isinstance(blocks, Unread) else blocks
    if rows is not None:
        whole = f"{inspected.weight.numbers().shape[0]:,}"
        yield Paragraph(f"From the first {rows:,} of {whole} rows: more than {_MOST_BYTES >> 20} MB are not read here.")
