"""Positions in ``get_weights()`` as a user writes them: one, or a range as in Python."""

from __future__ import annotations

import sys

from kerasinspect.errors import RequestError
from kerasinspect.names import LONGEST_SHOWN, cut, number_of


def positions_in(text: str) -> range:
    """The positions that a text stands for: ``3``, ``3:7`` for 3 to 6, ``:4``, ``4:``; raises RequestError."""
    first, colon, end = text.strip().partition(":")
    start, stop = _number(first, 0), _number(end, sys.maxsize)
    if start is None or stop is None or not (colon or first):
        raise RequestError(
            f'"{cut(text, LONGEST_SHOWN)}" is not a position in get_weights().',
            "Write a number from 0 on, such as 3, or a range as in Python: 3:7 is 3 to 6.",
        )
    return range(start, stop if colon else start + 1)


def _number(text: str, default: int) -> int | None:
    """The number that a text is, or what an empty one stands for; None where it is none."""
    return number_of(text.strip()) if text.strip() else default
