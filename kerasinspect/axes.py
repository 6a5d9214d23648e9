"""Axis: one dimension of a weight, and what every step along it is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


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

    @property
    def counts(self) -> bool:
        """Whether its labels are all alike but for a number, so that the first and the last tell how long they are."""
        return not self.labels and not self.origins

    def resized(self, size: int) -> Axis:
        """An axis of another size, of which only the name is known."""
        return self if size == self.size else replace(self, size=size, blocks=(), labels=(), origins=())
