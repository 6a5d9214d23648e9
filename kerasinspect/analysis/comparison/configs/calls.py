"""How a model calls its layers, and which tensors it takes and gives, from its config in the form of Keras 3.

Keras before 3 has nested lists of ``[layer, node, tensor, keyword arguments]``, which are put into that form. Layers
have their paths for names, and the first node of each that is used is 0: a nested model has one of its own before it.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.knowledge.serialized import as_list, as_mapping, config_of, entries_of, text_at
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Layer, Model

_TENSOR = "__keras_tensor__"
_CONSTANT = "_CONSTANT_VALUE"
"""What stands for a layer where an older call takes a value first."""
_ENDS = {"inputs": "input_layers", "outputs": "output_layers"}


class Tensor(NamedTuple):
    """One output of one call of a layer."""

    layer: str
    node: int
    """Which call of the layer, from 0."""
    output: int
    """Which of the outputs, from 0."""

    @property
    def told(self) -> Json:
        """The layer, where that is enough; else all three, as Keras has them."""
        return [*self] if self.node or self.output else self.layer


@dataclass(frozen=True, slots=True)
class Calls:
    """How a model and those inside it call their layers, by path; the model itself has none."""

    of_layers: dict[str, list[JsonObject]] = field(default_factory=dict)
    """The positional and keyword arguments of each call."""
    ends: dict[str, dict[str, Json]] = field(default_factory=dict)
    """The ``inputs`` and ``outputs`` of each model that says them."""


def calls_of(model: Model) -> Calls:
    """All calls that the config of a model describes."""
    found = Calls()
    pending: list[tuple[str, JsonObject, Sequence[Layer]]] = [("", config_of(model.config or {}), model.layers)]
    while pending:
        path, config, layers = pending.pop()
        _read(found, path, config, {layer.name: layer.path for layer in reversed(layers)})
        pending += [(layer.path, layer.config, layer.layers) for layer in layers if layer.layers]
    return found


def tensor_of(value: Json) -> Tensor | None:
    """The tensor that a value in the form of Keras 3 stands for."""
    match value:
        case {"class_name": str(name), "config": {"keras_history": [str(layer), int(node), int(index), *_]}}:
            return Tensor(layer, node, index) if name == _TENSOR else None
    return None


def tensors_in(value: Json) -> Iterator[Tensor]:
    """All tensors in a value, in order; those of an object in the order of its keys' names."""
    tensor = tensor_of(value)
    if tensor is not None:
        yield tensor
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from tensors_in(value[key])
    elif isinstance(value, list):
        for inner in value:
            yield from tensors_in(inner)


def with_each_tensor(value: Json, made: Callable[[Tensor], Json]) -> Json:
    """A value with something made of each tensor in its place."""
    tensor = tensor_of(value)
    if tensor is not None:
        return made(tensor)
    if isinstance(value, dict):
        return {key: with_each_tensor(inner, made) for key, inner in value.items()}
    return [with_each_tensor(inner, made) for inner in value] if isinstance(value, list) else value


def _read(found: Calls, path: str, config: JsonObject, paths: dict[str, str]) -> None:
    """Read how one model calls its layers, each of which has a path by its name."""
    calls: dict[str, list[Json]] = {}
    for entry in entries_of(config.get("layers")):
        name = text_at(config_of(entry), "name") or text_at(entry, "name")
        nodes = as_list(entry.get("inbound_nodes"))
        if nodes and name in paths:
            calls.setdefault(name, [_in_todays_form(call) for call in nodes])
    ends: dict[str, Json] = {end: _with_tensors(config[key]) for end, key in _ENDS.items() if config.get(key)}
    first: dict[str, int] = {}
    for tensor in tensors_in([*ends.values(), *(call for several in calls.values() for call in several)]):
        first[tensor.layer] = min(tensor.node, first.get(tensor.layer, tensor.node))

    def placed(tensor: Tensor) -> Json:
        """A tensor with the path of its layer, and its node counted from the first."""
        name, node, index = tensor
        return _made(paths.get(name, name), node - first[name], index)

    for name, several in calls.items():
        found.of_layers[paths[name]] = [as_mapping(with_each_tensor(call, placed)) for call in several]
    if ends:
        found.ends[path] = {end: with_each_tensor(value, placed) for end, value in ends.items()}


def _in_todays_form(call: Json) -> Json:
    """One call in the form of Keras 3."""
    if isinstance(call, dict) and "args" in call:
        return call
    parts = [call] if _is_older_tensor(call) else [*(call.values() if isinstance(call, dict) else as_list(call))]
    last = as_list(parts[-1]) if parts else ()
    return {
        "args": [_with_tensors(parts[0] if len(parts) == 1 else call)],
        "kwargs": _with_tensors({**as_mapping(last[-1])}) if last else {},
    }


def _is_older_tensor(value: Json) -> bool:
    """Whether a value is a tensor, or a constant in its place, as Keras before 3 writes it."""
    match value:
        case [str(layer), int(), index, *_]:
            return layer == _CONSTANT or isinstance(index, int)
    return False


def _with_tensors(value: Json) -> Json:
    """A value of an older config with its tensors as Keras 3 writes them."""
    match value:
        case [str(layer), int(node), index, *_] if _is_older_tensor(value):
            return _made(layer, node, index) if layer != _CONSTANT and isinstance(index, int) else index
        case list():
            return [*map(_with_tensors, value)]
        case dict():
            return {key: _with_tensors(inner) for key, inner in value.items()}
    return value


def _made(layer: str, node: int, index: int) -> Json:
    """A tensor as Keras 3 writes it, without its shape."""
    return {"class_name": _TENSOR, "config": {"keras_history": [layer, node, index]}}
