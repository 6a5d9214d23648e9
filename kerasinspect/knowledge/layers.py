"""THE layer table: for each Keras class, its weights in stored order, their axes, and its sublayers.

One row is one class of any Keras, 0.x to today. A weight is there when its flag in the config says so.
Order is that of ``layer.variables`` when nothing is quantised, which is the order in ``.keras`` files; the other
orders follow from it (see ``kerasinspect.reading.assemble``). Quantised variants are in ``quantization``.

Source: saving every class with real Keras versions; the test of this table instantiates every class of the
installed Keras and compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LSTM_GATES = ("i", "f", "c", "o")
"""Input, forget, candidate, output: the blocks of the last axis, in Keras's order."""
GRU_GATES = ("z", "r", "h")
"""Update, reset, candidate."""
SPATIAL = {1: ("step",), 2: ("height", "width"), 3: ("depth", "height", "width")}
ANY = "*"
"""Stands for as many spatial axes as the array has left."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A weight exists when the config's ``key`` (or its older word) is true."""

    key: str
    default: bool = True
    older: str | None = None

    def holds(self, config: Mapping[str, Any]) -> bool:
        """What the config says, or what Keras assumes where it says nothing."""
        for key in (self.key, self.older):
            if key is not None and key in config:
                return bool(config[key])
        return self.default


@dataclass(frozen=True, slots=True)
class WeightKind:
    """One weight of a class: its name and what runs along its axes."""

    name: str
    axes: tuple[str, ...] = ()
    trainable: bool = True
    flags: tuple[Flag, ...] = ()
    gates: tuple[str, ...] = ()
    """Names of the equal blocks along the last axis."""
    free_rank: bool = False
    """Any number of axes, all called ``axes[0]``."""
    counted: bool = True
    """False where Keras stores it but ``get_weights()`` leaves it out."""

    def axis_names(self, rank: int) -> tuple[str, ...] | None:
        """The name of each of ``rank`` axes; None where an array of that rank cannot be this weight."""
        if self.free_rank:
            return self.axes[:1] * rank
        if ANY not in self.axes:
            return self.axes if len(self.axes) == rank else None
        spatial = SPATIAL.get(rank - len(self.axes) + 1)
        if spatial is None:
            return None
        at = self.axes.index(ANY)
        return (*self.axes[:at], *spatial, *self.axes[at + 1 :])


@dataclass(frozen=True, slots=True)
class Sublayer:
    """A layer inside a layer: the attribute that holds it names its group in ``.keras`` files."""

    attributes: tuple[str, ...]
    """Names of the attribute over the versions, the newest first."""
    name: str = ""
    """Its layer name; empty where the config of the sublayer says it. ``{}`` stands for that name."""
    class_name: str = ""
    """Its class; empty where the config says it."""
    config_key: str = ""
    """Where its config lies in the parent's; empty where it is computed with the parent's own config."""
    older_config_key: str = ""
    """Where its config lies when ``config_key`` is absent."""
    listed: bool = False
    """The attribute holds a list of layers."""
    weights: tuple[WeightKind, ...] | None = None
    """Its weights where the parent knows better than the class does."""
    flags: tuple[Flag, ...] = ()
    equation: str = ""
    """The einsum equation that the parent gives it."""


@dataclass(frozen=True, slots=True)
class LayerKind:
    """What Keras means by a class."""

    class_name: str
    weights: tuple[WeightKind, ...] = ()
    sublayers: tuple[Sublayer, ...] = ()
    python_name: str = ""
    """The name of the Python class, which names its group, where it is not the class name of the config."""
    is_cell: bool = False
    is_model: bool = False
    shares_kernel: bool = False
    """It keeps a second copy of its sublayer's kernel as its own first variable (SpectralNormalization)."""

    @property
    def weightless(self) -> bool:
        """No layer of this class ever has weights."""
        return not self.weights and not self.sublayers and not self.is_model


USE_BIAS = Flag("use_bias", older="bias")
SCALE, CENTER = Flag("scale"), Flag("center")
CHANNEL = ("channel",)

