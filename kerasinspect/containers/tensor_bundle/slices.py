"""A tensor that is stored in slices, put together as it is read.

A slice may take any box of the tensor. The rows of one along the first axis lie side by side in the file, so a run of
the whole is read as the rows that it spans, from each slice that has any of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.sources import BLOCK
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.sources import Source


class Box(NamedTuple):
    """A slice: the positions that it takes of each axis, and where its bytes lie."""

    positions: tuple[range, ...]
    source: Source
    offset: int

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(map(len, self.positions))


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """The bytes of a tensor in C order, from slices that cover each of its values once."""

    boxes: tuple[Box, ...]
    shape: tuple[int, ...]
    itemsize: int

    def read(self, start: int, count: int) -> bytes:
        """``count`` bytes from ``start``."""
        row = self._row
        first, last = start // row, -(-(start + count) // row) if row else 0
        rows = self._rows(range(first, last))
        return rows[start - first * row :][:count]

    def blocks(self, size: int = BLOCK) -> Iterator[memoryview]:
        """All bytes in pieces of at most ``size``."""
        nbytes = self._row * (self.shape[0] if self.shape else 1)
        for start in range(0, nbytes, size):
            yield memoryview(self.read(start, min(size, nbytes - start)))

    @property
    def _row(self) -> int:
        """Bytes of one row along the first axis."""
        return math.prod(self.shape[1:]) * self.itemsize

    def _rows(self, rows: range) -> bytes:
        """The bytes of some rows along the first axis, from every slice that has any of them."""
        import numpy as np  # noqa: PLC0415 - what only describes a file needs none of it

        whole = np.zeros((len(rows), *self.shape[1:], self.itemsize), np.uint8)
        for box in self.boxes:
            own, *others = box.positions or (range(1),)
            shared = range(max(own.start, rows.start), min(own.stop, rows.stop))
            if not shared:
                continue
            shape = (len(shared), *map(len, others), self.itemsize)
            data = box.source.read_at(box.offset + (shared.start - own.start) * math.prod(shape[1:]), math.prod(shape))
            place = (
                slice(shared.start - rows.start, shared.stop - rows.start),
                *(slice(p.start, p.stop) for p in others),
            )
            whole[place] = np.frombuffer(data, np.uint8).reshape(shape)
        return whole.tobytes()


def cover(boxes: tuple[Box, ...], shape: tuple[int, ...]) -> bool:
    """Whether slices lie in a tensor of this shape and are as many values as it has, none of them in two.

    Two boxes meet where they share a position along every axis.
    """
    if sum(box.size for box in boxes) != math.prod(shape):
        return False
    inside = all(p.start >= 0 and p.stop <= size for box in boxes for p, size in zip(box.positions, shape, strict=True))
    return inside and not any(
        all(max(a.start, b.start) < min(a.stop, b.stop) for a, b in zip(one.positions, other.positions, strict=True))
        for at, one in enumerate(boxes)
        for other in boxes[:at]
    )
