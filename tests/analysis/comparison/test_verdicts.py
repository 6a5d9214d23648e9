"""Tests of what became of a layer, by what changed in its weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.results import ArrayChange, WeightDiff
from kerasinspect.analysis.comparison.verdicts import verdict_of
from kerasinspect.analysis.damage import Unread
from tests.makers.handmade import MemoryArray, weight

RANDOM = np.random.default_rng(1)
OLD = RANDOM.standard_normal((40, 20)).astype("float32")
OTHER = RANDOM.standard_normal((40, 20)).astype("float32")
ONES = np.ones(20, "float32")

Values = np.ndarray[Any, Any]


def changed(old: Values, new: Values, *, dequantized: bool = False) -> WeightDiff:
    """One weight whose values became others."""
    sides = [weight("one", "Dense", "kernel", values, [""] * values.ndim) for values in (old, new)]
    change = None
    if old.shape == new.shape:
        change = compare_arrays(MemoryArray(old), MemoryArray(new), 1e-5, 1e-8)
    return WeightDiff("kernel", sides[0], sides[1], change, dequantized=dequantized)


def one_sided(values: Values) -> WeightDiff:
    """A weight that only the new side has."""
    return WeightDiff("bias", None, weight("one", "Dense", "bias", values, [""] * values.ndim))


def first_of(values: Values, value: float, at: int = 0) -> Values:
    """Values with the first one, or another one, replaced."""
    copy = values.copy()
    copy.flat[at] = value
    return copy


SAME = changed(OLD, OLD)
UNREAD = replace(SAME, change=Unread("The values end."))
NUDGE, MOVE, SWAP = changed(OLD, OLD * 1.001), changed(OLD, OLD + 0.5 * OTHER), changed(OLD, OTHER)
SMALL_SWAP = changed(OLD[0], OTHER[0])

VERDICTS: dict[str, tuple[list[WeightDiff], str | None]] = {
    "no weights": ([], "unchanged"),
    "equal": ([SAME], "unchanged"),
    "rounded to float16": ([changed(OLD, OLD.astype("float16").astype("float32"))], "nudged"),
    "a small step": ([SAME, NUDGE], "nudged"),
    "moved": ([SAME, NUDGE, MOVE], "trained"),
    "moved by twice its size": ([changed(OLD, OLD + 2 * OTHER)], "trained"),
    "drawn anew": ([SWAP], "replaced"),
    "turned around": ([changed(OLD, -OLD)], "replaced"),
    "a bias drawn anew beside a kernel that moved": ([MOVE, SMALL_SWAP], "trained"),
    "another shape": ([changed(OLD, OLD[:, :10])], "replaced"),
    "a bias that was zero": ([SAME, changed(0 * ONES, OTHER[0])], "trained"),
    "constants alone": ([changed(ONES, OTHER[0])], "trained"),
    "two values": ([changed(OLD[0, :2], OTHER[0, :2])], "trained"),
    "a drawn kernel, and a bias that was zero": ([SWAP, changed(0 * ONES, OTHER[0])], "replaced"),
    "one infinity": ([changed(OLD, first_of(OLD, np.inf))], "trained"),
    "an infinity that is finite again": ([changed(first_of(OLD, np.inf), OLD)], "trained"),
    "an infinity of the other sign": ([changed(first_of(OLD, np.inf), first_of(OLD, -np.inf))], "trained"),
    "a NaN elsewhere": ([changed(first_of(OLD, np.nan), first_of(OLD[::-1], np.nan)[::-1])], "trained"),
    "a small step beside what is not finite": (
        [changed(first_of(first_of(OLD, np.nan), np.inf, 1), first_of(first_of(OLD, np.nan), np.inf, 1) * 1.001)],
        "nudged",
    ),
    "NaN": ([changed(OLD, np.where(OLD > 1, np.nan, OLD))], "trained"),
    "all its weights": ([one_sided(ONES), one_sided(OLD)], "added"),
    "half of its values drawn anew": ([SMALL_SWAP, changed(OLD[1], OLD[1])], "trained"),
    "a weight more": ([SAME, one_sided(ONES)], "unchanged"),
    "a weight more beside one that moved": ([MOVE, one_sided(ONES)], "trained"),
    "a scale that quantizing adds": ([replace(NUDGE, dequantized=True), one_sided(ONES)], "nudged"),
    "not read": ([UNREAD], None),
    "not read beside an equal one": ([SAME, UNREAD], None),
    "not read beside one that moved": ([MOVE, UNREAD], "trained"),
}


@pytest.mark.parametrize(("weights", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_the_gravest_change_decides(weights: list[WeightDiff], expected: str | None) -> None:
    """The verdict says no more than the values prove."""
    assert verdict_of(weights) == expected


def test_a_correlation_is_believed_by_the_number_of_values() -> None:
    """What two small arrays have in common may be chance."""
    weight_diff = changed(OLD, OTHER)
    few = ArrayChange(16, 16, close=False, relative_l2=1.0, correlation=0.5)
    assert verdict_of([replace(weight_diff, change=few)]) == "replaced"
    assert verdict_of([replace(weight_diff, change=replace(few, count=100))]) == "trained"
