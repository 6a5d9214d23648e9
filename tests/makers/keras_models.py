"""Models made by the real Keras, by name: ``python -m tests.makers.keras_models FOLDER`` saves all of them.

Two names that differ only in ``bad`` and ``good`` are as like each other as can be: the first breaks the rule that it
is named after, the second does not. It runs in a process of its own, so that TensorFlow stays out of the tests.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import layers

if TYPE_CHECKING:
    from collections.abc import Callable

RANDOM = np.random.default_rng(7)


def plain(activation: str = "relu", **options: Any) -> keras.Model:  # noqa: ANN401 - Keras's options
    """Two Dense layers whose weights are no longer those of their initializers."""
    dense = layers.Dense(5, activation=activation, name="first", **options)
    model = keras.Sequential([keras.Input((6,), name="input"), dense, layers.Dense(2, name="second", **options)])
    model.set_weights([RANDOM.normal(0.3, 0.4, weight.shape) for weight in model.get_weights()])
    return model


def changed(index: int, change: Callable[[np.ndarray], None]) -> keras.Model:
    """The plain model with one weight changed in place."""
    model = plain()
    weights = model.get_weights()
    change(weights[index])
    model.set_weights(weights)
    return model


def put(value: float, *key: Any) -> Callable[[np.ndarray], None]:  # noqa: ANN401 - any index
    """A change that writes a value at an index, or everywhere."""

    def change(weight: np.ndarray) -> None:
        weight[key or ...] = value

    return change


def unit(*, bias: float) -> keras.Model:
    """The plain model whose third unit has only zeros coming in, and a bias."""
    model = changed(0, put(0.0, slice(None), 2))
    weights = model.get_weights()
    weights[1][2] = bias
    model.set_weights(weights)
    return model


def twins(*, exact: bool) -> keras.Model:
    """The plain model with two units that have the same weights, or that differ in the last bit of one."""

    def change(kernel: np.ndarray) -> None:
        kernel[:, 3] = kernel[:, 1]
        kernel[0, 3] = kernel[0, 1] if exact else np.nextafter(kernel[0, 1], np.float32(9))

    return changed(0, change)


def normalised(variance: float, mean: float = 0.5) -> keras.Model:
    """A trained Dense layer before a BatchNormalization layer with these moving statistics."""
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3, name="dense"), layers.BatchNormalization(name="norm")])
    kernel, bias, gamma, beta, means, variances = model.get_weights()
    kernel[...] = RANDOM.normal(0.3, 0.4, kernel.shape)
    model.set_weights([kernel, bias, gamma, beta, np.full_like(means, mean), np.full_like(variances, variance)])
    return model


def quantized(*, saturated: bool) -> keras.Model:
    """The plain model with int8 weights, as Keras quantizes them or all at the ends of the range."""
    model = plain()
    model.quantize("int8")
    if saturated:
        kernel = model.layers[0]._kernel  # noqa: SLF001 - the int8 values have no public name
        kernel.assign(np.where(np.asarray(kernel) > 0, 127, -127))
    return model


def attending(policy: str | None = None) -> keras.Model:
    """An attention layer of int8: by its own policy, which its config has, or as ``quantize`` leaves it."""
    given = keras.Input((4, 8))
    model = keras.Model(given, layers.MultiHeadAttention(2, 4, dtype=policy)(given, given))
    if policy is None:
        model.quantize("int8")
    return model


def calibrated(mode: str) -> keras.Model:
    """The plain model with its first layer as GPTQ or AWQ leaves it, of which Keras 3.15 does not save all."""
    model = plain()
    kind = {"gptq": keras.quantizers.GPTQConfig, "awq": keras.quantizers.AWQConfig}[mode]
    layer = model.layers[0]
    layer.quantize(mode, config=kind(dataset=None, tokenizer=None, group_size=3))
    del layer._kernel  # noqa: SLF001 - as Keras's own calibration does
    setattr(layer, f"is_{mode}_calibrated", True)
    return model


def compiled(units: int, activation: str, loss: Any, **options: Any) -> keras.Model:  # noqa: ANN401 - Keras's options
    """One Dense layer that is compiled with a loss."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=activation, name="output")])
    model.set_weights([RANDOM.normal(0.3, 0.4, weight.shape) for weight in model.get_weights()])
    model.compile(optimizer="sgd", loss=loss, **options)
    return model


