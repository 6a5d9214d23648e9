"""Numbers, words and lists of a layer's config, which is untrusted JSON.

Each function looks under several keys in turn, since Keras renamed its arguments between generations
(``nb_filter`` became ``filters``), and gives None for anything that is not of the kind asked for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from kerasinspect.json_values import Json, JsonObject

LARGEST = 2**53
"""Whole numbers above this are no sizes, and floats no longer hold them exactly."""


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a JSON value is an integer of a credible size; ``true`` and ``false`` are not."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def first_of(config: JsonObject, *keys: str) -> Json:
    """The first value that is present and not null."""
    for key in keys:
        value = config.get(key)
        if value is not None:
            return value
    return None


def whole(config: JsonObject, *keys: str) -> int | None:
    """An integer."""
    value = first_of(config, *keys)
    return value if is_whole(value) else None


def size(config: JsonObject, *keys: str) -> int | None:
    """An integer that is not negative."""
    value = whole(config, *keys)
    return value if value is not None and value >= 0 else None


def number(config: JsonObject, *keys: str) -> float | None:
    """A finite number."""
    value = first_of(config, *keys)
    if is_whole(value) or (isinstance(value, float) and math.isfinite(value)):
        return float(value)
    return None


def word(config: JsonObject, *keys: str) -> str | None:
    """A text."""
    value = first_of(config, *keys)
    return value if isinstance(value, str) else None


def flag(config: JsonObject, *keys: str, default: bool) -> bool:
    """True or false."""
    value = first_of(config, *keys)
    return value if isinstance(value, bool) else default


def mapping(config: JsonObject, *keys: str) -> dict[str, Json]:
    """An object; an empty one where there is none."""
    value = first_of(config, *keys)
    return value if isinstance(value, dict) else {}


def whole_numbers(config: JsonObject, *keys: str) -> tuple[int, ...] | None:
    """A list of integers."""
    value = first_of(config, *keys)
    if isinstance(value, list | tuple):
        numbers = tuple(one for one in value if is_whole(one))
        return numbers if len(numbers) == len(value) else None
    return None


def repeated(config: JsonObject, count: int, *keys: str) -> tuple[int, ...] | None:
    """``count`` integers, from a list of as many or from one that stands for all."""
    one = whole(config, *keys)
    many = (one,) * count if one is not None else whole_numbers(config, *keys)
    return many if many is not None and len(many) == count else None
