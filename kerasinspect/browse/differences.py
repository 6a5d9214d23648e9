"""What one array has more than another of its shape, as an array that is computed where it is looked at."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from kerasinspect.model import Array
    from kerasinspect.model.arrays import Index

_ITEM, _SIZE = 8, 1 << 20
"""Bytes of a value, and of a block, unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The new values less the old ones, as float64; both arrays hold numbers and are of one shape."""

    old: Array
    new: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes."""
        return self.new.shape

    @property
    def dtype(self) -> str:
        """What it is computed as."""
        return "float64"

    @property
    def nbytes(self) -> int:
        """Bytes that are read for all of it."""
        return self.old.nbytes + self.new.nbytes

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected differences; raises what reading either array raises."""
        import numpy as np  # noqa: PLC0415 - only where values are compared

        old, new = (array[key].astype(np.float64) for array in (self.old, self.new))
        with np.errstate(all="ignore"):  # infinite less infinite is NaN, which a picture shows
            difference: np.ndarray = new - old
        return difference

    def blocks(self, size: int = _SIZE) -> Iterator[bytes | memoryview]:
        """All bytes, little-endian in C order, in pieces of about ``size`` bytes, or of a row where that is more."""
        if not self.shape:
            yield self[...].astype("<f8").tobytes()
            return
        rows = max(1, size // max(1, _ITEM * prod(self.shape[1:])))
        for start in range(0, self.shape[0], rows):
            yield self[start : start + rows].astype("<f8").tobytes()
