"""The whole shape that a weight must have: from its layer's config, and from what comes into the layer.

Keras builds a layer so before it loads the arrays, and refuses any array of another shape. A size that neither tells is
None; where even the number of axes is open, so is the shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.axes import einsum_terms, named_axes
from kerasinspect.knowledge.expectations import asked_shape, one_shape, promised_shape
from kerasinspect.knowledge.fans import wrapped_layer
from kerasinspect.knowledge.kinds import ANY, UNKNOWN, Passing, Sizing, weights_for
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.naming import places_of
from kerasinspect.knowledge.serialized import first_of, is_whole, mapping, size, whole_numbers, word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.knowledge.shapes.rule import Outputs
    from kerasinspect.model import Shape

Size: TypeAlias = "int | tuple[int, ...] | None"
"""What an axis must have: one size, one of several, or any."""
Sizes: TypeAlias = "tuple[Size, ...]"

_HEADS = ("num_heads", "num_query_heads")
"""Keys of which an attention layer has one, and no EinsumDense of its own."""


def expected_shape(class_name: str, kind: WeightSpec, config: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The shape that a weight must have; None where its number of axes is not known."""
    rule = _RULES.get(row_of(class_name).sizing)
    if rule is not None:
        return rule(kind, config, incoming)
    shape = one_shape(incoming)
    rank = _expected_rank(class_name, kind, config, shape)
    names = None if rank is None else kind.axis_names(rank)
    if names is None:
        return None
    promised = promised_shape(class_name, kind.name, config, names, max(1, len(kind.gates)))
    asked = asked_shape(class_name, kind.name, config, names, shape)
    sizes = [other if one is None else one for one, other in zip(promised, asked, strict=True)]
    if kind.rows:
        sizes[0] = len(kind.rows)
    return tuple(sizes)


def _expected_rank(class_name: str, kind: WeightSpec, config: JsonObject, shape: Shape | None) -> int | None:
    """How many axes a weight must have; None where that is not known."""
    if UNKNOWN in kind.axes or kind.older_axes:
        return None
    if ANY in kind.axes:
        places = _window_places(class_name, config)
        return None if places is None else len(kind.axes) - 1 + places
    if not kind.free_rank:
        return len(kind.axes)
    if row_of(class_name).keeps_statistics:
        return _statistics_rank(class_name, config)
    return len(shape) - 1 if row_of(class_name).sizing is Sizing.FEATURES and shape else None


def _window_places(class_name: str, config: JsonObject) -> int | None:
    """How many places a window has, by the name of the class or else by the config."""
    places = places_of(class_name)
    window = whole_numbers(config, "kernel_size")
    return places if places is not None else len(window) if window else None


def _statistics_rank(class_name: str, config: JsonObject) -> int | None:
    """How many axes the statistics of a normalisation have; of several at once a BatchNormalization may have more."""
    axes = whole_numbers(config, "axis")
    if axes is None or len(axes) == 1:
        return 1
    return len(axes) if row_of(class_name).passing is not Passing.NAMED_AXES else None


def _adapted_rank(config: JsonObject) -> int:
    """How many axes the statistics of a Normalization have; none where it has one number for all."""
    axes = whole_numbers(config, "axis")
    return len(axes) if axes is not None else 0 if config.get("axis", -1) is None else 1


