"""Fan-in and fan-out of a weight: true connectivity, and what ``keras.initializers`` computes.

Fan-in is the number of inputs that each output unit sums over, and fan-out the number of output units that
each input feeds, with strides of one. ``keras.initializers`` reads both off the shape of the array alone, as if
every array were the kernel of a plain convolution, so that it counts too many for grouped, depthwise, gated and
(before Keras 3.15) attention kernels, and swaps both for transposed convolutions.

The rules of true connectivity are ``fan_rules``, which the rows of the layer table name.

Sources: ``compute_fans`` in keras/src/initializers/random_initializers.py (Keras 2 and 3),
``get_fans`` in keras/initializations.py (Keras 1), ``_analyze_split_string`` in einsum_dense.py (Keras 3.15).
"""

from __future__ import annotations

from math import isqrt, prod
from typing import TYPE_CHECKING

from kerasinspect.knowledge.axes import einsum_terms
from kerasinspect.knowledge.fan_rules import ORDERED_RANKS, convolution, ordered
from kerasinspect.knowledge.layers import row_of, weight_of
from kerasinspect.knowledge.naming import gate_free
from kerasinspect.knowledge.serialized import mapping, whole_numbers, word
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.json_values import JsonObject

_AXES_SINCE = (3, 15)
"""From this Keras on EinsumDense tells its initializer which axes are inputs and which are outputs."""

_KERAS_1_KEYS = frozenset({"init", "inner_init", "nb_filter", "nb_row", "dim_ordering", "border_mode", "nb_feature"})


@dataclass(frozen=True, slots=True)
class Fans:
    """Connectivity of one weight; all None for a vector, a statistic, or a class that is not Keras's own."""

    fan_in: int | None = None
    fan_out: int | None = None
    keras_fan_in: int | None = None
    """What ``keras.initializers`` computed, where it is another number."""
    keras_fan_out: int | None = None

    @property
    def used_in(self) -> int | None:
        """The fan-in that scaled the initial values."""
        return self.fan_in if self.keras_fan_in is None else self.keras_fan_in

    @property
    def used_out(self) -> int | None:
        """The fan-out that scaled the initial values."""
        return self.fan_out if self.keras_fan_out is None else self.keras_fan_out


NO_FANS = Fans()


def fans(
    class_name: str,
    weight: str,
    shape: tuple[int, ...],
    config: JsonObject,
    keras_version: tuple[int, int] | None = None,
) -> Fans:
    """The fans of one weight.

    ``shape`` is the shape that the layer computes with: a packed int4 kernel has that of its unpacked values.
    ``config`` is the layer's own; for the projections of an attention layer it is that of an EinsumDense,
    with its ``equation``.
    """
    class_name, config = wrapped_layer(class_name, config)
    name, gated = gate_free(weight)
    weight_spec = weight_of(class_name, name)
    rule = weight_spec.fans if weight_spec else None
    if rule is None or not shape[1:]:  # a vector or a scalar connects nothing
        return NO_FANS
    if gated:  # the kernel of one gate, alone
        rule = ordered(convolution) if shape[2:] else convolution
    true = rule(shape, config)
    if true is None:
        return NO_FANS
    used = keras_fans(class_name, shape, config, keras_version)
    differs = [number if number != fan else None for number, fan in zip(used, true, strict=True)]
    return Fans(*true, *differs)


def keras_fans(
    class_name: str,
    shape: tuple[int, ...],
    config: JsonObject,
    keras_version: tuple[int, int] | None = None,
) -> tuple[int, int]:
    """The fan-in and fan-out that ``keras.initializers`` computes for an array, of any rank."""
    if is_keras_1(config, keras_version):
        return _keras_1_fans(class_name, shape, config)
    axes = _initializer_axes(class_name, config, keras_version)
    if axes is not None and all(-len(shape) <= axis < len(shape) for axis in (*axes[0], *axes[1])):
        return prod(shape[axis] for axis in axes[0]), prod(shape[axis] for axis in axes[1])
    match shape:
        case ():
            return 1, 1
        case (length,):
            return length, length
        case _:
            return prod(shape[:-1]), prod(shape[:-2]) * shape[-1]


def is_keras_1(config: JsonObject, keras_version: tuple[int, int] | None) -> bool:
    """Whether a config is of the Keras 1 generation, by the version or else by its words."""
    if keras_version is not None:
        return keras_version < (2, 0)
    return not _KERAS_1_KEYS.isdisjoint(config)


def wrapped_layer(class_name: str, config: JsonObject) -> tuple[str, JsonObject]:
    """The class and config that decide: those of the layer inside a SpectralNormalization, else their own."""
    while row_of(class_name).shares_kernel:
        inner = mapping(config, "layer")
        class_name, config = word(inner, "class_name") or "", mapping(inner, "config")
    return class_name, config


def _initializer_axes(
    class_name: str, config: JsonObject, keras_version: tuple[int, int] | None
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The input and output axes that the kernel's initializer was told of, if any."""
    own = mapping(mapping(config, "kernel_initializer"), "config")
    inputs, outputs = whole_numbers(own, "input_axes"), whole_numbers(own, "output_axes")
    if inputs is not None and outputs is not None:
        return inputs, outputs
    told = "input_axes" in own if keras_version is None else keras_version >= _AXES_SINCE
    terms = einsum_terms(config) if told and row_of(class_name).is_equation else None
    if terms is None:
        return None
    _, kernel, output = terms
    axes = range(len(kernel))
    return tuple(i for i in axes if kernel[i] not in output), tuple(i for i in axes if kernel[i] in output)


def _keras_1_fans(class_name: str, shape: tuple[int, ...], config: JsonObject) -> tuple[int, int]:
    """What Keras 1 computed, which for a 3D convolution forgot the third spatial axis."""
    # One-dimensional convolutions are stored as (length, 1, channels, filters), yet were counted as 'th'.
    last = word(config, "dim_ordering") == "tf" and not class_name.endswith("1D")
    match shape:
        case (rows, columns):
            return rows, columns
        case (first, second, *_, channels, filters) if last:
            return first * second * channels, first * second * filters
        case (filters, channels, _, _, *_):
            return channels * prod(shape[2:]), filters * prod(shape[2:])
        case _:
            root = isqrt(prod(shape))
            return root, root


def kernel_order(shapes: Mapping[str, tuple[int, ...]]) -> str | None:
    """The order that a Keras 1 layer's own arrays prove for its kernels: ``tf`` or ``th``; None for neither.

    The bias has a number per filter, and the filters are the last axis in TensorFlow's order, the first in Theano's.
    """
    first = {gate_free(name)[0]: shape for name, shape in reversed([*shapes.items()])}
    kernel, bias = first.get("pointwise_kernel") or first.get("kernel") or (), first.get("bias") or ()
    if len(kernel) not in ORDERED_RANKS:
        return None
    ends = (kernel[-1:], kernel[:1]) if bias else (kernel[:2], kernel[-2:])
    proof = bias or (1, 1)
    if ends.count(proof) != 1 or (not bias and "pointwise_kernel" not in first):
        return None
    return "tf" if ends[0] == proof else "th"
