"""The layer table against the installed Keras: every class, every variant of its weights, every file that it writes.

Each variant is a small model that the real Keras builds and saves. What ``open_model`` says of the files is compared
with what Keras says of the model. A class that a new Keras brings fails the first tests until the table has it.
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pytest

from kerasinspect.knowledge.kinds import Flag, LayerSpec, WeightSpec, weights_for
from kerasinspect.knowledge.layers import LAYERS, class_of_name, group_name
from kerasinspect.knowledge.naming import is_registered_elsewhere, snake_case
from kerasinspect.opening import open_model
from tests.knowledge.odd_values import ODD_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kerasinspect.model import Weight

OPAQUE = {"Layer": "it is what all others derive from"}
"""Classes of Keras that only other code than Keras's can describe, and why."""

SERIES, PICTURE, VOLUME, CLIP = (6, 5), (6, 6, 4), (4, 4, 4, 4), (3, 6, 6, 4)
LORA = ("lora_kernel_a", "lora_kernel_b", "lora_embeddings_a", "lora_embeddings_b")

Make: TypeAlias = "Callable[[Any], Any]"
"""Makes a layer, given the module ``keras.layers``."""


def layer(name: str, /, *arguments: Any, **options: Any) -> Make:  # noqa: ANN401 - whatever Keras takes
    """A maker of a layer; makers among its arguments make the layers inside it."""

    def make(layers: Any) -> Any:  # noqa: ANN401 - Keras has no types
        given = {key: made(value, layers) for key, value in options.items()}
        return getattr(layers, name)(*(made(value, layers) for value in arguments), **given)

    return make


def made(value: Any, layers: Any) -> Any:  # noqa: ANN401 - whatever Keras takes
    """An argument with its makers called."""
    if isinstance(value, list):
        return [made(one, layers) for one in value]
    return value(layers) if callable(value) else value


@dataclass(frozen=True)
class Variant:
    """A layer of a class with one choice of the options that change its weights."""

    class_name: str
    options: str
    make: Make
    inputs: tuple[Any, ...]
    """The shape of one input without the batch, or those of several."""
    then: Callable[[Any, Any], None] = lambda layer, keras: None  # noqa: ARG005 - most layers stay as they are built
    """What is done to the layer once it is built."""
    dtype: str = "float32"
    unstored: tuple[str, ...] = ()
    """Weights that Keras leaves out of ``.keras`` and ``.weights.h5`` files."""
    listed: bool = False
    """Its inputs come in one list."""
    ambiguous: bool = False
    """Without a config the number of arrays does not tell which of its optional weights they are."""


def adapt(data: Any) -> Callable[[Any, Any], None]:  # noqa: ANN401 - an array or a list of texts
    """Let a preprocessing layer learn from data."""
    return lambda layer, keras: layer.adapt(data)  # noqa: ARG005 - one kind of step for all


def lora(layer: Any, _: Any) -> None:  # noqa: ANN401 - a Keras layer
    """Give a layer the two factors of a low-rank adaptation."""
    layer.enable_lora(2)


def quantize(mode: str, **options: Any) -> Callable[[Any, Any], None]:  # noqa: ANN401 - Keras's own
    """Quantize a layer, in blocks where ``block_size`` says so."""

    def step(layer: Any, keras: Any) -> None:  # noqa: ANN401 - a Keras layer and Keras
        config = keras.quantizers.Int4QuantizationConfig(**options) if options else None
        layer.quantize(mode, config=config)

    return step


def calibrated(mode: str, bits: int) -> Callable[[Any, Any], None]:
    """Bring a layer into the state in which GPTQ or AWQ leaves it, without the data that they need."""

    def step(layer: Any, keras: Any) -> None:  # noqa: ANN401 - a Keras layer and Keras
        kind = {"gptq": keras.quantizers.GPTQConfig, "awq": keras.quantizers.AWQConfig}[mode]
        layer.quantize(mode, config=kind(dataset=None, tokenizer=None, weight_bits=bits, group_size=3))
        del layer._kernel  # noqa: SLF001 - as Keras's own calibration does
        setattr(layer, f"is_{mode}_calibrated", True)

    return step


def quantize_parts(mode: str) -> Callable[[Any, Any], None]:
    """Quantize the projections of an attention layer, as Keras does for a whole model."""

    def step(layer: Any, _: Any) -> None:  # noqa: ANN401 - a Keras layer
        for part in layer._layers:  # noqa: SLF001 - Keras gives them no public name
            if type(part).__name__ == "EinsumDense":
                part.quantize(mode)

    return step


