"""Wrappers: what holds, takes, counts or renames the arrays of a layer inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import WIDTH, Chain, Made, between, dense, layers, register

if TYPE_CHECKING:
    from collections.abc import Callable


def build_inner(wrapper: Any, shape: Any) -> Any:
    """Build the wrapped layer and give it."""
    if not wrapper.layer.built:
        wrapper.layer.build(shape)
        wrapper.layer.built = True
    wrapper.built = True
    return wrapper.layer


class Calling(layers.Wrapper):
    """A wrapper that calls its layer."""

    def call(self, inputs: Any) -> Any:
        return self.layer(inputs)


@register
class Holds(Calling):
    """Holds the kernel of its layer under a second name, beside a mask that is not trained."""

    def build(self, input_shape: Any) -> None:
        self.kernel = build_inner(self, input_shape).kernel
        self.mask = self.add_weight(shape=tuple(self.kernel.shape), initializer="ones", trainable=False, name="mask")


@register
class HoldsAll(Calling):
    """Holds every array of its layer in a list."""

    def build(self, input_shape: Any) -> None:
        self.held = list(build_inner(self, input_shape).weights)


@register
class Takes(layers.Wrapper):
    """Takes the kernel out of its layer and lends it for each call."""

    def build(self, input_shape: Any) -> None:
        inner = build_inner(self, input_shape)
        self.taken = inner.depthwise_kernel if hasattr(inner, "depthwise_kernel") else inner.kernel
        self.place = "depthwise_kernel" if hasattr(inner, "depthwise_kernel") else "kernel"
        delattr(inner, self.place)

    def call(self, inputs: Any) -> Any:
        setattr(self.layer, self.place, self.taken + 0.0)
        return self.layer(inputs)


@register
class Counts(Calling):
    """Counts its calls in an integer that is not trained."""

    def build(self, input_shape: Any) -> None:
        build_inner(self, input_shape)
        self.step = self.add_weight(shape=(), initializer="zeros", trainable=False, name="step", dtype="int32")


@register
class CountsFirst(Calling):
    """Makes its counter and a gain before it builds its layer."""

    def build(self, input_shape: Any) -> None:
        self.step = self.add_weight(shape=(), initializer="zeros", trainable=False, name="step", dtype="int32")
        self.gain = self.add_weight(shape=(), initializer="ones", name="gain")
        build_inner(self, input_shape)

    def call(self, inputs: Any) -> Any:
        return self.layer(inputs) * self.gain


@register
class Prunes(Calling):
    """Keeps mask, threshold and step of pruning, and the kernel, as pruning libraries do."""

    def build(self, input_shape: Any) -> None:
        kernel = build_inner(self, input_shape).kernel
        self.mask = self.add_weight(shape=tuple(kernel.shape), initializer="ones", trainable=False, name="mask")
        self.threshold = self.add_weight(shape=(), initializer="zeros", trainable=False, name="threshold")
        self.pruned = [(kernel, self.mask, self.threshold)]
        self.step = self.add_weight(shape=(), initializer="zeros", trainable=False, name="step", dtype="int64")


@register
class Normalises(layers.Wrapper):
    """Scales a kernel that it holds, with a gain that is trained and a flag that is not."""

    def build(self, input_shape: Any) -> None:
        self.direction = build_inner(self, input_shape).kernel
        self.gain = self.add_weight(shape=(self.direction.shape[-1],), initializer="ones", name="g")
        self.ready = self.add_weight(shape=(), initializer="zeros", dtype="bool", trainable=False, name="ready")

    def call(self, inputs: Any) -> Any:
        return self.layer(inputs) * self.gain


@register
class Residual(Chain):
    """A layer of its own, no Wrapper, that holds the kernel of the layer inside."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.inner = dense("inner")

    def build(self, input_shape: Any) -> None:
        if not self.inner.built:
            self.inner.build(input_shape)
            self.inner.built = True
        self.borrowed = self.inner.kernel
        self.built = True

    def parts(self) -> list[Any]:
        return [self.inner]


SQUARE = (5, 5, 2)


def image(wrapper: Any) -> Made:
    """A model of images around a wrapper."""
    return between(wrapper, shape=SQUARE, flat=True)


def steps(wrapper: Any) -> Made:
    """A model of sequences around a wrapper."""
    return between(wrapper, shape=(4, WIDTH))


WRAPPERS: dict[str, Callable[[], Made]] = {
    "holds_kernel": lambda: between(Holds(dense("inner"))),
    "holds_kernel_twice": lambda: between(Holds(dense("inner")), Holds(dense("other"), name="second")),
    "holds_kernel_of_convolution": lambda: image(Holds(layers.Conv2D(3, 2, name="inner"))),
    "holds_all": lambda: between(HoldsAll(dense("inner"))),
    "holds_all_of_normalization": lambda: between(HoldsAll(layers.BatchNormalization(name="inner"))),
    "takes_kernel": lambda: between(Takes(dense("inner"))),
    "takes_depthwise_kernel": lambda: image(Takes(layers.DepthwiseConv2D(2, name="inner"))),
    "counts": lambda: between(Counts(dense("inner"))),
    "counts_lstm": lambda: steps(Counts(layers.LSTM(3, name="inner"))),
    "counts_normalization": lambda: between(Counts(layers.BatchNormalization(name="inner")), dense("after")),
    "counts_first": lambda: between(CountsFirst(dense("inner"))),
    "wrapper_of_wrapper": lambda: between(Counts(Holds(dense("inner"), name="mid"), name="outer")),
    "prunes": lambda: between(Prunes(dense("inner")), Prunes(dense("other"), name="second")),
    "prunes_without_bias": lambda: between(Prunes(dense("inner", use_bias=False))),
    "weight_normalization": lambda: between(Normalises(dense("inner"))),
    "residual_that_holds": lambda: between(Residual()),
    "spectral_normalization": lambda: between(layers.SpectralNormalization(dense("inner"))),
    "spectral_convolution": lambda: image(layers.SpectralNormalization(layers.Conv2D(3, 2, name="inner"))),
    "time_distributed_counts": lambda: steps(layers.TimeDistributed(Counts(dense("inner")))),
}
