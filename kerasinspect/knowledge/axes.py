"""What runs along the axes of kernels and of inputs, where the config tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.serialized import first_of, whole, whole_numbers, word
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject

SPATIAL = {1: ("step",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""The names of spatial axes, by their number."""
SPREAD = 2
"""The way of a locally connected layer to keep its kernel with an axis for the channels alone."""
_SPARSE = 3
"""Its way to keep one number for each connection."""
SHARED = "shared"
"""The axis of a weight that has one number for all places along it."""
_MOST = 64
"""The most axes that an array of numpy has."""
_EQUATION = late_pattern(r"(?:\.\.\.)?([A-Za-z]+)(?:\.\.\.)?,([A-Za-z]+)->(?:\.\.\.)?([A-Za-z]+)(?:\.\.\.)?")


def by_order(axes: tuple[str, ...], config: JsonObject) -> tuple[str, ...] | None:
    """The axes of a convolution kernel of Keras 1, given as its TensorFlow order has them: spatial axes first.

    In Theano's order (``th``) the last two come first, swapped; a config that says neither leaves them unknown.
    """
    orders = {"tf": axes, "th": (axes[-1], axes[-2], *axes[:-2])}
    return orders.get(word(config, "dim_ordering") or "")


def by_implementation(rank: int, config: JsonObject) -> tuple[str, ...] | None:
    """The kernel axes of a locally connected layer, which tf.keras stores in three ways.

    Source: ``implementation`` in keras/layers/locally_connected of Keras 2.3 to 2.15.
    """
    inside, outside = SPATIAL[rank], tuple(f"output {name}" for name in SPATIAL[rank])
    first = word(config, "data_format") == "channels_first"
    spread = ("input", *inside, "filter", *outside) if first else (*inside, "input", *outside, "filter")
    way = config.get("implementation")
    return {SPREAD: spread, _SPARSE: ("connection",)}.get(way) if isinstance(way, int) else None


def einsum_terms(config: JsonObject) -> tuple[str, str, str] | None:
    """The letters of an EinsumDense equation: input, kernel, output, without the dots."""
    match = _EQUATION.fullmatch(word(config, "equation") or "")
    return (match[1], match[2], match[3]) if match else None


def einsum_kernel_axes(config: JsonObject) -> tuple[str, ...] | None:
    """The kernel axes of an EinsumDense: letters summed over are inputs, letters only put out are units.

    A letter that input, kernel and output share has a kernel of its own at each position.
    """
    terms = einsum_terms(config)
    if terms is None:
        return None
    inputs, kernel, output = terms
    return tuple("input" if letter not in output else "position" if letter in inputs else "unit" for letter in kernel)


def einsum_bias_axes(config: JsonObject) -> tuple[str, ...] | None:
    """The bias axes of an EinsumDense: those of the output from the first of its ``bias_axes`` on."""
    terms, letters = einsum_terms(config), word(config, "bias_axes")
    if terms is None or not letters:
        return None
    inputs, _, output = terms
    first = min((output.index(letter) for letter in letters if letter in output), default=0)
    return tuple("position" if letter in inputs else "unit" for letter in output[first:])


def channel_axis(config: JsonObject, rank: int) -> int:
    """The axis of the channels of a picture or a sequence of this rank, counted from the batch."""
    first = word(config, "data_format") == "channels_first" or word(config, "dim_ordering") == "th"
    return 1 if first else rank - 1


def joined_axis(config: JsonObject, rank: int) -> int | None:
    """The axis along which inputs of this rank are put side by side; None where they have no such axis."""
    told = first_of(config, "axis", "concat_axis")
    axis = -1 if told is None else whole({"axis": told}, "axis")
    return axis % rank if axis is not None and -rank <= axis < rank else None


def permuted_axis(config: JsonObject, axis: int) -> int | None:
    """Where an axis of the input lies once the axes behind the batch are in the order that the config names."""
    order = whole_numbers(config, "dims") or ()
    return order.index(axis) + 1 if axis in order else None


def named_axes(config: JsonObject, rank: int) -> tuple[int, ...]:
    """The axes that a normalisation keeps apart; its last one where it does not say."""
    axis = whole(config, "axis")
    axes = (-1,) if config.get("axis") is None else (axis,) if axis is not None else whole_numbers(config, "axis") or ()
    return tuple(axis % rank for axis in axes if -rank <= axis < rank)


def kept_apart(config: JsonObject) -> tuple[str, ...] | None:
    """The axes of what a normalization scales by where it keeps several axes of its input apart: places, not channels.

    Only the last axis of the input is known to be that of its channels.
    """
    several = whole_numbers(config, "axis") or ()
    return tuple("channel" if axis == -1 else "position" for axis in several) if len(several) > 1 else None


def shared_along(config: JsonObject) -> tuple[str, ...] | None:
    """The axes of what an activation learns: one number for all places along an axis that the config shares.

    ``shared_axes`` counts from 1, which is the axis behind the batch. Source: ``PReLU.build`` of Keras 1 to 3.
    """
    shared = whole_numbers(config, "shared_axes") or ()
    if not shared or min(shared) < 1 or max(shared) > _MOST:
        return None
    axes = tuple(SHARED if axis in shared else "feature" for axis in range(1, max(shared) + 1))
    return (*axes, "feature")
