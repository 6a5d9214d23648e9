"""Rules about quantized layers: whether what their integers stand for is in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.quantization import lost_zero_point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds


def lost_zero_points(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer quantized with GPTQ or AWQ lacks its zero points.

    Keras 3.14.0 to 3.15.1 leaves `kernel_zero` out when it saves `.keras` and `.weights.h5`, and then refuses its
    own file; what the kernel's integers stand for is lost.

    Save the quantized model with another version of Keras, or as `.h5`.
    """
    for layer in evidence.model.walk():
        if lost_zero_point({weight.name: weight.dtype for weight in layer.weights}):
            yield Hit(layer.path, f"The file has no kernel_zero of this {layer.class_name}: Keras cannot load it.")
