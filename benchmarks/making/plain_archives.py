"""Saves ``.keras`` archives that Keras need not make: ``python -m benchmarks.making.plain_archives KIND SIZE FILE``.

They are as Keras 3 writes them, of parts that can be repeated: what costs time by their number, or by their bytes.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

import h5py
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO

Json = dict[str, Any]

_METADATA = {"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}
_LARGE = 12
"""Layers of an archive that is large by its values."""
_BLOCK = 128
"""Rows of an int4 kernel that have a scale of their own, as Keras has them."""
_PIECE = 1 << 20
_NOTHING = bytes(_PIECE)


class HoleFile(io.FileIO):
    """A file in which pieces of zeros take no space on the disk."""

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - as FileIO takes it
        """Write a piece, or pass over it where it is nothing but zeros."""
        size = len(data)
        if size != _PIECE or data != _NOTHING:
            return super().write(data)
        self.seek(size, io.SEEK_CUR)
        return size


def numbered(name: str, number: int) -> str:
    """The name that Keras gives the layer of this number."""
    return f"{name}_{number}" if number else name


def layer(class_name: str, name: str, inputs: int, **more: Any) -> Json:  # noqa: ANN401 - any JSON
    """The config of a layer."""
    config = {"name": name, "trainable": True, "dtype": "float32", **more}
    serialized = {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}
    return serialized | {"build_config": {"input_shape": [None, inputs]}}


def dense(name: str, units: int, dtype: str | Json = "float32") -> Json:
    """The config of a ``Dense`` layer with as many inputs as units."""
    return layer("Dense", name, units, dtype=dtype, units=units, activation="relu", use_bias=True)


def sequential(name: str, inputs: int, layers: Iterable[Json]) -> Json:
    """The config of a ``Sequential`` model of these layers."""
    shape = {"batch_shape": [None, inputs], "dtype": "float32", "name": f"{name}_input"}
    first = {"module": "keras.layers", "class_name": "InputLayer", "config": shape, "registered_name": None}
    inner = {"name": name, "trainable": True, "dtype": "float32", "layers": [first, *layers]}
    outer = {"module": "keras", "class_name": "Sequential", "config": inner, "registered_name": None}
    return outer | {"build_config": {"input_shape": [None, inputs]}}


def save(path: Path, config: Json, store: Callable[[h5py.File], None]) -> None:
    """Save a model of this config, whose weights are stored by a function."""
    unfinished = path.with_name(f"unfinished_{path.name}")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, HoleFile(unfinished, "w") as file:
        weights = Path(folder, "model.weights.h5")
        with h5py.File(weights, "w") as tree:
            store(tree)
            tree.create_group("vars").attrs["name"] = config["config"]["name"]
        with ZipFile(file, "w") as archive:
            archive.writestr(ZipInfo("metadata.json"), json.dumps(_METADATA))
            archive.writestr(ZipInfo("config.json"), json.dumps(config))
            member = archive.open(ZipInfo(weights.name), "w", force_zip64=True)
            with member, weights.open("rb") as stored:
                _copy(stored, member)
    unfinished.replace(path)


def _copy(source: BinaryIO, target: Any) -> None:  # noqa: ANN401 - zipfile names no type
    """Copy a file piece by piece; the pieces are those that may become holes."""
    while piece := source.read(_PIECE):
        target.write(piece)


def store_dense(parent: h5py.Group, name: str, kernel: np.ndarray) -> None:
    """The weights of one ``Dense`` layer of float32."""
    group = parent.create_group(f"layers/{name}/vars")
    group.attrs["name"] = name
    group["0"] = kernel
    group["1"] = np.zeros(kernel.shape[-1], "<f4")


def save_arrays(path: Path, count: int) -> None:
    """A model of so many arrays, two of each layer."""
    names = [numbered("dense", number) for number in range(count // 2)]
    kernel = np.eye(2, dtype="<f4")

    def store(tree: h5py.File) -> None:
        for name in names:
            store_dense(tree, name, kernel)

    save(path, sequential("arrays", 2, (dense(name, 2) for name in names)), store)


def save_layers(path: Path, count: int) -> None:
    """A model of so many layers, all but the last without weights."""
    names = [numbered("re_lu", number) for number in range(count - 1)]
    layers = [*(layer("ReLU", name, 2) for name in names), dense("dense", 2)]
    save(path, sequential("layers", 2, layers), lambda tree: store_dense(tree, "dense", np.eye(2, dtype="<f4")))


def save_nested(path: Path, count: int) -> None:
    """A model of so many models, each of one layer."""
    names = [numbered("sequential", number) for number in range(count)]

    def store(tree: h5py.File) -> None:
        for name in names:
            store_dense(tree.create_group(f"layers/{name}"), "dense", np.eye(2, dtype="<f4"))

    save(path, sequential("nested", 2, (sequential(name, 2, [dense("dense", 2)]) for name in names)), store)


def save_bytes(path: Path, size: int) -> None:
    """A model of at least so many bytes of zeros, which take no space on the disk."""
    units = max(2, round((size / 4 / _LARGE) ** 0.5))
    names = [numbered("dense", number) for number in range(_LARGE)]
    kept = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kept.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    kept.set_fill_time(h5py.h5d.FILL_TIME_NEVER)

    def store(tree: h5py.File) -> None:
        for name in names:
            group = tree.create_group(f"layers/{name}/vars")
            group.attrs["name"] = name
            for key, shape in (("0", (units, units)), ("1", (units,))):
                space = h5py.h5s.create_simple(shape)
                h5py.h5d.create(group.id, key.encode(), h5py.h5t.IEEE_F32LE, space, kept)

    save(path, sequential("large", units, (dense(name, units) for name in names)), store)


def save_config(path: Path, size: int) -> None:
    """A legacy ``.h5`` file whose config has so many bytes, in the vocabulary of a layer."""
    words = [f"word_{number:011}" for number in range(size // 20)]
    save_legacy(path, layer("StringLookup", "string_lookup", 2, vocabulary=words))


def save_legacy(path: Path, first: Json) -> None:
    """A legacy ``.h5`` file of a layer of any config, without weights, and a ``Dense`` layer."""
    name = first["config"]["name"]
    unfinished = path.with_name(f"unfinished_{path.name}")
    with h5py.File(unfinished, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(sequential("config", 2, [first, dense("dense", 2)]))
        top = file.create_group("model_weights")
        top.attrs["layer_names"] = [name, "dense"]
        top.create_group(name).attrs["weight_names"] = []
        group = top.create_group("dense")
        group.attrs["weight_names"] = ["dense/kernel:0", "dense/bias:0"]
        group["dense/kernel:0"] = np.eye(2, dtype="<f4")
        group["dense/bias:0"] = np.zeros(2, "<f4")
    unfinished.replace(path)


def values_of(dtype: str, units: int) -> tuple[np.ndarray, str]:
    """The kernel of ``save_values`` as Keras stores it, and what its attribute calls the dtype."""
    values = np.random.default_rng(1).standard_normal((units, units), "f4")
    if dtype == "bfloat16":
        return (values.view("<u4") >> 16).astype("<u2").view("V2"), dtype
    if dtype.startswith("float8"):  # all of its numbers, and none that is no number
        return (np.abs(values * 30).astype("u1") % 120).view("V1"), dtype
    return values.astype(dtype), ""


def save_values(path: Path, dtype: str, units: int) -> None:
    """A model of one kernel of random numbers of a dtype."""
    kernel, called = values_of(dtype, units)

    def store(tree: h5py.File) -> None:
        store_dense(tree, "dense", kernel)
        if called:
            tree["layers/dense/vars/0"].attrs["dtype"] = called

    save(path, sequential("values", units, [dense("dense", units, dtype)]), store)


def save_int4(path: Path, units: int) -> None:
    """A model of one kernel of random 4-bit numbers, two in a byte, with a scale for every 128 rows."""
    rows = -(-units // _BLOCK)
    random = np.random.default_rng(1)
    policy = {"mode": f"int4/{_BLOCK}", "source_name": "float32"}
    serialized = {"module": "keras.dtype_policies", "class_name": "Int4DTypePolicy", "config": policy}

    def store(tree: h5py.File) -> None:
        store_dense(tree, "dense", random.integers(-128, 128, (units, units // 2), "i1"))
        group = tree["layers/dense/vars"]
        del group["1"]
        group["1"] = np.zeros(units, "<f4")
        group["2"] = random.random((rows, units), "f4") + np.float32(1)
        group["3"] = np.zeros((rows, units), "i1")
        group["4"] = (np.arange(units) // _BLOCK).astype("<f4")

    save(path, sequential("values", units, [dense("dense", units, serialized)]), store)


MAKERS = {
    "int4": save_int4,
    "arrays": save_arrays,
    "layers": save_layers,
    "nested": save_nested,
    "bytes": save_bytes,
    "config": save_config,
}


def main(kind: str, size: str, path: str) -> None:
    """Save one model; a kind that is not in the table is a dtype."""
    if kind in MAKERS:
        MAKERS[kind](Path(path), int(size))
    else:
        save_values(Path(path), kind, int(size))


if __name__ == "__main__":
    main(*sys.argv[1:])
