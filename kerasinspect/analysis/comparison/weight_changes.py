"""What became of each weight of two layers that are one: which values are held against each other, read once."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.compared_values import are_stored_alike, held_values
from kerasinspect.analysis.comparison.matching.weights import paired_weights
from kerasinspect.analysis.comparison.merged_factors import merged_kernels
from kerasinspect.analysis.comparison.results import ArrayChange, ComparisonOptions, Spectrum, WeightDiff
from kerasinspect.analysis.comparison.spectra import spectrum
from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.model import Array, Layer, Weight


@dataclass(frozen=True, slots=True)
class Readings:
    """Reads the values of two models, and notes what cannot be read of each."""

    options: ComparisonOptions
    old_damage: Damage
    new_damage: Damage
    differing: Callable[[], None]
    """Called before values of which some differ are read."""


def weight_diffs(old: Layer, new: Layer, readings: Readings | None) -> tuple[WeightDiff, ...]:
    """What became of each weight of two layers; without readings, of layers of one file, all is the same unread."""
    pairs = paired_weights(old, new)
    merged = merged_kernels(pairs, old, new)
    return tuple(_weight_diff(one, other, readings, merged.get(other.name) if other else None) for one, other in pairs)


def _weight_diff(
    old: Weight | None, new: Weight | None, readings: Readings | None, merged: tuple[Array, Array] | None
) -> WeightDiff:
    """What became of one weight, by the arrays with LoRA factors merged where these are given."""
    known = new or old
    name = known.name if known else ""
    if old is None or new is None:
        return WeightDiff(name, old, new)
    before, after, are_told = (*merged, True) if merged else held_values(old, new)
    is_alike = are_stored_alike(old, new)
    if before.shape != after.shape or not (is_alike or are_told):
        return WeightDiff(name, old, new, untold=not are_told)
    if readings is None:
        return WeightDiff(name, old, new, ArrayChange(new.parameters, 0, close=True))
    change = _change(before, after, (old.path, new.path), readings)
    if isinstance(change, ArrayChange) and not (are_told or change.equal):
        return WeightDiff(name, old, new, untold=True)
    spread = _spread(before, after, readings) if isinstance(change, ArrayChange) and not change.equal else None
    is_computed = bool(merged) or before is old.dequantized or after is new.dequantized
    return WeightDiff(name, old, new, change, spread, is_computed)


def _spread(old: Array, new: Array, readings: Readings) -> Spectrum | None:
    """How the change of a kernel is spread, where that is asked; the values were read before."""
    found = Damage().attempt(lambda: spectrum(old, new), "", "") if readings.options.spectral else None
    return None if isinstance(found, Unread) else found


def _change(old: Array, new: Array, paths: tuple[str, str], readings: Readings) -> ArrayChange | Unread:
    """What changed in the values; where they cannot be read, it is noted of which model."""
    rtol, atol = readings.options.rtol, readings.options.atol
    change = Damage().attempt(lambda: compare_arrays(old, new, rtol, atol, readings.differing), paths[1], paths)
    if isinstance(change, Unread):
        for array, path, damage in ((old, paths[0], readings.old_damage), (new, paths[1], readings.new_damage)):
            damage.attempt(partial(deque, array.blocks(), 0), path, path)
    return change