KERNEL = WeightKind("kernel", ("input", "unit"))
BIAS = WeightKind("bias", ("unit",), flags=(USE_BIAS,))
CONV_KERNEL = WeightKind("kernel", (ANY, "channel", "filter"))
CONV_BIAS = WeightKind("bias", ("filter",), flags=(USE_BIAS,))
TRANSPOSED_KERNEL = WeightKind("kernel", (ANY, "filter", "channel"))
DEPTHWISE_KERNEL = WeightKind("kernel", (ANY, "channel", "multiplier"))
DEPTHWISE_BIAS = WeightKind("bias", ("filter",), flags=(USE_BIAS,))
SEPARABLE = (
    WeightKind("depthwise_kernel", (ANY, "channel", "multiplier")),
    WeightKind("pointwise_kernel", (ANY, "channel", "filter")),
    CONV_BIAS,
)
GAMMA = WeightKind("gamma", CHANNEL, flags=(SCALE,), free_rank=True)
BETA = WeightKind("beta", CHANNEL, flags=(CENTER,), free_rank=True)
RENORM = Flag("renorm", default=False)
BATCH_NORMALIZATION = (
    WeightKind("gamma", CHANNEL, flags=(SCALE,)),
    WeightKind("beta", CHANNEL, flags=(CENTER,)),
    WeightKind("moving_mean", CHANNEL, trainable=False),
    WeightKind("moving_variance", CHANNEL, trainable=False),
    WeightKind("moving_stddev", CHANNEL, trainable=False, flags=(RENORM,)),
    WeightKind("renorm_mean", CHANNEL, trainable=False, flags=(RENORM,)),
    WeightKind("renorm_stddev", CHANNEL, trainable=False, flags=(RENORM,)),
)


def recurrent(gates: tuple[str, ...], *biases: WeightKind) -> tuple[WeightKind, ...]:
    """The weights of a recurrent cell whose last axis holds these gates."""
    return (
        WeightKind("kernel", ("input", "unit"), gates=gates),
        WeightKind("recurrent_kernel", ("recurrent unit", "unit"), gates=gates),
        *(biases or (WeightKind("bias", ("unit",), flags=(USE_BIAS,), gates=gates),)),
    )


def convolutional_recurrent() -> tuple[WeightKind, ...]:
    """The weights of a convolutional LSTM cell."""
    return (
        WeightKind("kernel", (ANY, "channel", "filter"), gates=LSTM_GATES),
        WeightKind("recurrent_kernel", (ANY, "recurrent filter", "filter"), gates=LSTM_GATES),
        WeightKind("bias", ("filter",), flags=(USE_BIAS,), gates=LSTM_GATES),
    )


def separate_gates(order: str) -> tuple[WeightKind, ...]:
    """The weights of a recurrent layer of Keras 1, which keeps kernel, recurrent kernel and bias of each gate apart."""
    return tuple(
        weight
        for gate in order
        for weight in (
            WeightKind(f"kernel_{gate}", ("input", "unit")),
            WeightKind(f"recurrent_kernel_{gate}", ("recurrent unit", "unit")),
            WeightKind(f"bias_{gate}", ("unit",)),
        )
    )


RESET_AFTER = Flag("reset_after", default=False)
GRU_WEIGHTS = recurrent(
    GRU_GATES,
    WeightKind("bias", ("kind", "unit"), flags=(USE_BIAS, RESET_AFTER), gates=GRU_GATES),
    WeightKind("bias", ("unit",), flags=(USE_BIAS, Flag("!reset_after")), gates=GRU_GATES),
)
"""A GRU has one of two biases: two rows (for inputs and for the state) where the reset comes after, else one."""
LSTM_1, GRU_1 = separate_gates("icfo"), separate_gates("zrh")
"""What Keras 1 kept for an LSTM or a GRU whose ``consume_less`` is not ``gpu``."""


def cell(class_name: str, name: str) -> tuple[Sublayer, ...]:
    """The cell of a recurrent layer: same config, its own name."""
    return (Sublayer(("cell",), name, class_name),)


