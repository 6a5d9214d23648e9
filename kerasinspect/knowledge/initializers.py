"""Where a weight's first numbers came from, and what they looked like.

A config names the initializer in one of five ways, by generation: ``"init": "glorot_uniform"`` (Keras 1),
``{"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", ...}}`` (Keras 2.0 to 2.2),
``{"class_name": "GlorotUniform", "config": {"seed": null}}``, the same with ``module`` and ``registered_name``
(Keras 3), and a plain text. Where it says nothing, the default in the weight's row of the layer table holds.

Sources: keras/initializations.py (Keras 1), keras/initializers.py (Keras 2), keras/src/initializers (Keras 3).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.knowledge.fans import Fans, is_keras_1, keras_fans, wrapped_layer
from kerasinspect.knowledge.layers import inner_weight_of, weight_of
from kerasinspect.knowledge.naming import gate_free
from kerasinspect.knowledge.serialized import LARGEST, first_of, flag, mapping, number, word
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.late.patterns import late_pattern
from kerasinspect.model import Initializer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.model.weights import Form

TRUNCATED = 0.87962566103423978
"""Standard deviation of a standard normal distribution that is cut off at two."""
_NEXT_WORD = late_pattern(r"(?<=[a-z])(?=[A-Z])")
_MOST_REMEMBERED = 256
"""Names that are looked up, and constants that are made, no more than once: a model has few, again and again."""


@dataclass(frozen=True, slots=True)
class _Draw:
    """One drawing of initial values: the initializer's own config, and the array that it fills."""

    params: JsonObject
    class_name: str
    config: JsonObject
    shape: tuple[int, ...]
    known: Fans
    keras_version: tuple[int, int] | None

    @property
    def fans(self) -> tuple[int, int]:
        """The fan-in and fan-out that scaled the values; most initializers ask for none."""
        fan_in, fan_out = self.known.used_in, self.known.used_out
        if fan_in is None or fan_out is None:
            used = keras_fans(self.class_name, self.shape, self.config, self.keras_version)
            fan_in, fan_out = (used[0] if fan_in is None else fan_in), (used[1] if fan_out is None else fan_out)
        return min(fan_in, LARGEST), min(fan_out, LARGEST)

    @property
    def is_keras_1(self) -> bool:
        """Whether Keras 1 made them."""
        return is_keras_1(self.config, self.keras_version)


def initializer_of(  # noqa: PLR0913, PLR0917 - a weight, its layer, and what is known of both
    class_name: str,
    weight: str,
    config: JsonObject,
    shape: tuple[int, ...],
    fans: Fans,
    keras_version: tuple[int, int] | None = None,
) -> Initializer | None:
    """The initializer of one weight, with its range and spread where they are known.

    None where the numbers never were an initializer's (statistics that a preprocessing layer learnt, what
    quantization made) and where nothing tells it. One that is not Keras's own has only its name, and so has
    that of an LSTM's bias, whose forget gate starts at one and the rest at the named initializer's values.
    """
    if weight != "vector_u":
        class_name, config = wrapped_layer(class_name, config)
    if weight in _QUANTIZED and _is_quantized(config):
        return None
    own = _weight_like(class_name, weight)
    spec = _configured(own, weight, config, keras_version)
    default = spec is None
    name, params = initializer_in((own.initial if own else None) if default else spec)
    if name is None:
        return None
    if _sets_forget_gate(own, config, keras_version):
        return Initializer(name, default=default, forget_gate=True)
    describe = _DESCRIBE.get(name)
    described = (
        describe(name, _Draw(params, class_name, config, shape, fans, keras_version)) if describe else Initializer(name)
    )
    return replace(described, default=True) if default else described


def usual_initializers(
    class_name: str, weight: str, shape: tuple[int, ...], fans: Fans, keras_version: tuple[int, int] | None = None
) -> tuple[Initializer, ...]:
    """The initializers that a weight is likely to have where no config is at hand: the class's default first.

    None where the class has no default for it. Others are given for kernels, which people choose them for, and where
    the version is not known for both ways to count the fans.
    """
    default = initializer_of(class_name, weight, {}, shape, fans, keras_version)
    if default is None or default.name != "glorot_uniform":
        return () if default is None else (default,)
    found = [
        initializer_of(class_name, weight, dict.fromkeys(_KERNEL_KEYS, name), shape, counted, keras_version)
        for name in ("glorot_uniform", *_CHOSEN)
        for counted in ((fans,) if keras_version else (fans, Fans(fans.fan_in, fans.fan_out)))
    ]
    return tuple(dict.fromkeys(replace(one, default=True) for one in found if one is not None))


