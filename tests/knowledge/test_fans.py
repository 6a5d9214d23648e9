"""Fan-in and fan-out: true connectivity per class, and Keras's own count where it differs."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from kerasinspect.knowledge.fans import Fans, fans, keras_fans, kernel_order
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.naming import gate_free
from tests.knowledge.odd_values import ODD_VALUES

KERAS_3_14, KERAS_3_15 = (3, 14), (3, 15)
QUERY = {"equation": "abc,cde->abde"}
OUTPUT = {"equation": "abcd,cde->abe"}
THEANO = {"dim_ordering": "th", "nb_filter": 8, "nb_row": 3, "nb_col": 3}
UNTOLD = {"kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}}}

KEYS = ("equation", "groups", "kernel_size", "nb_row", "dim_ordering", "data_format", "kernel_initializer", "layer")

CASES = [
    pytest.param("Dense", "kernel", (8, 5), {}, None, Fans(8, 5), id="dense"),
    pytest.param("Conv1D", "kernel", (3, 6, 8), {}, None, Fans(18, 24), id="conv1d"),
    pytest.param("Conv2D", "kernel", (3, 3, 6, 8), {"groups": 1}, None, Fans(54, 72), id="conv2d"),
    pytest.param("Conv3D", "kernel", (2, 2, 2, 3, 4), {}, None, Fans(24, 32), id="conv3d"),
    pytest.param("Conv2D", "kernel", (3, 3, 8, 64), {"groups": 4}, None, Fans(72, 144, None, 576), id="grouped"),
    pytest.param("Conv2DTranspose", "kernel", (3, 3, 64, 32), {}, None, Fans(288, 576, 576, 288), id="transposed"),
    pytest.param("DepthwiseConv2D", "kernel", (3, 3, 32, 1), {}, None, Fans(9, 9, 288, None), id="depthwise"),
    pytest.param("DepthwiseConv2D", "depthwise_kernel", (3, 3, 32, 2), {}, None, Fans(9, 18, 288, None), id="older"),
    pytest.param("SeparableConv2D", "depthwise_kernel", (3, 3, 6, 2), {}, None, Fans(9, 18, 54, None), id="separable"),
    pytest.param("SeparableConv2D", "pointwise_kernel", (1, 1, 12, 8), {}, None, Fans(12, 8), id="pointwise"),
    pytest.param("EinsumDense", "kernel", (32, 4, 16), QUERY, KERAS_3_14, Fans(32, 64, 128, 512), id="query-3.14"),
    pytest.param("EinsumDense", "kernel", (32, 4, 16), QUERY, KERAS_3_15, Fans(32, 64), id="query-3.15"),
    pytest.param("EinsumDense", "kernel", (32, 4, 16), QUERY | UNTOLD, None, Fans(32, 64, 128, 512), id="untold"),
    pytest.param("EinsumDense", "kernel", (4, 16, 32), OUTPUT, KERAS_3_15, Fans(64, 32), id="attention-output"),
    pytest.param(
        "EinsumDense",
        "kernel",
        (8, 32, 16),
        {"equation": "abc,bcd->ad"},
        KERAS_3_14,
        Fans(256, 16, None, 128),
        id="two-axes-contracted",
    ),
    pytest.param(
        "EinsumDense",
        "kernel",
        (6, 5, 7),
        {"equation": "abc,bcd->abd"},
        KERAS_3_15,
        Fans(5, 7, None, 42),
        id="a-kernel-per-position",
    ),
    pytest.param("EinsumDense", "kernel", (5, 7), {"equation": "...x,xy->...y"}, None, Fans(5, 7), id="dots"),
    pytest.param("EinsumDense", "kernel", (5, 7), {"equation": "no such"}, None, Fans(), id="bad-equation"),
    pytest.param("EinsumDense", "kernel", (5, 7, 2), {"equation": "ab,bc->ac"}, None, Fans(), id="other-rank"),
    pytest.param("LSTM", "kernel", (32, 256), {}, None, Fans(32, 64, None, 256), id="lstm"),
    pytest.param("LSTMCell", "recurrent_kernel", (64, 256), {}, None, Fans(64, 64, None, 256), id="lstm-recurrent"),
    pytest.param("GRUCell", "kernel", (5, 21), {}, None, Fans(5, 7, None, 21), id="gru"),
    pytest.param("CuDNNGRU", "recurrent_kernel", (7, 21), {}, None, Fans(7, 7, None, 21), id="cudnn-gru"),
    pytest.param("SimpleRNN", "kernel", (5, 7), {}, None, Fans(5, 7), id="simple-rnn"),
    pytest.param("LSTM", "kernel_i", (5, 7), {"init": "glorot_uniform"}, (1, 2), Fans(5, 7), id="one-gate"),
    pytest.param("ConvLSTMCell", "kernel", (3, 3, 5, 28), {}, None, Fans(45, 63, None, 252), id="conv-lstm"),
    pytest.param("Embedding", "embeddings", (1000, 32), {}, None, Fans(1, 32, 1000, None), id="embedding"),
    pytest.param("ReversibleEmbedding", "reverse_embeddings", (32, 1000), {}, None, Fans(32, 1000), id="reverse"),
    pytest.param(
        "LocallyConnected1D",
        "kernel",
        (6, 12, 8),
        {"kernel_size": [3], "filters": 8},
        None,
        Fans(12, 24, 72, 48),
        id="locally-connected",
    ),
    pytest.param(
        "LocallyConnected2D",
        "kernel",
        (5, 6, 3, 4, 5, 8),
        {"kernel_size": [2, 2], "implementation": 2, "data_format": "channels_last"},
        None,
        Fans(12, 32, 1800, 2880),
        id="locally-connected-with-gaps",
    ),
    pytest.param("MaxoutDense", "kernel", (4, 10, 6), {"nb_feature": 4}, (1, 2), Fans(10, 6, 15, 15), id="maxout"),
    pytest.param("Convolution2D", "kernel", (8, 6, 3, 3), THEANO, (1, 2), Fans(54, 72), id="theano-order"),
    pytest.param("Convolution2D", "kernel", (8, 6, 3, 3), {}, None, Fans(), id="an-order-that-nothing-tells"),
    pytest.param("ConvLSTM2D", "kernel_i", (8, 6, 3, 3), THEANO, (1, 2), Fans(54, 72), id="theano-order-of-a-gate"),
    pytest.param("ConvLSTM2D", "kernel_i", (8, 6, 3, 3), {}, None, Fans(), id="a-gate-that-nothing-tells"),
    pytest.param(
        "SeparableConvolution2D",
        "depthwise_kernel",
        (2, 6, 3, 3),
        THEANO,
        (1, 2),
        Fans(9, 18, 54, None),
        id="th-depthwise",
    ),
    pytest.param("Convolution1D", "kernel", (3, 1, 6, 8), {}, (1, 2), Fans(18, 24, 48, 144), id="keras-1-conv1d"),
    pytest.param("Convolution1D", "kernel", (8, 6, 3, 1), {}, (1, 0), Fans(18, 24), id="keras-1.0-conv1d"),
    pytest.param("Convolution1D", "kernel", (8, 1, 3, 1), {}, None, Fans(), id="conv1d-of-either-order"),
    pytest.param("PeepholeLSTMCell", "kernel", (5, 28), {}, None, Fans(5, 7, None, 28), id="peephole"),
    pytest.param("RandomFourierFeatures", "unscaled_kernel", (5, 7), {}, None, Fans(5, 7), id="fourier"),
    pytest.param(
        "SpectralNormalization",
        "kernel",
        (3, 3, 8, 64),
        {"layer": {"class_name": "Conv2D", "config": {"groups": 4}}},
        None,
        Fans(72, 144, None, 576),
        id="wrapped",
    ),
    pytest.param("Dense", "bias", (5,), {}, None, Fans(), id="bias"),
    pytest.param("BatchNormalization", "gamma", (5,), {}, None, Fans(), id="gamma"),
    pytest.param("PReLU", "alpha", (3, 5), {}, None, Fans(), id="alpha"),
    pytest.param("MyLayer", "kernel", (3, 5), {}, None, Fans(), id="custom-class"),
]


@pytest.mark.parametrize(("class_name", "weight", "shape", "config", "version", "expected"), CASES)
def test_counts_what_the_layer_connects(  # noqa: PLR0913, PLR0917 - a table of cases
    class_name: str,
    weight: str,
    shape: tuple[int, ...],
    config: dict[str, Any],
    version: tuple[int, int] | None,
    expected: Fans,
) -> None:
    """Each kind of kernel has its true fans, and Keras's own where these differ."""
    assert fans(class_name, weight, shape, config, version) == expected


