"""Makes the files in ``data/saving``: run with each release, it writes into a folder those that the release is to make.

``python tests/makers/saving_files.py tests/data/saving``, by an interpreter that has the release and not this package.

Each file has arguments that are not at their defaults, so that what a release leaves out is really lost. Keras 3 runs
on any backend (``KERAS_BACKEND=jax``), releases before it come with TensorFlow.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

import numpy as np

try:
    import tensorflow as tf
except ImportError:
    tf = None
if tf is None or tf.__version__ >= "2.16":
    import keras

    RELEASE = keras.__version__
else:
    from tensorflow import keras

    RELEASE = tf.__version__.rpartition(".")[0]

layers = keras.layers
FIRST = "channels_first"


def chain(*parts: Any, **compiled: Any) -> Any:  # noqa: ANN401 - layers and models of any Keras
    """A model of layers one after the other, which is compiled where it is said with what."""
    model = keras.Sequential([*parts])
    if compiled:
        model.compile(optimizer="sgd", **compiled)
    return model


def graph(shape: Sequence[int], *parts: Any, **compiled: Any) -> Any:  # noqa: ANN401 - as above
    """The same as a graph, whose config has the shapes of all tensors."""
    given = result = keras.Input(shape)
    for part in parts:
        result = part(result)
    model = keras.Model(given, result)
    if compiled:
        model.compile(optimizer="sgd", **compiled)
    return model


def attends(layer: Any) -> Any:  # noqa: ANN401 - as above
    """A layer of attention on two inputs."""
    query, value = keras.Input((4, 3)), keras.Input((5, 3))
    return keras.Model([query, value], layers.Dense(2)(layer([query, value])))


def padded() -> Any:  # noqa: ANN401 - as above
    """A transposed convolution whose output is smaller than it would be by default, with a layer behind it."""
    return graph(
        (5, 5, 2), layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0), layers.Conv2D(1, 3)
    )


def padded_by_default() -> Any:  # noqa: ANN401 - as above
    """The same without the argument."""
    return graph((5, 5, 2), layers.Conv2DTranspose(2, 3, strides=2, padding="same"), layers.Conv2D(1, 3))


def padded_at_the_end() -> Any:  # noqa: ANN401 - as above
    """A transposed convolution of one axis, behind which nothing tells the size."""
    return chain(keras.Input((5, 2)), layers.Conv1DTranspose(2, 3, strides=2, padding="same", output_padding=0))


def padded_in_a_row() -> Any:  # noqa: ANN401 - as above
    """The same in a chain of layers, where the shape that the next layer was built with tells it."""
    first = layers.Conv3DTranspose(1, 3, strides=2, padding="valid", output_padding=1)
    return chain(keras.Input((2, 2, 2, 1)), first, layers.Conv3D(1, 2))


def channels_first() -> Any:  # noqa: ANN401 - as above
    """Layers on images whose channels come first."""
    return graph(
        (3, 8, 9),
        layers.RandomBrightness(0.1, data_format=FIRST),
        layers.RandomContrast(0.1, data_format=FIRST),
        layers.Flatten(),
        layers.Dense(2),
    )


def channels_last() -> Any:  # noqa: ANN401 - as above
    """The same on images whose channels come last."""
    parts = (layers.RandomBrightness(0.1), layers.RandomContrast(0.1))
    return graph((8, 9, 3), *parts, layers.Flatten(), layers.Dense(2))


def scaled(**config: Any) -> Any:  # noqa: ANN401 - as above
    """LayerNormalization in a chain."""
    return chain(keras.Input((6,)), layers.Dense(4), layers.LayerNormalization(**config), layers.Dense(2))


def compiled_with(loss: Any, shape: Sequence[int] = (6,), **more: Any) -> Any:  # noqa: ANN401 - as above
    """A model with one Dense, compiled."""
    return chain(keras.Input(shape), layers.Dense(3), loss=loss, **more)


def segmenting() -> Any:  # noqa: ANN401 - as above
    """Classes along the first axis behind the batch."""
    loss = keras.losses.SparseCategoricalCrossentropy(axis=1)
    return graph((4, 3, 5), layers.Permute((3, 1, 2)), layers.Softmax(axis=1), loss=loss)


def dropped() -> Any:  # noqa: ANN401 - as above
    """Dropout of whole channels, which come first."""
    drop = layers.SpatialDropout2D(0.2, data_format=FIRST)
    return graph((3, 8, 9), drop, layers.GlobalAveragePooling2D(data_format=FIRST))


def inverted() -> Any:  # noqa: ANN401 - as above
    """A model whose last layer undoes a normalization."""
    undo = layers.Normalization(axis=-1, mean=[1.0, 2.0], variance=[4.0, 9.0], invert=True)
    return chain(keras.Input((3,)), layers.Dense(2), undo)


def recurrent(layer: Any) -> Any:  # noqa: ANN401 - as above
    """A recurrent layer with a seed for its dropout."""
    return chain(keras.Input((4, 3)), layer)


def adapted() -> Any:  # noqa: ANN401 - as above
    """Layers that learned their vocabularies from data, which takes TensorFlow, and one that was given its own."""
    words, numbers = layers.StringLookup(), layers.IntegerLookup()
    words.adapt(np.array(["one", "two", "one"]))
    numbers.adapt(np.array([7, 8, 7]))
    text, number = keras.Input((2,), dtype="string"), keras.Input((2,), dtype="int64")
    told = layers.StringLookup(vocabulary=["three"])
    return keras.Model([text, number], [words(text), numbers(number), told(text)])


OLD = "3.14.1"
NEW = "3.15.1"
LOSSES: dict[str, Callable[[], Any]] = {
    "huber": lambda: compiled_with(keras.losses.Huber(delta=2.0)),
    "huber_by_name": lambda: compiled_with("huber"),
    "cosine": lambda: compiled_with(keras.losses.CosineSimilarity(axis=1), (4, 6)),
    "cosine_metric": lambda: compiled_with("mse", (4, 6), metrics=[keras.metrics.CosineSimilarity(axis=1)]),
    "classes_first": segmenting,
    "classes_last": lambda: compiled_with(keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
}
MODELS: dict[str, dict[str, Callable[[], Any]]] = {
    OLD: {
        "padded.keras": padded,
        "padded_by_default.keras": padded_by_default,
        "padded_at_the_end.keras": padded_at_the_end,
        "padded_in_a_row.keras": padded_in_a_row,
        "attention.h5": lambda: attends(layers.Attention(dropout=0.2, seed=7)),
        "attention.keras": lambda: attends(layers.Attention(dropout=0.2, seed=7)),
        "additive_attention.h5": lambda: attends(layers.AdditiveAttention(dropout=0.2, seed=7)),
        "channels_first.keras": channels_first,
        "channels_last.keras": channels_last,
    },
    NEW: {
        "padded.keras": padded,
        "attention.h5": lambda: attends(layers.Attention(dropout=0.2, seed=7)),
        "channels_first.keras": channels_first,
        **{f"{name}.keras": make for name, make in LOSSES.items()},
        "sparse.keras": lambda: chain(keras.Input((3,)), layers.CategoryEncoding(4, sparse=True)),
        "gain.keras": lambda: chain(
            keras.Input((3,)), layers.Dense(3, kernel_initializer=keras.initializers.Identity(gain=2.0))
        ),
        "simple_rnn.h5": lambda: recurrent(layers.SimpleRNN(2, dropout=0.2, seed=7)),
        "grayscale.h5": lambda: graph((6, 7, 3), layers.RandomGrayscale(0.5, seed=7), layers.Flatten()),
        "spatial_dropout.keras": dropped,
        "words.h5": adapted,
        "words.keras": adapted,
        "alpha_dropout.keras": lambda: chain(keras.Input((4, 3)), layers.AlphaDropout(0.2, noise_shape=(None, 1, 3))),
    },
    "3.3.3": {"scaled.keras": lambda: scaled(rms_scaling=True), "scaled_by_default.keras": scaled},
    "3.4.1": {"scaled.keras": lambda: scaled(rms_scaling=True)},
    "3.1.1": {"sparse.keras": lambda: chain(keras.Input((3,)), layers.CategoryEncoding(4))},
    "2.11": {
        "inverted.h5": inverted,
        "spatial_dropout.h5": dropped,
        "alpha_dropout.h5": lambda: chain(keras.Input((4, 3)), layers.AlphaDropout(0.2, noise_shape=(None, 1, 3))),
    },
    "2.15": {"inverted.h5": inverted},
}


def main(folder: str) -> None:
    """Write the files of the release at hand."""
    place = Path(folder) / f"keras-{RELEASE}"
    place.mkdir(parents=True, exist_ok=True)
    for name, make in MODELS[RELEASE].items():
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        make().save(str(place / name))


if __name__ == "__main__":
    main(sys.argv[1])
