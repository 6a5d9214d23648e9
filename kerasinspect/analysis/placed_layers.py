"""The layers of a model as they are compared: with the one around each, and the model itself where it has weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.model import UNKNOWN_CLASS, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model import Model


def placed_layers(model: Model) -> Iterator[tuple[Layer, Layer | None]]:
    """Every layer at every depth with the one that it lies in; the model counts as a layer where it owns weights."""
    if model.own_weights:
        name = model.name or "model"
        yield Layer(name, model.class_name or "Model", name, kind="model", weights=model.own_weights), None
    pending: list[tuple[Layer, Layer | None]] = [(layer, None) for layer in reversed(model.layers)]
    while pending:
        layer, around = pending.pop()
        yield layer, around
        pending += [(inner, layer) for inner in reversed(layer.layers)]


def known_class(layer: Layer) -> str | None:
    """The class of a layer; None where the file does not tell it."""
    return None if layer.class_name == UNKNOWN_CLASS else layer.class_name
