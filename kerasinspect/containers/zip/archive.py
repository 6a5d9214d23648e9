"""The members of a ZIP archive and their bytes, by exact name; nothing is ever extracted.

A stored member is a slice of the file. A deflated one is inflated in bounded steps, never further than it declares.
"""

from __future__ import annotations

import os
import zlib
from contextlib import contextmanager
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import Handle, Source
from kerasinspect.containers.zip.directory import read_directory
from kerasinspect.containers.zip.members import SAVE_AGAIN, STORED, Member
from kerasinspect.errors import DamagedFile, RefusedFile
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.limits import DEFAULT, Limits, check_inflation, over_limit
from kerasinspect.model.checksum import Checksum
from kerasinspect.platforms import Descriptor
from kerasinspect.progress import begin

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from kerasinspect.containers.zip.crc import CrcSoFar
    from kerasinspect.remarks import Remark

STEP = 1 << 20
"""Bytes read and inflated at a time."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The members of a ZIP file, and their bytes."""

    file: Source
    limits: Limits
    entries: tuple[Member, ...]
    """All members in the order of the directory, those that share a name too."""
    members: Mapping[str, Member]
    """The member of each name: the last one, which is what Python's zipfile and so Keras reads."""
    remarks: tuple[Remark, ...]
    """Oddities: repeated names, members that cannot be read, bytes that belong to none."""
    unused_nbytes: int = 0
    """Bytes between the members that belong to none."""
    inflated: dict[str, Source] = field(default_factory=dict, repr=False)
    """Copies of deflated members that are open."""
    taken: dict[str, CrcSoFar] = field(default_factory=dict, repr=False)
    """Of members whose bytes are taken in as they are read: the CRC of those so far."""

    def read(self, name: str, limit_bytes: int, limit: str = "json_bytes") -> bytes:
        """All bytes of a member, whose CRC is right; raises RefusedFile for more than ``limit_bytes``.

        ``limit`` is what that limit is called in the message.
        """
        member = self.readable(name)
        if member.size > limit_bytes:
            raise over_limit(limit, member.size, limit_bytes, self.where(member))
        return b"".join(map(bytes, self.checked_pieces(member)))

    def source(self, name: str) -> Source:
        """A member's bytes by position: a slice of the file, or an inflated copy in a file without a name."""
        member = self.readable(name)
        if member.method == STORED:
            return self.file.slice(member.offset, member.size, name)
        if name not in self.inflated:
            self.inflated[name] = self.inflate_to_disk(member)
        return self.inflated[name]

    def check_crc(self, name: str) -> bool:
        """Whether a member's bytes have the CRC-32 that the archive names; reads all of it, unless that was done."""
        member = self.readable(name)
        return name in self.inflated or self.crc_of(member) == member.crc

    def checksum(self, name: str) -> Checksum:
        """The CRC-32 of a member whose bytes are read by position, for whoever reads all of them."""
        passing = None if name in self.inflated else partial(self.taking, name)
        return replace(self.checksum_of_all([name]), passing=passing)

    @contextmanager
    def taking(self, name: str) -> Iterator[CrcSoFar]:
        """Take in the bytes of a stored member as they are read meanwhile: its CRC then needs no more than the rest."""
        from kerasinspect.containers.zip.crc import CrcSoFar  # noqa: PLC0415 - most commands read few values

        member = self.readable(name)
        so_far = self.taken[name] = CrcSoFar(self.file, member.offset, member.size)
        so_far.begin()
        try:
            yield so_far
        finally:
            so_far.end()
            self.taken.pop(name, None)

    def checksum_of_all(self, names: Iterable[str]) -> Checksum:
        """The CRC-32 values of several members together, those left out that were verified when they were inflated."""
        members = [self.readable(name) for name in names]
        nbytes = sum(member.size for member in members if member.name not in self.inflated)
        return Checksum(nbytes, partial(self.verified_pieces, members))

    def verified_pieces(self, members: Iterable[Member]) -> Iterator[bytes | memoryview]:
        """All bytes of some members; raises DamagedFile for a wrong CRC. What was inflated was verified then."""
        for member in members:
            if member.name not in self.inflated:
                check_inflation(member.compressed_size, member.size, self.limits, "archive_ratio", self.where(member))
                yield from self.checked_rest(member)

    def close(self) -> None:
        """Close the inflated copies; the archive itself stays open."""
        while self.inflated:
            self.inflated.popitem()[1].close()

    def readable(self, name: str) -> Member:
        """The member of a name; raises DamagedFile where there is none or it cannot be read."""
        if name not in self.members:
            raise DamagedFile(f"{self.file.label} has no member {name}.", SAVE_AGAIN)
        member = self.members[name]
        if member.problem:
            raise DamagedFile(f"{self.where(member)} cannot be read: {member.problem}.", SAVE_AGAIN)
        return member

    def where(self, member: Member) -> str:
        """The name of a member in messages."""
        return f"{member.name} in {self.file.label}"

    def inflate_to_disk(self, member: Member) -> Source:
        """The inflated bytes of a member in an anonymous temporary file."""
        check_inflation(member.compressed_size, member.size, self.limits, "archive_ratio", self.where(member))
        import tempfile  # noqa: PLC0415 - Keras deflates no weights

        begin("inflating", member.compressed_size)
        try:
            with tempfile.TemporaryFile() as copy:
                for piece in self.checked_pieces(member):
                    copy.write(piece)
                copy.flush()
                handle = Handle(Descriptor(os.dup(copy.fileno())), self.file.path)
                return Source(self.file.path, handle, 0, member.size, member.name)
        except OSError as error:
            message = f"{self.where(member)} cannot be inflated into a temporary file: {error.strerror or error}."
            raise RefusedFile(message, "Set TMPDIR to a folder with room for it.") from error

    def crc_of(self, member: Member) -> int:
        """The CRC-32 of a member's bytes."""
        check_inflation(member.compressed_size, member.size, self.limits, "archive_ratio", self.where(member))
        return _returned(self.rest_of(member))

    def rest_of(self, member: Member) -> Generator[bytes | memoryview, None, int]:
        """A member's bytes but for those that were taken in; returns the CRC of all of them."""
        so_far = self.taken.get(member.name)
        return _summed(self.pieces(member)) if so_far is None else so_far.rest()

    def checked_rest(self, member: Member) -> Iterator[bytes | memoryview]:
        """A member's bytes but for those that were taken in; then raises DamagedFile where the CRC of all is wrong."""
        self.require_crc(member, (yield from self.rest_of(member)))

    def checked_pieces(self, member: Member) -> Iterator[bytes | memoryview]:
        """A member's bytes; after the last one, raises DamagedFile where their CRC is wrong."""
        self.require_crc(member, (yield from _summed(self.pieces(member))))

    def require_crc(self, member: Member, crc: int) -> None:
        """Raise DamagedFile where a member's bytes have another CRC than the archive names."""
        if crc != member.crc:
            found = f"its bytes from {member.offset:,} on have the CRC {crc:08x}, not {member.crc:08x}"
            raise DamagedFile(f"{self.where(member)} is damaged: {found}.", SAVE_AGAIN)

    def pieces(self, member: Member) -> Iterator[bytes | memoryview]:
        """A member's bytes in bounded pieces, each valid until the next one: exactly as many as it declares."""
        stored = self.stored_pieces(member)
        return stored if member.method == STORED else self.inflated_pieces(member, stored)

    def stored_pieces(self, member: Member) -> Iterator[memoryview]:
        """A member's bytes as they lie in the file; a piece is valid until the next one."""
        return self.file.blocks(member.offset, member.compressed_size, STEP)

    def inflated_pieces(self, member: Member, stored: Iterator[memoryview]) -> Iterator[bytes]:
        """A deflated member's bytes; raises DamagedFile where they are not what the archive declares."""
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left = member.size
        try:
            for block in stored:
                pending: bytes | memoryview = block
                while True:
                    most = min(STEP, left + 1)
                    piece = inflater.decompress(pending, most)
                    pending = inflater.unconsumed_tail
                    left -= len(piece)
                    if left < 0 or inflater.unused_data:
                        raise self.wrong_size(member)
                    yield piece
                    # All bytes may be taken in while some that they stand for are still to come.
                    if not pending and len(piece) < most:
                        break
        except zlib.error as error:
            raise DamagedFile(f"{self.where(member)} cannot be inflated: {error}.", SAVE_AGAIN) from error
        if left or not inflater.eof:
            raise self.wrong_size(member)

    def wrong_size(self, member: Member) -> DamagedFile:
        """The error for a member that inflates to another size than it declares."""
        wanted = f"its {member.compressed_size:,} bytes do not inflate to the {member.size:,} that the archive declares"
        return DamagedFile(f"{self.where(member)} is damaged: {wanted}.", SAVE_AGAIN)


def _summed(pieces: Iterator[bytes | memoryview]) -> Generator[bytes | memoryview, None, int]:
    """Some pieces; returns the CRC of all of them."""
    crc = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
        yield piece
    return crc


def _returned(steps: Generator[object, None, int]) -> int:
    """What a generator returns, once all of its steps are taken."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


def open_archive(source: Source, limits: Limits = DEFAULT) -> Archive:
    """The archive that a source holds.

    Raises DamagedFile where its directory is missing or contradicts itself, and RefusedFile where another reader could
    find other members in it or where it passes a limit. A single member that cannot be read is a remark, and an error
    only when it is asked for.
    """
    directory = read_directory(source, limits)
    members = {member.name: member for member in directory.entries}
    return Archive(source, limits, directory.entries, members, directory.remarks, directory.unused_nbytes)
