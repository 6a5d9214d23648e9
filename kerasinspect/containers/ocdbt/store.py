"""A store: the keys and values of its newest version, from the manifest through a tree of nodes."""

from __future__ import annotations

from bisect import bisect_left
from contextlib import closing
from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.stream import Contradiction, parsing
from kerasinspect.containers.ocdbt.pieces import MANIFEST, NODE, Reader, body_of, file_table, joined
from kerasinspect.errors import COPY_AGAIN, DamagedFile, NotAModel, RefusedFile
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import Tally, over_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits

_NAME = "manifest.ocdbt"
_UUID, _LEVEL = 16, 4
"""Bytes of the store's own number, and of a level of compression."""
_ONE_READING = 1 << 20
"""Bytes that are read however often they are asked for."""
_LARGEST_NODE = 32 << 20
"""Bytes of a node, or of a manifest, once it is decompressed: a store is written with nodes of at most 8 MiB."""
_HIGHEST = 32
"""Nodes inside one another: each has at least two below it."""


class _Place(NamedTuple):
    """Where a node or a value lies."""

    path: str
    base: str
    """The folder of what a node there names."""
    offset: int
    nbytes: int


class Value(NamedTuple):
    """The bytes of a value: here, or in a data file."""

    nbytes: int
    data: bytes = b""
    source: Source | None = None
    offset: int = 0
    missing: str = ""
    """Why its data file cannot be read."""

    def read(self, start: int, count: int) -> bytes:
        """Some of the bytes; raises DamagedFile where they are not there."""
        if self.missing:
            raise DamagedFile(self.missing, COPY_AGAIN)
        if self.source is None:
            return self.data[start : start + count]
        return self.source.read_at(self.offset + start, count)


