"""What a shape rule is, and the exception by which it gives up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from kerasinspect.model import Shape

Config: TypeAlias = Mapping[str, Any]
Inputs: TypeAlias = Sequence[Shape]
Outputs: TypeAlias = "Shape | tuple[Shape, ...]"
Rule: TypeAlias = Callable[[Config, Inputs], Outputs]
"""Gives the output shape of a layer from its config and the shapes of its inputs; may raise Untold."""

Value = TypeVar("Value")


class Untold(Exception):
    """The config and the input shapes do not decide the output shape, or contradict each other."""


def need(value: Value | None) -> Value:
    """Give the value, or give up where there is none."""
    if value is None:
        raise Untold
    return value


def only(condition: bool) -> None:  # noqa: FBT001 - reads as a sentence: only(len(shape) > 1)
    """Give up unless the condition holds."""
    if not condition:
        raise Untold


def same(_: Config, inputs: Inputs) -> Outputs:
    """Give the shape of the first input: activations, normalisations, dropout, noise, and the like."""
    return inputs[0]


def product(sizes: Sequence[int | None]) -> int | None:
    """Multiply sizes; None where one of them is open."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total
