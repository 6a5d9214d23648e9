"""The superblock of an HDF5 file: where the file begins and ends, and the address of its root group.

Source: HDF5 File Format Specification 3.0, section II.A.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.checksums import CHECKSUM, check_sum
from kerasinspect.containers.zip.directory import END, END_SIGNATURE, LONGEST_COMMENT
from kerasinspect.errors import COPY_AGAIN, DamagedFile

if TYPE_CHECKING:
    from kerasinspect.containers.sources import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_FIRST_USER_BLOCK = 512
UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF
"""The address of what was never written."""
_WIDTH = 8
"""Bytes of an address and of a length; others are possible, and no program writes them."""
_OLDER = {0: struct.Struct("<8s5xBB9x"), 1: struct.Struct("<8s5xBB13x")}
"""Versions 0 and 1 up to the addresses: signature, bytes of an address and of a length."""
_OLDER_ADDRESSES = struct.Struct("<Q8xQ8x8xQ")
"""Base address, end of the file, header of the root."""
_NEWER = struct.Struct("<8sxBBBQ8xQQ")
"""Versions 2 and 3: signature, bytes of an address and of a length, flags, base address, end, header of the root."""
_SIZES = {0: 96, 1: 100, 2: 48, 3: 48}
"""Bytes that each version takes."""
_OPEN = 1
"""The flag that a program sets while it writes to the file; of version 3 only."""


class _Superblock(NamedTuple):
    """The superblock, parsed."""

    base: int
    """The base address: every other address in the file counts from there."""
    end: int
    root: int
    open_for_writing: bool
    nbytes: int


def superblock_position(source: Source) -> int | None:
    """The offset of the superblock: 0, or behind a user block of 512, 1024, 2048 ... bytes; None without one."""
    position, ahead = 0, source.ahead
    while position + len(SIGNATURE) <= source.size:
        if source.read_at(position, len(SIGNATURE)) == SIGNATURE:
            return position
        if ahead and not position:
            ahead.fetch([(_FIRST_USER_BLOCK << times, len(SIGNATURE)) for times in range(source.size.bit_length())])
        position = position * 2 or _FIRST_USER_BLOCK
    return None


def read_superblock(source: Source, start: int) -> _Superblock:
    """The superblock at an offset; raises ValueError for a version or a width that is not read."""
    version = source.read_at(start + len(SIGNATURE), 1)[0]
    if version in _OLDER:
        head = _OLDER[version]
        _, *widths = head.unpack(source.read_at(start, head.size))
        base, end, root = _OLDER_ADDRESSES.unpack(source.read_at(start + head.size, _OLDER_ADDRESSES.size))
        flags = 0
    elif version in (2, 3):
        _, *widths, flags, base, end, root = _NEWER.unpack(source.read_at(start, _NEWER.size))
    else:
        message = f"the superblock has version {version}"
        raise ValueError(message)
    if widths != [_WIDTH, _WIDTH]:
        message = f"addresses and lengths are of {widths} bytes"
        raise ValueError(message)
    is_open = version == 3 and bool(flags & _OPEN)  # noqa: PLR2004
    return _Superblock(base, end, root, is_open, _SIZES[version])


def check_whole(source: Source, superblock: _Superblock) -> None:
    """Raise DamagedFile where the file is shorter than its superblock says, or was never closed."""
    if superblock.end != UNDEFINED and source.size < superblock.end:
        message = f"{source.label} is cut off: it should have {superblock.end:,} bytes and has {source.size:,}."
        raise DamagedFile(message, COPY_AGAIN)
    if superblock.open_for_writing:
        message = f"{source.label} is still open for writing, or the program that wrote it was killed."
        raise DamagedFile(message, "Wait until it is closed; if nothing writes it, `h5clear -s` clears the mark.")


def check_superblock(source: Source, start: int, superblock: _Superblock) -> None:
    """Raise ValueError for a superblock that has another checksum than it says; older versions have none."""
    if superblock.nbytes == _NEWER.size + CHECKSUM.size:
        data = source.read_at(start, superblock.nbytes)
        check_sum(data[: _NEWER.size], data[_NEWER.size :])


def outside(source: Source, start: int, end: int) -> int:
    """The number of bytes before an HDF5 file's first byte and behind its end that are not all zeros.

    A file that also ends as a ZIP archive does, whose readers look at the end alone, counts as a whole.
    """
    if _ends_as_archive(source):
        return source.size
    spans = [(0, start), (end, source.size)] if end != UNDEFINED else [(0, start)]
    return sum(high - low for low, high in spans if any(map(any, source.blocks(low, max(0, high - low)))))


def _ends_as_archive(source: Source) -> bool:
    """Whether the last bytes are the end record of a ZIP archive, with a comment that reaches to the last byte."""
    start = max(0, source.size - END.size - LONGEST_COMMENT)
    tail = source.read_at(start, source.size - start)
    at = tail.rfind(END_SIGNATURE)
    return at >= 0 and at + END.size <= len(tail) and at + END.size + END.unpack_from(tail, at)[-1] == len(tail)
