"""Arrays of any dtype in memory that come in pieces of chosen sizes, as those of chunked and of other files do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.decoding import decoded
from kerasinspect.dtypes import DTYPES

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class CutArray:
    """An array whose bytes mean ``dtype``, in pieces of at most ``piece`` bytes, whatever a reader asks for."""

    values: np.ndarray[Any, Any]
    dtype: str
    piece: int = 1 << 30

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes."""
        shape: tuple[int, ...] = self.values.shape
        return shape

    @property
    def nbytes(self) -> int:
        """Bytes that the values take."""
        return int(self.values.nbytes)

    def __getitem__(self, key: Any) -> np.ndarray[Any, Any]:  # noqa: ANN401 - numpy's basic indexing
        """The selected values."""
        return np.asarray(decoded(self.values, self.dtype)[key])

    def blocks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """All bytes, in pieces."""
        data, step = self.values.tobytes(), min(self.piece, size)
        yield from (data[start : start + step] for start in range(0, len(data), step))


def cut(values: np.ndarray[Any, Any], dtype: str = "", piece: int = 1 << 30) -> CutArray:
    """Values as an array of their own dtype, or bytes as one that numpy lacks."""
    name = dtype or str(values.dtype)
    return CutArray(values.view(DTYPES[name].encoding) if dtype else values, name, piece)
