"""Draws how a layer moved over files as a line of signs, one for each file after the first."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.analysis.comparison.series.results import LayerSeries, Movement

_LEVELS = "▁▂▃▄▅▆▇█"
_STILL, _NOT_COMPARED, _NOT_FINITE, _NAN, _MISSING = "─", "×", "~", "!", "/"

_MOST_SIGNS = 40
"""Signs of a line; of more files each sign stands for several."""

_Step: TypeAlias = "tuple[Movement | None, int | None, bool]"
"""How a layer moved to a file, how many NaN it has there, and whether the file lacks it."""


def sparkline(layer: LayerSeries) -> str:
    """One sign for each file after the first, or for so many of them that the line is not too long."""
    missing = {*layer.missing}
    is_missing = (at in missing for at in range(len(layer.nan)))
    steps = [*zip(layer.movements, layer.nan, is_missing, strict=True)][1:]
    largest = max((movement.change or 0.0 for movement, *_ in steps if movement), default=0.0)
    size = _files_of_a_sign(len(layer.movements))
    return "".join(_sign(steps[start : start + size], largest) for start in range(0, len(steps), size))


def _files_of_a_sign(files: int) -> int:
    """How many files one sign stands for, where there are so many."""
    return max(1, ceil((files - 1) / _MOST_SIGNS))


def legend(files: int, *, missing: bool = False) -> str:
    """What the signs of the lines of so many files mean, with that of a missing layer where there is any."""
    size = _files_of_a_sign(files)
    each = "one sign a step" if size == 1 else f"one sign for {size} steps, the largest change of them"
    more = f", {_MISSING} missing" if missing else ""
    return (
        f"{each}, {_LEVELS[0]} to {_LEVELS[-1]} as a share of the row's largest; "
        f"{_STILL} no value changed, {_NOT_FINITE} changed, but by 0 where values are finite, "
        f"{_NOT_COMPARED} not compared, {_NAN} has NaN{more}"
    )


def _sign(steps: Sequence[_Step], largest: float) -> str:
    """The sign of some files: NaN before all else, then the largest change."""
    if any(nan for _, nan, _ in steps):
        return _NAN
    moved = [movement for movement, *_ in steps if movement is not None]
    if not moved:
        return _MISSING if all(missing for *_, missing in steps) else _NOT_COMPARED
    changes = [movement.change for movement in moved if movement.changed]
    if not any(change != 0 for change in changes):
        return _NOT_FINITE if changes else _STILL
    change = max(largest if one.change is None else one.change for one in moved)
    return _LEVELS[max(1, ceil(len(_LEVELS) * change / largest)) - 1] if largest else _LEVELS[-1]
