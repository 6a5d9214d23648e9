"""Output shapes: against the installed Keras's own, for older words by hand, and for any JSON at all."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.output_shapes import configured_input, output_shape
from tests.knowledge.odd_values import ODD_VALUES

if TYPE_CHECKING:
    from kerasinspect.model import Shape

Case: TypeAlias = "tuple[str, dict[str, Any], list[Shape]]"

N = None
SIGNAL, PICTURE, VOLUME = (N, 17, 6), (N, 11, 9, 4), (N, 7, 8, 9, 4)
FIRST = {"data_format": "channels_first"}


def layer(class_name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A layer inside another one's config."""
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


LSTM, GRU = layer("LSTM", units=5), layer("GRU", units=5, return_sequences=True)
CELLS = [layer("LSTMCell", units=5), layer("GRUCell", units=3)]
STACK = layer("StackedRNNCells", cells=CELLS)


def options(key: str, *values: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """One config for each value of a key."""
    return [{key: value} for value in values]


def variants(base: dict[str, Any], *choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A config with every combination of choices."""
    return [{key: value for part in (base, *parts) for key, value in part.items()} for parts in product(*choices)]


def each(class_names: str, configs: list[dict[str, Any]], *inputs: Shape) -> list[Case]:
    """A case for each class and config."""
    return [(class_name, config, [*inputs]) for class_name in class_names.split() for config in configs]


STEPS, STATES = [{}, {"return_sequences": True}], [{}, {"return_state": True}]
SIDES, STRETCHES = options("padding", "valid", "same"), [{}, {"strides": 2}, {"dilation_rate": 3}]
MODES = options("output_mode", "int", "one_hot", "count")

CASES: list[Case] = [
    ("Dense", {"units": 4}, [(3, 4, 2)]),
    ("Dense", {"units": 4}, [(N, 2)]),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [3, 7]}, [(N, 3, 5)]),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [3, 7, 2]}, [(N, 3, 5)]),
    ("EinsumDense", {"equation": "abc,bcd->ad", "output_shape": 16}, [(N, 3, 5)]),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 7}, [(N, 3, 5)]),
    ("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 7}, [(N, 3, 5, 6)]),
    ("Embedding", {"input_dim": 11, "output_dim": 7}, [(N, N)]),
    ("Embedding", {"input_dim": 11, "output_dim": 7}, [(N,)]),
    ("ReversibleEmbedding", {"input_dim": 11, "output_dim": 7}, [(N, 3)]),
    ("LayerNormalization", {}, [SIGNAL]),
    ("Softmax", {}, [SIGNAL]),
    ("Dropout", {"rate": 0.5}, [PICTURE]),
    ("PReLU", {}, [SIGNAL]),
    ("Flatten", {}, [PICTURE]),
    ("Flatten", {}, [(N, N, 3)]),
    ("Flatten", {}, [(N,)]),
    ("Reshape", {"target_shape": [3, 4]}, [(N, 12)]),
    ("Reshape", {"target_shape": [-1, 4]}, [(N, 3, 8)]),
    ("Reshape", {"target_shape": [-1, 4]}, [(N, N, 8)]),
    ("Reshape", {"target_shape": [5, -1]}, [(N, 3, 10)]),
    ("Permute", {"dims": [3, 1, 2]}, [PICTURE]),
    ("RepeatVector", {"n": 3}, [(N, 8)]),
    ("SpectralNormalization", {"layer": layer("Dense", units=4)}, [(N, 8)]),
    ("TimeDistributed", {"layer": layer("Conv2D", filters=2, kernel_size=3)}, [(N, 5, 11, 9, 4)]),
    ("TimeDistributed", {"layer": layer("Dense", units=2)}, [(N, N, 4)]),
    *each("LSTM GRU SimpleRNN", variants({"units": 5}, STEPS, STATES), (N, N, 6)),
    ("RNN", {"cell": STACK, "return_sequences": True}, [SIGNAL]),
    ("RNN", {"cell": CELLS[0], "return_state": True}, [SIGNAL]),
    ("RNN", {"cell": CELLS[1], "return_state": True}, [SIGNAL]),
    *each("Bidirectional", variants({"layer": GRU}, options("merge_mode", "sum", "concat", N)), SIGNAL),
    ("Bidirectional", {"layer": layer("LSTM", units=5, return_state=True)}, [SIGNAL]),
    ("Bidirectional", {"layer": layer("LSTM", units=5, return_state=True), "merge_mode": N}, [SIGNAL]),
    ("ConvLSTM1D", {"filters": 5, "kernel_size": 3}, [(N, 4, 9, 6)]),
    ("ConvLSTM2D", {"filters": 5, "kernel_size": 3, "return_sequences": True}, [(N, N, 9, 8, 6)]),
    ("ConvLSTM2D", {"filters": 5, "kernel_size": 3, "padding": "same", "return_state": True}, [(N, 4, 9, 8, 6)]),
    ("ConvLSTM2D", {"filters": 5, "kernel_size": 3, **FIRST}, [(N, 4, 6, 9, 8)]),
    *each("Add Multiply Average Maximum Minimum", [{}], (N, 3, 1), (N, 1, 5), (N, 5)),
    ("Subtract", {}, [(2, N, 5), (N, 3, 5)]),
    ("Concatenate", {}, [(N, 3, 4), (N, 3, 5)]),
    ("Concatenate", {"axis": 1}, [(N, 3, 4), (N, 5, 4), (N, N, 4)]),
    ("Dot", {"axes": 1}, [(N, 3), (N, 3)]),
    ("Dot", {"axes": -1}, [(N, 4, 3), (N, 5, 3)]),
    ("Dot", {"axes": [2, 1]}, [(N, 4, 3), (N, 3, 5)]),
    ("Attention", {}, [(N, 4, 3), (N, 5, 6), (N, 5, 3)]),
    ("AdditiveAttention", {}, [(N, 4, 3), (N, 5, 3)]),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [(N, 4, 8), (N, 5, 6)]),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "output_shape": [7]}, [(N, 4, 8), (N, 5, 6)]),
    ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}, [(N, 4, 8), (N, 5, 8)]),
    *each("Conv1D", variants({"filters": 5, "kernel_size": [3]}, [*SIDES, {"padding": "causal"}], STRETCHES), SIGNAL),
    ("Conv1D", {"filters": 5, "kernel_size": 3, "strides": 2}, [(N, N, 6)]),
    ("Conv1D", {"filters": 5, "kernel_size": 3, **FIRST}, [SIGNAL]),
    *each(
        "Conv2D SeparableConv2D",
        variants({"filters": 5, "kernel_size": [3, 2]}, SIDES, [*STRETCHES, FIRST]),
        PICTURE,
    ),
    ("Conv3D", {"filters": 6, "kernel_size": 3, "groups": 2}, [VOLUME]),
    ("SeparableConv1D", {"filters": 5, "kernel_size": 3, "depth_multiplier": 2}, [SIGNAL]),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, [SIGNAL]),
    ("DepthwiseConv2D", {"kernel_size": [3, 3], "strides": [2, 2], "padding": "same"}, [PICTURE]),
    *each(
        "Conv2DTranspose",
        variants(
            {"filters": 5, "kernel_size": [3, 2]}, SIDES, options("strides", 1, 2, 4), [{}, {"output_padding": 0}]
        ),
        (N, N, 9, 4),
    ),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 3, "strides": 2, "output_padding": 1}, [SIGNAL]),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 3, "dilation_rate": 2}, [SIGNAL]),
    ("Conv3DTranspose", {"filters": 5, "kernel_size": 3}, [VOLUME]),
    *each(
        "MaxPooling2D AveragePooling2D",
        variants({"pool_size": [3, 2]}, SIDES, [{}, {"strides": N}, {"strides": [1, 2]}, FIRST]),
        PICTURE,
    ),
    ("MaxPooling1D", {"pool_size": 4, "strides": 3}, [SIGNAL]),
    ("AveragePooling3D", {"pool_size": 2}, [VOLUME]),
    *each("GlobalMaxPooling2D GlobalAveragePooling2D", [{}, {"keepdims": True}, FIRST], PICTURE),
    ("GlobalAveragePooling1D", {}, [SIGNAL]),
    ("GlobalMaxPooling3D", {"keepdims": True, **FIRST}, [VOLUME]),
    ("AdaptiveAveragePooling2D", {"output_size": [3, 2]}, [PICTURE]),
    ("AdaptiveMaxPooling1D", {"output_size": 3}, [SIGNAL]),
    ("ZeroPadding1D", {"padding": [1, 2]}, [SIGNAL]),
    ("ZeroPadding2D", {"padding": [[1, 2], [3, 4]]}, [PICTURE]),
    ("ZeroPadding2D", {"padding": [1, 2]}, [PICTURE]),
    ("ZeroPadding3D", {"padding": 2, **FIRST}, [VOLUME]),
    ("Cropping1D", {"cropping": [1, 2]}, [(N, N, 6)]),
    ("Cropping2D", {"cropping": [[1, 2], [3, 4]]}, [PICTURE]),
    ("Cropping3D", {"cropping": [1, 2, 3]}, [VOLUME]),
    ("UpSampling1D", {"size": 3}, [SIGNAL]),
    ("UpSampling2D", {"size": [2, 3]}, [(N, N, 9, 4)]),
    ("UpSampling3D", {"size": [2, 3, 1], **FIRST}, [VOLUME]),
    ("Rescaling", {"scale": 0.5, "offset": 0.0}, [PICTURE]),
    ("Resizing", {"height": 6, "width": 7}, [PICTURE]),
    ("CenterCrop", {"height": 6, "width": 7, **FIRST}, [PICTURE]),
    ("RandomCrop", {"height": 6, "width": 7}, [PICTURE]),
    ("RandomFlip", {}, [PICTURE]),
    ("Normalization", {}, [SIGNAL]),
    *(
        case
        for last in (3, 1)
        for case in (
            *each(
                "CategoryEncoding",
                variants({"num_tokens": 4}, options("output_mode", "multi_hot", "one_hot")),
                (N, last),
            ),
            *each("Discretization", variants({"bin_boundaries": [1.0, 2.0]}, MODES), (N, last)),
            *each("Hashing", variants({"num_bins": 4}, MODES), (N, 3)),
        )
    ),
    ("HashedCrossing", {"num_bins": 4, "output_mode": "one_hot"}, [(N, 1), (N, 1)]),
    ("StringLookup", {"vocabulary": ["a", "b"], "vocabulary_size": 3, "output_mode": "one_hot"}, [(N, 1)]),
    ("IntegerLookup", {"vocabulary": [1, 2], "vocabulary_size": 3, "output_mode": "multi_hot"}, [(N, 4)]),
    ("STFTSpectrogram", {"frame_length": 16, "frame_step": 8, "fft_length": 32, "window": N}, [(N, 64, 2)]),
    (
        "STFTSpectrogram",
        {"frame_length": 16, "frame_step": 8, "fft_length": 32, "window": N, "expand_dims": True},
        [(N, 64, 2)],
    ),
    ("MelSpectrogram", {"sequence_stride": 64, "num_mel_bins": 20, "fft_length": 256}, [(N, 800)]),
]


def keras_output(class_name: str, config: dict[str, Any], inputs: list[Shape]) -> object:
    """What the installed Keras says comes out."""
    layers = pytest.importorskip("keras").layers
    made = getattr(layers, class_name).from_config(config)
    if class_name in {"MultiHeadAttention", "GroupQueryAttention"}:
        return made.compute_output_shape(*inputs)
    return made.compute_output_shape(inputs[0] if len(inputs) == 1 else inputs)


def flat(shape: Any) -> list[Shape]:  # noqa: ANN401 - as Keras nests it
    """Every shape in a nest of lists and tuples."""
    if any(isinstance(axis, list | tuple) for axis in shape):
        return [inner for part in shape for inner in flat(part)]
    return [tuple(shape)]


@pytest.mark.parametrize(
    ("class_name", "config", "inputs"), CASES, ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)]
)
def test_agrees_with_the_installed_keras(class_name: str, config: dict[str, Any], inputs: list[Shape]) -> None:
    """Keras computes the same output shape."""
    found = output_shape(class_name, config, inputs)
    assert found is not None
    assert flat(found) == flat(keras_output(class_name, config, inputs))


OLDER: list[tuple[str, dict[str, Any], list[Shape], Any]] = [
    ("Convolution2D", {"nb_filter": 8, "nb_row": 3, "nb_col": 2, "dim_ordering": "th"}, [(N, 3, 9, 9)], (N, 8, 7, 8)),
    ("Convolution2D", {"nb_filter": 8, "nb_row": 3, "nb_col": 3, "border_mode": "full"}, [PICTURE], (N, 13, 11, 8)),
    ("Convolution1D", {"nb_filter": 8, "filter_length": 3, "subsample_length": 2}, [SIGNAL], (N, 8, 8)),
    (
        "Convolution3D",
        {"nb_filter": 8, "kernel_dim1": 3, "kernel_dim2": 2, "kernel_dim3": 1},
        [VOLUME],
        (N, 5, 7, 9, 8),
    ),
    ("AtrousConvolution1D", {"nb_filter": 8, "filter_length": 3, "atrous_rate": 2}, [SIGNAL], (N, 13, 8)),
    ("Deconvolution2D", {"nb_filter": 3, "output_shape": [N, 14, 14, 3]}, [(N, 12, 12, 3)], (N, 14, 14, 3)),
    ("LocallyConnected2D", {"filters": 8, "kernel_size": [3, 3]}, [PICTURE], (N, 9, 7, 8)),
    (
        "MaxPooling2D",
        {"pool_size": [2, 2], "strides": N, "border_mode": "valid", "dim_ordering": "tf"},
        [PICTURE],
        (N, 5, 4, 4),
    ),
    ("MaxPooling1D", {"pool_length": 2, "stride": 2, "border_mode": "valid"}, [SIGNAL], (N, 8, 6)),
    ("UpSampling1D", {"length": 2}, [SIGNAL], (N, 34, 6)),
    ("ZeroPadding1D", {"padding": {"left_pad": 1, "right_pad": 2}}, [SIGNAL], (N, 20, 6)),
    ("ZeroPadding2D", {"padding": [1, 2, 3, 4], "dim_ordering": "tf"}, [PICTURE], (N, 14, 16, 4)),
    ("ZeroPadding2D", {"padding": {"top_pad": 1}, "dim_ordering": "th"}, [PICTURE], (N, 11, 10, 4)),
    ("TimeDistributedDense", {"output_dim": 4}, [SIGNAL], (N, 17, 4)),
    ("MaxoutDense", {"output_dim": 4}, [(N, 6)], (N, 4)),
    ("Highway", {}, [(N, 6)], (N, 6)),
    ("LSTM", {"output_dim": 4, "return_sequences": True}, [SIGNAL], (N, 17, 4)),
    ("CuDNNLSTM", {"units": 4, "return_state": True}, [SIGNAL], ((N, 4), (N, 4), (N, 4))),
    ("Embedding", {"input_dim": 9, "output_dim": 4, "input_length": 12}, [(N, N)], (N, 12, 4)),
    ("Merge", {"mode": "concat", "concat_axis": -1}, [(N, 3), (N, 4)], (N, 7)),
    ("Merge", {"mode": "sum", "concat_axis": -1}, [(N, 3), (N, 3)], (N, 3)),
    ("Merge", {"mode": "dot", "dot_axes": [[1], [1]]}, [(N, 3), (N, 3)], (N, 1)),
    ("RandomHeight", {"factor": 0.2}, [PICTURE], (N, N, 9, 4)),
    ("RandomWidth", {"factor": 0.2}, [PICTURE], (N, 11, N, 4)),
    ("Sequential", {"layers": [layer("InputLayer"), layer("Dense", units=3), layer("Flatten")]}, [SIGNAL], (N, 51)),
    ("Sequential", {"layers": [layer("Conv1D", filters=2, kernel_size=3)]}, [SIGNAL], (N, 15, 2)),
    ("InputLayer", {"batch_shape": [N, 8]}, [], (N, 8)),
    ("Dense", {"batch_input_shape": [N, 8], "units": 3}, [], (N, 3)),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [N, 7]}, [(N, 3, 5)], (N, 3, 7)),
    ("TextVectorization", {"output_mode": "int", "output_sequence_length": 4}, [(N, 1)], (N, 4)),
    ("TextVectorization", {"output_mode": "count", "vocabulary_size": 9}, [(N, 1)], (N, 9)),
    (
        "STFTSpectrogram",
        {"frame_length": 4, "frame_step": 2, "fft_length": 4, "expand_dims": True, **FIRST},
        [(N, 2, 8)],
        (N, 2, 3, 3),
    ),
]


@pytest.mark.parametrize(
    ("class_name", "config", "inputs", "expected"),
    OLDER,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(OLDER)],
)
def test_follows_older_words_and_inner_layers(
    class_name: str, config: dict[str, Any], inputs: list[Shape], expected: object
) -> None:
    """Classes and arguments that today's Keras no longer has, and chains of layers."""
    assert output_shape(class_name, config, inputs) == expected


UNTOLD: list[tuple[str, dict[str, Any], list[Shape]]] = [
    ("MyLayer", {}, [SIGNAL]),
    ("Lambda", {"output_shape": [3]}, [SIGNAL]),
    ("Dense", {}, [SIGNAL]),
    ("Dense", {"units": 3}, []),
    ("Conv2D", {"filters": 3, "kernel_size": [20, 20]}, [PICTURE]),
    ("Conv2D", {"filters": 3, "kernel_size": [3, 3, 3]}, [PICTURE]),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "strides": 0}, [PICTURE]),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "padding": "odd"}, [PICTURE]),
    ("Reshape", {"target_shape": [5, 5]}, [(N, 24)]),
    ("Reshape", {"target_shape": [5, -1]}, [(N, 24)]),
    ("Permute", {"dims": [0, 1]}, [SIGNAL]),
    ("Add", {}, [(N, 3), (N, 4)]),
    ("Concatenate", {"axis": 7}, [(N, 3), (N, 4)]),
    ("Merge", {"mode": "__lambda__"}, [(N, 3), (N, 4)]),
    ("Bidirectional", {"layer": LSTM, "merge_mode": "odd"}, [SIGNAL]),
    ("RNN", {"cell": layer("MyCell", units=3)}, [SIGNAL]),
    ("Cropping1D", {"cropping": [9, 9]}, [SIGNAL]),
]