def quantized(class_name: str, how: str, make: Make, shape: tuple[int, ...], *modes: str) -> Iterator[Variant]:
    """A variant for each way to quantize a layer."""
    lost = ("kernel_zero", "zero_point")
    ways: dict[str, dict[str, Any]] = {
        "int8": {"then": quantize("int8")},
        "int4 by channel": {"then": quantize("int4", block_size=-1)},
        "int4 in blocks": {"then": quantize("int4", block_size=4)},
        "float8": {"then": quantize("float8")},
        "gptq": {"then": calibrated("gptq", 4), "unstored": lost},
        "gptq of 8 bits": {"then": calibrated("gptq", 8), "unstored": lost},
        "awq": {"then": calibrated("awq", 4), "unstored": lost},
    }
    dtype = "int32" if "Embedding" in class_name else "float32"
    for mode in modes or ways:
        yield Variant(class_name, f"{how} {mode}", make, shape, dtype=dtype, **ways[mode])


def convolutions() -> Iterator[Variant]:
    """Every convolution of one, two and three dimensions."""
    for rank, shape in (1, SERIES), (2, PICTURE), (3, VOLUME):
        channels = (*shape[:-1], 4)
        for name in (f"Conv{rank}D", f"Conv{rank}DTranspose"):
            yield Variant(name, "as it is", layer(name, 6, 2), channels)
            yield Variant(name, "no bias", layer(name, 6, 2, use_bias=False), channels)
        yield Variant(f"Conv{rank}D", "groups", layer(f"Conv{rank}D", 6, 2, groups=2), channels)
        yield Variant(f"Conv{rank}D", "lora", layer(f"Conv{rank}D", 6, 2), channels, lora, unstored=LORA)
        name = f"ConvLSTM{rank}D"
        yield Variant(name, "as it is", layer(name, 2, 2), (3, *channels))
        yield Variant(name, "no bias", layer(name, 2, 2, use_bias=False), (3, *channels))
    for rank, shape in (1, SERIES), (2, PICTURE):
        for name, filters in (f"DepthwiseConv{rank}D", ()), (f"SeparableConv{rank}D", (6,)):
            yield Variant(name, "multiplier", layer(name, *filters, 2, depth_multiplier=3), shape)
            yield Variant(name, "no bias", layer(name, *filters, 2, use_bias=False), shape)


def recurrent() -> Iterator[Variant]:
    """Every recurrent layer, cell and wrapper around them."""
    for name in ("LSTM", "GRU", "SimpleRNN"):
        yield Variant(name, "as it is", layer(name, 3), SERIES)
        yield Variant(name, "no bias", layer(name, 3, use_bias=False), SERIES)
        yield Variant(name, "dropout", layer(name, 3, dropout=0.1, recurrent_dropout=0.1), SERIES)
        yield Variant(f"{name}Cell", "in RNN", layer("RNN", layer(f"{name}Cell", 3), name="outer"), SERIES)
        yield Variant("Bidirectional", name, layer("Bidirectional", layer(name, 3)), SERIES)
    yield Variant("GRU", "reset before", layer("GRU", 3, reset_after=False), SERIES)
    cells = [layer("LSTMCell", 3), layer("GRUCell", 4), layer("LSTMCell", 2)]
    yield Variant("RNN", "of a list", layer("RNN", cells), SERIES)
    yield Variant("StackedRNNCells", "in RNN", layer("RNN", layer("StackedRNNCells", cells)), SERIES)
    yield Variant("Bidirectional", "of stacked cells", layer("Bidirectional", layer("RNN", cells)), SERIES)
    yield Variant("Bidirectional", "ConvLSTM1D", layer("Bidirectional", layer("ConvLSTM1D", 2, 2)), (3, *SERIES))
    backward = layer("LSTM", 3, go_backwards=True, name="other")
    both = layer("Bidirectional", layer("LSTM", 3, name="one"), backward_layer=backward)
    yield Variant("Bidirectional", "its own backward layer", both, SERIES)


