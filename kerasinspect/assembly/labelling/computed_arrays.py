"""Quantized arrays as the numbers that they stand for: unpacked, and multiplied out, as far as they are asked for.

Satisfies ``kerasinspect.model.Array``: only those bytes are read that the asked numbers need. What is packed how is
not known here; see ``kerasinspect.knowledge.packing``.
"""

from __future__ import annotations

import math
import re
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.containers.sources import BLOCK
from kerasinspect.containers.stored import normalised
from kerasinspect.dtypes import float8_values
from kerasinspect.late_dataclasses import dataclass
from kerasinspect.model import all_values
from kerasinspect.shown.representation import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import DTypeLike

    from kerasinspect.knowledge.packing import Coding
    from kerasinspect.model import Array, Index


@dataclass(frozen=True, slots=True)
class _Computed:
    """An array whose values follow from other arrays; ``compute`` gives those at the crossings of some places."""

    shape: tuple[int, ...]
    dtype: str
    compute: Callable[[list[range]], np.ndarray]

    def __repr__(self) -> str:
        """Its shape and its dtype."""
        return one_line(self, str(self.shape), self.dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of all values, as small as they are."""
        bits = re.fullmatch(r"u?int(2|4)", self.dtype)
        return -(-math.prod(self.shape) * (int(bits[1]) if bits else 8 * np.dtype(self.dtype).itemsize) // 8)

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected values."""
        picks, kept = normalised(key, self.shape)
        with np.errstate(all="ignore"):  # a scale of zero gives infinities, as it does in the layer
            values = self.compute(picks) if all(picks) else np.empty([len(pick) for pick in picks])
        return values.reshape([len(pick) for pick, keep in zip(picks, kept, strict=True) if keep])

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:  # noqa: FBT001 - as numpy calls it
        """All values, as ``numpy.asarray`` asks for them."""
        return all_values(self, dtype, copy=copy)

    def blocks(self, size: int = BLOCK) -> Iterator[bytes | memoryview]:
        """All values in C order, little-endian, a byte to each where they are smaller."""
        rows = self.shape[0] if self.shape else 1
        step = max(1, rows * size // max(1, math.prod(self.shape) * 4))
        for start in range(0, rows, step):
            values = self[start : start + step] if self.shape else self[...]
            yield values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def _slices(picks: Sequence[range]) -> tuple[slice, ...]:
    """Places along each axis as numpy slices."""
    return tuple(slice(pick.start, pick.stop if pick.stop >= 0 else None, pick.step) for pick in picks)


def unpacked(stored: Array, axis: int, length: int, coding: Coding) -> _Computed:
    """Values that share bytes along ``axis``, as the coding says."""
    shape = (*stored.shape[:axis], length, *stored.shape[axis + 1 :])
    return _Computed(shape, coding.dtype, partial(_unpack, stored, axis, coding))


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


def transposed_matrix(matrix: Array) -> _Computed:
    """A matrix with its rows as columns."""
    return _Computed(matrix.shape[::-1], matrix.dtype, partial(_transpose, matrix))


def _transpose(matrix: Array, picks: list[range]) -> np.ndarray:
    """The values at the crossings of some rows and columns of the transposed matrix."""
    return matrix[_slices(picks[::-1])].T


def reshaped(matrix: Array, shape: tuple[int, ...]) -> _Computed:
    """The numbers of a matrix, in C order, in another shape: reads the rows and columns around what is asked for."""
    return _Computed(shape, matrix.dtype, partial(_reshape, matrix, shape))


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


@dataclass(frozen=True, slots=True)
class Factor:
    """Numbers that belong to whole rows, columns or groups of another array."""

    array: Array
    axes: tuple[int, ...]
    """The axes of that array along which they run."""
    groups: Array | None = None
    """For each place on ``group_axis``, the number of its group; None where there are no groups."""
    group_axis: int = 0

    def at(self, picks: Sequence[range], shape: tuple[int, ...]) -> np.ndarray:
        """The numbers for these places, in a shape that numpy spreads over them."""
        sizes = [len(pick) if axis in self.axes else 1 for axis, pick in enumerate(picks)]
        if self.groups is not None:
            wanted = [slice(None) if axis == self.group_axis else _slices([picks[axis]])[0] for axis in self.axes]
            numbers = np.nan_to_num(self.groups[_slices([picks[self.group_axis]])]).astype(np.intp)
            found = self.array[tuple(wanted)].take(numbers, self.axes.index(self.group_axis), mode="clip")
        elif len(self.array.shape) == len(self.axes):
            found = self.array[_slices([picks[axis] for axis in self.axes])]
        else:
            whole = self.array[...].reshape([shape[axis] for axis in self.axes])
            found = whole[_slices([picks[axis] for axis in self.axes])]
        return np.asarray(found.transpose(np.argsort(self.axes)).reshape(sizes))


def multiplied(
    values: Array, scale: Factor, zero: Factor | None = None, divisor: Factor | None = None, *, multiplies: bool
) -> _Computed:
    """``(value - zero) * scale`` where the layer multiplies, else ``value / scale``; then divided by the divisor."""
    if not multiplies:
        return _Computed(values.shape, "float32", partial(_divide, values, scale))
    return _Computed(values.shape, "float32", partial(_multiply, values, scale, zero, divisor))


def _divide(values: Array, scale: Factor, picks: list[range]) -> np.ndarray:
    """The values at the crossings of some places by the scale."""
    return values[_slices(picks)].astype(np.float32) / scale.at(picks, values.shape).astype(np.float32)


def _multiply(
    values: Array, scale: Factor, zero: Factor | None, divisor: Factor | None, picks: list[range]
) -> np.ndarray:
    """The values at the crossings of some places, counted from zero, times the scale, by the divisor."""
    found = values[_slices(picks)].astype(np.float32)
    factor = scale.at(picks, values.shape).astype(np.float32)
    if zero is not None:
        found -= zero.at(picks, values.shape).astype(np.float32)
    found *= factor
    return found if divisor is None else found / divisor.at(picks, values.shape).astype(np.float32)


def rounded_to_float8(values: Array, scale: Array) -> _Computed:
    """What a float8 layer computes with: values divided by the scale, rounded to float8, multiplied again."""
    return _Computed(values.shape, "float32", partial(_round_to_float8, values, scale))


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
