"""Layers that wrap TensorFlow are flagged by what they name, in every form in which it can be described."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kerasinspect.analysis.stored_code.code_in_config import code_in_config
from kerasinspect.analysis.stored_code.wrapped_tensorflow import operation_of


def found(class_name: str, **config: object) -> list[str]:
    """What is told of a layer."""
    document = {"class_name": class_name, "config": {"name": "x", **config}}
    return [f"{one.kind}: {one.detail}" for one in code_in_config(document, "config")]


def sized(field: int, text: str) -> str:
    """A field of a protocol buffer that holds a text."""
    return f"{chr(field << 3 | 2)}{chr(len(text))}{text}"


def descriptions(operation: str) -> dict[str, Any]:
    """An operation as an object, as JSON in a text, and as a protocol buffer in one, perhaps as bytes."""
    node = {"name": "x", "op": operation, "input": ["a", "b"], "attr": {"T": {"type": "DT_FLOAT"}}}
    buffer = sized(1, "x") + sized(2, operation) + sized(3, "a") + sized(3, "b")
    return {
        "object": node,
        "JSON": json.dumps(node),
        "buffer": buffer,
        "bytes": {"class_name": "__bytes__", "config": {"value": buffer}},
    }


@pytest.mark.parametrize("form", descriptions(""))
def test_an_operation_is_read_from_every_description(form: str) -> None:
    """One that computes is clean, one that does not is flagged by its name."""
    assert found("TensorFlowOpLayer", node_def=descriptions("Mul")[form]) == []
    (told,) = found("TensorFlowOpLayer", node_def=descriptions("Timestamp")[form])
    assert told == "non-modeling-api: the operation Timestamp of TensorFlow"


@pytest.mark.parametrize(
    "node",
    ["", "words", "{", "{}", "[]", {}, {"op": 1}, [], 7, sized(1, "x"), sized(2, "Mul") + "\x0a", "\x0b", "\xff" * 9],
    ids=repr,
)
def test_a_description_that_cannot_be_read_is_flagged(node: object) -> None:
    """What is not understood is not passed."""
    assert operation_of(node) is None
    assert found("TensorFlowOpLayer", node_def=node) == [
        "non-modeling-api: the operation that cannot be made out of TensorFlow"
    ]


def test_the_last_operation_of_a_buffer_counts() -> None:
    """As the parser of protocol buffers has it."""
    assert operation_of(sized(2, "Mul") + sized(2, "Timestamp")) == "Timestamp"


def test_a_buffer_of_very_many_fields_is_given_up() -> None:
    """A description costs a thousand steps at most."""
    assert operation_of(sized(3, "a") * 10_000 + sized(2, "Mul")) is None


CLEAN: dict[str, tuple[str, dict[str, str]]] = {
    "function": ("TFOpLambda", {"function": "math.add"}),
    "function of the first version": ("TFOpLambda", {"function": "compat.v1.nn.relu_layer"}),
    "function of Keras": ("TFOpLambda", {"function": "keras.activations.relu"}),
    "slices": ("SlicingOpLambda", {"function": "__operators__.getitem"}),
    "operation": ("TFOpLambda", {"function": "raw_ops.Mul"}),
    "method": ("ClassMethod", {"cls_symbol": "RaggedTensor", "method_name": "from_row_splits"}),
    "attribute": ("InstanceProperty", {"attr_name": "flat_values"}),
    "method of a tensor": ("InstanceMethod", {"attr_name": "to_tensor"}),
}
FLAGGED: dict[str, tuple[str, dict[str, str]]] = {
    "function": ("TFOpLambda", {"function": "timestamp"}),
    "function nobody knows": ("TFOpLambda", {"function": "math.nothing_of_the_kind"}),
    "function of Keras": ("TFOpLambda", {"function": "keras.layers.serialize"}),
    "slices": ("SlicingOpLambda", {"function": "executing_eagerly"}),
    "operation": ("TFOpLambda", {"function": "raw_ops.Timestamp"}),
    "class": ("TFOpLambda", {"function": "Graph"}),
    "method": ("ClassMethod", {"cls_symbol": "Graph", "method_name": "as_default"}),
    "other method": ("ClassMethod", {"cls_symbol": "RaggedTensor", "method_name": "consumers"}),
    "attribute": ("InstanceProperty", {"attr_name": "graph"}),
    "method of a tensor": ("InstanceMethod", {"attr_name": "consumers"}),
}


@pytest.mark.parametrize(("class_name", "config"), CLEAN.values(), ids=CLEAN)
def test_what_computes_is_clean(class_name: str, config: dict[str, str]) -> None:
    """As tf.keras writes it when a function is called on its tensors."""
    assert found(class_name, **config) == []


@pytest.mark.parametrize(("class_name", "config"), FLAGGED.values(), ids=FLAGGED)
def test_what_does_more_is_flagged(class_name: str, config: dict[str, str]) -> None:
    """Harmless names that are no part of a model."""
    (told,) = found(class_name, **config)
    assert told.startswith("non-modeling-api: the ")