def wrappers() -> Iterator[Variant]:
    """Layers around other layers."""
    for inner, shape in (layer("Conv2D", 3, 2), CLIP), (layer("BatchNormalization"), SERIES):
        yield Variant("TimeDistributed", f"of {shape}", layer("TimeDistributed", inner), shape)
    renamed = layer("TimeDistributed", layer("Dense", 3, name="inner"))
    yield Variant("TimeDistributed", "renamed", renamed, SERIES, ambiguous=True)
    twice = layer("TimeDistributed", layer("TimeDistributed", layer("Dense", 2)))
    yield Variant("Wrapper", "TimeDistributed", twice, (2, *SERIES))
    spectral: dict[str, tuple[Make, tuple[int, ...]]] = {
        "float32": (layer("Dense", 3, name="in"), (5,)),
        "float16": (layer("Conv2D", 3, 2), PICTURE),
        "int32": (layer("Embedding", 9, 3), (4,)),
    }
    for dtype, (inner, size) in spectral.items():
        yield Variant("SpectralNormalization", f"of {size}", layer("SpectralNormalization", inner), size, dtype=dtype)
    inside = [layer("Rescaling", 2.0), layer("Normalization", axis=-1)]
    yield Variant("Pipeline", "with statistics", layer("Pipeline", inside), SERIES)


def attention() -> Iterator[Variant]:
    """Every attention layer."""
    query, value, key = (6, 5), (7, 6), (7, 9)
    multi: list[dict[str, Any]] = [
        *({}, {"use_bias": False}, {"value_dim": 7, "dropout": 0.1}, {"output_shape": 11}, {"use_gate": True}),
        {"output_shape": (4, 5)},
    ]
    for options in multi:
        made = layer("MultiHeadAttention", 2, 3, **options)
        yield Variant("MultiHeadAttention", str(options), made, (query, value, key))
    for mode in ("int8", "int4", "float8"):
        made = layer("MultiHeadAttention", 2, 3)
        yield Variant("MultiHeadAttention", mode, made, (query, value, key), quantize_parts(mode))
    for options in multi[:2] + multi[4:5]:
        made = layer("GroupQueryAttention", 3, 4, 2, **options)
        yield Variant("GroupedQueryAttention", str(options), made, (query, query, query))
    for options in ({"use_scale": True}, {"score_mode": "concat"}, {"use_scale": True, "score_mode": "concat"}, {}):
        made = layer("Attention", **options)
        yield Variant("Attention", str(options), made, (query, query), listed=True, ambiguous=len(options) == 1)
    for options in ({"use_scale": True}, {"use_scale": False}):
        made = layer("AdditiveAttention", **options)
        yield Variant("AdditiveAttention", str(options), made, (query, query), listed=True)


EQUATIONS = (
    ("ab,bc->ac", 7, "c", (5,)),
    ("ab,bc->ac", 7, None, (5,)),
    ("abc,cd->abd", (None, 7), "d", SERIES),
    ("abc,cde->abde", (None, 3, 2), "de", SERIES),
    ("abc,cde->abde", (None, 3, 2), "e", SERIES),
    ("abc,bcd->ad", 7, "d", SERIES),
    ("abc,bcd->abd", (6, 7), "bd", SERIES),
    ("...x,xy->...y", 7, "y", SERIES),
    ("abc...,bd->adc...", (7, 5), "d", (*SERIES, 2)),
)


def dense() -> Iterator[Variant]:
    """Dense layers, embeddings and einsum equations."""
    yield Variant("Dense", "as it is", layer("Dense", 7), (5,))
    yield Variant("Dense", "no bias", layer("Dense", 7, use_bias=False), (5,))
    yield Variant("Dense", "lora", layer("Dense", 7), (5,), lora, unstored=LORA)
    yield from quantized("Dense", "biased", layer("Dense", 7), (5,))
    yield from quantized("Dense", "no bias", layer("Dense", 7, use_bias=False), (5,))
    for equation, shape, axes, given in EQUATIONS:
        made = layer("EinsumDense", equation, output_shape=shape, bias_axes=axes)
        yield Variant("EinsumDense", f"{equation} with {axes}", made, given)
    heads = layer("EinsumDense", "abc,cde->abde", (None, 3, 2))
    yield Variant("EinsumDense", "lora", heads, SERIES, lora, unstored=LORA)
    yield from quantized("EinsumDense", "biased", layer("EinsumDense", "abc,cd->abd", (None, 7), bias_axes="d"), SERIES)
    yield from quantized("EinsumDense", "of heads", heads, SERIES)


