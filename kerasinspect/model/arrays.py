"""Array: numbers in a file, and how they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import EllipsisType

    import numpy as np
    from numpy.typing import DTypeLike

_Step: TypeAlias = "int | np.integer | slice | EllipsisType"
Index: TypeAlias = "_Step | tuple[_Step, ...]"
"""An index of numpy's basic indexing."""


class Array(Protocol):
    """Numbers in a file: shape and dtype are known, values are read when asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes; ``()`` for a scalar."""

    @property
    def dtype(self) -> str:
        """Keras's word for the dtype as stored: float32, bfloat16, float8_e4m3fn, int8, ..."""

    @property
    def nbytes(self) -> int:
        """Bytes that the values take in the file's own dtype."""

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected values, read from the file: integers, slices and ``...`` as in numpy.

        Dtypes that numpy lacks (bfloat16, float8) arrive as float32, exactly.
        Raises DamagedFile where the bytes are missing or cannot be inflated.
        """

    def blocks(self, size: int = ...) -> Iterator[bytes | memoryview]:
        """All bytes, little-endian in C order, in pieces of about ``size`` bytes."""


@runtime_checkable
class Divisible(Protocol):
    """An array of which several threads may read parts at once, if its bytes lie in one run."""

    def part(self, start: int, stop: int) -> Array | None:
        """The values from one place to another in C order, as a flat array; None where they lie in no run."""


def all_values(array: Array, dtype: DTypeLike | None, *, copy: bool | None) -> np.ndarray:
    """Every value of an array, of another dtype where one is asked for; raises ValueError where ``copy`` is False.

    What was read may be kept for the next read, so that it is read-only; ``copy`` gives values to write into.
    Source: what numpy says of ``__array__``.
    """
    if copy is False:
        message = "The values lie in a file: numpy can have them only as a copy."
        raise ValueError(message)
    values = array[...]
    return values.astype(values.dtype if dtype is None else dtype, copy=bool(copy))
