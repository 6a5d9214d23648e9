"""The sizes that a layer's config promises for its weights, axis by axis, and those that its input asks for."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.axes import SPATIAL, SPREAD, channel_axis, named_axes
from kerasinspect.knowledge.channels import multiplied_axis
from kerasinspect.knowledge.fans import wrapped_layer
from kerasinspect.knowledge.kinds import ANY, Sizing, Taking
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.naming import gate_free, places_of
from kerasinspect.knowledge.output_shapes import output_shape
from kerasinspect.knowledge.serialized import repeated, size, whole_numbers
from kerasinspect.knowledge.shapes.rule import product
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.knowledge.shapes.rule import Outputs
    from kerasinspect.model import Shape

    _Sizes: TypeAlias = "tuple[int | None, ...]"

_KEYS: Mapping[str, tuple[str, ...]] = {
    "unit": ("units", "output_dim"),
    "recurrent unit": ("units", "output_dim"),
    "filter": ("filters", "nb_filter"),
    "recurrent filter": ("filters", "nb_filter"),
    "index": ("input_dim",),
    "multiplier": ("depth_multiplier",),
}
"""Where a config says how long an axis is, by the axis's name; older words follow."""
_PLACES = SPATIAL[3] + SPATIAL[1]
"""Axes of a window."""
KERNELS = frozenset({"kernel", "depthwise_kernel", "pointwise_kernel", "unscaled_kernel", "W_carry"})
"""Weights that multiply what comes in."""


def promised_shape(class_name: str, weight: str, config: JsonObject, axes: Sequence[str], blocks: int = 1) -> _Sizes:
    """The size that the config promises for each axis; None where it says nothing.

    ``axes`` are the names of the axes, ``blocks`` how many gates the last one holds side by side.
    """
    spec = row_of(class_name)
    if spec.is_equation or spec.is_projecting:  # such an axis is something else there, or several
        return (None,) * len(axes)
    window = [] if spec.is_local else [name for name in axes if name in _PLACES]
    config = {**config, "kernel_size": 1} if weight == "pointwise_kernel" else config
    sizes = [
        _promised(config, name, window.index(name) if name in _PLACES else 0)
        if name in window or name in _KEYS
        else None
        for name in axes
    ]
    if sizes and sizes[-1] is not None and axes[-1] in _KEYS:
        sizes[-1] *= blocks
    return tuple(sizes)


def _promised(config: JsonObject, axis: str, place: int) -> int | None:
    """The size that the config promises for one axis, the ``place``-th of its window where it is spatial."""
    if axis in _PLACES:
        window = config.get("kernel_size")
        value = window[place] if isinstance(window, list) and place < len(window) else window
    else:
        value = next((config[key] for key in _KEYS.get(axis, ()) if key in config), None)
    return value if type(value) is int and value > 0 else None


def can_have_axes(class_name: str, kind: WeightSpec, rank: int) -> bool:
    """Whether a weight of a class can have so many axes; a window has as many as the class name says."""
    places = places_of(class_name)
    if places is not None and ANY in kind.axes and rank != len(kind.axes) - 1 + places:
        return False
    return kind.axis_names(rank) is not None


@dataclass(frozen=True, slots=True)
class _Taker:
    """A layer and the shape that comes into it."""

    class_name: str
    config: JsonObject
    shape: Shape


def asked_shape(class_name: str, weight: str, config: JsonObject, axes: Sequence[str], shape: Shape | None) -> _Sizes:
    """The size that an input of this shape asks of each axis of a weight; None where it asks nothing."""
    if shape is None:
        return (None,) * len(axes)
    taker = _Taker(*wrapped_layer(class_name, config), shape)
    sizes = _RULES.get(row_of(taker.class_name).sizing, _kernel_sizes)(taker, weight, axes)
    return sizes if len(sizes) == len(axes) else (None,) * len(axes)


def _kernel_sizes(taker: _Taker, weight: str, axes: Sequence[str]) -> _Sizes:
    """The sizes along what a kernel multiplies, and those of a bias that has a number for each of these."""
    if row_of(taker.class_name).is_depthwise and weight == "bias":
        channels = _length_along(taker.shape, channel_axis(taker.config, len(taker.shape)))
        return (_times(channels, size(taker.config, "depth_multiplier") or 1),)
    if gate_free(weight)[0] not in KERNELS:
        return ()
    return tuple(_incoming_size(taker, weight, place, name) for place, name in enumerate(axes))


