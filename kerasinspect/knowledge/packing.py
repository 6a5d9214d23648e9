"""How the values of quantized weights are packed into bytes, and how a layer computes with them.

Source: ``quantized_build`` and the call of each mode in keras/src/layers/core of Keras 3.2 to 3.15,
keras/src/quantizers/modes of its development version, and files.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.axes import einsum_terms
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.quantization import CALIBRATED, FIRST_AXIS_INT4, policy_of
from kerasinspect.knowledge.serialized import first_of, size, whole_numbers, word
from kerasinspect.late.dataclasses import dataclass

_UNTOLD_INT4 = (None, *FIRST_AXIS_INT4)
"""Versions whose int4 kernels look as int8 ones do, where the config says nothing of their policy."""

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.quantization import Policy

    _Shape: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True, slots=True)
class Coding:
    """How several values share a byte: as digits in a base, the first value in the lowest one."""

    dtype: str
    base: int
    digits: int
    lowest: int = 0
    """The smallest value."""
    wraps: bool = False
    """A digit of 0 stands for 0 and a large one for what is negative; else digits count from the smallest value."""

    def stored(self, length: int) -> int:
        """The bytes that hold so many values."""
        return -(-length // self.digits)


INT4 = Coding("int4", 16, 2, -8, wraps=True)
UINT4, UINT2 = Coding("uint4", 16, 2), Coding("uint2", 4, 4)
TERNARY = Coding("int2", 3, 5, -1)
_PLAIN = Coding("uint8", 256, 1)
_BY_BITS: Mapping[tuple[int, bool], Coding] = {(4, True): UINT4, (4, False): UINT4, (2, False): UINT2}
"""Codings of gptq and awq by bits, and by whether the kernel has a row for each unit; all others fill whole bytes."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How the values of a quantized weight are stored, and how its layer computes with them.

    Values once unpacked have the shape ``flat``. From these, the layer computes with ``(value - zero) * scale`` where
    it ``multiplies``, with ``value / scale`` elsewhere, all of it divided by ``divisor`` along the first axis.
    """

    shape: _Shape
    """The shape that the layer computes with; ``flat`` is the same numbers in as many rows and columns."""
    flat: _Shape
    scale: str
    """The name of the array that holds the scales."""
    scale_axes: tuple[int, ...]
    """The axes of ``flat`` that the scales run along, in their own order."""
    shared_axis: int | None = None
    """The axis of the stored array along which values share bytes; None where each has its own."""
    coding: Coding = INT4
    transposed: bool = False
    """The stored array has columns and rows swapped."""
    zero: str | None = None
    groups: str | None = None
    """The array that says for each place on ``group_axis`` which group it belongs to."""
    group_axis: int = 0
    divisor: str | None = None
    multiplies: bool = False
    is_float8: bool = False
    """Values are floats, which the layer divides by the scale, rounds to float8 and multiplies again."""
    is_mixed: bool = False
    """The rows of ``flat`` are not the inputs: Keras flattens some kernels of an EinsumDense across them."""
    lacks: str | None = None
    """An array without which the numbers that the values stand for cannot be told."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A quantized layer, with what the packing of its weights depends on."""

    class_name: str
    config: JsonObject
    stored: Mapping[str, tuple[str, _Shape]]
    """Dtype and shape of all of its arrays, by name."""
    inputs: Sequence[int | None] | None = None
    """The shape of its input, of which an odd size cannot be read off two values to a byte."""
    keras_version: tuple[int, int] | None = None
    is_whole: bool = False
    """The array asked for is known to have a byte for each value, whatever the config says."""

    def shape_of(self, name: str) -> _Shape:
        """The shape of one of its arrays; empty where it has none of that name."""
        return self.stored[name][1] if name in self.stored else ()

    @property
    def terms(self) -> tuple[str, str, str]:
        """Letters of input, kernel and output; those of a Dense, where there is no equation."""
        return (einsum_terms(self.config) if row_of(self.class_name).is_equation else None) or ("ab", "bc", "ac")


def has_scale(name: str, stored: Collection[str]) -> bool:
    """Whether a layer that stores arrays of these names has a scale for one of them: else that is not quantized."""
    return f"{name}_scale" in stored and name in stored


def packing_of(layer: Holder, name: str) -> Packing | None:
    """How one weight is stored; None where it is not quantized, or the file does not tell how."""
    if not has_scale(name, layer.stored):
        return None
    packing, quantized = None, row_of(layer.class_name).quantized
    if name == quantized == "kernel":
        packing = _kernel_packing(layer)
    elif name in ("embeddings", "reverse_embeddings") and quantized == "embeddings":
        packing = _table_packing(layer, name)
    return packing if packing and _agrees(packing, layer) else None


def _agrees(packing: Packing, layer: Holder) -> bool:
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


