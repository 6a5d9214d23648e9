"""Loads models with the real Keras and prints as JSON what every weight is.

``python -m tests.oracles.weights FILE...`` runs in a process of its own, so that TensorFlow and its warnings stay out
of the tests.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

import sample_models.make_samples  # noqa: F401 - registers the custom layer of a sample

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


def owners(layer: keras.layers.Layer, path: str) -> Iterator[tuple[keras.Variable, str, str]]:
    """Every variable with the path and class of the layer that owns it, innermost layers first.

    Keras gives sublayers of anything but a model no public name.
    """
    sublayers = layer.layers if isinstance(layer, keras.Model) else layer._layers
    for sublayer in sublayers:
        yield from owners(sublayer, f"{path}/{sublayer.name}".lstrip("/"))
    for variable in layer.weights:
        yield variable, path, type(layer).__name__


def describe(model: keras.Model) -> list[Json]:
    """Every weight of ``get_weights()``, in order, by the path of the first layer that owns it."""
    homes: dict[int, tuple[str, str]] = {}
    for variable, path, class_name in owners(model, ""):
        homes.setdefault(id(variable), (path, class_name))
    return [
        {
            "index": index,
            "layer": homes[id(variable)][0],
            "layer_class": homes[id(variable)][1],
            "name": variable.name,
            "shape": list(variable.shape),
            "dtype": variable.dtype,
            "trainable": variable.trainable,
            "sha256": sha256(np.ascontiguousarray(variable.numpy()).tobytes()).hexdigest(),
        }
        for index, variable in enumerate(model.weights)
    ]


def main() -> None:
    """Describe every model that the command line names."""
    answer = {path: describe(keras.saving.load_model(path, compile=False)) for path in sys.argv[1:]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
