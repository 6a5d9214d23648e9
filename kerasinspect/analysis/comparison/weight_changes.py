"""What became of each weight of two layers that are one: which values are held against each other, read once."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.compared_values import compared_values, stored_values
from kerasinspect.analysis.comparison.results import ArrayChange, ComparisonOptions, Spectrum, WeightDiff
from kerasinspect.analysis.comparison.spectra import spectrum
from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kerasinspect.model import Array, Weight

_Pair: TypeAlias = "tuple[Weight | None, Weight | None]"


@dataclass(frozen=True, slots=True)
class Readings:
    """Reads the values of two models, and notes what cannot be read of each."""

    options: ComparisonOptions
    old_damage: Damage
    new_damage: Damage
    differing: Callable[[], None]
    """Called before values of which some differ are read."""


def weight_diffs(pairs: Sequence[_Pair], readings: Readings | None) -> tuple[WeightDiff, ...]:
    """What became of each weight; without readings, of two models that are one file, all is the same unread."""
    return tuple(_weight_diff(old, new, readings) for old, new in pairs)


def _weight_diff(old: Weight | None, new: Weight | None, readings: Readings | None) -> WeightDiff:
    """What became of one weight."""
    known = new or old
    name = known.name if known else ""
    if old is None or new is None:
        return WeightDiff(name, old, new)
    before, after, dequantized = _compared_values(old, new)
    if before.shape != after.shape:
        return WeightDiff(name, old, new)
    if readings is None:
        return WeightDiff(name, old, new, ArrayChange(new.parameters, 0, close=True))
    change = _change(before, after, (old.path, new.path), readings)
    spread = _spread(before, after, readings) if isinstance(change, ArrayChange) and not change.equal else None
    return WeightDiff(name, old, new, change, spread, dequantized)


def _spread(old: Array, new: Array, readings: Readings) -> Spectrum | None:
    """How the change of a kernel is spread, where that is asked; the values were read before."""
    found = Damage().attempt(lambda: spectrum(old, new), "", "") if readings.options.spectral else None
    return None if isinstance(found, Unread) else found


def _compared_values(old: Weight, new: Weight) -> tuple[Array, Array, bool]:
    """The arrays that are compared of a weight, and whether they are what the layer computes with.

    They are where only one side is quantized, or both in other ways; where both are alike, it is what is stored.
    """
    is_alike = old.dtype == new.dtype and (old.dequantized is None) == (new.dequantized is None)
    before, after = stored_values(old, new) if is_alike else compared_values(old, new)
    return before, after, before is old.dequantized or after is new.dequantized


def _change(old: Array, new: Array, paths: tuple[str, str], readings: Readings) -> ArrayChange | Unread:
    """What changed in the values; where they cannot be read, it is noted of which model."""
    rtol, atol = readings.options.rtol, readings.options.atol
    change = Damage().attempt(lambda: compare_arrays(old, new, rtol, atol, readings.differing), paths[1], paths)
    if isinstance(change, Unread):
        for array, path, damage in ((old, paths[0], readings.old_damage), (new, paths[1], readings.new_damage)):
            damage.attempt(partial(deque, array.blocks(), 0), path, path)
    return change