def embeddings() -> Iterator[Variant]:
    """Layers that look indices up."""
    integers = ("int8", "int4 by channel", "int4 in blocks")
    tables = {
        ("Embedding", ""): layer("Embedding", 9, 5),
        ("ReversibleEmbedding", "tied"): layer("ReversibleEmbedding", 9, 5),
        ("ReversibleEmbedding", "untied"): layer("ReversibleEmbedding", 9, 5, tie_weights=False),
    }
    for (name, how), made in tables.items():
        yield Variant(name, f"{how} as it is", made, (4,), dtype="int32")
        yield Variant(name, f"{how} lora", made, (4,), lora, dtype="int32", unstored=LORA)
        yield from quantized(name, how, made, (4,), *integers)


def normalizing() -> Iterator[Variant]:
    """Normalisation, and activations with weights."""
    flags: list[dict[str, Any]] = [{}, {"center": False}, {"scale": False}, {"center": False, "scale": False}]
    groups = {"BatchNormalization": {}, "LayerNormalization": {}, "GroupNormalization": {"groups": 2}}
    for name, more in groups.items():
        for options in flags:
            made = layer(name, **options, **more)
            yield Variant(name, str(options), made, PICTURE, ambiguous=len(options) == 1)
    yield Variant("BatchNormalization", "renorm", layer("BatchNormalization", renorm=True), PICTURE)
    yield Variant("LayerNormalization", "two axes", layer("LayerNormalization", axis=[1, 2]), PICTURE)
    squares = layer("LayerNormalization", rms_scaling=True, scale=False)
    yield Variant("LayerNormalization", "of squares", squares, PICTURE, ambiguous=True)
    for name in ("RMSNormalization", "PReLU"):
        yield Variant(name, "as it is", layer(name), PICTURE)
    yield Variant("RMSNormalization", "two axes", layer("RMSNormalization", axis=[1, 2]), PICTURE)
    yield Variant("PReLU", "shared", layer("PReLU", shared_axes=[1, 2]), PICTURE)


def preprocessing() -> Iterator[Variant]:
    """Layers that learn from data by ``adapt``, or are told."""
    numbers = np.arange(60, dtype="float32").reshape(2, *SERIES)
    for axis in (-1, None, (1, 2)):
        yield Variant("Normalization", f"axis {axis}", layer("Normalization", axis=axis), SERIES, adapt(numbers))
    yield Variant("Normalization", "given", layer("Normalization", mean=0.0, variance=2.0), SERIES)
    yield Variant("Discretization", "learnt", layer("Discretization", num_bins=3), SERIES, adapt(numbers))
    yield Variant("Discretization", "given", layer("Discretization", [1.0, 2.0]), SERIES)
    learnt = ("TextVectorization", ["a b", "c c"]), ("StringLookup", ["a", "b"]), ("IntegerLookup", [4, 5, 5])
    for name, data in learnt:
        dtype = "int64" if name == "IntegerLookup" else "string"
        for mode in "int", "tf_idf":
            yield Variant(name, mode, layer(name, output_mode=mode), (1,), adapt(data), dtype=dtype)
    yield Variant("StringLookup", "given", layer("StringLookup", vocabulary=["a", "b"]), (1,), dtype="string")
    for mode in "log", "real", "imag":
        made = layer("STFTSpectrogram", mode=mode, window=None, frame_length=4, frame_step=2, fft_length=8)
        yield Variant("STFTSpectrogram", mode, made, (16, 1), ambiguous=mode != "log")


VARIANTS = [
    *(*dense(), *embeddings(), *convolutions(), *recurrent(), *wrappers(), *attention()),
    *(*normalizing(), *preprocessing()),
]
FILES = ("m.keras", "m.h5", "m.weights.h5")


def classes(keras: Any) -> dict[str, Any]:  # noqa: ANN401 - Keras has no types
    """Every layer class that the installed Keras offers, by its own name."""
    offered = [each for each in vars(keras.layers).values() if inspect.isclass(each)]
    return {each.__name__: each for each in offered if issubclass(each, keras.layers.Layer)}


def test_every_class_of_keras_is_known(keras: Any) -> None:  # noqa: ANN401 - Keras has no types
    """Each class has a row in the table or is named as one that nobody but its own code can describe."""
    assert set(classes(keras)) - set(LAYERS) == set(OPAQUE) & set(classes(keras))


