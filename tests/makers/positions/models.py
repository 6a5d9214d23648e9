"""Models: subclassed, Functional ones written as a subclass, nested, frozen, twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import WIDTH, Chain, Made, between, called, dense, keras, layers, numbers, register
from tests.makers.positions.own_arrays import OneInner
from tests.makers.positions.sublayers import Normalised, TransformerBlock

if TYPE_CHECKING:
    from collections.abc import Callable


class ChainModel(keras.Model):
    """A subclassed model that calls its parts in turn; each kind of it says which those are."""

    def parts(self) -> list[Any]:
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        for part in self.parts():
            inputs = part(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


@register
class Plain(ChainModel):
    """Attributes that sort in another order than they are made and called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.zeta = dense("zeta")
        self.norm = layers.BatchNormalization(name="norm")
        self.alpha = dense("alpha")

    def parts(self) -> list[Any]:
        return [self.alpha, self.norm, self.zeta]


@register
class Owner(ChainModel):
    """A model with arrays of its own, trained and not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.body = dense("body")
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.gain = self.add_weight(shape=(), initializer="ones", name="gain")
        self.tail = dense("tail")

    def parts(self) -> list[Any]:
        return [self.body, self.tail, lambda inputs: inputs * self.gain]


@register
class Autoencoder(ChainModel):
    """Decoder and encoder as Sequential models, the decoder first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.decoder = keras.Sequential([dense("d0"), layers.BatchNormalization(name="d1")], name="decoder")
        self.encoder = keras.Sequential([dense("e0", units=3), dense("e1")], name="encoder")

    def parts(self) -> list[Any]:
        return [self.encoder, self.decoder]


@register
class Blocks(ChainModel):
    """Custom layers in a list, and a head."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.head = dense("head")
        self.blocks = [Normalised(name="n"), OneInner(name="o"), dense("d")]

    def parts(self) -> list[Any]:
        return [*self.blocks, self.head]


@register
class Twelve(ChainModel):
    """Twelve unnamed Dense layers in a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.dense_layers = [layers.Dense(WIDTH) for _ in range(12)]

    def parts(self) -> list[Any]:
        return list(self.dense_layers)


@register
class Early(keras.Model):
    """A Functional model written as a subclass, two layers set before it is initialised."""

    def __init__(self, **options: Any) -> None:
        start = keras.Input((WIDTH,), name="start")
        first, neck, head = dense("first_dense"), layers.BatchNormalization(name="neck"), dense("head")
        self._early(neck=neck, head=head)
        super().__init__(start, head(neck(first(start))), **options)

    def _early(self, **parts: Any) -> None:
        for name, part in parts.items():
            setattr(self, name, part)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], _custom_objects: Any = None) -> Any:
        return cls(**config)


@register
class Late(Early):
    """A Functional model written as a subclass, nothing set before."""

    def _early(self, **_parts: Any) -> None:
        """Leave all to Keras."""


def nested() -> Made:
    """A Functional model in a Functional model, with statistics inside."""
    start = keras.Input((WIDTH,))
    inner = keras.Model(start, dense("b")(layers.BatchNormalization(name="n")(dense("a")(start))), name="inner")
    return between(inner, layers.BatchNormalization(name="own"), inner)


def nested_custom() -> Made:
    """A Functional model in another, with custom layers inside."""
    start = keras.Input((WIDTH,))
    inner = keras.Model(start, dense("b")(Normalised(name="block")(OneInner(name="one")(start))), name="inner")
    return between(inner, dense("own"))


def nested_frozen() -> Made:
    """A base whose every layer is frozen, as in transfer learning."""
    model, batch = nested()
    model.get_layer("inner").trainable = False
    return model, batch


def frozen_custom() -> Made:
    """A Functional model that is frozen as a whole, with custom layers."""
    model, batch = between(Normalised(name="block"), OneInner(name="one"))
    model.trainable = False
    return model, batch


def frozen_subclassed() -> Made:
    """A subclassed model that is frozen as a whole."""
    model, batch = called(Blocks(name="net"), numbers(WIDTH))
    model.trainable = False
    return model, batch


def towers(make: Callable[[], list[Any]]) -> Made:
    """Two equal towers beside each other."""
    start = keras.Input((WIDTH,))
    ends = [keras.Sequential([keras.Input((WIDTH,)), *make()], name=name)(start) for name in ("right", "left")]
    return keras.Model(start, layers.Add(name="add")(ends), name="net"), numbers(WIDTH)


@register
class TwinBlocks(Chain):
    """Two blocks of one class whose sublayers have equal names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.right = Normalised(name="right")
        self.left = Normalised(name="left")

    def parts(self) -> list[Any]:
        return [self.left, self.right]


def branches() -> Made:
    """Branches that are made in another order than they are joined."""
    start, other = keras.Input((WIDTH,), name="one"), keras.Input((WIDTH,), name="two")
    shared = dense("shared")
    late, early = dense("late")(shared(other)), dense("early")(shared(start))
    joined = layers.Concatenate(name="join")([early, late, layers.BatchNormalization(name="side")(start)])
    outputs = [dense("b_out", units=1)(joined), dense("a_out", units=2)(joined)]
    return keras.Model([start, other], outputs, name="net"), [numbers(WIDTH), numbers(WIDTH)]


def sequential(*inside: Any) -> Made:
    """A Sequential model of these layers."""
    return keras.Sequential([keras.Input((WIDTH,)), *inside], name="net"), numbers(WIDTH)


def dense_and_norm() -> list[Any]:
    """What a tower is made of."""
    return [dense("dense"), layers.BatchNormalization(name="norm")]


MODELS: dict[str, Callable[[], Made]] = {
    "subclassed": lambda: called(Plain(name="net"), numbers(WIDTH)),
    "subclassed_with_own": lambda: called(Owner(name="net"), numbers(WIDTH)),
    "subclassed_autoencoder": lambda: called(Autoencoder(name="net"), numbers(WIDTH)),
    "subclassed_blocks": lambda: called(Blocks(name="net"), numbers(WIDTH)),
    "subclassed_twelve": lambda: called(Twelve(name="net"), numbers(WIDTH)),
    "subclassed_inside": lambda: between(Plain(name="inside"), dense("after")),
    "subclassed_blocks_inside": lambda: between(Blocks(name="inside"), dense("after")),
    "subclassed_frozen": frozen_subclassed,
    "functional_subclass_early": lambda: (Early(name="net"), numbers(WIDTH)),
    "functional_subclass_late": lambda: (Late(name="net"), numbers(WIDTH)),
    "nested": nested,
    "nested_custom": nested_custom,
    "nested_frozen": nested_frozen,
    "frozen_custom": frozen_custom,
    "towers": lambda: towers(dense_and_norm),
    "towers_custom": lambda: towers(lambda: [Normalised(name="block"), dense("dense")]),
    "twin_blocks": lambda: between(TwinBlocks()),
    "branches": branches,
    "sequential_twelve": lambda: sequential(*(layers.Dense(WIDTH) for _ in range(12))),
    "sequential_custom": lambda: sequential(Normalised(), Normalised(), TwinBlocks(), dense()),
    "sequential_transformer": lambda: between(TransformerBlock(), Normalised(), shape=(4, WIDTH)),
}
