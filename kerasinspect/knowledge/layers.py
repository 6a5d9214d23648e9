"""THE layer table: for each Keras class, its weights in stored order, their axes, and its sublayers.

One row is one class of any Keras, 0.x to today. A weight is there when the config meets all of its flags.
Order is that of ``layer.variables`` when nothing is quantised, which is the order in ``.keras`` files; the other
orders follow from it (see ``kerasinspect.assembly``). Quantised variants are in ``quantization``.

Source: saving every class with real Keras versions; the test of this table instantiates every class of the
installed Keras and compares. Classes that only older Keras had: keras/layers of 0.3.3, 1.0.8, 1.1.2, 1.2.2 and 2.2.4,
tf.keras 2.4 to 2.15.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from operator import eq, is_, ne, not_
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.knowledge.config_values import word
from kerasinspect.knowledge.fans import einsum_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    AxesOf: TypeAlias = Callable[[Mapping[str, Any]], "tuple[str, ...] | None"]
    """The names of a weight's axes by the layer's config; None where it does not tell them."""

LSTM_GATES = ("i", "f", "c", "o")
"""Input, forget, candidate, output: the blocks of the last axis, in Keras's order."""
GRU_GATES = ("z", "r", "h")
"""Update, reset, candidate."""
SPATIAL = {1: ("step",), 2: ("height", "width"), 3: ("depth", "height", "width")}
NUMBER = re.compile(r"_\d+$")
WHOLE_BYTES = ("int8", "uint8")
"""Dtypes that only quantised values have."""
UNKNOWN = "axis"
"""Stands for the name of an axis that nothing tells."""
ANY = "*"
"""Stands for as many spatial axes as the array has left."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What a layer's config must say for a weight or a sublayer to exist."""

    key: str
    test: Callable[[Any], object] = bool
    """What the value under ``key`` must pass."""
    default: bool = True
    """Whether the weight exists where the config has no such key."""
    older: str | None = None
    """What an older Keras called the key."""


@dataclass(frozen=True, slots=True)
class WeightKind:
    """One weight of a class: its name and what runs along its axes."""

    name: str
    axes: tuple[str, ...] = ()
    trainable: bool = True
    flags: tuple[Flag, ...] = ()
    gates: tuple[str, ...] = ()
    """Names of the equal blocks along the last axis."""
    rows: tuple[str, ...] = ()
    """Names of the steps along the first axis, where they are not alike."""
    free_rank: bool = False
    """Further axes than ``axes`` names are called what the last one is."""
    counted: bool = True
    """False where Keras stores it but ``get_weights()`` leaves it out."""
    older_axes: tuple[str, ...] = ()
    """Its axes in an older layout, told from ``axes`` by the place of the axis called ``one``."""
    axes_of: AxesOf | None = None
    """Tells ``axes`` where they differ by config."""
    gap: int = 0
    """Weights right before it in ``get_weights()`` that a bug of Keras leaves out of the file."""
    dtypes: tuple[str, ...] = ()
    """Its possible dtypes as stored; empty for any but those of quantised values."""

    def can_be(self, rank: int, dtype: str) -> bool:
        """Whether an array of this rank and dtype can be this weight."""
        return self.axis_names(rank) is not None and (dtype in self.dtypes if self.dtypes else dtype not in WHOLE_BYTES)

    def names_along(self, shape: tuple[int, ...]) -> tuple[str, ...] | None:
        """The name of each axis of an array of this shape; None where nothing tells them."""
        if self.older_axes and len(shape) == len(self.older_axes):
            fitting = [axes for axes in (self.axes, self.older_axes) if shape[axes.index("one")] == 1]
            return fitting[0] if len(fitting) == 1 else None
        names = self.axis_names(len(shape))
        return None if names and UNKNOWN in names else names

    def axis_names(self, rank: int) -> tuple[str, ...] | None:
        """The name of each of ``rank`` axes; None where an array of that rank cannot be this weight."""
        missing = rank - len(self.axes)
        if ANY in self.axes:
            at = self.axes.index(ANY)
            spatial = SPATIAL.get(missing + 1)
            return (*self.axes[:at], *spatial, *self.axes[at + 1 :]) if spatial else None
        if self.free_rank and missing >= -1:
            return (*self.axes, *self.axes[-1:] * missing)[:rank]
        return None if missing else self.axes


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
    wraps_code: bool = False
    """Its weights are those of a module of another library, which the file does not describe."""

    @property
    def weightless(self) -> bool:
        """No layer of this class ever has weights."""
        return not (self.weights or self.sublayers or self.is_model or self.wraps_code)


