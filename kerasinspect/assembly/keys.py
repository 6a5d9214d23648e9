"""Numbers in the names of groups and arrays: Keras counts both, and anyone may have written any other name."""

from __future__ import annotations

import re

MOST_DIGITS = 18
"""No group and no array has a number of more digits."""
_BEHIND = re.compile(r"_([0-9]{1,18})$")


def number_of(text: str) -> int | None:
    """The number that a name consists of; None where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def number_behind(name: str) -> int:
    """The number at the end of a group's name; the first of its class has none."""
    number = _BEHIND.search(name)
    return int(number[1]) if number else 0
