"""The real Keras trains; what moved from epoch to epoch is held against its own values."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.comparing import series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EPOCHS = 3


@pytest.fixture(scope="module")
def trained(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Mapping[str, np.ndarray]]]:
    """Checkpoints of a training in three forms, and after each epoch all values of each layer as one array."""
    folder = tmp_path_factory.mktemp("trained")
    keras.utils.set_random_seed(4)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, "relu", name="frozen", trainable=False),
            layers.BatchNormalization(name="norm"),
            layers.Reshape((2, 4)),
            layers.Bidirectional(layers.LSTM(3), name="both"),
            layers.Dense(1, name="head"),
        ]
    )
    model.compile("adam", "mse", run_eagerly=True)
    inputs = np.random.default_rng(5).normal(size=(32, 6))
    after = []
    for epoch in range(EPOCHS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(inputs, inputs[:, :1], verbose=0)
            model.save(folder / f"whole_{epoch}.keras")
            model.save_weights(folder / f"only_{epoch}.weights.h5")
            model.save(folder / f"legacy_{epoch}.h5")
            after.append(values_of(model))
    return folder, after


def values_of(model: Any) -> Mapping[str, np.ndarray]:
    """All values of each layer that has some, as one array."""
    both = model.get_layer("both")
    layers = {layer.name: layer for layer in model.layers if layer.name != "both"}
    layers |= {f"both/{one.name}/{one.cell.name}": one.cell for one in (both.forward_layer, both.backward_layer)}
    return {
        path: np.concatenate([np.ravel(one) for one in layer.get_weights()]).astype(float)
        for path, layer in layers.items()
        if layer.get_weights()
    }


@pytest.mark.parametrize("pattern", ["whole_*.keras", "only_*.weights.h5", "legacy_*.h5"])
def test_changes_are_those_of_keras(trained: tuple[Path, list[Mapping[str, np.ndarray]]], pattern: str) -> None:
    """To the last digits, layer by layer; the frozen one is named, and no other."""
    folder, after = trained
    found = series(folder / pattern)
    assert [layer.path for layer in found.never_move] == ["frozen"]
    assert {layer.path for layer in found} == {*after[0]}
    for layer in found:
        for epoch, movement in layer.compared:
            old, new = after[epoch - 1][layer.path], after[epoch][layer.path]
            assert movement.changed == np.count_nonzero(old != new)
            assert movement.distance == pytest.approx(np.linalg.norm(new - old), rel=1e-12)
            assert movement.change == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-12)
    assert found.first_nan is None
    assert not found.partial
