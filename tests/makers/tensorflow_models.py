"""Saves models with any TensorFlow from 1.15 on, with what it says of them.

``python tensorflow_models.py FOLDER [KIND...]``: a program of its own, for the interpreter of an old environment and
thus for Python 3.7. Each kind of model is saved as HDF5, as a checkpoint, as a SavedModel and as weights in HDF5, with
its ``to_json``; ``expected.json`` in the folder has the ``get_weights()`` of the live model, as
``tests/real_files/test_versions.py`` reads it. ``TF_GRAPHS=1`` makes TensorFlow 1.15 run without eager execution, as it
did by default. What a version cannot build or save is said, and left out.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import tensorflow as tf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Entry = dict[str, Any]
    """What a live model says of a file, or of a weight."""
    Saving = tuple[str, str, Callable[[], object]]
    """The name of a file, its kind, and what saves it."""

GRAPHS = os.environ.get("TF_GRAPHS") == "1"
if tf.__version__.startswith("1.") and not GRAPHS:
    tf.compat.v1.enable_v2_behavior()
try:
    keras: Any = importlib.import_module("tf_keras")
except ImportError:
    keras = tf.keras
L: Any = keras.layers
TRACED_FOR_LONG = ("fn_rnn", "fn_convlstm", "wrappers", "many")
"""Models of which TensorFlow makes a SavedModel in minutes, since it traces every layer."""
CUSTOM = ("fn_custom", "subclass", "holding")
"""Models whose checkpoints do not tell the order of a layer's own weights."""
HOLDING_MODELS = ("nested", "nested_frozen", "names", "wrappers")
"""Models of which weights in HDF5 do not tell whether what holds layers is a model, and so not their order."""
TRAINED = {"seq_mlp": ("adam", "rmsprop"), "nested": ("sgd",), "subclass": ("rmsprop",)}


class Block(L.Layer):  # type: ignore[misc]
    """A layer with variables and layers of its own."""

    def __init__(self, width: int = 4, **more: Any) -> None:
        """Take the width."""
        super().__init__(**more)
        self.width = width
        self.norm = L.BatchNormalization()
        self.pair = [L.Dense(width), L.Dense(width)]
        self.named = {"b": L.Dense(width), "a": L.Dense(width)}

    def build(self, shape: Any) -> None:
        """Make its own variables."""
        self.scale = self.add_weight(name="scale", shape=(self.width,), initializer="ones")
        self.offset = self.add_weight(name="offset", shape=(self.width,), trainable=False)
        super().build(shape)

    def call(self, inputs: Any) -> Any:
        """All of it."""
        for layer in (*self.pair, self.named["a"], self.named["b"]):
            inputs = layer(inputs)
        return self.norm(inputs) * self.scale + self.offset

    def get_config(self) -> dict[str, Any]:
        """With its width."""
        return {**super().get_config(), "width": self.width}


class Sub(keras.Model):  # type: ignore[misc]
    """A subclass of Model."""

    def __init__(self, **more: Any) -> None:
        """Make its layers."""
        super().__init__(**more)
        self.first = L.Dense(4, activation="relu")
        self.block = Block(4)
        self.many = [L.Dense(4), L.Dense(4)]
        self.last = L.Dense(2)

    def call(self, inputs: Any) -> Any:
        """All of them."""
        inputs = self.block(self.first(inputs))
        for layer in self.many:
            inputs = layer(inputs)
        return self.last(inputs)


class Holding(Sub):
    """One with layers in a list and a dictionary beside a chain, whose variables lack the name of the model."""

    def __init__(self, **more: Any) -> None:
        """Make its layers."""
        super(Sub, self).__init__(**more)
        self.blocks = [L.Dense(4), L.Dense(4, name="second")]
        self.chain = keras.Sequential([L.Dense(3), L.Dense(3)])
        self.heads = {"y": L.Dense(2), "b": L.Dense(2)}

    def call(self, inputs: Any) -> Any:
        """All of them."""
        for layer in self.blocks:
            inputs = layer(inputs)
        return self.heads["b"](self.heads["y"](self.chain(inputs)))


def seq_mlp() -> Any:
    """A chain with BatchNormalization."""
    layers = [L.Dense(4, activation="relu", input_shape=(8,)), L.BatchNormalization(), L.Dropout(0.1), L.Dense(3)]
    return keras.Sequential(layers, name="seq_mlp")


