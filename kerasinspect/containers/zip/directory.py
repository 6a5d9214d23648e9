"""The directory at the end of a ZIP archive, proved to describe the whole file.

Readers of ZIP files disagree about bytes that the directory does not account for, so an archive is refused where
another reader could find other members: bytes before the first or behind the last, a second end record, overlapping
members, a name that ends at a NUL. Layout: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.zip.members import (
    SAVE_AGAIN,
    Entry,
    Member,
    ambiguous,
    cut_off,
    locate,
    wide_sizes,
)
from kerasinspect.errors import DamagedFile
from kerasinspect.limits import Limits, over_limit
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.containers.sources import Source

END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
END_SIGNATURE = b"PK\x05\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_END_64_SIGNATURE = b"PK\x06\x06"
_ENTRY_SIGNATURE = b"PK\x01\x02"

_IN_END_64 = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
LONGEST_COMMENT = 0xFFFF
_LONGEST_DESCRIPTOR = 24


class _Directory(NamedTuple):
    """The members of an archive in the order of its directory, and what is odd about them."""

    entries: tuple[Member, ...]
    remarks: tuple[Remark, ...]
    unused_nbytes: int
    """Bytes between the members that belong to none."""


class _Extent(NamedTuple):
    """The end record: offset and bytes of the directory, and the number of entries that it declares."""

    start: int
    size: int
    entries: int


def read_directory(source: Source, limits: Limits) -> _Directory:
    """All members that the directory lists, each compared with its own header."""
    extent = _find_directory(source)
    _check_extent(source, extent, limits)
    data = source.read_at(extent.start, extent.size)
    entries = tuple(locate(source, entry, extent.start) for entry in _written_entries(source, data, extent))
    check_coverage(source, entries, extent.start)
    unused = _unused_nbytes(entries, extent.start)
    remarks = [*_member_remarks(entries)]
    if unused:
        remarks.append(Remark("unused-bytes", facts=(unused,)))
    return _Directory(entries, tuple(remarks), unused)


def _find_directory(source: Source) -> _Extent:
    """The place of the directory, from the one end record that reaches the end of the file."""
    tail_start = max(0, source.size - END.size - LONGEST_COMMENT)
    tail = source.read_at(tail_start, source.size - tail_start)
    found = [at for at in _positions(tail, END_SIGNATURE) if at + END.size <= len(tail)]
    ends = [at for at in found if at + END.size + END.unpack_from(tail, at)[-1] == len(tail)]
    if not found:
        raise cut_off(source)
    if not ends:
        behind = len(tail) - found[-1] - END.size
        raise ambiguous(source, f"{behind:,} bytes follow its end record at byte {tail_start + found[-1]:,}")
    if len(ends) > 1 or ends[-1] != found[-1]:
        raise ambiguous(source, f"it has more than one end record, the last at byte {tail_start + found[-1]:,}")
    return _read_end(source, tail, tail_start, ends[0])


def _positions(data: bytes, wanted: bytes) -> Iterator[int]:
    """Every place where ``wanted`` begins."""
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + 1)


def _read_end(source: Source, tail: bytes, tail_start: int, at: int) -> _Extent:
    """The directory's place from the end record, and from the 64-bit one where there is one."""
    _, *fields, _ = END.unpack_from(tail, at)
    end = tail_start + at
    if at >= _LOCATOR.size and tail.startswith(_LOCATOR_SIGNATURE, at - _LOCATOR.size):
        end -= _LOCATOR.size
        end, fields = _read_end_64(source, _LOCATOR.unpack_from(tail, at - _LOCATOR.size), end, fields)
    disk, directory_disk, here, count, size, start = fields
    if disk or directory_disk or here != count:
        raise DamagedFile(f"{source.label} is one part of an archive that was split over several files.", SAVE_AGAIN)
    if start + size != end:
        wanted = (
            f"its directory of {size:,} bytes at byte {start:,} does not end where its end record begins, at {end:,}"
        )
        raise ambiguous(source, wanted)
    return _Extent(start, size, count)


