"""Two arrays cut into the same parts, which several threads take in turn; so are small ones, of which one is all."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kerasinspect.analysis.statistics.side_by_side import side_by_side
from kerasinspect.model.arrays import Divisible

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.model import Array

_Found = TypeVar("_Found")

_PART = 1 << 22
"""Values of a part: so many that the buffers that it is read into cost little, so few that threads end together."""


def of_each_part(work: Callable[[Array, Array], _Found], old: Array, new: Array) -> list[_Found]:
    """What some work finds of each part of two arrays of one shape, in order, from as many threads as are worth it.

    Parts are the same for any number of threads. Raises the error of the first part that has one.
    """
    parts = _parts(old, new)
    found: dict[int, _Found] = {}

    def work_on(place: int) -> None:
        with np.errstate(all="ignore"):
            found[place] = work(*parts[place])

    if len(parts) > 1:
        side_by_side(work_on, range(len(parts)))
    else:
        work_on(0)
    return [found[place] for place in range(len(parts))]


def _parts(old: Array, new: Array) -> list[tuple[Array, Array]]:
    """The parts of both; the whole of them where either does not lie in one run."""
    size = prod(old.shape)
    if size < 2 * _PART or not (_is_divisible(old) and _is_divisible(new)):
        return [(old, new)]
    return list(zip(_cut(old, size), _cut(new, size), strict=True))


def _is_divisible(array: Array) -> bool:
    """Whether an array can be divided anywhere; one that cannot may declare any size."""
    return isinstance(array, Divisible) and array.part(0, 1) is not None


def _cut(array: Array, size: int) -> list[Array]:
    """The parts of an array of so many values that can be divided."""
    cuts = ((start, min(start + _PART, size)) for start in range(0, size, _PART))
    parts = (array.part(*cut) if isinstance(array, Divisible) else None for cut in cuts)
    return [part for part in parts if part is not None]
