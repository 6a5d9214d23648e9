"""What a model takes and gives: its input and output layers, in order, as its config names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.config_values import mapping

if TYPE_CHECKING:
    from kerasinspect.model import Layer, Model


def input_layers(model: Model) -> tuple[Layer, ...]:
    """The layers that the inputs go to; the first layer where the model has no layers for inputs alone."""
    named = _named_layers(model, "input_layers")
    return named or tuple(layer for layer in model.layers if layer.kind == "input") or model.layers[:1]


def output_layers(model: Model) -> tuple[Layer, ...]:
    """The layers that the outputs come from; none where the config does not tell."""
    return model.layers[-1:] if model.class_name == "Sequential" else _named_layers(model, "output_layers")


def _named_layers(model: Model, key: str) -> tuple[Layer, ...]:
    """The layers that a list of tensors in the config names."""
    layers = {layer.path: layer for layer in model.layers}
    names = named_tensors(mapping(model.config or {}, "config").get(key))
    return tuple(layers[name] for name in names if name in layers)


def named_tensors(value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """The layers that a list of tensors names, in order: ``[name, node, tensor]`` in lists and objects of any depth."""
    names, pending = [], [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += reversed([*item.values()])
        elif isinstance(item, list) and item and isinstance(item[0], str):
            names.append(item[0])
        elif isinstance(item, list):
            pending += reversed(item)
    return names
