"""What a live model's ``get_weights()`` is: the answer that a saved file is held against."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.makers.positions.kit import KERAS_3, keras

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Json = dict[str, Any]

KERAS_MODULES = ("keras", "tf_keras")
OPTIMIZERS = ("optimizer", "optimizer_weights")


def sublayers(layer: Any) -> list[Any]:
    """The layers directly inside a layer."""
    return list(layer._layers if KERAS_3 else layer._flatten_layers(recursive=False, include_self=False))


def own_variables(layer: Any) -> list[Any]:
    """The variables that are a layer's own."""
    if KERAS_3:
        return [*layer._trainable_variables, *layer._non_trainable_variables]
    return [*layer._trainable_weights, *layer._non_trainable_weights]


def classes(layer: Any) -> list[str]:
    """The class of a layer, and the layers of Keras that it is a kind of."""
    of_keras = [
        kind.__name__
        for kind in type(layer).__mro__
        if kind.__module__.split(".")[0] in KERAS_MODULES and issubclass(kind, keras.layers.Layer)
    ]
    return list(dict.fromkeys([type(layer).__name__, *of_keras]))


def owned(layer: Any, path: str = "") -> Iterator[tuple[int, str, list[str]]]:
    """Every variable by its id with the path and the classes of each layer that owns it."""
    for variable in own_variables(layer):
        yield id(variable), path, classes(layer)
    for sublayer in sublayers(layer):
        yield from owned(sublayer, f"{path}/{sublayer.name}".lstrip("/"))


def described(model: Any) -> list[Json]:
    """Every weight in the order of ``get_weights()``: its name, owners, shape and hash."""
    owners: dict[int, list[Json]] = {}
    for variable, path, kinds in owned(model):
        owners.setdefault(variable, []).append({"layer": path or model.name, "classes": kinds})
    return [
        {
            "name": variable.name,
            "owners": owners.get(id(variable), []),
            "shape": list(values.shape),
            "sha256": digest(values),
        }
        for variable, values in zip(model.weights, model.get_weights(), strict=True)
    ]


def inside(layer: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every layer's path and classes, from the outside in."""
    for sublayer in sublayers(layer):
        below = f"{path}/{sublayer.name}".lstrip("/")
        yield below, classes(sublayer)
        yield from inside(sublayer, below)


def digest(values: Any) -> str:
    """The SHA-256 of an array's bytes."""
    return sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def stored(path: Path) -> Counter[str]:
    """How often the bytes of each array lie in a file, the optimizer's state left out."""
    source: Any = path
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            source = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(source, "r") as file:
        return Counter(digest(array[()]) for name in file if name not in OPTIMIZERS for array in arrays(file[name]))


def arrays(item: Any) -> Iterator[Any]:
    """The arrays at and below an object of an HDF5 file."""
    if isinstance(item, h5py.Dataset):
        yield item
        return
    for name in item:
        yield from arrays(item[name])
