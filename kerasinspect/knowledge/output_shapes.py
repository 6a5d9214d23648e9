"""Output shapes without Keras: what comes out of a layer, from its config and the shapes that go in."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.serialized import LARGEST, first_of, is_whole, mapping, word
from kerasinspect.knowledge.shapes.rule import Inputs, Outputs, Untold, need, objects, only
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Shape

_DEEPEST = 20
"""Wrappers in wrappers beyond this are not followed."""


def output_shape(class_name: str, config: JsonObject, inputs: Inputs) -> Outputs | None:
    """The shape that a layer puts out, or a tuple of shapes where it puts out several.

    A layer without inputs takes the shape that its own config names. None for a custom class, a Lambda, a nested
    Functional model, and wherever config and inputs do not decide the shape or contradict each other.
    """
    try:
        shape = _infer(class_name, config, inputs, 0)
    except Untold:
        return None
    sizes = chain.from_iterable(axis if isinstance(axis, tuple) else [axis] for axis in shape)
    return shape if all(size is None or 0 < size <= LARGEST for size in sizes) else None


def configured_input(config: JsonObject) -> Shape | None:
    """The input shape that a layer's config names, batch first: that of an InputLayer, or of a first layer."""
    shape = first_of(config, "batch_shape", "batch_input_shape")
    if not isinstance(shape, list | tuple):
        return None
    sizes = tuple(size for size in shape if size is None or is_whole(size))
    return sizes if len(sizes) == len(shape) else None


def _infer(class_name: str, config: JsonObject, inputs: Inputs, depth: int) -> Outputs:
    only(depth < _DEEPEST)
    spec = row_of(class_name)
    if not inputs or spec.is_input:
        inputs = [need(configured_input(config))]
    if spec.inner_shape is not None:
        return spec.inner_shape(config, inputs, _Below(depth + 1))
    return need(spec.shape)(config, inputs)


@dataclass(frozen=True, slots=True)
class _Below:
    """The layers inside a layer, at a depth of nesting."""

    depth: int

    def output(self, layer: JsonObject, inputs: Inputs) -> Outputs:
        """The output shape of a serialised layer; raises Untold where it is not decided."""
        class_name = need(word(layer, "class_name"))
        if row_of(class_name).is_input:  # first in a chain, it says what that takes
            return inputs[0]
        return _infer(class_name, mapping(layer, "config"), inputs, self.depth)

    def cells(self, cell: JsonObject) -> list[JsonObject]:
        """The cells of a serialised stack of cells, or the one cell itself; raises Untold for a stack of none."""
        stacked = [part for part in row_of(word(cell, "class_name") or "").sublayers if part.listed]
        cells = objects(mapping(cell, "config"), stacked[0].config_key) if stacked else [cell]
        only(len(cells) > 0)
        return cells

    def states(self, class_name: str) -> int | None:
        """How many states a cell of this class hands from step to step; None where it is none that is known."""
        return row_of(class_name).states or None
