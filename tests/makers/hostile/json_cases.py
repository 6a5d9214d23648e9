"""Hostile and broken configs: JSON that asks for too much, lies about types, or asks a loader to run code.

Bytecode and pickles are only written here, never read.
"""

from __future__ import annotations

import base64
import io
import json
import marshal
import pickle
import zipfile
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.makers.hostile.cases import Case, Surroundings, from_bytes
from tests.makers.plain_models import config, dense, hdf5, keras_archive, legacy_tree, parts
from tests.makers.raw_zip import Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from h5py import File

Json = Any


def json_cases() -> Iterable[Case]:
    """All of them."""
    for name, (text, said, *flagged) in TEXTS.items():
        yield from_bytes(f"json-{name}", partial(keras_archive, text=text), "survive", said, *flagged)
        yield from_bytes(f"h5-json-{name}", partial(legacy_with, text), "survive", "", *flagged)
    for name, make in CONFIGS.items():
        yield from with_config(name, make)
    yield from with_config("lone-surrogate", lambda: swapped(name="a\ud800", activation="\udfff"), "KI512")
    for name, (code, plant) in CODE.items():
        yield Case(f"code-{name}", planted(plant), "survive", "second", code)
    yield Case("code-pickled-weights", pickled_weights, "survive", flagged="KI513")
    yield Case("code-foreign-members", foreign_members, "read", "second", "KI509")


def with_config(name: str, make: Callable[[], Json], flagged: str = "") -> Iterable[Case]:
    """A config in an archive and in a legacy file."""
    yield from_bytes(f"json-{name}", partial(described, make), "survive", flagged=flagged)
    yield from_bytes(f"h5-json-{name}", partial(legacy_described, make), "survive", flagged=flagged)


def described(make: Callable[[], Json]) -> bytes:
    """An archive with this config."""
    return keras_archive(described=make())


def legacy_described(make: Callable[[], Json]) -> bytes:
    """A legacy file with this config."""
    return legacy_with(json.dumps(make()).encode())


def legacy_with(text: bytes) -> bytes:
    """A legacy file with this text as its config."""

    def change(file: File) -> None:
        file.attrs["model_config"] = np.void(text) if b"\0" in text else np.bytes_(text)

    return hdf5(legacy_tree, change, libver="latest")


def swapped(**fields: Json) -> Json:
    """The plain config whose first layer's config has other fields."""
    first = dense(0)
    return config(first | {"config": first["config"] | fields}, dense(1), dense(2))


def graph(layers: list[Json], outputs: Json) -> Json:
    """The config of a functional model."""
    inner = {"name": "graph", "layers": layers, "input_layers": [["input", 0, 0]], "output_layers": outputs}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": inner}


def node(name: str, *sources: str) -> Json:
    """One layer of a functional model, fed by others."""
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "keras_history": [source, 0, 0]}}
        for source in sources
    ]
    inner = {"name": name, "units": 3}
    calls = [{"args": [tensors], "kwargs": {}}] if sources else []
    return {"class_name": "Dense", "config": inner, "name": name, "inbound_nodes": calls}


def circle() -> Json:
    """Layers that feed one another."""
    return graph([node("a", "c"), node("b", "a"), node("c", "b"), node("d", "d")], [["c", 0, 0]])


def fanout() -> Json:
    """Thirty layers, each fed twice by the one before: 2^30 ways through the model."""
    names = ["input", *(f"l{number}" for number in range(30))]
    layers = [node(after, before, before) for before, after in pairwise(names)]
    return graph([node("input"), *layers], [[names[-1], 0, 0]])


def wrapped(depth: int) -> Json:
    """A layer in a wrapper in a wrapper ..."""
    layer = dense(0)
    for number in range(depth):
        layer = {"class_name": "TimeDistributed", "config": {"name": f"w{number}", "layer": layer}}
    return config(layer, dense(1), dense(2))


def nested_models(depth: int) -> Json:
    """A model in a model ..."""
    model = config()
    for _level in range(depth):
        model = config(model, dense(1))
    return model


