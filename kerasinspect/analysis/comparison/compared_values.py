"""Which arrays of two weights are held against each other: numbers of one kind on both sides."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.analysis.comparison.matching.places import stands_for_others, tells_values, values_of

if TYPE_CHECKING:
    from kerasinspect.model import Array, Weight


class Compared(NamedTuple):
    """Two arrays that are held against each other."""

    old: Array
    new: Array
    are_told: bool
    """Whether they are numbers of one kind; else equal ones are the same, and nothing can be said of others."""


def compared_values(old: Weight, new: Weight) -> Compared:
    """The numbers that a layer computes with, or what is stored where a file does not tell which these are."""
    if _are_of_one_kind(old, new):
        return Compared(values_of(old), values_of(new), are_told=True)
    return Compared(old.array, new.array, are_told=False)


def held_values(old: Weight, new: Weight) -> Compared:
    """The numbers by which two weights are held against each other: of those stored alike the stored ones."""
    found = compared_values(old, new)
    return (
        Compared(*_stored_values(old, new), are_told=True) if found.are_told and are_stored_alike(old, new) else found
    )


def are_stored_alike(old: Weight, new: Weight) -> bool:
    """Whether the stored values of two weights are of one dtype and one shape."""
    return (old.dtype, old.shape) == (new.dtype, new.shape)


def _stored_values(old: Weight, new: Weight) -> tuple[Array, Array]:
    """What is stored on both sides: the integers that it stands for, or the bytes where a side does not tell these."""
    if old.unpacked is not None and new.unpacked is not None:
        return old.unpacked, new.unpacked
    return old.array, new.array


def _are_of_one_kind(old: Weight, new: Weight) -> bool:
    """Whether both files tell what the stored numbers stand for, in one shape, or neither is known to be quantized."""
    if not (tells_values(old) and tells_values(new)):
        return are_stored_alike(old, new) and not (stands_for_others(old) or stands_for_others(new))
    shapes = values_of(old).shape, values_of(new).shape
    is_flattened = shapes[0] != shapes[1] and prod(shapes[0]) == prod(shapes[1])
    return not (is_flattened and (old.dequantized is not None or new.dequantized is not None))
