"""The members of a ZIP archive, each compared with its own header. Layout: PKWARE's APPNOTE.TXT, 4.3.7 and 4.5."""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.errors import COPY_AGAIN, DamagedFile, RefusedFile
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.names import leads_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.sources import Source

_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<2H")
_SIZE = struct.Struct("<Q")
LOCAL_SIGNATURE = b"PK\x03\x04"

STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_DESCRIBED_LATER, _UTF8 = 0x8, 0x800
_EXTRA_SIZES, _EXTRA_NAME = 0x0001, 0x7075
_IN_EXTRA = 0xFFFFFFFF
_MOST_WALKED = 1_000

SAVE_AGAIN = "Save the model again, or get the file from where it came from."


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive's directory."""

    name: str
    offset: int
    """The offset of its bytes in the archive."""
    compressed_size: int
    size: int
    method: int
    crc: int
    header: int
    """The offset of its local header."""
    described_later: bool = False
    """Whether a record that repeats its sizes follows its bytes."""
    special: str = ""
    """The kind of what would be extracted, other than a file or a folder; empty for those."""
    problem: str = ""
    """The reason why it cannot be read, as the end of a sentence; empty where it can."""

    @property
    def end(self) -> int:
        """The offset behind its bytes."""
        return self.offset + self.compressed_size

    @property
    def leads_elsewhere(self) -> bool:
        """Whether its name would leave the folder that the archive is extracted into."""
        return leads_out(self.name) or "\\" in self.name


class Entry(NamedTuple):
    """One entry of the directory as it is written."""

    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    header: int
    mode: int
    raw_name: bytes
    extra: bytes


def locate(source: Source, entry: Entry, directory: int) -> Member:
    """The member that an entry describes, with what keeps it from being read."""
    encoding = "utf-8" if entry.flags & _UTF8 or entry.raw_name.isascii() else "cp437"  # a module of its own
    name = entry.raw_name.decode(encoding, "surrogateescape")
    if "\0" in name:
        raise ambiguous(source, f"the name {name!r} holds a NUL, at which other readers end it")
    member = Member(
        name,
        offset=entry.header,
        compressed_size=entry.compressed_size,
        size=entry.size,
        method=entry.method,
        crc=entry.crc,
        header=entry.header,
        described_later=bool(entry.flags & _DESCRIBED_LATER),
        special=_special_kind(entry.mode),
    )
    if entry.header + _LOCAL.size > directory:
        outside = f"its header is said to be at byte {entry.header:,}, which is outside of the members"
        return replace(member, compressed_size=0, problem=outside)
    local = _LOCAL.unpack(source.read_at(entry.header, _LOCAL.size))
    offset = entry.header + _LOCAL.size + local[9] + local[10]
    member = replace(member, offset=offset)
    if member.end > directory:
        outside = f"its bytes {offset:,} to {member.end:,} reach out of the members, which end at {directory:,}"
        return replace(member, compressed_size=0, problem=outside)
    local_name = source.read_at(entry.header + _LOCAL.size, min(local[9], len(entry.raw_name) + 1))
    local_extra = source.read_at(entry.header + _LOCAL.size + local[9], local[10])
    return replace(member, problem=_entry_problem(entry) or _local_problem(entry, local, local_name, local_extra))


def _special_kind(mode: int) -> str:
    """The kind of member that a Unix mode tells, other than a file or a folder; empty for those, and without a mode."""
    if not stat.S_IFMT(mode) or stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return "a symbolic link" if stat.S_ISLNK(mode) else "a pipe, a socket or a device"


def _entry_problem(entry: Entry) -> str:
    """The reason why the member of an entry is not read, or an empty text."""
    if entry.flags & _ENCRYPTED:
        return "it is encrypted, and Keras never writes that"
    if entry.method not in (STORED, _DEFLATED):
        return f"it is compressed by method {entry.method}, and only stored and deflated members are read"
    if entry.method == STORED and entry.size != entry.compressed_size:
        return f"it is stored as {entry.compressed_size:,} bytes and declares {entry.size:,}"
    if any(kind == _EXTRA_NAME for kind, _ in _extras(entry.extra)):
        return "it has a second name, which only some readers use"
    return ""


