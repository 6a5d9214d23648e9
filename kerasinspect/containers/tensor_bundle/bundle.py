"""The tensors of a bundle: shapes and dtypes from its index, values from its data files when asked for."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import closing
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.stream import Contradiction, parsing
from kerasinspect.containers.protobuf import field_count, varint
from kerasinspect.containers.stored import Contiguous, StoredArray, Withheld
from kerasinspect.containers.tensor_bundle.entries import MOST_TEXT, TEXTS, entry_of, key_of_slice, shards_of
from kerasinspect.containers.tensor_bundle.slices import Box, Boxes, cover
from kerasinspect.containers.tensor_bundle.table import block_at, blocks_of, entries_of
from kerasinspect.errors import COPY_AGAIN, DamagedFile, NoNumbers, NotAModel, RefusedFile
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import Tally, over_limit
from kerasinspect.model.checksum import Checksum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager, ExitStack

    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.stored import Storage
    from kerasinspect.containers.tensor_bundle.entries import Entry
    from kerasinspect.containers.zip.crc import CrcSoFar
    from kerasinspect.limits import Limits
    from kerasinspect.model.checksum import Passing

_INDEX = ".index"
"""The end of the name of an index."""
_LENGTHS_CHECKSUM = 4
"""Bytes behind the lengths of texts."""
_MOST_SLICES, _MOST_IN_ALL = 256, 10_000
"""Slices of one tensor, each of which is held against each other, and of all tensors together."""
_LONGEST_ROW = 64 << 20
"""Bytes of a row along the first axis of a tensor in slices, which is put together in memory."""
_ONE_READING = 1 << 20
"""Bytes that are read however often they are asked for: what is cut off is damage rather than refused."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An index with its data files."""

    source: Source
    """The index."""
    entries: Mapping[str, Entry]
    """By key; without those of slices."""
    arrays: Mapping[str, StoredArray]
    """By key; without the graph of objects, and whatever else is one text that TensorFlow keeps for itself."""
    shards: tuple[Source | None, ...]
    """The data files; None for one that is missing."""
    stored: Mapping[bytes, Entry] = field(repr=False)
    """The entries of slices as well, by the bytes of their keys."""
    damage: tuple[str, ...] = ()
    _taken: dict[bytes, CrcSoFar] = field(default_factory=dict, repr=False)
    """The checksums of tensors as far as they were read in passing."""

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return self.source.size + sum(shard.size for shard in self.shards if shard)

    @property
    def checksum(self) -> Checksum:
        """The checksums of the index and of all tensors, as one."""
        return Checksum(self.nbytes, self._verified, self._taking)

    def checked(self) -> Iterator[str | None]:
        """Reads all bytes for their checksums: None for each piece, the name of what has another one than is stored."""
        from kerasinspect.containers.tensor_bundle.checksums import checked  # noqa: PLC0415 - numpy comes with it

        return checked(self.source, self.stored, self.shards, self._taken)

    def _taking(self) -> AbstractContextManager[Passing]:
        """Take in what is read of the data files while the context lasts."""
        from kerasinspect.containers.tensor_bundle.in_passing import taking  # noqa: PLC0415 - as above

        return taking(self.stored, self.shards, self._taken)

    def _verified(self) -> Iterator[object]:
        """Verify all of them; raises DamagedFile for the first that is wrong."""
        for wrong in self.checked():
            if wrong is not None:
                prefix = self.source.label.removesuffix(_INDEX)
                message = f"The bytes of {wrong} in {prefix} do not have the checksum that its index has of them."
                raise DamagedFile(message, COPY_AGAIN)
            yield wrong

    def texts(self, key: str, most: int) -> list[bytes]:
        """The texts of a tensor of these; raises DamagedFile where they contradict themselves or take over ``most``."""
        entry = self.entries[key]
        array = _texts_as_array(key, entry, self.shards)
        if entry.shard >= len(self.shards) or self.shards[entry.shard] is None:
            raise DamagedFile((*self.damage, array.problem or "")[0], COPY_AGAIN)
        if array.problem or entry.nbytes > most or not isinstance(array.storage, Texts):
            raise DamagedFile(array.problem or f"The texts of {key} take {entry.nbytes:,} bytes.", COPY_AGAIN)
        return array.storage.all()


