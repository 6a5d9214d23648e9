"""Numbers, words and lists taken from a layer's config, which is untrusted JSON.

Each function looks under several keys in turn, since Keras renamed its arguments between generations
(``nb_filter`` became ``filters``), and gives None for anything that is not of the kind asked for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 2**53
"""Whole numbers above this are no sizes, and floats no longer hold them exactly."""


def is_whole(value: object) -> bool:
    """Tell whether a JSON value is an integer of a credible size; ``true`` and ``false`` are not."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def first_of(config: Mapping[str, Any], *keys: str) -> Any:  # noqa: ANN401 - JSON
    """Give the first value that is present and not null."""
    for key in keys:
        value = config.get(key)
        if value is not None:
            return value
    return None


def whole(config: Mapping[str, Any], *keys: str) -> int | None:
    """Give an integer."""
    value = first_of(config, *keys)
    return value if is_whole(value) else None


def size(config: Mapping[str, Any], *keys: str) -> int | None:
    """Give an integer that is not negative."""
    value = whole(config, *keys)
    return value if value is not None and value >= 0 else None


def number(config: Mapping[str, Any], *keys: str) -> float | None:
    """Give a finite number."""
    value = first_of(config, *keys)
    if is_whole(value) or (isinstance(value, float) and math.isfinite(value)):
        return float(value)
    return None


def word(config: Mapping[str, Any], *keys: str) -> str | None:
    """Give a text."""
    value = first_of(config, *keys)
    return value if isinstance(value, str) else None


def flag(config: Mapping[str, Any], *keys: str, default: bool) -> bool:
    """Give true or false."""
    value = first_of(config, *keys)
    return value if isinstance(value, bool) else default


def mapping(config: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Give an object; an empty one where there is none."""
    value = first_of(config, *keys)
    return value if isinstance(value, dict) else {}


def whole_numbers(config: Mapping[str, Any], *keys: str) -> tuple[int, ...] | None:
    """Give a list of integers."""
    value = first_of(config, *keys)
    if isinstance(value, list | tuple) and all(map(is_whole, value)):
        return tuple(value)
    return None


def repeated(config: Mapping[str, Any], count: int, *keys: str) -> tuple[int, ...] | None:
    """Give ``count`` integers, from a list of as many or from one that stands for all."""
    one = whole(config, *keys)
    many = (one,) * count if one is not None else whole_numbers(config, *keys)
    return many if many is not None and len(many) == count else None
