"""The numbers that quantized values stand for, as numpy computes them from what is stored."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.assembly.labelling.recipes import (
    Divided,
    Multiplied,
    Reshaped,
    RoundedToFloat8,
    Transposed,
    Unpacked,
)
from kerasinspect.decoding import float8_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.assembly.labelling.recipes import Factor, Recipe
    from kerasinspect.knowledge.packing import Coding
    from kerasinspect.model import Array


def computed(recipe: Recipe, picks: list[range]) -> np.ndarray:
    """The values at the crossings of some places."""
    if not all(picks):
        return np.empty([len(pick) for pick in picks])
    with np.errstate(all="ignore"):  # a scale of zero gives infinities, as it does in the layer
        return _computed(recipe, picks)


def _computed(recipe: Recipe, picks: list[range]) -> np.ndarray:
    """Values that are not none, by what they are made of."""
    match recipe:
        case Unpacked(stored, axis, coding):
            return _unpack(stored, axis, coding, picks)
        case Transposed(matrix):
            return matrix[_slices(picks[::-1])].T
        case Reshaped(matrix, shape):
            return _reshape(matrix, shape, picks)
        case Divided(values, scale):
            return values[_slices(picks)].astype(np.float32) / _factors(scale, picks, values.shape)
        case Multiplied(values, scale, zero, divisor):
            return _multiply(values, scale, zero, divisor, picks)
        case RoundedToFloat8(values, factor):
            return _round_to_float8(values, factor, picks)


def _slices(picks: Sequence[range]) -> tuple[slice, ...]:
    """Places along each axis as numpy slices."""
    return tuple(slice(pick.start, pick.stop if pick.stop >= 0 else None, pick.step) for pick in picks)


def _unpack(stored: Array, axis: int, coding: Coding, picks: list[range]) -> np.ndarray:
    """The values at the crossings of some places, from the bytes around them."""
    count, pick = coding.digits, picks[axis]
    first, last = sorted((pick[0], pick[-1]))
    around = [*picks]
    around[axis] = range(first // count, last // count + 1)
    raw = stored[_slices(around)].view(np.uint8)
    values = _digits(raw, axis, coding).reshape([*raw.shape[:axis], count * raw.shape[axis], *raw.shape[axis + 1 :]])
    before = first // count * count
    wanted = _slices([range(pick.start - before, pick.stop - before, pick.step)])
    return values[(slice(None),) * axis + wanted]


def _digits(raw: np.ndarray, axis: int, coding: Coding) -> np.ndarray:
    """What the digits of each byte stand for, along an axis of their own behind ``axis``."""
    if axis == raw.ndim - 1:
        return _known_digits(coding).take(raw, axis=0)
    digits = np.empty([*raw.shape[: axis + 1], coding.digits, *raw.shape[axis + 1 :]], np.uint8)
    for place in range(coding.digits):
        digits[(slice(None),) * (axis + 1) + (place,)] = _digit(raw, coding.base, place)
    return _signed(digits, coding)


@cache
def _known_digits(coding: Coding) -> np.ndarray:
    """What the digits of every byte stand for: a look into a table takes a twentieth of the time of writing each."""
    codes = np.arange(256, dtype=np.uint8)
    return _signed(np.stack([_digit(codes, coding.base, place) for place in range(coding.digits)], -1), coding)


def _digit(raw: np.ndarray, base: int, place: int) -> np.ndarray:
    """One of the digits of each byte: by shifting, which takes a tenth of the time of dividing, where that is one."""
    bits = base.bit_length() - 1
    return (raw >> bits * place) & (base - 1) if base == 1 << bits else raw // base**place % base


def _signed(digits: np.ndarray, coding: Coding) -> np.ndarray:
    """The values that the digits of a coding stand for."""
    if not coding.lowest:
        return digits
    values = digits.view(np.int8)
    if coding.wraps:  # a remainder would take ten times as long
        return np.asarray(values - (values >= coding.base + coding.lowest).view(np.int8) * np.int8(coding.base))
    return np.asarray(values + np.int8(coding.lowest))


def _reshape(matrix: Array, shape: tuple[int, ...], picks: list[range]) -> np.ndarray:
    """The values at the crossings of some places in the other shape."""
    columns = max(1, matrix.shape[-1])
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    grid = np.ix_(*(np.asarray(pick) * stride for pick, stride in zip(picks, strides, strict=True)))
    places = np.asarray(sum(grid))
    rows, across = places // columns, places % columns
    top, left = int(rows.min()), int(across.min())
    box = matrix[top : int(rows.max()) + 1, left : int(across.max()) + 1]
    return np.asarray(box[rows - top, across - left])


def _factors(
    factor: Factor, picks: Sequence[range], shape: tuple[int, ...]
) -> np.ndarray[tuple[Any, ...], np.dtype[np.float32]]:
    """The numbers of a factor for some places, in a shape that numpy spreads over them."""
    sizes = [len(pick) if axis in factor.axes else 1 for axis, pick in enumerate(picks)]
    if factor.groups is not None:
        wanted = [slice(None) if axis == factor.group_axis else _slices([picks[axis]])[0] for axis in factor.axes]
        numbers = np.nan_to_num(factor.groups[_slices([picks[factor.group_axis]])]).astype(np.intp)
        found = factor.array[tuple(wanted)].take(numbers, factor.axes.index(factor.group_axis), mode="clip")
    elif len(factor.array.shape) == len(factor.axes):
        found = factor.array[_slices([picks[axis] for axis in factor.axes])]
    else:
        whole = factor.array[...].reshape([shape[axis] for axis in factor.axes])
        found = whole[_slices([picks[axis] for axis in factor.axes])]
    return np.asarray(found.transpose(np.argsort(factor.axes)).reshape(sizes)).astype(np.float32)


def _multiply(
    values: Array, scale: Factor, zero: Factor | None, divisor: Factor | None, picks: list[range]
) -> np.ndarray:
    """The values at the crossings of some places, counted from zero, times the scale, by the divisor."""
    found = values[_slices(picks)].astype(np.float32)
    factor = _factors(scale, picks, values.shape)
    if zero is not None:
        found -= _factors(zero, picks, values.shape)
    found *= factor
    return found if divisor is None else found / _factors(divisor, picks, values.shape)


def _round_to_float8(values: Array, scale: Array, picks: list[range]) -> np.ndarray:
    """The values at the crossings of some places, rounded."""
    factor = scale[...].astype(np.float32)
    return as_float8(values[_slices(picks)].astype(np.float32) / factor) * factor


def as_float8(values: np.ndarray) -> np.ndarray:
    """The nearest float8_e4m3fn of each value, a tie to the even code, what is too large to the largest."""
    known = float8_values("float8_e4m3fn")[:0x7F]
    middles = (known[1:] + known[:-1]) / 2
    sizes = np.abs(values)
    below, above = middles.searchsorted(sizes, "left"), middles.searchsorted(sizes, "right")
    codes = np.where(below % 2 == 0, below, above)
    return np.where(np.isnan(values), values, np.copysign(known[codes], values)).astype(np.float32)
