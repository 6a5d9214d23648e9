"""The part of a layer's config that is agreed on: values that decide what it computes, in a form that formats share.

A legacy file names an activation, a later one describes a function; one has ``[3]`` for an axis, the next ``3``. So
values are made plain first, and held against each other only where both files have the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.plain_values import (
    are_close,
    is_derived,
    is_number,
    is_same_axis,
    plain_value,
    told_value,
)
from kerasinspect.analysis.globs import fits_glob

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


def agreed_config(layer: Layer, around: Layer | None) -> JsonObject | None:
    """The values of a layer's own config that are agreed on; None where it has none, or just that of the one around."""
    if not layer.config or (around is not None and is_derived(layer.config, around.config)):
        return None
    return {key: told_value(plain_value(key, value)) for key, value in layer.config.items() if _is_agreed(key)}


def _is_agreed(key: str) -> bool:
    """Whether a key of a config is one that is agreed on."""
    return key not in _PLUMBING | _INNER_LAYERS and not key.endswith(_ONLY_FOR_TRAINING)


def departures(agreed: JsonObject, layer: Layer) -> Iterator[tuple[str, Json, Json]]:
    """Each key whose value is not the agreed one: the key, what was agreed, what there is."""
    for key, wanted in agreed.items():
        if key in layer.config:
            actual = told_value(plain_value(key, layer.config[key]))
            if not _is_same(wanted, actual) and not (key == "axis" and is_same_axis(wanted, actual, layer)):
                yield key, wanted, actual


def _is_same(agreed: Json, actual: Json) -> bool:
    """Whether a value is as agreed: text may be a glob, and objects are compared by the keys that both have."""
    if isinstance(agreed, str) and isinstance(actual, str):
        return fits_glob(actual, agreed)
    if isinstance(agreed, list) and isinstance(actual, list):
        return len(agreed) == len(actual) and all(map(_is_same, agreed, actual))
    if isinstance(agreed, dict) and isinstance(actual, dict):
        return all(_is_same(agreed[key], actual[key]) for key in agreed.keys() & actual.keys())
    if is_number(agreed) and is_number(actual):
        return are_close(agreed, actual)
    return type(agreed) is type(actual) and bool(agreed == actual)
