"""The variables that an optimizer keeps slots for: how many there are and their shapes, in its order.

An optimizer is made for all trainable variables of a model, each once. So its state tells of variables that the model
had and the file has not, and of those that the file has twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.optimizers.classes import (
    BEFORE_SLOTS,
    LEARNING_RATE,
    LOSS_SCALE,
    OPTIMIZERS,
    choices,
    parts,
    told_slots,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.json_values import Json
    from kerasinspect.knowledge.optimizers.classes import Slots

    _Shape: TypeAlias = "tuple[int, ...]"


def tracked_shapes(optimizer: Json, shapes: Sequence[_Shape]) -> list[_Shape] | None:
    """The shape of each variable that an optimizer tracks, in the order of Keras 2.12 and later.

    ``optimizer`` is the serialised optimizer of a config, or its name; ``shapes`` are those of all arrays of its state.
    None where the class keeps no slots, is unknown, or where more than one reading is possible.
    """
    class_name, config = parts(optimizer)
    if class_name == "LossScaleOptimizer" or (len(shapes) >= len(LOSS_SCALE) and not any(shapes[: len(LOSS_SCALE)])):
        inner = config.get("inner_optimizer") if class_name == "LossScaleOptimizer" else optimizer
        return tracked_shapes(inner, shapes[len(LOSS_SCALE) :]) if len(shapes) > len(LOSS_SCALE) else None
    kind = OPTIMIZERS.get(class_name)
    if kind is None or kind.is_uneven:
        return None
    told = [told_slots(kind, config)] if config else [*choices(kind)]
    for header in BEFORE_SLOTS:
        slots = [*shapes[len(header) : len(shapes) - len(kind.after)]]
        found = [read for chosen in told if (read := _read_slots(chosen, slots))]
        # A number right behind the count of steps is the learning rate, which Keras 3 keeps there.
        is_rate = LEARNING_RATE not in header and slots[:1] == [()]
        if found and not is_rate and not any(shapes[: len(header)]):
            return found[0] if all(read == found[0] for read in found) else None
    return None


def _read_slots(chosen: Sequence[Slots], shapes: Sequence[_Shape]) -> list[_Shape] | None:
    """The variables' shapes where each has these slots and all slots of one variable have its shape; else None."""
    width = sum(len(part.names) for part in chosen)
    count, rest = divmod(len(shapes), width) if width else (0, 1)
    if rest or not count:
        return None
    runs = []
    start = 0
    for part in chosen:
        step, end = len(part.names), start + count * len(part.names)
        runs += [[*shapes[start + offset : end : step]] for offset in range(step)]
        start = end
    return runs[0] if all(run == runs[0] for run in runs) else None
