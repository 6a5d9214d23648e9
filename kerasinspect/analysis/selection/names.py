"""What layers, classes and weights answer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.model import Layer, Weight


def names_of_layer(layer: Layer) -> tuple[str, ...]:
    """The paths and the name of a layer."""
    return (layer.path, layer.name, *layer.also_at)


def names_of_class(class_name: str) -> tuple[str, ...]:
    """A class with the package that it is registered under, and without: ``mine>Scale`` and ``Scale``."""
    return (class_name, class_name.rpartition(">")[2])


def names_of_weight(weight: Weight) -> tuple[str, str]:
    """The name and the path of a weight."""
    return (weight.name, weight.path)
