"""Two arrays read beside each other, whatever pieces each of them comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    _Values = np.ndarray[Any, Any]


def in_step(one: Iterable[_Values], other: Iterable[_Values]) -> Iterator[tuple[_Values, _Values]]:
    """The pieces of two arrays, cut where those of either end, so that the two of a pair hold the same positions."""
    following = iter(other)
    right: _Values = np.empty(0)
    for piece in one:
        left = piece
        while left.size:
            if not right.size:
                right = next(following)
            size = min(left.size, right.size)
            yield left[:size], right[:size]
            left, right = left[size:], right[size:]
