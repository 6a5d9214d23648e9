"""Rules about what was agreed: where a model departs from the lock file that it is checked against."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.plain_values import LONGEST
from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.fingerprint import fingerprint_by
from kerasinspect.analysis.placed_layers import known_class
from kerasinspect.checking.contracts.agreed_config import departures
from kerasinspect.checking.contracts.contract import (
    Contract,
    Range,
    fits_shape,
    fits_size,
    fits_text,
    inputs_of,
    outputs_of,
    with_agreed,
)
from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.names import cut
from kerasinspect.progress import begin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.checking.contracts.contract import AgreedLayer, AgreedSize, AgreedTensor, AgreedWeight, Tensor
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.json_values import Json
    from kerasinspect.model import Layer, Shape, Weight


_UNREAD = Unread("")
"""Stands for the hash of what cannot be read, or need not be."""


def no_lock(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The folder of locks has none for this model.

    Nobody agreed to what it is: it is new, was renamed, or its lock was forgotten.

    Lock it as well, `kerasinspect lock MODEL -o locks/`, or take it out of what is checked.
    """
    contract = evidence.contract
    if contract is not None and contract.is_absent:
        yield Hit(evidence.name, f"There is no lock {contract.source} for this model.")


def missing_layer(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer that was agreed is not in the model.

    Whatever relies on it, by name or by its weights, fails. A name that Keras gives by itself may have another number
    where class and number tell which layer is which.

    Build the model as agreed, or lock it again.
    """
    is_whole = evidence.model.config is not None
    for agreed, layer in evidence.agreed:
        if agreed is not None and layer is None and (is_whole or _has_weights(agreed)):
            words = f" of class {agreed.class_name}" if agreed.class_name else ""
            yield Hit(agreed.name, f"The lock has a layer of this name{words}; the model has none.")


def _has_weights(agreed: AgreedLayer) -> bool:
    """Whether an agreed layer may have weights of its own, so that a file of weights alone has to have it."""
    kind = LAYERS.get(agreed.class_name or "")
    return agreed.weights != () and not (kind is not None and kind.weightless)


def unexpected_layer(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model has a layer that was not agreed.

    The architecture was changed since it was locked, or another model was exported. A name that Keras gives by itself
    may have another number where class and number tell which layer is which.

    Export the model that was agreed, or lock this one again.
    """
    for agreed, layer in evidence.agreed:
        if agreed is None and layer is not None:
            yield Hit(layer.path, f"The lock has no {layer.class_name} layer of this name.")


def other_class(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer is of another class than agreed.

    It computes something else, even where its weights have the same shapes.

    Build the layer as agreed, or lock the model again.
    """
    for agreed, layer in _kept_layers(evidence):
        if not fits_text(agreed.class_name, known_class(layer)):
            yield Hit(layer.path, f"Its class is {layer.class_name}, where the lock has {agreed.class_name}.")


def missing_weight(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer lacks a weight that was agreed.

    It was built with other options, `use_bias=False` perhaps, so that weights no longer load by position.

    Build the layer as agreed, or lock the model again.
    """
    for layer, agreed, weight in _weight_pairs(evidence):
        if agreed is not None and weight is None:
            yield Hit(layer.path, f"The lock has a weight {agreed.name} here; the layer has none.")


def unexpected_weight(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer has a weight that was not agreed.

    It was built with other options than when it was locked, so that weights no longer load by position.

    Build the layer as agreed, or lock the model again.
    """
    for _layer, agreed, weight in _weight_pairs(evidence):
        if agreed is None and weight is not None:
            yield Hit(weight.path, f"The lock has no weight {weight.name} in this layer.")


def other_shape(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight has another shape than agreed.

    The layer is wider, narrower or fed by something else.

    Build the layer as agreed, or lock the model again.
    """
    for agreed, weight in _kept_weights(evidence):
        if not fits_shape(agreed.shape, weight.shape):
            yield Hit(
                weight.path, f"Its shape is {_shape_words(weight.shape)}, where the lock has {_sizes(agreed.shape)}."
            )


def other_dtype(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight has another dtype than agreed.

    The model was converted or quantized, or saved under another dtype policy: its size, its speed and its answers
    differ.

    Convert the model back, or lock it again.
    """
    for agreed, weight in _kept_weights(evidence):
        if not fits_text(agreed.dtype, weight.dtype):
            yield Hit(weight.path, f"Its dtype is {weight.dtype}, where the lock has {agreed.dtype}.")


def other_interface(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model takes or gives other tensors than agreed: their number, their order or their shapes differ.

    Programs that call it fail, or feed one input with what is meant for another.

    Build the model as agreed, or lock it again.
    """
    contract = evidence.contract or Contract()
    tensors = (("input", contract.inputs, inputs_of), ("output", contract.outputs, outputs_of))
    for word, agreed, found in tensors:
        actual = [*found(evidence.model)]
        if agreed is not None and len(agreed) != len(actual):
            yield Hit(evidence.name, f"The number of its {word}s is {len(actual)}, where the lock has {len(agreed)}.")
        elif agreed is not None:
            for position, (wanted, tensor) in enumerate(zip(agreed, actual, strict=True)):
                name = evidence.lock_names.get(tensor.layer, tensor.layer)
                differences = _differences(f"{word} {position}", wanted, tensor, name)
                yield from (Hit(tensor.layer, words) for words in differences)


def _differences(word: str, agreed: AgreedTensor, tensor: Tensor, name: str) -> Iterator[str]:
    """A sentence for each way in which an input or output is not as agreed; ``name`` is its layer's in the lock."""
    if not fits_text(agreed.layer, name):
        yield f"It is {word} of the model, where the lock has {agreed.layer}."
    if not fits_shape(agreed.shape, tensor.shape):
        yield f"As {word} its shape is {_shape_words(tensor.shape)}, where the lock has {_sizes(agreed.shape)}."


def over_budget(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model has more parameters or bytes than agreed.

    It may no longer fit where it is to run, or be as quick.

    Make the model smaller, or put another budget into the lock file.
    """
    contract, model = evidence.contract or Contract(), evidence.model
    for word, agreed, actual in (
        ("parameters", contract.parameters, model.parameters),
        ("bytes of weights", contract.nbytes, model.nbytes),
    ):
        if not fits_size(agreed, actual):
            yield Hit(evidence.name, f"It has {actual:,} {word}, where the lock has {_size(agreed)}.")


def other_keras(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model was saved by another version of Keras than agreed.

    Defaults and formats change between versions, so that a model may load elsewhere with other results or not at
    all.

    Save it with the agreed version, or put a glob such as `3.*` into the lock file.
    """
    agreed, actual = (evidence.contract or Contract()).keras_version, evidence.model.keras_version
    if not fits_text(agreed, actual):
        yield Hit(evidence.name, f"It was saved by Keras {actual}, where the lock has {agreed}.")


def other_values(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The values of a weight are not those that were agreed: their SHA-256 is another one.

    The model was trained on, converted or exchanged since it was locked with `--hash`. Where each weight by
    itself is as agreed, the fingerprint of all of them is compared too, unless the file does not prove their order.

    Get the file that was agreed, or lock this one again.
    """
    digests: dict[str, str | Unread] = {}

    def digest(weight: Weight) -> str | Unread:
        """The SHA-256 of an array that can be read, which is read once."""
        path = weight.stored_path
        if path not in digests:
            digests[path] = sha256(weight.array) if path in evidence.statistics else _UNREAD
        return digests[path]

    departed = False
    begin("reading", sum(weight.array.nbytes for agreed, weight in _kept_weights(evidence) if agreed.sha256))
    for agreed, weight in _kept_weights(evidence):
        actual = _UNREAD if agreed.sha256 is None else digest(weight)
        if not isinstance(actual, Unread) and agreed.sha256 != actual:
            departed = True
            yield Hit(weight.path, f"The SHA-256 of its values is {actual}, where the lock has {agreed.sha256}.")
    if not departed:
        yield from _other_fingerprint(evidence, digest)


def _other_fingerprint(evidence: Evidence, digest: Callable[[Weight], str | Unread]) -> Iterator[Hit]:
    """A hit where a fingerprint was agreed, and that of the model is another one."""
    agreed = (evidence.contract or Contract()).fingerprint
    if agreed is not None:
        is_wrong = bool(evidence.container.wrong_checksums or evidence.container.wrong_tensors)
        actual = fingerprint_by(evidence.model, digest, lambda: "wrong" if is_wrong else None)
        if actual.order == "get_weights" and not fits_text(agreed, actual.sha256):
            words = f"The fingerprint of its weights is {actual.sha256}, where the lock has {agreed}."
            yield Hit(evidence.name, words)


def other_config(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer is configured otherwise than agreed: its activation, its padding, its strides or another value differs.

    It computes something else from the same weights. Initializers, regularizers and constraints are not compared,
    nor what a layer of another Keras does not have.

    Build the layer as agreed, or lock the model again.
    """
    for agreed, layer in _kept_layers(evidence):
        for key, wanted, actual in departures(agreed.config or {}, layer):
            yield Hit(layer.path, f"Its {key} is {_as_json(actual)}, where the lock has {_as_json(wanted)}.")


def _as_json(value: Json) -> str:
    """A value of a config as a lock file has it, cut where somebody wrote a long one."""
    return cut(json.dumps(value), LONGEST)


def _kept_layers(evidence: Evidence) -> Iterator[tuple[AgreedLayer, Layer]]:
    """The layers that are both agreed and there."""
    for agreed, layer in evidence.agreed:
        if agreed is not None and layer is not None:
            yield agreed, layer


def _weight_pairs(evidence: Evidence) -> Iterator[tuple[Layer, AgreedWeight | None, Weight | None]]:
    """The weights of layers that are both agreed and there, in the same way, each after its layer."""
    for agreed, layer in _kept_layers(evidence):
        if agreed.weights is not None:
            named = [(weight.name, weight) for weight in layer.weights]
            yield from ((layer, *pair) for pair in with_agreed(agreed.weights, named))


def _kept_weights(evidence: Evidence) -> Iterator[tuple[AgreedWeight, Weight]]:
    """The weights that are both agreed and there."""
    for _, agreed, weight in _weight_pairs(evidence):
        if agreed is not None and weight is not None:
            yield agreed, weight


def _shape_words(shape: Shape | None) -> str:
    """A shape as a lock file has it: ``[open, 8]``."""
    return _sizes(None if shape is None else tuple("open" if size is None else size for size in shape))


def _sizes(shape: tuple[AgreedSize, ...] | None) -> str:
    """An agreed shape in words: ``[open, 1 to 8, any]``."""
    return "any shape" if shape is None else f"[{', '.join(map(_size, shape))}]"


def _size(agreed: AgreedSize) -> str:
    """An agreed number in words."""
    match agreed:
        case None | Range(least=None, most=None):
            return "any"
        case Range(least=None, most=most):
            return f"at most {most:,}"
        case Range(least=least, most=None):
            return f"at least {least:,}"
        case Range(least=least, most=most):
            return f"{least:,} to {most:,}"
        case _:
            return agreed if agreed == "open" else f"{agreed:,}"
