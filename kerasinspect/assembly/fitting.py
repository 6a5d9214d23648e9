"""Whether a config that a user brought is the one of the weights that it was joined to."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.errors import RequestError
from kerasinspect.knowledge.expectations import one_shape
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers import LAYERS, row_of, weight_of
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.knowledge.weight_shapes import expected_shape, fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.model import Layer, Model

_MOST = 3
"""Contradictions that are named."""
_TELLING = 3
"""Weights whose names no two classes of Keras share, with which somebody else's class is taken for one of them."""


def require_fit(model: Model, path: str) -> None:
    """Raise RequestError where the config in the file at ``path`` is that of another model, or says nothing of layers.

    A class of somebody else's makes layers that its config does not name: what lies in one fits.
    """
    if not any(layer.config for layer in model.layers):
        message = f"The config in {path} lists no layers: its class {model.class_name} makes them in code."
        raise RequestError(message, "Leave --config out.")
    if found := [*islice(_contradictions(model.layers, lists_all=row_of(model.class_name or "").is_model), _MOST)]:
        message = f"The config in {path} is of another model than {model.location}: {'; '.join(found)}."
        raise RequestError(message, "Name the config of this model, or leave --config out.")


def _contradictions(layers: Sequence[Layer], *, lists_all: bool) -> Iterator[str]:
    """What is said of each layer of which config and weights disagree; a class of somebody else's may add layers."""
    for layer in layers:
        if not layer.config:
            if layer.all_weights and lists_all:
                yield f"it has no layer {layer.path}, of which the file has arrays"
            continue
        yield from _of_own(layer)
        if layer.known or layer.kind == "model":
            yield from _contradictions(layer.layers, lists_all=layer.known)


def _of_own(layer: Layer) -> Iterator[str]:
    """What is said of a layer that the config describes."""
    if any(remark.kind == "no-arrays" for remark in layer.remarks):
        yield f"the file has no arrays of its layer {layer.path}"
    yield from [*_of_weights(layer)] or _of_inputs(layer)


def _of_weights(layer: Layer) -> Iterator[str]:
    """What is said of weights that the class or the config of their layer has not, or not so."""
    for weight in layer.weights:
        if layer.known and weight.named and weight_of(layer.class_name, weight.name) is None:
            if policy_of(layer.config).mode is None:
                yield f"{weight.path} is no weight of its class {layer.class_name}"
        elif weight.remark is not None and weight.remark.kind == "other-shape":
            yield f"{weight.path} has the shape {weight.shape}, which its layer there does not have"


def _of_inputs(layer: Layer) -> Iterator[str]:
    """What is said of weights that have another size than what comes into their layer, as its config has it."""
    class_name = layer.class_name if layer.known else _likeness(layer)
    shape = one_shape(layer.input_shape)
    if class_name is None or shape is None or layer.calls > 1 or policy_of(layer.config).mode:
        return
    kinds = {kind.name: kind for kind in weights_for(row_of(class_name).weights, layer.config)}
    for weight in layer.weights:
        kind = kinds.get(weight.name) if weight.named else None
        expected = kind and expected_shape(class_name, kind, layer.config, shape)
        if expected and len(expected) == len(weight.shape) and not fits(expected, weight.shape):
            yield f"{weight.path} has the shape {weight.shape}, and {shape} comes into its layer there"
            return


def _likeness(layer: Layer) -> str | None:
    """The class of Keras that alone has weights of these names: what somebody else derived from it is built as it is.

    Normalization is one: its mean, variance and count.
    """
    names = frozenset(weight.name for weight in layer.weights)
    alike = (
        _classes_by_names().get(names, [])
        if len(names) >= _TELLING and len(layer.all_weights) == len(layer.weights)
        else []
    )
    return alike[0] if len({(row_of(name).weights, row_of(name).sizing) for name in alike}) == 1 else None


@cache
def _classes_by_names() -> Mapping[frozenset[str], list[str]]:
    """The classes of Keras that have all weights of the same names."""
    classes: dict[frozenset[str], list[str]] = {}
    for class_name, row in LAYERS.items():
        if not row.sublayers:
            classes.setdefault(frozenset(kind.name for kind in row.weights), []).append(class_name)
    return classes
