"""What the graph of a functional model asks of a release: how its calls and outputs are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.serialized import as_list, as_mapping, entries_of, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.json_values import Json, JsonObject

_OPERATIONS = frozenset({"Add", "Subtract", "Multiply", "Maximum", "Minimum"})
"""Operations that have the name of a layer, which takes a list where they take two tensors.

Legacy HDF5 keeps no module, so that the loader takes the layer: keras/src/legacy/saving/saving_utils.py.
"""


def lost_calls(config: JsonObject) -> Iterator[str]:
    """The names of layers with a call that no release of Keras 3 can make again from a functional model's config."""
    layers = entries_of(config.get("layers"))
    counts = {_name_of(layer): max(1, len(as_list(layer.get("inbound_nodes")))) for layer in layers}
    for layer in layers:
        nodes = as_list(layer.get("inbound_nodes"))
        if any(_leads_nowhere(node, counts) for node in nodes) or any(_is_operation(layer, node) for node in nodes):
            yield _name_of(layer)


def has_bare_output(config: JsonObject) -> bool:
    """Whether an only input or output stands by itself, which older releases take for a list of them."""
    return any(_is_bare(config.get(key)) for key in ("input_layers", "output_layers"))


def _name_of(layer: JsonObject) -> str:
    """The name by which calls mean a layer."""
    return text_at(layer, "name") or text_at(as_mapping(layer.get("config")), "name") or ""


def _is_bare(value: Json) -> bool:
    """Whether a value is one tensor's layer, node and position."""
    match value:
        case [str(), int(), int()]:
            return True
    return False


def _leads_nowhere(node: Json, counts: Mapping[str, int]) -> bool:
    """Whether a call takes the output of a call that its layer does not have.

    Keras 2 counted the call in which a nested model itself was made; Keras 3 does not.
    """
    return any(number >= counts[layer] for layer, number in _histories(node) if layer in counts)


def _histories(node: Json) -> Iterator[tuple[str, int]]:
    """The layers whose outputs a call takes, each with the number of its call."""
    pending = [node]
    while pending:
        one = pending.pop()
        match one:
            case {"class_name": "__keras_tensor__", "config": {"keras_history": [str(layer), int(number), *_]}}:
                yield layer, number
            case [str(layer), int(number), int(), *_]:
                yield layer, number
            case dict():
                pending += one.values()
            case list():
                pending += one


def _is_operation(layer: JsonObject, node: Json) -> bool:
    """Whether a layer without a module is called with two tensors, as only the operation of that name is."""
    is_nameless = not isinstance(layer.get("module"), str) and text_at(layer, "class_name") in _OPERATIONS
    return is_nameless and len(as_list(as_mapping(node).get("args"))) > 1
