"""What each array of an optimizer's state is, and which weight it belongs to.

Files name these arrays in words (``Adam/dense/kernel/m:0``), or only number them. Where names tell it, they do. Else
everything follows from the order in which Keras makes them: first what the whole optimizer has (a count of steps,
since Keras 3 the learning rate), then a slot or several for each trainable weight: weight by weight since Keras 2.11,
slot by slot before. An order counts only if every shape agrees with it; where several do, what they agree on.

Source: ``build`` of each class in keras/src/optimizers of Keras 3, keras/optimizers.py of Keras 1 and 2, and files
that each of them saved.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.optimizers.classes import (
    BEFORE_SLOTS,
    ITERATION,
    LEARNING_RATE,
    LOSS_SCALE,
    OPTIMIZERS,
    choices,
    parts,
    told_slots,
)
from kerasinspect.knowledge.optimizers.names import Slot, named, weights_by_name
from kerasinspect.knowledge.optimizers.orders import layouts
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.json_values import Json
    from kerasinspect.knowledge.optimizers.names import Target
    from kerasinspect.knowledge.optimizers.orders import Entry

    _Shape: TypeAlias = "tuple[int, ...]"

_SORTED_BEFORE = (2, 0, 6)
"""Keras before this sorted the weights by the names under which it saved them."""


@dataclass(frozen=True, slots=True)
class State:
    """One stored array of an optimizer."""

    name: str
    """What the file calls it, without ``:0``: a number, or words."""
    shape: tuple[int, ...]


def slots_of(
    optimizer: Json,
    targets: Sequence[Target],
    states: Sequence[State],
    keras_version: str | None,
) -> list[Slot]:
    """What each stored array is, in the stored order; an empty Slot where the file does not tell.

    ``optimizer`` is the serialised optimizer of the config, or its name; ``targets`` are the trainable weights in the
    order of ``get_weights()``; ``states`` are all arrays of one optimizer. ``keras_version`` is None for a file that
    does not say it, which only Keras 2.12 and later write.
    """
    weights = weights_by_name(targets)
    by_name = [named(state.name, weights) for state in states]
    if all(slot.name for slot in by_name):
        return by_name
    by_order = _ordered(optimizer, targets, states, keras_version)
    return [first if first.name else second for first, second in zip(by_name, by_order, strict=True)]


def part_of(optimizer: Json, targets: Sequence[Target], states: Sequence[State]) -> list[Slot]:
    """What each array is of one of several optimizers that share a model's weights, where shapes show which are its."""
    class_name, _ = parts(optimizer)
    kind = OPTIMIZERS.get(class_name)
    for header, chosen in product(BEFORE_SLOTS, choices(kind)) if kind else ():
        width = sum(len(part.names) for part in chosen)
        left = len(states) - len(header) - len(kind.after if kind else ())
        if not width or left % width:
            continue
        first = states[len(header) :: len(chosen[0].names)][: left // width]
        mine = _unique_places([state.shape for state in first], [target.shape for target in targets])
        if mine is not None:
            slots = _ordered(optimizer, [targets[place] for place in mine], states, None)
            if any(slot.name for slot in slots[len(header) :]):
                return [Slot(slot.name, None if slot.weight is None else mine[slot.weight]) for slot in slots]
    return _start_of(states)


def _unique_places(shapes: Sequence[_Shape], among: Sequence[_Shape]) -> list[int] | None:
    """Where a run of shapes lies in a longer one, in order; None where nowhere or in more than one way."""
    first, last = _earliest(shapes, among), _earliest(shapes[::-1], among[::-1])
    if first is None or last is None or first != [len(among) - 1 - place for place in reversed(last)]:
        return None
    return first


def _earliest(shapes: Sequence[_Shape], among: Sequence[_Shape]) -> list[int] | None:
    """The first places at which a run of shapes lies in a longer one."""
    places = iter(range(len(among)))
    found = [next((place for place in places if among[place] == shape), None) for shape in shapes]
    return [place for place in found if place is not None] if None not in found else None


def _ordered(
    optimizer: Json,
    targets: Sequence[Target],
    states: Sequence[State],
    keras_version: str | None,
) -> list[Slot]:
    """What the order and the shapes of the arrays tell."""
    class_name, config = parts(optimizer)
    if class_name == "LossScaleOptimizer":
        # That of Keras 2 keeps the scale apart, and holds the arrays of the one inside it alone.
        own = LOSS_SCALE if _scales_loss([state.shape for state in states]) else ()
        inner = slots_of(config.get("inner_optimizer"), targets, states[len(own) :], keras_version)
        return [*map(Slot, own), *inner]
    kinds = [OPTIMIZERS[class_name]] if class_name in OPTIMIZERS else [] if class_name else [*OPTIMIZERS.values()]
    version = tuple(int(digits) for digits in re.findall(r"\d{1,4}", keras_version or "")[:3]) or (3, 0, 0)
    places = range(len(targets))
    if version < _SORTED_BEFORE:
        places = sorted(places, key=lambda place: targets[place].stored_name)  # type: ignore[assignment]
    shapes = [state.shape for state in states]
    told = ((kind, told_slots(kind, config)) for kind in kinds)
    untold = ((kind, each) for kind in kinds for each in choices(kind))
    for choosing in (told, untold):
        found = [
            entries
            for kind, chosen in choosing
            for entries in layouts(kind, chosen, [(place, targets[place]) for place in places], version)
            if [shape for _, _, shape in entries] == shapes
        ]
        if found:
            return [_placed(_agreed(at), targets) for at in zip(*found, strict=True)]
    return _start_of(states)


def _placed(slot: Slot, targets: Sequence[Target]) -> Slot:
    """A slot without its weight, where the order of the weights does not tell which one it is."""
    is_told = slot.weight is None or targets[slot.weight].is_placed
    return slot if is_told else Slot(slot.name)


def _scales_loss(shapes: Sequence[_Shape]) -> bool:
    """Whether arrays begin with those that a LossScaleOptimizer of Keras 3 keeps itself."""
    return len(shapes) >= len(LOSS_SCALE) and not any(shapes[: len(LOSS_SCALE)])


def _agreed(entries: Sequence[Entry]) -> Slot:
    """What all possible orders say of one array."""
    names, weights = {name for name, _, _ in entries}, {place for _, place, _ in entries}
    return Slot(names.pop() if len(names) == 1 else None, weights.pop() if len(weights) == 1 else None)


def _start_of(states: Sequence[State]) -> list[Slot]:
    """All that can be said of arrays that fit no order: a count of steps stands first, then the learning rate."""
    header = (ITERATION, LEARNING_RATE)
    is_scalar = [state.shape == () for state in states]
    return [
        Slot(header[place]) if place < len(header) and all(is_scalar[: place + 1]) else Slot()
        for place in range(len(states))
    ]