@lru_cache(_MOST_REMEMBERED)
def _weight_like(class_name: str, weight: str) -> WeightSpec | None:
    """The weight of the class or of a layer inside it, as it is where the file keeps each gate apart or as a whole."""
    names = (weight, gate_free(weight)[0])
    found = (find(class_name, name) for find in (weight_of, inner_weight_of) for name in names)
    return next((spec for spec in found if spec is not None), None)


def _configured(own: WeightSpec | None, weight: str, config: JsonObject, keras_version: tuple[int, int] | None) -> Json:
    """What the config says of a weight's initializer."""
    if own is None:
        return first_of(config, f"{gate_free(weight)[0]}_initializer")  # what Keras's own classes call it
    if keras_version == (1, 2) and weight.startswith(_GATED_RECURRENT):
        # Keras 1.2 gave a gate's recurrent kernel the initializer meant for its kernel.
        return first_of(config, *_KERNEL_KEYS[:1], "init")
    return first_of(config, *own.initial_keys)


def initializer_in(spec: Json) -> tuple[str | None, JsonObject]:
    """Keras's name of an initializer and its own config, from any generation's way to write it."""
    if isinstance(spec, str):
        return _plain_name(spec), {}
    if not isinstance(spec, dict):
        return None, {}
    name, params = word(spec, "class_name"), mapping(spec, "config")
    if name == "function":
        name = word(spec, "config")
    if name is None:
        return None, {}
    name = _plain_name(name)
    if name == "variance_scaling":
        return _SCALING_NAMES.get(_scaling(name, params), name), params
    return name, params


@lru_cache(_MOST_REMEMBERED)
def _plain_name(name: str) -> str:
    """Today's name for a built-in initializer, and any other name as it is: GlorotUniformV2, zero, MyInit."""
    plain = _NEXT_WORD.sub("_", name).lower().removesuffix("_v2").removesuffix("v2")
    plain = _ALIASES.get(plain, plain)
    return plain if plain in _DESCRIBE else name


def _is_quantized(config: JsonObject) -> bool:
    """Whether the dtype policy says that the kernel was made by quantization; float8 keeps it in floats."""
    policy = first_of(config, "dtype")
    mode = policy if isinstance(policy, str) else word(mapping(mapping(config, "dtype"), "config"), "mode")
    return mode is not None and mode.startswith(("int8", "int4", "gptq", "awq", "ternary"))


def _sets_forget_gate(own: WeightSpec | None, config: JsonObject, keras_version: tuple[int, int] | None) -> bool:
    """Whether one block of a bias, that of the forget gate, started at one."""
    if own is None or own.name != "bias" or "f" not in own.gates:
        return False
    if is_keras_1(config, keras_version):
        return initializer_in(first_of(config, "forget_bias_init") or "one")[0] == "ones"
    return flag(config, "unit_forget_bias", default=True)


def _scaling(name: str, params: JsonObject) -> tuple[float, str, str]:
    """Scale, mode and distribution of a variance scaling initializer."""
    if name in _SCALINGS:
        return _SCALINGS[name]
    scale = number(params, "scale")
    distribution = word(params, "distribution") or "truncated_normal"
    return (
        1.0 if scale is None else scale,
        word(params, "mode") or "fan_in",
        "truncated_normal" if distribution == "normal" else distribution,
    )


def _describe_scaling(name: str, draw: _Draw) -> Initializer:
    """An initializer whose spread follows from the fans: glorot, he, lecun, variance scaling."""
    scale, mode, distribution = _scaling(name, draw.params)
    fan_in, fan_out = draw.fans
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    if mode not in fans or scale < 0:
        return Initializer(name)
    stddev = math.sqrt(scale / max(1.0, fans[mode]))
    if distribution == "uniform":
        return Initializer(name, limit=math.sqrt(3) * stddev, stddev=stddev, form="uniform")
    if distribution == "truncated_normal" and draw.keras_version in _UNCORRECTED:
        stddev *= TRUNCATED
    form = "normal" if draw.is_keras_1 else _NORMAL_FORMS.get(distribution)
    return Initializer(name, stddev=stddev, form=form)


