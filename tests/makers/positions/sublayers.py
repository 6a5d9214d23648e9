"""Custom layers with sublayers: in lists and dicts, shared, frozen, nested, under the names of other classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import KERAS_3, WIDTH, Chain, Made, between, dense, integers, keras, layers, register
from tests.makers.positions.own_arrays import OneInner, scalar

if TYPE_CHECKING:
    from collections.abc import Callable


@register
class Lists(Chain):
    """Sublayers in a list of lists."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.blocks = [[dense("a"), layers.BatchNormalization(name="b")], [dense("c")], dense("d")]

    def parts(self) -> list[Any]:
        return [*self.blocks[0], *self.blocks[1], self.blocks[2]]


@register
class Twelve(Chain):
    """Twelve sublayers of one class in a list, of which dense_10 sorts before dense_2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.blocks = [layers.Dense(WIDTH) for _ in range(12)]

    def parts(self) -> list[Any]:
        return list(self.blocks)


@register
class Dicts(Chain):
    """Sublayers in a dict of lists, keys not in order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.towers = {"right": [dense("r0"), dense("r1")], "left": [dense("l0")]}

    def parts(self) -> list[Any]:
        return [*self.towers["left"], *self.towers["right"]]


@register
class Created(Chain):
    """Sublayers that are made in another order than that of their attributes' names, and only when built."""

    def build(self, _shape: Any) -> None:
        self.third = dense("c")
        self.first = layers.LayerNormalization(name="a")
        self.second = dense("b")
        self.built = True

    def parts(self) -> list[Any]:
        return [self.first, self.second, self.third]


