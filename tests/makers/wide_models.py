"""Models of whose layers a page has to tell many apart: ``python -m tests.makers.wide_models FOLDER`` saves them."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

RANDOM = np.random.default_rng(7)


def mobilenet() -> keras.Model:
    """MobileNetV2, as narrow as it gets: 153 layers in blocks whose names differ in the middle."""
    return keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=3)


def text_classifier() -> keras.Model:
    """Two bidirectional layers, which hold a layer for each direction, and these a cell."""
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    hidden = layers.Embedding(50, 8)(tokens)
    hidden = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(hidden)
    hidden = layers.Dense(4, activation="relu")(layers.Bidirectional(layers.LSTM(4))(hidden))
    return trained(keras.Model(tokens, layers.Dense(1, activation="sigmoid", name="classifier")(hidden)))


def transformer() -> keras.Model:
    """Two blocks of attention, with long names that differ in one digit and in one word."""
    tokens = keras.Input((12,), dtype="int32")
    hidden = layers.Embedding(50, 8, name="token_embedding")(tokens)
    for block in ("transformer_block_0", "transformer_block_1"):
        for part in ("attention", "feedforward"):
            name = f"{block}_{part}"
            if part == "attention":
                found = layers.MultiHeadAttention(2, 4, name=name)(hidden, hidden)
            else:
                found = layers.Dense(8, name=f"{name}_down")(layers.Dense(16, "gelu", name=f"{name}_up")(hidden))
            added = layers.Add(name=f"{name}_residual")([hidden, found])
            hidden = layers.LayerNormalization(name=f"{name}_norm")(added)
    pooled = layers.GlobalAveragePooling1D()(hidden)
    return trained(keras.Model(tokens, layers.Dense(1, activation="sigmoid", name="classifier")(pooled)))


def trained(model: keras.Model) -> keras.Model:
    """The model after a few steps."""
    model.compile("adam", "binary_crossentropy")
    model.fit(RANDOM.integers(0, 50, (32, 12)), RANDOM.integers(0, 2, (32, 1)), verbose=0)
    return model


def main() -> None:
    """Save all of them."""
    keras.utils.set_random_seed(7)
    for make in (mobilenet, text_classifier, transformer):
        make().save(Path(sys.argv[1], f"{make.__name__}.keras"))


if __name__ == "__main__":
    main()
