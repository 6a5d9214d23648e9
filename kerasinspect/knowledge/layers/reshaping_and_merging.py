"""Layers that lay values out anew, put places around or take them away, and put several inputs together."""

from __future__ import annotations

from kerasinspect.knowledge.kinds import LayerSpec, Layout, Passing, Sublayer
from kerasinspect.knowledge.shapes import features, images, merging
from kerasinspect.late.dataclasses import replace


def _each_channel(class_name: str, sentence: str) -> LayerSpec:
    """A layer of one, two or three spatial axes that works within each channel."""
    also = tuple(class_name.replace("1D", f"{rank}D") for rank in (2, 3))
    return LayerSpec(class_name, sentence, also=also, passing=Passing.CHANNELS)


ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "Flatten",
        "Lays the values of each example out in one row.",
        shape=features.flatten,
        layout=Layout.FLAT,
        keeps_values=True,
    ),
    LayerSpec(
        "Reshape",
        "Lays the same values out in another shape.",
        shape=features.reshape,
        layout=Layout.RESHAPED,
        keeps_values=True,
    ),
    LayerSpec("Permute", "Swaps axes.", shape=features.permute, layout=Layout.PERMUTED, keeps_values=True),
    LayerSpec(
        "RepeatVector",
        "Repeats its input as many times as it is told, as steps of a sequence.",
        shape=features.repeat_vector,
        passing=Passing.BEHIND_STEPS,
    ),
    replace(
        _each_channel("UpSampling1D", "Repeats values, or fills in between them, which makes the output larger."),
        shape=images.up_sampling,
    ),
    replace(_each_channel("ZeroPadding1D", "Adds zeros around its input."), shape=images.zero_padding),
    replace(_each_channel("Cropping1D", "Cuts away the edges of its input."), shape=images.cropping),
    LayerSpec("Add", "Adds its inputs, value by value.", shape=merging.elementwise),
    LayerSpec("Subtract", "Subtracts its second input from its first, value by value.", shape=merging.elementwise),
    LayerSpec("Multiply", "Multiplies its inputs, value by value.", shape=merging.elementwise),
    LayerSpec("Average", "Takes the average of its inputs, value by value.", shape=merging.elementwise),
    LayerSpec("Maximum", "Takes the larger of its inputs, value by value.", shape=merging.elementwise),
    LayerSpec("Minimum", "Takes the smaller of its inputs, value by value.", shape=merging.elementwise),
    LayerSpec(
        "Concatenate",
        "Puts its inputs side by side along one axis.",
        shape=merging.concatenate,
        layout=Layout.JOINED,
    ),
    LayerSpec("TFDConcat", "Puts its inputs side by side along one axis."),
    LayerSpec("Dot", "Multiplies its two inputs and sums along an axis of each.", shape=merging.dot),
    LayerSpec(
        "Merge",
        "Puts several inputs together: by sum, product, concatenation or otherwise, as its mode says.",
        sublayers=(Sublayer(("layers",), config_key="layers", listed=True),),
        shape=merging.merge,
    ),
)
