"""Layers that normalize what comes in, or the kernel of the layer inside them."""

from __future__ import annotations

from functools import partial
from operator import is_, not_

from kerasinspect.knowledge.axes import kept_apart
from kerasinspect.knowledge.kinds import (
    Explanation,
    Flag,
    LayerSpec,
    Passing,
    Remains,
    Sizing,
    WeightSpec,
)
from kerasinspect.knowledge.layers.weights import WRAPPED_WHOLE
from kerasinspect.knowledge.shapes import wrappers
from kerasinspect.knowledge.shapes.rule import same
from kerasinspect.late.dataclasses import replace

_SCALE, _CENTER = Flag("scale"), Flag("center")
_RENORM, _RMS_SCALING = Flag("renorm", default=False), Flag("rms_scaling", default=False)
_ADAPTED = Flag("mean", partial(is_, None))
"""Normalization learns its statistics from data where they are not given."""
_CHANNEL, _FEATURE = ("channel",), ("feature",)

_GAMMA = WeightSpec(
    "gamma",
    _CHANNEL,
    flags=(_SCALE,),
    free_rank=True,
    axes_of=kept_apart,
    initial="ones",
    initial_keys=("gamma_initializer",),
)
_BETA = WeightSpec(
    "beta",
    _CHANNEL,
    flags=(_CENTER,),
    free_rank=True,
    axes_of=kept_apart,
    initial="zeros",
    initial_keys=("beta_initializer",),
)


def _statistic(name: str, initial: str, *flags: Flag, initial_keys: tuple[str, ...] = ()) -> WeightSpec:
    """A number per channel that is collected while training."""
    return WeightSpec(
        name,
        _CHANNEL,
        trainable=False,
        flags=flags,
        free_rank=True,
        axes_of=kept_apart,
        initial=initial,
        initial_keys=initial_keys,
    )


ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "BatchNormalization",
        "Shifts and scales each channel to mean 0 and variance 1, then by gamma and beta, where it has them.",
        (
            _GAMMA,
            _BETA,
            _statistic("moving_mean", "zeros", initial_keys=("moving_mean_initializer",)),
            _statistic("moving_variance", "ones", initial_keys=("moving_variance_initializer",)),
            _statistic("moving_stddev", "ones", _RENORM),
            _statistic("renorm_mean", "zeros", _RENORM),
            _statistic("renorm_stddev", "ones", _RENORM),
        ),
        also=("SyncBatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2"),
        shape=same,
        passing=Passing.NAMED_AXES,
        sizing=Sizing.NAMED_AXES,
        explanation=Explanation.CHANNELS,
        is_told_by_weights=True,
    ),
    LayerSpec(
        "LayerNormalization",
        "Shifts and scales each example to mean 0 and variance 1, then by gamma and beta, where it has them.",
        (
            _GAMMA,
            replace(_GAMMA, flags=(Flag("scale", not_, default=False), _RMS_SCALING)),
            replace(_BETA, flags=(_CENTER, Flag("rms_scaling", not_))),
        ),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.NAMED_AXES,
        explanation=Explanation.CHANNELS,
        remains=Remains.NOTHING,
        forgotten_key="rms_scaling",
    ),
    LayerSpec(
        "GroupNormalization",
        "Shifts and scales each group of channels of an example, then by gamma and beta, where it has them.",
        (_GAMMA, _BETA),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.NAMED_AXES,
        explanation=Explanation.CHANNELS,
        remains=Remains.NOTHING,
    ),
    LayerSpec(
        "InstanceNormalization",
        "Shifts and scales each channel of an example on its own, then by gamma and beta, where it has them.",
        (_GAMMA, _BETA),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.NAMED_AXES,
    ),
    LayerSpec(
        "RMSNormalization",
        "Divides the values of each example by their root mean square, then multiplies by its scale.",
        (
            WeightSpec(
                "scale",
                _CHANNEL,
                free_rank=True,
                initial="ones",
                sentence="One number per channel that the normalized values are multiplied by.",
            ),
        ),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.NAMED_AXES,
        explanation=Explanation.CHANNELS,
        remains=Remains.SIGN,
    ),
    LayerSpec(
        "UnitNormalization",
        "Scales the values of each example to length 1.",
        shape=same,
        passing=Passing.EVERY_AXIS,
        remains=Remains.SIGN,
    ),
    LayerSpec(
        "LRN2D",
        "Damps each value by the size of its neighbours in the other channels.",
        shape=same,
        passing=Passing.EVERY_AXIS,
    ),
    LayerSpec(
        "Normalization",
        "Subtracts the mean of each feature and divides by its standard deviation, as adapted to data.",
        (
            WeightSpec("mean", _FEATURE, trainable=False, free_rank=True, flags=(_ADAPTED,)),
            WeightSpec("variance", _FEATURE, trainable=False, free_rank=True, flags=(_ADAPTED,)),
            WeightSpec("count", (), trainable=False, flags=(_ADAPTED,)),
        ),
        also=("FeatureNormalization",),
        shape=same,
        passing=Passing.EVERY_AXIS,
        sizing=Sizing.ADAPTED,
    ),
    LayerSpec(
        "SpectralNormalization",
        "Keeps the kernel of the layer inside it from growing, by its largest stretch.",
        (
            WeightSpec(
                "vector_u",
                ("row", "unit"),
                trainable=False,
                initial={"class_name": "TruncatedNormal", "config": {"stddev": 0.02}},
            ),
        ),
        (WRAPPED_WHOLE,),
        inner_shape=wrappers.inner,
        sizing=Sizing.INNER_KERNEL,
        kernel_copy=WeightSpec("kernel", sentence="The kernel of the wrapped layer, kept a second time."),
    ),
)