@register
class Lent(Chain):
    """Calls a layer that is somebody else's too."""

    def __init__(self, lent: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.own = dense("own")
        self.lent = lent

    def parts(self) -> list[Any]:
        return [self.own, self.lent]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "lent": keras.saving.serialize_keras_object(self.lent)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Lent:
        return cls(**{**config, "lent": keras.saving.deserialize_keras_object(config["lent"])})


@register
class TwoNames(Chain):
    """One sublayer under two attributes and in a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.project = dense("project")
        self.again = self.project
        self.both = [dense("new"), self.project]

    def parts(self) -> list[Any]:
        return [self.project, *self.both]


@register
class TiedHead(layers.Layer):
    """Multiplies by the matrix of an Embedding, which it holds as its kernel."""

    def __init__(self, words: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.words = words

    def build(self, _shape: Any) -> None:
        self.kernel = self.words.embeddings
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs @ (keras.ops.transpose(self.kernel) if KERAS_3 else keras.backend.transpose(self.kernel))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "words": keras.saving.serialize_keras_object(self.words)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TiedHead:
        return cls(**{**config, "words": keras.saving.deserialize_keras_object(config["words"])})


@register
class Misnamed(Chain):
    """Attributes that are called like other classes than what they hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.embedding = layers.Dense(WIDTH)
        self.batch_normalization = layers.LayerNormalization()
        self.layer_normalization = layers.BatchNormalization()
        self.lstm = layers.SimpleRNN(WIDTH, return_sequences=True)
        self.gru = layers.GRU(WIDTH, return_sequences=True, reset_after=False)
        self.dense = layers.Conv1D(WIDTH, 1)
        self.conv1d = layers.EinsumDense("abc,cd->abd", (None, WIDTH), bias_axes="d")
        self.attention = layers.MultiHeadAttention(2, 3)

    def parts(self) -> list[Any]:
        straight = [self.embedding, self.batch_normalization, self.layer_normalization, self.lstm, self.gru]
        return [*straight, self.dense, self.conv1d, lambda inputs: self.attention(inputs, inputs)]


@register
class Normalised(Chain):
    """A BatchNormalization between Dense sublayers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.first = dense("first")
        self.norm = layers.BatchNormalization(name="norm")
        self.last = dense("last")

    def parts(self) -> list[Any]:
        return [self.first, self.norm, self.last]


@register
class FrozenPart(Chain):
    """Three sublayers, the first of which is frozen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.one = dense("one", trainable=False)
        self.two = dense("two")
        self.three = layers.BatchNormalization(name="three", trainable=False)

    def parts(self) -> list[Any]:
        return [self.one, self.two, self.three]


@register
class TransformerBlock(layers.Layer):
    """The block of Keras's tutorial: attention, a Sequential and two LayerNormalizations."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.att = layers.MultiHeadAttention(num_heads=2, key_dim=3)
        self.ffn = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(WIDTH)])
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(0.1)

    def call(self, inputs: Any) -> Any:
        middle = self.layernorm1(inputs + self.dropout1(self.att(inputs, inputs)))
        return self.layernorm2(middle + self.ffn(middle))


@register
class HoldsFunctional(Chain):
    """A Functional model and a Sequential as sublayers, with an own gain."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        start = keras.Input((WIDTH,))
        middle = layers.BatchNormalization(name="norm")(dense("up")(start))
        self.tail = keras.Sequential([dense("t0"), layers.BatchNormalization(name="t1")], name="tail")
        self.inner = keras.Model(start, dense("down")(middle), name="inner")
        self.gain = scalar(self, "gain")

    def parts(self) -> list[Any]:
        return [self.inner, self.tail, lambda inputs: inputs * self.gain]


@register
class Deep(Chain):
    """Custom layers in custom layers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.outer = Normalised(name="outer")
        self.blocks = [OneInner(name="b0"), Normalised(name="b1")]

    def parts(self) -> list[Any]:
        return [self.outer, *self.blocks]


@register
class Unused(Chain):
    """A sublayer that is never called, and so never built."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.used = dense("used")
        self.idle = dense("idle")
        self.drop = layers.Dropout(0.5)

    def parts(self) -> list[Any]:
        return [self.used, self.drop]


def steps(*middle: Any) -> Made:
    """A model of sequences."""
    return between(*middle, shape=(4, WIDTH))


def lent() -> Made:
    """A model in which two custom layers call one Dense."""
    shared = dense("shared")
    return between(Lent(shared, name="one"), Lent(shared, name="two"))


def lent_from_outside() -> Made:
    """A model that calls a Dense which a custom layer calls too."""
    shared = dense("shared")
    return between(Lent(shared, name="one"), shared)


def tied(*middle: Any) -> Made:
    """A language model whose last layer uses the matrix of the first."""
    words = layers.Embedding(9, WIDTH, name="words")
    start = keras.Input((5,), dtype="int32")
    now = words(start)
    for layer in (*middle, dense("mid"), TiedHead(words, name="tied")):
        now = layer(now)
    return keras.Model(start, now, name="net"), integers(5)


SUBLAYERS: dict[str, Callable[[], Made]] = {
    "list_of_lists": lambda: between(Lists()),
    "list_of_twelve": lambda: between(Twelve()),
    "dict_of_lists": lambda: between(Dicts()),
    "created_in_another_order": lambda: between(Created()),
    "lent_to_two": lent,
    "lent_from_outside": lent_from_outside,
    "two_names": lambda: between(TwoNames()),
    "tied_embeddings": tied,
    "tied_behind_block": lambda: tied(Normalised(name="block")),
    "misnamed": lambda: steps(Misnamed()),
    "normalised": lambda: between(Normalised()),
    "normalised_twice": lambda: between(Normalised(name="left"), Normalised(name="right")),
    "frozen": lambda: between(Normalised(trainable=False)),
    "frozen_part": lambda: between(FrozenPart()),
    "transformer": lambda: steps(TransformerBlock()),
    "transformer_twice": lambda: steps(TransformerBlock(), TransformerBlock()),
    "holds_functional": lambda: between(HoldsFunctional()),
    "deep": lambda: between(Deep()),
    "unused": lambda: between(Unused()),
    "time_distributed": lambda: steps(layers.TimeDistributed(Normalised())),
}
