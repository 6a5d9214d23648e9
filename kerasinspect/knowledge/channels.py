"""Which axis runs along a layer's own units, which axes a layer passes on, and which one its kernel multiplies.

Axes are counted from the batch, which is axis 0. An axis is passed on where the positions of the output are those of
the input, one for one: what stands at channel 3 comes from channel 3. Normalisations and softmax mix the values of
channels, yet keep their places, and are among them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.config_values import flag, mapping, whole, whole_numbers, word
from kerasinspect.knowledge.fans import einsum_terms, wrapped_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    Config = Mapping[str, Any]

PLACE_BY_PLACE = frozenset(
    """
    Activation ActivityRegularization AddLoss AddMetric AlphaDropout Dropout ELU GaussianDropout GaussianNoise
    GroupNormalization Identity InstanceNormalization LayerNormalization LeakyReLU Masking MixUp Normalization PReLU
    ParametricSoftplus RMSNormalization RandomBrightness RandomInvert RandomPosterization ReLU Rescaling SReLU Softmax
    Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D ThresholdedLinear ThresholdedReLU UnitNormalization
    """.split()  # noqa: SIM905 - a list of 50 quoted names would hide them
)
"""Classes that keep every axis."""
ALONG_AXIS = frozenset(
    {"BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"},
)
"""Classes that keep the axis which their config names apart, and mix the others in their statistics."""
CHANNEL_BY_CHANNEL = frozenset(
    """
    AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D
    AdaptiveMaxPooling3D AutoContrast AveragePool1D AveragePool2D AveragePool3D AveragePooling1D AveragePooling2D
    AveragePooling3D AvgPool1D AvgPool2D AvgPool3D CenterCrop Cropping1D Cropping2D Cropping3D CutMix Equalization
    MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D RandomContrast RandomCrop
    RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomHeight RandomPerspective RandomRotation
    RandomSharpness RandomShear RandomTranslation RandomWidth RandomZoom Resizing UpSampling1D UpSampling2D
    UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """.split()  # noqa: SIM905 - as above
)
"""Classes that move or mix places within each channel."""
ONE_PER_CHANNEL = frozenset(
    """
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
    GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
    GlobalMaxPooling3D
    """.split()  # noqa: SIM905 - as above
)
"""Classes that take the places away."""
PASSING = PLACE_BY_PLACE | ALONG_AXIS | CHANNEL_BY_CHANNEL | ONE_PER_CHANNEL | {"RepeatVector"}

SPREAD = 2
"""The way of a locally connected layer to keep its kernel with an axis for the channels alone."""

_PICTURES_IN_STEPS = re.compile(r"ConvLSTM(\d)D")
_DEEPEST = 20


def passes_on(class_name: str, config: Config) -> bool:
    """Tell whether what a layer puts out are the channels that come in, rather than its own."""
    return _at_each_step(class_name, config)[0] in PASSING


def passed_axis(class_name: str, config: Config, axis: int, rank: int) -> int | None:
    """Give the output axis along which the positions of an input axis go on; None where they end.

    ``rank`` is the number of axes that come in.
    """
    class_name, config, steps = _at_each_step(class_name, config)
    passed = _passed(class_name, config, axis - steps, rank - steps) if axis > steps else None
    return None if passed is None else passed + steps


def own_axis(class_name: str, config: Config, rank: int) -> int:
    """Give the axis of an output of so many axes that runs along the layer's own units, filters or outputs."""
    class_name, config, steps = _at_each_step(class_name, config)
    return _worked_axis(*wrapped_layer(class_name, config), rank - steps) + steps


def multiplied_axis(class_name: str, config: Config, place: int, rank: int) -> int | None:
    """Give the axis of an input of so many axes along which axis ``place`` of the layer's kernel runs.

    None where it runs along none of them, or along several at once.
    """
    class_name, config = wrapped_layer(class_name, config)
    if class_name == "EinsumDense":
        return _einsum_axis(config, place, rank)
    if class_name.startswith("LocallyConnected") and whole(config, "implementation") != SPREAD:
        return None
    return _worked_axis(class_name, config, rank)


def _at_each_step(class_name: str, config: Config) -> tuple[str, Config, int]:
    """Give the class and config of what a TimeDistributed applies at each step, and how many axes of steps it adds."""
    for steps in range(_DEEPEST):
        if class_name != "TimeDistributed":
            return class_name, config, steps
        inner = mapping(config, "layer")
        class_name, config = word(inner, "class_name") or "", mapping(inner, "config")
    return "", {}, 0


def _passed(class_name: str, config: Config, axis: int, rank: int) -> int | None:
    if class_name in PLACE_BY_PLACE:
        return axis
    if class_name in ALONG_AXIS:
        return axis if axis in named_axes(config, rank) else None
    if axis != channel_axis(config, rank):
        return None
    if class_name in ONE_PER_CHANNEL:
        return axis if flag(config, "keepdims", default=False) else 1
    if class_name == "RepeatVector":
        return axis + 1
    return axis if class_name in CHANNEL_BY_CHANNEL else None


def named_axes(config: Config, rank: int) -> tuple[int, ...]:
    """Give the axes that a normalisation keeps apart; its last one where it does not say."""
    axis = whole(config, "axis")
    axes = (-1,) if config.get("axis") is None else (axis,) if axis is not None else whole_numbers(config, "axis") or ()
    return tuple(axis % rank for axis in axes if -rank <= axis < rank)


def channel_axis(config: Config, rank: int) -> int:
    """Give the axis of the channels of a picture or a sequence."""
    first = word(config, "data_format") == "channels_first" or word(config, "dim_ordering") == "th"
    return 1 if first else rank - 1


def _worked_axis(class_name: str, config: Config, rank: int) -> int:
    """Give the axis that a layer's kernel multiplies, and that its units lie along."""
    axis = channel_axis(config, rank)
    sequence = _PICTURES_IN_STEPS.match(class_name)
    # A sequence of pictures has its steps before the channels; its last picture alone has none.
    return rank - 1 - int(sequence[1]) if sequence and axis == 1 else axis


def _einsum_axis(config: Config, place: int, rank: int) -> int | None:
    """Give the input axis of one letter of an EinsumDense kernel."""
    terms = einsum_terms(config)
    if terms is None or place >= len(terms[1]) or terms[1][place] not in terms[0]:
        return None
    at = terms[0].index(terms[1][place])
    from_end = (word(config, "equation") or "").startswith("...")
    return rank - len(terms[0]) + at if from_end else at
