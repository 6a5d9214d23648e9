"""Keys that lists are sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Thing = TypeVar("_Thing")

SortKey: TypeAlias = "tuple[bool, float] | str"
"""Whether a figure is missing, then how small it is; or a name."""


def largest_first(figure: Callable[[_Thing], float | None]) -> Callable[[_Thing], tuple[bool, float]]:
    """A sort key that puts the largest figure first, and missing ones and NaN last."""

    def key(thing: _Thing) -> tuple[bool, float]:
        value = figure(thing)
        return value is None or value != value, -(value or 0.0)  # noqa: PLR0124 - NaN differs from itself

    return key
