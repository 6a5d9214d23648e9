"""The rule about layers that normalize over a single value, so that little or nothing of it is left."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from kerasinspect.analysis.interface import output_layers
from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.kinds import Remains
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.serialized import is_whole, whole, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.model import Layer, Shape

_LEFT = {
    Remains.NOTHING: "so that its output does not depend on its input",
    Remains.SIGN: "so that only the sign of its input is left",
    Remains.ONE: "so that its output is always 1",
}
"""What is left of a single value."""


def normalised_alone(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer normalizes over an axis of size 1.

    Of a single value nothing is left once its mean is taken away, and only its sign once it is divided by its size:
    everything before the layer is lost.

    Normalize over the axis that has the values, or leave the layer out.
    """
    outputs = {layer.path for layer in output_layers(evidence.model)}  # KI209 is about their activations
    for layer in evidence.model.walk():
        remains = row_of(layer.class_name).remains if layer.known else None
        if remains is not None and _values_together(layer) == 1:
            left = Remains.SIGN if layer.config.get("rms_scaling") is True else remains
            yield Hit(layer.path, f"It normalizes over a single value, {_LEFT[left]}.")
        elif layer.known and layer.activation == "softmax" and layer.path not in outputs and _last_is_one(layer):
            yield Hit(layer.path, "Its softmax runs over a single value, so that its output is always 1.")


def _values_together(layer: Layer) -> int | None:
    """How many values a layer normalizes together; None where neither an array nor the graph tells."""
    is_grouped = "groups" in layer.config
    for weight in layer.weights:
        if weight.name in {"gamma", "beta", "scale"} and not is_grouped:
            return weight.parameters
    sizes, axes = _sizes_of(layer), _axes_of(layer)
    if sizes is None or not axes or not all(-len(sizes) <= axis < len(sizes) for axis in axes):
        return None
    if not is_grouped:
        return _product_of([sizes[axis] for axis in axes])
    channels, all_of_them = sizes[axes[0]], _product_of(sizes[1:])
    groups = whole(layer.config, "groups") or 1
    if channels is None or all_of_them is None:
        return None
    return all_of_them // (channels if groups < 0 else groups)


def _axes_of(layer: Layer) -> tuple[int, ...]:
    """The axes that a layer normalizes over, or whose parts it groups; none where the config is wrong."""
    axis = layer.config.get("axis", -1)
    return (axis,) if is_whole(axis) else whole_numbers(layer.config, "axis") or ()


def _sizes_of(layer: Layer) -> Shape | None:
    """The shape of the one tensor that a layer takes; None where that is unknown."""
    shape = layer.input_shape
    return None if shape is None else tuple(size for size in shape if not isinstance(size, tuple)) or None


def _product_of(sizes: Sequence[int | None]) -> int | None:
    """The product of sizes; None where one of them is open."""
    known = [size for size in sizes if size is not None]
    return prod(known) if len(known) == len(sizes) else None


def _last_is_one(layer: Layer) -> bool:
    """Whether the last axis of what a layer gives has one value."""
    shape = layer.output_shape
    return shape is not None and shape[-1:] == (1,)