def fn_conv() -> Any:
    """Convolutions."""
    inputs = keras.Input((8, 8, 3), name="image")
    x = L.Conv2D(4, 3, padding="same")(inputs)
    x = L.BatchNormalization(scale=False)(x)
    x = L.DepthwiseConv2D(3, padding="same")(x)
    x = L.SeparableConv2D(5, 3, padding="same")(x)
    x = L.Add()([x, L.Conv2D(5, 1, use_bias=False)(inputs)])
    x = L.Conv2DTranspose(2, 3, strides=2)(x)
    x = L.PReLU(shared_axes=[1, 2])(x)
    return keras.Model(inputs, L.Dense(2)(L.GlobalAveragePooling2D()(x)), name="fn_conv")


def fn_rnn() -> Any:
    """Recurrent layers, cells and wrappers."""
    inputs = keras.Input((5,), dtype="int32", name="tokens")
    x = L.Embedding(10, 6)(inputs)
    y = L.RNN([L.LSTMCell(4), L.GRUCell(5)], return_sequences=True)(x)
    x = L.LSTM(4, return_sequences=True)(x)
    x = L.GRU(4, return_sequences=True)(x)
    x = L.GRU(3, return_sequences=True, reset_after=False)(x)
    x = L.SimpleRNN(4, return_sequences=True)(x)
    x = L.Bidirectional(L.LSTM(3, return_sequences=True))(x)
    x = L.TimeDistributed(L.Dense(4))(L.Concatenate()([x, y]))
    return keras.Model(inputs, L.Dense(2)(L.GlobalMaxPooling1D()(x)), name="fn_rnn")


def fn_convlstm() -> Any:
    """A convolutional LSTM."""
    inputs = keras.Input((3, 6, 6, 2))
    return keras.Model(inputs, L.ConvLSTM2D(3, 3)(inputs), name="fn_convlstm")


def fn_attn() -> Any:
    """Attention, of several heads where there is such a layer."""
    inputs = keras.Input((5, 8))
    x = inputs
    if hasattr(L, "MultiHeadAttention"):
        x = L.MultiHeadAttention(2, 4, value_dim=3)(x, x)
    x = L.LayerNormalization()(x)
    x = L.Attention(use_scale=True)([x, x])
    x = L.AdditiveAttention()([x, x])
    return keras.Model(inputs, L.Dense(2)(L.PReLU()(x)), name="fn_attn")


def nested() -> Any:
    """Models in models, one of them called twice."""
    inner_in = keras.Input((4,))
    shared = L.Dense(4, name="shared")
    x = L.BatchNormalization()(L.Dense(4)(inner_in))
    inner = keras.Model(inner_in, shared(shared(x)), name="inner")
    chain = keras.Sequential([L.Dense(4, input_shape=(4,)), L.BatchNormalization(), L.Dense(4)], name="iseq")
    inputs = keras.Input((4,))
    x = L.Concatenate()([inner(inputs), inner(chain(inputs))])
    return keras.Model(inputs, L.Dense(4)(x), name="nested")


def many() -> Any:
    """More than ten layers of a name."""
    return keras.Sequential([L.Dense(2, input_shape=(2,)), *(L.Dense(2) for _ in range(12))], name="many")


def frozen() -> Any:
    """A layer that is not trained."""
    layers = [L.Dense(4, input_shape=(3,)), L.BatchNormalization(), L.Dense(2)]
    layers[0].trainable = False
    return keras.Sequential(layers, name="frozen")


def nested_frozen() -> Any:
    """A model that is not trained, in one that is."""
    base = keras.Sequential([L.Dense(4, input_shape=(4,)), L.BatchNormalization(), L.Dense(4)], name="base")
    base.trainable = False
    return keras.Sequential([base, L.Dense(2)], name="nested_frozen")


def preproc() -> Any:
    """Normalization, which learns of data."""
    maker = getattr(L, "Normalization", None) or keras.layers.experimental.preprocessing.Normalization
    layer = maker()
    layer.adapt(np.arange(12, dtype="float32").reshape(4, 3))
    inputs = keras.Input((3,))
    return keras.Model(inputs, L.Dense(2)(layer(inputs)), name="preproc")


def fn_custom() -> Any:
    """A custom layer in a functional model."""
    inputs = keras.Input((4,))
    return keras.Model(inputs, L.Dense(2)(Block(4)(inputs)), name="fn_custom")


def subclass() -> Any:
    """A subclass that was called."""
    model = Sub(name="sub")
    model(tf.zeros((1, 4)))
    if hasattr(model, "_set_inputs") and not GRAPHS:
        model.predict(np.zeros((1, 4), "float32"))
    return model


def holding() -> Any:
    """A subclass with layers in collections that was called."""
    model = Holding(name="holding")
    model(tf.zeros((1, 4)))
    return model


