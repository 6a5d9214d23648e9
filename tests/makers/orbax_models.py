"""Saves a model of Keras 3 with ``keras.callbacks.OrbaxCheckpoint``, and what it says of its weights.

``python -m tests.makers.orbax_models FOLDER``, with the Python of an environment that has Keras 3 and Orbax.
``expected.json`` in the folder has the ``get_weights()`` of the live model, as ``tests/real_files/test_versions.py``
reads it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tests.makers.live_models import told

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


def _main(folder: Path) -> None:
    """Save the model, and what it says."""
    keras.utils.set_random_seed(7)
    model = _model()
    callback = keras.callbacks.OrbaxCheckpoint(directory=str(folder.absolute() / "adapted_orbax"), save_freq="epoch")
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_end(0, {})
    callback.on_train_end()
    files = {"adapted_orbax": told(model, "orbax")}
    library = {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__}
    text = json.dumps({"library": library, "files": files}, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
