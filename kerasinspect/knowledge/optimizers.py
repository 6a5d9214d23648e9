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
from collections import Counter
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.knowledge.config_values import flag, mapping, number, word
from kerasinspect.knowledge.layers import plain_class_name, snake_case, unnumbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Shape: TypeAlias = "tuple[int, ...]"
    Entry: TypeAlias = "tuple[str, int | None, Shape]"
    """What one array should be: the slot's name, the number of the weight, the shape."""

WEIGHT_BY_WEIGHT_SINCE = (2, 11, 0)
SORTED_BEFORE = (2, 0, 6)
"""Keras before this sorted the weights by the names under which it saved them."""
ITERATION, LEARNING_RATE = "iteration", "learning_rate"
BEFORE_SLOTS = ((ITERATION, LEARNING_RATE), (ITERATION,))
OLDER_BEFORE_SLOTS = ((ITERATION,), (ITERATION, "momentum_schedule"), ())
"""What stands before the slots, in the weight by weight order and in the one before."""
OVERWRITTEN = re.compile(r"(inputs|kernel|outputs_grad)_(scale|amax_history)")
"""Weights of float8 layers that Keras sets by way of gradients: they have no slots."""


@dataclass(frozen=True, slots=True)
class Target:
    """A trainable weight."""

    name: str
    """Keras's word for it: kernel."""
    shape: tuple[int, ...]
    stored_name: str = ""
    """What a legacy file calls it, without ``:0``: ``dense/kernel``."""
    is_placed: bool = True
    """Its place among the others is known, or no other of its shape could be there."""


@dataclass(frozen=True, slots=True)
class State:
    """One stored array of an optimizer."""

    name: str
    """What the file calls it, without ``:0``: a number, or words."""
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """What an optimizer's array is."""

    name: str | None = None
    weight: int | None = None
    """The place of the weight among the trainable ones."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots that a class keeps for each weight, made together."""

    names: tuple[str, ...]
    key: str = ""
    """The config's word for them, where they are optional."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """What a class of optimizer keeps."""

    slots: tuple[Slots, ...]
    after: tuple[str, ...] = ()
    """Scalars that stand after the slots, in some versions before them or nowhere."""


MOMENTS = (Slots(("momentum", "velocity")),)
OPTIMIZERS: Mapping[str, Optimizer] = {
    "SGD": Optimizer((Slots(("momentum",), "momentum"),)),
    "Adam": Optimizer((*MOMENTS, Slots(("velocity_hat",), "amsgrad"))),
    "AdamW": Optimizer((*MOMENTS, Slots(("velocity_hat",), "amsgrad"))),
    "ScheduleFreeAdamW": Optimizer(MOMENTS),
    "Lamb": Optimizer(MOMENTS),
    "Nadam": Optimizer(MOMENTS, ("momentum_product",)),
    "Adamax": Optimizer((Slots(("momentum", "norm")),)),
    "Muon": Optimizer(MOMENTS),
    "Lion": Optimizer((Slots(("momentum",)),)),
    "RMSprop": Optimizer(
        (Slots(("velocity",)), Slots(("momentum",), "momentum"), Slots(("average_gradient",), "centered"))
    ),
    "Adagrad": Optimizer((Slots(("accumulator",)),)),
    "Adadelta": Optimizer((Slots(("accumulated_gradient", "accumulated_update")),)),
    "Ftrl": Optimizer((Slots(("accumulator", "linear")),)),
    "Adafactor": Optimizer((Slots(("row", "column", "velocity")),)),
}
UNEVEN = (OPTIMIZERS["Muon"], OPTIMIZERS["Adafactor"])
"""Classes that may keep other slots for some weights than for others."""
CLASSES = {
    **{spelling: name for name in (*OPTIMIZERS, "LossScaleOptimizer") for spelling in (name.lower(), snake_case(name))},
    "lossscaleoptimizerv3": "LossScaleOptimizer",
}
"""Classes by the names that Keras makes of them."""
BEFORE = (Slots(("average",), "use_ema"), Slots(("gradient_accumulator",), "gradient_accumulation_steps"))
"""Slots that any optimizer of Keras 3 may have, before those of its class."""
LOSS_SCALE = (ITERATION, LEARNING_RATE, "step_counter", "dynamic_scale")
"""What a LossScaleOptimizer keeps before the arrays of the one inside it."""

WORDS: Mapping[str, str] = {
    **{name: name for each in OPTIMIZERS.values() for part in each.slots for name in part.names},
    **{name: name for part in BEFORE for name in part.names},
    "m": "momentum",
    "v": "velocity",
    "vhat": "velocity_hat",
    "u": "norm",
    "rms": "velocity",
    "mg": "average_gradient",
    "accum_grad": "accumulated_gradient",
    "accum_var": "accumulated_update",
    "accumulated_grad": "accumulated_gradient",
    "accumulated_delta_var": "accumulated_update",
    "r": "row",
    "c": "column",
}
"""What files call a slot, in the words of today."""
SCALARS: Mapping[str, str] = {
    **{name: name for name in (*LOSS_SCALE, "momentum_schedule", "momentum_product")},
    "iter": ITERATION,
    "iterations": ITERATION,
    "m_schedule": "momentum_schedule",
    "momentum_cache": "momentum_schedule",
    "current_loss_scale": "dynamic_scale",
    "good_steps": "step_counter",
}
"""What files call the numbers that an optimizer has once."""


def slots_of(
    optimizer: Any,  # noqa: ANN401 - any JSON
    targets: Sequence[Target],
    states: Sequence[State],
    keras_version: str | None,
) -> list[Slot]:
    """Tell of each stored array what it is, in the stored order; an empty Slot where the file does not tell.

    ``optimizer`` is the serialised optimizer of the config, or its name; ``targets`` are the trainable weights in the
    order of ``get_weights()``; ``states`` are all arrays of one optimizer. ``keras_version`` is None for a file that
    does not say it, which only Keras 2.12 and later write.
    """
    weights = weights_by_name(targets)
    by_name = [named(state.name, weights) for state in states]
    if all(slot.name for slot in by_name):
        return by_name
    by_order = ordered(optimizer, targets, states, keras_version)
    return [first if first.name else second for first, second in zip(by_name, by_order, strict=True)]


def is_loss_scaling(optimizer: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a serialised optimizer scales the loss, and leaves the steps to one inside it."""
    return parts(optimizer)[0] == "LossScaleOptimizer"