def mixed_f16() -> Any:
    """Mixed precision."""
    name = "mixed_float16"
    try:
        policy = keras.mixed_precision.Policy(name)
    except AttributeError:
        policy = keras.mixed_precision.experimental.Policy(name, loss_scale=None)
    return keras.Sequential([L.Dense(4, input_shape=(3,), dtype=policy), L.Dense(2, dtype="float32")], name="mixed")


def names() -> Any:
    """Names with dots and slashes, and one twice."""
    box = keras.Sequential([L.Dense(3, name="twin", input_shape=(3,)), L.Dense(3, name="other")], name="box")
    first = L.Dense(3, name="layer.one-two", input_shape=(4,))
    return keras.Sequential([first, L.Dense(3, name="a/b/c"), box, L.Dense(2, name="twin")], name="names")


def longnames() -> Any:
    """Names for which HDF5 has no room in one attribute."""
    layers = [L.Dense(1, name="layer_with_a_very_long_name_" * 100, input_shape=(1,))]
    layers += [L.Activation("linear", name=f"act_{at}" * 60) for at in range(24)]
    return keras.Sequential([*layers, L.Dense(1, name="last")], name="longnames")


def wrappers() -> Any:
    """Wrappers of models and of two kinds of layers."""
    step = keras.Sequential([L.Dense(5, input_shape=(6,)), L.BatchNormalization(), L.Dense(4)], name="step_net")
    inputs = keras.Input((3, 6))
    x = L.TimeDistributed(step, name="td_model")(inputs)
    x = L.Bidirectional(L.GRU(3, return_sequences=True), backward_layer=_backward(), name="bi2")(x)
    x = L.RNN(L.StackedRNNCells([L.SimpleRNNCell(3), L.LSTMCell(2)]), name="stack")(x)
    return keras.Model(inputs, x, name="wrappers")


def _backward() -> Any:
    """A layer that runs backwards, and is of another class."""
    return L.SimpleRNN(3, return_sequences=True, go_backwards=True)


def bi_one() -> Any:
    """A wrapper alone."""
    return keras.Sequential([L.Bidirectional(L.LSTM(2), input_shape=(3, 2))], name="bi_one")


def rnn_one() -> Any:
    """A recurrent layer alone."""
    return keras.Sequential([L.GRU(2, input_shape=(3, 2))], name="rnn_one")


KINDS = [
    *(seq_mlp, fn_conv, fn_rnn, fn_convlstm, fn_attn, nested, many, frozen, nested_frozen, preproc, fn_custom),
    *(subclass, holding, mixed_f16, names, longnames, wrappers, bi_one, rnn_one),
]


def filled(model: Any) -> Any:
    """The model with random values in all that it holds."""
    random = np.random.RandomState(7)
    values = []
    for value in model.get_weights():
        new = random.uniform(0.1, 2, value.shape)
        values.append(new.astype(value.dtype) if value.dtype.kind != "i" else value)
    model.set_weights(values)
    return model


def layers_in(layer: Any) -> list[Any]:
    """The layers right below one."""
    if isinstance(layer, keras.Model):
        return list(layer.layers)
    flatten = getattr(layer, "_flatten_layers", None)
    if flatten is not None:
        return list(flatten(include_self=False, recursive=False))
    inner = [layer.cell] if isinstance(getattr(layer, "cell", None), L.Layer) else []
    found = []
    for one in [*getattr(layer, "_layers", []), *inner]:
        found += [one] if isinstance(one, L.Layer) else list(getattr(one, "layers", []))
    return found


