"""Measures how often the verdicts of a comparison are right: ``python -m tests.measure_verdicts [--models N]``.

It makes models with the real Keras and compares each with what became of it: trained for some epochs by several
optimizers, fine-tuned with some layers frozen, edited by LoRA factors of several ranks that saving merged, rounded to
half precision, and made anew. It prints, as JSON, how often each verdict was given for each truth, how often frozen
layers were named, and how often an edit was taken for one of low rank. Then every two legacy files that hold the same
layers are given to ``h5diff``, where that is installed: it and we must agree on which arrays differ.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import layers, optimizers

from kerasinspect.comparing import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.analysis.comparison.results import Diff

Data = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]

OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "adam": optimizers.Adam,
    "fast adam": lambda: optimizers.Adam(0.01),
    "slow adam": lambda: optimizers.Adam(1e-4),
    "sgd": lambda: optimizers.SGD(0.05, momentum=0.9),
    "rmsprop": optimizers.RMSprop,
    "adamw": lambda: optimizers.AdamW(1e-3, weight_decay=0.1),
}
RANKS = (1, 4, 16)


@dataclass
class Counts:
    """What was found so far."""

    verdicts: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    low_rank: Counter[str] = field(default_factory=Counter)
    h5diff: Counter[str] = field(default_factory=Counter)


def examples(seed: int, count: int = 1000) -> Data:
    """Points and their classes, by a network that nobody knows."""
    random = np.random.default_rng(seed)
    points = random.standard_normal((count, 32)).astype("float32")
    hidden = np.tanh(points @ random.standard_normal((32, 24)))
    return points, (hidden @ random.standard_normal((24, 10))).argmax(axis=1)


def network(width: int = 128) -> Any:  # noqa: ANN401 - a model
    """Dense layers with a normalization between them."""
    hidden = [layers.Dense(width, activation="relu", name=name) for name in ("second", "third")]
    first = [layers.Dense(width, activation="relu", name="first"), layers.BatchNormalization(name="norm")]
    return keras.Sequential([keras.Input((32,)), *first, *hidden, layers.Dense(10, name="head")])


def train(model: Any, optimizer: Any, data: Data, epochs: int) -> None:  # noqa: ANN401 - of Keras
    """Train a model."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss)
    model.fit(*data, epochs=epochs, batch_size=32, verbose=0)


def judged(diff: Diff, truth: str, counts: Counts) -> None:
    """Count the verdicts on layers that were all treated in one way."""
    counts.verdicts.update(f"{truth}: {layer.verdict}" for layer in diff if layer.weights)


def measure_model(seed: int, folder: Path, counts: Counts) -> None:
    """All that is done to one model."""
    keras.utils.set_random_seed(seed)
    name = [*OPTIMIZERS][seed % len(OPTIMIZERS)]
    model = network()
    saved = [folder / f"epoch_{epoch}.h5" for epoch in (0, 1, 5, 20)]
    model.save(saved[0])
    for path, epochs in zip(saved[1:], (1, 4, 15), strict=True):
        train(model, OPTIMIZERS[name](), examples(seed), epochs)
        model.save(path)
        judged(compare(saved[0], path), "trained", counts)
    for old, new in pairwise(saved):
        judged(compare(old, new), "trained further", counts)
    measure_anew(seed, saved[-1], folder, counts)
    measure_frozen(model, seed, folder, counts)
    measure_rounded(model, folder, counts)
    measure_low_rank(seed, folder, counts)


def measure_anew(seed: int, trained: Path, folder: Path, counts: Counts) -> None:
    """A model of the same layers that was made and trained anew, on the same data."""
    keras.utils.set_random_seed(1000 + seed)
    other = network()
    train(other, optimizers.Adam(), examples(seed), 5)
    other.save(folder / "other.h5")
    judged(compare(trained, folder / "other.h5"), "made anew", counts)


def measure_frozen(model: Any, seed: int, folder: Path, counts: Counts) -> None:  # noqa: ANN401 - a model
    """Fine-tuning with some layers frozen."""
    old, new = folder / "before.keras", folder / "after.keras"
    model.save(old)
    model.save(old.with_suffix(".h5"))
    frozen = {layer.name for place, layer in enumerate(model.layers) if (place + seed) % 2}
    for layer in model.layers:
        layer.trainable = layer.name not in frozen
    train(model, optimizers.Adam(1e-3), examples(2000 + seed), 2)
    model.save(new)
    model.save(new.with_suffix(".h5"))
    count_h5diff(old.with_suffix(".h5"), new.with_suffix(".h5"), counts)
    named = {layer.path for layer in compare(old, new) if layer.frozen}
    counts.frozen.update(f"{name in frozen} named {name in named}" for name in (layer.name for layer in model.layers))


def measure_rounded(model: Any, folder: Path, counts: Counts) -> None:  # noqa: ANN401 - a model
    """Values that went through half precision."""
    old, new = folder / "whole.keras", folder / "rounded.keras"
    model.save(old)
    model.set_weights([values.astype("float16").astype("float32") for values in model.get_weights()])
    model.save(new)
    judged(compare(old, new), "rounded", counts)


def measure_low_rank(seed: int, folder: Path, counts: Counts) -> None:
    """Edits by LoRA factors, merged on saving, against whole fine-tuning of as many epochs."""
    data = examples(3000 + seed)
    for rank in (None, *RANKS):
        keras.utils.set_random_seed(seed)
        model = network(256)
        train(model, optimizers.Adam(), examples(seed), 1)
        model.save(folder / "base.keras")
        if rank is not None:
            model.get_layer("second").enable_lora(rank)
            model.get_layer("third").enable_lora(rank)
        train(model, OPTIMIZERS[[*OPTIMIZERS][seed % len(OPTIMIZERS)]](), data, 2)
        model.save(folder / "edited.keras")
        diff = compare(folder / "base.keras", folder / "edited.keras", spectral=True)
        truth = "all directions" if rank is None else "LoRA"
        counts.low_rank.update(f"{truth}: low rank {diff[name].low_rank}" for name in ("second", "third"))


def count_h5diff(old: Path, new: Path, counts: Counts) -> None:
    """Hold the arrays that differ against those that ``h5diff`` lists."""
    tool = shutil.which("h5diff")
    if tool is None:
        return
    answer = subprocess.run([tool, old, new, "/model_weights"], capture_output=True, text=True, check=False)
    differing = set(re.findall(r"^dataset: <(\S+)> and", answer.stdout, re.MULTILINE))
    for layer in compare(old, new):
        for weight in layer.weights:
            path = weight.new.stored_path if weight.new else ""
            is_said = any(one.endswith(f"/{path}") for one in differing)
            counts.h5diff["agree" if weight.equal != is_said else f"differ: {path}"] += 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=12)
    counts = Counts()
    for seed in range(parser.parse_args().models):
        with tempfile.TemporaryDirectory() as folder:
            measure_model(seed, Path(folder), counts)
    json.dump({name: dict(sorted(getattr(counts, name).items())) for name in vars(counts)}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
