"""Arrays of zarr 3 in a store: their metadata, and their values in chunks, each of which may be a shard of others.

Source: the Zarr core specification, version 3, and its sharding codec.
"""

from __future__ import annotations

import math
from dataclasses import field
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.ocdbt.zstd import decompressed
from kerasinspect.containers.slabs import pieces_of, run_of
from kerasinspect.containers.stored import StoredArray, Withheld
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.dtypes import DTYPES, Encoding
from kerasinspect.errors import COPY_AGAIN, DamagedFile, RefusedFile
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import check_inflation, over_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.containers.ocdbt.store import Store, Value
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.limits import Limits

_ABSENT = (1 << 64) - 1
"""The offset and the size of an inner chunk that was not written."""
_PLACE, _CHECKSUM = 16, 4
"""Bytes of the place of an inner chunk in a shard, and of the checksum of all of them."""
_MOST_DIGITS = 19
"""Digits of the place of a chunk."""
_MOST_AXES = 64
"""Axes that numpy has at most."""


class _Grid(NamedTuple):
    """How the values of an array are cut into chunks."""

    shape: tuple[int, ...]
    outer: tuple[int, ...]
    """The shape of what is stored under one key."""
    inner: tuple[int, ...]
    """The shape of what is compressed at once."""
    is_sharded: bool
    is_compressed: bool
    separator: str

    @property
    def chunks(self) -> int:
        """The number of the smallest chunks."""
        return math.prod(-(-size // step) for size, step in zip(self.shape, self.inner, strict=True))


def array_at(store: Store, path: str, limits: Limits) -> StoredArray | None:
    """The array at a path; None where the store has none. Raises DamagedFile where it contradicts itself."""
    described = store.values.get(f"{path}/zarr.json".encode(errors="surrogatepass"))
    if described is None:
        return None
    where = f"{path} in {store.source.label}"
    try:
        metadata = parse_json(described.read(0, described.nbytes), where, limits).value
        dtype, grid = _described(metadata if isinstance(metadata, dict) else {})
    except ValueError as error:
        raise DamagedFile(f"{where} is no array that is known here: {error}.", COPY_AGAIN) from error
    encoding = DTYPES[dtype].encoding
    prefix = f"{path}/c".encode(errors="surrogatepass")
    chunks = _Chunks(where, grid, encoding, _values_below(store, prefix, grid, limits), grid.separator)
    withheld = _withheld(chunks, limits)
    storage = chunks if withheld is None else withheld
    problem = None if withheld else _lacking(chunks)
    return StoredArray(path, grid.shape, dtype, encoding, storage, problem=problem, source=store.source)


def _values_below(store: Store, prefix: bytes, grid: _Grid, limits: Limits) -> Mapping[bytes, Value]:
    """The chunks of an array, by the part of their keys behind its path; none where it has too many."""
    if grid.chunks > limits.hdf5_chunks:
        return {}
    counts = [-(-size // step) for size, step in zip(grid.shape, grid.outer, strict=True)]
    separator = grid.separator.encode()
    return {name: value for name, value in store.below(prefix) if _is_name(name.split(separator), counts)}


def _is_name(parts: Sequence[bytes], counts: Sequence[int]) -> bool:
    """Whether the end of a key, cut at its separators, is that of a chunk in a grid of so many along each axis."""
    first, *places = parts
    return not first and len(places) == len(counts) and all(map(_is_place, places, counts))


def _is_place(text: bytes, count: int) -> bool:
    """Whether a part of a key is the place of a chunk among so many, as it is written."""
    is_number = text.isdigit() and len(text) <= _MOST_DIGITS
    return is_number and int(text) < count and (text == b"0" or text[:1] != b"0")


def _name_of(place: tuple[int, ...], separator: str) -> bytes:
    """The end of the key of a chunk, from its place in the grid."""
    return "".join(f"{separator}{at}" for at in place).encode()


def _described(metadata: JsonObject) -> tuple[str, _Grid]:
    """The dtype and the chunks of an array; raises ValueError where they are none that Orbax writes."""
    dtype, shape = metadata.get("data_type"), _sizes(metadata.get("shape"))
    if metadata.get("node_type") != "array" or not isinstance(dtype, str) or dtype not in DTYPES:
        reason = f"its dtype is {dtype}"
        raise ValueError(reason)
    outer = _steps(_configured(metadata.get("chunk_grid"), "regular"), shape)
    separator = _configured(metadata.get("chunk_key_encoding"), "default").get("separator", "/")
    codecs = _codecs(metadata.get("codecs"))
    sharded = codecs.get("sharding_indexed")
    inner = outer if sharded is None else _steps(sharded, outer)
    if sharded is not None:
        if len(codecs) > 1 or sharded.get("index_location", "end") != "end":
            reason = "its shards are not as Orbax writes them"
            raise ValueError(reason)
        if [*_codecs(sharded.get("index_codecs"))] != ["bytes", "crc32c"]:
            reason = "the lists in its shards are not as Orbax writes them"
            raise ValueError(reason)
        codecs = _codecs(sharded.get("codecs"))
    if [*codecs] not in (["bytes"], ["bytes", "zstd"]) or codecs["bytes"].get("endian", "little") != "little":
        reason = f"it went through {', '.join(codecs) or 'nothing'}"
        raise ValueError(reason)
    text = separator if separator in ("/", ".") and isinstance(separator, str) else "/"
    return dtype, _Grid(shape, outer, inner, sharded is not None, "zstd" in codecs, text)


def _sizes(value: Json) -> tuple[int, ...]:
    """A shape; raises ValueError where a value is none."""
    sizes = tuple(one for one in value if isinstance(one, int) and one >= 0) if isinstance(value, list) else None
    if sizes is None or not isinstance(value, list) or len(sizes) != len(value) or len(sizes) > _MOST_AXES:
        reason = "it has no shape"
        raise ValueError(reason)
    if math.prod(sizes) >= 1 << 63:
        reason = "its shape has more values than 63 bits count"
        raise ValueError(reason)
    return sizes


def _steps(configuration: JsonObject, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of chunks; raises ValueError where it is none for an array of this shape."""
    steps = _sizes(configuration.get("chunk_shape"))
    if len(steps) != len(shape) or 0 in steps:
        reason = "its chunks have other axes"
        raise ValueError(reason)
    return steps


def _configured(value: Json, name: str) -> JsonObject:
    """The configuration of something with a name; raises ValueError where it has another one."""
    if not isinstance(value, dict) or value.get("name") != name:
        reason = f"{name} is not there"
        raise ValueError(reason)
    found = value.get("configuration", {})
    return found if isinstance(found, dict) else {}


def _codecs(value: Json) -> dict[str, JsonObject]:
    """The configurations of codecs by their names, in order; raises ValueError where they are no codecs."""
    names = [one.get("name") for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(names) != len(value) or len({*map(str, names)}) != len(names):
        reason = "it has no list of codecs"
        raise ValueError(reason)
    return {str(name): _configured(one, str(name)) for name, one in zip(names, value, strict=True)}


def _withheld(chunks: _Chunks, limits: Limits) -> Withheld | None:
    """The storage of an array that asks for more than the limits allow."""
    grid, width = chunks.grid, chunks.encoding.itemsize
    try:
        if grid.chunks > limits.hdf5_chunks:
            raise over_limit("hdf5_chunks", grid.chunks, limits.hdf5_chunks, chunks.where)
        stored = sum(value.nbytes for value in chunks.values.values())
        check_inflation(stored, math.prod(grid.shape) * width, limits, "zstd_ratio", chunks.where)
        check_inflation(stored, math.prod(grid.inner) * width, limits, "zstd_ratio", chunks.where)
    except RefusedFile as error:
        return Withheld(str(error))
    return None


def _lacking(chunks: _Chunks) -> str | None:
    """What is wrong with the values that are stored, as far as their places tell."""
    grid = chunks.grid
    expected = math.prod(-(-size // step) for size, step in zip(grid.shape, grid.outer, strict=True))
    if len(chunks.values) < expected:
        return f"{chunks.where} has {len(chunks.values):,} of {expected:,} chunks."
    return next((value.missing for value in chunks.values.values() if value.missing), None)


@dataclass(frozen=True, slots=True, eq=False)
class _Chunks:
    """The bytes of an array in chunks of equal shape, those at the edges reaching beyond it."""

    where: str
    grid: _Grid
    encoding: Encoding
    values: Mapping[bytes, Value]
    """By the end of the key."""
    separator: str
    kept: list[tuple[int, memoryview]] = field(default_factory=list)
    """The slab that was put together last."""
    listed: dict[bytes, bytes] = field(default_factory=dict)
    """The list of places in the shard that was looked at last, by the end of its key."""

    def read(self, start: int, count: int) -> bytes | memoryview:
        """``count`` bytes from ``start``."""
        return run_of(self, start, count)

    def blocks(self, size: int) -> Iterator[memoryview]:
        """All bytes in pieces."""
        return pieces_of(self, size)

    @property
    def _rows(self) -> int:
        """Places of the first axis that a slab takes; one for an array without axes."""
        return self.grid.inner[0] if self.grid.shape else 1

    @property
    def slab_bytes(self) -> int:
        """Bytes of one slab; the last one may be smaller."""
        return self._rows * math.prod(self.grid.shape[1:]) * self.encoding.itemsize

    @property
    def slabs(self) -> int:
        """The number of slabs; none where there are no values."""
        size = math.prod(self.grid.shape)
        return -(-self.grid.shape[0] // self._rows) if self.grid.shape and size else min(size, 1)

    def slab(self, number: int) -> memoryview:
        """The values of one slab, kept until another one is asked for."""
        for at, data in self.kept:
            if at == number:
                return data
        data = self._put_together(number)
        self.kept[:] = [(number, data)]
        return data

    def _put_together(self, number: int) -> memoryview:
        """The values of one slab."""
        import numpy as np  # noqa: PLC0415 - what describes a file needs none

        shape, inner = self.grid.shape or (1,), self.grid.inner or (1,)
        low = number * inner[0]
        values = np.empty((min(inner[0], shape[0] - low), *shape[1:]), self.encoding)
        for place in product(
            (number,), *(range(-(-size // step)) for size, step in zip(shape[1:], inner[1:], strict=True))
        ):
            corner = [at * step for at, step in zip(place, inner, strict=True)]
            ends = [min(step, size - at) for at, step, size in zip(corner, inner, shape, strict=True)]
            target = tuple(slice(at, at + length) for at, length in zip((0, *corner[1:]), ends, strict=True))
            chunk = np.frombuffer(self._chunk(place), self.encoding).reshape(inner)
            values[target] = chunk[tuple(map(slice, ends))]
        return values.reshape(-1).view(np.uint8).data.toreadonly()

    def _chunk(self, place: tuple[int, ...]) -> bytes:
        """The bytes of one of the smallest chunks; raises DamagedFile where they are not as many as it has."""
        grid = self.grid
        nbytes = math.prod(grid.inner) * self.encoding.itemsize
        per = [step // size for step, size in zip(grid.outer, grid.inner, strict=True)]
        shard = tuple(at // count for at, count in zip(place, per, strict=False))
        name = _name_of(shard, self.separator)
        value = self.values[name]
        start, size = 0, value.nbytes
        if grid.is_sharded:
            start, size = self._place(name, [at % count for at, count in zip(place, per, strict=False)], per)
        data = value.read(start, size)
        try:
            data = decompressed(data, nbytes) if grid.is_compressed else data
        except ValueError as error:
            raise self._damaged(str(error)) from error
        if len(data) != nbytes:
            raise self._damaged(f"a chunk has {len(data):,} bytes instead of {nbytes:,}")
        return data

    def _place(self, name: bytes, inside: list[int], per: list[int]) -> tuple[int, int]:
        """Where an inner chunk lies in a shard; raises DamagedFile where the list of places is damaged."""
        listed, end = self._places(name, math.prod(per) * _PLACE)
        number = 0
        for at, count in zip(inside, per, strict=True):
            number = number * count + at
        first = number * _PLACE
        start, size = (int.from_bytes(listed[first + at : first + at + 8], "little") for at in (0, 8))
        if _ABSENT in (start, size) or start + size > end:
            raise self._damaged("an inner chunk is not there")
        return start, size

    def _places(self, name: bytes, length: int) -> tuple[bytes, int]:
        """The list of places at the end of a shard, and where it begins; read and verified once for all in a row."""
        value = self.values[name]
        end = value.nbytes - length - _CHECKSUM
        if end < 0:
            raise self._damaged("a chunk is too short for the places in it")
        listed = self.listed.get(name)
        if listed is None:
            from kerasinspect.containers.tensor_bundle.crc32c import crc32c  # noqa: PLC0415 - numpy comes with it

            listed = value.read(end, length + _CHECKSUM)
            if crc32c(listed[:length]) != int.from_bytes(listed[length:], "little"):
                raise self._damaged("the places in a chunk do not have the checksum that stands behind them")
            self.listed.clear()
            self.listed[name] = listed
        return listed, end

    def _damaged(self, what: str) -> DamagedFile:
        """The error for chunks that contradict the array's metadata."""
        return DamagedFile(f"{self.where} is damaged: {what}.", COPY_AGAIN)
