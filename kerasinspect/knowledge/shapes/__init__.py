"""Output shapes without Keras: what comes out of a layer, from its config and the shapes that go in."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.knowledge.config_values import LARGEST, first_of, is_whole, mapping, word
from kerasinspect.knowledge.shapes import features, images, merging, sequences
from kerasinspect.knowledge.shapes.rule import Config, Inputs, Outputs, Rule, Untold, need, only, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.model import Shape

DEEPEST = 20
"""Wrappers in wrappers beyond this are not followed."""


def output_shape(class_name: str, config: Config, inputs: Inputs) -> Outputs | None:
    """Give the shape that a layer puts out, or a tuple of shapes where it puts out several.

    A layer without inputs takes the shape that its own config names. None for a custom class, a Lambda, a nested
    Functional model, and wherever config and inputs do not decide the shape or contradict each other.
    """
    try:
        shape = _infer(class_name, config, inputs, 0)
    except Untold:
        return None
    sizes = chain.from_iterable(axis if isinstance(axis, tuple) else [axis] for axis in shape)
    return shape if all(size is None or 0 < size <= LARGEST for size in sizes) else None


def configured_input(config: Config) -> Shape | None:
    """Give the input shape that a layer's config names, batch first: that of an InputLayer, or of a first layer."""
    shape = first_of(config, "batch_shape", "batch_input_shape")
    if isinstance(shape, list | tuple) and all(size is None or is_whole(size) for size in shape):
        return tuple(shape)
    return None


def _infer(class_name: str, config: Config, inputs: Inputs, depth: int) -> Outputs:
    only(depth < DEEPEST)
    if not inputs or class_name == "InputLayer":
        inputs = [need(configured_input(config))]
    wrapper = _WRAPPERS.get(class_name)
    if wrapper is not None:
        return wrapper(config, inputs, depth + 1)
    return need(RULES.get(class_name))(config, inputs)


def _one(shape: Outputs) -> Shape:
    """Take one shape for what it is, and give up on several."""
    sizes = tuple(size for size in shape if not isinstance(size, tuple))
    only(len(sizes) == len(shape))
    return sizes


def _inner(config: Config, inputs: Inputs, depth: int) -> Outputs:
    """Give what the layer inside puts out."""
    layer = mapping(config, "layer")
    return _infer(need(word(layer, "class_name")), mapping(layer, "config"), inputs, depth)


def _time_distributed(config: Config, inputs: Inputs, depth: int) -> Outputs:
    only(len(inputs[0]) > 1)
    batch, *rest = _one(_inner(config, [(inputs[0][0], *inputs[0][2:])], depth))
    return (batch, inputs[0][1], *rest)


def _bidirectional(config: Config, inputs: Inputs, depth: int) -> Outputs:
    outputs = _inner(config, inputs, depth)
    several = [shape for shape in outputs if isinstance(shape, tuple)]
    forward, states = (several[0], several[1:]) if several else (_one(outputs), [])
    match config.get("merge_mode", "concat"):
        case None:
            return (forward, forward, *states, *states)
        case "concat":
            last = need(forward[-1])
            forward = (*forward[:-1], 2 * last)
        case mode:
            only(mode in ("sum", "mul", "ave"))
    return (forward, *states, *states) if states else forward


def _sequential(config: Config, inputs: Inputs, depth: int) -> Outputs:
    layers = first_of(config, "layers")
    only(isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers))
    shape: Outputs = inputs[0]
    for layer in layers:
        if word(layer, "class_name") != "InputLayer":
            shape = _infer(need(word(layer, "class_name")), mapping(layer, "config"), [_one(shape)], depth)
    return shape


_WRAPPERS: Mapping[str, Callable[[Config, Inputs, int], Outputs]] = {
    "TimeDistributed": _time_distributed,
    "Bidirectional": _bidirectional,
    "SpectralNormalization": _inner,
    "Sequential": _sequential,
    "Pipeline": _sequential,
}
"""Classes whose output is that of layers inside them."""