def wide(**options: Any) -> keras.Model:  # noqa: ANN401 - Keras's options
    """Two Dense layers with so many weights that nobody takes trained ones for fresh ones."""
    first, last = layers.Dense(30, name="first", **options), layers.Dense(10, name="second")
    return keras.Sequential([keras.Input((40,)), first, last])


def trained(*, steps: int, **options: Any) -> keras.Model:  # noqa: ANN401 - Keras's options
    """The wide model after some steps of training."""
    model = wide(**options)
    model.compile(optimizer="adam", loss="mse")
    model.optimizer.build(model.trainable_variables)
    if steps:
        model.fit(RANDOM.normal(size=(8 * steps, 40)), RANDOM.normal(size=(8 * steps, 10)), batch_size=8, verbose=0)
    return model


def in_the_middle(*, trainable: bool) -> keras.Model:
    """A window over a single pixel, of which a step changes the middle alone and leaves 24 of 25 values as drawn."""
    drawn = keras.initializers.TruncatedNormal(stddev=0.28)
    window = layers.DepthwiseConv2D(5, padding="same", use_bias=False, depthwise_initializer=drawn, trainable=trainable)
    model = keras.Sequential([keras.Input((1, 1, 64)), window, layers.Flatten(), layers.Dense(3)])
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="mse")
    model.fit(RANDOM.normal(size=(8, 1, 1, 64)), RANDOM.normal(size=(8, 3)), batch_size=8, verbose=0)
    return model


def branched(*, cut: bool) -> keras.Model:
    """A branch whose gradient is stopped, or not, added to a Dense layer."""
    inputs = keras.Input((8,))
    branch = layers.Dense(4, name="branch")(inputs)
    branch = keras.ops.stop_gradient(branch) if cut else keras.ops.absolute(branch)
    model = keras.Model(inputs, layers.Add()([branch, layers.Dense(4, name="main")(inputs)]))
    model.compile(optimizer="adam", loss="mse")
    model.fit(RANDOM.normal(size=(32, 8)), RANDOM.normal(size=(32, 4)), verbose=0)
    return model


def frozen(*, whole: bool) -> keras.Model:
    """The plain model, all or half of it frozen."""
    model = plain()
    model.layers[0].trainable = False
    model.trainable = not whole
    return model


def two_outputs() -> keras.Model:
    """A model whose second output can be taken away."""
    inputs = keras.Input((4,), name="input")
    hidden = layers.Dense(3, activation="relu", name="hidden")(inputs)
    one, two = layers.Dense(2, name="one")(hidden), layers.Dense(2, name="two")(hidden)
    return keras.Model(inputs, [one, two])


@keras.saving.register_keras_serializable("tests")
class Doubled(layers.Layer):  # type: ignore[misc] # keras has no types
    """A layer of a user's own."""

    def call(self, inputs: Any) -> Any:  # noqa: ANN401 - a tensor
        """Twice the input."""
        return 2 * inputs


