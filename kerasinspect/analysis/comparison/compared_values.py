"""Which arrays of two weights are held against each other: numbers of one kind on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.dtypes import is_float

if TYPE_CHECKING:
    from kerasinspect.model import Array, Weight


def compared_values(old: Weight, new: Weight) -> tuple[Array, Array]:
    """The numbers that a layer computes with, or the stored ones where a file that lost a scale does not tell them."""
    is_told = all(weight.dequantized is not None or is_float(weight.dtype) for weight in (old, new))
    is_stored_alike = (old.dtype, old.shape) == (new.dtype, new.shape)
    return stored_values(old, new) if is_stored_alike and not is_told else (values_of(old), values_of(new))


def stored_values(old: Weight, new: Weight) -> tuple[Array, Array]:
    """What is stored on both sides: the integers that it stands for, or the bytes where a side does not tell these."""
    if old.unpacked is not None and new.unpacked is not None:
        return old.unpacked, new.unpacked
    return old.array, new.array
