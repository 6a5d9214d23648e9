"""What a live model of Keras 3 says of its weights, as ``expected.json`` has it for ``real_files/test_versions.py``."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np


def told(model: Any, kind: str, *unknowable: str) -> dict[str, Any]:  # noqa: ANN401 - Keras has no types
    """What a live model says of its arrays, in the order of ``get_weights()``."""
    trained = {id(one) for one in model.trainable_weights}
    classes = {one.name: type(one).__name__ for one in model._flatten_layers()}  # noqa: SLF001 - no public name
    weights = []
    for index, one in enumerate(model.weights):
        layer, _, name = one.path.rpartition("/")
        value = np.ascontiguousarray(one.numpy())
        weights.append(
            {
                "index": index,
                "layer": layer,
                "layer_class": classes.get(layer.rpartition("/")[2]),
                "name": name,
                "shape": [*value.shape],
                "dtype": str(value.dtype),
                "trainable": id(one) in trained,
                "sha256": hashlib.sha256(value.tobytes()).hexdigest(),
            }
        )
    return {"kind": kind, "not_stored": 0, "unknowable": [*unknowable], "weights": weights}
