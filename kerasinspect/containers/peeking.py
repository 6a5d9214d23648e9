"""A few values of a stored array as Python's own numbers: a page shows some hundred of a million.

Importing numpy takes longer than reading all that a page shows of a small model, and its calls on ten values at a time
took a third of the time of a large one. Dtypes that Python lacks, and values in chunks, are left to numpy.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.containers.stored import Contiguous, InMemory, StoredArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.containers.stored import Storage

_Number: TypeAlias = "int | float"

_LETTERS: Mapping[str, str] = {
    "float32": "f",
    "float64": "d",
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
}
"""The dtypes that Python has, by its letters for them."""

_ORDERS = "<|" if sys.byteorder == "little" else ">|"
"""How numpy marks this machine's order of bytes, and values of one."""

_PAGE_BYTES = 1 << 14
"""Bytes that are read together around a value: copying them takes no longer than asking the system for them."""

_PAGES_KEPT = 64


class Peek:
    """Gives values of one array by their places in C order; what lies around them is kept for the next ones."""

    __slots__ = ("_array", "_each", "_letter", "_pages", "_size")

    def __init__(self, array: StoredArray, letter: str) -> None:
        """Look into an array of numbers of this letter."""
        self._array = array
        self._letter = letter
        self._size = math.prod(array.shape)
        self._each = _PAGE_BYTES // array.encoding.itemsize
        self._pages: dict[int, memoryview] = {}

    def values(self, first: int, count: int, step: int = 1) -> Sequence[_Number]:
        """``count`` values, each ``step`` places behind the one before; raises DamagedFile where bytes are missing."""
        page, start = divmod(first, self._each)
        stop = start + (count - 1) * step + 1
        if step > 0 and stop <= self._each:
            return self._page(page)[start:stop:step].tolist()
        if step == 1:
            return self._run(first, count).tolist()
        return [self.values(first + at * step, 1)[0] for at in range(count)]

    def _page(self, number: int) -> memoryview:
        """The values of a page, of which some are kept."""
        if number not in self._pages:
            if len(self._pages) == _PAGES_KEPT:
                self._pages.clear()
            first = number * self._each
            self._pages[number] = self._run(first, min(self._each, self._size - first))
        return self._pages[number]

    def _run(self, first: int, count: int) -> memoryview:
        """Values in a row."""
        return memoryview(self._array.run(first, count)).cast("B").cast(self._letter)  # type: ignore[call-overload, no-any-return]


def peek(array: object) -> Peek | None:
    """A look into an array; None where its values are no numbers that Python has, or not all there as they are."""
    if not isinstance(array, StoredArray) or array.problem is not None or not _is_there(array.storage):
        return None
    letter, encoding = _LETTERS.get(array.dtype), array.encoding
    is_ours = array.dtype == encoding.word and encoding[0] in _ORDERS
    return Peek(array, letter) if letter is not None and is_ours else None


def _is_there(storage: Storage) -> bool:
    """Whether bytes lie in one run, all of it in the file."""
    if isinstance(storage, Contiguous):
        return storage.offset + storage.nbytes <= storage.source.size
    return isinstance(storage, InMemory)