def _incoming_size(taker: _Taker, weight: str, place: int, name: str) -> int | None:
    """The size of a kernel's axis that runs along the input, or along an axis which the input and it share."""
    if name not in {"input", "channel", "position"}:
        return None
    incoming = _length_along(taker.shape, multiplied_axis(taker.class_name, taker.config, place, len(taker.shape)))
    if weight == "pointwise_kernel":
        return _times(incoming, size(taker.config, "depth_multiplier") or 1)
    if incoming is None or name != "channel" or row_of(taker.class_name).is_depthwise or weight == "depthwise_kernel":
        return incoming
    apart, rest = divmod(incoming, size(taker.config, "groups") or 1)
    return None if rest else apart


def _length_along(shape: Shape, axis: int | None) -> int | None:
    """The length of one axis behind the batch; None where it is open or missing."""
    return shape[axis] if axis is not None and 0 < axis < len(shape) else None


def _times(incoming: int | None, factor: int) -> int | None:
    """A size that is a multiple of another; None where that is open."""
    return None if incoming is None else incoming * factor


def _statistics_sizes(taker: _Taker, _: str, __: Sequence[str]) -> _Sizes:
    """One number for each position of the axes that a normalisation keeps apart."""
    if row_of(taker.class_name).sizing is Sizing.ADAPTED and taker.config.get("axis") is None:
        return ()
    return tuple(taker.shape[axis] for axis in named_axes(taker.config, len(taker.shape)))


def _feature_sizes(taker: _Taker, _: str, __: Sequence[str]) -> _Sizes:
    """One number for each position of every axis but the batch, and one for all along an axis that is shared."""
    rank = len(taker.shape)
    shared = {axis % rank for axis in whole_numbers(taker.config, "shared_axes") or () if rank}
    return tuple(1 if axis in shared else length for axis, length in enumerate(taker.shape) if axis)


def _local_sizes(taker: _Taker, _: str, axes: Sequence[str]) -> _Sizes:
    """The sizes of a layer with a kernel of its own at each place, in each way in which tf.keras stores it."""
    places, shape = SPATIAL[places_of(taker.class_name) or 1], taker.shape
    outgoing = one_shape(output_shape(taker.class_name, taker.config, [shape]))
    if outgoing is None or len(shape) != len(places) + 2:
        return ()
    channel = channel_axis(taker.config, len(shape))
    inside, outside = ([side for at, side in enumerate(sides) if at not in {0, channel}] for sides in (shape, outgoing))
    known = dict(zip((*places, *(f"output {place}" for place in places)), (*inside, *outside), strict=True))
    known |= {"row": outside[0], "column": outside[-1], "input": shape[channel]}
    if taker.config.get("implementation") != SPREAD:
        window = repeated(taker.config, len(places), "kernel_size", "filter_length")
        known |= {"position": product(outside), "input": _times(shape[channel], prod(window)) if window else None}
    return tuple(known.get(name) for name in axes)


_RULES: Mapping[Sizing, Callable[[_Taker, str, Sequence[str]], _Sizes]] = {
    Sizing.PLACES: _local_sizes,
    Sizing.NAMED_AXES: _statistics_sizes,
    Sizing.ADAPTED: _statistics_sizes,
    Sizing.FEATURES: _feature_sizes,
}
"""Sizes that are not those of a kernel which multiplies what comes in."""


def sublayer_input(class_name: str, name: str, shapes: Shape | tuple[Shape, ...] | None) -> Shape | None:
    """The shape that a sublayer, or the first of several in a row, takes of what its layer takes; None if unknown."""
    parts = row_of(class_name).sublayers
    part = next((part for part in parts if part.name == name), parts[0] if parts else None)
    shape = one_shape(shapes)
    match part.taking if part else Taking.UNKNOWN:
        case Taking.FEATURES:
            return _same_features(shapes)
        case Taking.STEP:
            return None if shape is None else (*shape[:1], *shape[2:])
        case Taking.WHOLE:
            return shape
        case _:
            return None


def one_shape(shapes: Outputs | None) -> Shape | None:
    """A shape for what it is; None for several."""
    sizes = tuple(part for part in shapes or () if not isinstance(part, tuple))
    return sizes if shapes and len(sizes) == len(shapes) else None


def _same_features(shapes: Shape | tuple[Shape, ...] | None) -> Shape | None:
    """A sequence of the features that query, key and value all have: which of them is which, nothing tells."""
    several = [part for part in shapes or () if isinstance(part, tuple)]
    last = {shape[-1:] for shape in several or [one_shape(shapes) or ()]}
    return (None, None, *last.pop()) if len(last) == 1 else None
