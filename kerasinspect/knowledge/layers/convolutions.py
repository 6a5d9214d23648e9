"""Convolutions: plain, transposed, depthwise, separable and locally connected ones, and those of Keras 1."""

from __future__ import annotations

from functools import partial

from kerasinspect.knowledge.axes import by_implementation, by_order
from kerasinspect.knowledge.fan_rules import (
    convolution,
    depthwise,
    locally_connected,
    one_dimensional,
    ordered,
    transposed,
)
from kerasinspect.knowledge.kinds import ANY, Explanation, LayerSpec, Sizing, WeightSpec
from kerasinspect.knowledge.layers.weights import (
    BIAS,
    CONV_AXES,
    CONV_BIAS,
    CONV_KERNEL,
    DEPTHWISE_AXES,
    KERNEL,
    UNORDERED_KERNEL,
)
from kerasinspect.knowledge.shapes import images
from kerasinspect.late.dataclasses import replace

_MOVES = "Moves small patterns, its filters, over the input and says how well each fits at every place."
_PAINTS = "Paints a small pattern for every input value, which makes the output larger than the input."
_SEPARATES = "First moves patterns over each channel on its own, then mixes the channels at each place."
_LOCAL = "Looks at small windows like a convolution, but with other weights at every place."
_EACH_CHANNEL = "Small patterns that each look at one channel of the input alone."

_ORDERED_KERNEL = replace(UNORDERED_KERNEL, axes_of=partial(by_order, CONV_AXES), fans=ordered(convolution))
_TRANSPOSED_KERNEL = replace(
    KERNEL,
    axes=(ANY, "filter", "channel"),
    fans=transposed,
    sentence="Each filter is a small pattern that every input value paints onto a larger output.",
)
_DEPTHWISE_KERNEL = WeightSpec(
    "depthwise_kernel",
    DEPTHWISE_AXES,
    fans=depthwise,
    initial="glorot_uniform",
    initial_keys=("depthwise_initializer", "init"),
    sentence=_EACH_CHANNEL,
)
_POINTWISE_KERNEL = WeightSpec(
    "pointwise_kernel",
    CONV_AXES,
    fans=convolution,
    initial="glorot_uniform",
    initial_keys=("pointwise_initializer", "init"),
)
_LOCAL_KERNEL = replace(
    KERNEL,
    axes=("position", "input", "filter"),
    sentence="Patterns as in a convolution, but every place of the input has its own.",
)
_LOCAL_BIAS = replace(BIAS, sentence="One number per place and filter, added to the output.")

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "Conv1D",
        _MOVES,
        (CONV_KERNEL, CONV_BIAS),
        also=("Conv2D", "Conv3D"),
        shape=images.convolution,
        explanation=Explanation.WINDOW,
        has_activation=True,
        has_own_units=True,
        is_flipped_by_theano=True,
        names_its_arrays=True,
    ),
    LayerSpec(
        "Convolution1D",
        _MOVES,
        (
            # Keras 1.1 and 1.2 have the first order, Keras before them the other one.
            replace(
                CONV_KERNEL,
                axes=("step", "one", "channel", "filter"),
                older_axes=("filter", "channel", "step", "one"),
                fans=one_dimensional,
                lora_fans=None,
            ),
            CONV_BIAS,
        ),
        also=("AtrousConvolution1D", "AtrousConv1D"),
        shape=images.convolution,
        explanation=Explanation.WINDOW,
        is_flipped_by_theano=True,
    ),
    LayerSpec(
        "Convolution2D",
        _MOVES,
        (_ORDERED_KERNEL, CONV_BIAS),
        also=("Convolution3D", "AtrousConvolution2D", "AtrousConv2D"),
        shape=images.convolution,
        explanation=Explanation.WINDOW,
        is_flipped_by_theano=True,
    ),
    LayerSpec(
        # Keras 1 kept the kernel of a deconvolution in the order of a convolution's.
        "Deconvolution2D",
        _PAINTS,
        (_ORDERED_KERNEL, CONV_BIAS),
        also=("Deconvolution3D",),
        shape=images.deconvolution,
        is_flipped_by_theano=True,
    ),
    LayerSpec(
        "Conv1DTranspose",
        _PAINTS,
        (_TRANSPOSED_KERNEL, CONV_BIAS),
        also=("Conv3DTranspose", "Convolution1DTranspose", "Convolution2DTranspose", "Convolution3DTranspose"),
        shape=images.transposed,
        explanation=Explanation.WINDOW,
    ),
    LayerSpec(
        "Conv2DTranspose",
        _PAINTS,
        (_TRANSPOSED_KERNEL, CONV_BIAS),
        shape=images.transposed,
        explanation=Explanation.WINDOW,
        is_flipped_by_theano=True,
    ),
    LayerSpec(
        "DepthwiseConv1D",
        "Moves patterns over each channel on its own, without mixing the channels.",
        (
            replace(_DEPTHWISE_KERNEL, name="kernel", older_name="depthwise_kernel"),
            replace(CONV_BIAS, sentence="One number per output channel, added at every place."),
        ),
        also=("DepthwiseConv2D",),
        shape=images.depthwise,
        explanation=Explanation.WINDOW,
        is_depthwise=True,
    ),
    LayerSpec(
        "SeparableConv1D",
        _SEPARATES,
        (_DEPTHWISE_KERNEL, _POINTWISE_KERNEL, CONV_BIAS),
        also=("SeparableConv2D",),
        shape=images.convolution,
        has_activation=True,
    ),
    LayerSpec(
        "SeparableConvolution1D",
        _SEPARATES,
        (_DEPTHWISE_KERNEL, _POINTWISE_KERNEL, CONV_BIAS),
        shape=images.convolution,
        is_gone=True,
    ),
    LayerSpec(
        "SeparableConvolution2D",
        _SEPARATES,
        (
            replace(
                _DEPTHWISE_KERNEL,
                axes=UNORDERED_KERNEL.axes,
                free_rank=True,
                axes_of=partial(by_order, DEPTHWISE_AXES),
                fans=ordered(depthwise),
            ),
            replace(
                _POINTWISE_KERNEL,
                axes=UNORDERED_KERNEL.axes,
                free_rank=True,
                axes_of=partial(by_order, CONV_AXES),
                fans=ordered(convolution),
            ),
            CONV_BIAS,
        ),
        shape=images.convolution,
        is_gone=True,
    ),
    LayerSpec(
        "LocallyConnected1D",
        _LOCAL,
        (
            replace(_LOCAL_KERNEL, axes_of=partial(by_implementation, 1), fans=partial(locally_connected, 1)),
            replace(_LOCAL_BIAS, axes=("position", "filter")),
        ),
        shape=images.convolution,
        sizing=Sizing.PLACES,
    ),
    LayerSpec(
        "LocallyConnected2D",
        _LOCAL,
        (
            replace(_LOCAL_KERNEL, axes_of=partial(by_implementation, 2), fans=partial(locally_connected, 2)),
            replace(_LOCAL_BIAS, axes=("row", "column", "filter")),
        ),
        shape=images.convolution,
        sizing=Sizing.PLACES,
    ),
)
