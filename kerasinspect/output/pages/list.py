"""``list`` as blocks: a line for each array that says which one it is, its shape, and what its numbers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kerasinspect.analysis.damage import Unread
from kerasinspect.output.arrays.histograms import spark
from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.pages.head import extras_blocks, fingerprint_blocks, head_blocks
from kerasinspect.output.phrases import array_in_words
from kerasinspect.output.wording import counted, first_few, no_weights, shape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.inspection import Inspection, WeightInspection
    from kerasinspect.model import Layer, Weight

_COLUMNS = (
    Column("weight", shrinks=True),
    Column("shape"),
    Column("what it is", optional=True, telling=True),
    Column("dtype", optional=True),
    Column("parameters", numeric=True, optional=True),
)

_SPARK, _HASH = Column("spread"), Column("sha256")
_DIGITS = 16

_MARKS = {
    "[?]": "[?]: no position in get_weights() is known.",
    "[-]": "[-]: stored here, but no entry of get_weights() of its own.",
}
"""What stands for a position that there is none of, with its meaning."""

_UNBUILT_LISTED = 8
"""Layers without weights yet that are named; of more only the number is said."""


def list_blocks(inspection: Inspection, *, hashes: bool = False, sparks: bool = False) -> Iterator[Block]:
    """The page of ``list``, with hashes and small histograms where they are asked for."""
    yield from head_blocks(inspection.model)
    yield from weight_lines(inspection, hashes=hashes, sparks=sparks)
    if inspection.weights:
        yield from _unbuilt(inspection, 2)
    beside = [*extras_blocks(inspection.extra_totals), *(_of_hashes(inspection) if hashes else ())]
    yield from (Paragraph(block.text, block.tone, 2) for block in beside)


def _of_hashes(inspection: Inspection) -> Iterator[Paragraph]:
    """What is to be said of the hashes, and the fingerprint of the model, for which all of its weights are read."""
    if inspection.weights:
        yield Paragraph(f"sha256: the first {_DIGITS} of 64 digits; --format json has all of them", "quiet")
    yield from fingerprint_blocks(inspection.fingerprint)
    if inspection.fingerprint is None:
        yield Paragraph("no fingerprint: only some weights are listed, and it is of all of them", "quiet")


def weight_lines(inspection: Inspection, *, hashes: bool = False, sparks: bool = False) -> Iterator[Block]:
    """A line for each weight that is listed, with what was asked for beside it, and what the marks in them mean."""
    weights = inspection.weights
    if not weights:
        yield from _without_weights(inspection)
        return
    positions = [_position(inspected.weight) for inspected in weights]
    room = max(len(_position(weight)) for weight in inspection.model.weights)
    marks = [f"{position:<{room}}" for position in positions]
    rows = (_row(mark, inspected, hashes=hashes, sparks=sparks) for mark, inspected in zip(marks, weights, strict=True))
    columns = (*_COLUMNS, *([_SPARK] if sparks else []), *([_HASH] if hashes else []))
    yield Table(columns, tuple(rows), titled=False)
    yield from (Paragraph(meaning, "quiet", 2) for mark, meaning in _MARKS.items() if mark in positions)
    if sparks:
        yield Paragraph(_about_sparks(weights), "quiet", 2)


def _about_sparks(weights: Sequence[WeightInspection]) -> str:
    """What the small histograms show, and of how many arrays they leave out a few values."""
    cut = sum(1 for one in weights if not isinstance(one.histogram, Unread) and one.histogram.reach)
    said = "spread: how many values lie where, the smallest at the left"
    return f"{said}; of {counted(cut, 'array')} without those farthest out, 1% at most" if cut else said


def _position(weight: Weight) -> str:
    """The position in ``get_weights()`` in brackets, or what stands for it."""
    if weight.index is not None:
        return f"[{weight.index}]"
    return "[?]" if weight.has_entry else "[-]"


def _row(position: str, inspected: WeightInspection, *, hashes: bool, sparks: bool) -> Row:
    """The line of one weight."""
    weight = inspected.weight
    parameters = f"{weight.parameters:,}"
    cells = (weight.path, shape_text(weight.shape), array_in_words(weight), weight.dtype, parameters)
    beside = [spark(inspected.histogram)] if sparks else []
    return Row((*cells, *beside, *([_hash(inspected.sha256)] if hashes else [])), mark=position)


def _hash(digest: str | Unread) -> str:
    """The first digits of a hash, which tell arrays apart; the JSON has all of them."""
    return "cannot be read" if isinstance(digest, Unread) else digest[:_DIGITS]


def _without_weights(inspection: Inspection) -> Iterator[Block]:
    """What stands in the place of a list without weights."""
    unbuilt = [*_unbuilt(inspection, 1)]
    yield from unbuilt or [Paragraph(no_weights(inspection.model))]


def _unbuilt(inspection: Inspection, level: Literal[1, 2]) -> Iterator[Block]:
    """One line for the layers that have no weights yet."""
    names = [inspected.layer.path for inspected in inspection.walk() if _is_unbuilt(inspected.layer)]
    if names:
        yield Paragraph(
            f"no weights yet (Keras creates them at the first call): {first_few(names, _UNBUILT_LISTED)}", level=level
        )


def _is_unbuilt(layer: Layer) -> bool:
    """Whether Keras has yet to create the weights of a layer."""
    return layer.built is False and not (layer.weights or layer.layers or layer.weightless)
