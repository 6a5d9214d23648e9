"""The table of keras-hub's layers: which layers a class holds under which attributes, and its own weights.

keras-hub saves the numbers that its models are made from and no config of a layer, so that classes and names of weights
follow from the code alone.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.knowledge.kinds import UNKNOWN, Flag, WeightSpec
from kerasinspect.knowledge.naming import snake_case
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.json_values import JsonObject

_FILE = Path(__file__).with_name("table.json")
_KERAS = -1
"""Stands for a class of Keras itself where a class of keras-hub has a number."""
MODULE = "keras_hub"
"""The package in modules and in registered names."""


class HeldLayer(NamedTuple):
    """A layer that an attribute may hold."""

    class_name: str
    variant: int
    """Which of keras-hub's classes of that name it is; -1 for the class of Keras."""
    config: JsonObject
    """What the code says of its weights, as a config would."""

    @property
    def is_keras(self) -> bool:
        """Whether it is a layer of Keras itself."""
        return self.variant == _KERAS


@dataclass(frozen=True, slots=True, eq=False)
class HubLayer:
    """A class of keras-hub."""

    class_name: str
    base: str
    """The class of Keras that it extends; empty where that has no weights."""
    parts: Mapping[str, tuple[HeldLayer, ...]]
    """What each attribute may hold, alone or in a list."""
    weights: tuple[WeightSpec, ...]
    """Its own weights in the order of the file, those of its base not among them; not every layer has all of them."""
    seen: tuple[tuple[WeightSpec, ...], ...] = ()
    """All weights of layers of the class that were made, each such list once."""


@cache
def _table() -> Mapping[str, Any]:
    """The table as it lies in its file."""
    table: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return table


def package() -> str:
    """The package and the version that the table was read from."""
    return f"{_table()['package']} {_table()['version']}"


@cache
def rows_of(class_name: str) -> tuple[HubLayer, ...]:
    """The classes of keras-hub that have a name; several modules have an ``MLP``."""
    return tuple(_row(class_name, row) for row in _table()["classes"].get(class_name, ()))


def _row(class_name: str, row: Mapping[str, Any]) -> HubLayer:
    """A class as its row in the file has it."""
    parts = {key: tuple(HeldLayer(*option) for option in held) for key, held in row.get("parts", {}).items()}
    trained = sorted(row.get("weights", ()), key=lambda weight: not weight[1])
    weights = tuple(replace(_weight(*weight), flags=(Flag(weight[0]),)) for weight in trained)
    seen = tuple(tuple(_seen_weight(*weight) for weight in weights) for weights in row.get("seen", ()))
    return HubLayer(class_name, row.get("base", ""), parts, weights, seen)


def _weight(name: str, trainable: bool) -> WeightSpec:  # noqa: FBT001 - as the file has it
    """A weight of which the code tells the name, and not what runs along its axes."""
    return WeightSpec(name, (UNKNOWN,), trainable=trainable, free_rank=True)


def _seen_weight(name: str, trainable: bool, rank: int) -> WeightSpec:  # noqa: FBT001 - as the file has it
    """A weight of a layer that was made, with as many axes as it had there."""
    return WeightSpec(name, (UNKNOWN,) * rank, trainable=trainable)


def held_at(held: HeldLayer) -> HubLayer:
    """The class of keras-hub that an attribute holds."""
    return rows_of(held.class_name)[held.variant]


@cache
def _classes_by_stem() -> Mapping[str, tuple[str, ...]]:
    """The classes by the name of the group that Keras gives them."""
    found: dict[str, tuple[str, ...]] = {}
    for name in _table()["classes"]:
        found[snake_case(name)] = (*found.get(snake_case(name), ()), name)
    return found


def layers_named(stem: str) -> tuple[HeldLayer, ...]:
    """The layers of keras-hub whose group is called so, before its number."""
    names = _classes_by_stem().get(stem, ())
    return tuple(HeldLayer(name, place, {}) for name in names for place in range(len(rows_of(name))))