def _kernel_packing(layer: Holder) -> Packing | None:
    """How a kernel is stored, by its policy where that is known, else by dtypes, shapes and the arrays beside it."""
    policy, (dtype, shape) = policy_of(layer.config), layer.stored["kernel"]
    if dtype == "uint8":
        return _calibrated_packing(layer, policy) if "g_idx" in layer.stored else _ternary_packing(layer)
    if dtype == "int8":
        return _integer_packing(layer, policy)
    if layer.shape_of("kernel_amax_history"):
        return Packing(shape, shape, "kernel_scale", (), is_float8=True)
    return None


def _calibrated_packing(layer: Holder, policy: Policy) -> Packing | None:
    """GPTQ and AWQ: a row for each input, or before Keras 3.16 one for each unit; None where both are possible."""
    found = [
        one
        for transposed in (True, False)
        for coding in _codings(policy, transposed=transposed)
        if (one := _matrix_packing(layer, coding, transposed=transposed)) is not None
    ]
    return found[0] if len(found) == 1 else None


def _codings(policy: Policy, *, transposed: bool) -> Collection[Coding]:
    """How values may share bytes: as the policy says, else in any way that gptq and awq have."""
    if policy.mode in CALIBRATED:
        return {_BY_BITS.get((policy.bits, transposed), _PLAIN)}
    return {UINT4, _PLAIN} if transposed else {UINT4, UINT2, _PLAIN}


def _matrix_packing(layer: Holder, coding: Coding, *, transposed: bool) -> Packing | None:
    """A kernel of gptq or awq in one of its two layouts; None where the sizes contradict it."""
    rows, scales = layer.shape_of("g_idx"), _two_axes(layer.shape_of("kernel_scale"))
    units = scales[0] if transposed else scales[1]
    stored = (*rows, coding.stored(units))
    if layer.shape_of("kernel") != (stored[::-1] if transposed else stored) or len(stored) != len(scales):
        return None
    zero, flat = _zero_name(layer), (rows[0], units)
    shape = _original_shape(layer, *flat)
    return Packing(
        shape,
        flat,
        "kernel_scale",
        (1, 0) if transposed else (0, 1),
        shared_axis=None if coding is _PLAIN else 0 if transposed else 1,
        coding=coding,
        transposed=transposed,
        zero=zero,
        groups="g_idx",
        divisor="awq_scales" if "awq_scales" in layer.stored else None,
        multiplies=True,
        is_mixed=_is_mixed(layer, shape, flat),
        lacks=None if zero else "kernel_zero",
    )


def _zero_name(layer: Holder) -> str | None:
    """What the zero points of a kernel are called here."""
    return next((name for name in ("kernel_zero", "zero_point") if name in layer.stored), None)


def _ternary_packing(layer: Holder) -> Packing | None:
    """Ternary: five values of -1, 0 and 1 to a byte along the units, and one scale for all."""
    inputs, width = _two_axes(layer.shape_of("kernel"))
    units = size(layer.config, "units") or next(iter(layer.shape_of("bias")), 0)
    if width != TERNARY.stored(units) or layer.shape_of("kernel_scale") != ():
        return None
    flat = (inputs, units)
    return Packing(flat, flat, "kernel_scale", (), 1, TERNARY, multiplies=True)


def _integer_packing(layer: Holder, policy: Policy) -> Packing | None:
    """int8, int4 in blocks of inputs, and int4 with a scale for each unit."""
    shape, scales = layer.shape_of("kernel"), layer.shape_of("kernel_scale")
    units = scales[-1] if scales else 0
    by_pairs = (_two_axes(shape)[0], INT4.stored(units)) == shape
    flat = (_two_axes(shape)[0], units)
    if "g_idx" in layer.stored:
        zero = _zero_name(layer)
        if not by_pairs or zero is None:
            return None
        whole = _original_shape(layer, *flat)
        mixed = _is_mixed(layer, whole, flat)
        return Packing(
            *(whole, flat, "kernel_scale", (0, 1), 1), zero=zero, groups="g_idx", multiplies=True, is_mixed=mixed
        )
    if policy.mode != "int8" and len(scales) == 1 and by_pairs and (policy.pairs_last or shape[1] != units):
        whole = _original_shape(layer, *flat)
        return Packing(whole, flat, "kernel_scale", (1,), 1, is_mixed=_is_mixed(layer, whole, flat))
    if policy.mode == "int4" and not policy.pairs_last:
        return _first_axis_packing(layer)
    axes = _unit_axes(layer, shape)
    is_int8 = layer.is_whole or layer.keras_version not in _UNTOLD_INT4
    is_whole = policy.mode == "int8" or (policy.mode is None and is_int8)
    return Packing(shape, shape, "kernel_scale", axes) if is_whole and axes is not None else None


