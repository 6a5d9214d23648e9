"""Custom layers with arrays of their own: before and behind sublayers, trained or not, integers first, in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import Chain, Made, between, dense, layers, register

if TYPE_CHECKING:
    from collections.abc import Callable


def scalar(layer: Any, name: str, *, trainable: bool = True, dtype: str = "float32") -> Any:
    """An array of one number of this layer's own."""
    return layer.add_weight(shape=(), initializer="ones", trainable=trainable, name=name, dtype=dtype)


@register
class ScalarsFirst(Chain):
    """Own numbers, trained and not, before two sublayers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.count = scalar(self, "count", trainable=False)
        self.gain = scalar(self, "gain")
        self.zeta = dense("zeta")
        self.alpha = dense("alpha")

    def parts(self) -> list[Any]:
        return [self.zeta, self.alpha, lambda inputs: inputs * self.gain]


@register
class ScalarsLast(Chain):
    """Two sublayers before own numbers, which are made when the layer is built."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.zeta = dense("zeta")
        self.alpha = dense("alpha")

    def build(self, _shape: Any) -> None:
        self.gain = scalar(self, "gain")
        self.count = scalar(self, "count", trainable=False)
        self.bonus = scalar(self, "bonus")
        self.built = True

    def parts(self) -> list[Any]:
        return [self.alpha, self.zeta, lambda inputs: inputs * self.gain + self.bonus]


@register
class OneInner(Chain):
    """Own numbers, trained and not, around one sublayer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.count = scalar(self, "count", trainable=False)
        self.inner = dense("inner")
        self.gain = scalar(self, "gain")

    def parts(self) -> list[Any]:
        return [self.inner, lambda inputs: inputs * self.gain]


@register
class OnlyOwn(Chain):
    """Own arrays alone, those that are not trained between those that are."""

    def build(self, shape: Any) -> None:
        self.one = self.add_weight(shape=(shape[-1],), name="one")
        self.still = self.add_weight(shape=(shape[-1],), trainable=False, name="still")
        self.two = self.add_weight(shape=(shape[-1],), name="two")
        self.built = True

    def parts(self) -> list[Any]:
        return [lambda inputs: inputs * self.one + self.two]


@register
class IntegerFirst(Chain):
    """An integer and then floats, as an optimizer has them."""

    def build(self, shape: Any) -> None:
        self.iteration = scalar(self, "iteration", trainable=False, dtype="int64")
        self.rate = scalar(self, "rate", trainable=False)
        self.mean = self.add_weight(shape=(shape[-1],), trainable=False, name="mean")
        self.built = True

    def parts(self) -> list[Any]:
        return [lambda inputs: inputs * self.rate]


@register
class IntegerScalars(IntegerFirst):
    """An integer and then two single floats."""

    def build(self, _shape: Any) -> None:
        self.iteration = scalar(self, "iteration", trainable=False, dtype="int32")
        self.rate = scalar(self, "rate", trainable=False)
        self.decay = scalar(self, "decay", trainable=False)
        self.built = True


@register
class WeightList(Chain):
    """Own arrays in a list and in a dict."""

    def build(self, shape: Any) -> None:
        self.scales = [self.add_weight(shape=(shape[-1],), name=f"scale_{number}") for number in range(3)]
        self.offsets = {"z": self.add_weight(shape=(shape[-1],), name="z"), "a": scalar(self, "a", trainable=False)}
        self.built = True

    def parts(self) -> list[Any]:
        return [lambda inputs: inputs * self.scales[0] * self.scales[1] * self.scales[2] + self.offsets["z"]]


@register
class OnlyNormalised(Chain):
    """A BatchNormalization and nothing else, beside an own gain."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.norm = layers.BatchNormalization(name="norm")

    def build(self, _shape: Any) -> None:
        self.gain = scalar(self, "gain")
        self.built = True

    def parts(self) -> list[Any]:
        return [self.norm, lambda inputs: inputs * self.gain]


OWN_ARRAYS: dict[str, Callable[[], Made]] = {
    "scalars_first": lambda: between(ScalarsFirst()),
    "scalars_last": lambda: between(ScalarsLast()),
    "scalars_around_one": lambda: between(OneInner()),
    "scalars_in_two": lambda: between(OneInner(name="b"), ScalarsFirst(name="a")),
    "only_own": lambda: between(OnlyOwn()),
    "only_own_frozen": lambda: between(OnlyOwn(trainable=False)),
    "integer_first": lambda: between(IntegerFirst()),
    "integer_scalars": lambda: between(IntegerScalars(), IntegerFirst(name="again")),
    "weight_list": lambda: between(WeightList()),
    "gain_and_normalization": lambda: between(OnlyNormalised()),
}
