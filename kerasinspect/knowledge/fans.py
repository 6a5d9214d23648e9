"""Fan-in and fan-out of a weight: true connectivity, and what ``keras.initializers`` computes.

Fan-in is the number of inputs that each output unit sums over, and fan-out the number of output units that
each input feeds, with strides of one. ``keras.initializers`` reads both off the shape of the array alone, as if
every array were the kernel of a plain convolution, so that it counts too many for grouped, depthwise, gated and
(before Keras 3.15) attention kernels, and swaps both for transposed convolutions.

Sources: ``compute_fans`` in keras/src/initializers/random_initializers.py (Keras 2 and 3),
``get_fans`` in keras/initializations.py (Keras 1), ``_analyze_split_string`` in einsum_dense.py (Keras 3.15).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import isqrt, prod
from typing import Any, TypeAlias

from kerasinspect.knowledge.config_values import mapping, repeated, size, whole_numbers, word

Pair: TypeAlias = "tuple[int | None, int | None]"
Rule: TypeAlias = Callable[[tuple[int, ...], Mapping[str, Any]], "Pair | None"]

AXES_SINCE = (3, 15)
"""From this Keras on EinsumDense tells its initializer which axes are inputs and which are outputs."""

_KERAS_1_KEYS = frozenset({"init", "inner_init", "nb_filter", "nb_row", "dim_ordering", "border_mode", "nb_feature"})
_ORDERED_RANKS = (4, 5)
"""Axes that kernels of Keras 1 have whose order is not always the same."""
_GATE = re.compile(r"(.+)_[ifcozrh]")
_EQUATION = re.compile(r"(?:\.\.\.)?([A-Za-z]+)(?:\.\.\.)?,([A-Za-z]+)->(?:\.\.\.)?([A-Za-z]+)(?:\.\.\.)?")


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


def fans(
    class_name: str,
    weight: str,
    shape: tuple[int, ...],
    config: Mapping[str, Any],
    keras_version: tuple[int, int] | None = None,
) -> Fans:
    """Give the fans of one weight.

    ``shape`` is the shape that the layer computes with: a packed int4 kernel has that of its unpacked values.
    ``config`` is the layer's own; for the projections of an attention layer it is that of an EinsumDense,
    with its ``equation``.
    """
    class_name, config = wrapped_layer(class_name, config)
    name, gated = gate_free(weight)
    rule = RULES.get(class_name, {}).get(name)
    if rule is None or not shape[1:]:  # a vector or a scalar connects nothing
        return Fans()
    if gated:  # the kernel of one gate, alone
        rule = _convolution
        rule = _ordered(rule) if shape[2:] else rule
    true = rule(shape, config)
    if true is None:
        return Fans()
    used = keras_fans(class_name, shape, config, keras_version)
    differs = [number if number != fan else None for number, fan in zip(used, true, strict=True)]
    return Fans(*true, *differs)


def keras_fans(
    class_name: str,
    shape: tuple[int, ...],
    config: Mapping[str, Any],
    keras_version: tuple[int, int] | None = None,
) -> tuple[int, int]:
    """Give the fan-in and fan-out that ``keras.initializers`` computes for an array, of any rank."""
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


def is_keras_1(config: Mapping[str, Any], keras_version: tuple[int, int] | None) -> bool:
    """Tell whether a config is of the Keras 1 generation, by the version or else by its words."""
    if keras_version is not None:
        return keras_version < (2, 0)
    return not _KERAS_1_KEYS.isdisjoint(config)


def wrapped_layer(class_name: str, config: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Give the class and config that decide: those of the layer inside a SpectralNormalization, else their own."""
    while class_name == "SpectralNormalization":
        inner = mapping(config, "layer")
        class_name, config = word(inner, "class_name") or "", mapping(inner, "config")
    return class_name, config


def gate_free(weight: str) -> tuple[str, bool]:
    """Split the gate off the name of a Keras 1 array: ``kernel_i`` gives ``kernel`` and True."""
    match = _GATE.fullmatch(weight)
    return (match[1], True) if match else (weight, False)


