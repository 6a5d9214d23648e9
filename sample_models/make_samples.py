"""Makes the sample models with the real Keras: ``make samples``.

Every model is built from a fixed seed, so that two runs on one machine give the same weights.
``question_network_keras1.h5`` is not made here: Keras 1.2.2 saved it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
SEED = 20261122


@keras.saving.register_keras_serializable(package="samples")
class GatedMix(keras.layers.Layer):  # type: ignore[misc] # Keras has no type hints
    """A layer that Keras does not know: two weights of its own, and a Dense inside."""

    def __init__(self, units: int, **kwargs: Any) -> None:  # noqa: ANN401 - Keras's own options
        """Take the number of units of the Dense inside."""
        super().__init__(**kwargs)
        self.units = units
        self.mix = layers.Dense(units, name="mix")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create one gate per input, one shift per unit, and the weights of the Dense."""
        self.gate = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gate")
        self.shift = self.add_weight(shape=(self.units,), initializer="zeros", name="shift", trainable=False)
        self.mix.build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Scale the inputs by the gate, mix them and shift the result."""
        return self.mix(inputs * self.gate) + self.shift

    def get_config(self) -> dict[str, Any]:
        """Give what Keras needs to create the layer again."""
        return {**super().get_config(), "units": self.units}


def question_network() -> keras.Model:
    """8-5-5-5-32, with exactly the weights of the question that started this project."""
    model = keras.Sequential([keras.Input((8,)), *(layers.Dense(units, "sigmoid") for units in (5, 5, 5, 32))])
    model.compile("adam", "mean_squared_error")
    weights = json.loads((HERE / "question_weights.json").read_text(encoding="utf-8"))
    model.set_weights([np.asarray(values, dtype="float32") for values in weights])
    return model


def dense_on_ones() -> keras.Model:
    """Dense(4), called on ones of shape (3, 4, 2)."""
    model = keras.Sequential([layers.Dense(4)])
    model(tf.ones((3, 4, 2)))
    return model


def unbuilt() -> keras.Model:
    """Two Dense layers that have never seen an input."""
    return keras.Sequential([layers.Dense(4, "relu"), layers.Dense(2)])


def small_cnn() -> keras.Model:
    """Three kinds of convolution, a BatchNormalization and a Dense, trained for a few steps."""
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(3, depth_multiplier=2),
            layers.SeparableConv2D(6, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.25, seed=SEED),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return train(model, random_numbers(32, 12, 12, 3), np.arange(32) % 3)


def small_cnn_tuned() -> keras.Model:
    """``small_cnn``, trained further with its first two layers frozen and its last one called otherwise."""
    model = small_cnn()
    for layer in model.layers[:2]:
        layer.trainable = False
    species = layers.Dense(3, "softmax", name="species")
    tuned = keras.Sequential([keras.Input((12, 12, 3)), *model.layers[:-1], species])
    species.set_weights(model.layers[-1].get_weights())
    tuned.compile("adam", "sparse_categorical_crossentropy")
    return train(tuned, random_numbers(32, 12, 12, 3), np.arange(32) % 3)


def text_classifier() -> keras.Model:
    """Words to a yes or no: Embedding, an LSTM in both directions, Dense; trained for a few steps."""
    model = keras.Sequential(
        [
            keras.Input((12,), dtype="int32"),
            layers.Embedding(40, 8, mask_zero=True, name="words"),
            layers.Bidirectional(layers.LSTM(6), name="both_directions"),
            layers.Dense(1, "sigmoid", name="positive"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    return train(model, np.arange(32 * 12).reshape(32, 12) % 40, np.arange(32) % 2)


def recurrent() -> keras.Model:
    """A GRU, a SimpleRNN, and a Dense that is applied to every step."""
    return keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.GRU(4, return_sequences=True),
            layers.SimpleRNN(3, return_sequences=True),
            layers.TimeDistributed(layers.Dense(2)),
        ]
    )


def attention() -> keras.Model:
    """A block of a transformer: attention over six steps, a shortcut, LayerNormalization, Dense."""
    steps = keras.Input((6, 8), name="steps")
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4)(steps, steps)
    normal = layers.LayerNormalization()(layers.Add()([steps, attended]))
    return keras.Model(steps, layers.Dense(2)(layers.GlobalAveragePooling1D()(normal)), name="attention")


def two_towers() -> keras.Model:
    """A Sequential and a Functional model inside another, fed by one shared layer."""
    user, item = keras.Input((6,), name="user"), keras.Input((6,), name="item")
    shared = layers.Dense(5, "relu", name="shared")
    user_tower = keras.Sequential([keras.Input((5,)), layers.Dense(4, "relu"), layers.Dense(3)], name="user_tower")
    features = keras.Input((5,), name="features")
    wide = layers.Dense(4, "relu", name="wide")(features)
    item_tower = keras.Model(features, layers.Dense(3, name="narrow")(wide), name="item_tower")
    both = layers.Concatenate()([user_tower(shared(user)), item_tower(shared(item))])
    return keras.Model([user, item], layers.Dense(1, "sigmoid", name="match")(both), name="two_towers")


def custom_layer() -> keras.Model:
    """A layer class of one's own between two of Keras's."""
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "relu", name="before"), GatedMix(5), layers.Dense(2, name="after")]
    )


def bfloat16() -> keras.Model:
    """Weights of 16 bits each, a dtype that numpy lacks, after some of 32."""
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "relu"), layers.Dense(2, dtype="bfloat16", bias_initializer="ones")]
    )


def random_numbers(*shape: int) -> np.ndarray:
    """Numbers from a normal distribution, the same on every run."""
    return np.random.default_rng(SEED).standard_normal(shape, dtype="float32")


def train(model: keras.Model, inputs: np.ndarray, targets: np.ndarray) -> keras.Model:
    """Fit for a few steps, so that moving statistics and optimizer state have left their first values."""
    model.fit(inputs, targets, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return model


SAMPLES: dict[str, Callable[[], keras.Model]] = {
    "question_network.keras": question_network,
    "question_network.h5": question_network,
    "dense_on_ones.keras": dense_on_ones,
    "unbuilt.keras": unbuilt,
    "small_cnn.keras": small_cnn,
    "small_cnn_tuned.keras": small_cnn_tuned,
    "text_classifier.keras": text_classifier,
    "text_classifier.h5": text_classifier,
    "recurrent.keras": recurrent,
    "attention.keras": attention,
    "two_towers.keras": two_towers,
    "custom_layer.keras": custom_layer,
    "bfloat16.keras": bfloat16,
}


def main() -> None:
    """Make every sample beside this script."""
    tf.config.experimental.enable_op_determinism()
    for name, build in SAMPLES.items():
        keras.utils.clear_session()
        keras.utils.set_random_seed(SEED)
        build().save(HERE / name)


if __name__ == "__main__":
    main()
