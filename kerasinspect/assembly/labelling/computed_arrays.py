"""Quantized arrays as the numbers that they stand for: unpacked, and multiplied out, as far as they are asked for.

Satisfies ``kerasinspect.model.Array``: only those bytes are read that the asked numbers need. What is packed how is
not known here; see ``kerasinspect.knowledge.packing``.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from kerasinspect.assembly.labelling.recipes import (
    Divided,
    Factor,
    Multiplied,
    Recipe,
    Reshaped,
    RoundedToFloat8,
    Transposed,
    Unpacked,
)
from kerasinspect.containers.sources import BLOCK
from kerasinspect.containers.stored import normalised
from kerasinspect.dtypes import DTYPES
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.model import all_values
from kerasinspect.shown.representation import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import DTypeLike

    from kerasinspect.knowledge.packing import Coding
    from kerasinspect.model import Array, Index


@dataclass(frozen=True, slots=True)
class _Computed:
    """An array whose values follow from other arrays."""

    shape: tuple[int, ...]
    dtype: str
    recipe: Recipe

    def __repr__(self) -> str:
        """Its shape and its dtype."""
        return one_line(self, str(self.shape), self.dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of all values, as small as they are."""
        bits = re.fullmatch(r"u?int(2|4)", self.dtype)
        return -(-math.prod(self.shape) * (int(bits[1]) if bits else 8 * DTYPES[self.dtype].encoding.itemsize) // 8)

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected values."""
        from kerasinspect.assembly.labelling.computing import computed  # noqa: PLC0415 - numpy comes with it

        picks, kept = normalised(key, self.shape)
        values = computed(self.recipe, picks)
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


def unpacked(stored: Array, axis: int, length: int, coding: Coding) -> _Computed:
    """Values that share bytes along ``axis``, as the coding says."""
    shape = (*stored.shape[:axis], length, *stored.shape[axis + 1 :])
    return _Computed(shape, coding.dtype, Unpacked(stored, axis, coding))


def transposed_matrix(matrix: Array) -> _Computed:
    """A matrix with its rows as columns."""
    return _Computed(matrix.shape[::-1], matrix.dtype, Transposed(matrix))


def reshaped(matrix: Array, shape: tuple[int, ...]) -> _Computed:
    """The numbers of a matrix, in C order, in another shape: reads the rows and columns around what is asked for."""
    return _Computed(shape, matrix.dtype, Reshaped(matrix, shape))


def multiplied(
    values: Array, scale: Factor, zero: Factor | None = None, divisor: Factor | None = None, *, multiplies: bool
) -> _Computed:
    """``(value - zero) * scale`` where the layer multiplies, else ``value / scale``; then divided by the divisor."""
    recipe = Multiplied(values, scale, zero, divisor) if multiplies else Divided(values, scale)
    return _Computed(values.shape, "float32", recipe)


def rounded_to_float8(values: Array, scale: Array) -> _Computed:
    """What a float8 layer computes with: values divided by the scale, rounded to float8, multiplied again."""
    return _Computed(values.shape, "float32", RoundedToFloat8(values, scale))
