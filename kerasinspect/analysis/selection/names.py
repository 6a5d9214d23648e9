"""What layers, classes and weights answer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.model import Layer, Model, Weight


def names_of_layer(layer: Layer) -> tuple[str, ...]:
    """The paths and the name of a layer."""
    return (layer.path, layer.name, *layer.also_at)


def names_of_class(class_name: str) -> tuple[str, ...]:
    """A class with the package that it is registered under, and without: ``mine>Scale`` and ``Scale``."""
    return (class_name, class_name.rpartition(">")[2])


def names_of_weights(model: Model) -> Callable[[Weight], tuple[str, ...]]:
    """What gives the name of a weight of a model and its paths: one for each place of a shared layer."""
    shared = {layer.path: layer.also_at for layer in model.walk() if layer.also_at}

    def names(weight: Weight) -> tuple[str, ...]:
        """Those of one weight."""
        return (weight.name, weight.path, *(f"{path}/{weight.name}" for path in shared.get(weight.layer, ())))

    return names
