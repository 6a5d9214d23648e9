"""The entries of an index: what it says of each tensor, and the keys under which the slices of one lie.

Source: tensorflow/core/protobuf/tensor_bundle.proto, tensorflow/core/framework/{types,tensor_shape,tensor_slice}.proto;
of the keys of slices tensorflow/core/util/saved_tensor_slice_util.cc and tensorflow/core/lib/strings/ordered_code.cc.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kerasinspect.containers.hdf5.stream import Contradiction
from kerasinspect.containers.protobuf import fields_of, signed
from kerasinspect.dtypes import DTYPES, Encoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Tally

TEXTS = "string"
"""The dtype of texts."""
MOST_TEXT = 64 << 20
"""Bytes of a tensor of texts, which is read at once."""
_REFERENCE = 100
"""Is added to the number of a dtype in a graph of TensorFlow 1 that refers to a variable."""
_WHOLE = -1
"""The length of a slice that takes all of an axis."""
_LONGEST_ENTRY = 1 << 20
"""Bytes of an entry: one has some twenty, and a few for each slice."""
_MOST_AXES = 254
"""As TensorFlow allows."""
_SHAPE, _SLICES = 2, 7
"""Numbers of the fields of an entry that are messages."""
_MARKED = {0: b"\0\xff", 255: b"\xff\0"}
"""Bytes of a text that mean something else in a key of a slice, and what stands for them."""
_LONGEST = 7
"""Bytes of the longest number that a key of a slice has here."""

_DTYPES: Mapping[int, str] = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: TEXTS,
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "int8",  # 11 to 13, 15 and 16 are quantized: what they stand for is told elsewhere
    12: "uint8",
    13: "int32",
    14: "bfloat16",
    15: "int16",
    16: "uint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    22: "uint32",
    23: "uint64",
    24: "float8_e5m2",
    25: "float8_e4m3fn",
}
_COMPLEX = {"complex64": Encoding("<c8"), "complex128": Encoding("<c16")}
_OPAQUE = Encoding("|V1")
"""Of bytes whose values nobody here can read."""

Extent: TypeAlias = "tuple[int, int]"
"""The first position along an axis, and how many."""


class Entry(NamedTuple):
    """One entry of an index."""

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    nbytes: int
    checksum: int
    """Of its bytes, masked."""
    slices: tuple[tuple[Extent, ...], ...] = ()
    """Of a tensor that is stored in parts: what each part takes of each axis, as written."""

    def is_in(self, shard: Source) -> bool:
        """Whether its values lie in a data file, all of them, and are numbers of one run."""
        return self.dtype != TEXTS and not self.slices and self.offset + self.nbytes <= shard.size

    @property
    def encoding(self) -> Encoding:
        """How numpy sees the bytes of a value."""
        row = DTYPES.get(self.dtype)
        return row.encoding if row else _COMPLEX.get(self.dtype, _OPAQUE)


def entry_of(value: bytes, count: Tally) -> Entry:
    """The entry that bytes of an index stand for; raises ValueError where they contradict themselves.

    All fields count in ``count``, which raises RefusedFile.
    """
    if len(value) > _LONGEST_ENTRY:
        message = f"an entry has {len(value):,} bytes"
        raise Contradiction(message)
    fields = [*fields_of(value, count)]
    numbers = {number: field for number, field in fields if isinstance(field, int)}
    messages = [(number, field) for number, field in fields if not isinstance(field, int)]
    shape = tuple(size for number, field in messages if number == _SHAPE for size in _sizes_of(field, count))
    slices = tuple(tuple(_extents_of(field, count)) for number, field in messages if number == _SLICES)
    if len(shape) > _MOST_AXES or any(len(extents) != len(shape) for extents in slices):
        message = f"an entry has {len(shape)} axes, and slices of others"
        raise Contradiction(message)
    if math.prod(shape) >= 1 << 63:
        message = "a shape has more values than 63 bits count"
        raise Contradiction(message)
    code = numbers.get(1, 0) % _REFERENCE
    dtype = _DTYPES.get(code, f"TensorFlow dtype {code}")
    shard, offset, nbytes, checksum = (numbers.get(number, 0) for number in (3, 4, 5, 6))
    return Entry(dtype, shape, shard, offset, nbytes, checksum, slices)


def shards_of(header: bytes, count: Tally) -> int:
    """How many data files there are, by the entry of the empty key; raises ValueError for a big-endian bundle."""
    numbers = _numbers_of(header, count)
    if numbers.get(2, 0):
        message = "its values are big-endian"
        raise Contradiction(message)
    return numbers.get(1, 0)


def key_of_slice(key: bytes, extents: tuple[Extent, ...]) -> bytes:
    """The key under which one slice of a tensor lies: a text and numbers that sort as their bytes do."""
    marked = b"".join(_MARKED.get(byte, bytes([byte])) for byte in key)
    rank = bytes([1, len(extents)]) if extents else b"\0"
    return b"\0" + marked + b"\0\1" + rank + b"".join(_ordered(number) for extent in extents for number in extent)


def _ordered(number: int) -> bytes:
    """A signed number: a leading one for each of its bytes, a zero, and the number itself; inverted below zero."""
    if number < 0:
        return bytes(byte ^ 255 for byte in _ordered(~number))
    size = number.bit_length() // 7 + 1
    if size > _LONGEST:
        message = f"a slice begins at {number}"
        raise Contradiction(message)
    marks = ((1 << size) - 1) << (7 * size)
    return (marks | number).to_bytes(size, "big")


def _numbers_of(message: memoryview | bytes, count: Tally) -> dict[int, int]:
    """The fields of a message that are numbers."""
    return {number: field for number, field in fields_of(message, count) if isinstance(field, int)}


def _sizes_of(message: memoryview, count: Tally) -> Iterator[int]:
    """The sizes of a shape; raises ValueError where one is not told."""
    for _, field in fields_of(message, count):
        size = signed(_numbers_of(field, count).get(1, 0)) if not isinstance(field, int) else -field
        if size < 0:  # of an axis, or of all of them where the number itself says that the rank is unknown
            reason = "a shape has an axis, or a rank, of unknown size"
            raise Contradiction(reason)
        yield size


def _extents_of(message: memoryview, count: Tally) -> Iterator[Extent]:
    """What a slice takes of each axis."""
    for number, field in fields_of(message, count):
        if number == 1 and not isinstance(field, int):
            numbers = _numbers_of(field, count)
            yield numbers.get(1, 0), numbers.get(2, _WHOLE)