DEEP = 100_000
TEXTS: dict[str, tuple[bytes, str] | tuple[bytes, str, str]] = {
    "deep-lists": (b"[" * DEEP + b"]" * DEEP, "limit json_depth"),
    "deep-objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "limit json_depth"),
    "deep-unclosed": (b"[" * DEEP, "limit json_depth"),
    "deep-900": (b'{"class_name": "Sequential", "config": ' + b"[" * 900 + b"]" * 900 + b"}", "limit json_depth"),
    "many-values": (b"[" + b"0," * 5_000_000 + b"0]", "limit json_marks"),
    "empty": (b"", "is not JSON"),
    "cut": (json.dumps(config()).encode()[:300], "is not JSON: .* at byte"),
    "invalid-utf8": (b'{"class_name": "\xff\xfe"}', "not valid UTF-8 at byte 16"),
    "nul": (b'{"class_name": "\0"}', "is not JSON"),
    "python": (b"{'class_name': 'Model'}", "is not JSON"),
    "number": (b"3", ""),
    "text": (b'"Model"', ""),
    "null": (b"null", ""),
    "list": (b"[1, 2]", ""),
    "no-keys": (b"{}", ""),
    "duplicate-key": (
        json.dumps(config()).encode().replace(b'"units": 2', b'"units": 7, "units": 2'),
        "second",
        "KI515",
    ),
    "byte-order-mark": (b"\xef\xbb\xbf" + json.dumps(config()).encode(), "second"),
    "utf-16": (json.dumps(config()).encode("utf-16"), "second"),
    "utf-32": (json.dumps(config()).encode("utf-32-be"), "second"),
    "huge-int": (json.dumps(config()).encode().replace(b'"units": 2', b'"units": ' + b"9" * 100_000), "second"),
    "int-of-4000-digits": (
        json.dumps(config()).encode().replace(b"[null, 3]", b"[null, %s]" % (b"9" * 4000)),
        "second",
    ),
    "not-a-number": (json.dumps(config()).encode().replace(b'"units": 2', b'"units": NaN'), "second"),
    "infinite": (json.dumps(config()).encode().replace(b"[null, 3]", b"[-Infinity, 1e999]"), "second"),
}

CONFIGS: dict[str, Callable[[], Json]] = {
    "circle": circle,
    "fanout": fanout,
    "wrapped-40": lambda: wrapped(40),
    "wrapped-120": lambda: wrapped(120),
    "nested-60": lambda: nested_models(60),
    "many-layers": lambda: config(*(dense(0) | {"name": f"d{number}"} for number in range(5_000))),
    "same-names": lambda: config(*(dense(0) for _ in range(500))),
    "long-name": lambda: swapped(name="n" * 900_000),
    "long-class": lambda: config(dense(0) | {"class_name": "C" * 900_000}, dense(1)),
    "name-number": lambda: swapped(name=7),
    "name-list": lambda: swapped(name=["first"]),
    "units-text": lambda: swapped(units="many"),
    "units-negative": lambda: swapped(units=-(10**30)),
    "dtype-object": lambda: swapped(dtype={"class_name": "DTypePolicy", "config": {"name": {"a": []}}}),
    "initializer-odd": lambda: swapped(kernel_initializer={"class_name": ["x"], "config": 3}),
    "activation-object": lambda: swapped(activation={"class_name": None}),
    "class-null": lambda: config(dense(0) | {"class_name": None}, dense(1)),
    "class-object": lambda: config(dense(0) | {"class_name": {}}, dense(1)),
    "layer-null": lambda: config(None, 3, "x", [], {}, dense(1)),
    "layers-object": lambda: {"class_name": "Sequential", "config": {"layers": {"a": dense(0)}}},
    "layers-text": lambda: {"class_name": "Sequential", "config": {"layers": "abc"}},
    "config-list": lambda: {"class_name": "Model", "config": [[], {}]},
    "config-null": lambda: {"class_name": "Functional", "config": None},
    "inbound-odd": lambda: graph([node("input") | {"inbound_nodes": {"a": [[[["x"]]]]}}], {"a": None}),
    "inbound-numbers": lambda: graph([node("input") | {"inbound_nodes": [[[["x", 10**30, -1]]]]}], 3),
    "outputs-odd": lambda: graph([node("input"), node("a", "input")], {"a": [["a", "b", "c"]], "b": 3}),
    "shapes-odd": lambda: config(dense(0) | {"build_config": {"input_shape": [None, "x", {}, 1e300]}}, dense(1)),
    "shapes-huge": lambda: config(dense(0) | {"build_config": {"input_shape": [10**40] * 500}}, dense(1)),
    "compile-odd": lambda: config(compile_config={"optimizer": [3], "loss": {"a": None}}),
}


