"""The values of a weight that are shown: which array, what runs along its axes, and which part of it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kerasinspect.analysis.slicing import Part, Window, window_of
from kerasinspect.axes import fitted_axes
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from kerasinspect.axes import Axis
    from kerasinspect.model import Array, Weight

ShownAs: TypeAlias = Literal["stored", "unpacked", "dequantized"]
"""Numbers as the file has them, the integers that packed ones stand for, or those that the layer computes with."""


@dataclass(frozen=True, slots=True)
class ShownValues:
    """An array with a name for every position along its axes; nothing is read before ``read`` is called."""

    name: str
    """Path of the weight."""
    array: Array
    axes: tuple[Axis, ...]
    """One for each axis of the array, of the same size."""
    window: Window
    """The part that is shown."""
    labels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The user's own names for the positions along an axis, by the number of the axis."""

    def label(self, axis: int, position: int) -> str:
        """The name of one row or column."""
        return self.labels[axis][position] if axis in self.labels else self.axes[axis].label(position)

    @property
    def last(self) -> Window:
        """The window of the last value alone: where it is there, the declared shape can be believed."""
        return tuple(size - 1 for size in self.array.shape)

    def read(self, window: Window) -> np.ndarray[Any, Any]:
        """The values of any window of the array, with an axis for each of its ranges.

        The file is read in rising order whichever way the window goes. Raises DamagedFile where bytes are missing,
        RefusedFile where they may not be read.
        """
        values = self.array[tuple(_rising(part) if isinstance(part, range) else part for part in window)]
        turned = tuple(slice(None, None, -1 if part.step < 0 else 1) for part in window if isinstance(part, range))
        return values[turned] if turned else values


def shown_values(
    name: str,
    array: Array,
    axes: Sequence[Axis],
    parts: tuple[Part, ...] = (...,),
    labels: Mapping[int, tuple[str, ...]] | None = None,
) -> ShownValues:
    """The part of an array that a slice takes, with axes that fit its shape, whatever the file said of them.

    Raises RequestError where the slice does not fit.
    """
    shape = array.shape
    return ShownValues(name, array, fitted_axes(axes, shape), window_of(parts, shape, name), labels or {})


def shown_array(weight: Weight, *, dequantize: bool = False) -> tuple[ShownAs, Array]:
    """The array of a weight that is shown, and what its numbers are."""
    array = weight.numbers(dequantize=dequantize)
    if array is weight.array:
        return "stored", array
    return "unpacked" if array is weight.unpacked else "dequantized", array


def _rising(positions: range) -> slice:
    """Positions in rising order, as a file is read."""
    rising = positions if positions.step > 0 else positions[::-1]
    return slice(rising.start, rising.stop, rising.step)
