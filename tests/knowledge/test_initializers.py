"""Initializers: their names in every generation of configs, and their numbers against the real Keras."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from kerasinspect.knowledge.fans import Fans, fans
from kerasinspect.knowledge.initializers import TRUNCATED, initializer_of
from kerasinspect.model import Initializer
from tests.knowledge.odd_values import ODD_VALUES

FORGET = Initializer("zeros", forget_gate=True)
GLOROT_8_5 = math.sqrt(6 / 13)


def spec(class_name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An initializer as Keras 3 writes it."""
    return {"module": "keras.initializers", "class_name": class_name, "config": config, "registered_name": None}


def uniform(name: str, limit: float, *, default: bool = False) -> Initializer:
    """An even spread around zero."""
    return Initializer(name, limit=limit, stddev=limit / math.sqrt(3), default=default)


def constant(name: str, value: float, *, default: bool = False) -> Initializer:
    """One number everywhere."""
    return Initializer(name, constant=value, mean=value, stddev=0.0, default=default)


def normal(name: str, stddev: float, mean: float = 0.0, *, default: bool = False) -> Initializer:
    """A bell around the mean."""
    return Initializer(name, stddev=stddev, mean=mean, default=default)


def kernel(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A config that names the kernel's initializer."""
    return {"kernel_initializer": value}


def check(found: Initializer | None, expected: Initializer | None) -> None:
    """Compare two initializers, numbers up to rounding; their forms are compared with SciPy's, in the pictures."""
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        formless = replace(found, form=None, gain=None)
        assert asdict(formless) == pytest.approx(asdict(expected))


SCALED = kernel(spec("VarianceScaling", scale=1.0, mode="fan_avg", distribution="uniform"))
DENSE_CASES = [
    pytest.param({}, uniform("glorot_uniform", GLOROT_8_5, default=True), id="default"),
    pytest.param(kernel(spec("GlorotUniform", seed=None)), uniform("glorot_uniform", GLOROT_8_5), id="keras-3"),
    pytest.param(
        kernel({"class_name": "GlorotUniformV2", "config": {}}), uniform("glorot_uniform", GLOROT_8_5), id="v2"
    ),
    pytest.param(kernel("glorot_uniform"), uniform("glorot_uniform", GLOROT_8_5), id="text"),
    pytest.param({"init": "glorot_uniform"}, uniform("glorot_uniform", GLOROT_8_5), id="keras-1"),
    pytest.param(SCALED, uniform("glorot_uniform", GLOROT_8_5), id="keras-2.0-scaling-is-glorot"),
    pytest.param(
        kernel(spec("VarianceScaling", scale=3.0, mode="fan_out", distribution="untruncated_normal")),
        normal("variance_scaling", math.sqrt(3 / 5)),
        id="variance-scaling",
    ),
    pytest.param(kernel(spec("HeNormal")), normal("he_normal", math.sqrt(2 / 8)), id="he-normal"),
    pytest.param(kernel(spec("LecunUniform")), uniform("lecun_uniform", math.sqrt(3 / 8)), id="lecun-uniform"),
    pytest.param(kernel(spec("RandomNormal", mean=1.0, stddev=0.2)), normal("random_normal", 0.2, 1.0), id="normal"),
    pytest.param(kernel(spec("TruncatedNormal", stddev=0.2)), normal("truncated_normal", 0.2 * TRUNCATED), id="cut"),
    pytest.param(
        kernel(spec("RandomUniform", minval=0.0, maxval=1.0)),
        Initializer("random_uniform", limit=0.5, stddev=0.5 / math.sqrt(3), mean=0.5),
        id="uniform-off-centre",
    ),
    pytest.param({"init": "uniform"}, uniform("random_uniform", 0.05), id="keras-1-uniform"),
    pytest.param({"init": "zero"}, constant("zeros", 0.0), id="keras-1-zero"),
    pytest.param(kernel(spec("Constant", value=0.3)), constant("constant", 0.3), id="constant"),
    pytest.param(kernel(spec("Constant", value=[1, 2])), Initializer("constant"), id="constant-list"),
    pytest.param(kernel(spec("Orthogonal", gain=2.0)), normal("orthogonal", 2 / math.sqrt(8)), id="orthogonal"),
    pytest.param({"init": "orthogonal"}, normal("orthogonal", 1.1 / math.sqrt(8)), id="keras-1-orthogonal"),
    pytest.param(kernel(spec("Identity", gain=1.0)), Initializer("identity"), id="identity"),
    pytest.param(kernel({"class_name": "pkg>Mine", "config": {}}), Initializer("pkg>Mine"), id="custom"),
    pytest.param(kernel({"class_name": "function", "config": "pkg>draw"}), Initializer("pkg>draw"), id="function"),
    pytest.param(
        {"dtype": {"class_name": "Int4DTypePolicy", "config": {"mode": "int4/128"}}, **SCALED}, None, id="quantized"
    ),
    pytest.param({"dtype": "int8_from_float32"}, None, id="quantized-3.2"),
]


@pytest.mark.parametrize(("config", "expected"), DENSE_CASES)
def test_names_the_initializer_of_a_dense_kernel(config: dict[str, Any], expected: Initializer | None) -> None:
    """Every way to write an initializer gives one name, with its range and spread."""
    check(initializer_of("Dense", "kernel", config, (8, 5), fans("Dense", "kernel", (8, 5), config)), expected)


WEIGHT_CASES = [
    pytest.param("Dense", "bias", (5,), {}, constant("zeros", 0.0, default=True), id="bias"),
    pytest.param("LSTMCell", "bias", (28,), {}, replace(FORGET, default=True), id="lstm-bias"),
    pytest.param("LSTMCell", "bias", (28,), {"bias_initializer": spec("Zeros")}, FORGET, id="lstm-said"),
    pytest.param(
        "LSTMCell",
        "bias",
        (28,),
        {"unit_forget_bias": False},
        constant("zeros", 0.0, default=True),
        id="no-forget-bias",
    ),
    pytest.param("GRUCell", "bias", (2, 21), {}, constant("zeros", 0.0, default=True), id="gru-bias"),
    pytest.param("LSTM", "bias_f", (7,), {"forget_bias_init": "one", "init": "x"}, constant("ones", 1.0), id="bias-f"),
    pytest.param("LSTM", "bias_i", (7,), {"init": "uniform"}, constant("zeros", 0.0, default=True), id="bias-i"),
    pytest.param(
        "LSTM",
        "recurrent_kernel_i",
        (7, 7),
        {"init": "uniform", "inner_init": "orthogonal"},
        normal("orthogonal", 1.1 / math.sqrt(7)),
        id="keras-1-gate",
    ),
    pytest.param("BatchNormalization", "moving_mean", (5,), {}, constant("zeros", 0.0, default=True), id="mean"),
    pytest.param("BatchNormalization", "moving_variance", (5,), {}, constant("ones", 1.0, default=True), id="variance"),
    pytest.param("Embedding", "embeddings", (9, 4), {}, uniform("random_uniform", 0.05, default=True), id="embedding"),
    pytest.param(
        "DepthwiseConv2D",
        "kernel",
        (3, 3, 6, 2),
        {"depthwise_initializer": spec("HeNormal")},
        normal("he_normal", math.sqrt(2 / 54)),
        id="depthwise",
    ),
    pytest.param(
        "AdditiveAttention", "scale", (5,), {}, uniform("glorot_uniform", math.sqrt(3 / 5), default=True), id="scale"
    ),
    pytest.param("Attention", "scale", (), {}, constant("ones", 1.0, default=True), id="attention-scale"),
    pytest.param(
        "SpectralNormalization",
        "vector_u",
        (1, 7),
        {},
        normal("truncated_normal", 0.02 * TRUNCATED, default=True),
        id="vector-u",
    ),
    pytest.param(
        "RandomFourierFeatures",
        "bias",
        (5,),
        {},
        Initializer("random_uniform", limit=math.pi, stddev=math.pi / math.sqrt(3), mean=math.pi, default=True),
        id="fourier-bias",
    ),
    pytest.param(
        "RNN",
        "recurrent_kernel",
        (7, 7),
        {},
        normal("orthogonal", 1 / math.sqrt(7), default=True),
        id="a-cell-that-nothing-tells",
    ),
    pytest.param("MyLSTM", "bias", (28,), {"bias_initializer": "zeros"}, constant("zeros", 0.0), id="custom-lstm"),
    pytest.param("Normalization", "mean", (5,), {}, None, id="learnt-statistics"),
    pytest.param("Dense", "kernel_scale", (5,), {}, None, id="quantization-scale"),
    pytest.param("MyLayer", "kernel", (8, 5), {}, None, id="custom-class"),
    pytest.param("MyLayer", "kernel", (8, 5), kernel("zeros"), constant("zeros", 0.0), id="custom-class-that-says"),
]


@pytest.mark.parametrize(("class_name", "weight", "shape", "config", "expected"), WEIGHT_CASES)
def test_knows_each_kind_of_weight(
    class_name: str, weight: str, shape: tuple[int, ...], config: dict[str, Any], expected: Initializer | None
) -> None:
    """Each kind of weight looks under its own key, and falls back on its class's default."""
    found = initializer_of(class_name, weight, config, shape, fans(class_name, weight, shape, config))
    check(found, expected)


def test_keras_1_2_drew_recurrent_gates_as_kernels() -> None:
    """Keras 1.2 gave the recurrent kernel of each gate the initializer meant for the kernel."""
    config = {"init": "uniform", "inner_init": "orthogonal"}
    found = initializer_of("GRU", "recurrent_kernel_z", config, (7, 7), Fans(7, 7), (1, 2))
    check(found, uniform("random_uniform", 0.05))


def test_keras_2_0_did_not_correct_the_truncation() -> None:
    """Before Keras 2.2 a truncated normal lost a part of its spread."""
    config = kernel(
        {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_in", "distribution": "normal"}}
    )
    found = initializer_of("Dense", "kernel", config, (8, 5), Fans(8, 5), (2, 0))
    check(found, normal("he_normal", TRUNCATED * math.sqrt(2 / 8)))


@pytest.mark.parametrize("class_name", ["Dense", "LSTM", "DepthwiseConv2D", "SpectralNormalization", "MyLayer"])
@pytest.mark.parametrize("weight", ["kernel", "bias", "recurrent_kernel_i", "bias_f", "embeddings", "gamma"])
def test_no_config_breaks_it(class_name: str, weight: str) -> None:
    """Any JSON under any key gives an answer, and its numbers are finite."""
    keys = ("kernel_initializer", "init", "inner_init", "bias_initializer", "forget_bias_init", "dtype", "layer")
    for key, value, shape in product(keys, ODD_VALUES, [(), (0,), (3, 4), (2, 3, 4)]):
        found = initializer_of(class_name, weight, {key: value}, shape, Fans())
        numbers = [] if found is None else [found.limit, found.stddev, found.mean, found.constant]
        assert all(number is None or math.isfinite(number) for number in numbers)


LAYERS_TO_BUILD = {
    "dense": ("Dense", {"units": 60}, (None, 50)),
    "he-normal": ("Dense", {"units": 60, **kernel("he_normal")}, (None, 90)),
    "lecun-uniform": ("Dense", {"units": 60, **kernel("lecun_uniform")}, (None, 90)),
    "truncated": ("Dense", {"units": 60, **kernel(spec("TruncatedNormal", mean=0.5, stddev=0.2))}, (None, 90)),
    "uniform": ("Dense", {"units": 60, **kernel(spec("RandomUniform", minval=-1, maxval=2))}, (None, 90)),
    "scaling": ("Dense", {"units": 60, **kernel(spec("VarianceScaling", scale=3.0, mode="fan_out"))}, (None, 90)),
    "orthogonal": ("Dense", {"units": 60, **kernel(spec("Orthogonal", gain=2.0))}, (None, 40)),
    "constant": ("Dense", {"units": 60, **kernel(spec("Constant", value=0.3))}, (None, 40)),
    "grouped": ("Conv2D", {"filters": 32, "kernel_size": 3, "groups": 4}, (None, 9, 9, 16)),
    "transposed": ("Conv2DTranspose", {"filters": 16, "kernel_size": 3}, (None, 9, 9, 24)),
    "depthwise": ("DepthwiseConv2D", {"kernel_size": 5, "depth_multiplier": 4}, (None, 9, 9, 16)),
    "separable": ("SeparableConv2D", {"filters": 40, "kernel_size": 5, "depth_multiplier": 4}, (None, 9, 9, 16)),
    "einsum": ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (None, 8, 16)}, (None, 6, 32)),
    "embedding": ("Embedding", {"input_dim": 90, "output_dim": 20}, (None, 9)),
    "batch-normalization": ("BatchNormalization", {}, (None, 20)),
    "lstm-cell": ("LSTMCell", {"units": 30}, (None, 20)),
    "gru-cell": ("GRUCell", {"units": 30}, (None, 20)),
    "prelu": ("PReLU", {}, (None, 20)),
    "spectral": (
        "SpectralNormalization",
        {"layer": spec("Conv2D", filters=32, kernel_size=3, groups=4) | {"module": "keras.layers"}},
        (None, 9, 9, 16),
    ),
}


