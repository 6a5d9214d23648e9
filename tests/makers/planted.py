"""Models with something planted in them, made from a sample without Keras."""

from __future__ import annotations

import base64
import io
import json
import marshal
import zipfile
from typing import TYPE_CHECKING, Any

import h5py

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def with_config(source: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of an archive with another config."""

    def changed(data: bytes) -> bytes:
        config = json.loads(data)
        change(config)
        return json.dumps(config).encode()

    return _with_member(source, target, "config.json", changed)


def with_weights(source: Path, target: Path, change: Callable[[h5py.File], None]) -> Path:
    """A copy of an archive with other weights."""

    def changed(data: bytes) -> bytes:
        stream = io.BytesIO(data)
        with h5py.File(stream, "r+") as file:
            change(file)
        return stream.getvalue()

    return _with_member(source, target, "model.weights.h5", changed)


def _with_member(source: Path, target: Path, changed: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of an archive in which one member is another."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == changed else data)
    return target


def with_lambda(source: Path, target: Path, marker: Path) -> Path:
    """A copy of a Sequential model with a Lambda at its end that makes the marker file when it is called."""
    made = compile(f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]", "<planted>", "eval").co_consts[0]
    code = base64.b64encode(marshal.dumps(made)).decode()
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}
    layer = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "planted", "function": function},
        "registered_name": None,
    }
    return with_config(source, target, lambda config: config["config"]["layers"].append(layer))