def _read_end_64(source: Source, locator: tuple[int, ...], end: int, fields: Sequence[int]) -> tuple[int, list[int]]:
    """The offset of the 64-bit end record, and its fields; raises RefusedFile where the 32-bit ones contradict them."""
    start = locator[2]
    if start + _END_64.size != end:
        raise ambiguous(source, f"its 64-bit end record is said to be at byte {start:,} and must end at byte {end:,}")
    signature, _, _, _, *wide = _END_64.unpack(source.read_at(start, _END_64.size))
    agree = all(short in (long, unset) for short, long, unset in zip(fields, wide, _IN_END_64, strict=True))
    if signature != _END_64_SIGNATURE or not agree:
        raise ambiguous(source, f"its 64-bit end record at byte {start:,} contradicts the other one")
    return start, wide


def _check_extent(source: Source, extent: _Extent, limits: Limits) -> None:
    """Raise RefusedFile where the directory passes a limit, before it is read."""
    if extent.entries > limits.archive_members:
        raise over_limit("archive_members", extent.entries, limits.archive_members, source.label)
    if extent.size > limits.archive_directory_bytes:
        where = f"the directory of {source.label}"
        raise over_limit("archive_directory_bytes", extent.size, limits.archive_directory_bytes, where)


def _written_entries(source: Source, data: bytes, extent: _Extent) -> Iterator[Entry]:
    """The entries of the directory; raises DamagedFile unless they fill it exactly."""
    at = 0
    for number in range(extent.entries):
        where = f"entry {number + 1} of {extent.entries} in the directory, at byte {extent.start + at:,}"
        if at + _ENTRY.size > len(data) or not data.startswith(_ENTRY_SIGNATURE, at):
            raise DamagedFile(f"{source.label} is damaged: {where}, is missing.", SAVE_AGAIN)
        raw = _ENTRY.unpack_from(data, at)
        name_end = at + _ENTRY.size + raw[10]
        extra_end = name_end + raw[11]
        extra = data[name_end:extra_end]
        sizes = wide_sizes(extra, (raw[9], raw[8], raw[16]))
        if extra_end + raw[12] > len(data) or sizes is None:
            raise DamagedFile(f"{source.label} is damaged: {where}, is cut off.", SAVE_AGAIN)
        size, compressed, header = sizes
        name = data[at + _ENTRY.size : name_end]
        yield Entry(raw[3], raw[4], raw[7], compressed, size, header, raw[15] >> 16, name, extra)
        at = extra_end + raw[12]
    if at != len(data):
        raise ambiguous(source, f"its directory holds more than the {extent.entries} entries that its end record names")


def check_coverage(source: Source, entries: Sequence[Member], directory: int) -> None:
    """Raise RefusedFile where members overlap or something stands before the first one."""
    spans = sorted((member.header, member.end, member.name) for member in entries if member.offset > member.header)
    first = spans[0][0] if spans else directory
    if first:
        raise ambiguous(source, f"{first:,} bytes stand before its first member")
    for (_, end, name), (start, _, following) in pairwise(spans):
        if start < end:
            raise ambiguous(source, f"its members {name} and {following} overlap at byte {start:,}")


def _unused_nbytes(entries: Sequence[Member], directory: int) -> int:
    """Bytes between the members, and between them and the directory, that belong to none."""
    spans = sorted(
        (member.header, member.end + member.described_later * _LONGEST_DESCRIPTOR)
        for member in entries
        if member.offset > member.header
    )
    starts = [start for start, _ in spans[1:]] + [directory]
    return sum(max(0, start - end) for (_, end), start in zip(spans, starts, strict=False))


def _member_remarks(entries: Sequence[Member]) -> Iterator[Remark]:
    """Remarks on single members: repeated names, names that lead elsewhere, links, and what cannot be read."""
    for name, times in Counter(member.name for member in entries).items():
        if times > 1:
            yield Remark("repeated-member", name, (times,))
    for name in dict.fromkeys(member.name for member in entries if member.leads_elsewhere):
        yield Remark("outside-member", name)
    for member in entries:
        if member.special:
            yield Remark("special-member", member.name, (member.special,))
        if member.problem:
            yield Remark("unread-member", member.name, (member.problem,))
