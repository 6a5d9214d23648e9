"""How the values of quantised weights are packed into bytes, and how a layer computes with them.

Source: ``quantized_build`` and the call of each mode in keras/src/layers/core of Keras 3.2 to 3.15, and files.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.knowledge.config_values import first_of, size, whole_numbers, word
from kerasinspect.knowledge.fans import einsum_terms
from kerasinspect.knowledge.quantization import DENSE, EMBEDDINGS, Policy, policy_of

UNTOLD_INT4 = (None, (3, 11), (3, 12), (3, 13))
"""Versions whose int4 kernels look as int8 ones do, where the config says nothing of their policy."""

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Shape: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True, slots=True)
class Packing:
    """How the values of a quantised weight are stored, and how its layer computes with them.

    Values once unpacked have the shape ``flat``. From these, the layer computes with ``(value - zero) * scale`` where
    values are grouped, with ``value / scale`` elsewhere, all of it divided by ``divisor`` along the first axis.
    """

    shape: Shape
    """The shape that the layer computes with; ``flat`` is the same numbers in as many rows and columns."""
    flat: Shape
    scale: str
    """The name of the array that holds the scales."""
    scale_axes: tuple[int, ...]
    """The axes of ``flat`` that the scales run along, in their own order."""
    pairs: int | None = None
    """The axis of the stored array along which two values share a byte, the lower half first."""
    signed: bool = True
    transposed: bool = False
    """The stored array has columns and rows swapped."""
    zero: str | None = None
    groups: str | None = None
    """The array that says for each place on ``group_axis`` which group it belongs to."""
    group_axis: int = 0
    divisor: str | None = None
    is_float8: bool = False
    """Values are floats, which the layer divides by the scale, rounds to float8 and multiplies again."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A quantised layer, with what the packing of its weights depends on."""

    class_name: str
    config: Mapping[str, Any]
    stored: Mapping[str, tuple[str, Shape]]
    """Dtype and shape of all of its arrays, by name."""
    inputs: Sequence[int | None] | None = None
    """The shape of its input, of which an odd size cannot be read off two values to a byte."""
    keras_version: tuple[int, int] | None = None

    def shape_of(self, name: str) -> Shape:
        """The shape of one of its arrays; empty where it has none of that name."""
        return self.stored[name][1] if name in self.stored else ()

    @property
    def terms(self) -> tuple[str, str, str]:
        """Letters of input, kernel and output; those of a Dense, where there is no equation."""
        return (einsum_terms(self.config) if self.class_name == "EinsumDense" else None) or ("ab", "bc", "ac")


def packing_of(layer: Holder, name: str) -> Packing | None:
    """How one weight is stored; None where it is not quantised, or the file does not tell how."""
    if f"{name}_scale" not in layer.stored or name not in layer.stored:
        return None
    packing = None
    if name == "kernel" and layer.class_name in DENSE:
        packing = kernel_packing(layer)
    elif name in ("embeddings", "reverse_embeddings") and layer.class_name in EMBEDDINGS:
        packing = table_packing(layer, name)
    return packing if packing and agrees(packing, layer) else None


def agrees(packing: Packing, layer: Holder) -> bool:
    """Whether the arrays that a packing depends on are there, in the shapes that they need."""
    scales, flat = layer.shape_of(packing.scale), packing.flat
    needed = {name for name in (packing.zero, packing.groups, packing.divisor) if name}
    if not needed <= layer.stored.keys() or (packing.divisor and layer.shape_of(packing.divisor) != flat[:1]):
        return False
    if packing.groups is None:
        return prod(scales) == prod(flat[axis] for axis in packing.scale_axes)
    along = packing.scale_axes
    return (
        len(scales) == len(along)
        and all(axis == packing.group_axis or flat[axis] == length for axis, length in zip(along, scales, strict=True))
        and 0 not in scales
        and layer.shape_of(packing.groups) == (flat[packing.group_axis],)
        and (packing.zero is None or layer.shape_of(packing.zero) == scales)
    )


def kernel_packing(layer: Holder) -> Packing | None:
    """How a kernel is stored, by its policy where that is known, else by dtypes, shapes and the arrays beside it."""
    policy, (dtype, shape) = policy_of(layer.config), layer.stored["kernel"]
    if dtype == "uint8":
        return calibrated_packing(layer) if policy.mode != "ternary" else None
    if dtype == "int8":
        return integer_packing(layer, policy)
    if layer.shape_of("kernel_amax_history"):
        return Packing(shape, shape, "kernel_scale", (), is_float8=True)
    return None


def calibrated_packing(layer: Holder) -> Packing | None:
    """GPTQ and AWQ: a row for each unit, two of them to a byte where values have four bits."""
    zero = next((name for name in ("kernel_zero", "zero_point") if name in layer.stored), None)
    (height, width), scales = two_axes(layer.shape_of("kernel")), layer.shape_of("kernel_scale")
    units = scales[0] if len(scales) == 2 else 0  # noqa: PLR2004 - by unit and group
    if zero is None or "g_idx" not in layer.stored or height not in (units, halved(units)):
        return None
    return Packing(
        original_shape(layer, width, units),
        (width, units),
        "kernel_scale",
        (1, 0),
        pairs=0 if height == halved(units) else None,
        signed=False,
        transposed=True,
        zero=zero,
        groups="g_idx",
        divisor="awq_scales" if "awq_scales" in layer.stored else None,
    )


