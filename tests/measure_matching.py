"""Measures how often layers are matched rightly: ``python -m tests.measure_matching [--seeds N] [--wrong]``.

It makes a transformer of 12 blocks and a ResNet50 with the real Keras, gives all weights values as training leaves
them (or leaves biases and norms fresh), and writes each a second time: layers renamed at random or their names dealt
out anew among layers of one class, the graph built in another order, noise added in shares of each array's standard
deviation. Weights alone are written in any order. It prints, as JSON lines, the shares of the layers with weights that
are matched rightly, wrongly and not at all, how the pairs were found, and wrong pairs among the other layers.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.utils.naming import to_snake_case

from kerasinspect import open_model
from kerasinspect.analysis.comparison.matching import match_layers
from kerasinspect.analysis.comparison.results import ComparisonOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kerasinspect.analysis.comparison.results import LayerPair, Matching

Values = np.ndarray[Any, Any]

NOISES = (0, 0.01, 0.1, 0.5, 1, 2)
SPREADS = {"gamma": (1.0, 0.2), "beta": (0.0, 0.3), "bias": (0.0, 0.05), "moving_mean": (0.0, 0.5)}
"""Mean and standard deviation of what training leaves of values that are the same at first."""


def transformer(blocks: int, size: int) -> Any:  # noqa: ANN401 - Keras has no types
    """A transformer as it is written with Keras's own layers."""
    inputs = keras.Input((16,))
    x = layers.Embedding(200, size)(inputs)
    for _ in range(blocks):
        attended = layers.MultiHeadAttention(4, size // 4)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dropout(0.1)(attended)]))
        wide = layers.Dense(size, name=None)(layers.Dense(4 * size, activation="gelu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dropout(0.1)(wide)]))
    return keras.Model(inputs, layers.Dense(200)(x))


def residual_network() -> Any:  # noqa: ANN401
    """A ResNet50 without what was learned."""
    return keras.applications.ResNet50(weights=None)


def give_values(model: Any, seed: int, *, fresh: bool) -> None:  # noqa: ANN401
    """Give every weight values of its own; biases and norms the same as at first, where those are ``fresh``."""
    made = np.random.default_rng(seed)
    for variable in model.weights:
        shape, name = variable.shape, variable.name
        if name == "moving_variance":
            variable.assign(np.exp(made.normal(0, 0 if fresh else 0.5, shape)))
        elif name in SPREADS:
            mean, spread = SPREADS[name]
            variable.assign(made.normal(mean, 0 if fresh else spread, shape))
        else:
            variable.assign(made.normal(0, 1 / np.prod(shape[:-1]) ** 0.5, shape))


def add_noise(model: Any, share: float, seed: int) -> None:  # noqa: ANN401
    """Move every weight by normal noise of a share of its standard deviation."""
    made = np.random.default_rng(seed)
    for variable in model.weights:
        values = np.asarray(variable)
        noise = made.normal(0, 1, values.shape) * share * values.std()
        variable.assign(np.abs(values + noise) if variable.name == "moving_variance" else values + noise)


class Bag(keras.Model):  # type: ignore[misc]
    """Layers in any order, of which the weights alone are written."""

    def __init__(self, parts: list[Any]) -> None:
        """Take the layers."""
        super().__init__()
        self.bag = parts
        self.built = True


def bagged(model: Any, path: Path, seed: int) -> dict[str, str]:  # noqa: ANN401
    """Write the weights of a model's layers in any order, as versions without names do; give the layers' new names."""
    parts = [layer for layer in model.layers if layer.weights]
    random.Random(seed).shuffle(parts)  # noqa: S311
    Bag(parts).save_weights(path)
    with h5py.File(path, "a") as file:
        groups = [group for group in _groups(file) if "name" in group.attrs]
        for group in groups:
            del group.attrs["name"]
    counts = Counter[str]()
    names = {}
    for layer in parts:
        stem = to_snake_case(type(layer).__name__)
        names[layer.name] = f"{stem}_{counts[stem]}" if counts[stem] else stem
        counts[stem] += 1
    return names


def _groups(group: Any) -> Iterator[Any]:  # noqa: ANN401
    """All groups of an HDF5 file."""
    for inner in group.values():
        if isinstance(inner, h5py.Group):
            yield inner
            yield from _groups(inner)


def new_names(model: Any, way: str, seed: int) -> dict[str, str]:  # noqa: ANN401
    """The new name of each layer: any other, or that of another layer of its class."""
    chosen = random.Random(seed)  # noqa: S311 - nothing is secret
    names = [layer.name for layer in model.layers]
    if way == "renamed":
        numbers = chosen.sample(range(10 * len(names)), len(names))
        return {name: f"part_{number}" for name, number in zip(names, numbers, strict=True)}
    by_class: dict[str, list[str]] = {}
    for layer in model.layers:
        by_class.setdefault(type(layer).__name__, []).append(layer.name)
    return {
        name: other
        for group in by_class.values()
        for name, other in zip(group, chosen.sample(group, len(group)), strict=True)
    }


def rebuilt(model: Any, names: Mapping[str, str], seed: int) -> Any:  # noqa: ANN401
    """The same graph of layers with other names, made in another order: any in which each follows what feeds it."""
    config = json.loads(model.to_json())["config"]
    chosen, waiting = random.Random(seed), {one["name"]: one for one in config["layers"]}  # noqa: S311
    feeders = {name: set(histories(one["inbound_nodes"])) for name, one in waiting.items()}
    in_order = []
    while waiting:
        name = chosen.choice([name for name in waiting if not feeders[name] & waiting.keys()])
        in_order.append(waiting.pop(name))
    other = keras.Model.from_config(renamed(config | {"layers": in_order}, names))
    by_name = {layer.name: layer for layer in other.layers}
    for layer in model.layers:
        by_name[names[layer.name]].set_weights(layer.get_weights())
    return other


def histories(config: Any) -> Iterator[str]:  # noqa: ANN401
    """The layers that tensors in a config come from."""
    if isinstance(config, dict):
        if "keras_history" in config:
            yield config["keras_history"][0]
        config = [*config.values()]
    if isinstance(config, list):
        for value in config:
            yield from histories(value)


def renamed(config: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401
    """A config in which layers have other names, wherever it has the name of one."""
    if isinstance(config, dict):
        return {key: renamed(value, names) for key, value in config.items()}
    if isinstance(config, list):
        return [renamed(value, names) for value in config]
    return names.get(config, config) if isinstance(config, str) else config


@dataclass(frozen=True)
class Score:
    """How many layers were matched in which way."""

    right: int
    wrong: int
    alone: int
    wrong_others: int
    ways: Counter[str]
    mistakes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Shares and counts."""
        total = self.right + self.wrong + self.alone
        return {
            "right": round(self.right / total, 4),
            "wrong": self.wrong,
            "alone": self.alone,
            "wrong_others": self.wrong_others,
            "ways": dict(self.ways),
        }


def score(pairs: tuple[LayerPair, ...], truth: Callable[[str], str]) -> Score:
    """Compare pairs with the truth: the new path of each old one."""
    counts, ways, mistakes = Counter[str](), Counter[str](), []
    for pair in pairs:
        if pair.old is None:
            continue
        is_right = pair.new is not None and pair.new.path == truth(pair.old.path)
        verdict = "right" if is_right else "wrong" if pair.new else "alone"
        counts[verdict if pair.old.weights else f"{verdict} other"] += 1
        ways[str(pair.matched_by)] += 1
        if verdict != "right":
            new = pair.new.path if pair.new else None
            mistakes.append(f"{pair.old.path} = {new} by {pair.matched_by}, not {truth(pair.old.path)}")
    return Score(counts["right"], counts["wrong"], counts["alone"], counts["wrong other"], ways, tuple(mistakes))


def matched(old: Path, new: Path, names: Mapping[str, str], matching: Matching = "auto") -> Score:
    """Match two files of which the truth is known."""
    with open_model(old) as one, open_model(new) as other:
        pairs = match_layers(one, other, ComparisonOptions(matching=matching))

    def truth(path: str) -> str:
        first, separator, rest = path.partition("/")
        return names.get(first, first) + separator + rest

    return score(pairs, truth)


def measured(
    model: Any,  # noqa: ANN401
    folder: Path,
    seed: int,
    noises: Sequence[float] = NOISES,
) -> Iterator[tuple[dict[str, Any], Score]]:
    """Every case of one model."""
    for fresh in (False, True):
        give_values(model, seed, fresh=fresh)
        old = folder / "old.keras"
        model.save(old)
        for way, noise in product(("renamed", "dealt"), noises):
            names = new_names(model, way, seed)
            other = rebuilt(model, names, seed)
            add_noise(other, noise, seed + 1)
            new = folder / "new.keras"
            other.save(new)
            yield {"fresh": fresh, "way": way, "noise": noise}, matched(old, new, names)
            weights = folder / "new.weights.h5"
            stored = bagged(other, weights, seed + 2)
            truth = {name: stored.get(given, "") for name, given in names.items()}
            yield {"fresh": fresh, "way": f"{way}, weights alone", "noise": noise}, matched(old, weights, truth)
        give_values(other, seed + 7, fresh=fresh)
        other.save(new)
        yield {"fresh": fresh, "way": "unrelated"}, matched(old, new, names, "values")


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="print every layer that is not matched rightly")
    asked = parser.parse_args()
    makers = {"transformer": lambda: transformer(12, 128), "resnet": residual_network}
    for (name, make), seed in product(makers.items(), range(asked.seeds)):
        with tempfile.TemporaryDirectory() as folder:
            for case, found in measured(make(), Path(folder), seed):
                sys.stdout.write(json.dumps({"model": name, "seed": seed} | case | found.as_json()) + "\n")
                sys.stdout.flush()
                if asked.wrong:
                    sys.stdout.writelines(f"    {mistake}\n" for mistake in found.mistakes)


if __name__ == "__main__":
    main()
