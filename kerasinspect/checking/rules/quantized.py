"""Rules about quantized layers: whether what their integers stand for is in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.quantization import lost_zero_point, tells_quantization

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.model import Layer

_OF_LOAD_MODEL = ("keras-archive", "legacy-hdf5")
"""Formats of whole models, whose layers Keras makes from the config before it loads anything into them."""


def lost_zero_points(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer quantized with GPTQ or AWQ lacks its zero points.

    Keras 3.14.0 to 3.15.1 leaves `kernel_zero` out when it saves `.keras` and `.weights.h5`, and then refuses its
    own file; what the kernel's integers stand for is lost.

    Save the quantized model with another version of Keras, or as `.h5`.
    """
    for layer in evidence.model.walk():
        if lost_zero_point({weight.name: weight.dtype for weight in layer.weights}):
            yield Hit(layer.path, f"The file has no kernel_zero of this {layer.class_name}: Keras cannot load it.")


def lost_policies(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer is quantized, and its config does not say so: most often inside an attention layer.

    `quantize` of a model reaches the projections of an attention layer too, whose config holds no policy but its own.
    So Keras makes them unquantized when it loads the file, and none of their arrays fits: in all versions from 3.4 to
    3.15, as `.keras` and as `.h5`.

    Build the model in code, call `quantize` as before, and load the weights into it.
    """
    if evidence.model.format not in _OF_LOAD_MODEL:
        return
    for layer in evidence.model.walk():
        if layer.config and not tells_quantization(layer.config) and _is_quantized(layer):
            yield Hit(layer.path, "It is quantized, and the config does not say so: Keras cannot load it.")


def _is_quantized(layer: Layer) -> bool:
    """Whether the layer computes with other values than those that are stored."""
    return any(weight.dequantized is not None for weight in layer.weights)