def _describe_uniform(name: str, draw: _Draw) -> Initializer:
    low, high = _number_or(draw, "minval", -0.05), _number_or(draw, "maxval", 0.05)
    limit = abs(high / 2 - low / 2)
    return Initializer(name, limit=limit, stddev=limit / math.sqrt(3), mean=high / 2 + low / 2, form="uniform")


def _describe_normal(name: str, draw: _Draw) -> Initializer:
    stddev = _number_or(draw, "stddev", 0.05) * (TRUNCATED if name == "truncated_normal" else 1.0)
    return Initializer(name, stddev=stddev, mean=_number_or(draw, "mean", 0.0), form=_NORMAL_FORMS.get(name))


def _describe_constant(name: str, draw: _Draw) -> Initializer:
    value = {"zeros": 0.0, "ones": 1.0}.get(name, _number_or(draw, "value", math.nan))
    return Initializer(name) if math.isnan(value) else _constant(name, value, math.copysign(1.0, value))


@lru_cache(_MOST_REMEMBERED)
def _constant(name: str, value: float, _sign: float) -> Initializer:
    """An initializer that gives one value; the sign tells zeros apart, which are equal."""
    return Initializer(name, constant=value, mean=value, stddev=0.0)


def _describe_orthogonal(name: str, draw: _Draw) -> Initializer:
    """Orthonormal rows or columns: the shorter side decides which, the longer one how small they are."""
    if len(draw.shape) in (0, 1):
        return Initializer(name)
    rows = draw.shape[0] if draw.is_keras_1 else math.prod(draw.shape[:-1])
    columns = math.prod(draw.shape[1:]) if draw.is_keras_1 else draw.shape[-1]
    gain = _number_or(draw, "gain", 1.1 if draw.is_keras_1 else 1.0)
    return Initializer(name, stddev=abs(gain) / math.sqrt(max(rows, columns, 1)), form="orthogonal", gain=gain)


def _describe_identity(name: str, draw: _Draw) -> Initializer:
    return Initializer(name, form="identity", gain=_number_or(draw, "gain", 1.0))


def _number_or(draw: _Draw, key: str, default: float) -> float:
    value = number(draw.params, key)
    return default if value is None else value


_Describe: TypeAlias = Callable[[str, _Draw], Initializer]

_SCALINGS: Mapping[str, tuple[float, str, str]] = {
    "glorot_uniform": (1.0, "fan_avg", "uniform"),
    "glorot_normal": (1.0, "fan_avg", "truncated_normal"),
    "he_uniform": (2.0, "fan_in", "uniform"),
    "he_normal": (2.0, "fan_in", "truncated_normal"),
    "lecun_uniform": (1.0, "fan_in", "uniform"),
    "lecun_normal": (1.0, "fan_in", "truncated_normal"),
}
_CHOSEN = (*(name for name in _SCALINGS if name != "glorot_uniform"), *("random_uniform", "random_normal"))
"""What people give a kernel instead of its default."""
_NORMAL_FORMS: Mapping[str, Form] = {
    "random_normal": "normal",
    "untruncated_normal": "normal",
    "truncated_normal": "truncated normal",
}
"""What initializers and distributions of variance scaling of these names draw from."""
_SCALING_NAMES = {scaling: name for name, scaling in _SCALINGS.items()}
_UNCORRECTED = ((2, 0), (2, 1))
"""These versions cut a normal distribution off without making up for the spread that it loses."""

_DESCRIBE: Mapping[str, _Describe] = {
    **dict.fromkeys((*_SCALINGS, "variance_scaling"), _describe_scaling),
    "random_uniform": _describe_uniform,
    "random_normal": _describe_normal,
    "truncated_normal": _describe_normal,
    "zeros": _describe_constant,
    "ones": _describe_constant,
    "constant": _describe_constant,
    "orthogonal": _describe_orthogonal,
    "identity": _describe_identity,
}
_ALIASES = {
    "zero": "zeros",
    "one": "ones",
    "uniform": "random_uniform",
    "normal": "random_normal",
    "orthogonal_initializer": "orthogonal",
}

_KERNEL_KEYS = ("kernel_initializer", "depthwise_initializer", "pointwise_initializer")
"""The config's keys for initializers that people choose by name."""
_GATED_RECURRENT = "recurrent_kernel_"
"""How the recurrent kernel of one gate of Keras 1 is called."""
_QUANTIZED = frozenset({"kernel", "embeddings", "reverse_embeddings"})
"""Weights that quantization replaces; those that it adds have no initializer worth telling."""