def test_every_class_with_weights_has_a_variant(keras: Any) -> None:  # noqa: ANN401 - Keras has no types
    """No class of the table whose layers can have weights is left out of the comparison."""
    known = {name: LAYERS[name] for name in classes(keras) if name in LAYERS}
    with_weights = {name for name, kind in known.items() if not kind.weightless and not kind.wraps_code}
    assert with_weights == {variant.class_name for variant in VARIANTS}


def test_classes_without_weights_make_none(keras: Any) -> None:  # noqa: ANN401 - Keras has no types
    """The code of a class that the table calls weightless adds no weight, nor does that of what it derives from."""
    for name, each in classes(keras).items():
        ancestors = [one for one in each.__mro__ if one.__module__.startswith("keras.src.layers.")]
        sources = [inspect.getsource(one) for one in ancestors if one is not keras.layers.Layer]
        if name in LAYERS and LAYERS[name].weightless:
            assert not any("self.add_weight(" in source for source in sources), name


def build(keras: Any, variant: Variant) -> Any:  # noqa: ANN401 - Keras has no types
    """A model of the one layer, with numbers in its weights that tell them apart."""
    shapes = variant.inputs if isinstance(variant.inputs[0], tuple) else (variant.inputs,)
    tensors = [keras.Input(shape, dtype=variant.dtype) for shape in shapes]
    layer = variant.make(keras.layers)
    adapts = hasattr(layer, "adapt")
    if adapts:
        variant.then(layer, keras)
    model = keras.Model(tensors, layer(tensors) if variant.listed else layer(*tensors))
    random = np.random.default_rng(7)
    for weight in model.weights:
        weight.assign(np.asarray(random.normal(size=weight.shape) * 9, weight.dtype))
    if not adapts:
        variant.then(layer, keras)
    return model


