"""Quantised layers and LoRA, of Keras 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.positions.kit import KERAS_3, WIDTH, Chain, Made, between, dense, integers, keras, layers, numbers, register
from tests.positions.sublayers import Normalised

if TYPE_CHECKING:
    from collections.abc import Callable


def embedded(*middle: Any) -> Made:
    """A model of tokens."""
    model = keras.Sequential(
        [keras.Input((5,), dtype="int32"), layers.Embedding(9, WIDTH, name="words"), *middle, dense("after")],
        name="net",
    )
    return model, integers(5)


def einsum() -> Made:
    """A model with an EinsumDense."""
    return between(
        layers.EinsumDense("abc,cd->abd", (None, WIDTH), bias_axes="d", name="einsum"), dense("after"), shape=(4, WIDTH)
    )


def attention() -> Made:
    """A model with a MultiHeadAttention that is called on itself."""
    start = keras.Input((4, WIDTH))
    seen = layers.MultiHeadAttention(2, 3, name="attention")(start, start)
    return keras.Model(start, dense("after")(seen), name="net"), numbers(4, WIDTH)


def with_lora(made: Made, mode: str | None = None) -> Made:
    """The model with LoRA factors in every layer that can have them, quantised before if so asked."""
    model, batch = made
    if mode:
        model.quantize(mode)
    for layer in model._flatten_layers():
        if hasattr(layer, "enable_lora"):
            layer.enable_lora(2)
    return model, batch


def quantised(made: Made, mode: str) -> Made:
    """The model in this mode."""
    made[0].quantize(mode)
    return made


@register
class Adapted(Chain):
    """A custom layer whose Dense has LoRA factors."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.norm = layers.LayerNormalization(name="norm")
        self.adapted = dense("adapted")

    def parts(self) -> list[Any]:
        return [self.norm, self.adapted]


def network() -> Made:
    """Two Dense layers and a BatchNormalization between two Dense layers."""
    return between(dense("one"), layers.BatchNormalization(name="norm"), dense("two"))


QUANTISED: dict[str, Callable[[], Made]] = (
    {
        f"{name}_{mode}": (lambda made=made, mode=mode: quantised(made(), mode))
        for name, made in (("dense", network), ("embedding", embedded), ("einsum", einsum))
        for mode in ("int8", "int4", "float8")
    }
    | {
        f"{name}_lora_{mode or 'float'}": (lambda made=made, mode=mode: with_lora(made(), mode))
        for name, made in (("dense", network), ("embedding", embedded), ("einsum", einsum))
        for mode in (None, "int8", "int4")
    }
    | {
        "convolution_lora": lambda: with_lora(
            between(layers.Conv2D(3, 2, name="conv"), shape=(5, 5, 2), flat=True),
        ),
        "custom_lora": lambda: with_lora(between(Adapted())),
        "custom_int8": lambda: quantised(between(Normalised()), "int8"),
        "custom_int8_lora": lambda: with_lora(between(Adapted()), "int8"),
        "attention_int8": lambda: quantised(attention(), "int8"),
        "attention_lora": lambda: with_lora(attention()),
    }
    if KERAS_3
    else {}
)