@keras.saving.register_keras_serializable("tests")
class Blocks(layers.Layer):  # type: ignore[misc] # keras has no types
    """A layer of a user's own that holds others in a list."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Keras's options
        """Make the layers inside."""
        super().__init__(**options)
        self.parts = [layers.Dense(7, name="one"), layers.Dense(7, name="two")]

    def build(self, _shape: Any) -> None:  # noqa: ANN401 - a shape
        """Give them their weights."""
        self.parts[0].build((None, 4))
        self.parts[1].build((None, 7))

    def call(self, inputs: Any) -> Any:  # noqa: ANN401 - a tensor
        """One after the other."""
        return self.parts[1](self.parts[0](inputs))


@keras.saving.register_keras_serializable("tests")
class Holder(layers.Wrapper):  # type: ignore[misc] # keras has no types
    """A wrapper of a user's own."""

    def call(self, inputs: Any) -> Any:  # noqa: ANN401 - a tensor
        """What the layer gives."""
        return self.layer(inputs)


def blocks() -> keras.Model:
    """A layer of a user's own after a step of training."""
    model = keras.Sequential([keras.Input((4,)), Blocks(name="blocks"), layers.Dense(2, name="second")], name="net")
    model.compile(optimizer="adam", loss="mean_squared_error")
    model.fit(RANDOM.normal(size=(8, 4)), RANDOM.normal(size=(8, 2)), verbose=0)
    return model


def taking(size: int, layer: Any) -> keras.Model:  # noqa: ANN401 - a layer
    """A layer that takes steps of this size, before a Dense layer."""
    return keras.Sequential([keras.Input((6, size)), layer, layers.Dense(2, name="second")])


def after_input(layer: Any) -> keras.Model:  # noqa: ANN401 - a layer
    """A model of one layer and a Dense layer with weights of its own."""
    return keras.Sequential([keras.Input((6,)), layer, layers.Dense(2, name="second")])


def anew() -> keras.Model:
    """A model that was trained and then compiled again."""
    model = trained(steps=20)
    model.compile("adam", "mse")
    return model


def vocabulary() -> keras.Model:
    """A lookup layer with two words."""
    return keras.Sequential([keras.Input((1,), dtype="string"), layers.StringLookup(vocabulary=["a", "b"])])


def shapely() -> keras.Model:
    """A model with one layer of each kind whose weights have sizes that follow from what comes in."""
    inputs = keras.Input((8, 8, 6), name="input")
    picture = layers.Rescaling(0.5)(inputs)
    picture = layers.Conv2D(4, (3, 2), groups=2, name="grouped")(picture)
    picture = layers.BatchNormalization(name="batch")(layers.ReLU()(picture))
    picture = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(picture)
    picture = layers.SeparableConv2D(3, 2, depth_multiplier=2, name="separable")(layers.PReLU(name="prelu")(picture))
    picture = layers.Conv2DTranspose(5, 3, name="transposed")(picture)
    steps = layers.Reshape((-1, 5))(layers.GroupNormalization(1, name="group")(picture))
    steps = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(steps)
    steps = layers.RNN([layers.GRUCell(4), layers.SimpleRNNCell(7)], return_sequences=True, name="stack")(steps)
    steps = layers.MultiHeadAttention(2, 3, name="attention")(steps, steps)
    steps = layers.TimeDistributed(layers.Dense(6), name="each")(layers.LayerNormalization(name="layer")(steps))
    steps = layers.EinsumDense("abc,cd->abd", output_shape=(None, 4), name="einsum")(steps)
    steps = layers.GlobalAveragePooling1D()(layers.Conv1D(3, 2, name="steps")(steps))
    return keras.Model(inputs, layers.Dense(2, name="last")(steps))


NAN, INFINITE, LARGEST = float("nan"), float("inf"), float(np.finfo(np.float32).max)