def integer_packing(layer: Holder, policy: Policy) -> Packing | None:
    """int8, int4 in blocks of inputs, and int4 with a scale for each unit."""
    shape, scales = layer.shape_of("kernel"), layer.shape_of("kernel_scale")
    units = scales[-1] if scales else 0
    if "g_idx" in layer.stored:
        flat = (two_axes(shape)[0], units)
        if shape != (flat[0], halved(units)):
            return None
        return Packing(
            *(original_shape(layer, *flat), flat, "kernel_scale", (0, 1), 1), zero="kernel_zero", groups="g_idx"
        )
    if policy.mode != "int8" and len(shape) == 2 and len(scales) == 1 and shape[1] == halved(units) != units:  # noqa: PLR2004
        return Packing(original_shape(layer, shape[0], units), (shape[0], units), "kernel_scale", (1,), 1)
    if policy.mode == "int4" and not policy.pairs_last:
        return first_axis_packing(layer)
    axes = unit_axes(layer, shape)
    is_whole = policy.mode == "int8" or (policy.mode is None and layer.keras_version not in UNTOLD_INT4)
    return Packing(shape, shape, "kernel_scale", axes) if is_whole and axes is not None else None


def first_axis_packing(layer: Holder) -> Packing | None:
    """int4 of Keras 3.11 to 3.13: two values to a byte along the first axis that is summed over."""
    shape = layer.shape_of("kernel")
    inputs, letters, output = layer.terms
    axis = next((axis for axis, letter in enumerate(letters) if letter not in output), None)
    if axis is None or axis >= len(shape) or layer.inputs is None:
        return None
    place = inputs.find(letters[axis])
    from_end = layer.class_name == "Dense" or (word(layer.config, "equation") or "").startswith("...")
    length = next(iter(layer.inputs[place - len(inputs) :] if from_end else layer.inputs[place:]), None)
    if place < 0 or length is None or halved(length) != shape[axis]:
        return None
    whole = (*shape[:axis], length, *shape[axis + 1 :])
    axes = unit_axes(layer, whole)
    return None if axes is None else Packing(whole, whole, "kernel_scale", axes, axis)


def unit_axes(layer: Holder, shape: Shape) -> tuple[int, ...] | None:
    """The axes of a kernel that its scales run along: those that are put out, in the order of the output."""
    _, letters, output = layer.terms
    axes = tuple(letters.index(letter) for letter in output if letter in letters)
    if len(letters) != len(shape) or prod(shape[axis] for axis in axes) != prod(layer.shape_of("kernel_scale")):
        return None
    return axes


def original_shape(layer: Holder, rows: int, columns: int) -> Shape:
    """The shape of a kernel that is stored as a matrix; that of the matrix, where nothing tells another.

    Its last axes are those of the bias or of the config's ``output_shape``; in an attention layer it has heads.
    """
    _, letters, output = layer.terms
    ends = sum(letter in output for letter in letters)
    heads = size(layer.config, "num_heads", "num_query_heads")
    told = first_of(layer.config, "output_shape") if heads is None else None
    spread: Shape = (heads or 1, columns // (heads or 1))
    units: Shape = (layer.shape_of("bias") or whole_numbers({"ends": told}, "ends") or spread)[-ends:]
    front = rows * columns // max(1, prod(units))
    summed: Shape = (front,) if len(letters) - ends == 1 else (heads or 1, front // (heads or 1))
    shape = (*summed, *units)
    return shape if len(shape) == len(letters) and prod(shape) == rows * columns else (rows, columns)


def table_packing(layer: Holder, name: str) -> Packing | None:
    """How the embeddings, or those on the way back, are stored: a scale for each index, or for each block of units."""
    dtype, shape = layer.stored[name]
    scales, groups = layer.shape_of(f"{name}_scale"), layer.shape_of("g_idx")
    units = groups[0] if groups else size(layer.config, "output_dim")
    if dtype != "int8" or len(shape) != 2 or units is None:  # noqa: PLR2004 - by index and unit
        return None
    unit_axis = 0 if name == "reverse_embeddings" else 1
    is_packed = bool(groups) or policy_of(layer.config).mode == "int4"
    if shape[unit_axis] != (halved(units) if is_packed else units):
        return None
    flat = (units, shape[1]) if name == "reverse_embeddings" else (shape[0], units)
    # Keras 3.2 had one scale for each unit, all others have one for each index.
    axis = 1 - unit_axis if scales == (flat[1 - unit_axis],) else unit_axis
    if not groups and scales != (flat[axis],):
        return None
    return Packing(
        flat,
        flat,
        f"{name}_scale",
        (0, 1) if groups else (axis,),
        unit_axis if is_packed else None,
        zero=f"{name}_zero" if groups else None,
        groups="g_idx" if groups else None,
        group_axis=unit_axis if groups else 0,
    )


def two_axes(shape: Shape) -> tuple[int, int]:
    """Both sizes of a matrix; zeros for an array of another rank."""
    return (shape[0], shape[1]) if len(shape) == 2 else (0, 0)  # noqa: PLR2004 - a matrix


def halved(length: int) -> int:
    """The bytes that hold so many values of four bits."""
    return (length + 1) // 2
