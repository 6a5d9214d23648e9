"""Expected sizes: against the weights that the installed Keras makes, for what it no longer has by hand."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.knowledge.expectations import asked_shape, can_have_axes, promised_shape, sublayer_input
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers import LAYERS
from tests.knowledge.odd_values import ODD_VALUES

if TYPE_CHECKING:
    from kerasinspect.model import Shape

N = None
SIGNAL, PICTURE, VOLUME = (N, 9, 6), (N, 8, 7, 6), (N, 7, 8, 9, 6)
PICTURES = (N, 3, 8, 7, 6)

CASES: list[tuple[str, dict[str, Any], Shape, dict[str, Shape]]] = [
    ("Dense", {"units": 4}, (N, 5), {"kernel": (5, 4), "bias": (4,)}),
    ("Dense", {"units": 4}, SIGNAL, {"kernel": (6, 4), "bias": (4,)}),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [9, 4]}, SIGNAL, {"kernel": (6, N)}),
    ("EinsumDense", {"equation": "abc,bd->acd", "output_shape": [6, 4]}, SIGNAL, {"kernel": (9, N)}),
    ("EinsumDense", {"equation": "abc,bcd->abd", "output_shape": [9, 4]}, SIGNAL, {"kernel": (9, 6, N)}),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": [4]}, PICTURE, {"kernel": (6, N)}),
    ("Embedding", {"input_dim": 7, "output_dim": 4}, (N, 5), {"embeddings": (7, 4)}),
    ("Conv1D", {"filters": 4, "kernel_size": [3]}, SIGNAL, {"kernel": (3, 6, 4), "bias": (4,)}),
    ("Conv2D", {"filters": 4, "kernel_size": [3, 2]}, PICTURE, {"kernel": (3, 2, 6, 4), "bias": (4,)}),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2}, PICTURE, {"kernel": (2, 2, 3, 4), "bias": (4,)}),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "data_format": "channels_first"}, PICTURE, {"kernel": (2, 2, 8, 4)}),
    ("Conv3D", {"filters": 4, "kernel_size": [3, 2, 1]}, VOLUME, {"kernel": (3, 2, 1, 6, 4), "bias": (4,)}),
    ("Conv1DTranspose", {"filters": 4, "kernel_size": 3}, SIGNAL, {"kernel": (3, 4, 6), "bias": (4,)}),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": [3, 2]}, PICTURE, {"kernel": (3, 2, 4, 6), "bias": (4,)}),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, SIGNAL, {"kernel": (3, 6, 2), "bias": (12,)}),
    ("DepthwiseConv2D", {"kernel_size": 3}, PICTURE, {"kernel": (3, 3, 6, N), "bias": (6,)}),
    (
        "SeparableConv2D",
        {"filters": 4, "kernel_size": 3, "depth_multiplier": 2},
        PICTURE,
        {"depthwise_kernel": (3, 3, 6, 2), "pointwise_kernel": (1, 1, 12, 4), "bias": (4,)},
    ),
    ("LSTMCell", {"units": 5}, (N, 6), {"kernel": (6, 20), "recurrent_kernel": (5, 20), "bias": (20,)}),
    (
        "GRUCell",
        {"units": 5, "reset_after": True},
        (N, 6),
        {"kernel": (6, 15), "recurrent_kernel": (5, 15), "bias": (N, 15)},
    ),
    ("SimpleRNNCell", {"units": 5}, (N, 6), {"kernel": (6, 5), "recurrent_kernel": (5, 5), "bias": (5,)}),
    (
        "BatchNormalization",
        {"axis": 1},
        PICTURE,
        dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (8,)),
    ),
    ("LayerNormalization", {"axis": [1, -1]}, SIGNAL, {"gamma": (9, 6), "beta": (9, 6)}),
    ("LayerNormalization", {"axis": -1}, SIGNAL, {"gamma": (6,), "beta": (6,)}),
    ("GroupNormalization", {"groups": 2}, PICTURE, {"gamma": (6,), "beta": (6,)}),
    ("RMSNormalization", {}, SIGNAL, {"scale": (6,)}),
    ("Normalization", {"axis": -1}, SIGNAL, {"mean": (6,), "variance": (6,)}),
    ("PReLU", {"shared_axes": [1, 2]}, PICTURE, {"alpha": (1, 1, 6)}),
    ("PReLU", {}, SIGNAL, {"alpha": (9, 6)}),
]
LATER: list[tuple[str, dict[str, Any], Shape, dict[str, Shape]]] = [
    (
        "LocallyConnected1D",
        {"filters": 4, "kernel_size": [3], "implementation": 1},
        SIGNAL,
        {"kernel": (7, 18, 4), "bias": (7, 4)},
    ),
    (
        "LocallyConnected1D",
        {"filters": 4, "kernel_size": [3], "implementation": 2, "data_format": "channels_last"},
        SIGNAL,
        {"kernel": (9, 6, 7, 4)},
    ),
    (
        "LocallyConnected2D",
        {"filters": 4, "kernel_size": [3, 2], "strides": [2, 1]},
        PICTURE,
        {"kernel": (18, 36, 4), "bias": (3, 6, 4)},
    ),
    (
        "LocallyConnected2D",
        {"filters": 4, "kernel_size": [3, 2], "implementation": 2, "data_format": "channels_last"},
        PICTURE,
        {"kernel": (8, 7, 6, 6, 6, 4)},
    ),
    (
        "LocallyConnected2D",
        {"filters": 4, "kernel_size": [3, 2], "implementation": 2, "data_format": "channels_first"},
        (N, 6, 8, 7),
        {"kernel": (6, 8, 7, 4, 6, 6), "bias": (6, 6, 4)},
    ),
    ("LocallyConnected2D", {"filters": 4, "kernel_size": [3, 2], "implementation": 3}, PICTURE, {"kernel": (N,)}),
    ("Convolution2D", {"nb_filter": 4, "dim_ordering": "th"}, (N, 6, 8, 7), {"kernel": (4, 6, N, N), "bias": (4,)}),
    ("Convolution2D", {"nb_filter": 4, "dim_ordering": "tf"}, PICTURE, {"kernel": (N, N, 6, 4), "bias": (4,)}),
    ("MaxoutDense", {"output_dim": 4}, (N, 5), {"kernel": (N, 5, 4)}),
    ("ConvLSTMCell", {"filters": 4, "kernel_size": [3, 3]}, PICTURE, {"kernel": (3, 3, 6, 16)}),
    ("SpectralNormalization", {"layer": {"class_name": "Conv2D", "config": {"groups": 2}}}, PICTURE, {}),
]


def expected(class_name: str, config: dict[str, Any], shape: Shape, weight: str, rank: int) -> Shape:
    """What config and input say together of one weight that has so many axes."""
    kind = next(kind for kind in weights_for(LAYERS[class_name].weights, config) if kind.name == weight)
    names = kind.axis_names(rank)
    assert names is not None
    promised = promised_shape(class_name, weight, config, names, max(1, len(kind.gates)))
    asked = asked_shape(class_name, weight, config, names, shape)
    assert all(one is None or other is None or one == other for one, other in zip(promised, asked, strict=True))
    return tuple(other if one is None else one for one, other in zip(promised, asked, strict=True))


@pytest.mark.parametrize(
    ("class_name", "config", "shape", "sizes"),
    [*CASES, *LATER],
    ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES + LATER)],
)
def test_says_the_size_of_each_axis(
    class_name: str, config: dict[str, Any], shape: Shape, sizes: dict[str, Shape]
) -> None:
    """Units and windows come from the config, what is multiplied from the input."""
    for weight, wanted in sizes.items():
        assert expected(class_name, config, shape, weight, len(wanted)) == wanted


@pytest.mark.parametrize(
    ("class_name", "config", "shape", "sizes"), CASES, ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)]
)
def test_agrees_with_the_installed_keras(
    class_name: str, config: dict[str, Any], shape: Shape, sizes: dict[str, Shape]
) -> None:
    """No weight that Keras makes has another size, and each is expected as far as this test says."""
    layer = getattr(pytest.importorskip("keras").layers, class_name).from_config(config)
    layer.build(shape)
    made = {weight.name: tuple(weight.shape) for weight in layer.weights}
    told = {kind.name for kind in weights_for(LAYERS[class_name].weights, layer.get_config())}
    for weight in made.keys() & told:
        says = expected(class_name, layer.get_config(), shape, weight, len(made[weight]))
        assert all(size in (None, real) for size, real in zip(says, made[weight], strict=True))
    assert sizes.keys() <= made.keys()


@pytest.mark.parametrize(
    ("class_name", "name", "shapes", "taken"),
    [
        ("LSTM", "lstm_cell", SIGNAL, (N, 6)),
        ("ConvLSTM2D", "conv_lstm_cell", PICTURES, (N, 8, 7, 6)),
        ("TimeDistributed", "dense", PICTURES, (N, 8, 7, 6)),
        ("Bidirectional", "forward_lstm", SIGNAL, SIGNAL),
        ("MultiHeadAttention", "query", (SIGNAL, (N, 5, 6)), (N, N, 6)),
        ("MultiHeadAttention", "query", (SIGNAL, (N, 5, 4)), None),
        ("MultiHeadAttention", "attention_output", (SIGNAL, SIGNAL), None),
        ("LSTM", "lstm_cell", (SIGNAL, (N, 5)), None),
        ("Sequential", "dense", SIGNAL, None),
        ("MyLayer", "dense", SIGNAL, None),
        ("LSTM", "lstm_cell", None, None),
    ],
)
def test_knows_what_a_sublayer_takes(class_name: str, name: str, shapes: Any, taken: Shape | None) -> None:  # noqa: ANN401
    """A cell takes a step of a sequence; what reaches the inside of a custom layer is not known."""
    assert sublayer_input(class_name, name, shapes) == taken


@pytest.mark.parametrize(
    ("class_name", "weight", "ranks"),
    [
        *(("Conv1D", "kernel", {3}), ("Conv2D", "kernel", {4}), ("Conv3DTranspose", "kernel", {5})),
        *(("ConvLSTMCell", "kernel", {3, 4, 5}), ("Dense", "kernel", {2}), ("Conv2D", "bias", {1})),
    ],
)
def test_knows_how_many_axes_a_weight_can_have(class_name: str, weight: str, ranks: set[int]) -> None:
    """The class name says how many places a window has."""
    kind = next(kind for kind in LAYERS[class_name].weights if kind.name == weight)
    assert {rank for rank in range(8) if can_have_axes(class_name, kind, rank)} == ranks


KEYS = (
    "kernel_size",
    "filters",
    "groups",
    "depth_multiplier",
    "axis",
    "shared_axes",
    "equation",
    "implementation",
    "layer",
)


@pytest.mark.parametrize(
    "class_name",
    ["Conv2D", "DepthwiseConv2D", "LocallyConnected2D", "PReLU", "BatchNormalization", "EinsumDense", "LSTMCell"],
)
def test_no_config_breaks_it(class_name: str) -> None:
    """Any JSON under any key, with any input, gives a size or None for each axis."""
    axes = ("height", "width", "channel", "filter")
    shapes: list[Shape] = [(), (N,), (N, 0), (N, N, 3), PICTURE]
    for key, value, shape in product(KEYS, ODD_VALUES, shapes):
        for weight in ("kernel", "bias", "pointwise_kernel", "gamma"):
            sizes = asked_shape(class_name, weight, {key: value}, axes, shape)
            assert len(sizes) == len(promised_shape(class_name, weight, {key: value}, axes)) == len(axes)