def part_of(optimizer: Any, targets: Sequence[Target], states: Sequence[State]) -> list[Slot]:  # noqa: ANN401 - JSON
    """Tell the same of one of several optimizers that share a model's weights, where shapes show which are its own."""
    class_name, _ = parts(optimizer)
    kind = OPTIMIZERS.get(class_name)
    for header, chosen in product(BEFORE_SLOTS, choices(kind)) if kind else ():
        width = sum(len(part.names) for part in chosen)
        left = len(states) - len(header) - len(kind.after if kind else ())
        if not width or left % width:
            continue
        first = states[len(header) :: len(chosen[0].names)][: left // width]
        mine = unique_places([state.shape for state in first], [target.shape for target in targets])
        if mine is not None:
            slots = ordered(optimizer, [targets[place] for place in mine], states, None)
            if any(slot.name for slot in slots[len(header) :]):
                return [Slot(slot.name, None if slot.weight is None else mine[slot.weight]) for slot in slots]
    return start_of(states)


def unique_places(shapes: Sequence[Shape], among: Sequence[Shape]) -> list[int] | None:
    """Where a run of shapes lies in a longer one, in order; None where nowhere or in more than one way."""
    first, last = earliest(shapes, among), earliest(shapes[::-1], among[::-1])
    if first is None or last is None or first != [len(among) - 1 - place for place in reversed(last)]:
        return None
    return first


def earliest(shapes: Sequence[Shape], among: Sequence[Shape]) -> list[int] | None:
    """The first places at which a run of shapes lies in a longer one."""
    places = iter(range(len(among)))
    found = [next((place for place in places if among[place] == shape), None) for shape in shapes]
    return [place for place in found if place is not None] if None not in found else None


def parts(optimizer: Any) -> tuple[str, Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    """The class and the config of a serialised optimizer, which may be only its name: ``adam``."""
    entry = optimizer if isinstance(optimizer, dict) else {"class_name": optimizer}
    name = plain_class_name(word(entry, "class_name") or "")
    return optimizer_class(name) or name, mapping(entry, "config")


def optimizer_class(name: str) -> str | None:
    """The class that Keras names so, by default: ``Adam`` for ``adam_1`` and for ``Adam``."""
    return CLASSES.get(unnumbered(name).lower())


def weights_by_name(targets: Sequence[Target]) -> dict[str, int]:
    """Each weight under the names that slots are named after, but for a name that two of them have."""
    spelt = [(name, place) for place, target in enumerate(targets) for name in {*spellings(target.stored_name)}]
    count = Counter(name for name, _ in spelt)
    return {name: place for name, place in spelt if name and count[name] == 1}


def spellings(name: str) -> tuple[str, str]:
    """A weight's name as a path, and as Keras 3 has it in one word."""
    return name, name.replace("/", "_")


def named(name: str, weights: Mapping[str, int]) -> Slot:
    """What the name of an array tells: ``Adam/dense/kernel/m``, ``Adam/m/dense/kernel``, ``adam/d_kernel_momentum``."""
    *path, last = name.split("/")
    if last in SCALARS:
        return Slot(SCALARS[last])
    for term, weight in [*paths_in([*path, last]), *words_in(last)]:
        if term in WORDS and weight in weights:
            return Slot(WORDS[term], weights[weight])
    return Slot()


def paths_in(path: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every way to read a path as a slot and a weight, in either order, the longest weight first."""
    for start in range(len(path) - 1):
        yield path[-1], "/".join(path[start:-1])
        yield path[start], "/".join(path[start + 1 :])


def words_in(text: str) -> Iterator[tuple[str, str]]:
    """Every way to read a word as a weight and a slot, the longest weight first."""
    for match in reversed([*re.finditer("_", text)]):
        yield text[match.end() :], text[: match.start()]


def ordered(
    optimizer: Any,  # noqa: ANN401 - any JSON
    targets: Sequence[Target],
    states: Sequence[State],
    keras_version: str | None,
) -> list[Slot]:
    """What the order and the shapes of the arrays tell."""
    class_name, config = parts(optimizer)
    if class_name == "LossScaleOptimizer":
        # That of Keras 2 keeps the scale apart, and holds the arrays of the one inside it alone.
        own = LOSS_SCALE if scales_loss([state.shape for state in states]) else ()
        inner = slots_of(config.get("inner_optimizer"), targets, states[len(own) :], keras_version)
        return [*map(Slot, own), *inner]
    kinds = [OPTIMIZERS[class_name]] if class_name in OPTIMIZERS else [] if class_name else [*OPTIMIZERS.values()]
    version = tuple(int(digits) for digits in re.findall(r"\d{1,4}", keras_version or "")[:3]) or (3, 0, 0)
    places = range(len(targets))
    if version < SORTED_BEFORE:
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
            return [placed(agreed(at), targets) for at in zip(*found, strict=True)]
    return start_of(states)


def placed(slot: Slot, targets: Sequence[Target]) -> Slot:
    """The same without the weight, where the order of the weights does not tell which one it is."""
    is_told = slot.weight is None or targets[slot.weight].is_placed
    return slot if is_told else Slot(slot.name)


def scales_loss(shapes: Sequence[Shape]) -> bool:
    """Whether arrays begin with those that a LossScaleOptimizer of Keras 3 keeps itself."""
    return len(shapes) >= len(LOSS_SCALE) and not any(shapes[: len(LOSS_SCALE)])


def told_slots(kind: Optimizer, config: Mapping[str, Any]) -> tuple[Slots, ...]:
    """The slots that a config says a class keeps."""
    return tuple(
        part
        for part in (*BEFORE, *kind.slots)
        if not part.key or number(config, part.key) or flag(config, part.key, default=False)
    )


def choices(kind: Optimizer) -> Iterator[tuple[Slots, ...]]:
    """Every set of slots that a class can keep."""
    every = (*BEFORE, *kind.slots)
    for present in product(*((True, False) if part.key else (True,) for part in every)):
        yield tuple(part for part, there in zip(every, present, strict=True) if there)


def layouts(
    kind: Optimizer, chosen: tuple[Slots, ...], targets: Sequence[tuple[int, Target]], version: tuple[int, ...]
) -> Iterator[list[Entry]]:
    """The orders in which a Keras of this version may have made the arrays."""
    headers: tuple[tuple[str, ...], ...] = BEFORE_SLOTS
    scalars: list[Entry] = [(name, None, ()) for name in kind.after]
    around: list[tuple[list[Entry], list[Entry]]] = [([], scalars), (scalars, []), ([], [])] if scalars else [([], [])]
    bodies = [
        [*chain.from_iterable(weight_by_weight(part, targets, is_sparse=is_sparse) for part in chosen)]
        for is_sparse in ((True, False) if kind in UNEVEN else (False,))
    ]
    if version < WEIGHT_BY_WEIGHT_SINCE:
        headers, around = OLDER_BEFORE_SLOTS, [([], [])]
        names = [name for part in chosen for name in part.names if part not in BEFORE]
        bodies = [[*slot_by_slot(names, targets)], [*slot_by_slot([*names, "velocity_hat"], targets, placeholder=True)]]
    for header, body, (first, last) in product(headers, bodies, around):
        if not first or LEARNING_RATE in header:
            yield [*((name, None, ()) for name in header), *first, *body, *last]


def weight_by_weight(part: Slots, targets: Iterable[tuple[int, Target]], *, is_sparse: bool) -> Iterator[Entry]:
    """Slots as Keras makes them since 2.11: all that belong to one weight, then those of the next.

    Where they are sparse, Muon keeps no velocity for the matrices that it makes orthogonal, and the Adafactor of
    Keras 2 no sums over the axes of vectors.
    """
    for place, target in targets:
        if OVERWRITTEN.fullmatch(target.name) and part.names != ("gradient_accumulator",):
            continue
        for name in part.names:
            if is_sparse and leaves_out(part, name, target):
                continue
            yield name, place, slot_shape(name, target.shape)


def leaves_out(part: Slots, name: str, target: Target) -> bool:
    """Whether a class that keeps other slots for some weights than for others has none of this name for a weight."""
    if part in MOMENTS:
        return name == "velocity" and len(target.shape) == 2 and "embeddings" not in target.name  # noqa: PLR2004
    return name in ("row", "column") and not target.shape[1:]


def slot_by_slot(
    names: Sequence[str], targets: Sequence[tuple[int, Target]], *, placeholder: bool = False
) -> Iterator[Entry]:
    """Slots as Keras made them before: the first one of every weight, then the second one of every weight.

    From 2.1 to 2.3, an Adam without ``amsgrad`` had a number in the place of each ``velocity_hat``.
    """
    for name in names:
        for place, target in targets:
            yield name, place, (1,) if placeholder and name == "velocity_hat" else target.shape


def slot_shape(name: str, shape: Shape) -> Shape:
    """The shape of a slot: the weight's, but for Adafactor's sums over the last two axes."""
    if name == "row":
        return shape[:-1] if shape[1:] else ()
    if name == "column":
        return (*shape[:-2], shape[-1]) if shape[1:] else ()
    return shape


def agreed(entries: Sequence[Entry]) -> Slot:
    """What all possible orders say of one array."""
    names, weights = {name for name, _, _ in entries}, {place for _, place, _ in entries}
    return Slot(names.pop() if len(names) == 1 else None, weights.pop() if len(weights) == 1 else None)


def start_of(states: Sequence[State]) -> list[Slot]:
    """All that can be said of arrays that fit no order: a count of steps stands first, then the learning rate."""
    header = (ITERATION, LEARNING_RATE)
    is_scalar = [state.shape == () for state in states]
    return [
        Slot(header[place]) if place < len(header) and all(is_scalar[: place + 1]) else Slot()
        for place in range(len(states))
    ]
