"""What a shape rule is, and the exception by which it gives up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from kerasinspect.json_values import JsonObject
from kerasinspect.model import Shape

Inputs: TypeAlias = Sequence[Shape]
Outputs: TypeAlias = "Shape | tuple[Shape, ...]"
Rule: TypeAlias = Callable[[JsonObject, Inputs], Outputs]
"""Gives the output shape of a layer from its config and the shapes of its inputs; may raise Untold."""


class Inside(Protocol):
    """What is known of the layers inside a layer."""

    def output(self, layer: JsonObject, inputs: Inputs) -> Outputs:
        """The output shape of a serialised layer; raises Untold where it is not decided."""

    def cells(self, cell: JsonObject) -> list[JsonObject]:
        """The cells of a serialised stack of cells, or the one cell itself; raises Untold for a stack of none."""

    def states(self, class_name: str) -> int | None:
        """How many states a cell of this class hands from step to step; None where it is none that is known."""


InnerRule: TypeAlias = Callable[[JsonObject, Inputs, Inside], Outputs]
"""Gives the output shape of a layer that computes with layers inside it; may raise Untold."""

_Value = TypeVar("_Value")


class Untold(Exception):
    """The config and the input shapes do not decide the output shape, or contradict each other."""


def need(value: _Value | None) -> _Value:
    """The value; raises Untold where there is none."""
    if value is None:
        raise Untold
    return value


def only(condition: bool) -> None:  # noqa: FBT001 - reads as a sentence: only(len(shape) > 1)
    """Nothing where the condition holds; raises Untold elsewhere."""
    if not condition:
        raise Untold


def one(shape: Outputs) -> Shape:
    """One shape for what it is; raises Untold for several."""
    sizes = tuple(size for size in shape if not isinstance(size, tuple))
    only(len(sizes) == len(shape))
    return sizes


def objects(config: JsonObject, key: str) -> list[JsonObject]:
    """A list of objects; raises Untold for anything else."""
    values = config.get(key)
    found = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else None
    only(found is not None and isinstance(values, list) and len(found) == len(values))
    return [*need(found)]


def same(_: JsonObject, inputs: Inputs) -> Outputs:
    """The shape of the first input: activations, normalisations, dropout, noise, and the like."""
    return inputs[0]


def product(sizes: Sequence[int | None]) -> int | None:
    """The product of sizes; None where one of them is open."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total
