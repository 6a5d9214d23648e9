"""What an optimizer's state says: how many steps it took, and which weights it ever moved."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics import number_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.analysis.training.results import SlotState
    from kerasinspect.model import Array, Extra, Model

_STEP_WORDS = ("iteration", "iterations", "iter")
"""What the optimizers of all generations call their number of steps."""

_FIRST_ACCUMULATOR = 0.1
"""What Adagrad and Ftrl start their accumulators with, unless told otherwise."""


def steps_taken(model: Model) -> int | None:
    """How many steps the optimizer took; None where the file does not say.

    Raises DamagedFile where the number is missing.
    """
    counts = [float(extra.array[...]) for extra in model.extras if _counts_steps(extra)]
    return max((int(count) for count in counts if isfinite(count)), default=None)


def _counts_steps(extra: Extra) -> bool:
    """Whether an array is a number of steps: a whole number by itself, or one that is named so."""
    if extra.kind != "optimizer" or extra.array.shape:
        return False
    name = extra.name.rpartition("/")[2].partition(":")[0].rstrip("_0123456789")
    return extra.array.dtype in {"int32", "int64", "uint64"} or (extra.array.dtype == "float32" and name in _STEP_WORDS)


def slots_by_weight(model: Model) -> Mapping[str, list[Extra]]:
    """The optimizer's arrays for each weight, by the weight's path."""
    slots: dict[str, list[Extra]] = {}
    for extra in model.extras:
        if extra.kind == "optimizer" and extra.weight is not None:
            slots.setdefault(extra.weight, []).append(extra)
    return slots


def state_of(slots: Iterable[Extra], accumulator: float, figures: Mapping[str, Statistics]) -> SlotState | None:
    """Whether any of these arrays ever left the number that it started with; None where there are none.

    ``figures`` are those already known, by an array's path in the file. Raises DamagedFile where bytes are missing.
    """
    states = [_moved(slot.array, np.float32(accumulator), figures.get(slot.stored_path)) for slot in slots]
    if not states:
        return None
    return "moved" if any(states) else "still"


def any_state_moved(model: Model, accumulator: float, figures: Mapping[str, Statistics]) -> bool:
    """Whether any array of the optimizer left the number that it started with, whichever weight it belongs to.

    Raises DamagedFile where bytes are missing.
    """
    slots = (extra for extra in model.extras if extra.kind == "optimizer" and extra.array.shape)
    return any(_moved(slot.array, np.float32(accumulator), figures.get(slot.stored_path)) for slot in slots)


def _moved(array: Array, first: np.float32, figures: Statistics | None) -> bool:
    """Whether any value is neither zero nor what an accumulator starts with; read only where figures leave it open."""
    if figures is not None and figures.minimum is not None and figures.maximum is not None:
        resting = [end in {0.0, float(first)} for end in (figures.minimum, figures.maximum)]
        if figures.constant or not all(resting):
            return not all(resting)
    return any(bool(((block != 0) & (block.astype(np.float32) != first)).any()) for block in number_blocks(array))


def first_accumulator(model: Model) -> float:
    """What the optimizer's accumulators started with, from its config."""
    config = model.training_config or {}
    for key in ("optimizer", "optimizer_config"):
        optimizer = config.get(key)
        own = optimizer.get("config") if isinstance(optimizer, dict) else None
        value = own.get("initial_accumulator_value") if isinstance(own, dict) else None
        if isinstance(value, float):
            return value
    return _FIRST_ACCUMULATOR
