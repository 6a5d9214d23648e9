"""Superblocks, object headers and links of an HDF5 file, parsed by pyfive and judged by us."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyfive.dataobjects import DataObjects
from pyfive.misc_low_level import SuperBlock

from kerasinspect.errors import DamagedFile, InspectError, RefusedFile
from kerasinspect.reading.hdf5_symbols import symbols
from kerasinspect.reading.limits import passed
from kerasinspect.reading.sources import SourceStream
from kerasinspect.reading.zip_directory import END, END_SIGNATURE, LONGEST_COMMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.reading.limits import Limits
    from kerasinspect.reading.sources import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
FIRST_USER_BLOCK = 512
READ_AHEAD = 1 << 12
MOST_READINGS = 16
"""How often all of a file may be read for its headers."""
UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF
"""The address of what was never written."""
SOFT_LINK, EXTERNAL_LINK = 1, 64
PREFIX = struct.Struct("<BxHII4x")
"""How an older object header begins: version, number of messages, of links to it, and bytes of messages."""
MESSAGE = struct.Struct("<HHB3x")
"""How a message begins there: type, bytes, flags."""
CONTINUED = struct.Struct("<QQ")
"""Where more messages are, and their bytes."""
CONTINUATION = 0x10
ATTRIBUTE, ATTRIBUTE_INFO = 0x0C, 0x15
"""Messages that are an attribute, or say where more of them are."""
WITH_CONSISTENCY_FLAGS = 3
"""The superblock version that says whether a file is open for writing."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is not followed, and what it would lead to."""

    words: str


class Header(DataObjects):  # type: ignore[misc] # pyfive has no types
    """An object header whose links of every kind can be listed, rather than only those that pyfive follows."""

    @staticmethod
    def _parse_v1_objects(stream: SourceStream) -> tuple[list[dict[str, int]], bytes, dict[str, int]]:
        """The messages of an older header, their bytes, and what the header says of itself.

        As in pyfive, with its names; it spends half of its time on making them.
        """
        version, count, references, size = PREFIX.unpack(stream.read(PREFIX.size))
        prefix = {"version": version, "total_header_messages": count, "object_reference_count": references}
        data = stream.read(size)
        messages, offset = [], 0
        for _ in range(count):
            kind, length, flags = MESSAGE.unpack_from(data, offset)
            at = offset + MESSAGE.size
            if kind == CONTINUATION:
                start, more = CONTINUED.unpack_from(data, at)
                stream.seek(start)
                data += stream.read(more)
            messages.append({"type": kind, "size": length, "flags": flags, "offset_to_message": at})
            offset = at + length
        return messages, data, prefix

    def _iter_links_btree_v1(self, btree_address: int, heap_address: int) -> Iterator[tuple[str, int | Link]]:
        """The links of an older group: hard ones, and soft ones."""
        for name, address, target in symbols(self.fh, btree_address, heap_address):
            yield text_of(name), address if target is None else soft_link(target)

    @property
    def has_attributes(self) -> bool:
        """Whether the object has any attributes, here or elsewhere in the file."""
        return any(message["type"] in (ATTRIBUTE, ATTRIBUTE_INFO) for message in self.msgs)

    def get_attributes(self) -> dict[str, Any]:
        """All attributes, by name; raises RefusedFile for more than the limit ``hdf5_attributes``."""
        allowed = self.fh.limits.hdf5_attributes
        count = sum(message["type"] == ATTRIBUTE for message in self.msgs)
        attributes: dict[str, Any] = super().get_attributes() if count <= allowed else {}
        if max(count, len(attributes)) > allowed:
            raise passed("hdf5_attributes", count, allowed, f"An object in {self.fh.source.label}")
        if len(attributes) < count:
            message = "two attributes have one name, and readers differ about which counts"
            raise ValueError(message)
        return attributes

    def _attr_value(self, ptype: Any, buf: bytes, count: int, offset: int) -> Any:  # noqa: ANN401 - as in pyfive
        """An attribute's values; a count beyond the bytes behind it is a lie, and would cost memory for each."""
        allowed = self.fh.limits.hdf5_attribute_values
        if count > allowed:
            raise passed("hdf5_attribute_values", count, allowed, f"An attribute in {self.fh.source.label}")
        if count > len(buf) - offset:
            message = f"{count} values in {len(buf) - offset} bytes"
            raise ValueError(message)
        return super()._attr_value(ptype, buf, count, offset)

    @staticmethod
    def _decode_link_msg(data: bytes, offset: int) -> tuple[int | None, tuple[str, int | Link]]:
        """One link message: its creation order, its name, and an address or why it is not followed."""
        _, flags = struct.unpack_from("<BB", data, offset)
        offset += 2
        kind, order = 0, None
        if flags & 8:
            kind = data[offset]
            offset += 1
        if flags & 4:
            (order,) = struct.unpack_from("<Q", data, offset)
            offset += 8
        if flags & 16:
            offset += 1
        width = 1 << (flags & 3)
        length = int.from_bytes(data[offset : offset + width], "little")
        offset += width
        name = text_of(data[offset : offset + length])
        return order, (name, link_target(kind, data, offset + length))


def soft_link(target: bytes) -> Link:
    """A link to another place in the file."""
    return Link(f"links to {text_of(target)}, not followed")


def link_target(kind: int, data: bytes, offset: int) -> int | Link:
    """The address that a hard link leads to, or the words for any other link."""
    if kind == 0:
        return int(struct.unpack_from("<Q", data, offset)[0])
    (length,) = struct.unpack_from("<H", data, offset)
    target = data[offset + 2 : offset + 2 + length]
    if kind == EXTERNAL_LINK:
        file, _, inside = target[1:].partition(b"\0")
        return Link(f"links to {text_of(inside.rstrip(bytes(1)))} in {text_of(file)}, not followed")
    if kind == SOFT_LINK:
        return soft_link(target)
    return Link(f"is a link of user-defined kind {kind}, not followed")