@pytest.fixture(scope="module")
def version() -> tuple[int, int]:
    """Major and minor number of the installed Keras."""
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    major, minor, *_ = keras.__version__.split(".")
    return int(major), int(minor)


def check_numbers(found: Initializer, values: np.ndarray[Any, Any]) -> None:
    """Compare what is said of an array's first values with the values."""
    if found.constant is not None:
        assert np.all(values == np.float32(found.constant))
        return
    assert found.stddev is not None
    assert values.std() == pytest.approx(found.stddev, rel=0.05 + 2 / math.sqrt(values.size))
    assert values.mean() == pytest.approx(found.mean, abs=4 * found.stddev / math.sqrt(values.size) + 0.01)
    if found.limit is not None:
        spread = np.abs(values - found.mean).max()
        assert 0.98 * found.limit <= spread <= found.limit * 1.0001


@pytest.mark.parametrize(("class_name", "arguments", "shape"), LAYERS_TO_BUILD.values(), ids=LAYERS_TO_BUILD)
def test_agrees_with_fresh_layers_of_the_installed_keras(
    class_name: str, arguments: dict[str, Any], shape: tuple[int | None, ...], version: tuple[int, int]
) -> None:
    """Mean, spread and range of freshly built layers are those that are said."""
    from keras import layers

    layer = getattr(layers, class_name).from_config(arguments)
    layer.build(shape)
    compared = 0
    for variable in layer.variables:
        config, values = layer.get_config(), np.asarray(variable)
        known = fans(class_name, variable.name, values.shape, config, version)
        found = initializer_of(class_name, variable.name, config, values.shape, known, version)
        if found is not None and not found.forget_gate:
            check_numbers(found, values)
            compared += 1
    assert compared
