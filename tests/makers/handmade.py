"""Models that are written down by hand: arrays in memory, names and classes of any kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.axes import Axis
from kerasinspect.errors import DamagedFile
from kerasinspect.model import Extra, Initializer, Layer, Model, Weight
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class MemoryArray:
    """An array in memory that keeps count of the values that were read of it."""

    values: np.ndarray[Any, Any]
    broken: bool = False
    taken: list[int] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes."""
        shape: tuple[int, ...] = self.values.shape
        return shape

    @property
    def dtype(self) -> str:
        """Keras's word for the dtype."""
        return str(self.values.dtype)

    @property
    def nbytes(self) -> int:
        """Bytes that the values take."""
        return int(self.values.nbytes)

    def __getitem__(self, key: Any) -> np.ndarray[Any, Any]:  # noqa: ANN401 - numpy's basic indexing
        """The selected values."""
        if self.broken:
            raise DamagedFile("The values end after 12 of 160 bytes.")
        values = np.asarray(self.values[key])
        self.taken.append(values.size)
        return values

    def blocks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """All bytes, in pieces."""
        if self.broken:
            raise DamagedFile("The values end after 12 of 160 bytes.")
        data = self.values.tobytes()
        yield from (data[start : start + size] for start in range(0, len(data), size))


def unheard(sentence: str) -> None:
    """Takes a sentence about damage in a test that is about something else."""


def numbers(*shape: int, dtype: str = "float32") -> np.ndarray[Any, Any]:
    """Numbers between -1 and 1 that are the same on every machine."""
    count = int(np.prod(shape))
    return (((np.arange(count) * 7919 % 2000) - 1000) / 1000).astype(dtype).reshape(shape)


def weight(  # noqa: PLR0913 - one parameter per field that tests vary
    layer: str,
    layer_class: str,
    name: str,
    values: np.ndarray[Any, Any],
    axes: Sequence[Axis | str],
    *,
    index: int | None = None,
    broken: bool = False,
    **more: Any,  # noqa: ANN401 - other fields of Weight
) -> Weight:
    """One weight; an axis may be given by its name alone."""
    named = [Axis(axis, size) if isinstance(axis, str) else axis for axis, size in zip(axes, values.shape, strict=True)]
    more.setdefault("trainable", True)
    array = MemoryArray(values, broken)
    return Weight(name, layer, layer_class, index, f"layers/{layer}/{name}", array, tuple(named), **more)


def dense(name: str, inputs: int, units: int, index: int, source: str | None = None, **more: Any) -> Layer:  # noqa: ANN401
    """A Dense layer whose rows come from another layer."""
    kernel = weight(
        name,
        "Dense",
        "kernel",
        numbers(inputs, units),
        [Axis("input", inputs, source=source), "unit"],
        index=index,
        fan_in=inputs,
        fan_out=units,
        initializer=Initializer("glorot_uniform", limit=(6 / (inputs + units)) ** 0.5),
    )
    bias = weight(
        name,
        "Dense",
        "bias",
        np.zeros(units, "float32"),
        ["unit"],
        index=index + 1,
        initializer=Initializer("zeros", constant=0.0, default=True),
    )
    settings: dict[str, Any] = {
        "built": True,
        "trainable": True,
        "activation": "sigmoid",
        "input_shape": (None, inputs),
        "output_shape": (None, units),
    }
    return Layer(name, "Dense", name, weights=(kernel, bias), **(settings | more))


def model(layers: Sequence[Layer], own: Sequence[Weight] = (), **more: Any) -> Model:  # noqa: ANN401
    """A model of these layers, its weights in their order."""
    weights = [*own, *(w for layer in layers for inner in layer.walk() for w in inner.weights)]
    settings: dict[str, Any] = {
        "name": "sequential",
        "class_name": "Sequential",
        "location": "model.keras",
        "format": "keras-archive",
        "keras_version": "3.15.1",
        "saved_at": "2026-11-22T03:08:44",
    }
    return Model(layers=tuple(layers), weights=tuple(weights), own_weights=tuple(own), **(settings | more))


def question_network() -> Model:
    """The 8-5-5-5-32 network that the project began with."""
    sizes = (8, 5, 5, 5, 32)
    names = ("dense", "dense_1", "dense_2", "dense_3")
    layers = [
        dense(name, inputs, units, 2 * at, None if at == 0 else names[at - 1])
        for at, (name, inputs, units) in enumerate(zip(names, sizes, sizes[1:], strict=False))
    ]
    state = MemoryArray(numbers(297))
    return model(layers, name="question_network", extras=(Extra("optimizer", "adam", "optimizer/vars/0", state),))


def varied() -> Model:
    """One layer of each shape that is drawn in its own way, nested and broken ones among them."""
    gates = ("i", "f", "c", "o")
    conv = Layer(
        "conv", "Conv2D", "conv", built=True, trainable=True, activation="relu", input_shape=(None, 28, 28, 2),
        weights=(
            weight("conv", "Conv2D", "kernel", numbers(3, 3, 2, 16), ["height", "width", "channel", "filter"],
                   index=0, fan_in=18, fan_out=144, initializer=Initializer("he_normal", stddev=0.333)),
        ),
    )  # fmt: skip
    cell = Layer(
        "lstm_cell", "LSTMCell", "lstm/lstm_cell", kind="cell", built=True, trainable=False,
        weights=(
            weight("lstm/lstm_cell", "LSTMCell", "kernel", numbers(3, 64), ["input", Axis("unit", 64, gates)], index=1),
            weight("lstm/lstm_cell", "LSTMCell", "bias", numbers(64), [Axis("unit", 64, gates)], index=2),
        ),
    )  # fmt: skip
    lstm = Layer("lstm", "LSTM", "lstm", layers=(cell,), built=True, input_shape=(None, 7, 3))
    embedding = Layer(
        "words", "Embedding", "words", built=True,
        weights=(weight("words", "Embedding", "embeddings", numbers(1000, 300), ["index", "unit"], index=3),),
    )  # fmt: skip
    heads = Layer(
        "query", "EinsumDense", "attention/query", built=True,
        weights=(
            weight("attention/query", "EinsumDense", "kernel", numbers(6, 2, 4), ["input", "head", "unit"], index=4),
        ),
    )  # fmt: skip
    attention = Layer("attention", "MultiHeadAttention", "attention", layers=(heads,), built=True)
    odd = np.array([[1e-9, np.nan], [-np.inf, 0]])
    custom = Layer(
        "mine", "MyLayer", "mine", known=False, remarks=(Remark("other-name", facts=("yours",)),),
        weights=(
            weight("mine", "MyLayer", "weight 0 of MyLayer", odd, ["row", "column"], named=False),
            weight("mine", "MyLayer", "weight 1 of MyLayer", odd, ["row", "column"], broken=True, named=False),
            weight("mine", "MyLayer", "steps", np.array(12345, "int64"), [], trainable=False),
        ),
    )  # fmt: skip
    quiet = [Layer(name, kind, name, weightless=True) for name, kind in (("drop", "Dropout"), ("flat", "Flatten"))]
    unbuilt = Layer("later", "Dense", "later", built=False)
    return model([conv, lstm, embedding, attention, custom, *quiet, unbuilt], name="varied", class_name="Functional",
                 remarks=(Remark("unused-bytes", facts=(12,)),))  # fmt: skip