def described(model: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - a Keras model
    """What Keras itself says of every weight: index, layer, name, shape, dtype, digest."""
    from tests.oracles.weights import describe

    return [
        (one["index"], one["layer"], one["name"], tuple(one["shape"]), one["dtype"], one["sha256"])
        for one in describe(model)
    ]


def facts(weight: Weight) -> tuple[Any, ...]:
    """The same of a weight as read."""
    digest = sha256(b"".join(bytes(piece) for piece in weight.array.blocks())).hexdigest()
    return weight.index, weight.layer, weight.name, weight.shape, weight.dtype, digest


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: f"{one.class_name}, {one.options}")
def test_every_weight_is_what_keras_says(keras: Any, variant: Variant, tmp_path: Path) -> None:  # noqa: ANN401
    """Index, layer, name, shape, dtype and bytes agree with Keras in all three kinds of file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build(keras, variant)
        model.save(tmp_path / "m.keras")
        model.save(tmp_path / "m.h5")
        model.save_weights(tmp_path / "m.weights.h5")
        whole = described(model)
    stored = [one for one in whole if one[2] not in variant.unstored]
    for name, expected in zip(FILES, (stored, whole, stored), strict=True):
        with open_model(tmp_path / name) as read:
            weights = [weight for weight in read.weights if weight.index is not None]
            copies = LAYERS[variant.class_name].shares_kernel and name != "m.h5"
            assert sum(extra.kind == "unclaimed" for extra in read.extras) == copies
            if name == "m.weights.h5":
                assert all(weight.named or variant.ambiguous for weight in weights)
                named = [weight.index for weight in weights if weight.named]
                expected = [one for one in expected if one[0] in named]  # noqa: PLW2901 - what the file tells
            assert [facts(weight) for weight in weights if weight.named] == expected, name


@pytest.mark.parametrize(
    ("flag", "config", "expected"),
    [
        pytest.param(Flag("use_bias"), {}, True, id="a default"),
        pytest.param(Flag("use_bias", older="bias"), {"bias": False}, False, id="an older word"),
        pytest.param(Flag("use_bias", older="bias"), {"use_bias": True, "bias": False}, True, id="today's word first"),
        pytest.param(Flag("mean", lambda value: value is None), {"mean": 0.0}, False, id="a test of the value"),
    ],
)
def test_flags(flag: Flag, config: dict[str, Any], *, expected: bool) -> None:
    """A flag asks the config, and has an answer of its own where that says nothing."""
    assert flag.holds(config) is expected


def axes_of(class_name: str, config: dict[str, Any], shape: tuple[int, ...], name: str = "kernel") -> Any:  # noqa: ANN401 - names or none
    """What runs along a weight of a class, by the table."""
    kinds = weights_for(LAYERS[class_name].weights, config)
    return next(kind for kind in kinds if kind.name == name).names_along(shape)


@pytest.mark.parametrize(
    ("class_name", "config", "shape", "expected"),
    [
        ("Dense", {}, (5, 7), "input unit"),
        ("Conv1D", {}, (3, 4, 7), "step channel filter"),
        ("Conv2D", {}, (3, 2, 4, 7), "height width channel filter"),
        ("Conv3DTranspose", {}, (3, 2, 1, 7, 4), "depth height width filter channel"),
        ("Convolution2D", {"dim_ordering": "tf"}, (3, 2, 4, 7), "height width channel filter"),
        ("Convolution2D", {"dim_ordering": "th"}, (7, 4, 3, 2), "filter channel height width"),
        ("Convolution2D", {}, (7, 4, 3, 2), None),
        ("Convolution1D", {}, (3, 1, 4, 7), "step one channel filter"),
        ("Convolution1D", {}, (7, 4, 3, 1), "filter channel step one"),
        ("Convolution1D", {}, (1, 1, 4, 1), None),
        ("Deconvolution2D", {"dim_ordering": "tf"}, (3, 2, 4, 7), "height width channel filter"),
        ("LocallyConnected1D", {}, (4, 15, 7), "position input filter"),
        ("LocallyConnected1D", {"implementation": 2}, (6, 5, 4, 7), "step input output step filter"),
        ("LocallyConnected1D", {"implementation": 3}, (420,), "connection"),
        ("EinsumDense", {"equation": "abc,cde->abde"}, (5, 2, 3), "input unit unit"),
        ("EinsumDense", {"equation": "abc,bcd->abd"}, (6, 5, 7), "position input unit"),
        ("EinsumDense", {"equation": "..."}, (6, 5), None),
    ],
)
def test_axes_of_kernels(class_name: str, config: dict[str, Any], shape: tuple[int, ...], expected: str | None) -> None:
    """Every axis has a name, by the config and the sizes where a class has several layouts."""
    names = axes_of(class_name, config, shape)
    assert (" ".join(names) if names else None) == expected


def test_axes_of_an_einsum_bias() -> None:
    """A bias runs along the output from the first of its axes on."""
    config = {"equation": "abc,bcd->abd", "bias_axes": "b"}
    assert axes_of("EinsumDense", config, (6, 7), "bias") == ("position", "unit")


def test_a_rank_that_cannot_be() -> None:
    """A weight of a fixed rank is no array of another rank, nor one of quantized values."""
    kernel = WeightSpec("kernel", ("input", "unit"))
    assert kernel.axis_names(3) is None
    assert not kernel.can_be(2, "int8")
    assert kernel.can_be(2, "float16")


def test_names_of_groups_lead_back_to_classes() -> None:
    """Keras makes group names and layer names from class names."""
    assert snake_case("my_package>ConvLSTM2D") == "my_package_conv_lstm2d"
    assert group_name("GroupQueryAttention") == "grouped_query_attention"
    assert class_of_name("p_re_lu_3") == "PReLU"
    assert class_of_name("resnet_block") is None


@pytest.mark.parametrize(
    ("registered", "is_elsewhere"),
    [
        ("Dense", False),
        ("keras>Dense", False),
        ("keras.src>Dense", False),
        ("mine>Dense", True),
        ("keras_mine>Dense", True),
    ],
)
def test_a_custom_class_may_borrow_a_name(registered: str, *, is_elsewhere: bool) -> None:
    """A class registered by someone else is not Keras's own, whatever its name."""
    assert is_registered_elsewhere(registered) is is_elsewhere


@pytest.mark.parametrize("kind", [each for each in LAYERS.values() if each.weights], ids=lambda kind: kind.class_name)
def test_no_config_breaks_it(kind: LayerSpec) -> None:
    """Any JSON under any key that the table asks for gives weights with axes."""
    keys = {flag.key for weight in kind.weights for flag in weight.flags}
    for key in {*keys, "equation", "bias_axes", "dim_ordering", "implementation", "data_format"}:
        for value in ODD_VALUES:
            for weight in weights_for(kind.weights, {key: value, "equation": "ab,bc->ac"} | {key: value}):
                for shape in [(), (0,), (2, 1), (1, 1, 1, 1), (2,) * 7]:
                    names = weight.names_along(shape)
                    assert names is None or len(names) == len(shape)
