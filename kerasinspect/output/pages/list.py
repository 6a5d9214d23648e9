"""``list`` as blocks: a line for each array that says which one it is, its shape, and what its numbers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.pages.head import extras_blocks, head_blocks
from kerasinspect.output.phrases import array_in_words
from kerasinspect.output.wording import no_weights, shape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.inspection import Inspection
    from kerasinspect.model import Layer, Weight

_COLUMNS = (
    Column("weight", shrinks=True),
    Column("shape"),
    Column("what it is", optional=True),
    Column("dtype", optional=True),
    Column("parameters", numeric=True, optional=True),
)

_MARKS = {
    "[?]": "[?]: no position in get_weights() is known.",
    "[-]": "[-]: stored here, but no entry of get_weights() of its own.",
}
"""What stands for a position that there is none of, with its meaning."""

_UNBUILT_LISTED = 8
"""Layers without weights yet that are named; of more only the number is said."""


def list_blocks(inspection: Inspection) -> Iterator[Block]:
    """The page of ``list``."""
    yield from head_blocks(inspection.model)
    yield from weight_lines(inspection)
    if inspection.weights:
        yield from _unbuilt(inspection, 2)
    yield from (Paragraph(block.text, block.tone, 2) for block in extras_blocks(inspection.extra_totals))


def weight_lines(inspection: Inspection) -> Iterator[Block]:
    """A line for each weight that is listed, and what the marks in them mean."""
    weights = [inspected.weight for inspected in inspection.weights]
    if not weights:
        yield from _without_weights(inspection)
        return
    positions = [_position(weight) for weight in weights]
    room = max(len(_position(weight)) for weight in inspection.model.weights)
    rows = (_row(f"{position:<{room}}", weight) for position, weight in zip(positions, weights, strict=True))
    yield Table(_COLUMNS, tuple(rows), titled=False)
    yield from (Paragraph(meaning, "quiet", 2) for mark, meaning in _MARKS.items() if mark in positions)


def _position(weight: Weight) -> str:
    """The position in ``get_weights()`` in brackets, or what stands for it."""
    if weight.index is not None:
        return f"[{weight.index}]"
    is_counted = weight.same_as is None and (weight.remark is None or weight.remark.kind != "lora-rank")
    return "[?]" if is_counted else "[-]"


def _row(position: str, weight: Weight) -> Row:
    """The line of one weight."""
    parameters = f"{weight.parameters:,}"
    cells = (weight.path, shape_text(weight.shape), array_in_words(weight), weight.dtype, parameters)
    return Row(cells, mark=position)


def _without_weights(inspection: Inspection) -> Iterator[Block]:
    """What stands in the place of a list without weights."""
    unbuilt = [*_unbuilt(inspection, 1)]
    yield from unbuilt or [Paragraph(no_weights(inspection.model))]


def _unbuilt(inspection: Inspection, level: Literal[1, 2]) -> Iterator[Block]:
    """One line for the layers that have no weights yet."""
    names = [inspected.layer.path for inspected in inspection.walk() if _is_unbuilt(inspected.layer)]
    if names:
        yield Paragraph(f"no weights yet (Keras creates them at the first call): {_several(names)}", level=level)


def _is_unbuilt(layer: Layer) -> bool:
    """Whether Keras has yet to create the weights of a layer."""
    return layer.built is False and not (layer.weights or layer.layers or layer.weightless)


def _several(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _UNBUILT_LISTED
    return ", ".join(names[:_UNBUILT_LISTED]) + (f" and {more:,} more" if more > 0 else "")
