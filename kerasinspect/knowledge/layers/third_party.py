"""The table of other people's layers: what classes of other packages hold, as read from one version of each package.

These are no rows of the layer table: nothing here tells how such a layer computes, so that no shape, no position in
``get_weights()`` and no initializer follows from it. A row counts where the config says that the class is of its
package, by module or by the name it was registered under; where an older file says neither, by keys that only that
class has.

Source: the packages, and small models that they saved (``tests/data/third_party``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.knowledge.fan_rules import dense, lookup
from kerasinspect.knowledge.kinds import UNKNOWN, Flag, LayerSpec, Sublayer, WeightSpec
from kerasinspect.knowledge.layers.weights import BIAS, KERNEL, WRAPPED_WHOLE
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.json_values import JsonObject

_TFMOT = "tensorflow-model-optimization 0.8.0"
_QKERAS = "QKeras 0.9.0"
_LARQ = "larq 0.13.3"
_ADDONS = "tensorflow-addons 0.23.0"
_TCN = "keras-tcn 3.5.7"
_TF2CRF = "tf2crf 0.1.33"
_RS = "keras-rs 0.4.0"
_HGQ2 = "HGQ2 0.2.0"

_MODULES = {
    _TFMOT: ("tensorflow_model_optimization",),
    _QKERAS: ("qkeras",),
    _LARQ: ("larq",),
    _ADDONS: ("tensorflow_addons",),
    _TCN: ("tcn",),
    _TF2CRF: ("tf2crf",),
    _RS: ("keras_rs",),
    _HGQ2: ("hgq",),
}
"""Where the classes of each package are defined."""
_REGISTERED = {
    _TFMOT: (),
    _QKERAS: (),
    _LARQ: (),
    _ADDONS: ("Addons",),
    _TCN: (),
    _TF2CRF: (),
    _RS: ("keras_rs",),
    _HGQ2: ("hgq",),
}
"""What each package registers its classes under."""


class _Row(NamedTuple):
    """A class of another package."""

    package: str
    class_name: str
    sentence: str
    weights: tuple[WeightSpec, ...] = ()
    sublayers: tuple[Sublayer, ...] = ()
    like: str = ""
    """The class of Keras that it extends, and of which it has the weights and the cell, before its own."""
    moves: tuple[str, ...] = ()
    """Weights that the layer inside no longer has, since the wrapper has them."""
    keys: tuple[str, ...] = ()
    """Keys of its config that no other class has all of."""


def _any(
    name: str, sentence: str = "", *, trainable: bool = True, key: str = "", dtypes: tuple[str, ...] = ()
) -> WeightSpec:
    """A weight whose axes follow from the layer inside, or from nothing that a config says."""
    flags = (Flag(key),) if key else ()
    return WeightSpec(
        name, (UNKNOWN,), trainable=trainable, free_rank=True, flags=flags, dtypes=dtypes, sentence=sentence
    )


def _value(name: str, sentence: str, *, trainable: bool = False, dtypes: tuple[str, ...] = ()) -> WeightSpec:
    """A single number."""
    return WeightSpec(name, (), trainable=trainable, dtypes=dtypes, sentence=sentence)


_WHOLE = ("int64", "int32")
_COPY = _any("kernel", "The kernel of the layer inside, kept a second time.")
_PRUNED = (Flag("pruned"),)
"""Stands for a layer inside that has a kernel, of which no config tells."""
_MASK = _any(
    "mask", "One for each number of the kernel inside that is kept, zero for each that is pruned.", trainable=False
)
_THRESHOLD = _value("threshold", "Numbers of the kernel that are closer to zero than this are pruned.")
_STEP = _value("pruning_step", "How many steps the pruning has gone.", dtypes=_WHOLE)
_OPTIMIZER_STEP = _value("optimizer_step", "How many steps the training has gone; -1 before it began.", dtypes=_WHOLE)


def _limit(name: str, which: str, what: str, *flags: Flag) -> WeightSpec:
    """A limit between which numbers are rounded to eight bits."""
    sentence = f"The {which} number that {what} is rounded to, one for all or one per channel."
    return WeightSpec(name, ("channel",), trainable=False, free_rank=True, flags=flags, sentence=sentence)


_LIMITS = tuple(
    _limit(f"{name}_{end}", which, what, Flag(f"{name}_{end}"))
    for name, what in (
        ("kernel", "the kernel"),
        ("pre_activation", "what comes before the activation"),
        ("post_activation", "what the activation gives"),
        ("output", "the output"),
    )
    for end, which in (("min", "smallest"), ("max", "largest"))
)
"""Which of them a layer has, its quantize_config decides; a file that numbers them does not tell."""
_QUANTIZER_KEYS = ("kernel_quantizer", "bias_quantizer")
_RANGES = ("kernel_range", "bias_range")
_CELL_KEYS = ("kernel_quantizer", "recurrent_quantizer", "state_quantizer")
_UNITS = ("input", "unit")
_COUNTED = (Flag("enable_ebops"),)
_COSTS = (
    replace(_value("beta", "How strongly the bits that the layer computes with count in the loss."), flags=_COUNTED),
    replace(
        _value("ebops", "The bit operations that the layer was last counted to take.", dtypes=("uint32",)),
        flags=_COUNTED,
    ),
)
"""What a layer of HGQ2 has beside its own weights, after them."""

_ROWS: tuple[_Row, ...] = (
    _Row(
        _TFMOT,
        "PruneLowMagnitude",
        "Wraps a layer whose kernel is pruned while it trains: a mask sets small numbers to zero.",
        (*(replace(kind, flags=_PRUNED) for kind in (_COPY, _MASK, _THRESHOLD)), _STEP),
        (WRAPPED_WHOLE,),
        keys=("pruning_schedule", "block_size", "layer"),
    ),
    _Row(
        _TFMOT,
        "ClusterWeights",
        "Wraps a layer whose kernel takes only a few values, the centroids of clusters.",
        (
            _any("kernel", "The kernel, which the wrapper has in place of the layer inside."),
            WeightSpec("cluster_centroids_kernel", ("cluster",), sentence="The values that the kernel may take."),
            _any(
                "pulling_indices_kernel",
                "The cluster that each number of the kernel belongs to.",
                trainable=False,
                dtypes=("int64", "int32"),
            ),
        ),
        (WRAPPED_WHOLE,),
        moves=("kernel",),
        keys=("number_of_clusters", "cluster_centroids_init", "layer"),
    ),
    _Row(
        _TFMOT,
        "QuantizeWrapperV2",
        "Wraps a layer that trains as if its kernel and its output were whole numbers of eight bits.",
        (_OPTIMIZER_STEP, *_LIMITS),
        (WRAPPED_WHOLE,),
        keys=("quantize_config", "layer"),
    ),
    _Row(
        _TFMOT,
        "QuantizeLayer",
        "Rounds its input to what eight bits can say, within limits that it follows.",
        (
            _limit("quantize_layer_min", "smallest", "the input"),
            _limit("quantize_layer_max", "largest", "the input"),
            _OPTIMIZER_STEP,
        ),
        keys=("quantizer",),
    ),
    *(
        _Row(
            _QKERAS, f"Q{like}", f"A {like} layer whose numbers are quantized while it computes.", like=like, keys=keys
        )
        for like, keys in (
            ("Dense", (*_QUANTIZER_KEYS, *_RANGES)),
            ("Conv1D", (*_QUANTIZER_KEYS, *_RANGES)),
            ("Conv2D", (*_QUANTIZER_KEYS, *_RANGES)),
            ("Conv2DTranspose", _QUANTIZER_KEYS),
            ("DepthwiseConv2D", ("depthwise_quantizer", "bias_quantizer")),
            ("SeparableConv1D", ("depthwise_quantizer", "pointwise_quantizer", "bias_quantizer")),
            ("SeparableConv2D", ("depthwise_quantizer", "pointwise_quantizer", "bias_quantizer")),
            ("BatchNormalization", ("gamma_quantizer", "beta_quantizer", "mean_quantizer")),
            ("SimpleRNN", _CELL_KEYS),
            ("LSTM", _CELL_KEYS),
            ("GRU", _CELL_KEYS),
        )
    ),
    _Row(
        _QKERAS,
        "QBidirectional",
        "Reads the sequence twice, forwards and backwards, with a quantized layer of its own for each direction.",
        like="Bidirectional",
    ),
    *(
        _Row(
            _LARQ,
            f"Quant{like}",
            f"A {like} layer whose kernel and input are quantized while it computes.",
            like=like,
            keys=keys,
        )
        for like, keys in (
            ("Dense", ("input_quantizer", "kernel_quantizer")),
            ("Conv1D", ("input_quantizer", "kernel_quantizer", "pad_values")),
            ("Conv2D", ("input_quantizer", "kernel_quantizer", "pad_values")),
            ("Conv3D", ("input_quantizer", "kernel_quantizer", "pad_values")),
            ("Conv2DTranspose", ("input_quantizer", "kernel_quantizer")),
            ("Conv3DTranspose", ("input_quantizer", "kernel_quantizer")),
            ("DepthwiseConv2D", ("input_quantizer", "depthwise_quantizer", "pad_values")),
            ("SeparableConv1D", ("input_quantizer", "depthwise_quantizer", "pointwise_quantizer")),
            ("SeparableConv2D", ("input_quantizer", "depthwise_quantizer", "pointwise_quantizer")),
        )
    ),
    _Row(
        _ADDONS,
        "WeightNormalization",
        "Wraps a layer and learns the direction and the length of its kernel apart.",
        (
            WeightSpec(
                "g", ("unit",), sentence="The length of the kernel for each unit; the kernel has its direction."
            ),
            _any("kernel", "The direction of the kernel, which the wrapper has in place of the layer inside."),
            _value("initialized", "Whether the lengths were set from the first data.", dtypes=("bool",)),
        ),
        (WRAPPED_WHOLE,),
        moves=("kernel",),
    ),
    _Row(
        _ADDONS,
        "SpectralNormalization",
        "Wraps a layer and divides its kernel by its largest singular value.",
        (
            _COPY,
            WeightSpec(
                "sn_u",
                ("one", "unit"),
                trainable=False,
                sentence="A vector from which the largest singular value is found.",
            ),
        ),
        (WRAPPED_WHOLE,),
    ),
    _Row(_ADDONS, "LayerNormLSTMCell", "An LSTM cell that normalizes the sums of its gates.", like="LSTMCell"),
    _Row(
        _ADDONS,
        "PeepholeLSTMCell",
        "An LSTM cell whose gates see its memory, too.",
        tuple(
            WeightSpec(
                f"{gate}_gate_peephole_weights",
                ("unit",),
                sentence=f"How strongly the memory counts in the {gate} gate.",
            )
            for gate in ("input", "forget", "output")
        ),
        like="LSTMCell",
    ),
    _Row(
        _ADDONS,
        "NoisyDense",
        "A Dense layer with noise on its kernel and its bias, of which it learns the strength.",
        (
            WeightSpec(
                "sigma_kernel", _UNITS, fans=dense, sentence="The strength of the noise on each number of the kernel."
            ),
            WeightSpec("mu_kernel", _UNITS, fans=dense, sentence="The kernel without its noise."),
            WeightSpec(
                "sigma_bias", ("unit",), flags=(Flag("use_bias"),), sentence="The strength of the noise on the bias."
            ),
            WeightSpec("mu_bias", ("unit",), flags=(Flag("use_bias"),), sentence="The bias without its noise."),
            WeightSpec("eps_kernel", _UNITS, trainable=False, sentence="The noise on the kernel as it was last drawn."),
            WeightSpec(
                "eps_bias",
                ("unit",),
                trainable=False,
                flags=(Flag("use_bias"),),
                sentence="The noise on the bias as it was last drawn.",
            ),
        ),
    ),
    _Row(
        _ADDONS,
        "PolynomialCrossing",
        "Multiplies its first input by a Dense layer of its second one.",
        (replace(KERNEL, flags=(Flag("projection_dim", lambda value: value is None),)), BIAS),
    ),
    _Row(
        _ADDONS,
        "TLU",
        "Takes the larger of its input and a limit that it learns.",
        (_any("tau", "The limit of each channel."), _any("alpha", "The slope of each channel.", key="affine")),
    ),
    *(
        _Row(_ADDONS, name, sentence, (_any("gamma", key="scale"), _any("beta", key="center")))
        for name, sentence in (
            ("GroupNormalization", "Normalizes the channels of each group by themselves."),
            ("InstanceNormalization", "Normalizes each channel of each example by itself."),
        )
    ),
    _Row(
        _ADDONS,
        "FilterResponseNormalization",
        "Divides each channel by the root of its mean square.",
        (
            _any("learned_epsilon", key="learned_epsilon"),
            _any("gamma"),
            _any("beta"),
        ),
    ),
    _Row(
        _ADDONS,
        "MultiHeadAttention",
        "Several attentions side by side, each with projections of its own.",
        (
            WeightSpec(
                "query_kernel", ("head", "input", "unit"), sentence="Projects what asks to the size of each head."
            ),
            WeightSpec(
                "key_kernel", ("head", "input", "unit"), sentence="Projects what is asked to the size of each head."
            ),
            WeightSpec(
                "value_kernel", ("head", "input", "unit"), sentence="Projects what is told to the size of each head."
            ),
            WeightSpec(
                "projection_kernel",
                ("head", "input", "unit"),
                sentence="Projects the results of all heads to the output.",
            ),
            WeightSpec("projection_bias", ("unit",), flags=(Flag("use_projection_bias"),)),
        ),
    ),
    _Row(_ADDONS, "NetVLAD", "Counts how features lie around centers that it learns.", (_any("cluster_centers"),)),
    _Row(
        _ADDONS,
        "EmbeddingBag",
        "Looks up rows of the embeddings and takes their mean or sum.",
        (WeightSpec("embeddings", ("index", "unit"), fans=lookup),),
    ),
    _Row(
        _ADDONS,
        "CRF",
        "Tags a sequence by a conditional random field: scores of tags and of steps from tag to tag.",
        (
            WeightSpec("chain_kernel", ("previous tag", "tag"), sentence="The score of each step from tag to tag."),
            WeightSpec(
                "left_boundary",
                ("tag",),
                flags=(Flag("use_boundary"),),
                sentence="The score of each tag as the first one.",
            ),
            WeightSpec(
                "right_boundary",
                ("tag",),
                flags=(Flag("use_boundary"),),
                sentence="The score of each tag as the last one.",
            ),
        ),
    ),
    _Row(
        _TF2CRF,
        "CRF",
        "Tags a sequence by a conditional random field: scores of tags and of steps from tag to tag.",
        (WeightSpec("transitions", ("previous tag", "tag"), sentence="The score of each step from tag to tag."),),
    ),
    _Row(
        _TCN,
        "TCN",
        "A stack of dilated causal convolutions over a sequence.",
        keys=("nb_filters", "nb_stacks", "dilations", "use_skip_connections"),
    ),
    *(
        _Row(_HGQ2, f"Q{like}", f"A {like} layer that learns how many bits its numbers have.", _COSTS, like=like)
        for like in ("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D")
    ),
    _Row(
        _HGQ2,
        "QBatchNormalization",
        "A BatchNormalization layer that learns how many bits its numbers have.",
        (
            _any("bn_gamma", key="scale"),
            _any("bn_beta", key="center"),
            _any("moving_mean", trainable=False),
            _any("moving_variance", trainable=False),
            *_COSTS,
        ),
    ),
    _Row(
        _RS,
        "EmbedReduce",
        "Looks up rows of the embeddings and takes their mean or sum.",
        (WeightSpec("embeddings", ("index", "unit"), fans=lookup),),
    ),
    _Row(_RS, "FeatureCross", "Multiplies its first input by a Dense layer of what came before, and adds that."),
)


@cache
def _rows_by_class() -> Mapping[str, tuple[_Row, ...]]:
    """The rows of each class name; two packages may have a class of one name."""
    found: dict[str, tuple[_Row, ...]] = {}
    for row in _ROWS:
        found[row.class_name] = (*found.get(row.class_name, ()), row)
    return found


def third_party_row(class_name: str, module: str, registered: str, config: JsonObject) -> LayerSpec | None:
    """The row of another package's class that an entry of a config names; None where nothing proves whose it is.

    ``registered`` is the name that it was registered under, with its package.
    """
    package, separator, _ = registered.rpartition(">")
    for row in _rows_by_class().get(class_name, ()):
        is_module = module.partition(".")[0] in _MODULES[row.package]
        is_registered = bool(separator) and package in _REGISTERED[row.package]
        is_keyed = not module and not separator and bool(row.keys) and all(key in config for key in row.keys)
        if is_module or is_registered or is_keyed:
            return _spec_of(row)
    return None


def _as_in_keras_2(kind: WeightSpec) -> WeightSpec:
    """A weight of a class of Keras by the name that it had when these packages extended it."""
    return replace(kind, name=kind.older_name or kind.name, older_name="", initial=None, initial_keys=())


@cache
def _spec_of(row: _Row) -> LayerSpec:
    """A row as the layer table has them."""
    from kerasinspect.knowledge.layers import LAYERS  # noqa: PLC0415 - that table is made of modules like this one

    base = LAYERS.get(row.like)
    inherited = tuple(_as_in_keras_2(kind) for kind in base.weights) if base else ()
    sublayers = tuple(
        replace(part, class_name=f"Q{part.class_name}", weights=LAYERS[part.class_name].weights)
        if part.class_name
        else part
        for part in (base.sublayers if base else ())
    )
    return LayerSpec(
        row.class_name,
        row.sentence,
        (*inherited, *row.weights),
        (*sublayers, *row.sublayers),
        package=row.package,
        moves=row.moves,
    )
