"""What the names of an optimizer's arrays tell, in files that name them in words: ``Adam/dense/kernel/m:0``."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.knowledge.optimizers.classes import BEFORE, ITERATION, LOSS_SCALE, OPTIMIZERS
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


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
class Slot:
    """What an optimizer's array is."""

    name: str | None = None
    weight: int | None = None
    """The place of the weight among the trainable ones."""


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
_SCALARS: Mapping[str, str] = {
    **{name: name for name in (*LOSS_SCALE, "momentum_schedule", "momentum_product")},
    "iter": ITERATION,
    "iterations": ITERATION,
    "m_schedule": "momentum_schedule",
    "momentum_cache": "momentum_schedule",
    "current_loss_scale": "dynamic_scale",
    "good_steps": "step_counter",
}
"""What files call the numbers that an optimizer has once."""


def weights_by_name(targets: Sequence[Target]) -> dict[str, int]:
    """Each weight under the names that slots are named after, but for a name that two of them have."""
    spelt = [(name, place) for place, target in enumerate(targets) for name in {*_spellings(target.stored_name)}]
    count = Counter(name for name, _ in spelt)
    return {name: place for name, place in spelt if name and count[name] == 1}


def _spellings(name: str) -> tuple[str, str]:
    """A weight's name as a path, and as Keras 3 has it in one word."""
    return name, name.replace("/", "_")


def named(name: str, weights: Mapping[str, int]) -> Slot:
    """What the name of an array tells: ``Adam/dense/kernel/m``, ``Adam/m/dense/kernel``, ``adam/d_kernel_momentum``."""
    *path, last = name.split("/")
    if last in _SCALARS:
        return Slot(_SCALARS[last])
    for term, weight in [*_paths_in([*path, last]), *_words_in(last)]:
        if term in WORDS and weight in weights:
            return Slot(WORDS[term], weights[weight])
    return Slot()


def _paths_in(path: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every way to read a path as a slot and a weight, in either order, the longest weight first."""
    for start in range(len(path) - 1):
        yield path[-1], "/".join(path[start:-1])
        yield path[start], "/".join(path[start + 1 :])


def _words_in(text: str) -> Iterator[tuple[str, str]]:
    """Every way to read a word as a weight and a slot, the longest weight first."""
    for match in reversed([*re.finditer("_", text)]):
        yield text[match.end() :], text[: match.start()]
