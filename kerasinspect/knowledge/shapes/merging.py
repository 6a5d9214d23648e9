"""Output shapes of layers that put several inputs together."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from kerasinspect.knowledge.serialized import first_of, is_whole, repeated, whole, whole_numbers, word
from kerasinspect.knowledge.shapes.rule import Inputs, Outputs, Untold, need, only

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Shape


def elementwise(_: JsonObject, inputs: Inputs) -> Outputs:
    """The inputs combined value by value, with axes of size one stretched."""
    only(all(len(shape) > 0 for shape in inputs))
    batches = {shape[0] for shape in inputs} - {None}
    batch = batches.pop() if len(batches) == 1 else None
    return (batch, *reduce(_broadcast, (shape[1:] for shape in inputs)))


def concatenate(config: JsonObject, inputs: Inputs) -> Outputs:
    """The inputs side by side along one axis."""
    axis = whole(config, "axis", "concat_axis")
    return _concatenated(inputs, -1 if axis is None else axis)


def dot(config: JsonObject, inputs: Inputs) -> Outputs:
    """What is left of two inputs that are summed over one axis of each."""
    only(len(inputs) == 2 and all(len(shape) > 1 for shape in inputs))  # noqa: PLR2004 - a pair
    one = whole(config, "axes", "dot_axes")
    if one is not None and one < 0:
        axes: tuple[int, ...] = tuple(one % len(shape) for shape in inputs)
    else:
        axes = need(repeated(config, 2, "axes", "dot_axes") or _nested_axes(config))
    first, second = (_without(shape, axis) for shape, axis in zip(inputs, axes, strict=True))
    shape = (*first, *second[1:])
    return shape if len(shape) > 1 else (*shape, 1)


def merge(config: JsonObject, inputs: Inputs) -> Outputs:
    """The inputs put together by the mode of Keras 1's Merge layer."""
    match word(config, "mode"):
        case "sum" | "mul" | "ave" | "max":
            return inputs[0]
        case "concat":
            return concatenate(config, inputs)
        case "dot" | "cos":
            return dot(config, inputs)
        case _:
            raise Untold


def _broadcast(one: Shape, other: Shape) -> Shape:
    """Two shapes stretched onto each other, aligned at the end; an axis that is open in one is open."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    kept = len(longer) - len(shorter)
    return (*longer[:kept], *(_stretched(*pair) for pair in zip(longer[kept:], shorter, strict=True)))


def _stretched(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return None
    only(one == other or 1 in {one, other})
    return other if one == 1 else one


def _concatenated(inputs: Inputs, axis: int) -> Shape:
    shape = inputs[0]
    only(-len(shape) <= axis < len(shape) and all(len(other) == len(shape) for other in inputs))
    lengths = [other[axis] for other in inputs]
    total = None if None in lengths else sum(length for length in lengths if length is not None)
    place = axis % len(shape)
    return (*shape[:place], total, *shape[place + 1 :])


def _nested_axes(config: JsonObject) -> tuple[int, ...] | None:
    """The axes of Keras 1's older form, one list for each input: ``[[1], [1]]``."""
    nested = first_of(config, "axes", "dot_axes")
    if not isinstance(nested, list):
        return None
    axes = [need(whole_numbers({"axes": side}, "axes")) for side in nested if not is_whole(side)]
    only(len(axes) == 2 and all(len(side) == 1 for side in axes))  # noqa: PLR2004 - a pair
    return tuple(side[0] for side in axes)


def _without(shape: Shape, axis: int) -> Shape:
    only(-len(shape) <= axis < len(shape))
    place = axis % len(shape)
    return (*shape[:place], *shape[place + 1 :])