@dataclass(slots=True)
class _Walk:
    """What the walk of a tree carries from node to node."""

    folder: Folder
    limits: Limits
    files: ExitStack
    keys: Tally
    key_bytes: Tally
    opened: dict[str, Source] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    met: set[_Place] = field(default_factory=set)
    values: dict[bytes, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Store:
    """The newest version of a store."""

    source: Source
    """The manifest."""
    values: dict[bytes, Value]
    files: tuple[Source, ...]
    damage: tuple[str, ...] = ()
    _in_order: list[bytes] = field(default_factory=list, repr=False)
    """All keys as they sort, once somebody asks for some."""

    def below(self, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """The ends of all keys that begin so, with their values."""
        if not self._in_order:
            self._in_order.extend(sorted(self.values))
        for at in range(bisect_left(self._in_order, prefix), len(self._in_order)):
            key = self._in_order[at]
            if not key.startswith(prefix):
                return
            yield key[len(prefix) :], self.values[key]

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return self.source.size + sum(one.size for one in self.files)


def open_store(folder: Folder, limits: Limits, files: ExitStack) -> Store:
    """The store in a folder; raises DamagedFile where it contradicts itself, RefusedFile beyond the limits."""
    source = files.enter_context(closing(folder.source(_NAME)))
    label = source.label
    keys = Tally("hdf5_objects", limits.hdf5_objects, label)
    key_bytes = Tally("hdf5_header_bytes", limits.hdf5_header_bytes, label)
    walk = _Walk(folder, limits, files, keys, key_bytes)
    if source.size > limits.hdf5_header_bytes:
        raise over_limit("hdf5_header_bytes", source.size, limits.hdf5_header_bytes, label)
    with parsing(source, "its list of versions"):
        root = _root_of(body_of(source.read_at(0, source.size), MANIFEST, _LARGEST_NODE))
    if root is not None:
        _read_node(walk, root[0], root[1], b"")
    store = Store(source, walk.values, tuple(walk.opened.values()), tuple(walk.absent.values()))
    _require_apart(store)
    return store


def _require_apart(store: Store) -> None:
    """Raise RefusedFile where values take more bytes together than the files have: some would be read again."""
    taken = sum(value.nbytes for value in store.values.values() if value.source is not None and not value.missing)
    if taken > max(store.nbytes, _ONE_READING):
        message = f"{store.source.label} is refused: its values take {taken:,} bytes of {store.nbytes:,}."
        raise RefusedFile(message, COPY_AGAIN)


def _root_of(reader: Reader) -> tuple[_Place, int] | None:
    """The root of the newest version, and how high it stands; None of one without keys."""
    reader.taken(_UUID)
    kind = reader.number()
    reader.numbers(2)
    reader.taken(1)
    if reader.number():
        reader.taken(_LEVEL)
    if kind:
        reason = f"a manifest of kind {kind} is not known"
        raise Contradiction(reason)
    table = file_table(reader, "")
    count = reader.number()
    if not count:
        reason = "it has no version"
        raise Contradiction(reason)
    reader.numbers(count)
    heights = reader.taken(count)
    files, offsets, lengths, keys = (reader.numbers(count) for _ in range(4))
    if not keys[-1]:
        return None
    return _place(table, files[-1], offsets[-1], lengths[-1]), heights[-1]


def _place(table: list[tuple[str, str]], number: int, offset: int, nbytes: int) -> _Place:
    """Where something lies in a file of a table; raises ValueError where the table has no such file."""
    if number >= len(table):
        reason = f"file {number} of {len(table)} is named"
        raise Contradiction(reason)
    return _Place(*table[number], offset, nbytes)


def _read_node(walk: _Walk, place: _Place, height: int, prefix: bytes) -> None:
    """Add the keys and values of a node, and of those below it, each of which is read once."""
    source = _opened(walk, place.path)
    if source is None:
        raise DamagedFile(walk.absent[place.path], COPY_AGAIN)
    walk.key_bytes.add(place.nbytes)
    with parsing(source, f"the node at byte {place.offset}"):
        if place in walk.met or height > _HIGHEST:
            reason = "a node lies inside itself, or too deep"
            raise Contradiction(reason)
        walk.met.add(place)
        data = source.read_at(place.offset, place.nbytes)
        reader = body_of(data, NODE, min(_LARGEST_NODE, walk.limits.hdf5_header_bytes - walk.key_bytes.used))
        walk.key_bytes.add(reader.left)
        if reader.taken(1)[0] != height:
            reason = "it stands at another height than is said"
            raise Contradiction(reason)
        table = file_table(reader, place.base)
        count = reader.number()
        shared = [0, *reader.numbers(count - 1)] if count else []
        fresh = reader.numbers(count)
        common = reader.numbers(count) if height else []
        walk.keys.add(count)
        _count_keys(walk, prefix, shared, fresh)
        keys = joined(reader, shared, fresh)
        below = _children(reader, table, count) if height else []
        if not height:
            _add_values(walk, [prefix + key for key in keys], reader, table)
    for key, length, child in zip(keys, common, below, strict=False):
        _read_node(walk, child, height - 1, prefix + key[:length])


def _count_keys(walk: _Walk, prefix: bytes, shared: list[int], fresh: list[int]) -> None:
    """Count the bytes of keys before they are put together; raises RefusedFile beyond the limits."""
    for length, size in zip(shared, fresh, strict=True):
        nbytes = len(prefix) + length + size
        if nbytes > walk.limits.name_bytes:
            raise over_limit("name_bytes", nbytes, walk.limits.name_bytes, walk.keys.where)
        walk.key_bytes.add(nbytes)


def _children(reader: Reader, table: list[tuple[str, str]], count: int) -> list[_Place]:
    """Where the nodes below one lie."""
    columns = zip(*(reader.numbers(count) for _ in range(3)), strict=True)
    return [_place(table, number, offset, nbytes) for number, offset, nbytes in columns]


def _add_values(walk: _Walk, keys: list[bytes], reader: Reader, table: list[tuple[str, str]]) -> None:
    """Add the values of the keys of a node at the bottom."""
    lengths, kinds = reader.numbers(len(keys)), reader.taken(len(keys))
    if max(kinds, default=0) > 1:
        reason = "a value of a kind that is not known"
        raise Contradiction(reason)
    outside = [at for at, kind in enumerate(kinds) if kind]
    numbers, offsets = reader.numbers(len(outside)), reader.numbers(len(outside))
    places = dict(zip(outside, zip(numbers, offsets, strict=True), strict=True))
    for at, (key, length) in enumerate(zip(keys, lengths, strict=True)):
        if key in walk.values:
            reason = f"a key occurs twice: {key!r}"
            raise Contradiction(reason)
        if at in places:
            walk.values[key] = _value_at(walk, _place(table, *places[at], length))
        else:
            walk.values[key] = Value(length, reader.taken(length))


def _value_at(walk: _Walk, place: _Place) -> Value:
    """A value in a data file; one that is not all there says so."""
    source = _opened(walk, place.path)
    missing = walk.absent.get(place.path, "")
    if source is not None and place.offset + place.nbytes > source.size:
        end = place.offset + place.nbytes
        missing = f"{source.label} ends at byte {source.size:,}, and a value in it at byte {end:,}."
    return Value(place.nbytes, source=source, offset=place.offset, missing=missing)


def _opened(walk: _Walk, path: str) -> Source | None:
    """A data file, opened once; None where it is missing. Raises RefusedFile where it lies outside of the folder."""
    if path in walk.opened or path in walk.absent:
        return walk.opened.get(path)
    if len(walk.opened) + len(walk.absent) >= walk.limits.shards:
        raise over_limit("shards", walk.limits.shards + 1, walk.limits.shards, walk.keys.where)
    folder = walk.folder
    *outer, name = path.split("/")
    for part in path.split("/"):
        if part in {"", ".", ".."} or "\\" in part or "\0" in part or ":" in part:
            raise RefusedFile(f"{walk.keys.where} names {path!r}, which does not lie beside it.", COPY_AGAIN)
    for part in outer:
        folder.require_own(part)
        folder = folder.inside(part)
    try:
        walk.opened[path] = walk.files.enter_context(closing(folder.source(name)))
    except NotAModel as error:
        walk.absent[path] = error.message
    return walk.opened.get(path)