def attention_part(part: str, *axes: str, private: bool = False, equation: str = "") -> Sublayer:
    """One projection of an attention layer, an EinsumDense whose axes the attention layer knows."""
    attribute = "output" if part == "attention_output" else part
    contracted = 2 if part == "attention_output" else 1
    attributes = (f"_{attribute}_dense", f"{attribute}_dense")
    return Sublayer(
        attributes if private else attributes[::-1],
        part,
        "EinsumDense",
        weights=(WeightKind("kernel", axes), WeightKind("bias", axes[contracted:], flags=(USE_BIAS,))),
        flags=(Flag("use_gate", default=False),) if part == "gate" else (),
        equation=equation,
    )


def attention(*, private: bool) -> tuple[Sublayer, ...]:
    """The projections of a multi-head attention layer, in the order of ``get_weights()``."""
    into, out = "abc,cde->abde", "abcd,cde->abe"
    return (
        attention_part("query", "input", "head", "unit", private=private, equation=into),
        attention_part("key", "input", "head", "unit", private=private, equation=into),
        attention_part("gate", "input", "head", "unit", private=True, equation=into),
        attention_part("value", "input", "head", "unit", private=private, equation=into),
        attention_part("attention_output", "head", "input", "unit", private=private, equation=out),
    )


WRAPPED = (Sublayer(("layer",), config_key="layer"),)
USE_SCALE = Flag("use_scale", default=False)
NO_STATISTICS = Flag("!mean")


def plain(*names: str, **options: Any) -> tuple[LayerKind, ...]:  # noqa: ANN401 - fields of LayerKind
    """Rows of classes that have the same weights."""
    return tuple(LayerKind(name, **options) for name in names)