@pytest.mark.parametrize(("class_name", "config", "inputs"), UNTOLD, ids=[f"{n}-{c[0]}" for n, c in enumerate(UNTOLD)])
def test_says_nothing_where_nothing_decides(class_name: str, config: dict[str, Any], inputs: list[Shape]) -> None:
    """A custom class, a contradiction or a missing number gives no shape."""
    assert output_shape(class_name, config, inputs) is None


def test_does_not_follow_wrappers_without_end() -> None:
    """A wrapper in a wrapper a thousand deep gives no shape and no error."""
    inner = layer("Dense", units=3)
    for _ in range(1000):
        inner = layer("TimeDistributed", layer=inner)
    assert output_shape("TimeDistributed", inner["config"], [SIGNAL]) is None


@pytest.mark.parametrize(
    ("config", "expected"),
    [({"batch_input_shape": [N, 4]}, (N, 4)), ({"batch_shape": []}, ()), ({"batch_shape": ["x"]}, N), ({}, N)],
)
def test_reads_the_input_shape_of_a_config(config: dict[str, Any], expected: object) -> None:
    """Both generations' words are known."""
    assert configured_input(config) == expected


KEYS = (
    *("units", "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "output_padding"),
    *("pool_size", "output_size", "cropping", "size", "height", "target_shape", "dims", "n", "axis", "axes", "mode"),
    *(
        "equation",
        "output_shape",
        "input_length",
        "layer",
        "layers",
        "cell",
        "merge_mode",
        "return_state",
        "batch_shape",
    ),
    *("output_mode", "num_tokens", "bin_boundaries", "fft_length", "sequence_stride", "depth_multiplier", "keepdims"),
)
SOUND: dict[str, Any] = {
    **dict.fromkeys(("units", "filters", "output_dim", "num_tokens", "num_bins"), 3),
    **dict.fromkeys(
        ("kernel_size", "pool_size", "output_size", "height", "width", "n", "frame_length", "fft_length"), 2
    ),
    "frame_step": 1,
    "sequence_stride": 2,
    "num_mel_bins": 2,
    "layer": LSTM,
    "cell": CELLS[0],
    "equation": "abc,cd->abd",
}
ONE_CLASS_PER_RULE = {rule: name for name, spec in LAYERS.items() if (rule := spec.shape or spec.inner_shape)}


@pytest.mark.parametrize("class_name", ONE_CLASS_PER_RULE.values())
def test_no_config_breaks_it(class_name: str) -> None:
    """Any JSON under any key, with any inputs, gives an answer whose sizes are sizes."""
    shapes: list[list[Shape]] = [
        [],
        [()],
        [(N,)],
        [(N, 0)],
        [(N, 3), (3,)],
        [(N, 4, 3)],
        [(N, 4, 4, 3)],
        [(N, 4, N, 4, 3)],
    ]
    for key, value, inputs in product(KEYS, ODD_VALUES, shapes):
        found = output_shape(class_name, {**SOUND, key: value}, inputs)
        sizes = [size for shape in flat(found) for size in shape] if found is not None else []
        assert all(size is None or size > 0 for size in sizes)
