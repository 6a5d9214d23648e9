"""What a model takes and gives: its input and output layers, in order, as its config names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.serialized import mapping, tensor_layers

if TYPE_CHECKING:
    from kerasinspect.model import Layer, Model


def input_layers(model: Model) -> tuple[Layer, ...]:
    """The layers that the inputs go to; the first layer where the model has no layers for inputs alone."""
    named = _named_layers(model, "input_layers")
    return named or tuple(layer for layer in model.layers if layer.kind == "input") or model.layers[:1]


def output_layers(model: Model) -> tuple[Layer, ...]:
    """The layers that the outputs come from; none where the config does not tell."""
    return model.layers[-1:] if row_of(model.class_name or "").is_chain else _named_layers(model, "output_layers")


def _named_layers(model: Model, key: str) -> tuple[Layer, ...]:
    """The layers that a list of tensors in the config names."""
    layers = {layer.path: layer for layer in model.layers}
    names = tensor_layers(mapping(model.config or {}, "config").get(key))
    return tuple(layers[name] for name in names if name in layers)