WITH_WEIGHTS: tuple[LayerKind, ...] = (
    *plain("Dense", "TimeDistributedDense", "Timedistributeddense", "TernaryDense", weights=(KERNEL, BIAS)),
    LayerKind(
        "EinsumDense",
        (WeightKind("kernel", ("input",), free_rank=True), WeightKind("bias", ("unit",), flags=(Flag("bias_axes"),), free_rank=True)),
    ),
    LayerKind("Embedding", (WeightKind("embeddings", ("index", "unit")),)),
    LayerKind(
        "ReversibleEmbedding",
        (
            WeightKind("embeddings", ("index", "unit")),
            WeightKind("reverse_embeddings", ("unit", "index"), flags=(Flag("!tie_weights", default=False),)),
        ),
    ),
    *plain(
        *("Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"),
        *("AtrousConvolution1D", "AtrousConvolution2D", "AtrousConv1D", "AtrousConv2D"),
        weights=(CONV_KERNEL, CONV_BIAS),
    ),
    *plain(
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Convolution2DTranspose", "Convolution3DTranspose"),
        *("Deconvolution2D", "Deconvolution3D"),
        weights=(TRANSPOSED_KERNEL, CONV_BIAS),
    ),
    *plain("DepthwiseConv1D", "DepthwiseConv2D", weights=(DEPTHWISE_KERNEL, DEPTHWISE_BIAS)),
    *plain("SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D", weights=SEPARABLE),
    LayerKind(
        "LocallyConnected1D", (WeightKind("kernel", ("position", "input", "filter")), WeightKind("bias", ("position", "filter"), flags=(USE_BIAS,)))
    ),
    LayerKind(
        "LocallyConnected2D",
        (
            WeightKind("kernel", ("position", "input", "filter")),
            WeightKind("bias", ("row", "column", "filter"), flags=(USE_BIAS,)),
        ),
    ),
    *plain("BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", weights=BATCH_NORMALIZATION),
    *plain("LayerNormalization", "GroupNormalization", "InstanceNormalization", weights=(GAMMA, BETA)),
    LayerKind("RMSNormalization", (WeightKind("scale", CHANNEL, free_rank=True),)),
    LayerKind(
        "SpectralNormalization",
        (WeightKind("vector_u", ("row", "unit"), trainable=False),),
        WRAPPED,
        shares_kernel=True,
    ),
    *plain("PReLU", "ParametricSoftplus", weights=(WeightKind("alpha", ("feature",), free_rank=True),)),
    LayerKind("SReLU", tuple(WeightKind(name, ("feature",), free_rank=True) for name in ("t_left", "a_left", "t_right", "a_right"))),
    LayerKind("MaxoutDense", (WeightKind("kernel", ("feature", "input", "unit")), WeightKind("bias", ("feature", "unit"), flags=(USE_BIAS,)))),
    LayerKind(
        "Highway",
        (
            WeightKind("kernel", ("input", "unit")),
            WeightKind("kernel_carry", ("input", "unit")),
            WeightKind("bias", ("unit",), flags=(USE_BIAS,)),
            WeightKind("bias_carry", ("unit",), flags=(USE_BIAS,)),
        ),
    ),
    LayerKind("LSTM", sublayers=cell("LSTMCell", "lstm_cell")),
    LayerKind("GRU", sublayers=cell("GRUCell", "gru_cell")),
    LayerKind("SimpleRNN", sublayers=cell("SimpleRNNCell", "simple_rnn_cell")),
    *plain("LSTMCell", "PeepholeLSTMCell", weights=recurrent(LSTM_GATES), is_cell=True),
    LayerKind("GRUCell", GRU_WEIGHTS, is_cell=True),
    LayerKind("SimpleRNNCell", recurrent(()), is_cell=True),
    LayerKind("StackedRNNCells", sublayers=(Sublayer(("cells",), config_key="cells", listed=True),), is_cell=True),
    LayerKind("RNN", sublayers=(Sublayer(("cell",), config_key="cell"),)),
    LayerKind("CuDNNLSTM", recurrent(LSTM_GATES, WeightKind("bias", ("unit",), gates=("input i", "input f", "input c", "input o", "i", "f", "c", "o")))),
    LayerKind("CuDNNGRU", recurrent(GRU_GATES, WeightKind("bias", ("unit",), gates=("input z", "input r", "input h", "z", "r", "h")))),
    *plain("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", sublayers=cell("ConvLSTMCell", "conv_lstm_cell")),
    *plain("ConvLSTMCell", "ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell", "ConvRecurrent2DCell", weights=convolutional_recurrent(), is_cell=True),
    LayerKind(
        "Bidirectional",
        sublayers=(
            Sublayer(("forward_layer",), "forward_{}", config_key="layer"),
            Sublayer(("backward_layer",), "backward_{}", config_key="backward_layer", older_config_key="layer"),
        ),
    ),
    *plain("TimeDistributed", "Wrapper", sublayers=WRAPPED),
    LayerKind("MultiHeadAttention", sublayers=attention(private=False)),
    LayerKind("GroupQueryAttention", sublayers=attention(private=True), python_name="GroupedQueryAttention"),
    LayerKind("GroupedQueryAttention", sublayers=attention(private=True)),
    LayerKind(
        "Attention",
        (WeightKind("scale", flags=(USE_SCALE,)), WeightKind("concat_score_weight", flags=(Flag("score_mode=concat", default=False),))),
    ),
    LayerKind("AdditiveAttention", (WeightKind("scale", ("unit",), flags=(Flag("use_scale"),)),)),
    *plain(
        *("Normalization", "FeatureNormalization"),
        weights=(
            WeightKind("mean", ("feature",), trainable=False, free_rank=True, flags=(NO_STATISTICS,)),
            WeightKind("variance", ("feature",), trainable=False, free_rank=True, flags=(NO_STATISTICS,)),
            WeightKind("count", (), trainable=False, flags=(NO_STATISTICS,)),
        ),
    ),
    *plain(
        *("StringLookup", "IntegerLookup", "IndexLookup"),
        weights=(WeightKind("idf_weights", ("token",), trainable=False, flags=(Flag("output_mode=tf_idf", default=False),), counted=False),),
    ),
    LayerKind(
        "TextVectorization",
        (WeightKind("idf_weights", ("token",), trainable=False, flags=(Flag("output_mode=tf_idf", default=False),), counted=False),),
        (Sublayer(("_lookup_layer",), "string_lookup", "StringLookup"),),
    ),
    LayerKind(
        "STFTSpectrogram",
        (
            WeightKind("real_kernel", ("step", "channel", "frequency"), flags=(Flag("mode!=imag"),)),
            WeightKind("imag_kernel", ("step", "channel", "frequency"), flags=(Flag("mode!=real"),)),
        ),
    ),
    *plain("Functional", "Sequential", "Model", "Graph", is_model=True),
    LayerKind("Merge", sublayers=(Sublayer(("layers",), config_key="layers", listed=True),)),
)

