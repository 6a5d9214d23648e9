"""Model, Layer, Weight: what a saved Keras model holds, in Keras's own words.

Nothing here knows how a file is laid out or what a class means; ``kerasinspect.opening`` fills these in.
All of it is immutable. Values stay in the file until they are asked for through ``Weight.array``.
"""

from __future__ import annotations

from kerasinspect.model.arrays import Array, Index, all_values
from kerasinspect.model.layers import (
    UNKNOWN_CLASS,
    ClassSource,
    Layer,
    LayerKind,
    Shape,
    Vocabulary,
    depth_first,
)
from kerasinspect.model.saved import Extra, ExtraKind, FormatName, Model
from kerasinspect.model.weights import Initializer, Weight

__all__ = [
    "UNKNOWN_CLASS",
    "Array",
    "ClassSource",
    "Extra",
    "ExtraKind",
    "FormatName",
    "Index",
    "Initializer",
    "Layer",
    "LayerKind",
    "Model",
    "Shape",
    "Vocabulary",
    "Weight",
    "all_values",
    "depth_first",
]
