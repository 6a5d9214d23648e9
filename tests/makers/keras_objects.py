"""Saves models of Keras 3 as TensorFlow keeps objects: SavedModels of ``tf.saved_model.save``, and checkpoints.

``python -m tests.makers.keras_objects FOLDER``, with the Python of an environment that has Keras 3 and TensorFlow.
``expected.json`` in the folder has the ``get_weights()`` of the live model, as ``tests/real_files/test_versions.py``
reads it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from tests.makers.live_models import told

L: Any = keras.layers


def _wrapped() -> Any:
    """A layer that runs another at each step."""
    given = keras.Input((1, 2))
    return keras.Model(given, L.TimeDistributed(L.Dense(2))(given))


def _model_inside() -> Any:
    """A layer that runs a model with untrained arrays at each step."""
    given = keras.Input((2, 2))
    inner = keras.Sequential([keras.Input((2,)), L.Dense(2), L.BatchNormalization(), L.Dense(1)], name="inner")
    return keras.Model(given, L.TimeDistributed(inner)(given))


def _cells() -> Any:
    """A layer that runs one with a list of cells both ways."""
    given = keras.Input((2, 2))
    cells = L.RNN([L.LSTMCell(2), L.GRUCell(2), L.SimpleRNNCell(1)])
    return keras.Model(given, L.Dense(1)(L.Bidirectional(cells)(given)))


class _Lists(keras.Model):  # type: ignore[misc]
    """A model with layers in a list, a dictionary and a tuple."""

    def __init__(self) -> None:
        """Make the layers."""
        super().__init__(name="lists")
        self.listed = [L.Dense(3), L.Dense(2)]
        self.named = {"y": L.Dense(2), "b": L.BatchNormalization()}
        self.fixed = (L.Dense(2), [L.Dense(1)])

    def call(self, given: Any, training: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002 - as Keras calls it
        """Go through all layers."""
        for layer in self.listed:
            given = layer(given)
        for name in ("y", "b"):
            given = self.named[name](given)
        return self.fixed[1][0](self.fixed[0](given))


def _spectral() -> Any:
    """A layer that holds the kernel of the one in it beside a vector of its own."""
    given = keras.Input((4, 4, 2))
    return keras.Model(given, L.Conv2D(1, 1)(L.SpectralNormalization(L.Conv2D(2, 2))(given)))


def _shared() -> Any:
    """Layers that a model has in common with one inside it, and one of its own between these."""
    table, dense = L.Embedding(5, 3, name="table"), L.Dense(3, name="both")
    inner_given = keras.Input((2,))
    inner = keras.Model(inner_given, dense(table(inner_given)), name="inner")
    given = keras.Input((2,))
    own = L.Dense(3, name="own")
    return keras.Model(given, L.Dense(1, name="last")(dense(own(L.Add()([inner(given), table(given)])))))


def _texts() -> Any:
    """A vocabulary with weights of its tokens, which TensorFlow keeps and Keras counts among no weights."""
    lookup = L.TextVectorization(output_mode="tf_idf")
    lookup.adapt(["a b", "a c"])
    given = keras.Input((1,), dtype="string")
    return keras.Model(given, L.Dense(2)(lookup(given)))


def _stateful() -> Any:
    """Recurrent layers that keep their states."""
    given = keras.Input(batch_shape=(2, 3, 2))
    model = keras.Model(
        given, L.Dense(1)(L.GRU(2, stateful=True)(L.LSTM(2, stateful=True, return_sequences=True)(given)))
    )
    model(np.ones((2, 3, 2), "float32"))
    return model


def _adapted() -> Any:
    """A layer with LoRA factors, whose name tells no class."""
    given = keras.Input((3,))
    layer = L.Dense(4, name="adapted")
    model = keras.Model(given, layer(given))
    layer.enable_lora(2)
    return model


def _lists_inside() -> Any:
    """A layer with others in lists and in a tuple, before one of the outer model."""
    given = keras.Input((2,))
    return keras.Model(given, L.Dense(1, name="last")(_Lists()(L.Dense(2, name="first")(given))))


def _cells_alone() -> Any:
    """A layer with a list of cells, before one that has none."""
    given = keras.Input((2, 2))
    cells = L.RNN([L.LSTMCell(2), L.GRUCell(2)])
    return keras.Model(given, L.Dense(1, name="last")(cells(L.Dense(2, name="first")(given))))


WITHOUT_OPTIMIZER: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("spectral", _spectral, ()),
    ("shared", _shared, ()),
    ("texts", _texts, ()),
    ("stateful", _stateful, ()),
    ("adapted", _adapted, ("order",)),
)
"""Models that are saved as checkpoints without their optimizer, with what these cannot tell."""
PARTLY_FOLLOWED = (("lists_inside", _lists_inside), ("cells_alone", _cells_alone))
"""Models of which TensorFlow reaches a part."""


def _filled(model: Any, *shape: int) -> Any:
    """A model with numbers of its own in every array, and the state of an optimizer."""
    model(np.zeros((1, *shape), "float32"))
    random = np.random.default_rng(7)
    model.set_weights([random.random(one.shape, "float32") for one in model.get_weights()])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def _main(folder: Path) -> None:
    """Save all models, and what they say of themselves."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    wrapped = _filled(_wrapped(), 1, 2)
    smaller = tf.saved_model.SaveOptions(experimental_debug_stripper=True)
    tf.saved_model.save(wrapped, str(folder / "wrapped_saved"), signatures={}, options=smaller)
    files["wrapped_saved"] = told(wrapped, "tf-saved-model")
    inside = _filled(_model_inside(), 2, 2)
    tf.train.Checkpoint(model=inside, optimizer=inside.optimizer).write(str(folder / "model_inside_ckpt"))
    files["model_inside_ckpt.index"] = told(inside, "tf-train-checkpoint")
    cells = _filled(_cells(), 2, 2)
    tf.train.Checkpoint(model=cells, optimizer=cells.optimizer).write(str(folder / "cells_ckpt"))
    files["cells_ckpt.index"] = told(cells, "tf-train-checkpoint", "order")
    lists = _filled(_Lists(), 2)
    tf.train.Checkpoint(model=lists, optimizer=lists.optimizer).write(str(folder / "lists_ckpt"))
    for name, make, unknowable in WITHOUT_OPTIMIZER:
        model = make()
        tf.train.Checkpoint(model=model).write(str(folder / f"{name}_ckpt"))
        files[f"{name}_ckpt.index"] = told(model, "tf-train-checkpoint", *unknowable)
    for name, make in PARTLY_FOLLOWED:
        tf.train.Checkpoint(model=make()).write(str(folder / f"{name}_ckpt"))
    library = {"keras": keras.__version__, "tf": tf.__version__, "backend": "tensorflow", "numpy": np.__version__}
    text = json.dumps({"library": library, "files": files}, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