def by_order(axes: tuple[str, ...], config: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The axes of a convolution kernel of Keras 1, given as its TensorFlow order has them: spatial axes first.

    In Theano's order (``th``) the last two come first, swapped; a config that says neither leaves them unknown.
    """
    orders = {"tf": axes, "th": (axes[-1], axes[-2], *axes[:-2])}
    return orders.get(word(config, "dim_ordering") or "")


def by_implementation(rank: int, config: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The kernel axes of a locally connected layer, which tf.keras stores in three ways.

    Source: ``implementation`` in keras/layers/locally_connected of Keras 2.3 to 2.15.
    """
    inside, outside = SPATIAL[rank], tuple(f"output {name}" for name in SPATIAL[rank])
    first = word(config, "data_format") == "channels_first"
    spread = ("input", *inside, "filter", *outside) if first else (*inside, "input", *outside, "filter")
    way = config.get("implementation")
    return {2: spread, 3: ("connection",)}.get(way) if isinstance(way, int) else None


def einsum_kernel_axes(config: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What runs along the kernel of an EinsumDense: letters summed over are inputs, letters only put out are units.

    A letter that input, kernel and output share has a kernel of its own at each position.
    """
    terms = einsum_terms(config)
    if terms is None:
        return None
    inputs, kernel, output = terms
    return tuple("input" if letter not in output else "position" if letter in inputs else "unit" for letter in kernel)


def einsum_bias_axes(config: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What runs along the bias of an EinsumDense: the output axes from the first of its ``bias_axes`` on."""
    terms, letters = einsum_terms(config), word(config, "bias_axes")
    if terms is None or not letters:
        return None
    inputs, _, output = terms
    first = min((output.index(letter) for letter in letters if letter in output), default=0)
    return tuple("position" if letter in inputs else "unit" for letter in output[first:])


USE_BIAS = Flag("use_bias", older="bias")
SCALE, CENTER = Flag("scale"), Flag("center")
RENORM, RMS_SCALING = Flag("renorm", default=False), Flag("rms_scaling", default=False)
RESET_AFTER, RESET_BEFORE = Flag("reset_after", default=False), Flag("reset_after", not_)
ADAPTED = Flag("mean", partial(is_, None))
"""Normalization learns its statistics from data where they are not given."""
TF_IDF = Flag("output_mode", partial(eq, "tf_idf"), default=False)
CHANNEL, FEATURE = ("channel",), ("feature",)

KERNEL = WeightKind("kernel", ("input", "unit"))
BIAS = WeightKind("bias", ("unit",), flags=(USE_BIAS,))
CONV_AXES, DEPTHWISE_AXES = (ANY, "channel", "filter"), (ANY, "channel", "multiplier")
CONV_KERNEL = WeightKind("kernel", CONV_AXES)
CONV_BIAS = WeightKind("bias", ("filter",), flags=(USE_BIAS,))
UNKNOWN_ORDER = WeightKind("kernel", (UNKNOWN,), free_rank=True)
"""A convolution kernel of Keras 1: two orders, told by the config only."""
CONV_1_KERNEL = replace(UNKNOWN_ORDER, axes_of=partial(by_order, CONV_AXES))
CONV_1D_KERNEL = WeightKind(
    "kernel", ("step", "one", "channel", "filter"), older_axes=("filter", "channel", "step", "one")
)
"""A one-dimensional convolution of Keras 1.1 and 1.2; before, its axes were in the other order."""
SEPARABLE = (
    WeightKind("depthwise_kernel", DEPTHWISE_AXES),
    WeightKind("pointwise_kernel", CONV_AXES),
    CONV_BIAS,
)
SEPARABLE_1 = (
    replace(UNKNOWN_ORDER, name="depthwise_kernel", axes_of=partial(by_order, DEPTHWISE_AXES)),
    replace(UNKNOWN_ORDER, name="pointwise_kernel", axes_of=partial(by_order, CONV_AXES)),
    CONV_BIAS,
)
GAMMA = WeightKind("gamma", CHANNEL, flags=(SCALE,), free_rank=True)
BETA = WeightKind("beta", CHANNEL, flags=(CENTER,), free_rank=True)
BATCH_NORMALIZATION = (
    GAMMA,
    BETA,
    WeightKind("moving_mean", CHANNEL, trainable=False, free_rank=True),
    WeightKind("moving_variance", CHANNEL, trainable=False, free_rank=True),
    WeightKind("moving_stddev", CHANNEL, trainable=False, flags=(RENORM,), free_rank=True),
    WeightKind("renorm_mean", CHANNEL, trainable=False, flags=(RENORM,), free_rank=True),
    WeightKind("renorm_stddev", CHANNEL, trainable=False, flags=(RENORM,), free_rank=True),
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
        WeightKind("kernel", CONV_AXES, gates=LSTM_GATES),
        WeightKind("recurrent_kernel", (ANY, "recurrent filter", "filter"), gates=LSTM_GATES),
        WeightKind("bias", ("filter",), flags=(USE_BIAS,), gates=LSTM_GATES),
    )


def separate_gates(order: str, *kinds: WeightKind) -> tuple[WeightKind, ...]:
    """The weights of a recurrent layer of Keras 1, which keeps kernel, recurrent kernel and bias of each gate apart."""
    return tuple(replace(kind, name=f"{kind.name}_{gate}") for gate in order for kind in kinds)


RECURRENT_1 = (
    WeightKind("kernel", ("input", "unit")),
    WeightKind("recurrent_kernel", ("recurrent unit", "unit")),
    WeightKind("bias", ("unit",)),
)
LSTM_1, GRU_1 = separate_gates("icfo", *RECURRENT_1), separate_gates("zrh", *RECURRENT_1)
SEPARATE_GATES: Mapping[str, tuple[WeightKind, ...]] = {
    "LSTM": LSTM_1,
    "GRU": GRU_1,
    "ConvLSTM2D": separate_gates(
        "icfo",
        CONV_1_KERNEL,
        replace(UNKNOWN_ORDER, name="recurrent_kernel", axes_of=partial(by_order, (ANY, "recurrent filter", "filter"))),
        WeightKind("bias", ("filter",)),
    ),
}
"""What Keras 1 kept for an LSTM or a GRU whose ``consume_less`` is not ``gpu``, and always for a ConvLSTM2D."""
GRU_WEIGHTS = recurrent(
    GRU_GATES,
    WeightKind(
        "bias", ("row", "unit"), flags=(USE_BIAS, RESET_AFTER), gates=GRU_GATES, rows=("for inputs", "for the state")
    ),
    WeightKind("bias", ("unit",), flags=(USE_BIAS, RESET_BEFORE), gates=GRU_GATES),
)
"""A GRU has one of two biases: two rows (for inputs and for the state) where the reset comes after, else one."""


def two_biases(gates: tuple[str, ...]) -> WeightKind:
    """The bias of a CuDNN layer: one for each gate's inputs, then one for its state."""
    return WeightKind("bias", ("unit",), gates=(*(f"input {gate}" for gate in gates), *gates))


def cell(class_name: str, name: str) -> tuple[Sublayer, ...]:
    """The cell of a recurrent layer: same config, its own name."""
    return (Sublayer(("cell",), name, class_name),)


def attention_part(part: str, *axes: str, private: bool, equation: str) -> Sublayer:
    """One projection of an attention layer, an EinsumDense whose axes the attention layer knows."""
    attribute = "output" if part == "attention_output" else part
    contracted = 2 if part == "attention_output" else 1
    attributes = (f"_{attribute}_dense", f"{attribute}_dense")
    bias = WeightKind("bias", axes[contracted:], flags=(USE_BIAS,), free_rank=True)
    return Sublayer(
        attributes if private else attributes[::-1],
        part,
        "EinsumDense",
        weights=(WeightKind("kernel", axes, free_rank=True), bias),
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


IDF_WEIGHTS = WeightKind("idf_weights", ("token",), trainable=False, flags=(TF_IDF,), counted=False)
WRAPPED = (Sublayer(("layer",), config_key="layer"),)


def plain(*names: str, **options: Any) -> tuple[LayerKind, ...]:  # noqa: ANN401 - fields of LayerKind
    """Rows of classes that have the same weights."""
    return tuple(LayerKind(name, **options) for name in names)


WITH_WEIGHTS: tuple[LayerKind, ...] = (
    *plain("Dense", "TimeDistributedDense", "TernaryDense", weights=(KERNEL, BIAS)),
    LayerKind(
        "EinsumDense",
        (
            WeightKind("kernel", (UNKNOWN,), free_rank=True, axes_of=einsum_kernel_axes),
            WeightKind("bias", ("unit",), flags=(Flag("bias_axes"),), free_rank=True, axes_of=einsum_bias_axes),
        ),
    ),
    LayerKind("Embedding", (WeightKind("embeddings", ("index", "unit")),)),
    LayerKind(
        "ReversibleEmbedding",
        (
            WeightKind("embeddings", ("index", "unit")),
            WeightKind("reverse_embeddings", ("unit", "index"), flags=(Flag("tie_weights", not_, default=False),)),
        ),
    ),
    *plain("Conv1D", "Conv2D", "Conv3D", weights=(CONV_KERNEL, CONV_BIAS)),
    *plain(
        *("Convolution1D", "AtrousConvolution1D", "AtrousConv1D"),
        weights=(CONV_1D_KERNEL, CONV_BIAS),
    ),
    *plain(
        *("Convolution2D", "Convolution3D", "AtrousConvolution2D", "AtrousConv2D"),
        *("Deconvolution2D", "Deconvolution3D"),
        weights=(CONV_1_KERNEL, CONV_BIAS),
    ),
    *plain(
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
        *("Convolution1DTranspose", "Convolution2DTranspose", "Convolution3DTranspose"),
        weights=(WeightKind("kernel", (ANY, "filter", "channel")), CONV_BIAS),
    ),
    *plain(
        *("DepthwiseConv1D", "DepthwiseConv2D"),
        weights=(WeightKind("kernel", DEPTHWISE_AXES), CONV_BIAS),
    ),
    *plain("SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", weights=SEPARABLE),
    LayerKind("SeparableConvolution2D", SEPARABLE_1),
    LayerKind(
        "LocallyConnected1D",
        (
            WeightKind("kernel", ("position", "input", "filter"), axes_of=partial(by_implementation, 1)),
            WeightKind("bias", ("position", "filter"), flags=(USE_BIAS,)),
        ),
    ),
    LayerKind(
        "LocallyConnected2D",
        (
            WeightKind("kernel", ("position", "input", "filter"), axes_of=partial(by_implementation, 2)),
            WeightKind("bias", ("row", "column", "filter"), flags=(USE_BIAS,)),
        ),
    ),
    *plain(
        *("BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2"),
        weights=BATCH_NORMALIZATION,
    ),
    LayerKind(
        "LayerNormalization",
        (
            GAMMA,
            replace(GAMMA, flags=(Flag("scale", not_, default=False), RMS_SCALING)),
            replace(BETA, flags=(CENTER, Flag("rms_scaling", not_))),
        ),
    ),
    *plain("GroupNormalization", "InstanceNormalization", weights=(GAMMA, BETA)),
    LayerKind("RMSNormalization", (WeightKind("scale", CHANNEL, free_rank=True),)),
    LayerKind(
        "SpectralNormalization",
        (WeightKind("vector_u", ("row", "unit"), trainable=False),),
        WRAPPED,
        shares_kernel=True,
    ),
    LayerKind("PReLU", (WeightKind("alpha", FEATURE, free_rank=True),)),
    LayerKind("ParametricSoftplus", tuple(WeightKind(name, FEATURE, free_rank=True) for name in ("alpha", "betas"))),
    LayerKind(
        "SReLU",
        tuple(WeightKind(name, FEATURE, free_rank=True) for name in ("t_left", "a_left", "t_right", "a_right")),
    ),
    LayerKind(
        "MaxoutDense",
        (
            WeightKind("kernel", ("feature", "input", "unit")),
            WeightKind("bias", ("feature", "unit"), flags=(USE_BIAS,)),
        ),
    ),
    LayerKind(
        "Highway",
        (
            WeightKind("kernel", ("input", "unit")),
            WeightKind("W_carry", ("input", "unit")),
            WeightKind("bias", ("unit",), flags=(USE_BIAS,)),
            WeightKind("b_carry", ("unit",), flags=(USE_BIAS,)),
        ),
    ),
    LayerKind("LSTM", sublayers=cell("LSTMCell", "lstm_cell")),
    LayerKind("GRU", sublayers=cell("GRUCell", "gru_cell")),
    LayerKind("SimpleRNN", sublayers=cell("SimpleRNNCell", "simple_rnn_cell")),
    LayerKind("LSTMCell", recurrent(LSTM_GATES), is_cell=True),
    LayerKind(
        "PeepholeLSTMCell",
        (
            *recurrent(LSTM_GATES),
            *(WeightKind(f"{gate}_gate_peephole_weights", ("unit",)) for gate in ("input", "forget", "output")),
        ),
        is_cell=True,
    ),
    LayerKind("GRUCell", GRU_WEIGHTS, is_cell=True),
    LayerKind("SimpleRNNCell", recurrent(()), is_cell=True),
    LayerKind("StackedRNNCells", sublayers=(Sublayer(("cells",), config_key="cells", listed=True),), is_cell=True),
    LayerKind("RNN", sublayers=(Sublayer(("cell",), config_key="cell"),)),
    LayerKind("CuDNNLSTM", recurrent(LSTM_GATES, two_biases(LSTM_GATES))),
    LayerKind("CuDNNGRU", recurrent(GRU_GATES, two_biases(GRU_GATES))),
    *plain("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", sublayers=cell("ConvLSTMCell", "conv_lstm_cell")),
    *plain(
        *("ConvLSTMCell", "ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell"),
        weights=convolutional_recurrent(),
        is_cell=True,
    ),
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
        (
            WeightKind("scale", flags=(Flag("use_scale", default=False),)),
            WeightKind("concat_score_weight", flags=(Flag("score_mode", partial(eq, "concat"), default=False),)),
        ),
    ),
    LayerKind("AdditiveAttention", (WeightKind("scale", ("unit",), flags=(Flag("use_scale"),)),)),
    *plain(
        *("Normalization", "FeatureNormalization"),
        weights=(
            WeightKind("mean", FEATURE, trainable=False, free_rank=True, flags=(ADAPTED,)),
            WeightKind("variance", FEATURE, trainable=False, free_rank=True, flags=(ADAPTED,)),
            WeightKind("count", (), trainable=False, flags=(ADAPTED,)),
        ),
    ),
    *plain(
        *("StringLookup", "IntegerLookup", "IndexLookup"),
        weights=(IDF_WEIGHTS,),
    ),
    LayerKind(
        "TextVectorization",
        (IDF_WEIGHTS,),
        (Sublayer(("_lookup_layer",), "string_lookup", "StringLookup"),),
    ),
    LayerKind(
        "RandomFourierFeatures",
        (
            WeightKind("kernel_scale", ("value",)),
            WeightKind("unscaled_kernel", ("input", "unit"), trainable=False),
            WeightKind("bias", ("unit",), trainable=False),
        ),
    ),
    LayerKind(
        # Keras 2 learns the bins of data into a weight, Keras 3 into the config.
        "Discretization",
        (
            WeightKind(
                "summary", ("kind", "bin"), trainable=False, flags=(Flag("bin_boundaries", not_, default=False),)
            ),
        ),
    ),
    LayerKind(
        "STFTSpectrogram",
        (
            WeightKind("real_kernel", ("step", "channel", "frequency"), flags=(Flag("mode", partial(ne, "imag")),)),
            WeightKind("imag_kernel", ("step", "channel", "frequency"), flags=(Flag("mode", partial(ne, "real")),)),
        ),
    ),
    *plain("TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer", wraps_code=True),
    *plain("Functional", "Sequential", "Model", "Graph", is_model=True),
    *plain("Merge", "Pipeline", sublayers=(Sublayer(("layers",), config_key="layers", listed=True),)),
)

WITHOUT_WEIGHTS: frozenset[str] = frozenset(
    """
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AddLoss AddMetric AlphaDropout AugMix
    AutoContrast Average AveragePool1D AveragePool2D AveragePool3D AveragePooling1D AveragePooling2D
    AveragePooling3D AvgPool1D AvgPool2D AvgPool3D CategoryEncoding CenterCrop ClassMethod Concatenate
    ContrastLimitedAdaptiveHistogramEqualization Cropping1D Cropping2D Cropping3D CutMix Dot Dropout Dropout1D ELU
    Equalization Flatten GaussianDropout GaussianNoise GaussianNoise1D GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D
    GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D Grayscale HashedCrossing Hashing
    Identity InputLayer InstanceMethod InstanceProperty Lambda LeakyReLU LRN2D Masking Maximum
    MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D MelSpectrogram Minimum
    MixUp Multiply Permute RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
    RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale
    RandomHeight RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
    RandomSharpness RandomShear RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape
    Resizing SlicingOpLambda Softmax Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract
    TensorFlowOpLayer TFDConcat TFOpLambda ThresholdedLinear ThresholdedReLU UnitNormalization
    UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """.split()  # noqa: SIM905 - names wrap better than a list of them
)
"""Classes that never have weights."""

FLIPPED_BY_THEANO: frozenset[str] = frozenset(
    {
        *("Convolution1D", "Convolution2D", "Convolution3D", "AtrousConvolution1D", "AtrousConvolution2D"),
        *("Deconvolution2D", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D", "ConvLSTMCell"),
    }
)
"""Classes whose kernels lie reversed along each spatial axis in files that Keras wrote with Theano.

Theano convolves, where the other backends correlate. Source: ``convert_kernel`` in keras/engine/saving.py of Keras 2.
"""

LAYERS: Mapping[str, LayerKind] = {
    **{kind.class_name: kind for kind in WITH_WEIGHTS},
    **{name: LayerKind(name) for name in WITHOUT_WEIGHTS},
}


def plain_class_name(name: str) -> str:
    """The class without the package it was registered under: ``Block`` for ``my_package>Block``."""
    return name.rsplit(">", 1)[-1]


def is_registered_elsewhere(name: str) -> bool:
    """Whether a name says that its class was registered in a package which is not Keras's: ``my_package>Dense``."""
    package, separator, _ = name.rpartition(">")
    return bool(separator) and package.partition(".")[0] != "keras"


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
    if kind.class_name != "GroupedQueryAttention"
}


def class_of_name(name: str) -> str | None:
    """The built-in class that Keras would have named so: ``Dense`` for ``dense_1``."""
    return BY_GROUP_NAME.get(name) or BY_GROUP_NAME.get(unnumbered(name))


def unnumbered(name: str) -> str:
    """A name without the number that Keras puts behind all but the first of a kind: ``dense`` for ``dense_1``."""
    return NUMBER.sub("", name)


def flag_holds(flag: Flag, config: Mapping[str, Any]) -> bool:
    """Whether a layer's config says what a flag asks for."""
    for key in (flag.key, flag.older):
        if key is not None and key in config:
            return bool(flag.test(config[key]))
    return flag.default


def weights_for(kinds: Iterable[WeightKind], config: Mapping[str, Any]) -> tuple[WeightKind, ...]:
    """Those weights that a layer with this config has, in stored order."""
    return tuple(told(kind, config) for kind in kinds if all(flag_holds(flag, config) for flag in kind.flags))


def told(kind: WeightKind, config: Mapping[str, Any]) -> WeightKind:
    """A weight with the axes that the config tells."""
    axes = kind.axes_of(config) if kind.axes_of else None
    return kind if axes is None else replace(kind, axes=axes)
