"""Writes numbers so that a column of them can be read: one style for all numbers of an array."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kerasinspect.late_dataclasses import dataclass
from kerasinspect.output.show_options import PRECISION

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def choose_style(blocks: Iterable[np.ndarray[Any, Any]], precision: int = PRECISION) -> NumberStyle:
    """The style that suits all numbers of these blocks, which are read once."""
    largest, smallest, nearest, whole, odd, floating = 0.0, 0.0, 1.0, True, 0, False
    for block in blocks:
        if not block.size:
            continue
        if block.dtype.kind not in "iuf":
            odd = max(odd, *(len(str(value)) for value in {*block.ravel().tolist()}))
            continue
        floating = floating or block.dtype.kind == "f"
        finite = block[np.isfinite(block)] if block.dtype.kind == "f" else block
        if finite.size < block.size:
            odd = max(odd, 3 + bool(np.isneginf(block).any()))
        if finite.size:
            largest, smallest = max(largest, float(finite.max())), min(smallest, float(finite.min()))
            whole = whole and bool((finite == np.trunc(finite)).all())
            nearest = min(nearest, float(np.abs(finite, where=finite != 0, out=np.ones_like(finite)).min()))
    size = max(largest, -smallest)
    if whole and (not floating or size < _FIXED_BELOW):
        return NumberStyle("whole", 0, max(odd, len(str(int(largest))), len(str(int(smallest)))))
    decimal = _FIXED_FROM <= size < _FIXED_BELOW
    style = NumberStyle("decimal" if decimal else "exponent", precision, 0)
    widths = (len(style.write(end)) for end in (largest, smallest))
    # Closest to zero an exponent may have a digit more.
    least = 0 if decimal else max(len(style.write(1.0)), len(style.write(nearest))) + int(smallest < 0)
    return NumberStyle(style.form, precision, max(odd, least, *widths))
