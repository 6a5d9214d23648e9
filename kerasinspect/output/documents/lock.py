"""A contract as the document of a lock file; ``checking.contracts.locks`` reads it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.contracts.contract import Range
from kerasinspect.checking.contracts.locks import LOCK_SCHEMA

if TYPE_CHECKING:
    from kerasinspect.checking.contracts.contract import AgreedLayer, AgreedSize, AgreedTensor, AgreedWeight, Contract
    from kerasinspect.output.formats.json import Document, Writable


def lock_document(contract: Contract) -> Document:
    """The document of a lock file."""
    return {
        "schema": LOCK_SCHEMA,
        **({"exact_names": True} if contract.exact_names else {}),
        "keras_version": contract.keras_version,
        "inputs": _tensor_documents(contract.inputs),
        "outputs": _tensor_documents(contract.outputs),
        "parameters": _size_document(contract.parameters),
        "bytes": _size_document(contract.nbytes),
        **({} if contract.fingerprint is None else {"fingerprint": contract.fingerprint}),
        "layers": None if contract.layers is None else [_layer_document(layer) for layer in contract.layers],
    }


def _tensor_documents(tensors: tuple[AgreedTensor, ...] | None) -> list[Document] | None:
    """The documents of inputs or outputs; None where any are allowed."""
    if tensors is None:
        return None
    return [{"layer": tensor.layer, "shape": _shape_document(tensor.shape)} for tensor in tensors]


def _layer_document(layer: AgreedLayer) -> Document:
    """The document of one layer; its config only where it has one of its own."""
    weights = layer.weights
    document: Document = {
        "path": layer.name,
        "class_name": layer.class_name,
        "weights": None if weights is None else [_weight_document(weight) for weight in weights],
    }
    return document if layer.config is None else {**document, "config": dict(layer.config)}


def _weight_document(weight: AgreedWeight) -> Document:
    """The document of one weight; its hash only where there is one."""
    document: Document = {"name": weight.name, "shape": _shape_document(weight.shape), "dtype": weight.dtype}
    return document if weight.sha256 is None else {**document, "sha256": weight.sha256}


def _shape_document(shape: tuple[AgreedSize, ...] | None) -> list[Writable] | None:
    """The document of a shape; None where any is allowed."""
    return None if shape is None else [_size_document(size) for size in shape]


def _size_document(size: AgreedSize) -> Writable:
    """The document of a size: a number, or of a range the ends that it has."""
    if not isinstance(size, Range):
        return size
    return {word: end for word, end in (("min", size.least), ("max", size.most)) if end is not None}