def _normalised(kind: WeightSpec, config: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The weights of a Normalization, which keeps its axes in order."""
    if not kind.axes:
        return ()
    shape, rank = one_shape(incoming), _adapted_rank(config)
    if shape is None or rank == 0:
        return (None,) * rank
    return tuple(shape[axis] for axis in sorted(named_axes(config, len(shape))))


def _equated(kind: WeightSpec, config: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The weights of an EinsumDense: letters of its equation that the input has, or that the config gives."""
    if any(key in config for key in _HEADS):
        return _projected(kind, config, incoming)
    terms, shape = einsum_terms(config), one_shape(incoming)
    if terms is None or len(set(terms[2])) < len(terms[2]):
        return None
    inputs, kernel, output = terms
    sizes = _letter_sizes(inputs, output, config, shape)
    if kind.name == "kernel":
        return tuple(sizes.get(letter) for letter in kernel)
    return _equated_bias(output, sizes, config, None if shape is None else len(shape) - len(inputs))


def _equated_bias(
    output: str, sizes: Mapping[str, int | None], config: JsonObject, left_out: int | None
) -> Sizes | None:
    """The bias of an EinsumDense: from the first of its axes on, one where it has none; dots behind count as well.

    ``left_out`` is how many axes the dots stand for.
    """
    biased = word(config, "bias_axes") or ""
    first = min((output.index(letter) for letter in biased if letter in output), default=None)
    behind = left_out if (word(config, "equation") or "").endswith("...") else 0
    if first is None or behind is None:
        return None
    return (*(sizes.get(letter) if letter in biased else 1 for letter in output[first:]), *(1,) * behind)


def _letter_sizes(inputs: str, output: str, config: JsonObject, shape: Shape | None) -> dict[str, int | None]:
    """The size of each letter of an equation."""
    equation = word(config, "equation") or ""
    from_end = equation.startswith("...")
    told = first_of(config, "output_shape")
    given = [told] if is_whole(told) else list(_whole_or_open(told))
    sizes = dict(_aligned(output, given if from_end else [None, *given], from_end=from_end))
    if shape is not None:
        sizes |= {letter: length for letter, length in _aligned(inputs, shape, from_end=from_end) if length is not None}
    return sizes


def _whole_or_open(value: object) -> Sequence[int | None]:
    """A list of sizes; an empty one for anything else."""
    sizes = value if isinstance(value, list | tuple) else ()
    return [size for size in sizes if size is None or is_whole(size)] if all(map(_is_size, sizes)) else ()


def _is_size(value: object) -> bool:
    """Whether a JSON value is a size or null."""
    return value is None or is_whole(value)


def _aligned(letters: str, sizes: Sequence[int | None], *, from_end: bool) -> list[tuple[str, int | None]]:
    """Letters with sizes, from the first or from the last on; what has no partner is left out."""
    if from_end:
        return [*zip(reversed(letters), reversed(sizes), strict=False)]
    return [*zip(letters, sizes, strict=False)]


def _projected(kind: WeightSpec, config: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The weights of a projection of an attention layer: features to heads, or heads to features."""
    part = word(config, "name") or ""
    heads, width = _head_sizes(part, config)
    features = _features_of(incoming)
    if part != "attention_output":
        return (features, heads, width) if kind.name == "kernel" else (heads, width)
    told = first_of(config, "output_shape")
    given: Sizes = (told,) if is_whole(told) else tuple(_whole_or_open(told))
    outgoing: Sizes = given or (features,)
    return (heads, width, *outgoing) if kind.name == "kernel" else outgoing


def _head_sizes(part: str, config: JsonObject) -> tuple[int | None, int | None]:
    """How many heads a projection has, and how many features each."""
    is_value = part in {"value", "gate", "attention_output"}
    if "num_query_heads" in config:
        key = "num_key_value_heads" if part in {"key", "value"} else "num_query_heads"
        return size(config, key), size(config, "head_dim")
    keys = ("value_dim", "key_dim") if is_value else ("key_dim",)
    return size(config, "num_heads"), size(config, *keys)


def _features_of(incoming: Outputs | None) -> Size:
    """How many features come in: those of any input, since nothing tells which of them is which."""
    several = [part for part in incoming or () if isinstance(part, tuple)]
    lengths = [shape[-1] if shape else None for shape in several or [one_shape(incoming) or ()]]
    known = {length for length in lengths if length is not None}
    if None in lengths or not known:
        return None
    return known.pop() if len(known) == 1 else tuple(sorted(known))


def _scored(kind: WeightSpec, _: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The weights of an attention layer without projections."""
    return (_features_of(incoming),) if kind.axes else ()


def _normed(kind: WeightSpec, config: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The vector of a SpectralNormalization, which has a number for each column of the kernel inside."""
    kernel = wrapped_kernel(config, incoming)
    return (1, kernel[-1] if kernel else None) if kind.name == "vector_u" else None


def wrapped_kernel(config: JsonObject, incoming: Outputs | None) -> Sizes | None:
    """The shape of the kernel inside a SpectralNormalization."""
    layer = mapping(config, "layer")
    class_name, inner = wrapped_layer(word(layer, "class_name") or "", mapping(layer, "config"))
    kinds = weights_for(row_of(class_name).weights, inner)
    return expected_shape(class_name, kinds[0], inner, incoming) if kinds else None


_RULES: Mapping[Sizing, Callable[[WeightSpec, JsonObject, Outputs | None], Sizes | None]] = {
    Sizing.ADAPTED: _normalised,
    Sizing.EQUATION: _equated,
    Sizing.SCORES: _scored,
    Sizing.INNER_KERNEL: _normed,
}
"""Shapes that follow from more than the names of axes."""


def fits(expected: Sizes, shape: tuple[int, ...]) -> bool:
    """Whether a shape is one that is expected."""
    return len(expected) == len(shape) and all(map(fits_size, expected, shape))


def fits_size(expected: Size, length: int) -> bool:
    """Whether the length of one axis is expected."""
    return expected is None or expected == length or (isinstance(expected, tuple) and length in expected)
