"""Rules that count the true fan-in and fan-out of one kernel, each named by the rows of the classes that have it.

A rule takes the shape that the layer computes with and the layer's config, and gives None where they do not tell.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from kerasinspect.knowledge.axes import einsum_terms
from kerasinspect.knowledge.serialized import repeated, size, word

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.kinds import Fan, FanRule

ORDERED_RANKS = (4, 5)
"""Axes that kernels of Keras 1 have whose order is not always the same."""


def ordered(rule: FanRule) -> FanRule:
    """The rule for a kernel of Keras 1, whose axes lie in one of two orders."""

    def follow(shape: tuple[int, ...], config: JsonObject) -> Fan | None:
        order = word(config, "dim_ordering")
        if order == "th" and len(shape) in ORDERED_RANKS:
            return rule((*shape[2:], shape[1], shape[0]), config)
        return rule(shape, config) if order == "tf" else None

    return follow


def dense(shape: tuple[int, ...], _: JsonObject) -> Fan | None:
    """Inputs by units."""
    return shape[-2], shape[-1]


def convolution(shape: tuple[int, ...], config: JsonObject) -> Fan:
    """A window by channels by filters, of which each group of filters has channels of its own."""
    groups = size(config, "groups") or 1
    return prod(shape[:-1]), prod(shape[:-2]) * shape[-1] // groups


def one_dimensional(shape: tuple[int, ...], config: JsonObject) -> Fan | None:
    """A window of steps: Keras 1.1 stored (length, 1, channels, filters), before (filters, channels, length, 1)."""
    if len(shape) != ORDERED_RANKS[0]:
        return convolution(shape, config) if len(shape) == 1 + 2 else None
    if (shape[1] == 1) == (shape[3] == 1):
        return None
    return convolution(shape if shape[1] == 1 else (shape[2], shape[1], shape[0]), config)


def transposed(shape: tuple[int, ...], _: JsonObject) -> Fan:
    """A window by filters by channels."""
    return prod(shape[:-2]) * shape[-1], prod(shape[:-1])


def depthwise(shape: tuple[int, ...], _: JsonObject) -> Fan:
    """A window by channels by patterns, of which each looks at one channel."""
    return prod(shape[:-2]), prod(shape[:-2]) * shape[-1]


def gated(count: int, shape: tuple[int, ...], _: JsonObject) -> Fan:
    """Kernels of ``count`` gates side by side."""
    return prod(shape[:-1]), prod(shape[:-2]) * shape[-1] // count


def lookup(shape: tuple[int, ...], _: JsonObject) -> Fan:
    """A table, of which each number that comes in takes one row."""
    return 1, shape[-1]


def einsum(shape: tuple[int, ...], config: JsonObject) -> Fan | None:
    """Letters of an equation: those summed over, and those only put out."""
    terms = einsum_terms(config)
    if terms is None or len(terms[1]) != len(shape):
        return None
    inputs, kernel, output = terms
    sizes = dict(zip(kernel, shape, strict=True))
    summed = prod(sizes[letter] for letter in sizes if letter not in output)
    return summed, prod(sizes[letter] for letter in sizes if letter in output and letter not in inputs)


def locally_connected(spatial: int, shape: tuple[int, ...], config: JsonObject) -> Fan | None:
    """A kernel at each place, stored in one of two ways: a row for each place, or place by place with gaps."""
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
