"""Quantized weights as the integers that they stand for, and as the numbers that their layer computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.graph import is_single
from kerasinspect.assembly.labelling.computed_arrays import (
    multiplied,
    reshaped,
    rounded_to_float8,
    transposed_matrix,
    unpacked,
)
from kerasinspect.assembly.labelling.recipes import Factor
from kerasinspect.knowledge.kinds import UNKNOWN
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.packing import Holder, has_scale, packing_of
from kerasinspect.knowledge.quantization import SHARING, without_axes
from kerasinspect.knowledge.serialized import as_mapping, shape_of
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.assembly.graph import Shapes
    from kerasinspect.assembly.nodes import Claim, Node
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.knowledge.packing import Packing
    from kerasinspect.model import Array


_MOST_CLAIMS = 100
"""Arrays of one layer; no quantized layer comes near it."""
_PACKED = ("kernel", "embeddings", "reverse_embeddings")
"""Weights of which several values may share a byte."""
_FLATTENED = ("kernel", "kernel_scale", "kernel_zero", "zero_point", "awq_scales", "g_idx")
"""Arrays of a quantized EinsumDense that run along rows and columns of its flattened kernel."""


@dataclass(frozen=True, slots=True)
class Views:
    """A quantized weight's integers, and the numbers that they stand for; None where it is as it is stored."""

    unpacked: Array | None = None
    dequantized: Array | None = None
    shape: tuple[int, ...] | None = None
    """The shape that the layer computes with; None where the file does not tell how the values are packed."""
    remark: Remark | None = None


_AS_STORED = Views()


def quantized_views(
    node: Node,
    claim: Claim,
    given: Shapes,
    keras_version: KerasVersion | None,
) -> Views:
    """What the stored values of a weight stand for; ``given`` is what the layer takes, by the wiring."""
    if len(node.claims) > _MOST_CLAIMS:
        return _AS_STORED
    arrays: dict[str, Array] = {one.name: one.array for one in node.claims}
    if has_scale(claim.name, arrays):
        packing = packing_of(_holder_of(node, claim, given, keras_version), claim.name)
    else:
        packing = None
    if packing is None:
        is_packed = claim.kind is not None and claim.kind.dtypes and claim.name in _PACKED
        return Views(remark=Remark("untold-packing")) if is_packed else _AS_STORED
    if packing.is_float8:
        return Views(None, rounded_to_float8(claim.array, arrays[packing.scale]), packing.shape)
    integers = _in_rows(claim.array, packing)
    whole = None if integers is claim.array else _in_shape(integers, packing)
    if packing.lacks:
        return Views(whole, None, packing.shape, Remark("lost-scale", facts=(packing.lacks,)))
    numbers = multiplied(
        integers,
        Factor(arrays[packing.scale], packing.scale_axes, arrays.get(packing.groups or ""), packing.group_axis),
        _factor(arrays, packing.zero, packing),
        Factor(arrays[packing.divisor], (0,)) if packing.divisor else None,
        multiplies=packing.multiplies,
    )
    return Views(whole, _in_shape(numbers, packing), packing.shape)


def _holder_of(
    node: Node,
    claim: Claim,
    given: Shapes,
    keras_version: KerasVersion | None,
) -> Holder:
    """The facts of a layer that the packing of its weights depends on."""
    stored = {one.name: (one.array.dtype, one.array.shape) for one in node.claims}
    # The projections of an attention layer, whose weights it knows best, are given something else than the layer is.
    inputs = shape_of(as_mapping(node.entry.get("build_config")).get("input_shape"))
    if inputs is None and node.weights is None and is_single(given):
        inputs = given
    is_whole = claim.kind is not None and not {UNKNOWN, *SHARING} & {*claim.kind.axes}
    return Holder(node.class_name, node.config, stored, inputs, keras_version, is_whole)


def without_mixed_axes(node: Node, claim: Claim, keras_version: KerasVersion | None) -> Claim:
    """An array without what runs along it, where its layer's kernel is flattened across inputs and units."""
    if not row_of(node.class_name).is_equation or claim.kind is None or claim.name not in _FLATTENED:
        return claim
    if len(node.claims) > _MOST_CLAIMS or not (claim.kind.dtypes or any(one.name == "g_idx" for one in node.claims)):
        return claim
    packing = packing_of(_holder_of(node, claim, None, keras_version), "kernel")
    return replace(claim, kind=without_axes((claim.kind,))[0]) if packing and packing.is_mixed else claim


def _in_rows(stored: Array, packing: Packing) -> Array:
    """The integers in rows of inputs and columns of units, or however the kernel has them that is not flattened."""
    values, axis = stored, packing.shared_axis
    if axis is not None:
        length = packing.flat[::-1][axis] if packing.transposed else packing.flat[axis]
        values = unpacked(values, axis, length, packing.coding)
    return transposed_matrix(values) if packing.transposed else values


def _in_shape(values: Array, packing: Packing) -> Array:
    """Values in the shape that the layer computes with, rather than in rows and columns."""
    return values if packing.shape == packing.flat else reshaped(values, packing.shape)


def _factor(arrays: Mapping[str, Array], name: str | None, packing: Packing) -> Factor | None:
    """The factor of this name, whose numbers run along the axes that the scales run along; None where there is none."""
    array = arrays.get(name or "")
    return (
        None
        if array is None
        else Factor(array, packing.scale_axes, arrays.get(packing.groups or ""), packing.group_axis)
    )
