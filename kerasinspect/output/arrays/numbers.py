"""Writes numbers so that a column of them can be read: one style for all numbers of an array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.show_options import PRECISION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FIXED_BELOW = 1e5
_FIXED_FROM = 1e-3
"""Between these the largest number of an array decides for plain decimals, else it is written with an exponent."""


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of one array are written, all equally wide once aligned right."""

    form: Literal["whole", "decimal", "exponent"]
    precision: int
    width: int
    """Characters of the widest number."""

    def write(self, value: object) -> str:
        """One number; an exact zero is a bare 0, its decimals left blank, so that it differs from a tiny number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return str(value).lower()
        if not math.isfinite(value):
            return str(value)
        if self.form == "whole":
            return str(int(value))
        if value == 0:
            return "0" + " " * (self.precision + 1 if self.precision and self.form == "decimal" else 0)
        return f"{value:.{self.precision}{'f' if self.form == 'decimal' else 'e'}}"

    def write_all(self, values: Sequence[object]) -> list[str]:
        """Several numbers, each as ``write`` has it; of decimals the format writes all but an exact zero."""
        if self.form == "whole" or type(values[0]) is not float:
            return [*map(self.write, values)]
        form, zero = f"%.{self.precision}{'f' if self.form == 'decimal' else 'e'}", self.write(0.0)
        return [form % value if value else zero for value in values]


def choose_style(blocks: Iterable[Sequence[object]], precision: int = PRECISION) -> NumberStyle:
    """The style that suits all numbers of these blocks, which are read once."""
    largest, smallest, nearest, whole, odd, floating = 0.0, 0.0, 1.0, True, 0, False
    for block in blocks:
        numbers, floats = _finite(block)
        if len(numbers) < len(block):
            odd = max(odd, *(len(str(value)) for value in {*block}.difference(numbers)))
        floating = floating or floats
        if numbers:
            largest, smallest = max(largest, float(max(numbers))), min(smallest, float(min(numbers)))
            whole = whole and (not floats or all(map(float.is_integer, numbers)))
            nearest = min(nearest, min(map(abs, filter(None, numbers)), default=1.0))
    size = max(largest, -smallest)
    if whole and (not floating or size < _FIXED_BELOW):
        return NumberStyle("whole", 0, max(odd, len(str(int(largest))), len(str(int(smallest)))))
    decimal = _FIXED_FROM <= size < _FIXED_BELOW
    style = NumberStyle("decimal" if decimal else "exponent", precision, 0)
    widths = (len(style.write(end)) for end in (largest, smallest))
    # Closest to zero an exponent may have a digit more.
    least = 0 if decimal else max(len(style.write(1.0)), len(style.write(nearest))) + int(smallest < 0)
    return NumberStyle(style.form, precision, max(odd, least, *widths))


def _finite(block: Sequence[Any]) -> tuple[Sequence[int | float], bool]:
    """Those of some values of one type that are numbers and neither NaN nor infinite, and whether they are floats."""
    kind = type(block[0]) if block else None
    if kind is float and not all(map(math.isfinite, block)):
        return [*filter(math.isfinite, block)], True
    return (block if kind in (int, float) else []), kind is float
