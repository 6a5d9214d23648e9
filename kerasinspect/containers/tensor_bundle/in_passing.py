"""The checksums of tensors, taken while their values are read, whichever threads read them in whatever order."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import contextmanager
from itertools import accumulate
from typing import TYPE_CHECKING

from kerasinspect.containers.tensor_bundle.crc32c import crc32c, joined
from kerasinspect.containers.zip.crc import LEAST, CrcSoFar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.tensor_bundle.entries import Entry


class _File:
    """The checksums of the tensors in one data file, as far as they were read."""

    def __init__(self, source: Source, tensors: Iterable[tuple[bytes, Entry]]) -> None:
        """Begin with nothing read."""
        self.source = source
        ordered = sorted(tensors, key=lambda one: one[1].offset)
        self._starts = [source.start + entry.offset for _, entry in ordered]
        self.so_far = {key: CrcSoFar(source, entry.offset, entry.nbytes, crc32c, joined) for key, entry in ordered}
        self._in_order = [*self.so_far.values()]

    def take(self, position: int, data: bytes | memoryview) -> None:
        """Take in bytes that were just read from a position of the file."""
        at = bisect_right(self._starts, position)
        if at:
            self._in_order[at - 1].take(position, data)


class _Files:
    """Those of all data files; a place in one of them counts on from the ends of those before it."""

    def __init__(self, files: Sequence[_File]) -> None:
        """Begin with nothing read."""
        self._files = files
        self._starts = [0, *accumulate(one.source.size for one in files)]

    @property
    def left_nbytes(self) -> int:
        """Bytes that were not read."""
        return sum(crc.left_nbytes for one in self._files for crc in one.so_far.values())

    def left(self) -> list[tuple[int, int]]:
        """The places of what was not read and is worth a thread."""
        return [
            (before + start, before + end)
            for before, one in zip(self._starts, self._files, strict=False)
            for crc in one.so_far.values()
            for start, end in crc.left()
        ]

    def read(self, part: tuple[int, int]) -> None:
        """Read one of these; raises what reading raises."""
        start, end = part
        place = bisect_right(self._starts, start) - 1
        source = self._files[place].source
        for _ in source.blocks(start - self._starts[place], end - start):
            pass


@contextmanager
def taking(
    entries: Mapping[bytes, Entry], shards: Sequence[Source | None], taken: dict[bytes, CrcSoFar]
) -> Iterator[_Files]:
    """Take in what is read of the data files while the context lasts; ``taken`` has what came of it by key."""
    tensors: dict[int, list[tuple[bytes, Entry]]] = {}
    for key, entry in entries.items():
        shard = shards[entry.shard] if entry.shard < len(shards) else None
        if shard is not None and entry.is_in(shard) and entry.nbytes >= LEAST:
            tensors.setdefault(entry.shard, []).append((key, entry))
    files = [_File(shard, tensors[number]) for number, shard in enumerate(shards) if shard and number in tensors]
    for one in files:
        taken.update(one.so_far)
        one.source.handle.taker = one
    try:
        yield _Files(files)
    finally:
        taken.clear()
        for one in files:
            one.source.handle.taker = None