def owners(layer: Any, path: str, found: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """The innermost layer of each variable, by the identity of the variable."""
    for inner in layers_in(layer):
        owners(inner, (path + "/" + inner.name).lstrip("/"), found)
    for variable in layer.weights:
        found.setdefault(id(variable), (path, type(layer).__name__))
    return found


def truth(model: Any) -> list[Entry]:
    """What the live model says of its weights."""
    home = owners(model, "", {})
    trained = {id(one) for one in model.trainable_weights}
    rows = []
    for index, (variable, value) in enumerate(zip(model.weights, model.get_weights())):  # noqa: B905 - Python 3.7
        path, owner = home[id(variable)]
        data = np.asarray(value, order="C")
        row = {"index": index, "layer": path, "layer_class": owner, "name": variable.name, "shape": list(data.shape)}
        row.update(dtype=str(data.dtype), trainable=id(variable) in trained)
        rows.append({**row, "sha256": hashlib.sha256(data.tobytes()).hexdigest()})
    return rows


def save_whole(model: Any, folder: Path, name: str) -> Iterator[Saving]:
    """The whole model as HDF5 and as a SavedModel."""
    if not isinstance(model, Sub):
        yield name + ".h5", "legacy-h5", lambda: model.save(str(folder / (name + ".h5")), save_format="h5")
    if not GRAPHS and name not in TRACED_FOR_LONG:
        path = str(folder / (name + "_savedmodel"))
        yield name + "_savedmodel", "tf-savedmodel", lambda: model.save(path, save_format="tf")


def save_weights(model: Any, folder: Path, name: str) -> Iterator[Saving]:
    """The weights as HDF5 and as a checkpoint."""
    hdf5, checkpoint = str(folder / (name + "_w.h5")), str(folder / (name + "_ckpt"))
    yield name + "_w.h5", "legacy-h5-weights", lambda: model.save_weights(hdf5, save_format="h5")
    yield name + "_ckpt.index", "tf-checkpoint", lambda: model.save_weights(checkpoint, save_format="tf")


def save_trained(model: Any, folder: Path, name: str, optimizer: str) -> Iterator[Saving]:
    """A checkpoint of the model and its optimizer, after a step."""
    model.compile(optimizer, "mse")
    shape = [2, *[size or 2 for size in (model.input_shape[1:] if not isinstance(model, Sub) else (4,))]]
    inputs = np.ones(shape, "float32")
    model.fit(inputs, np.zeros_like(model.predict(inputs)), epochs=1, verbose=0)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    file = f"{name}_train_{optimizer}"
    yield file + ".index", "tf-train-checkpoint", lambda: checkpoint.write(str(folder / file))


def entries(maker: Any, folder: Path) -> Iterator[tuple[str, Entry]]:
    """Every file of a kind, with its truth."""
    name = maker.__name__
    keras.backend.clear_session()
    model = filled(maker())
    if not isinstance(model, Sub):
        (folder / (name + ".json")).write_text(model.to_json())
    for file, kind, save in [*save_whole(model, folder, name), *save_weights(model, folder, name)]:
        if is_saved(folder / file, save):
            yield file, told(file, kind, name, model)
    for optimizer in () if GRAPHS else TRAINED.get(name, ()):
        for file, kind, save in save_trained(model, folder, name, optimizer):
            if is_saved(folder / file, save):
                yield file, told(file, kind, name, model)


def is_saved(path: Path, save: Callable[[], object]) -> bool:
    """Save a file, and give whether this version can."""
    try:
        save()
    except Exception as error:  # noqa: BLE001 - whatever it raises
        sys.stderr.write(f"{path.name}: {type(error).__name__}: {str(error)[:200]}\n")
        if path.is_file():
            path.unlink()  # what is there is half of it
        return False
    return True


def told(file: str, kind: str, name: str, model: Any) -> Entry:
    """What the model says of a file, and what the file cannot tell."""
    found: Entry = {"kind": kind, "not_stored": 0, "weights": truth(model)}
    is_checkpoint = file.endswith(".index")
    if is_checkpoint:
        found["weights"] = [without_lost_name(row) for row in found["weights"]]
    # Cells of TensorFlow 1 have no names, by which a checkpoint would tell the layer that was given another one.
    is_stack = name == "wrappers" and tf.__version__.startswith("1.")
    if (is_checkpoint and (name in CUSTOM or is_stack)) or (file.endswith("_w.h5") and name in HOLDING_MODELS):
        found["unknowable"] = ["order"]
    return found


def without_lost_name(row: Entry) -> Entry:
    """What is said of a weight, less the innermost layers of whose names a checkpoint's variable has none."""
    parts = row["layer"].split("/")
    while parts and f"/{parts[-1]}/" not in f"/{row['name']}":
        parts.pop()
    told = "/".join(parts)
    return row if told == row["layer"] else {**row, "layer": told or None, "layer_not_in_file": row["layer"]}


def main(place: str, kinds: Sequence[str]) -> None:
    """Save all kinds, or those that are named, and write what they are after each."""
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    library = {"keras": keras.__version__, "tf": tf.__version__, "numpy": np.__version__, "package": keras.__name__}
    files: dict[str, Entry] = {}
    for maker in KINDS:
        if kinds and maker.__name__ not in kinds:
            continue
        try:
            files.update(entries(maker, folder))
        except Exception as error:  # noqa: BLE001 - whatever it raises
            sys.stderr.write(f"{maker.__name__}: {type(error).__name__}: {str(error)[:200]}\n")
        text = json.dumps({"library": library, "files": files}).replace('{"kind"', '\n{"kind"')
        (folder / "expected.json").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
