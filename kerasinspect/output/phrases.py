"""Says what an array is in a few words that fit a line of a list, beside its shape.

The whole sentences stand in ``knowledge.words``.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import weight_of
from kerasinspect.output.wording import shape_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.model import Weight

_OF_EACH: Mapping[str, str] = {
    "bias": "added to its sum",
    "gamma": "multiplies it",
    "beta": "added to it",
    "moving_mean": "its mean",
    "moving_variance": "its variance",
    "alpha": "its slope below 0",
    "mean": "its mean",
    "variance": "its variance",
    "kernel_scale": "scales its integers",
}
"""What a vector's number does with the unit, filter or channel that it belongs to."""

_OF_ALL: Mapping[str, str] = {
    "kernel": "one weight each",
    "recurrent_kernel": "one weight each",
    "bias": "added to sums",
    "embeddings": "a row each",
}
"""What the numbers of a matrix do, or those of a vector in several parts."""

_SPATIAL = frozenset({"depth", "height", "width"})

_PHRASED = 2
"""An array of more axes than this has no phrase: their names say it."""

_ROOM = 38
"""Characters of the words on one array; a phrase that takes more would leave too little of every name in the list."""


def array_in_words(weight: Weight) -> str:
    """What runs along its axes, and what its numbers do: ``one per unit, added to its sum``."""
    if weight.same_as is not None:
        return f"the same variable as {weight.same_as}"
    extent, phrase = _extent(weight), _phrase(weight)
    if phrase is None:
        return extent
    said = f"{f'one per {weight.axes[0].name}' if _is_plain_vector(weight) else extent}, {phrase}"
    return said if len(said) <= _ROOM else extent


def _phrase(weight: Weight) -> str | None:
    """What its numbers do; None where that needs more words, or where file and class do not tell."""
    if len(weight.shape) > _PHRASED or not _is_told(weight):
        return None
    return (_OF_EACH if _is_plain_vector(weight) else _OF_ALL).get(weight.name)


def _is_told(weight: Weight) -> bool:
    """Whether its name is one that its class has, and its stored numbers are the ones that the layer computes with."""
    is_known = weight.named and weight_of(weight.layer_class, weight.name) is not None
    return is_known and weight.dequantized is None and not weight.is_packed and all(axis.told for axis in weight.axes)


def _is_plain_vector(weight: Weight) -> bool:
    """Whether it has one number for each step along its only axis, of which its length says how many there are."""
    return len(weight.axes) == len(weight.shape) == 1 and len(weight.axes[0].blocks) <= 1


def _extent(weight: Weight) -> str:
    """A shape in words, a window in short: ``3×3 of 2 channels × 16 filters``."""
    window = sum(1 for _ in takewhile(lambda axis: axis.name in _SPATIAL, weight.axes))
    if window <= 1 or len(weight.axes) != len(weight.shape) or window == len(weight.shape):
        return shape_in_words(weight.shape, weight.axes)
    sizes = "×".join(f"{size:,}" for size in weight.shape[:window])
    return f"{sizes} of {shape_in_words(weight.shape[window:], weight.axes[window:])}"
