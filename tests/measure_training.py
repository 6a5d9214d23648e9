"""Measures how often the training verdicts are right: ``python -m tests.measure_training [--every N] [--wrong]``.

It makes small models with the real Keras: each initializer in several architectures and each scenario: untrained,
trained for one step or many, by steps that round away, frozen before or after training, with a new head, pruned,
rewound, rounded, clipped, set to constants. Optimizers, dtype policies and formats take turns. The truth about
a layer is whether any of its weights differs from what its initializer gave. It prints, as JSON, the number of models,
and of layers for each kind of file, truth, verdict and certainty.
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
Values = np.ndarray[Any, Any]
Weights = dict[str, list[Values]]


@keras.saving.register_keras_serializable("measured")
class Sparse(keras.initializers.Initializer):  # type: ignore[misc]
    """An initializer that is not Keras's own."""

    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> Any:  # noqa: ANN401 - as Keras calls it
        """Normal values, of which some are left out."""
        drawn = keras.random.normal(shape, stddev=0.1, dtype=dtype)
        return keras.ops.where(drawn > 0.1, keras.ops.zeros_like(drawn), drawn)


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
    "zeros": lambda: "zeros",
    "custom": Sparse,
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

STEPS = {
    "untrained": 0,
    "compiled": 0,
    "one step": 1,
    "trained": 60,
    "tiny steps": 3,
    "frozen in part": 20,
    "frozen afterwards": 3,
    "new head": 5,
    "from constants": 20,
    "rewound": 5,
}
"""How long models are trained in scenarios in which they are, or might be; in all others never."""

EDITS: dict[str, Callable[[Values], Values]] = {
    "from constants": lambda values: np.full_like(values, 0.05),
    "all zero": np.zeros_like,
    "pruned": lambda values: np.where(abs(values) < np.median(abs(values)), 0, values),
    "clipped": lambda values: np.clip(values, -0.05, 0.05),
    "rounded": lambda values: np.round(values * 64) / 64,
    "ternary": lambda values: np.sign(values) * abs(values).mean(),
}
"""What is done to kernels before training; from constants to all weights."""

SCENARIOS = tuple(dict.fromkeys((*STEPS, *EDITS)))

POLICIES = ("float32", "float32", "float32", "mixed_float16", "float32", "bfloat16", "float32", "float16")

RECURRENT = {"words": "orthogonal"}
"""What recurrent kernels begin as, which TensorFlow cannot make in half precision."""

ENDINGS = (".keras", ".weights.h5", ".h5")


def batch(model: keras.Model, random: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Inputs of the model's shape and targets that depend on them."""
    shape = (32, *model.input_shape[1:])
    inputs = random.integers(0, 50, shape) if "embedding" in model.layers[0].name else random.normal(size=shape)
    score = np.asarray(inputs, "float32").reshape(32, -1)
    return inputs, np.stack([score.mean(1), score[:, 0] > score[:, 1], score.max(1)], 1).astype("float32")


def copied(model: keras.Model) -> Weights:
    """All weights, by the name of their layer."""
    return {layer.name: [np.array(values, "float64") for values in layer.get_weights()] for layer in model.layers}


def edited(model: keras.Model, scenario: str) -> None:
    """Change the kernels of a model before it is trained, or all of its weights."""
    edit = EDITS.get(scenario)
    if edit is not None:
        for weight in model.weights:
            values = np.array(weight.value).astype("float32")
            if scenario == "from constants" or values.ndim > 1:
                weight.assign(edit(values).astype("float32"))


def frozen(model: keras.Model, scenario: str) -> None:
    """Freeze the first half of a model, or all but its last layer."""
    parts = {"frozen in part": len(model.layers) // 2, "new head": -1}
    if scenario in parts:
        for layer in model.layers[: parts[scenario]]:
            layer.trainable = False


def trained(model: keras.Model, scenario: str, number: int) -> None:
    """Train a model as its scenario says."""
    random = np.random.default_rng(number)
    optimizer = keras.optimizers.SGD(1e-6) if scenario == "tiny steps" else OPTIMIZERS[number % len(OPTIMIZERS)]()
    model.compile(optimizer, "mse", run_eagerly=True)
    first = [np.array(weight.value) for weight in model.weights]
    for _ in range(STEPS[scenario]):
        model.train_on_batch(*batch(model, random))
    if scenario == "frozen afterwards":
        model.trainable = False
    if scenario == "rewound":  # as lottery tickets are: the largest of the trained weights as they were at first
        for weight, values in zip(model.weights, first, strict=True):
            size = abs(np.array(weight.value).astype("float32"))
            weight.assign(np.where(size < np.median(size), np.zeros_like(values), values))
        model.compile("sgd", "mse")


def made(case: Case) -> tuple[keras.Model, Weights]:
    """The model of a case as it is saved, and the weights that its initializers gave."""
    initializer, architecture, scenario, number = case
    keras.backend.clear_session()
    keras.utils.set_random_seed(number)
    policy = POLICIES[number // len(ENDINGS) % len(POLICIES)]
    keras.config.set_dtype_policy("float32" if "orthogonal" in {initializer, RECURRENT.get(architecture)} else policy)
    model = ARCHITECTURES[architecture](INITIALIZERS[initializer]())
    before = copied(model)
    edited(model, scenario)
    frozen(model, scenario)
    if scenario in STEPS and scenario != "untrained":
        trained(model, scenario, number)
    return model, before


def cases(every: int) -> Iterator[Case]:
    """One in so many of all combinations of initializer, architecture and scenario, in an order that mixes them."""
    combinations = list(product(INITIALIZERS, ARCHITECTURES, SCENARIOS))
    order = np.random.default_rng(0).permutation(len(combinations)).tolist()
    for number, place in enumerate(order[::every]):
        yield (*combinations[place], number)


def verdicts(case: Case, folder: Path) -> Iterator[tuple[str, LayerTraining]]:
    """The truth about each layer of a case, and what is said of it."""
    model, before = made(case)
    path = folder / f"model{ENDINGS[case[3] % len(ENDINGS)]}"
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path, include_optimizer=case[3] // len(OPTIMIZERS) % 2 == 0)
    after = copied(model)
    with open_model(path) as opened:
        for assessed in assess_training(opened).layers:
            name = assessed.layer.path.split("/")[0]
            yield truth(before[name], after[name], assessed), assessed


def truth(before: list[Values], after: list[Values], assessed: LayerTraining) -> str:
    """Whether a layer's own weights changed; they are found by their values among those of the layer around it."""
    for weight in assessed.weights:
        now = weight.weight.array[...].astype("float64")
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
    counts: Counter[tuple[str, str, str, str | None]] = Counter()
    models = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(options.every):
            models += 1
            for true, assessed in verdicts(case, Path(folder)):
                file = "weights only" if case[3] % len(ENDINGS) == 1 else "with config"
                counts[file, true, assessed.verdict, assessed.certainty] += 1
                if options.wrong and assessed.verdict != true:
                    reasons = [(one.weight.name, one.judgement.reason) for one in assessed.weights]
                    sys.stderr.write(
                        f"{case} {file}, {assessed.layer.path}: {true}, said {assessed.verdict} {reasons}\n"
                    )
    rows = [
        {"file": file, "truth": true, "verdict": verdict, "certainty": certainty, "layers": layers}
        for (file, true, verdict, certainty), layers in sorted(counts.items(), key=str)
    ]
    sys.stdout.write(json.dumps({"models": models, "counts": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