def code_object(marker: Path) -> Json:
    """A Lambda's function as Keras 3 writes it: bytecode that makes the marker file."""
    code = compile(f"lambda x: open({str(marker)!r}, 'w')", "<hostile>", "eval").co_consts[0]
    return {
        "class_name": "__lambda__",
        "config": {"code": base64.b64encode(marshal.dumps(code)).decode(), "defaults": None, "closure": None},
    }


def legacy_function(marker: Path) -> Json:
    """A Lambda's function as Keras 2 wrote it."""
    return [code_object(marker)["config"]["code"], None, None]


class Opener:
    """An object whose pickle opens the marker file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        """Open this file."""
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        """Call ``open`` on loading."""
        return open, (str(self.marker), "w")


def lambda_layer(function: Json, **more: Json) -> Json:
    """A Lambda layer."""
    return {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "first", "function": function} | more}


def deep_lambda(marker: Path, depth: int = 40) -> Json:
    """A Lambda below many wrappers."""
    layer = lambda_layer(code_object(marker))
    for number in range(depth):
        layer = {"class_name": "TimeDistributed", "config": {"name": f"w{number}", "layer": layer}}
    return config(layer, dense(1), dense(2))


def imported(module: str, name: str, *arguments: str) -> Json:
    """A reference to any function, with arguments, as the activation of the first layer."""
    made = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return swapped(activation=made, kernel_initializer=made | {"config": {"args": list(arguments)}})


CODE: dict[str, tuple[str, Callable[[Path], Json]]] = {
    "lambda": ("KI501", lambda marker: config(lambda_layer(code_object(marker)), dense(1))),
    "lambda-keras-2": (
        "KI501",
        lambda marker: config(lambda_layer(legacy_function(marker), function_type="lambda"), dense(1)),
    ),
    "lambda-deep": ("KI501", deep_lambda),
    "lambda-activation": ("KI501", lambda marker: swapped(activation=code_object(marker))),
    "lambda-output-shape": (
        "KI501",
        lambda marker: config(lambda_layer("f", output_shape=code_object(marker)), dense(1)),
    ),
    "lambda-loss": ("KI501", lambda marker: config(compile_config={"loss": code_object(marker)})),
    "import": ("KI502", lambda marker: imported("os", "system", f"touch {marker}")),
    "import-builtins": ("KI502", lambda marker: imported("builtins", "exec", f"open({str(marker)!r}, 'w')")),
    "gadget": ("KI503", lambda marker: imported("keras.utils", "get_file", str(marker), "http://127.0.0.1:9/x")),
    "torch": (
        "KI504",
        lambda marker: config(
            {
                "class_name": "TorchModuleWrapper",
                "config": {
                    "name": "first",
                    "module": {
                        "class_name": "__bytes__",
                        "config": {"value": base64.b64encode(pickle.dumps(Opener(marker))).decode()},
                    },
                },
            },
            dense(1),
        ),
    ),
    "saved-model": (
        "KI504",
        lambda marker: config(
            {"class_name": "TFSMLayer", "config": {"name": "first", "filepath": str(marker.parent)}}, dense(1)
        ),
    ),
    "vocabulary": (
        "KI505",
        lambda marker: config(
            {
                "class_name": "StringLookup",
                "config": {"name": "first", "vocabulary": str(marker.parent / "secret.bin")},
            },
            dense(1),
        ),
    ),
}
"""The code that each is found by, and the config."""


def planted(plant: Callable[[Path], Json]) -> Callable[[Surroundings], Path]:
    """The function that makes a case's file around a config."""

    def make(around: Surroundings) -> Path:
        path = around.folder / "model.keras"
        path.write_bytes(keras_archive(described=plant(around.marker)))
        return path

    return make


def pickled_weights(around: Surroundings) -> Path:
    """The variant of ``.keras`` whose weights are pickles."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("layers/dense.npy", "w") as member:
        np.lib.format.write_array(member, np.array(Opener(around.marker), dtype=object), allow_pickle=True)
    path = around.folder / "model.keras"
    path.write_bytes(raw_zip([*parts()[:2], Part(b"model.weights.npz", buffer.getvalue())]))
    return path


def foreign_members(around: Surroundings) -> Path:
    """Programs and pickles beside the weights."""
    script = f"open({str(around.marker)!r}, 'w')".encode()
    more = [
        Part(b"assets/x.py", script),
        Part(b"x.pkl", pickle.dumps(Opener(around.marker))),
        Part(b"__init__.py", script),
    ]
    path = around.folder / "model.keras"
    path.write_bytes(raw_zip([*parts(), *more]))
    return path
