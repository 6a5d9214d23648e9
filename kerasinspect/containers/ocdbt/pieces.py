"""The files of a store: each piece of one has a magic number, its length, and a checksum at the end.

Source: tensorstore/kvstore/ocdbt/format (codec_util, manifest, btree, data_file_id).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import Contradiction
from kerasinspect.containers.ocdbt.zstd import decompressed
from kerasinspect.containers.protobuf import varint

if TYPE_CHECKING:
    from collections.abc import Sequence

MANIFEST, NODE = bytes.fromhex("0cdb3a2a"), bytes.fromhex("0cdb20de")
"""What the manifest and each node begin with."""
_LENGTH, _CHECKSUM = 8, 4
"""Bytes of the length, and of the checksum at the end."""
_PLAIN, _ZSTD = 0, 1
_MOST_NAMES = 1 << 20
"""Bytes of the names of all files in a table, each of which may repeat the one before it in a byte."""


def body_of(piece: bytes, magic: bytes, most: int) -> Reader:
    """The contents of a piece; raises ValueError where it contradicts itself or its checksum."""
    from kerasinspect.containers.tensor_bundle.crc32c import crc32c  # noqa: PLC0415 - numpy comes with it

    start = len(magic) + _LENGTH
    if piece[: len(magic)] != magic or int.from_bytes(piece[len(magic) : start], "little") != len(piece):
        reason = "it does not begin with its kind and its length"
        raise Contradiction(reason)
    if crc32c(piece[:-_CHECKSUM]) != int.from_bytes(piece[-_CHECKSUM:], "little"):
        reason = "its bytes do not have the checksum that stands behind them"
        raise Contradiction(reason)
    reader = Reader(piece[:-_CHECKSUM], start)
    version, compression = reader.number(), reader.number()
    if version or compression not in {_PLAIN, _ZSTD}:
        reason = f"version {version} with compression {compression} is not known"
        raise Contradiction(reason)
    rest = reader.rest()
    if not compression:
        return Reader(rest)
    try:
        return Reader(decompressed(rest, most))
    except ValueError as error:
        raise Contradiction(str(error)) from error


class Reader:
    """Reads numbers and bytes one after the other; raises ValueError where there are no more."""

    __slots__ = ("_at", "_view")

    def __init__(self, data: bytes, at: int = 0) -> None:
        """Begin at a place."""
        self._view = memoryview(data)
        self._at = at

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._view) - self._at

    def number(self) -> int:
        """The next number."""
        value, self._at = varint(self._view, self._at)
        return value

    def numbers(self, count: int) -> list[int]:
        """So many numbers, each of at least one byte."""
        self._require(count)
        return [self.number() for _ in range(count)]

    def taken(self, count: int) -> bytes:
        """So many bytes."""
        self._require(count)
        self._at += count
        return bytes(self._view[self._at - count : self._at])

    def rest(self) -> bytes:
        """All bytes that are left."""
        return bytes(self._view[self._at :])

    def _require(self, count: int) -> None:
        """Raise ValueError where there are fewer bytes left."""
        if count > self.left:
            reason = f"{count} are to follow byte {self._at} of {len(self._view)}"
            raise Contradiction(reason)


def file_table(reader: Reader, base: str) -> list[tuple[str, str]]:
    """The files that a node names: each with the folder that what it names in turn lies in."""
    count = reader.number()
    shared = [0, *reader.numbers(count - 1)] if count else []
    fresh, bases = reader.numbers(count), reader.numbers(count)
    nbytes = sum(shared) + sum(fresh) + count * len(base)
    if nbytes > _MOST_NAMES:
        reason = f"the names of its files take {nbytes:,} bytes"
        raise Contradiction(reason)
    found = []
    for path, length in zip(joined(reader, shared, fresh), bases, strict=True):
        if length > len(path):
            reason = "a folder is longer than its path"
            raise Contradiction(reason)
        text = path.decode()
        found.append((base + text, base + text[:length]))
    return found


def joined(reader: Reader, shared: Sequence[int], fresh: Sequence[int]) -> list[bytes]:
    """Texts of which each shares its beginning with the one before it; raises ValueError where they do not fit."""
    found: list[bytes] = []
    before = b""
    for length, size in zip(shared, fresh, strict=True):
        if length > len(before):
            reason = "a name shares more with the one before it than that has"
            raise Contradiction(reason)
        before = before[:length] + reader.taken(size)
        found.append(before)
    if any(first >= second for first, second in pairwise(found)):
        reason = "names do not rise"
        raise Contradiction(reason)
    return found