def _texts_in(view: memoryview, count: int) -> Iterator[bytes]:
    """So many texts: their lengths, a checksum of these, all their bytes; raises ValueError where they end early."""
    lengths, at = [], 0
    for _ in range(count):
        length, at = varint(view, at)
        lengths.append(length)
    at += _LENGTHS_CHECKSUM
    if at + sum(lengths) != len(view):
        message = f"{count} texts do not fill {len(view)} bytes"
        raise Contradiction(message)
    for length in lengths:
        yield bytes(view[at : at + length])
        at += length


def open_bundle(source: Source, limits: Limits, files: ExitStack) -> Bundle:
    """The bundle of an index, with the data files beside it.

    Raises DamagedFile where the index contradicts itself, RefusedFile where it asks for more than the limits allow.
    """
    with parsing(source, "its index"):
        values = dict(_values_of(source, limits))
        fields = field_count(limits, source.label)
        count = shards_of(values.pop(b"", b""), fields)
        entries = {key: entry_of(value, fields) for key, value in values.items()}
    if count > limits.shards:
        raise over_limit("shards", count, limits.shards, source.label)
    if sum(len(entry.slices) for entry in entries.values()) > _MOST_IN_ALL:
        message = f"{source.label} is refused: its tensors lie in more than {_MOST_IN_ALL:,} slices."
        raise RefusedFile(message, "TensorFlow writes a few for each: save the checkpoint again.")
    damage: list[str] = []
    shards = tuple(_open_shards(source, count, files, damage))
    _require_apart(source, entries, shards)
    whole = {key.decode(errors="surrogateescape"): entry for key, entry in entries.items() if key[:1] != b"\0"}
    arrays = {
        key: _array_of(key, entry, entries, shards)
        for key, entry in whole.items()
        if entry.dtype != TEXTS or not key.startswith("_")
    }
    damage += [array.problem for array in arrays.values() if array.problem]
    return Bundle(source, whole, arrays, shards, entries, tuple(damage))


def _require_apart(source: Source, entries: Mapping[bytes, Entry], shards: tuple[Source | None, ...]) -> None:
    """Raise RefusedFile where tensors take more bytes together than their data file has: some would be read again."""
    taken = Counter[int]()
    for entry in entries.values():
        if not entry.slices:
            taken[entry.shard] += entry.nbytes
    for number, shard in enumerate(shards):
        if shard is not None and taken[number] > max(shard.size, _ONE_READING):
            message = f"{source.label} is refused: its tensors take {taken[number]:,} bytes of {shard.size:,}."
            raise RefusedFile(message, COPY_AGAIN)


