"""The order in which a person counts files: ``epoch_2`` before ``epoch_10``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.formats.locating.folder_search import Location

_DIGITS = late_pattern(r"([0-9]+)")

_Key: TypeAlias = "tuple[list[tuple[str, int, str]], str]"


def in_natural_order(locations: Iterable[Location]) -> tuple[Location, ...]:
    """Locations, with the numbers in their names as numbers; those in one folder side by side."""
    return tuple(sorted(locations, key=lambda location: _natural_key(location.path)))


def _natural_key(path: str) -> _Key:
    """What a path is sorted by: letters without their case, and each number by how long it is, then by its digits.

    A number may have more digits than Python takes for one. What differs in nothing else is told apart by the path.
    """
    pieces = _DIGITS.split(path.replace(os.sep, "\0"))
    numbers = [digits.lstrip("0") for digits in (*pieces[1::2], "")]
    words = [word.casefold() for word in pieces[::2]]
    return [(word, len(number), number) for word, number in zip(words, numbers, strict=True)], path
