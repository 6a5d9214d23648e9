"""The part of a layer's config that is agreed on: values that decide what it computes, in a form that formats share.

A legacy file names an activation, a later one describes a function; one has ``[3]`` for an axis, the next ``3``. So
values are made plain first, and held against each other only where both files have the key.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, TypeGuard

from kerasinspect.analysis.globs import fits_glob
from kerasinspect.analysis.stored_code.config_places import ConfigPlace
from kerasinspect.analysis.stored_code.payloads import code_at
from kerasinspect.json_values import json_sha256
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.knowledge.serialized import is_whole, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Layer

_PLUMBING = frozenset(
    {
        *("name", "trainable", "seed", "implementation", "unroll", "time_major", "autocast", "input_dtype"),
        *("batch_shape", "batch_input_shape", "input_length", "build_config", "build_input_shape"),
        *("query_shape", "key_shape", "value_shape", "quantization_config", "gptq_unpacked_column_size"),
        *("vocabulary", "idf_weights", "mean", "variance", "input_layers", "output_layers"),
        *("init", "inner_init", "forget_bias_init", "lora_rank", "lora_alpha"),
    }
)
"""Keys that decide nothing about what a layer computes, or of which other terms and files hold more."""
_ONLY_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")
"""Endings of keys that only training asks."""
_INNER_LAYERS = frozenset({"layer", "layers", "cell", "cells", "forward_layer", "backward_layer"})
"""Keys of layers inside a layer, which have terms of their own."""
LONGEST = 200
"""Characters of JSON that a lock has of one value; of a longer one it has the SHA-256."""
_CLOSE = 1e-6
"""How far numbers may lie apart that one file has as float32 and another as float64."""


def agreed_config(layer: Layer, around: Layer | None) -> JsonObject | None:
    """The values of a layer's own config that are agreed on; None where it has none, or just that of the one around."""
    if not layer.config or (around is not None and _is_derived(layer.config, around.config)):
        return None
    return {key: _plain(key, value) for key, value in layer.config.items() if _is_agreed(key)}


def _is_derived(config: JsonObject, outer: JsonObject) -> bool:
    """Whether a sublayer's config is that of its parent, as that of a recurrent layer's cell is."""
    return all(key in {"name", "equation"} or (key in outer and outer[key] is config[key]) for key in config)


def _is_agreed(key: str) -> bool:
    """Whether a key of a config is one that is agreed on."""
    return key not in _PLUMBING | _INNER_LAYERS and not key.endswith(_ONLY_FOR_TRAINING)


def _plain(key: str, value: Json) -> Json:
    """A value of a config as a lock has it: no activation is a linear one, and code has only its SHA-256."""
    if value is None and key.endswith("activation"):
        return "linear"
    if key == "function" and (isinstance(value, list) or mapping({key: value}, key).get("class_name") == "__lambda__"):
        return f"sha256:{code_at(value, ConfigPlace(None, key)).sha256}"
    simple = _simplified(value)
    return simple if len(json.dumps(simple)) <= LONGEST else f"sha256:{json_sha256(simple)}"


def _simplified(value: Json) -> Json:
    """A function or a dtype policy by its name, another object by class and config, one thing for a list of it.

    NaN and infinities, which Keras writes and JSON lacks, are words.
    """
    if isinstance(value, list):
        inner = [*map(_simplified, value)]
        return inner[0] if len(inner) == 1 and not isinstance(inner[0], (dict, list)) else inner
    if not isinstance(value, dict):
        return json.dumps(value) if isinstance(value, float) and not math.isfinite(value) else value
    class_name, config = value.get("class_name"), value.get("config")
    if not isinstance(class_name, str):
        return {key: _simplified(inner) for key, inner in value.items()}
    if isinstance(config, str):
        return config
    if class_name.endswith("DTypePolicy"):
        return policy_of({"dtype": value}).name
    return {"class_name": class_name.rpartition(">")[2], "config": _simplified(config)}


def departures(agreed: JsonObject, layer: Layer) -> Iterator[tuple[str, Json, Json]]:
    """Each key whose value is not the agreed one: the key, what was agreed, what there is."""
    for key, wanted in agreed.items():
        if key in layer.config:
            actual = _plain(key, layer.config[key])
            if not _is_same(wanted, actual) and not (key == "axis" and _is_same_axis(wanted, actual, layer)):
                yield key, wanted, actual


def _is_same_axis(agreed: Json, actual: Json, layer: Layer) -> bool:
    """Whether two numbers mean one axis, counted from the front and from the back, as far as the rank is known."""
    if not isinstance(agreed, int) or not isinstance(actual, int) or not (is_whole(agreed) and is_whole(actual)):
        return False
    if (agreed < 0) == (actual < 0):
        return False
    return layer.input_shape is None or abs(agreed - actual) == len(layer.input_shape)


def _is_same(agreed: Json, actual: Json) -> bool:
    """Whether a value is as agreed: text may be a glob, and objects are compared by the keys that both have."""
    if isinstance(agreed, str) and isinstance(actual, str):
        return fits_glob(actual, agreed)
    if isinstance(agreed, list) and isinstance(actual, list):
        return len(agreed) == len(actual) and all(map(_is_same, agreed, actual))
    if isinstance(agreed, dict) and isinstance(actual, dict):
        return all(_is_same(agreed[key], actual[key]) for key in agreed.keys() & actual.keys())
    if _is_number(agreed) and _is_number(actual):
        return math.isclose(agreed, actual, rel_tol=_CLOSE)
    return type(agreed) is type(actual) and bool(agreed == actual)


def _is_number(value: Json) -> TypeGuard[float]:
    """Whether a JSON value is a number that a float can hold; ``true`` is none."""
    return is_whole(value) or isinstance(value, float)