def _values_of(source: Source, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of all blocks; raises ValueError as these do, and RefusedFile beyond the limits."""
    count = Tally("hdf5_objects", limits.hdf5_objects, source.label)
    characters = Tally("path_characters", limits.path_characters, source.label)
    nbytes = Tally("hdf5_header_bytes", limits.hdf5_header_bytes, source.label)
    for start, size in blocks_of(source):
        nbytes.add(size)
        for key, value in entries_of(block_at(source, start, size)):
            count.add()
            characters.add(len(key))  # a key may repeat all of the one before it in a byte
            if len(key) > limits.name_bytes:
                raise over_limit("name_bytes", len(key), limits.name_bytes, source.label)
            yield key, value


def _open_shards(source: Source, count: int, files: ExitStack, damage: list[str]) -> Iterator[Source | None]:
    """The data files beside an index; one that is missing is noted."""
    stem = Path(source.path).name.removesuffix(_INDEX)
    for number in range(count):
        name = f"{stem}.data-{number:05}-of-{count:05}"
        try:
            yield files.enter_context(closing(source.beside(name)))
        except NotAModel as error:
            damage.append(f"The data file {name} of {source.label} cannot be read: {error.message}")
            yield None


def _array_of(key: str, entry: Entry, entries: Mapping[bytes, Entry], shards: tuple[Source | None, ...]) -> StoredArray:
    """One tensor, or all slices of one."""
    encoding = entry.encoding
    if entry.dtype == TEXTS:
        return _texts_as_array(key, entry, shards)
    if not entry.slices:
        storage, source, problem = _whole(key, entry, shards)
        return StoredArray(key, entry.shape, entry.dtype, encoding, storage, entry.offset, problem, source)
    storage, problem = _in_slices(key, entry, entries, shards)
    return StoredArray(key, entry.shape, entry.dtype, encoding, storage, problem=problem, source=_first(shards))


def _texts_as_array(key: str, entry: Entry, shards: tuple[Source | None, ...]) -> StoredArray:
    """A tensor of texts, whose bytes are each text behind its length."""
    source = shards[entry.shard] if entry.shard < len(shards) else None
    problem = None
    if source is None or entry.offset + entry.nbytes > source.size or math.prod(entry.shape) > entry.nbytes:
        problem = f"The texts of {key} are not all there."
    elif entry.nbytes > MOST_TEXT:
        problem = f"The texts of {key} take {entry.nbytes:,} bytes."
    return StoredArray(
        key, entry.shape, TEXTS, entry.encoding, Texts(key, entry, source), entry.offset, problem, source
    )


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The bytes of a tensor of texts: each behind its length, as a little-endian number of eight bytes."""

    key: str
    entry: Entry
    source: Source | None

    def read(self, start: int, count: int) -> bytes:  # noqa: ARG002 - texts are no numbers, whatever is asked
        """Refuse."""
        raise NoNumbers(f"{self.key} holds texts, which are not shown.", "Read them where they were made.")

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces of at most ``size``; raises DamagedFile where the texts contradict themselves."""
        for text in self.all():
            whole = memoryview(len(text).to_bytes(8, "little") + text)
            yield from (whole[start : start + size] for start in range(0, len(whole), size))

    def all(self) -> list[bytes]:
        """The texts; raises DamagedFile where they contradict themselves."""
        if self.source is None:
            raise DamagedFile(f"The texts of {self.key} are not there.", COPY_AGAIN)
        view = memoryview(self.source.read_at(self.entry.offset, self.entry.nbytes))
        with parsing(self.source, f"the texts of {self.key}"):
            return [*_texts_in(view, math.prod(self.entry.shape))]


def _first(shards: tuple[Source | None, ...]) -> Source | None:
    """Any data file that is there: all are closed at once."""
    return next((shard for shard in shards if shard), None)


def _whole(key: str, entry: Entry, shards: tuple[Source | None, ...]) -> tuple[Storage, Source | None, str | None]:
    """Where the bytes of a tensor lie, in which file, and what is wrong with them."""
    source = shards[entry.shard] if entry.shard < len(shards) else None
    nbytes = math.prod(entry.shape) * entry.encoding.itemsize
    if source is None:
        reason = f"{key} lies in data file {entry.shard}, which is not there."
        return Withheld(reason), None, reason
    problem = None
    if entry.nbytes != nbytes:
        problem = f"{key} declares {nbytes:,} bytes, and its entry has {entry.nbytes:,}."
    elif entry.offset + nbytes > source.size:
        problem = f"{key} ends at byte {entry.offset + nbytes:,}, and {source.label} has {source.size:,}."
    return Contiguous(source, entry.offset, nbytes), source, problem


def _in_slices(
    key: str, entry: Entry, entries: Mapping[bytes, Entry], shards: tuple[Source | None, ...]
) -> tuple[Storage, str | None]:
    """The storage of a tensor in slices, and what is wrong with it."""
    boxes = []
    if len(entry.slices) > _MOST_SLICES:
        return _lacking(f"{key} lies in more slices than are put together.")
    for extents in entry.slices:
        part = entries.get(key_of_slice(key.encode(errors="surrogateescape"), extents))
        positions = tuple(
            range(first, first + length if length >= 0 else size)
            for (first, length), size in zip(extents, entry.shape, strict=True)
        )
        source = shards[part.shard] if part and part.shard < len(shards) else None
        if part is None or source is None:
            return _lacking(f"A slice of {key} is not there.")
        box = Box(positions, source, part.offset)
        nbytes = box.size * entry.encoding.itemsize
        if part.dtype != entry.dtype or part.nbytes != nbytes or part.offset + nbytes > source.size:
            return _lacking(f"A slice of {key} has other bytes than it declares.")
        boxes.append(box)
    if not cover(tuple(boxes), entry.shape):
        return _lacking(f"The slices of {key} do not make up its shape.")
    first = next((axis for axis, size in enumerate(entry.shape) if size != 1), 0)
    shape = entry.shape[first:]
    if math.prod(shape[1:]) * entry.encoding.itemsize > _LONGEST_ROW:
        return _lacking(f"The rows of {key} are too long to be put together of slices.")
    own = tuple(box._replace(positions=box.positions[first:]) for box in boxes)
    return Boxes(own, shape, entry.encoding.itemsize), None


def _lacking(problem: str) -> tuple[Storage, str]:
    """The storage of a tensor that cannot be read."""
    return Withheld(problem), problem
