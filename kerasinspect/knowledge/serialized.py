"""Keras's serialised configs, which are untrusted JSON: layers, tensors and shapes in them, and a layer's values.

Every generation of ``inbound_nodes`` is read: nested lists of ``[layer, node, tensor]`` with keyword arguments among
them, and the ``__keras_tensor__`` objects of Keras 3. Values are looked up under several keys in turn, since Keras
renamed its arguments between generations (``nb_filter`` became ``filters``); what is not of the kind asked for is None.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from kerasinspect.json_values import JSON_LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.json_values import Json, JsonObject

_EMPTY: JsonObject = {}
_MOST_AXES = 64
"""As numpy allows."""


def as_mapping(value: Json | JsonObject) -> JsonObject:
    """A JSON object, or an empty one where the value is something else."""
    return value if isinstance(value, dict) else _EMPTY


def as_list(value: Json) -> Sequence[Json]:
    """A JSON list, or an empty one where the value is something else."""
    return value if isinstance(value, JSON_LISTS) else ()


def text_at(mapping: JsonObject, key: str) -> str | None:
    """A text in a JSON object."""
    value = mapping.get(key)
    return value if isinstance(value, str) else None


def is_entry(value: Json) -> bool:
    """Whether a JSON value is a serialised layer: a class name with a config."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def entries_of(value: Json) -> list[JsonObject]:
    """Those items of a JSON list that look like serialised layers."""
    return [as_mapping(item) for item in as_list(value) if is_entry(item)]


def config_of(entry: JsonObject) -> JsonObject:
    """The config of a serialised layer; Keras before 2.2.3 has a bare list of layers for a Sequential."""
    config = entry.get("config")
    return {"layers": config} if isinstance(config, JSON_LISTS) else as_mapping(config)


class _StoredTensor(NamedTuple):
    """A tensor as a config names it: one output of one call of a layer."""

    layer: str
    node: int
    """Which call of the layer; the first that a model has need not be 0."""
    output: int
    """Which of the outputs, from 0."""
    shape: Json
    """As the config has it, beside the tensor; null where it has none."""
    behind: Sequence[Json]
    """What stands behind the three, where keyword arguments of the call may be."""


def tensor_layers(value: Json) -> Iterator[str]:
    """Names of the layers whose tensors a JSON value names, in order, in lists and objects of any depth."""
    return (tensor.layer for tensor in stored_tensors(value))


def stored_tensors(value: Json) -> Iterator[_StoredTensor]:
    """The tensors that a JSON value names, in order, in lists and objects of any depth."""
    pending = [value]
    while pending:
        item = pending.pop()
        tensor = _stored_tensor(item)
        if tensor is not None:
            yield tensor
            # Keyword arguments of a call may be tensors, too.
            pending += [part for part in tensor.behind if isinstance(part, dict)]
        elif isinstance(item, dict):
            pending += reversed([*item.values()])
        elif isinstance(item, JSON_LISTS):
            pending += reversed(item)


def _stored_tensor(value: Json) -> _StoredTensor | None:
    """The tensor that a value is, in the form of any Keras; None where it is none."""
    shape: Json = None
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        config = as_mapping(value.get("config"))
        value, shape = config.get("keras_history"), config.get("shape")
    match value:
        case [str(layer), int(node), int(output), *behind] if layer != "_CONSTANT_VALUE":
            return _StoredTensor(layer, node, output, shape, behind)
    return None


def shape_of(value: Json) -> tuple[int | None, ...] | None:
    """A JSON list of sizes, ``null`` for an open one; None for anything else, and for more axes than arrays have."""
    if not isinstance(value, list) or len(value) > _MOST_AXES:
        return None
    sizes = [size for size in value if size is None or (isinstance(size, int) and not isinstance(size, bool))]
    return tuple(sizes) if len(sizes) == len(value) else None


LARGEST = 2**53
"""Whole numbers above this are no sizes, and floats no longer hold them exactly."""


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a JSON value is an integer of a credible size; ``true`` and ``false`` are not."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def first_of(config: JsonObject, *keys: str) -> Json:
    """The first value that is present and not null."""
    for key in keys:
        value = config.get(key)
        if value is not None:
            return value
    return None


def whole(config: JsonObject, *keys: str) -> int | None:
    """An integer."""
    value = first_of(config, *keys)
    return value if is_whole(value) else None


def size(config: JsonObject, *keys: str) -> int | None:
    """An integer that is not negative."""
    value = whole(config, *keys)
    return value if value is not None and value >= 0 else None


def number(config: JsonObject, *keys: str) -> float | None:
    """A finite number."""
    value = first_of(config, *keys)
    if is_whole(value) or (isinstance(value, float) and math.isfinite(value)):
        return float(value)
    return None


def word(config: JsonObject, *keys: str) -> str | None:
    """A text."""
    value = first_of(config, *keys)
    return value if isinstance(value, str) else None


def flag(config: JsonObject, *keys: str, default: bool) -> bool:
    """True or false."""
    value = first_of(config, *keys)
    return value if isinstance(value, bool) else default


def mapping(config: JsonObject, *keys: str) -> dict[str, Json]:
    """An object; an empty one where there is none."""
    value = first_of(config, *keys)
    return value if isinstance(value, dict) else {}


def whole_numbers(config: JsonObject, *keys: str) -> tuple[int, ...] | None:
    """A list of integers."""
    value = first_of(config, *keys)
    if isinstance(value, list | tuple):
        numbers = tuple(one for one in value if is_whole(one))
        return numbers if len(numbers) == len(value) else None
    return None


def repeated(config: JsonObject, count: int, *keys: str) -> tuple[int, ...] | None:
    """``count`` integers, from a list of as many or from one that stands for all."""
    one = whole(config, *keys)
    many = (one,) * count if one is not None else whole_numbers(config, *keys)
    return many if many is not None and len(many) == count else None
