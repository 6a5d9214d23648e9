"""The table of optimizers: the slots that each class keeps for a weight, and what it keeps once."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from kerasinspect.knowledge.naming import plain_class_name, snake_case, unnumbered
from kerasinspect.knowledge.serialized import flag, mapping, number, word
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.json_values import Json, JsonObject

ITERATION, LEARNING_RATE = "iteration", "learning_rate"
BEFORE_SLOTS = ((ITERATION, LEARNING_RATE), (ITERATION,))
"""What stands before the slots, where they are made weight by weight."""


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
    is_uneven: bool = False
    """It may keep other slots for some weights than for others, or slots of other shapes."""


MOMENTS = (Slots(("momentum", "velocity")),)
OPTIMIZERS: Mapping[str, Optimizer] = {
    "SGD": Optimizer((Slots(("momentum",), "momentum"),)),
    "Adam": Optimizer((*MOMENTS, Slots(("velocity_hat",), "amsgrad"))),
    "AdamW": Optimizer((*MOMENTS, Slots(("velocity_hat",), "amsgrad"))),
    "ScheduleFreeAdamW": Optimizer(MOMENTS),
    "Lamb": Optimizer(MOMENTS),
    "Nadam": Optimizer(MOMENTS, ("momentum_product",)),
    "Adamax": Optimizer((Slots(("momentum", "norm")),)),
    "Muon": Optimizer(MOMENTS, is_uneven=True),
    "Lion": Optimizer((Slots(("momentum",)),)),
    "RMSprop": Optimizer(
        (Slots(("velocity",)), Slots(("momentum",), "momentum"), Slots(("average_gradient",), "centered"))
    ),
    "Adagrad": Optimizer((Slots(("accumulator",)),)),
    "Adadelta": Optimizer((Slots(("accumulated_gradient", "accumulated_update")),)),
    "Ftrl": Optimizer((Slots(("accumulator", "linear")),)),
    "Adafactor": Optimizer((Slots(("row", "column", "velocity")),), is_uneven=True),
}
CLASSES = {
    **{spelling: name for name in (*OPTIMIZERS, "LossScaleOptimizer") for spelling in (name.lower(), snake_case(name))},
    "lossscaleoptimizerv3": "LossScaleOptimizer",
}
"""Classes by the names that Keras makes of them."""
BEFORE = (Slots(("average",), "use_ema"), Slots(("gradient_accumulator",), "gradient_accumulation_steps"))
"""Slots that any optimizer of Keras 3 may have, before those of its class."""
LOSS_SCALE = (ITERATION, LEARNING_RATE, "step_counter", "dynamic_scale")
"""What a LossScaleOptimizer keeps before the arrays of the one inside it."""


def optimizer_class(name: str) -> str | None:
    """The class that Keras names so, by default: ``Adam`` for ``adam_1`` and for ``Adam``."""
    return CLASSES.get(unnumbered(name).lower())


def parts(optimizer: Json) -> tuple[str, JsonObject]:
    """The class and the config of a serialised optimizer, which may be only its name: ``adam``."""
    entry = optimizer if isinstance(optimizer, dict) else {"class_name": optimizer}
    name = plain_class_name(word(entry, "class_name") or "")
    return optimizer_class(name) or name, mapping(entry, "config")


def is_loss_scaling(optimizer: Json) -> bool:
    """Whether a serialised optimizer scales the loss, and leaves the steps to one inside it."""
    return parts(optimizer)[0] == "LossScaleOptimizer"


def told_slots(kind: Optimizer, config: JsonObject) -> tuple[Slots, ...]:
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
