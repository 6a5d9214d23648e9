"""An open HDF5 file: its bytes, its root, and what its headers share while they are read."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from kerasinspect.containers.hdf5.stream import MeteredStream, parsing
from kerasinspect.containers.hdf5.superblock import (
    check_superblock,
    check_whole,
    outside,
    read_superblock,
    superblock_position,
)
from kerasinspect.errors import DamagedFile, RefusedFile
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An HDF5 file while it is read: where its bytes are, and what may be spent on its headers."""

    source: Source
    """The file from its base address on: every address in it counts from there."""
    limits: Limits
    stream: MeteredStream
    root: int
    """Address of the root group's header."""
    outside_nbytes: int = 0
    """Bytes before and behind the HDF5 file itself that hold something."""
    heaps: dict[int, Mapping[int, memoryview]] = field(default_factory=dict)
    """The global heaps that were read last, which all headers share: their objects by number."""
    heaps_of_pyfive: dict[int, Any] = field(default_factory=dict)
    """The global heaps that were read last by pyfive, in its own form."""
    slab: list[tuple[tuple[str, int], memoryview]] = field(default_factory=list)
    """The part of a chunked array that was put together last: what is asked for next often lies in it."""


def open_file(source: Source, limits: Limits) -> OpenFile:
    """Find the superblock and the root; raises DamagedFile where that cannot be done."""
    start = superblock_position(source)
    if start is None:
        raise DamagedFile(f"{source.label} is not an HDF5 file.", "Save the model again, or copy or download it again.")
    with parsing(source, "its superblock"):
        superblock = read_superblock(source, start)
        check_whole(source, superblock)
        check_superblock(source, start, superblock)
        base = superblock.base
        if base != start:
            where = f"{source.label} is refused: it begins at byte {start:,} and says {base:,}"
            raise RefusedFile(f"{where}, so that readers differ about every place in it.", "Save the model again.")
        body = source.slice(base, source.size - base, source.inside)
        stream = MeteredStream(body, limits)
        stream.spans.extend((0, superblock.nbytes))
        return OpenFile(body, limits, stream, superblock.root, outside(source, start, superblock.end))