def _classes(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


RULES: Mapping[str, Rule] = {
    **_classes(
        same,
        """
        InputLayer Activation ReLU LeakyReLU PReLU ELU Softmax ThresholdedReLU ThresholdedLinear SReLU
        ParametricSoftplus Identity ActivityRegularization AddLoss AddMetric Highway Masking
        Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise
        BatchNormalization SyncBatchNormalization BatchNormalizationV1 BatchNormalizationV2 LayerNormalization
        GroupNormalization RMSNormalization UnitNormalization InstanceNormalization Normalization LRN2D Rescaling
        GroupQueryAttention GroupedQueryAttention
        AugMix AutoContrast CutMix Equalization MixUp RandAugment RandomBrightness RandomColorDegeneration
        RandomColorJitter RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
        RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
        RandomSharpness RandomShear RandomTranslation RandomZoom Solarization
        """,
    ),
    **_classes(features.dense, "Dense TimeDistributedDense MaxoutDense TernaryDense RandomFourierFeatures"),
    "EinsumDense": features.einsum_dense,
    **_classes(features.embedding, "Embedding ReversibleEmbedding"),
    **_classes(
        images.convolution,
        """
        Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D AtrousConvolution1D AtrousConvolution2D
        AtrousConv1D AtrousConv2D SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D
        LocallyConnected1D LocallyConnected2D
        """,
    ),
    **_classes(images.depthwise, "DepthwiseConv1D DepthwiseConv2D"),
    **_classes(images.transposed, "Conv1DTranspose Conv2DTranspose Conv3DTranspose"),
    **_classes(images.transposed, "Convolution1DTranspose Convolution2DTranspose Convolution3DTranspose"),
    **_classes(images.deconvolution, "Deconvolution2D Deconvolution3D"),
    **_classes(
        images.pooling,
        """
        MaxPooling1D MaxPooling2D MaxPooling3D MaxPool1D MaxPool2D MaxPool3D AveragePooling1D AveragePooling2D
        AveragePooling3D AveragePool1D AveragePool2D AveragePool3D AvgPool1D AvgPool2D AvgPool3D
        """,
    ),
    **_classes(
        images.global_pooling,
        """
        GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D
        GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
        GlobalAvgPool3D
        """,
    ),
    **_classes(
        images.adaptive_pooling,
        """
        AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
        AdaptiveMaxPooling2D AdaptiveMaxPooling3D
        """,
    ),
    **_classes(images.zero_padding, "ZeroPadding1D ZeroPadding2D ZeroPadding3D"),
    **_classes(images.cropping, "Cropping1D Cropping2D Cropping3D"),
    **_classes(images.up_sampling, "UpSampling1D UpSampling2D UpSampling3D"),
    **_classes(images.fixed_size, "Resizing CenterCrop RandomCrop"),
    "STFTSpectrogram": images.stft_spectrogram,
    "MelSpectrogram": images.mel_spectrogram,
    "Flatten": features.flatten,
    "Reshape": features.reshape,
    "Permute": features.permute,
    "RepeatVector": features.repeat_vector,
    **_classes(sequences.lstm, "LSTM CuDNNLSTM"),
    **_classes(sequences.gru, "GRU CuDNNGRU SimpleRNN"),
    **_classes(sequences.convolutional, "ConvLSTM1D ConvLSTM2D ConvLSTM3D"),
    "RNN": sequences.with_cell,
    **_classes(merging.elementwise, "Add Subtract Multiply Average Maximum Minimum"),
    "Concatenate": merging.concatenate,
    "Dot": merging.dot,
    "Merge": merging.merge,
    **_classes(features.attention, "Attention AdditiveAttention"),
    "MultiHeadAttention": features.multi_head_attention,
    "CategoryEncoding": features.category_encoding,
    "Discretization": features.discretization,
    "Hashing": features.hashing,
    "HashedCrossing": features.hashed_crossing,
    **_classes(features.lookup, "StringLookup IntegerLookup IndexLookup"),
    "TextVectorization": features.text_vectorization,
    "RandomHeight": features.random_height,
    "RandomWidth": features.random_width,
}
"""Class name to the rule that gives its output shape."""