@pytest.mark.parametrize(("shape", "expected"), [((), (1, 1)), ((7,), (7, 7)), ((3, 4), (3, 4)), ((2, 3, 4), (6, 8))])
def test_keras_reads_fans_off_any_shape(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    """Keras's rule covers scalars and vectors too."""
    assert keras_fans("Dense", shape, {}) == expected


ORDERS: list[tuple[dict[str, tuple[int, ...]], str | None]] = [
    ({"kernel": (8, 6, 3, 3), "bias": (8,)}, "th"),
    ({"kernel": (3, 3, 6, 8), "bias": (8,)}, "tf"),
    ({"kernel": (8, 6, 3, 8), "bias": (8,)}, None),
    ({"kernel": (8, 6, 3, 3), "bias": (5,)}, None),
    ({"kernel": (8, 6, 3, 3)}, None),
    ({"kernel": (8, 6, 2, 3, 3), "bias": (8,)}, "th"),
    ({"depthwise_kernel": (2, 6, 3, 3), "pointwise_kernel": (8, 12, 1, 1), "bias": (8,)}, "th"),
    ({"depthwise_kernel": (2, 6, 3, 3), "pointwise_kernel": (8, 12, 1, 1)}, "th"),
    ({"depthwise_kernel": (3, 3, 6, 2), "pointwise_kernel": (1, 1, 12, 8)}, "tf"),
    ({"kernel_i": (8, 6, 3, 3), "recurrent_kernel_i": (8, 8, 3, 3), "bias_i": (8,)}, "th"),
    ({"kernel": (8, 6), "bias": (8,)}, None),
    ({}, None),
]


@pytest.mark.parametrize(("shapes", "expected"), ORDERS)
def test_the_bias_proves_the_order_of_the_axes(shapes: dict[str, tuple[int, ...]], expected: str | None) -> None:
    """Without a config only the number of filters tells which end of a kernel holds them."""
    assert kernel_order(shapes) == expected


def test_the_initializer_may_name_its_own_axes() -> None:
    """Since Keras 3.15 a config can say which axes are inputs and which are outputs."""
    own: dict[str, Any] = {
        "kernel_initializer": {"class_name": "HeNormal", "config": {"input_axes": [1, 2], "output_axes": [0]}}
    }
    assert keras_fans("Dense", (2, 3, 5), own, KERAS_3_15) == (15, 2)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [("recurrent_kernel_h", ("recurrent_kernel", True)), ("W_carry", ("W_carry", False))],
)
def test_a_gate_is_split_off_its_array(weight: str, expected: tuple[str, bool]) -> None:
    """Only a single gate letter at the end counts."""
    assert gate_free(weight) == expected


@pytest.mark.parametrize("class_name", [name for name, spec in LAYERS.items() if not spec.weightless])
def test_no_config_breaks_it(class_name: str) -> None:
    """Any JSON under any key gives an answer."""
    shapes = [(), (0,), (3, 0), (2, 3, 4), (2, 3, 4, 5), (1, 2, 3, 4, 5, 6)]
    for key, value, weight, shape in product(KEYS, ODD_VALUES, ["kernel", "embeddings"], shapes):
        assert isinstance(fans(class_name, weight, shape, {key: value}), Fans)