def einsum_terms(config: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Give the letters of an EinsumDense equation: input, kernel, output, without the dots."""
    match = _EQUATION.fullmatch(word(config, "equation") or "")
    return (match[1], match[2], match[3]) if match else None


def _initializer_axes(
    class_name: str, config: Mapping[str, Any], keras_version: tuple[int, int] | None
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Give the input and output axes that the kernel's initializer was told of, if any."""
    own = mapping(mapping(config, "kernel_initializer"), "config")
    inputs, outputs = whole_numbers(own, "input_axes"), whole_numbers(own, "output_axes")
    if inputs is not None and outputs is not None:
        return inputs, outputs
    told = "input_axes" in own if keras_version is None else keras_version >= AXES_SINCE
    terms = einsum_terms(config) if told and class_name == "EinsumDense" else None
    if terms is None:
        return None
    _, kernel, output = terms
    axes = range(len(kernel))
    return tuple(i for i in axes if kernel[i] not in output), tuple(i for i in axes if kernel[i] in output)


def _keras_1_fans(class_name: str, shape: tuple[int, ...], config: Mapping[str, Any]) -> tuple[int, int]:
    """Give what Keras 1 computed, which for a 3D convolution forgot the third spatial axis."""
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
    """Give the order that a Keras 1 layer's own arrays prove for its kernels: ``tf`` or ``th``; None for neither.

    The bias has a number per filter, and the filters are the last axis in TensorFlow's order, the first in Theano's.
    """
    first = {gate_free(name)[0]: shape for name, shape in reversed([*shapes.items()])}
    kernel, bias = first.get("pointwise_kernel") or first.get("kernel") or (), first.get("bias") or ()
    if len(kernel) not in _ORDERED_RANKS:
        return None
    ends = (kernel[-1:], kernel[:1]) if bias else (kernel[:2], kernel[-2:])
    proof = bias or (1, 1)
    if ends.count(proof) != 1 or (not bias and "pointwise_kernel" not in first):
        return None
    return "tf" if ends[0] == proof else "th"


def _ordered(rule: Rule) -> Rule:
    """Follow a rule for a kernel of Keras 1, whose axes lie in one of two orders."""

    def follow(shape: tuple[int, ...], config: Mapping[str, Any]) -> Pair | None:
        order = word(config, "dim_ordering")
        if order == "th" and len(shape) in _ORDERED_RANKS:
            return rule((*shape[2:], shape[1], shape[0]), config)
        return rule(shape, config) if order == "tf" else None

    return follow


def _one_dimensional(shape: tuple[int, ...], config: Mapping[str, Any]) -> Pair | None:
    """Keras 1.1 stored (length, 1, channels, filters), before it was (filters, channels, length, 1)."""
    if len(shape) != _ORDERED_RANKS[0]:
        return _convolution(shape, config) if len(shape) == 1 + 2 else None
    if (shape[1] == 1) == (shape[3] == 1):
        return None
    return _convolution(shape if shape[1] == 1 else (shape[2], shape[1], shape[0]), config)


def _dense(shape: tuple[int, ...], _: Mapping[str, Any]) -> Pair | None:
    return shape[-2], shape[-1]


def _convolution(shape: tuple[int, ...], config: Mapping[str, Any]) -> Pair:
    groups = size(config, "groups") or 1
    return prod(shape[:-1]), prod(shape[:-2]) * shape[-1] // groups


def _transposed(shape: tuple[int, ...], _: Mapping[str, Any]) -> Pair:
    return prod(shape[:-2]) * shape[-1], prod(shape[:-1])


def _depthwise(shape: tuple[int, ...], _: Mapping[str, Any]) -> Pair:
    return prod(shape[:-2]), prod(shape[:-2]) * shape[-1]


def _gates(count: int, shape: tuple[int, ...], _: Mapping[str, Any]) -> Pair:
    return prod(shape[:-1]), prod(shape[:-2]) * shape[-1] // count


def _lookup(shape: tuple[int, ...], _: Mapping[str, Any]) -> Pair:
    return 1, shape[-1]


def _einsum(shape: tuple[int, ...], config: Mapping[str, Any]) -> Pair | None:
    terms = einsum_terms(config)
    if terms is None or len(terms[1]) != len(shape):
        return None
    inputs, kernel, output = terms
    sizes = dict(zip(kernel, shape, strict=True))
    summed = prod(sizes[letter] for letter in sizes if letter not in output)
    return summed, prod(sizes[letter] for letter in sizes if letter in output and letter not in inputs)


def _locally_connected(spatial: int, shape: tuple[int, ...], config: Mapping[str, Any]) -> Pair | None:
    """Follow the layer's two ways to store a kernel: one row per position, or position by position with gaps."""
    window = repeated(config, spatial, "kernel_size", "filter_length")
    if window is None:
        sides = size(config, "nb_row"), size(config, "nb_col")
        window = tuple(side for side in sides if side is not None)
    area = prod(window) if len(window) == spatial else None
    if len(shape) == 1 + 2:
        return shape[1], None if area is None else area * shape[2]
    if area is None or len(shape) != 2 * spatial + 2:
        return None
    first = word(config, "data_format") == "channels_first"
    channels, filters = (shape[0], shape[spatial + 1]) if first else (shape[spatial], shape[-1])
    return area * channels, area * filters


_DENSE: Mapping[str, Rule] = {"kernel": _dense, "lora_kernel_a": _dense, "lora_kernel_b": _dense}
_CONV: Mapping[str, Rule] = {"kernel": _convolution, "lora_kernel_a": _convolution, "lora_kernel_b": _dense}
_CONV_1: Mapping[str, Rule] = {"kernel": _ordered(_convolution)}
_CONV_1D: Mapping[str, Rule] = {"kernel": _one_dimensional}
_TRANSPOSED: Mapping[str, Rule] = {"kernel": _transposed}
_DEPTHWISE: Mapping[str, Rule] = {"kernel": _depthwise, "depthwise_kernel": _depthwise}
_SEPARABLE: Mapping[str, Rule] = {"depthwise_kernel": _depthwise, "pointwise_kernel": _convolution}
_SEPARABLE_1: Mapping[str, Rule] = {name: _ordered(rule) for name, rule in _SEPARABLE.items()}
_PLAIN_CELL: Mapping[str, Rule] = {"kernel": _dense, "recurrent_kernel": _dense}
_LSTM: Mapping[str, Rule] = {"kernel": partial(_gates, 4), "recurrent_kernel": partial(_gates, 4)}
_GRU: Mapping[str, Rule] = {"kernel": partial(_gates, 3), "recurrent_kernel": partial(_gates, 3)}
_EMBEDDING: Mapping[str, Rule] = {"embeddings": _lookup, "lora_embeddings_a": _lookup, "lora_embeddings_b": _dense}

RULES: Mapping[str, Mapping[str, Rule]] = {
    "Dense": _DENSE,
    "TernaryDense": _DENSE,
    "TimeDistributedDense": _DENSE,
    "RandomFourierFeatures": {"unscaled_kernel": _dense},
    "MaxoutDense": {"kernel": _dense},
    "Highway": {"kernel": _dense, "W_carry": _dense},
    "EinsumDense": {"kernel": _einsum, "lora_kernel_a": _convolution, "lora_kernel_b": _dense},
    "Embedding": _EMBEDDING,
    "ReversibleEmbedding": {**_EMBEDDING, "reverse_embeddings": _dense},
    "Conv1D": _CONV,
    "Conv2D": _CONV,
    "Conv3D": _CONV,
    "Convolution1D": _CONV_1D,
    "Convolution2D": _CONV_1,
    "Convolution3D": _CONV_1,
    "AtrousConvolution1D": _CONV_1D,
    "AtrousConvolution2D": _CONV_1,
    "AtrousConv1D": _CONV_1D,
    "AtrousConv2D": _CONV_1,
    # Keras 1 kept the kernel of a deconvolution in the order of a convolution's.
    "Deconvolution2D": _CONV_1,
    "Deconvolution3D": _CONV_1,
    "Conv1DTranspose": _TRANSPOSED,
    "Conv2DTranspose": _TRANSPOSED,
    "Conv3DTranspose": _TRANSPOSED,
    "Convolution1DTranspose": _TRANSPOSED,
    "Convolution2DTranspose": _TRANSPOSED,
    "Convolution3DTranspose": _TRANSPOSED,
    "DepthwiseConv1D": _DEPTHWISE,
    "DepthwiseConv2D": _DEPTHWISE,
    "SeparableConv1D": _SEPARABLE,
    "SeparableConv2D": _SEPARABLE,
    "SeparableConvolution1D": _SEPARABLE,
    "SeparableConvolution2D": _SEPARABLE_1,
    "LocallyConnected1D": {"kernel": partial(_locally_connected, 1)},
    "LocallyConnected2D": {"kernel": partial(_locally_connected, 2)},
    "SimpleRNN": _PLAIN_CELL,
    "SimpleRNNCell": _PLAIN_CELL,
    "LSTM": _LSTM,
    "LSTMCell": _LSTM,
    "PeepholeLSTMCell": _LSTM,
    "CuDNNLSTM": _LSTM,
    "GRU": _GRU,
    "GRUCell": _GRU,
    "CuDNNGRU": _GRU,
    "ConvLSTM1D": _LSTM,
    "ConvLSTM2D": _LSTM,
    "ConvLSTM3D": _LSTM,
    "ConvLSTMCell": _LSTM,
    "ConvLSTM1DCell": _LSTM,
    "ConvLSTM2DCell": _LSTM,
    "ConvLSTM3DCell": _LSTM,
    "STFTSpectrogram": {"real_kernel": _convolution, "imag_kernel": _convolution},
}
"""Class name, then weight name, to the rule that counts its true connectivity."""
