"""Makes SavedModel folders: a graph of objects, what Keras wrote of them, and a checkpoint of their variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.makers.bundles import field, tracked, write_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
KERNEL = np.arange(12, dtype="<f4").reshape(4, 3)
LAYER = {"class_name": "Dense", "name": "dense", "trainable": True, "config": {"name": "dense", "units": 3}}
MODEL = {
    "class_name": "Sequential",
    "name": "m",
    "config": {"name": "m", "layers": [{"class_name": "Dense", "config": LAYER["config"]}]},
    "keras_version": "2.15.0",
    "backend": "tensorflow",
}
TENSORS = {
    f"layer-0/kernel{VALUE}": ((4, 3), KERNEL.tobytes()),
    f"layer-0/bias{VALUE}": ((3,), bytes(12)),
}
STORED = tracked(
    [
        ({"layer-0": 1}, "", ""),
        ({"kernel": 2, "bias": 3}, "", ""),
        ({}, "dense/kernel", f"layer-0/kernel{VALUE}"),
        ({}, "dense/bias", f"layer-0/bias{VALUE}"),
    ]
)


def user_object(children: Mapping[str, int], identifier: str = "_tf_keras_layer", metadata: bytes = b"") -> bytes:
    """An object of a graph, with what it holds by name."""
    held = b"".join(field(1, field(1, number) + field(2, name.encode())) for name, number in children.items())
    return held + field(4, field(1, identifier.encode()) + (field(3, metadata) if metadata else b""))


def variable(name: str) -> bytes:
    """A variable of a graph."""
    return field(7, field(1, 1) + field(3, 1) + field(6, name.encode()))


OBJECTS = (
    user_object({"layer-0": 1}, "_tf_keras_sequential"),
    user_object({"kernel": 2, "bias": 3}),
    variable("dense/kernel:0"),
    variable("dense/bias:0"),
)


def saved_model(objects: Sequence[bytes] = OBJECTS, before: bytes = b"") -> bytes:
    """A ``saved_model.pb`` of these objects; ``before`` are other fields of the graph, such as its functions."""
    graph = b"".join(field(1, one) for one in objects)
    return field(1, 1) + field(2, before + field(7, graph))


def keras_metadata(told: Mapping[int, Any]) -> bytes:
    """A ``keras_metadata.pb``: what Keras wrote of objects, by their numbers."""
    return b"".join(
        field(1, (field(2, number) if number else b"") + field(4, b"_tf_keras_layer") + field(5, _as_json(one)))
        for number, one in told.items()
    )


def _as_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """A value as JSON, or bytes as they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def write_saved_model(
    folder: Path, graph: bytes | None = None, told: bytes | None = None, stored: bytes = STORED
) -> Path:
    """A SavedModel folder of one Dense layer, with other files in the place of these where they are given."""
    folder.mkdir(exist_ok=True)
    (folder / "saved_model.pb").write_bytes(saved_model() if graph is None else graph)
    (folder / "keras_metadata.pb").write_bytes(keras_metadata({0: MODEL, 1: LAYER}) if told is None else told)
    (folder / "variables").mkdir()
    write_bundle(folder / "variables", "variables", TENSORS, stored)
    return folder
