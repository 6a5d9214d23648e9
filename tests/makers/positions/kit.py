"""The Keras that makes the models, and the small things that every construct needs.

``KERAS_LIBRARY`` chooses it: ``keras`` (2 or 3, whichever is installed; the default) or ``tf_keras``.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

keras: Any = importlib.import_module(os.environ.get("KERAS_LIBRARY", "keras"))
layers: Any = keras.layers
register: Any = keras.saving.register_keras_serializable("mine")
KERAS_3 = keras.__version__ >= "3"
WIDTH = 6

Made = tuple[Any, Any]
"""A model and a batch of its inputs."""


def numbers(*shape: int) -> np.ndarray[Any, Any]:
    """A batch of four inputs of this shape."""
    return np.random.default_rng(0).normal(size=(4, *shape)).astype("float32")


def integers(*shape: int, below: int = 9) -> np.ndarray[Any, Any]:
    """A batch of four inputs of this shape that name tokens."""
    return np.random.default_rng(0).integers(0, below, (4, *shape)).astype("int32")


def between(*middle: Any, shape: tuple[int, ...] = (WIDTH,), flat: bool = False) -> Made:
    """A Functional model with these layers between two Dense layers."""
    start = keras.Input(shape)
    now = layers.Dense(shape[-1], name="first")(start)
    for layer in middle:
        now = layer(now)
    if flat:
        now = layers.Flatten(name="flat")(now)
    return keras.Model(start, layers.Dense(2, name="last")(now), name="net"), numbers(*shape)


def called(model: Any, batch: Any) -> Made:
    """A model that is built by calling it."""
    model(batch)
    return model, batch


class Chain(layers.Layer):
    """A layer that calls its parts in turn; each kind of it says which those are."""

    def parts(self) -> list[Any]:
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        for part in self.parts():
            inputs = part(inputs)
        return inputs


def dense(name: str | None = None, **options: Any) -> Any:
    """A Dense layer as wide as its input."""
    return layers.Dense(options.pop("units", WIDTH), name=name, **options)