def _first_axis_packing(layer: Holder) -> Packing | None:
    """int4 of Keras 3.11 to 3.13: two values to a byte along the first axis that is summed over."""
    shape = layer.shape_of("kernel")
    inputs, letters, output = layer.terms
    axis = next((axis for axis, letter in enumerate(letters) if letter not in output), None)
    if axis is None or axis >= len(shape) or layer.inputs is None:
        return None
    place = inputs.find(letters[axis])
    from_end = not row_of(layer.class_name).is_equation or (word(layer.config, "equation") or "").startswith("...")
    length = next(iter(layer.inputs[place - len(inputs) :] if from_end else layer.inputs[place:]), None)
    if place < 0 or length is None or INT4.stored(length) != shape[axis]:
        return None
    whole = (*shape[:axis], length, *shape[axis + 1 :])
    axes = _unit_axes(layer, whole)
    return None if axes is None else Packing(whole, whole, "kernel_scale", axes, axis)


def _unit_axes(layer: Holder, shape: _Shape) -> tuple[int, ...] | None:
    """The axes of a kernel that its scales run along: those that are put out, in the order of the output."""
    _, letters, output = layer.terms
    axes = tuple(letters.index(letter) for letter in output if letter in letters)
    if len(letters) != len(shape) or prod(shape[axis] for axis in axes) != prod(layer.shape_of("kernel_scale")):
        return None
    return axes


def _original_shape(layer: Holder, rows: int, columns: int) -> _Shape:
    """The shape of a kernel that is stored as a matrix; that of the matrix, where nothing tells another.

    The axes that are put out have the sizes of the bias or of the config's ``output_shape``; in an attention layer
    there are heads.
    """
    _, letters, output = layer.terms
    outs = [letter for letter in output if letter in letters]
    heads = _heads_of(layer.config)
    told = first_of(layer.config, "output_shape") if heads is None else None
    last = told[-len(outs) :] if isinstance(told, list | tuple) else told  # earlier axes may be open
    spread: _Shape = (heads or 1, columns // (heads or 1))
    ends = (layer.shape_of("bias") or whole_numbers({"ends": last}, "ends") or spread)[-len(outs) :]
    sizes = dict(zip(outs, ends, strict=False))
    sizes |= _summed_sizes(layer, rows * columns // max(1, prod(ends)))
    shape = tuple(sizes.get(letter, 0) for letter in letters)
    return shape if prod(shape) == rows * columns else (rows, columns)


def _summed_sizes(layer: Holder, front: int) -> dict[str, int]:
    """The sizes of those axes of a kernel that are summed over, ``front`` together; empty where nothing tells them."""
    inputs, letters, output = layer.terms
    ins = [letter for letter in letters if letter not in output]
    if len(ins) == 1:
        return {ins[0]: front}
    if heads := _heads_of(layer.config):
        return dict(zip(ins, (heads, front // heads), strict=False))
    given = layer.inputs if layer.inputs is not None and len(layer.inputs) == len(inputs) else ()
    told = {letter: length for letter, length in zip(inputs, given, strict=False) if letter in ins and length}
    return told if len(told) == len(ins) and prod(told.values()) == front else {}


def _is_mixed(layer: Holder, shape: _Shape, flat: _Shape) -> bool:
    """Whether the rows of a flattened kernel are others than its inputs, which come first in most equations."""
    _, letters, output = layer.terms
    ins = [letter for letter in letters if letter not in output]
    return shape != flat and ([*letters[: len(ins)]] != ins or prod(shape[: len(ins)]) != flat[0])


def _heads_of(config: JsonObject) -> int | None:
    """The heads of a projection of an attention layer; None for any other layer."""
    grouped = size(config, "num_key_value_heads") if word(config, "name") in ("key", "value") else None
    return grouped or size(config, "num_heads", "num_query_heads")


def _table_packing(layer: Holder, name: str) -> Packing | None:
    """How the embeddings, or those on the way back, are stored: a scale for each index, or for each block of units."""
    dtype, shape = layer.stored[name]
    scales, groups = layer.shape_of(f"{name}_scale"), layer.shape_of("g_idx")
    unit_axis = 0 if name == "reverse_embeddings" else 1
    units = groups[0] if groups else size(layer.config, "output_dim")
    if units is None and layer.is_whole and len(shape) == 2:  # noqa: PLR2004 - by index and unit
        units = shape[unit_axis]
    if dtype != "int8" or len(shape) != 2 or units is None:  # noqa: PLR2004 - by index and unit
        return None
    is_packed = bool(groups) or policy_of(layer.config).mode == "int4"
    if shape[unit_axis] != (INT4.stored(units) if is_packed else units):
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
        multiplies=bool(groups),
    )


def _two_axes(shape: _Shape) -> tuple[int, int]:
    """Both sizes of a matrix; zeros for an array of another rank."""
    return (shape[0], shape[1]) if len(shape) == 2 else (0, 0)  # noqa: PLR2004 - a matrix
