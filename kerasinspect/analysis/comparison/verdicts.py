"""What became of the weights of a layer, from what changed in each: unchanged, nudged, trained or replaced."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kerasinspect.analysis.comparison.results import ArrayChange, Verdict, WeightDiff

_NUDGED = 0.01
"""The most that a change may be, as a share of the old values in L2, that is no more than a nudge.

Rounding to bfloat16 changes values by 0.17 % of their size, to float16 by 0.02 %; a quantized kernel of int8 is about
1 % off.
"""
_LEAST_CORRELATION = 0.1
"""The least correlation of values that have something in common."""
_SIGMAS = 3.0
"""Standard deviations above 0 that it must lie, by Fisher's transformation: of values that are drawn anew, one array in
700 comes so far."""
_TOO_FEW = 3
"""So few values have nothing to say, since their correlation has no spread to go by."""
_MOST_OF_THEM = 0.5
"""A layer is replaced where more than this share of its values have nothing in common with those before."""
_GRAVEST_FIRST: tuple[Verdict, ...] = ("replaced", "trained", "nudged", "unchanged")


def verdict_of(weights: Sequence[WeightDiff], unproven: Collection[Verdict] = ()) -> Verdict | None:
    """The verdict on a layer that both models have; None where values that it depends on are not read or told.

    ``unproven`` are the verdicts on what one file lacks that its damage may have hidden.
    """
    if whole := _one_sided(weights):
        return None if whole in unproven else whole
    found = [(_weight_verdict(weight), weight) for weight in weights]
    verdicts = [verdict for verdict, _ in found if verdict is not None]
    gravest: Verdict = next((verdict for verdict in _GRAVEST_FIRST if verdict in verdicts), "unchanged")
    if gravest == "replaced" and not _is_most([weight for verdict, weight in found if verdict == gravest], weights):
        return "trained"
    is_open = len(verdicts) < len(found) and gravest in {"unchanged", "nudged"}
    return None if is_open else gravest


def _one_sided(weights: Sequence[WeightDiff]) -> Verdict | None:
    """The verdict on a layer that has weights in one model alone, as one that was built meanwhile has; else None."""
    lacking: dict[tuple[bool, bool], Verdict] = {(True, False): "added", (False, True): "removed"}
    sides = {(weight.old is None, weight.new is None) for weight in weights}
    return lacking.get(sides.pop()) if len(sides) == 1 else None


def _weight_verdict(weight: WeightDiff) -> Verdict | None:
    """The verdict on one weight; None where its values cannot be read, or are not told.

    One that only one side has, as a bias that was added or a scale of quantization, is a difference, but no value of it
    moved: it says nothing of training.
    """
    match weight.change:
        case change if weight.untold or isinstance(change, Unread):
            return None
        case None if weight.old is not None and weight.new is not None:
            return "replaced"
        case None:
            return "unchanged"
        case change if change.equal:
            return "unchanged"
        case change if _is_nudge(change):
            return "nudged"
        case change:
            return "trained" if _has_in_common(change) else "replaced"


def _is_nudge(change: ArrayChange) -> bool:
    """Whether the values hardly moved, and those that are NaN or infinite are the same ones.

    A value that became infinite, or another one that is NaN, is in no figure, and changes what the layer computes more
    than any other could.
    """
    is_odd = bool(change.changed_nan or change.changed_infinite)
    return not is_odd and change.relative_l2 is not None and change.relative_l2 <= _NUDGED


def _has_in_common(change: ArrayChange) -> bool:
    """Whether the values have anything to do with those before, or are too few or too constant to tell."""
    if change.correlation is None or change.count <= _TOO_FEW:
        return True
    chance = math.tanh(_SIGMAS / math.sqrt(change.count - _TOO_FEW))
    return change.correlation > max(_LEAST_CORRELATION, chance)


def _is_most(replaced: Sequence[WeightDiff], weights: Sequence[WeightDiff]) -> bool:
    """Whether these weights hold most of a layer's values: a few of a bias may happen to have nothing in common."""
    return sum(map(_size, replaced)) > _MOST_OF_THEM * sum(map(_size, weights))


def _size(weight: WeightDiff) -> int:
    """The number of values of a weight; none of one that only one side has, or that is constant on one side."""
    match weight.change:
        case None if weight.old is not None and weight.new is not None and not weight.untold:
            return weight.new.parameters
        case None | Unread():
            return 0
        case change:
            return 0 if change.correlation is None and not change.equal else change.count
