"""How one model calls the layers right in it: by its config, or one after the other."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.knowledge.serialized import (
    as_list,
    as_mapping,
    config_of,
    entries_of,
    shape_of,
    stored_tensors,
    text_at,
)
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Shape


class Tensor(NamedTuple):
    """One output of one call of a layer."""

    layer: int
    """Position among the layers of the model."""
    call: int = 0
    """From 0."""
    output: int = 0
    """From 0."""
    shape: Shape | None = None
    """As the config says it; None where it does not."""


class _Taken(NamedTuple):
    """A tensor as one of those that a call of a layer takes."""

    tensor: Tensor
    layer: int
    """Position of the layer that takes it."""
    call: int
    """From 0."""
    position: int | None
    """Which of the tensors of the call it is, from 0; None where they are taken by name."""
    among: int
    """How many tensors the call takes."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a model calls its layers, and which tensors it takes and gives."""

    taken: tuple[_Taken, ...] = ()
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    ordered: frozenset[str] = field(default=frozenset())
    """Which of ``inputs`` and ``outputs`` have an order rather than names."""


def chain(count: int) -> Ways:
    """The ways of so many layers, one at least, that run one after the other."""
    taken = tuple(_Taken(Tensor(place - 1), place, 0, 0, 1) for place in range(1, count))
    return Ways(taken, (Tensor(0),), (Tensor(count - 1),), frozenset({"inputs", "outputs"}))


def configured(config: JsonObject, names: Sequence[str]) -> Ways | None:
    """The calls that a model's config describes, of layers by their names; None where it describes none."""
    places = {name: place for place, name in reversed([*enumerate(names)])}
    calls = [*_calls(config, places)]
    ends = {key: config.get(f"{key[:-1]}_layers") for key in ("inputs", "outputs")}
    first: dict[str, int] = {}
    for value in (*(call for _, _, call in calls), *ends.values()):
        for tensor in stored_tensors(value):
            first[tensor.layer] = min(tensor.node, first.get(tensor.layer, tensor.node))
    if not first:
        return None
    taken = (one for layer, number, call in calls for one in _taken(call, layer, number, places, first))
    inputs, outputs = (tuple(_tensors(value, places, first)) for value in ends.values())
    return Ways(
        tuple(taken), inputs, outputs, frozenset(key for key, value in ends.items() if not isinstance(value, dict))
    )


def _calls(config: JsonObject, places: Mapping[str, int]) -> Iterator[tuple[int, int, Json]]:
    """Each call of each layer: the layer's position, the number of the call, and what it takes."""
    met: set[int] = set()
    for entry in entries_of(config.get("layers")):
        name = text_at(config_of(entry), "name") or text_at(entry, "name")
        layer = places.get(name or "")
        if layer is not None and layer not in met:
            met.add(layer)
            for number, call in enumerate(as_list(entry.get("inbound_nodes"))):
                yield layer, number, call


def _taken(
    call: Json, layer: int, number: int, places: Mapping[str, int], first: Mapping[str, int]
) -> Iterator[_Taken]:
    """The tensors that one call takes."""
    tensors = [*_tensors(call, places, first)]
    keyed = _takes_by_name(call)
    for position, tensor in enumerate(tensors):
        yield _Taken(tensor, layer, number, None if keyed else position, len(tensors))


def _tensors(value: Json, places: Mapping[str, int], first: Mapping[str, int]) -> Iterator[Tensor]:
    """The tensors in a value that come from layers of the model."""
    for layer, node, output, shape, _ in stored_tensors(value):
        if layer in places:
            yield Tensor(places[layer], node - first[layer], output, shape_of(shape))


def _takes_by_name(call: Json) -> bool:
    """Whether some tensors of a call have names, so that they have no order that a model's inputs could be held to."""
    if not isinstance(call, dict):
        return any(_has_tensor(as_mapping(part)) for tensor in stored_tensors(call) for part in tensor.behind)
    arguments = call.get("args")
    if arguments is None or _has_tensor(as_mapping(call.get("kwargs"))):
        return True
    return any(isinstance(one, dict) and "class_name" not in one for one in as_list(arguments))


def _has_tensor(value: JsonObject) -> bool:
    """Whether a tensor is in an object."""
    return next(stored_tensors({**value}), None) is not None
