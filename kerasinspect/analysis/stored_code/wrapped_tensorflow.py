"""Finds what the layers of tf.keras that wrap TensorFlow would do more than compute.

``TFOpLambda`` looks up any public name of TensorFlow and of Keras, ``ClassMethod`` any method of any public class,
``InstanceMethod`` anything that a tensor has, and ``TensorFlowOpLayer`` makes any operation of the registry, described
as JSON or as a text of a protocol buffer. All are foreign but those that ``loader_names`` lists.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.code_findings import CodeFinding
from kerasinspect.analysis.stored_code.config_places import SHOWN
from kerasinspect.analysis.stored_code.loader_names.lookups import (
    attribute_allowed,
    method_allowed,
    operation_allowed,
    tensorflow_allows,
)
from kerasinspect.analysis.stored_code.named_objects import plain_names, text_of
from kerasinspect.analysis.stored_code.references import WRAPPERS
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.stored_code.config_places import ConfigPlace
    from kerasinspect.json_values import JsonObject

OPERATION = 2
"""The field of a NodeDef that has the operation, in a protocol buffer."""
_VARINT, _EIGHT_BYTES, _SIZED, _FOUR_BYTES = 0, 1, 2, 5
"""Wire types of a protocol buffer."""
_MOST_FIELDS = 1_000
"""Fields of a protocol buffer that are looked at; a description has a few dozen."""


def tensorflow_functions(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Names in a layer that wraps TensorFlow which do more than compute."""
    config = value.get("config")
    if not isinstance(config, dict) or WRAPPERS.isdisjoint(plain_names(value)):
        return
    for words in _unusual(config):
        yield CodeFinding("non-modeling-api", str(place), f"{words} of TensorFlow")


def _unusual(config: JsonObject) -> Iterator[str]:
    """Names in the config of such a layer that are not on the lists."""
    function = text_of(config.get("function"))
    if function and not tensorflow_allows(function):
        yield f"the function {cut(function, SHOWN)}"
    holder = text_of(config.get("cls_symbol")) or text_of(config.get("cls_ref"))
    method = text_of(config.get("method_name"))
    if holder and not method_allowed(holder, method):
        yield f"the method {cut(f'{holder}.{method}'.rstrip('.'), SHOWN)}"
    attribute = text_of(config.get("attr_name"))
    if attribute and not attribute_allowed(attribute):
        yield f"the attribute {cut(attribute, SHOWN)}"
    if config.get("node_def") is not None:
        operation = operation_of(config["node_def"])
        if operation is None or not operation_allowed(operation):
            yield f"the operation {cut(operation or 'that cannot be made out', SHOWN)}"


def operation_of(node: object) -> str | None:
    """The operation that a description names, as an object, as JSON in a text or as a protocol buffer in one."""
    if isinstance(node, dict) and isinstance(node.get("op"), str):
        return str(node["op"])
    text = text_of(node)
    if text.lstrip()[:1] == "{" and text.isascii():
        return _operation_in_json(text)
    return _operation_in_buffer(text.encode("utf-8", "surrogatepass"))


def _operation_in_json(text: str) -> str | None:
    """The operation of a description in JSON."""
    try:
        node = json.loads(text)
    except (ValueError, RecursionError):
        return None
    operation = node.get("op") if isinstance(node, dict) else None
    return operation if isinstance(operation, str) else None


def _operation_in_buffer(data: bytes) -> str | None:
    """The operation of a NodeDef in a protocol buffer; of several the last one counts, as its parser has it."""
    operation, place = None, 0
    for _ in range(_MOST_FIELDS):
        if place >= len(data):
            break
        key, place = _number(data, place)
        if key & 7 == _SIZED:
            size, place = _number(data, place)
            if key >> 3 == OPERATION:
                operation = data[place : place + size].decode("utf-8", "replace")
            place += size
        elif key & 7 == _VARINT:
            _, place = _number(data, place)
        elif key & 7 in {_EIGHT_BYTES, _FOUR_BYTES}:
            place += 8 if key & 7 == _EIGHT_BYTES else 4
        else:
            return None
    return operation if place == len(data) else None


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits to a byte, and where it ends; one that does not end leads past the data."""
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            break
        byte, place = data[place], place + 1
        number |= (byte & 127) << shift
        if not byte & 128:
            return number, place
    return number, len(data) + 1
