"""Axis: one dimension of a weight, and what every step along it is called."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Origin:
    """A run of positions along an axis that one layer gives: a branch of a Concatenate, a picture laid out in a row."""

    layer: str
    """Path of the layer."""
    word: str
    """What one step along its units is called: unit, filter, channel; empty where no axis is known to be of units."""
    size: int
    """Positions in the run."""
    shape: tuple[int, ...] = ()
    """Sizes of the axes that lie in a row here, the last one fastest; empty where there is but one."""
    axis: int = -1
    """Which of ``shape`` runs along the units."""
    labels: Sequence[str] = ()
    """What each position is, where they are not alike: the tokens of a vocabulary."""

    def label(self, position: int) -> str:
        """The name of one position of the run: ``branch_a unit 3``, ``conv2d (2, 5) filter 7``, ``image (13, 4)``."""
        if position < len(self.labels):
            return f"{self.layer} {self.labels[position]}"
        if not self.shape:
            return f"{self.layer} {self.word} {position}"
        place: list[int] = []
        for size in reversed(self.shape):
            position, at = divmod(position, size)
            place.insert(0, at)
        unit = f" {self.word} {place.pop(self.axis)}" if self.word else ""
        return f"{self.layer} ({', '.join(map(str, place))}){unit}"


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a weight and what runs along it."""

    name: str
    """What one step along the axis is: input, unit, filter, channel, height, head, index ..."""
    size: int
    blocks: tuple[str, ...] = ()
    """Names of equal consecutive parts: the gates i, f, c, o of an LSTM kernel's last axis."""
    source: str | None = None
    """The layer path whose last output axis this axis runs along, where the graph tells it."""
    source_word: str = "unit"
    """What one step along the source's output is called: unit, filter, channel, input ..."""
    origins: tuple[Origin, ...] = ()
    """What its steps are further back, run by run, where the source only lays out what others give."""
    labels: Sequence[str] = ()
    """What each step is, where the steps are not alike: a GRU's two rows of biases, the tokens of a vocabulary.

    Steps beyond the last of them go by number.
    """
    told: bool = True
    """False where nothing tells what runs along it, so that its name only says where it is: row, column, axis 0."""

    def label(self, position: int) -> str:
        """The name of one row or column: ``dense_1 unit 3``, ``gate f unit 0``, ``input 2``."""
        if position < len(self.labels):
            return self.labels[position]
        if self.blocks and self.size % len(self.blocks) == 0:
            length = self.size // len(self.blocks)
            return f"{self.blocks[position // length]} {self.name} {position % length}"
        start = 0
        for origin in self.origins:
            if position < start + origin.size:
                return origin.label(position - start)
            start += origin.size
        if self.source:
            return f"{self.source} {self.source_word} {position}"
        return f"{self.name} {position}"

    def all_labels(self) -> Iterator[str]:
        """The label of every position, in order; where many runs meet, faster than one position after another."""
        return islice(self._each_label(), self.size)

    def _each_label(self) -> Iterator[str]:
        """The labels of as many positions as there are, and more where the runs have more."""
        known = 0 if self.labels or self.blocks else sum(origin.size for origin in self.origins)
        for origin in self.origins if known else ():
            yield from map(origin.label, range(origin.size))
        yield from map(self.label, range(known, self.size))

    @property
    def counts(self) -> bool:
        """Whether its labels are all alike but for a number, so that the first and the last tell how long they are."""
        return not self.labels and not self.origins

    def resized(self, size: int) -> Axis:
        """An axis of another size, of which only the name is known."""
        return self if size == self.size else replace(self, size=size, blocks=(), labels=(), origins=())


def fitted_axes(axes: Sequence[Axis], shape: Sequence[int]) -> tuple[Axis, ...]:
    """Axes that fit a shape, whatever the file said of them: by number where there are more of them or fewer."""
    if len(axes) != len(shape):
        axes = [Axis(f"axis {number} position", size) for number, size in enumerate(shape)]
    return tuple(axis.resized(size) for axis, size in zip(axes, shape, strict=True))