MODELS: dict[str, Callable[[], keras.Model]] = {
    "plain": plain,
    "shapely": shapely,
    "two-outputs": two_outputs,
    "vocabulary": vocabulary,
    "blocks": blocks,
    "holder": lambda: after_input(Holder(layers.Dense(3, name="inner"), name="holder")),
    "KI101-bad": lambda: changed(0, put(NAN, 0, 4)),
    "KI101-good": lambda: changed(0, put(0.0, 0, 4)),
    "KI102-bad": lambda: changed(0, put(INFINITE, 0, 4)),
    "KI102-good": lambda: changed(0, put(9999.0, 0, 4)),
    "KI103-bad": lambda: changed(0, put(0.0)),
    "KI103-stated-bad": lambda: changed(0, put(0.0)),
    "KI103-stated-good": lambda: plain(kernel_initializer="zeros"),
    "KI103-good": lambda: changed(0, put(0.0, slice(1, None))),
    "KI104-bad": lambda: changed(0, put(1.0)),
    "KI104-stated-bad": lambda: changed(0, put(1.0)),
    "KI104-stated-good": lambda: plain(kernel_initializer="ones"),
    "KI104-good": lambda: changed(0, put(1.0, slice(1, None))),
    "KI105-bad": lambda: unit(bias=0.0),
    "KI105-good": lambda: unit(bias=0.1),
    "KI105-outgoing-bad": lambda: changed(2, put(0.0, 3)),
    "KI105-outgoing-good": lambda: changed(2, put(0.0, 3, 0)),
    "KI106-bad": lambda: twins(exact=True),
    "KI106-nan-bad": lambda: twins(exact=True),
    "KI106-nan-good": lambda: changed(0, put(NAN)),
    "KI106-good": lambda: twins(exact=False),
    "KI107-bad": lambda: changed(0, put(-10001.0, 1, 1)),
    "KI107-good": lambda: changed(0, put(-9999.0, 1, 1)),
    "KI108-bad": lambda: changed(0, put(1e-40, 1)),
    "KI108-few-bad": lambda: changed(0, put(1e-40, 1)),
    "KI108-few-good": lambda: changed(0, put(1e-40, 1, slice(0, 2))),
    "KI108-good": lambda: changed(0, put(1e-37, 1, 1)),
    "KI109-bad": lambda: normalised(-1e-3),
    "KI109-good": lambda: normalised(1e-3),
    "KI110-bad": lambda: changed(0, put(65600.0, 1, 1)),
    "KI110-good": lambda: changed(0, put(65504.0, 1, 1)),
    "KI111-bad": lambda: changed(0, put(1e-8, 1, 1)),
    "KI111-good": lambda: changed(0, put(1e-7, 1, 1)),
    "KI112-bad": lambda: changed(0, put(LARGEST, 1, 1)),
    "KI112-good": lambda: changed(0, put(3.38e38, 1, 1)),
    "KI113-bad": lambda: changed(0, put(1e-41, 1, 1)),
    "KI113-good": lambda: changed(0, put(1e-37, 1, 1)),
    "KI114-bad": lambda: quantized(saturated=True),
    "KI114-good": lambda: quantized(saturated=False),
    "KI204-bad": lambda: keras.Sequential([layers.Dense(2, name="dense")]),
    "KI204-good": lambda: keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")]),
    "KI207-bad": lambda: plain(dtype="float64"),
    "KI207-good": lambda: plain(dtype="float32"),
    "KI208-bad": lambda: after_input(layers.Dense(3, dtype="float16")),
    "KI208-good": lambda: after_input(layers.Dense(3, dtype="mixed_float16")),
    "KI209-bad": lambda: compiled(1, "softmax", "binary_crossentropy"),
    "KI209-good": lambda: compiled(1, "sigmoid", "binary_crossentropy"),
    "KI209-logits-bad": lambda: compiled(3, "linear", "categorical_crossentropy"),
    "KI209-logits-good": lambda: compiled(3, "linear", keras.losses.CategoricalCrossentropy(from_logits=True)),
    "KI209-twice-bad": lambda: compiled(3, "softmax", keras.losses.CategoricalCrossentropy(from_logits=True)),
    "KI209-twice-good": lambda: compiled(3, "softmax", keras.losses.CategoricalCrossentropy()),
    "KI708-bad": attending,
    "KI708-good": lambda: attending("int8_from_float32"),
    "KI702-bad": lambda: calibrated("gptq"),
    "KI702-good": lambda: quantized(saturated=False),
    "KI702-awq-bad": lambda: calibrated("awq"),
    "KI702-awq-good": lambda: quantized(saturated=False),
    "KI209-sigmoid-bad": lambda: compiled(3, "sigmoid", "sparse_categorical_crossentropy"),
    "KI209-sigmoid-good": lambda: compiled(3, "sigmoid", "binary_crossentropy"),
    "KI209-softmax-bad": lambda: compiled(3, "softmax", "binary_crossentropy"),
    "KI209-softmax-good": lambda: compiled(3, "softmax", "sparse_categorical_crossentropy"),
    "KI211-layer-bad": lambda: taking(1, layers.LayerNormalization()),
    "KI211-layer-good": lambda: taking(1, layers.LayerNormalization(axis=1)),
    "KI211-group-bad": lambda: after_input(layers.GroupNormalization(6)),
    "KI211-group-good": lambda: after_input(layers.GroupNormalization(3)),
    "KI211-unit-bad": lambda: taking(1, layers.UnitNormalization()),
    "KI211-unit-good": lambda: taking(2, layers.UnitNormalization()),
    "KI211-softmax-bad": lambda: after_input(layers.Dense(1, activation="softmax")),
    "KI211-softmax-good": lambda: after_input(layers.Dense(2, activation="softmax")),
    "KI213-bad": lambda: compiled(1, "linear", "mse", loss_weights=[0.3, 0.7]),
    "KI213-good": lambda: compiled(1, "linear", "mse", loss_weights=[0.3]),
    "KI415-bad": lambda: compiled(1, "linear", "mse", loss_weights=[0.5] * 100_001),
    "KI415-good": lambda: compiled(1, "linear", "mse", loss_weights=[0.5] * 100_000),
    "KI301-bad": wide,
    "KI301-good": lambda: trained(steps=20),
    "KI302-bad": lambda: trained(steps=20, trainable=False),
    "KI302-good": lambda: trained(steps=20),
    "KI302-middle-bad": lambda: in_the_middle(trainable=False),
    "KI302-middle-good": lambda: in_the_middle(trainable=True),
    "KI303-bad": lambda: normalised(1.0, 0.0),
    "KI303-good": lambda: normalised(1.0, 1e-3),
    "KI304-bad": lambda: trained(steps=0),
    "KI304-anew-bad": lambda: trained(steps=0),
    "KI304-anew-good": anew,
    "KI304-good": lambda: trained(steps=1),
    "KI305-bad": lambda: branched(cut=True),
    "KI305-good": lambda: branched(cut=False),
    "KI306-bad": lambda: frozen(whole=True),
    "KI306-good": lambda: frozen(whole=False),
    "KI401-bad": lambda: trained(steps=1),
    "KI401-good": plain,
    "KI501-bad": lambda: after_input(layers.Lambda(lambda x: 2 * x)),
    "KI501-good": lambda: after_input(layers.Lambda(keras.activations.relu)),
    "KI508-bad": lambda: after_input(Doubled()),
    "KI508-good": lambda: after_input(layers.Activation("relu")),
    "KI512-bad": lambda: after_input(layers.Dense(3, name="dense\u202e1")),
    "KI512-good": lambda: after_input(layers.Dense(3, name="densé1")),
}
"""Every model, by the name of its file."""


def main() -> None:
    """Save every model as ``.keras``, and those whose rules ask so as ``.h5`` too."""
    folder = Path(sys.argv[1])
    keras.utils.set_random_seed(7)
    for name, make in MODELS.items():
        make().save(folder / f"{name}.keras")
    plain().save(folder / "KI402-bad.h5")
    plain().save(folder / "KI402-good.keras")
    compiled(1, "linear", "mse").save(folder / "KI414-bad.h5")
    compiled(1, "linear", "mean_squared_error").save(folder / "KI414-good.h5")


if __name__ == "__main__":
    main()
