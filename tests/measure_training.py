"""Measures how often the training verdicts are right: ``python -m tests.measure_training [--every N] [--wrong]``.

It makes small models with the real Keras: each initializer in several architectures, untrained, trained for one step,
trained well, frozen in part, and fine-tuned from constants, each optimizer in turn, with and without its state in the
file. The truth about a layer is whether any of its weights differs from what its initializer gave. It prints, as
JSON, the number of models, and of layers for each truth, verdict and certainty.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import layers

from kerasinspect import open_model
from kerasinspect.analysis.training import LayerTraining, assess_training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Case = tuple[str, str, str, int]
Weights = dict[str, list[np.ndarray[Any, Any]]]

INITIALIZERS: dict[str, Callable[[], Any]] = {
    "glorot_uniform": lambda: "glorot_uniform",
    "glorot_normal": lambda: "glorot_normal",
    "he_uniform": lambda: "he_uniform",
    "he_normal": lambda: "he_normal",
    "lecun_uniform": lambda: "lecun_uniform",
    "lecun_normal": lambda: "lecun_normal",
    "random_uniform": lambda: "random_uniform",
    "random_normal": lambda: "random_normal",
    "truncated_normal": lambda: "truncated_normal",
    "variance_scaling": lambda: keras.initializers.VarianceScaling(0.7, "fan_out", "untruncated_normal"),
    "orthogonal": lambda: "orthogonal",
    "constant": lambda: keras.initializers.Constant(0.1),
}


def perceptron(initializer: Any, *sizes: int, bias: bool = True) -> keras.Model:  # noqa: ANN401
    """Dense layers between so many inputs, units and outputs."""
    hidden = [
        layers.Dense(size, activation="tanh", kernel_initializer=initializer, use_bias=bias) for size in sizes[1:-1]
    ]
    return keras.Sequential(
        [keras.Input((sizes[0],)), *hidden, layers.Dense(sizes[-1], kernel_initializer=initializer, use_bias=bias)]
    )


def convolutions(initializer: Any) -> keras.Model:  # noqa: ANN401
    """Convolutions without a bias, each with a BatchNormalization."""
    blocks = []
    for filters in (8, 16):
        kernel = {"kernel_initializer": initializer, "use_bias": False}
        blocks += [layers.Conv2D(filters, 3, **kernel), layers.BatchNormalization(), layers.ReLU()]
    return keras.Sequential(
        [keras.Input((8, 8, 2)), *blocks, layers.Flatten(), layers.Dense(3, kernel_initializer=initializer)]
    )


def words(initializer: Any) -> keras.Model:  # noqa: ANN401
    """An Embedding, recurrent layers and a Dense layer."""
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Embedding(50, 8, embeddings_initializer=initializer),
            layers.LSTM(12, kernel_initializer=initializer, return_sequences=True),
            layers.GRU(7, kernel_initializer=initializer),
            layers.Dense(3, kernel_initializer=initializer),
        ]
    )


def attention(initializer: Any) -> keras.Model:  # noqa: ANN401
    """Attention over a sequence, with a LayerNormalization."""
    start = keras.Input((5, 16))
    seen = layers.MultiHeadAttention(2, 8, kernel_initializer=initializer)(start, start)
    flat = layers.Flatten()(layers.LayerNormalization()(seen))
    return keras.Model(start, layers.Dense(3, kernel_initializer=initializer)(flat))


ARCHITECTURES: dict[str, Callable[[Any], keras.Model]] = {
    "tiny": lambda initializer: perceptron(initializer, 8, 5, 5, 3),
    "small": lambda initializer: perceptron(initializer, 20, 64, 32, 3),
    "large": lambda initializer: perceptron(initializer, 100, 400, 200, 3),
    "without bias": lambda initializer: perceptron(initializer, 20, 64, 32, 3, bias=False),
    "convolutions": convolutions,
    "words": words,
    "attention": attention,
}

OPTIMIZERS: tuple[Callable[[], keras.optimizers.Optimizer], ...] = (
    lambda: keras.optimizers.Adam(1e-3),
    lambda: keras.optimizers.SGD(0.01),
    lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    lambda: keras.optimizers.Adagrad(0.01),
)

STEPS = {"untrained": 0, "compiled": 0, "one step": 1, "trained": 60, "frozen in part": 20, "from constants": 20}


def batch(model: keras.Model, random: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Inputs of the model's shape and targets that depend on them."""
    shape = (32, *model.input_shape[1:])
    inputs = random.integers(0, 50, shape) if "embedding" in model.layers[0].name else random.normal(size=shape)
    score = np.asarray(inputs, "float32").reshape(32, -1)
    return inputs, np.stack([score.mean(1), score[:, 0] > score[:, 1], score.max(1)], 1).astype("float32")


