"""Which axis runs along a layer's own units, which axes a layer passes on, and which one its kernel multiplies.

Axes are counted from the batch, which is axis 0. An axis is passed on where the positions of the output are those of
the input, one for one: what stands at channel 3 comes from channel 3. Normalisations and softmax mix the values of
channels, yet keep their places, and are among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.axes import SPREAD, channel_axis, einsum_terms, named_axes
from kerasinspect.knowledge.fans import wrapped_layer
from kerasinspect.knowledge.kinds import Passing
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.naming import places_of
from kerasinspect.knowledge.serialized import flag, mapping, whole, word

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject

_DEEPEST = 20
"""Layers in a TimeDistributed in a TimeDistributed beyond this are not followed."""


def passes_on(class_name: str, config: JsonObject) -> bool:
    """Whether what a layer puts out are the channels that come in, rather than its own."""
    return row_of(_at_each_step(class_name, config)[0]).passing is not Passing.NONE


def passed_axis(class_name: str, config: JsonObject, axis: int, rank: int) -> int | None:
    """The output axis along which the positions of an input axis go on; None where they end.

    ``rank`` is the number of axes that come in.
    """
    class_name, config, steps = _at_each_step(class_name, config)
    passed = _passed(class_name, config, axis - steps, rank - steps) if axis > steps else None
    return None if passed is None else passed + steps


def keeps_places(class_name: str, config: JsonObject) -> bool:
    """Whether what a layer passes on stays at its places along every axis, rather than within its channel alone."""
    return row_of(_at_each_step(class_name, config)[0]).passing in {Passing.EVERY_AXIS, Passing.NAMED_AXES}


def own_axis(class_name: str, config: JsonObject, rank: int) -> int:
    """The axis of an output of so many axes that runs along the layer's own units, filters or outputs."""
    class_name, config, steps = _at_each_step(class_name, config)
    return _worked_axis(*wrapped_layer(class_name, config), rank - steps) + steps


def multiplied_axis(class_name: str, config: JsonObject, place: int, rank: int) -> int | None:
    """The axis of an input of so many axes along which axis ``place`` of the layer's kernel runs.

    None where it runs along none of them, or along several at once.
    """
    class_name, config = wrapped_layer(class_name, config)
    spec = row_of(class_name)
    if spec.is_equation:
        return _einsum_axis(config, place, rank)
    if spec.is_local and whole(config, "implementation") != SPREAD:
        return None
    return _worked_axis(class_name, config, rank)


def _at_each_step(class_name: str, config: JsonObject) -> tuple[str, JsonObject, int]:
    """The class and config of what a TimeDistributed applies at each step, and how many axes of steps it adds."""
    for steps in range(_DEEPEST):
        if not row_of(class_name).is_stepwise:
            return class_name, config, steps
        inner = mapping(config, "layer")
        class_name, config = word(inner, "class_name") or "", mapping(inner, "config")
    return "", {}, 0


def _passed(class_name: str, config: JsonObject, axis: int, rank: int) -> int | None:
    """The output axis along which the positions of an input axis go on, for a layer that no other one wraps."""
    is_channel = axis == channel_axis(config, rank)
    match row_of(class_name).passing:
        case Passing.EVERY_AXIS:
            return axis
        case Passing.NAMED_AXES:
            return axis if axis in named_axes(config, rank) else None
        case Passing.CHANNELS if is_channel:
            return axis
        case Passing.CHANNELS_ALONE if is_channel:
            return axis if flag(config, "keepdims", default=False) else 1
        case Passing.BEHIND_STEPS if is_channel:
            return axis + 1
        case _:
            return None


def _worked_axis(class_name: str, config: JsonObject, rank: int) -> int:
    """The axis that a layer's kernel multiplies, and that its units lie along."""
    axis = channel_axis(config, rank)
    places = places_of(class_name) if row_of(class_name).reads_pictures else None
    # A sequence of pictures has its steps before the channels; its last picture alone has none.
    return rank - 1 - places if places and axis == 1 else axis


def _einsum_axis(config: JsonObject, place: int, rank: int) -> int | None:
    """The input axis of one letter of an EinsumDense kernel."""
    terms = einsum_terms(config)
    if terms is None or place >= len(terms[1]) or terms[1][place] not in terms[0]:
        return None
    at = terms[0].index(terms[1][place])
    from_end = (word(config, "equation") or "").startswith("...")
    return rank - len(terms[0]) + at if from_end else at
