"""Quantised weights as the integers that they stand for, and as the numbers that their layer computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.packing import Holder, packing_of
from kerasinspect.reading.assemble.nodes import as_mapping
from kerasinspect.reading.quantized import Factor, multiplied, reshaped, rounded_to_float8, transposed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.knowledge.packing import Packing
    from kerasinspect.model import Array
    from kerasinspect.reading.assemble.nodes import Claim, Node


MOST_CLAIMS = 100
"""Arrays of one layer; no quantised layer comes near it."""


def quantized_views(
    node: Node,
    claim: Claim,
    given: Any,  # noqa: ANN401 - a shape, several, or none
    keras_version: tuple[int, int] | None,
) -> tuple[Array | None, Array | None]:
    """The integers of a quantised weight and the numbers that they stand for; None where it is as it is stored.

    ``given`` is what the graph tells of the shape of the layer's input.
    """
    if len(node.claims) > MOST_CLAIMS:
        return None, None
    arrays: dict[str, Array] = {one.name: one.array for one in node.claims}
    stored = {name: (array.dtype, array.shape) for name, array in arrays.items()}
    # The projections of an attention layer, whose weights it knows best, are given something else than the layer is.
    inputs = one_shape(as_mapping(node.entry.get("build_config")).get("input_shape"))
    if inputs is None and node.weights is None:
        inputs = one_shape(given)
    packing = packing_of(Holder(node.class_name, node.config, stored, inputs, keras_version), claim.name)
    if packing is None:
        return None, None
    if packing.is_float8:
        return None, rounded_to_float8(claim.array, arrays[packing.scale])
    integers = in_rows(claim.array, packing)
    numbers = multiplied(
        integers,
        Factor(arrays[packing.scale], packing.scale_axes, named(arrays, packing.groups), packing.group_axis),
        factor(arrays, packing.zero, packing),
        Factor(arrays[packing.divisor], (0,)) if packing.divisor else None,
    )
    whole = None if integers is claim.array else in_shape(integers, packing)
    return whole, in_shape(numbers, packing)


def in_rows(stored: Array, packing: Packing) -> Array:
    """The integers in rows of inputs and columns of units, or however the kernel has them that is not flattened."""
    values = stored
    if packing.pairs is not None:
        length = packing.flat[::-1][packing.pairs] if packing.transposed else packing.flat[packing.pairs]
        values = unpacked(values, packing.pairs, length, signed=packing.signed)
    return transposed(values) if packing.transposed else values


def in_shape(values: Array, packing: Packing) -> Array:
    """The same values in the shape that the layer computes with."""
    return values if packing.shape == packing.flat else reshaped(values, packing.shape)


def named(arrays: Mapping[str, Array], name: str | None) -> Array | None:
    """An array by name."""
    return arrays.get(name) if name else None


def factor(arrays: Mapping[str, Array], name: str | None, packing: Packing) -> Factor | None:
    """Numbers that run as the scales do."""
    array = named(arrays, name)
    return (
        None if array is None else Factor(array, packing.scale_axes, named(arrays, packing.groups), packing.group_axis)
    )


def one_shape(value: Any) -> Sequence[int | None] | None:  # noqa: ANN401 - any JSON, or shapes
    """The shape of a single input; None where there are several, or none is told."""
    is_shape = isinstance(value, list | tuple) and all(size is None or isinstance(size, int) for size in value)
    return value if is_shape else None
