"""Values of configs in a form that formats and generations of Keras share, so that they can be held against each other.

A legacy file names an activation, a later one describes a function; one has ``[3]`` for an axis, the next ``3``.
"""

from __future__ import annotations

import json
import math
import struct
from typing import TYPE_CHECKING, TypeGuard

from kerasinspect.analysis.stored_code.config_places import ConfigPlace
from kerasinspect.analysis.stored_code.payloads import code_at
from kerasinspect.json_values import JSON_LISTS, json_sha256
from kerasinspect.knowledge.quantization import policy_of
from kerasinspect.knowledge.serialized import is_whole, mapping

if TYPE_CHECKING:
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Layer

LONGEST = 200
"""Characters of JSON that are told of one value; of a longer one it is the SHA-256."""
_LARGEST_FLOAT32 = 3.4e38
"""Numbers above this are none of float32."""
_CLOSE = 1e-6
"""How far numbers may lie apart that one file has as float32 and another as float64."""


def is_derived(config: JsonObject, outer: JsonObject) -> bool:
    """Whether a sublayer's config is that of its parent, as that of a recurrent layer's cell is."""
    return all(key in {"name", "equation"} or (key in outer and outer[key] is config[key]) for key in config)


def plain_value(key: str, value: Json) -> Json:
    """A value of a config in its plain form: no activation is a linear one, and code is its SHA-256."""
    if value is None and key.endswith("activation"):
        return "linear"
    if key == "function" and (
        isinstance(value, JSON_LISTS) or mapping({key: value}, key).get("class_name") == "__lambda__"
    ):
        return f"sha256:{code_at(value, ConfigPlace(None, key)).sha256}"
    return _simplified(value)


def told_value(value: Json) -> Json:
    """A plain value as it is told: of a long one the SHA-256."""
    return value if len(json.dumps(value)) <= LONGEST else f"sha256:{json_sha256(value)}"


def _simplified(value: Json) -> Json:
    """A function or a dtype policy by its name, another object by class and config, one thing for a list of it.

    NaN and infinities, which Keras writes and JSON lacks, are words.
    """
    if isinstance(value, JSON_LISTS):
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


def is_same_axis(first: Json, second: Json, layer: Layer) -> bool:
    """Whether two numbers mean one axis, counted from the front and from the back, as far as the rank is known."""
    if not isinstance(first, int) or not isinstance(second, int) or not (is_whole(first) and is_whole(second)):
        return False
    if (first < 0) == (second < 0):
        return False
    return layer.input_shape is None or abs(first - second) == len(layer.input_shape)


def are_close(first: float, second: float) -> bool:
    """Whether two numbers are one, as far as float32 tells."""
    return math.isclose(first, second, rel_tol=_CLOSE)


def as_written(value: Json) -> Json:
    """A number that was rounded to float32 as it was written: 0.001 for 0.0010000000474974513."""
    if not isinstance(value, float) or not abs(value) < _LARGEST_FLOAT32:
        return value
    shortest = float(f"{value:.7g}")
    return shortest if _float32(shortest) == value else value


def _float32(value: float) -> float:
    """The number of float32 that is nearest to another one."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def is_number(value: Json) -> TypeGuard[float]:
    """Whether a JSON value is a number that a float can hold; ``true`` is none."""
    return is_whole(value) or isinstance(value, float)