def text_of(data: bytes) -> str:
    """Bytes as text; what is not UTF-8 survives as surrogates, to be escaped where it is shown."""
    return data.decode("utf-8", "surrogateescape")


class MeteredStream(SourceStream):
    """The stream that headers are read through; it stops a file that asks for too many header bytes."""

    def __init__(self, source: Source, limits: Limits) -> None:
        """Start with nothing read."""
        super().__init__(source)
        self._spent = 0
        self.limits = limits
        self._window = (0, b"")
        """Where the bytes that were read ahead begin, and those bytes: a header is many small reads side by side."""

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; raises RefusedFile beyond the limit ``hdf5_header_bytes``, or beyond the file itself.

        Headers are read about once: a file that wants its bytes again and again is made to cost more than it holds.
        """
        allowed = min(self.limits.hdf5_header_bytes, MOST_READINGS * self.source.size + READ_AHEAD)
        if size < 0 or self._spent + size > allowed:
            raise passed("hdf5_header_bytes", self._spent + max(size, 0), allowed, self.source.label)
        start, ahead = self._window
        offset = self.position - start
        if offset < 0 or offset + size > len(ahead):
            count = self.left(max(size, READ_AHEAD))
            offset, ahead = 0, self.source.read_at(self.position, count) if count else b""
            self._window = (self.position, ahead)
        data = ahead[offset : offset + size]
        self.position += len(data)
        self._spent += len(data)
        return data


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
    heaps: dict[int, object] = field(default_factory=dict)
    """Global heaps that were parsed, which all headers share."""
    slab: dict[tuple[str, int], bytes] = field(default_factory=dict)
    """The part of a chunked array that was put together last: what is asked for next often lies in it."""

    def header(self, address: int) -> Header:
        """The object header at an address; what goes wrong in it is the parser's own exception."""
        return Header(self.stream, address, global_heaps=self.heaps)


def open_file(source: Source, limits: Limits) -> OpenFile:
    """Find the superblock and the root; raises DamagedFile where that cannot be done."""
    start = superblock_position(source)
    if start is None:
        raise DamagedFile(f"{source.label} is no HDF5 file.", "Save the model again, or get it from its source again.")
    with parsing(source, "its superblock"):
        facts = SuperBlock(MeteredStream(source, limits), start)._contents  # noqa: SLF001 - pyfive has no public name
        check_whole(source, facts)
        base = facts["base_address"]
        if base != start:
            where = f"{source.label} is refused: it begins at byte {start:,} and says {base:,}"
            raise RefusedFile(f"{where}, so that readers differ about every place in it.", "Save the model again.")
        body = source.slice(base, source.size - base, source.inside)
        stream = MeteredStream(body, limits)
        root = SuperBlock(stream, start - base).offset_to_dataobjects
        return OpenFile(body, limits, stream, root, outside(source, start, facts["end_of_file_address"]))


@contextmanager
def parsing(source: Source, where: str) -> Iterator[None]:
    """Turn whatever the parser raises into DamagedFile that names the place inside the file."""
    try:
        yield
    except InspectError:
        raise
    except MemoryError as error:
        raise DamagedFile(f"{source.label} is damaged at {where}: it declares more than memory holds.") from error
    except Exception as error:
        message = f"{source.label} is damaged at {where}: its structures contradict each other."
        raise DamagedFile(message, "Get the file from its source again.") from error


def superblock_position(source: Source) -> int | None:
    """Where an HDF5 file begins: at 0, or behind a user block of 512, 1024, 2048 ... bytes; None if it is none."""
    position = 0
    while position + len(SIGNATURE) <= source.size:
        if source.read_at(position, len(SIGNATURE)) == SIGNATURE:
            return position
        position = position * 2 or FIRST_USER_BLOCK
    return None


def outside(source: Source, start: int, end: int) -> int:
    """How many bytes lie before an HDF5 file's first byte and behind its end; a block of zeros counts as nothing.

    A file that also ends as a ZIP archive does, whose readers look at the end alone, counts as a whole.
    """
    if ends_as_archive(source):
        return source.size
    spans = [(0, start), (end, source.size)] if end != UNDEFINED else [(0, start)]
    return sum(high - low for low, high in spans if any(map(any, source.blocks(low, max(0, high - low)))))


def ends_as_archive(source: Source) -> bool:
    """Whether the last bytes are the end record of a ZIP archive, with a comment that reaches to the last byte."""
    start = max(0, source.size - END.size - LONGEST_COMMENT)
    tail = source.read_at(start, source.size - start)
    at = tail.rfind(END_SIGNATURE)
    return at >= 0 and at + END.size <= len(tail) and at + END.size + END.unpack_from(tail, at)[-1] == len(tail)


def check_whole(source: Source, superblock: Mapping[str, Any]) -> None:
    """Raise DamagedFile where the file is shorter than its superblock says, or was never closed."""
    end = superblock["end_of_file_address"]
    if end != UNDEFINED and source.size < end:
        message = f"{source.label} is cut off: it should have {end:,} bytes and has {source.size:,}."
        raise DamagedFile(message, "Copy or download it again.")
    if superblock["superblock_version"] >= WITH_CONSISTENCY_FLAGS and superblock["file_consistency_flags"] & 1:
        message = f"{source.label} is still open for writing, or the program that wrote it was killed."
        raise DamagedFile(message, "Wait until it is closed; if nothing writes it, `h5clear -s` clears the mark.")
