"""Classes that are called like Keras's own, or are a kind of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import WIDTH, Made, between, dense, keras, layers, register

if TYPE_CHECKING:
    from collections.abc import Callable


def named(name: str, arrays: dict[str, bool], package: str = "my") -> Any:
    """A layer of a registered class with this name, which has these arrays (whether each is trained)."""

    def build(self: Any, shape: Any) -> None:
        for array, trainable in arrays.items():
            setattr(self, array, self.add_weight(shape=(shape[-1],), name=array, trainable=trainable))
        self.built = True

    def call(self: Any, inputs: Any) -> Any:
        return inputs * getattr(self, next(iter(arrays)))

    made = type(name, (layers.Layer,), {"build": build, "call": call, "__module__": __name__})
    return keras.saving.register_keras_serializable(package)(made)()


@register
class ScaledDense(layers.Dense):
    """A Dense with a scale of its own."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.scale = self.add_weight(shape=(), initializer="ones", trainable=False, name="scale")

    def call(self, inputs: Any) -> Any:
        return super().call(inputs) * self.scale


@register
class EarlyScaledDense(layers.Dense):
    """A Dense that makes a bound of its own, which is not trained, before its kernel."""

    def build(self, input_shape: Any) -> None:
        self.bound = self.add_weight(shape=(), initializer="ones", trainable=False, name="bound")
        super().build(input_shape)


@register
class MyNormalization(layers.BatchNormalization):
    """A BatchNormalization with nothing changed."""


@register
class CountingNormalization(layers.BatchNormalization):
    """A BatchNormalization that counts."""

    def build(self, input_shape: Any) -> None:
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count", dtype="int32")
        super().build(input_shape)


@register
class GatedAttention(layers.MultiHeadAttention):
    """A MultiHeadAttention with a gate."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"num_heads": 2, "key_dim": 3, **options})
        self.gate = dense("gate")

    def call(self, inputs: Any, *others: Any, **options: Any) -> Any:
        return self.gate(super().call(inputs, *(others or (inputs,)), **options))


@register
class MyLSTM(layers.LSTM):
    """An LSTM with nothing changed."""


BUILTIN_NAMES: dict[str, Callable[[], Made]] = {
    "registered_dense": lambda: between(named("Dense", {"q": True})),
    "registered_dense_of_two": lambda: between(named("Dense", {"still": False, "q": True})),
    "registered_normalization": lambda: between(
        named("BatchNormalization", {"mean": False, "gamma": True, "beta": True, "variance": False})
    ),
    "registered_lstm": lambda: between(named("LSTM", {"a": True, "b": False, "c": True})),
    "registered_attention": lambda: between(named("MultiHeadAttention", {"q": True})),
    "registered_embedding": lambda: between(named("Embedding", {"still": False, "table": True}, "lab")),
    "kind_of_dense": lambda: between(ScaledDense(WIDTH)),
    "kind_of_dense_early": lambda: between(EarlyScaledDense(WIDTH)),
    "kind_of_normalization": lambda: between(MyNormalization(), CountingNormalization()),
    "kind_of_attention": lambda: between(GatedAttention(), shape=(4, WIDTH)),
    "kind_of_lstm": lambda: between(MyLSTM(3), shape=(4, WIDTH)),
}
