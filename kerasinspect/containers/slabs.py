"""Arrays that are put together a slab at a time: all values at some places of the first axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Slabbed(Protocol):
    """An array that gives its slabs by number, all but the last one equally large."""

    @property
    def slab_bytes(self) -> int:
        """Bytes of one slab."""

    @property
    def slabs(self) -> int:
        """The number of slabs."""

    def slab(self, number: int) -> memoryview:
        """The values of one slab."""


def run_of(array: _Slabbed, start: int, count: int) -> bytes | memoryview:
    """``count`` bytes from ``start``; only the slabs that they lie in are put together."""
    if not count:
        return b""
    first, last = start // array.slab_bytes, (start + count - 1) // array.slab_bytes
    skipped = start - first * array.slab_bytes
    if first == last:
        return array.slab(first)[skipped : skipped + count]
    return b"".join(array.slab(number) for number in range(first, last + 1))[skipped : skipped + count]


def pieces_of(array: _Slabbed, size: int) -> Iterator[memoryview]:
    """All bytes in pieces of at most ``size``, slab by slab."""
    for number in range(array.slabs):
        view = array.slab(number)
        yield from (view[start : start + size] for start in range(0, len(view), size))
