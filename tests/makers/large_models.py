"""Models that are large by their values, which take no space on the disk, or by what their config holds."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

import h5py
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

LAYERS = 4
"""Layers of a model that is large by its values."""
_PIECE = 1 << 20


class _HoleFile(io.FileIO):
    """A file in which zeros take no space on the disk."""

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - as FileIO takes it
        """Write some bytes, or pass over them where they are many and nothing but zeros."""
        view = memoryview(data).cast("B")
        if len(view) < _PIECE or any(view[:_PIECE:4096]) or view.tobytes().count(0) < len(view):
            return super().write(view)
        self.seek(len(view), io.SEEK_CUR)
        return len(view)


def save_zeros(path: Path, nbytes: int) -> None:
    """A ``.keras`` archive of ``Dense`` layers whose kernels, of about so many bytes in all, are zeros."""
    units = round((nbytes / 4 / LAYERS) ** 0.5)
    names = ["dense", *(f"dense_{number}" for number in range(1, LAYERS))]
    weights = path.with_suffix(".weights.h5")
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    early.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    with h5py.File(weights, "w") as tree:
        for name in names:
            group = tree.create_group(f"layers/{name}/vars")
            for key, shape in (("0", (units, units)), ("1", (units,))):
                space = h5py.h5s.create_simple(shape)
                h5py.h5d.create(group.id, key.encode(), h5py.h5t.IEEE_F32LE, space, early)
    with _HoleFile(path, "w") as file, ZipFile(file, "w") as archive:
        archive.writestr(ZipInfo("metadata.json"), json.dumps({"keras_version": "3.15.1"}))
        archive.writestr(ZipInfo("config.json"), json.dumps(_sequential([_dense(name, units) for name in names])))
        with archive.open(ZipInfo("model.weights.h5"), "w", force_zip64=True) as member, weights.open("rb") as stored:
            while piece := stored.read(_PIECE):
                member.write(piece)
    weights.unlink()


def save_legacy(path: Path, layer: Json) -> None:
    """A legacy HDF5 file of one layer of any config, and a ``Dense`` layer with weights."""
    with h5py.File(path, "w") as tree:
        tree.attrs["keras_version"], tree.attrs["backend"] = "2.15.0", "tensorflow"
        tree.attrs["model_config"] = json.dumps(_sequential([layer, _dense("dense", 2)])).encode()
        weights = tree.create_group("model_weights")
        weights.attrs["layer_names"] = [b"dense"]
        group = weights.create_group("dense")
        group.attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
        group["dense/kernel:0"], group["dense/bias:0"] = np.eye(2, dtype="<f4"), np.zeros(2, "<f4")


def vocabulary_layer(count: int) -> Json:
    """The config of a layer with a vocabulary of so many words."""
    words = [f"word {number}" for number in range(count)]
    return {"class_name": "StringLookup", "config": {"name": "lookup", "vocabulary": words, "oov_token": "[UNK]"}}


def constant_layer(count: int) -> Json:
    """The config of a layer whose initializer is a table of so many rows of ten numbers."""
    rows = np.random.default_rng(1).random((count, 10)).tolist()
    constant = {"class_name": "Constant", "config": {"value": rows}}
    config = {"name": "embedding", "input_dim": count, "output_dim": 10, "embeddings_initializer": constant}
    return {"class_name": "Embedding", "config": config}


def _dense(name: str, units: int) -> Json:
    config = {"name": name, "units": units, "activation": "linear", "use_bias": True, "dtype": "float32"}
    return {"module": "keras.layers", "class_name": "Dense", "config": config, "registered_name": None}


def _sequential(layers: list[Json]) -> Json:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "model", "layers": layers}}
