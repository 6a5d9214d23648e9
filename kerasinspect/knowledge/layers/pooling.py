"""Layers that take a value per window or per channel."""

from __future__ import annotations

from kerasinspect.knowledge.kinds import LayerSpec, Passing
from kerasinspect.knowledge.shapes import images

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "MaxPooling1D",
        "Keeps the largest value of each window, which makes the output smaller.",
        also=("MaxPooling2D", "MaxPooling3D", "MaxPool1D", "MaxPool2D", "MaxPool3D"),
        shape=images.pooling,
        passing=Passing.CHANNELS,
    ),
    LayerSpec(
        "AveragePooling1D",
        "Keeps the average of each window, which makes the output smaller.",
        also=(
            *("AveragePooling2D", "AveragePooling3D"),
            *("AveragePool1D", "AveragePool2D", "AveragePool3D", "AvgPool1D", "AvgPool2D", "AvgPool3D"),
        ),
        shape=images.pooling,
        passing=Passing.CHANNELS,
    ),
    LayerSpec(
        "GlobalMaxPooling1D",
        "Keeps the largest value of each channel over all places.",
        also=(
            *("GlobalMaxPooling2D", "GlobalMaxPooling3D"),
            *("GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D"),
        ),
        shape=images.global_pooling,
        passing=Passing.CHANNELS_ALONE,
    ),
    LayerSpec(
        "GlobalAveragePooling1D",
        "Keeps the average of each channel over all places.",
        also=(
            *("GlobalAveragePooling2D", "GlobalAveragePooling3D"),
            *("GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D"),
        ),
        shape=images.global_pooling,
        passing=Passing.CHANNELS_ALONE,
    ),
    LayerSpec(
        "AdaptiveMaxPooling1D",
        "Keeps the largest value of each window, with windows that give the wanted output size.",
        also=("AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D"),
        shape=images.adaptive_pooling,
        passing=Passing.CHANNELS,
    ),
    LayerSpec(
        "AdaptiveAveragePooling1D",
        "Keeps the average of each window, with windows that give the wanted output size.",
        also=("AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D"),
        shape=images.adaptive_pooling,
        passing=Passing.CHANNELS,
    ),
)
