"""Object headers that no Keras writes by itself, read by pyfive and judged as all others are.

Links in heaps of their own, attributes in trees, datatypes of records: what a program writes that was asked for the
newest version of the format, or to keep things in order.
"""

from __future__ import annotations

import struct
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyfive.dataobjects import DataObjects
from pyfive.datatype_msg import DatatypeMessage
from pyfive.p5t import P5EnumType

from kerasinspect.containers.hdf5.attributes import check_count, make_room, parts_of, text, text_of, texts
from kerasinspect.containers.hdf5.checksums import (
    CHECKSUM,
    CONTINUED,
    FOLLOWED,
    HEAP,
    HEAP_BLOCK,
    check_block,
    check_sum,
)
from kerasinspect.containers.hdf5.headers import Header, Message, soft_link, table_links
from kerasinspect.containers.stored import Link
from kerasinspect.dtypes import Encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.hdf5.stream import MeteredStream
    from kerasinspect.containers.stored import Attribute

_SOFT_LINK, _EXTERNAL_LINK = 1, 64


class _Cursor:
    """The file as one header's parser sees it: a place in it, and reads from there on.

    What is read from one place on is one structure, whose checksum is held against it when the next one is gone to.
    """

    def __init__(self, stream: MeteredStream) -> None:
        """Stand at the beginning."""
        self.stream = stream
        self.position = 0
        self._pieces: list[bytes] = []
        """The bytes of this structure so far."""
        self._heap = b""
        """The heap that was met last."""

    def seek(self, address: int) -> None:
        """Go to an address, which may lie behind the end; raises ValueError for a wrong checksum."""
        self.check()
        self.position = address

    def read(self, size: int) -> bytes:
        """``size`` bytes from where the last ones ended; raises what the stream raises."""
        data = self.stream.at(self.position, size)
        self.position += size
        self._pieces.append(data)
        return data

    def check(self) -> None:
        """Raise ValueError where what was read has another checksum than it says, if it says any."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        match data[:4]:
            case signature if signature in FOLLOWED:
                check_sum(data, self.stream.at(self.position, CHECKSUM.size))
                self._heap = data if signature == HEAP else self._heap
            case signature if signature == CONTINUED:
                check_sum(data[: -CHECKSUM.size], data[-CHECKSUM.size :])
            case signature if signature == HEAP_BLOCK:
                check_block(data, self._heap)


class _PyfiveHeader(DataObjects):  # type: ignore[misc] # pyfive has no types
    """A header whose links of every kind can be listed, rather than only those that pyfive follows."""

    def __init__(self, file: OpenFile, address: int) -> None:
        """Read the header."""
        self.file = file
        super().__init__(_Cursor(file.stream), address, global_heaps=file.heaps_of_pyfive)

    def _iter_links_btree_v1(self, btree_address: int, heap_address: int) -> Iterator[tuple[str, int | Link]]:
        """The links of an older group: hard ones, and soft ones."""
        return table_links(self.file, btree_address, heap_address)

    def _parse_attribute_msg(self, buffer: bytes, offset: int) -> tuple[str, Any]:
        """One attribute's name and value; None for a datatype that pyfive does not know, of which it would warn."""
        parts = parts_of(buffer, offset)
        try:
            _ = DatatypeMessage(buffer, parts.datatype).ptype
        except NotImplementedError:
            return parts.name.decode(), None
        named: tuple[str, Any] = super()._parse_attribute_msg(buffer, offset)
        return named

    def _attr_value(self, ptype: Any, buf: bytes, count: int, offset: int) -> Any:  # noqa: ANN401 - as in pyfive
        """An attribute's values, no more of them than there can be."""
        check_count(self.file, count, len(buf) - offset)
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
        return order, (name, _link_target(kind, data, offset + length))


class _PyfiveFallback(NamedTuple):
    """One header as pyfive parsed it: the ``Fallback`` of ``Header``."""

    file: OpenFile
    parsed: _PyfiveHeader

    def links(self) -> Callable[[], Iterator[tuple[str, int | Link]]]:
        """A function that lists the names in a group later, from the header read again."""
        return partial(_links_of, self.file, self.parsed.offset)

    def attributes(self, path: str) -> Iterator[tuple[str, Attribute]]:
        """All attributes, within the limits; ``path`` is what the object is called."""
        found = self.parsed.get_attributes()
        self.parsed.fh.check()
        for name, value in found.items():
            yield name, _plain_attribute(self.file, value, f"{name} of {path}")

    def dtype(self) -> tuple[Encoding, str]:
        """How numpy sees values of a datatype that no weight has, and the word for it."""
        ptype = self.parsed.ptype
        if isinstance(ptype, P5EnumType):
            is_boolean = set(ptype.mapping) == {"FALSE", "TRUE"}
            return _encoding_of(ptype.base_dtype), "bool" if is_boolean else ptype.base_dtype.name
        encoding = _encoding_of(ptype.dtype)
        return encoding, {"S": "string", "O": "variable-length"}.get(encoding.kind, "compound")


def header_by_pyfive(file: OpenFile, address: int) -> Header:
    """The header at an address; what goes wrong in it is pyfive's own exception."""
    make_room(file.heaps_of_pyfive)
    parsed = _PyfiveHeader(file, address)
    parsed.fh.check()
    messages: dict[int, list[Message]] = {}
    for one in parsed.msgs:
        messages.setdefault(one["type"], []).append(Message(one["flags"], one["offset_to_message"], one["size"]))
    return Header(file, address, messages, parsed.msg_data, _PyfiveFallback(file, parsed))


def _links_of(file: OpenFile, address: int) -> Iterator[tuple[str, int | Link]]:
    """The names in a group: to which address each leads, or why it is not followed."""
    parsed = _PyfiveHeader(file, address)
    yield from parsed.iter_links()
    parsed.fh.check()


def _link_target(kind: int, data: bytes, offset: int) -> int | Link:
    """The address that a hard link leads to, or any other link as a value."""
    if kind == 0:
        return int(struct.unpack_from("<Q", data, offset)[0])
    (length,) = struct.unpack_from("<H", data, offset)
    target = data[offset + 2 : offset + 2 + length]
    if kind == _EXTERNAL_LINK:
        file, _, inside = target[1:].partition(b"\0")
        return Link("external", text_of(inside.rstrip(bytes(1))), text_of(file))
    if kind == _SOFT_LINK:
        return soft_link(target)
    return Link("user-defined", str(kind))


def _plain_attribute(file: OpenFile, value: Any, where: str) -> Attribute:  # noqa: ANN401 - whatever pyfive gives
    """An attribute as text, texts or number; None for anything that Keras does not write."""
    if isinstance(value, bytes | np.bytes_):
        return text(file, bytes(value), where)
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "SO":
        return texts(file, (item for item in value.tolist() if isinstance(item, bytes | str)), where)
    if isinstance(value, np.ndarray) and value.size == 0:
        return []
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int | float) else None


@cache
def _encoding_of(dtype: np.dtype[Any]) -> Encoding:
    """The encoding of a dtype; that of a record, whatever it is made of, is so many bytes."""
    is_record = dtype.names is not None or dtype.kind == "c"
    return Encoding.of("|", "V", dtype.itemsize) if is_record else Encoding(dtype.str)