def copied(model: keras.Model) -> Weights:
    """All weights, by the name of their layer."""
    return {layer.name: [np.array(values) for values in layer.get_weights()] for layer in model.layers}


def made(case: Case) -> tuple[keras.Model, Weights]:
    """The model of a case as it is saved, and the weights that its initializers gave."""
    initializer, architecture, scenario, number = case
    keras.backend.clear_session()
    keras.utils.set_random_seed(number)
    random = np.random.default_rng(number)
    model = ARCHITECTURES[architecture](INITIALIZERS[initializer]())
    before = copied(model)
    if scenario == "from constants":
        model.set_weights([np.full_like(values, 0.05) for values in model.get_weights()])
    if scenario == "frozen in part":
        for layer in model.layers[: len(model.layers) // 2]:
            layer.trainable = False
    if scenario != "untrained":
        model.compile(OPTIMIZERS[number % len(OPTIMIZERS)](), "mse", run_eagerly=True)
        for _ in range(STEPS[scenario]):
            model.train_on_batch(*batch(model, random))
    return model, before


def cases(every: int) -> Iterator[Case]:
    """One in so many of all combinations of initializer, architecture and scenario, in an order that mixes them."""
    combinations = list(product(INITIALIZERS, ARCHITECTURES, STEPS))
    order = np.random.default_rng(0).permutation(len(combinations)).tolist()
    for number, place in enumerate(order[::every]):
        yield (*combinations[place], number)


def verdicts(case: Case, folder: Path) -> Iterator[tuple[str, LayerTraining]]:
    """The truth about each layer of a case, and what is said of it."""
    model, before = made(case)
    path = folder / "model.keras"
    model.save(path, include_optimizer=case[3] // len(OPTIMIZERS) % 2 == 0)
    after = copied(model)
    with open_model(path) as opened:
        for assessed in assess_training(opened).layers:
            name = assessed.layer.path.split("/")[0]
            yield truth(before[name], after[name], assessed), assessed


def truth(before: list[np.ndarray[Any, Any]], after: list[np.ndarray[Any, Any]], assessed: LayerTraining) -> str:
    """Whether a layer's own weights changed; they are found by their values among those of the layer around it."""
    for weight in assessed.weights:
        now = weight.weight.array[...]
        places = [at for at, values in enumerate(after) if values.shape == now.shape and np.array_equal(values, now)]
        if not any(np.array_equal(before[at], now) for at in places):
            return "changed"
    return "initial"


def main() -> None:
    """Count the verdicts of all cases, and print the wrong ones where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    counts: Counter[tuple[str, str, str | None]] = Counter()
    models = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(options.every):
            models += 1
            for true, assessed in verdicts(case, Path(folder)):
                counts[true, assessed.verdict, assessed.certainty] += 1
                if options.wrong and assessed.verdict != true:
                    reasons = [(one.weight.name, one.judgement.reason) for one in assessed.weights]
                    sys.stderr.write(f"{case} {assessed.layer.path}: {true}, said {assessed.verdict} {reasons}\n")
    rows = [
        {"truth": true, "verdict": verdict, "certainty": certainty, "layers": layers}
        for (true, verdict, certainty), layers in sorted(counts.items(), key=str)
    ]
    sys.stdout.write(json.dumps({"models": models, "counts": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
