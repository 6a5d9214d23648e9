"""Two small models, written without Keras, that every hostile file starts from."""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.makers.raw_zip import STORED, Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[h5py.File], None]

NAMES = ("first", "second", "third")
WIDTHS = (3, 2, 2, 1)


def kernel(number: int) -> np.ndarray:
    """The kernel of one layer: small numbers that are easy to find in output."""
    shape = WIDTHS[number], WIDTHS[number + 1]
    return (np.arange(shape[0] * shape[1], dtype="<f4") + 10 * (number + 1)).reshape(shape)


def bias(number: int) -> np.ndarray:
    """The bias of one layer."""
    return np.zeros(WIDTHS[number + 1], "<f4")


def dense(number: int) -> dict[str, Any]:
    """The config of one layer as Keras 3 writes it."""
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"name": NAMES[number], "trainable": True, "dtype": "float32", "units": WIDTHS[number + 1]}
        | {"activation": "linear", "use_bias": True},
        "registered_name": None,
        "build_config": {"input_shape": [None, WIDTHS[number]]},
    }


def config(*layers: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The config of a model of these layers, or of the plain ones."""
    shape = {"batch_shape": [None, 3], "dtype": "float32", "name": "input"}
    first = {"module": "keras.layers", "class_name": "InputLayer", "config": shape, "registered_name": None}
    inner = {"name": "plain", "trainable": True, "dtype": "float32", "layers": [first, *(layers or plain_layers())]}
    outer = {"module": "keras", "class_name": "Sequential", "config": inner, "registered_name": None}
    return outer | {"build_config": {"input_shape": [None, 3]}} | more


def plain_layers() -> Iterator[dict[str, Any]]:
    """The configs of all three layers."""
    return map(dense, range(len(NAMES)))


def archive_tree(file: h5py.File) -> None:
    """The weights as a ``.keras`` archive of Keras 3.15 has them."""
    for number, name in enumerate(NAMES):
        group = file.create_group(f"layers/dense{f'_{number}' if number else ''}/vars")
        group.attrs["name"] = name
        group["0"] = kernel(number)
        group["1"] = bias(number)
    file.create_group("vars").attrs["name"] = "plain"


def legacy_tree(file: h5py.File) -> None:
    """The weights and the config as a legacy ``.h5`` file has them."""
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["backend"] = "tensorflow"
    file.attrs["model_config"] = json.dumps(config())
    top = file.create_group("model_weights")
    top.attrs["layer_names"] = list(NAMES)
    for number, name in enumerate(NAMES):
        group = top.create_group(name)
        group.attrs["weight_names"] = [f"{name}/kernel:0", f"{name}/bias:0"]
        group[f"{name}/kernel:0"] = kernel(number)
        group[f"{name}/bias:0"] = bias(number)


def hdf5(*changes: Change, **options: Any) -> bytes:  # noqa: ANN401 - h5py's options
    """An HDF5 file that the changes make, one after the other."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        for change in changes:
            change(file)
    return buffer.getvalue()


def with_end(data: bytearray) -> bytes:
    """An HDF5 file that was changed, whose superblock knows its end."""
    struct.pack_into("<Q", data, 40, len(data))
    return bytes(data)


def parts(
    *,
    described: Any = None,  # noqa: ANN401 - any JSON
    weights: bytes | None = None,
    text: bytes | None = None,
    method: int = STORED,
) -> list[Part]:
    """The members of a ``.keras`` archive; ``text`` is in place of the config's JSON, which is packed by ``method``."""
    metadata = {"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}
    written = json.dumps(described or config()).encode() if text is None else text
    return [
        Part(b"metadata.json", json.dumps(metadata).encode()),
        Part(b"config.json", written, method),
        Part(b"model.weights.h5", weights or hdf5(archive_tree)),
    ]


def keras_archive(**changes: Any) -> bytes:  # noqa: ANN401 - as ``parts`` takes them
    """A whole ``.keras`` archive."""
    return raw_zip(parts(**changes))
