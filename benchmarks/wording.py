"""Numbers and places as the page says them."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from benchmarks.builds import THIS
from benchmarks.contests import START

if TYPE_CHECKING:
    from benchmarks.targets import Place

NOTHING = "-"
"""What stands where there is no number."""
_SMALL = 0.1
"""The ratio below which a fraction is easier to read."""
_MOST_DIGITS = 3


def number(value: float) -> str:
    """A number in three digits, or all of a large one, with at most three after the point."""
    before = floor(log10(value)) if value > 0 else 0
    return f"{value:,.{min(max(_MOST_DIGITS - 1 - before, 0), _MOST_DIGITS)}f}"


def count(value: int) -> str:
    """A whole number, all of it."""
    return f"{value:,}"


def seconds(value: float) -> str:
    """Seconds."""
    return f"{number(value)} s"


def ratio(value: float | None) -> str:
    """A ratio; a small one as a fraction."""
    if value is None:
        return NOTHING
    return f"1/{number(1 / value)}" if value < _SMALL else number(value)


def megabytes(value: int) -> str:
    """Bytes, in MB."""
    return f"{number(value / 1e6)} MB"


def place(where: Place, beside: Place | None = None) -> str:
    """A command on a model; of someone beside whom another stands, only what is different."""
    model, question, who = where
    if beside and beside[:2] == where[:2]:
        return who
    said = f"`{question}`" if model == START else f"`{question}` of {model}"
    return said if who == THIS else f"{said}, {who}"
