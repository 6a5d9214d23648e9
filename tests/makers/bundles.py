"""Makes TensorFlow checkpoints: an index of blocks with keys and values, and a data file of tensors side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.tensor_bundle.crc32c import crc32c, masked
from kerasinspect.containers.tensor_bundle.table import MAGIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FLOAT32, STRING = 1, 7
"""Numbers of dtypes."""


def varint(value: int) -> bytes:
    """A number as protocol buffers have it."""
    if value < 128:
        return bytes([value])
    return bytes([value & 127 | 128]) + varint(value >> 7)


def field(number: int, value: int | bytes) -> bytes:
    """One field of a message: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def entry(dtype: int, shape: Sequence[int], offset: int, data: bytes, checked: bytes | None = None) -> bytes:
    """What an index says of a tensor; its checksum is of other bytes where these are given."""
    sizes = b"".join(field(2, field(1, size)) for size in shape)
    crc = varint(6 << 3 | 5) + masked(crc32c(data if checked is None else checked)).to_bytes(4, "little")
    return field(1, dtype) + field(2, sizes) + field(4, offset) + field(5, len(data)) + crc


def block(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    """One block: keys that share nothing with the ones before them, values, and one restart."""
    body = b"".join(varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in pairs)
    return body + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")


def table(pairs: Mapping[bytes, bytes], each: int = 1_000) -> bytes:
    """An index with so many entries in each block."""
    items = sorted(pairs.items())
    return table_of([block(items[start : start + each]) for start in range(0, len(items), each)])


def table_of(blocks: Sequence[bytes]) -> bytes:
    """An index of these blocks."""
    file, handles = bytearray(), []
    for number, data in enumerate(blocks):
        handles.append((number.to_bytes(4, "big"), varint(len(file)) + varint(len(data))))
        file += data + b"\0" + masked(crc32c(data + b"\0")).to_bytes(4, "little")
    index = block(handles)
    at = len(file)
    file += index + b"\0" + masked(crc32c(index + b"\0")).to_bytes(4, "little")
    footer = varint(0) + varint(0) + varint(at) + varint(len(index))
    return bytes(file) + footer.ljust(40, b"\0") + MAGIC


def tracked(objects: Sequence[tuple[Mapping[str, int], str, str]]) -> bytes:
    """A graph of objects: for each the objects that it holds by name, a full name and the key of its tensor."""
    return b"".join(field(1, _tracked_one(*one)) for one in objects)


def _tracked_one(children: Mapping[str, int], full_name: str, key: str) -> bytes:
    """One object of a graph."""
    held = b"".join(field(1, field(1, number) + field(2, name.encode())) for name, number in children.items())
    if not key:
        return held
    return held + field(2, field(1, b"VARIABLE_VALUE") + field(2, full_name.encode()) + field(3, key.encode()))


def text_tensor(text: bytes) -> bytes:
    """The bytes of a tensor of one text."""
    return varint(len(text)) + _behind_length(text)


def _behind_length(text: bytes) -> bytes:
    """What follows the length of a text: the checksum of the length as a number of four bytes, and the text."""
    return masked(crc32c(len(text).to_bytes(4, "little"))).to_bytes(4, "little") + text


def write_bundle(
    folder: Path, prefix: str, tensors: Mapping[str, tuple[Sequence[int], bytes]], graph: bytes, each: int = 1_000
) -> Path:
    """A checkpoint of float32 tensors with their shapes and bytes; gives its index."""
    data = b""
    pairs = {b"": field(1, 1) + field(3, field(1, 1))}
    for key, (shape, values) in tensors.items():
        pairs[key.encode()] = entry(FLOAT32, shape, len(data), values)
        data += values
    stored = text_tensor(graph)
    checked = len(graph).to_bytes(4, "little") + _behind_length(graph)
    pairs[b"_CHECKPOINTABLE_OBJECT_GRAPH"] = entry(STRING, (), len(data), stored, checked)
    (folder / f"{prefix}.data-00000-of-00001").write_bytes(data + stored)
    index = folder / f"{prefix}.index"
    index.write_bytes(table(pairs, each))
    return index