WITHOUT_WEIGHTS: frozenset[str] = frozenset(
    """
    Activation ActivityRegularization Add AlphaDropout AutoContrast Average AveragePooling1D AveragePooling2D
    AveragePooling3D AveragePool1D AveragePool2D AveragePool3D AvgPool1D AvgPool2D AvgPool3D AugMix CategoryEncoding
    CenterCrop Concatenate Cropping1D Cropping2D Cropping3D CutMix Discretization Dot Dropout ELU Equalization
    Flatten GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
    GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D
    AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Grayscale HashedCrossing
    Hashing Identity InputLayer Lambda LeakyReLU Masking MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D
    MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MixUp Multiply Permute Pipeline
    RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
    RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight RandomHue
    RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear
    RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing Softmax Solarization
    SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract ThresholdedReLU UnitNormalization UpSampling1D
    UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Dropout1D LRN2D ThresholdedLinear
    GaussianNoise1D AddLoss AddMetric TensorFlowOpLayer TFOpLambda SlicingOpLambda ClassMethod InstanceMethod
    InstanceProperty DenseFeatures FeatureSpace
    """.split()
)
"""Classes that never have weights."""

LAYERS: Mapping[str, LayerKind] = {
    **{kind.class_name: kind for kind in WITH_WEIGHTS},
    **{name: LayerKind(name) for name in WITHOUT_WEIGHTS},
}


def plain_class_name(name: str) -> str:
    """The class without the package it was registered under: ``Block`` for ``my_package>Block``."""
    return name.rsplit(">", 1)[-1]


def layer_kind(class_name: str, registered_name: str | None = None) -> LayerKind | None:
    """The row of a class; None for a custom one, also where a custom class took a built-in one's name."""
    if registered_name and ">" in registered_name and not registered_name.startswith(("keras>", "keras.")):
        return None
    return LAYERS.get(class_name)


def snake_case(name: str) -> str:
    """The group name that Keras makes of a class name: ``ConvLSTM2D`` gives ``conv_lstm2d``.

    Source: ``keras.src.utils.naming.to_snake_case``, observed on every built-in class.
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def group_name(class_name: str) -> str:
    """The name of a layer's group in a ``.keras`` file, before its number."""
    kind = LAYERS.get(class_name)
    return snake_case((kind and kind.python_name) or plain_class_name(class_name))


BY_GROUP_NAME: Mapping[str, str] = {
    group_name(kind.class_name): kind.class_name
    for kind in reversed([*LAYERS.values()])
    if kind.class_name not in {"GroupedQueryAttention", "Timedistributeddense"}
}


def class_of_name(name: str) -> str | None:
    """The built-in class that Keras would have named so: ``Dense`` for ``dense_1``."""
    stem = re.sub(r"_\d+$", "", name)
    return BY_GROUP_NAME.get(name) or BY_GROUP_NAME.get(stem)


def flag_holds(flag: Flag, config: Mapping[str, Any]) -> bool:
    """Whether a flag is on: plain (``use_bias``), negated (``!mean``) or a comparison (``mode!=imag``)."""
    if flag.key.startswith("!"):
        value = config.get(flag.key[1:])
        return value is None or value is False
    for sign in ("!=", "="):
        if sign in flag.key:
            key, wanted = flag.key.split(sign)
            return flag.default if key not in config else (config[key] == wanted) is (sign == "=")
    return flag.holds(config)


def weights_for(kinds: Iterable[WeightKind], config: Mapping[str, Any]) -> tuple[WeightKind, ...]:
    """Those weights that a layer with this config has, in stored order."""
    return tuple(kind for kind in kinds if all(flag_holds(flag, config) for flag in kind.flags))


def renamed(kind: WeightKind, name: str) -> WeightKind:
    """The same weight under another name."""
    return replace(kind, name=name)


def gates_of(kind: WeightKind, shape: tuple[int, ...]) -> tuple[str, ...]:
    """The blocks along a weight's last axis, where its size is that many times its state."""
    del shape
    return kind.gates
