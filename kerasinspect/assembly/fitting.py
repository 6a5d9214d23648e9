"""Whether a config that a user brought is the one of the weights that it was joined to."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.errors import RequestError
from kerasinspect.knowledge.layers import weight_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.model import Layer, Model

_MOST = 3
"""Contradictions that are named."""


def require_fit(model: Model, path: str) -> None:
    """Raise RequestError where the config in the file at ``path`` is that of another model, or says nothing of layers.

    A class of somebody else's makes layers that its config does not name: what lies in one fits.
    """
    if not any(layer.config for layer in model.layers):
        message = f"The config in {path} lists no layers: its class {model.class_name} makes them in code."
        raise RequestError(message, "Leave --config out.")
    if found := [*islice(_contradictions(model.layers), _MOST)]:
        message = f"The config in {path} is of another model than {model.location}: {'; '.join(found)}."
        raise RequestError(message, "Name the config of this model, or leave --config out.")


def _contradictions(layers: Sequence[Layer]) -> Iterator[str]:
    """What is said of each layer of which config and weights disagree."""
    for layer in layers:
        if not layer.config:
            if layer.all_weights:
                yield f"it has no layer {layer.path}, of which the file has arrays"
            continue
        yield from _of_own(layer)
        if layer.known or layer.kind == "model":
            yield from _contradictions(layer.layers)


def _of_own(layer: Layer) -> Iterator[str]:
    """What is said of a layer that the config describes."""
    if any(remark.kind == "no-arrays" for remark in layer.remarks):
        yield f"the file has no arrays of its layer {layer.path}"
    for weight in layer.weights:
        if layer.known and weight.named and weight_of(layer.class_name, weight.name) is None:
            yield f"{weight.path} is no weight of its class {layer.class_name}"
        if weight.remark is not None and weight.remark.kind == "other-shape":
            yield f"{weight.path} has the shape {weight.shape}, which its layer there does not have"
