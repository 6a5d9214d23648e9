"""What the values of a computed array are made of, without numpy: they are computed when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.knowledge.packing import Coding
    from kerasinspect.model import Array


@dataclass(frozen=True, slots=True)
class Factor:
    """Numbers that belong to whole rows, columns or groups of another array."""

    array: Array
    axes: tuple[int, ...]
    """The axes of that array along which they run."""
    groups: Array | None = None
    """For each place on ``group_axis``, the number of its group; None where there are no groups."""
    group_axis: int = 0


class Unpacked(NamedTuple):
    """Values that share bytes along an axis."""

    stored: Array
    axis: int
    coding: Coding


class Transposed(NamedTuple):
    """A matrix with its rows as columns."""

    matrix: Array


class Reshaped(NamedTuple):
    """The numbers of a matrix, in C order, in another shape."""

    matrix: Array
    shape: tuple[int, ...]


class Divided(NamedTuple):
    """``value / scale``."""

    values: Array
    scale: Factor


class Multiplied(NamedTuple):
    """``(value - zero) * scale``, divided by the divisor."""

    values: Array
    scale: Factor
    zero: Factor | None
    divisor: Factor | None


class RoundedToFloat8(NamedTuple):
    """Values divided by the scale, rounded to float8, multiplied again."""

    values: Array
    scale: Array


Recipe: TypeAlias = "Unpacked | Transposed | Reshaped | Divided | Multiplied | RoundedToFloat8"
