"""Saves a model of Keras 3 with ``keras.callbacks.OrbaxCheckpoint``, and what it says of its weights.

``python orbax_models.py FOLDER``: a program of its own, for an environment with Keras 3 and Orbax. ``expected.json`` in
the folder has the ``get_weights()`` of the live model, as ``tests/real_files/test_versions.py`` reads it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

L: Any = keras.layers


def _model() -> Any:
    """Quantized layers, of which a nested model has two as well, one with LoRA factors, and attention."""
    table, both = L.Embedding(6, 4, name="table"), L.Dense(4, name="both")
    inner_given = keras.Input((3,), dtype="int32")
    inner = keras.Model(inner_given, both(table(inner_given)), name="inner")
    given = keras.Input((3,), dtype="int32")
    own = L.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d", name="own")
    value = both(own(L.Add()([inner(given), table(given)])))
    model = keras.Model(given, L.Dense(1, name="last")(L.MultiHeadAttention(1, 2, name="heads")(value, value)))
    own.enable_lora(2)
    model.quantize("int8")
    model.compile("sgd", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def _told(model: Any) -> list[dict[str, Any]]:
    """What a live model says of its weights."""
    trained = {id(one) for one in model.trainable_weights}
    classes = {one.name: type(one).__name__ for one in model._flatten_layers()}  # noqa: SLF001 - no public name
    found = []
    for index, one in enumerate(model.weights):
        layer, _, name = one.path.rpartition("/")
        value = np.ascontiguousarray(keras.ops.convert_to_numpy(one.value))
        found.append(
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
    return found


def _main(folder: Path) -> None:
    """Save the model, and what it says."""
    keras.utils.set_random_seed(7)
    model = _model()
    callback = keras.callbacks.OrbaxCheckpoint(directory=str(folder.absolute() / "adapted_orbax"), save_freq="epoch")
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_end(0, {})
    callback.on_train_end()
    files = {"adapted_orbax": {"kind": "orbax", "not_stored": 0, "unknowable": [], "weights": _told(model)}}
    library = {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__}
    text = json.dumps({"library": library, "files": files}, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
