"""Weights that classes of several families have: kernels and biases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.knowledge.fan_rules import convolution, dense
from kerasinspect.knowledge.kinds import ANY, UNKNOWN, Flag, Sublayer, Taking, WeightSpec
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.json_values import JsonObject

    _Axes = tuple[str, ...]

USE_BIAS = Flag("use_bias", older="bias")
CONV_AXES, DEPTHWISE_AXES = (ANY, "channel", "filter"), (ANY, "channel", "multiplier")

KERNEL = WeightSpec(
    "kernel",
    ("input", "unit"),
    fans=dense,
    initial="glorot_uniform",
    initial_keys=("kernel_initializer", "init"),
)
BIAS = WeightSpec("bias", ("unit",), flags=(USE_BIAS,), initial="zeros", initial_keys=("bias_initializer",))
CONV_KERNEL = replace(
    KERNEL,
    axes=CONV_AXES,
    fans=convolution,
    lora_fans=convolution,
    sentence=(
        "Each filter is a small pattern of numbers that is laid over every place of the input, and its output there is "
        "high where the input looks like the pattern."
    ),
)
CONV_BIAS = replace(
    BIAS,
    axes=("filter",),
    sentence="One number per filter, added to its output at every place.",
)
UNORDERED_KERNEL = replace(CONV_KERNEL, axes=(UNKNOWN,), free_rank=True, lora_fans=None)
"""A convolution kernel of Keras 1: two orders, told by the config only."""
WRAPPED = Sublayer(("layer",), config_key="layer")
WRAPPED_WHOLE = replace(WRAPPED, taking=Taking.WHOLE)
LORA = {"kernel": "lora_kernel", "embeddings": "lora_embeddings"}
"""The weights that LoRA adapts, and what its two factors are called before ``_a`` and ``_b``."""
LORA_FACTORS = frozenset(f"{name}_{end}" for name in (*LORA.values(), "lora") for end in "ab")
"""The names of all factors; some say nothing of what they adapt."""


def lora_factors(spec: WeightSpec) -> tuple[WeightSpec, WeightSpec]:
    """The two factors that LoRA adds to a weight: from what it multiplies to a few directions, and on to its units."""
    name = LORA[spec.name]
    first = replace(
        spec,
        name=f"{name}_a",
        axes=_from_inputs(spec.axes),
        axes_of=spec.axes_of and partial(_axes_by, spec.axes_of, _from_inputs),
        trainable=True,
        dtypes=(),
        fans=spec.lora_fans,
        initial="he_uniform",
        initial_keys=(),
        older_name="",
        sentence="",
    )
    second = replace(
        first,
        name=f"{name}_b",
        axes=_to_units(spec.axes),
        axes_of=spec.axes_of and partial(_axes_by, spec.axes_of, _to_units),
        free_rank=False,
        fans=dense if spec.lora_fans else None,
        initial="zeros",
    )
    return first, second


def _from_inputs(axes: _Axes) -> _Axes:
    """The axes of the first factor of a weight with these."""
    return (*axes[:-1], "rank")


def _to_units(axes: _Axes) -> _Axes:
    """The axes of the second factor of a weight with these."""
    return ("rank", *axes[-1:])


def _axes_by(
    axes_of: Callable[[JsonObject], _Axes | None], of: Callable[[_Axes], _Axes], config: JsonObject
) -> _Axes | None:
    """The axes of a factor, of a weight whose axes the config tells."""
    axes = axes_of(config)
    return axes and of(axes)
