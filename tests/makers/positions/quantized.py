"""Quantized layers and LoRA, of Keras 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import (
    KERAS_3,
    WIDTH,
    Chain,
    Made,
    between,
    dense,
    integers,
    keras,
    layers,
    numbers,
    register,
)
from tests.makers.positions.sublayers import Normalised

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


def with_lora(made: Made) -> Made:
    """The model with LoRA factors in every layer that can have them."""
    model, batch = made
    for layer in model._flatten_layers():
        if hasattr(layer, "enable_lora"):
            layer.enable_lora(2)
    return model, batch


def adapted(make: Callable[[], Made]) -> Callable[[], Made]:
    """The maker of a model with LoRA factors."""
    return lambda: with_lora(make())


def quantized(made: Made, mode: str) -> Made:
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


BASES: dict[str, Callable[[], Made]] = {"dense": network, "embedding": embedded, "einsum": einsum}
MODES: tuple[str | None, ...] = (None, "int8", "int4")


def plain(make: Callable[[], Made], mode: str | None) -> Callable[[], Made]:
    """The maker of a model in this mode, or as it is."""
    return lambda: quantized(make(), mode) if mode else make()


WITHOUT_LORA: dict[str, Callable[[], Made]] = {
    **{f"{name}_lora_{mode or 'float'}": plain(make, mode) for name, make in BASES.items() for mode in MODES},
    "convolution_lora": lambda: between(layers.Conv2D(3, 2, name="conv"), shape=(5, 5, 2), flat=True),
    "attention_lora": attention,
    "custom_lora": lambda: between(Adapted()),
}
"""Models that are given LoRA factors; a file of weights alone has the factors merged in and fits these."""

QUANTIZED: dict[str, Callable[[], Made]] = (
    {
        **{f"{name}_{mode}": plain(make, mode) for name, make in BASES.items() for mode in ("int8", "int4", "float8")},
        **{name: adapted(make) for name, make in WITHOUT_LORA.items()},
        "custom_int8": plain(lambda: between(Normalised()), "int8"),
        "attention_int8": plain(attention, "int8"),
    }
    if KERAS_3
    else {}
)