def _local_problem(entry: Entry, local: tuple[Any, ...], name: bytes, extra: bytes) -> str:
    """The contradiction between a member's local header and the directory, or an empty text."""
    start = f"its own header at byte {entry.header:,} contradicts the directory"
    signature, _, flags, method, _, _, crc, compressed_size, size, _, _ = local
    if signature != LOCAL_SIGNATURE:
        return f"there is no header at byte {entry.header:,}, where the directory says"
    if name != entry.raw_name:
        return f"{start} on its name"
    if method != entry.method or (flags ^ entry.flags) & (_ENCRYPTED | _DESCRIBED_LATER):
        return f"{start} on how it is stored"
    # A writer that cannot go back leaves zeros and describes the member behind its bytes.
    unset = {0} if flags & _DESCRIBED_LATER else set()
    found = (crc, *(wide_sizes(extra, (size, compressed_size)) or (None, None)))
    expected = (entry.crc, entry.size, entry.compressed_size)
    if not all(said in {right, *unset} for said, right in zip(found, expected, strict=True)):
        return f"{start} on its size or CRC"
    return ""


def wide_sizes(extra: bytes, sizes: tuple[int, ...]) -> list[int] | None:
    """``sizes`` with those that stand in the 64-bit extra field taken from there; None where they are missing."""
    wide = next((body for kind, body in _extras(extra) if kind == _EXTRA_SIZES), b"")
    if sizes.count(_IN_EXTRA) * _SIZE.size > len(wide):
        return None
    following = (_SIZE.unpack_from(wide, at)[0] for at in range(0, len(wide), _SIZE.size))
    return [next(following) if size == _IN_EXTRA else size for size in sizes]


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The kinds and contents of the extra fields, as far as they are whole."""
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, size = _EXTRA.unpack_from(extra, at)
        at += _EXTRA.size
        yield kind, extra[at : at + size]
        at += size


def cut_off(source: Source) -> DamagedFile:
    """The error for an archive without an end record: names the member that it is cut off in, where it has one."""
    message = f"{source.label} is cut off: it begins as a ZIP archive and has no end record in its last bytes."
    remedy = f"It has {source.size:,} bytes: compare that with the original, and get it again."
    for name, end in _walked_members(source):
        if end > source.size:
            message = f"{source.label} is cut off inside {name}, which ends at byte {end:,}: it has {source.size:,}."
            remedy = COPY_AGAIN
    return DamagedFile(message, remedy)


def _walked_members(source: Source) -> Iterator[tuple[str, int]]:
    """Names and ends of the members from the first byte on, as far as their own headers tell."""
    at = 0
    for _ in range(_MOST_WALKED):
        if at + _LOCAL.size > source.size:
            return
        signature, _, flags, _, _, _, _, compressed_size, size, name_size, extra_size = _LOCAL.unpack(
            source.read_at(at, _LOCAL.size)
        )
        start = at + _LOCAL.size + name_size + extra_size
        if signature != LOCAL_SIGNATURE or start > source.size or flags & _DESCRIBED_LATER:
            return
        name = source.read_at(at + _LOCAL.size, name_size).decode("utf-8", "surrogateescape")
        sizes = wide_sizes(source.read_at(start - extra_size, extra_size), (size, compressed_size))
        if sizes is None:
            return
        at = start + sizes[1]
        yield name, at


def ambiguous(source: Source, why: str) -> RefusedFile:
    """The refusal of an archive in which another reader could find other members."""
    message = f"{source.label} is refused, since other readers may find other members in it: {why}."
    return RefusedFile(message, SAVE_AGAIN)
