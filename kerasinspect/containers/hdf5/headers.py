"""Object headers of HDF5 as every program writes them by default, Keras among them, and the messages that they hold.

What is newer, or rarer, is left to pyfive (``fallback``): object headers of version 2, groups that keep the order
of their links, attributes in heaps of their own, datatypes that no weight has.

Source: HDF5 File Format Specification 3.0, sections IV.A.1.a and IV.A.2.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kerasinspect.containers.hdf5.attributes import attribute_of, is_familiar_attribute, text_of
from kerasinspect.containers.hdf5.datatypes import is_familiar_dtype
from kerasinspect.containers.hdf5.messages import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    CONTINUATION,
    DATASPACE,
    DATATYPE,
    LINK,
    LINK_INFO,
    SHARED,
    SYMBOL_TABLE,
    shape_of,
)
from kerasinspect.containers.hdf5.symbols import symbols
from kerasinspect.containers.stored import Link
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.hdf5.stream import MeteredStream
    from kerasinspect.containers.stored import Attribute
    from kerasinspect.dtypes import Encoding

_PREFIX = struct.Struct("<BxH4xI4x")
"""The prefix of an older object header: version, number of messages, and their bytes."""
_HEAD = struct.Struct("<HHB3x")
"""The prefix of a message there: kind, bytes, flags."""
_TWO_ADDRESSES = struct.Struct("<QQ")
"""Of a continuation: where more messages are, and their bytes. Of a symbol table: its tree, and its heap of names."""
_OF_PYFIVE = frozenset({LINK, LINK_INFO, ATTRIBUTE_INFO})
"""Kinds of message that are left to pyfive."""
_KNOWN: Mapping[int, Callable[[bytes, int], bool]] = {DATATYPE: is_familiar_dtype, ATTRIBUTE: is_familiar_attribute}
"""What tells whether a message is of a form that is read here, by its kind."""
_OLDER, _NEWER = 1, ord("O")
"""The first byte of a header: a version, or the signature of newer ones."""


class NeedsFallback(Exception):
    """The header holds something that is left to pyfive."""


class Message(NamedTuple):
    """One message of a header; its body begins at ``start`` of the header's data."""

    flags: int
    start: int
    nbytes: int


class _Fallback(Protocol):
    """A header that only pyfive can parse, as it is asked for links, attributes and its datatype."""

    def links(self) -> Callable[[], Iterator[tuple[str, int | Link]]]:
        """A function that lists the names in a group later, without keeping the header."""

    def attributes(self, path: str) -> Iterator[tuple[str, Attribute]]:
        """All attributes, within the limits; ``path`` is what the object is called."""

    def dtype(self) -> tuple[Encoding, str]:
        """How numpy sees values of a datatype that no weight has, and the word for it."""


class Header(NamedTuple):
    """An object header: its messages, and what they say of links and attributes."""

    file: OpenFile
    address: int
    messages: Mapping[int, Sequence[Message]]
    """By kind, in the order of the header."""
    data: bytes
    fallback: _Fallback | None = None

    def find(self, kind: int) -> Message | None:
        """The first message of a kind."""
        return self.messages[kind][0] if kind in self.messages else None

    def require(self, kind: int) -> Message:
        """The first message of a kind that every such header has; raises ValueError where there is none."""
        message = self.find(kind)
        if message is None:
            complaint = f"no message of kind {kind}"
            raise ValueError(complaint)
        return message

    def shape(self) -> tuple[int, ...] | None:
        """The shape that the dataspace gives; None where there are no values. Raises ValueError for a faulty one."""
        flags, start, nbytes = self.require(DATASPACE)
        if flags & SHARED:
            complaint = "a dataspace that lies elsewhere in the file, which is not supported"
            raise ValueError(complaint)
        return shape_of(self.data[start : start + nbytes])

    def links(self) -> Callable[[], Iterator[tuple[str, int | Link]]]:
        """A function that lists the names in a group later: to which address each leads, or why it is not followed.

        It keeps nothing of the header, of which many groups wait to be listed. Raises ValueError for a second table.
        """
        if self.fallback:
            return self.fallback.links()
        table = self.symbol_table()
        return partial(table_links, self.file, *table) if table else lambda: iter(())

    def symbol_table(self) -> tuple[int, int] | None:
        """The addresses of the tree of a group and of its heap of names; None for one that has none.

        Raises ValueError for a second table.
        """
        tables = self.messages.get(SYMBOL_TABLE, ())
        if not tables:
            return None
        if len(tables) > 1 or tables[0].nbytes != _TWO_ADDRESSES.size:
            complaint = "a group with two tables of symbols, or with one that is cut short"
            raise ValueError(complaint)
        tree, heap = _TWO_ADDRESSES.unpack_from(self.data, tables[0].start)
        return tree, heap

    def attributes(self, path: str) -> Mapping[str, Attribute]:
        """All attributes by name; ``path`` is what the object is called.

        Raises RefusedFile for more than the limits allow, ValueError for two of one name.
        """
        count, allowed = len(self.messages.get(ATTRIBUTE, ())), self.file.limits.hdf5_attributes
        source = self.fallback.attributes if self.fallback else self.familiar_attributes
        found = dict(source(path)) if count <= allowed else {}
        if max(count, len(found)) > allowed:
            raise over_limit("hdf5_attributes", count, allowed, f"An object in {self.file.source.label}")
        if len(found) < count:
            complaint = "two attributes have one name, and readers differ about which counts"
            raise ValueError(complaint)
        return found

    def familiar_attributes(self, path: str) -> Iterator[tuple[str, Attribute]]:
        """All attributes, where each is of a form that is read here."""
        for _, start, nbytes in self.messages.get(ATTRIBUTE, ()):
            yield attribute_of(self.file, self.data[start : start + nbytes], path)


def read_header(file: OpenFile, address: int) -> Header:
    """The header at an address; raises NeedsFallback for one that is left to pyfive, ValueError for none at all."""
    version, count, size = _PREFIX.unpack(file.stream.at(address, _PREFIX.size))
    if version == _NEWER:
        raise NeedsFallback
    if version != _OLDER:
        complaint = "no object header"
        raise ValueError(complaint)
    messages, whole = _messages_of(file.stream, address + _PREFIX.size, size, count)
    if not _are_familiar(messages, whole):
        raise NeedsFallback
    return Header(file, address, messages, whole)


def _messages_of(
    stream: MeteredStream, address: int, size: int, count: int
) -> tuple[Mapping[int, Sequence[Message]], bytes]:
    """The messages of an older header by kind, and the bytes that they lie in, those of further parts at the end.

    Raises ValueError where they do not fill each part to its end, or are not as many as there should be.
    """
    data: bytes | bytearray = stream.at(address, size)
    messages: dict[int, list[Message]] = {}
    ends, offset, found = [size], 0, 0
    for end in ends:
        while offset < end and found < count:
            kind, length, flags = _HEAD.unpack_from(data, offset)
            start = offset + _HEAD.size
            if kind == CONTINUATION:
                data = bytearray(data) if len(ends) == 1 else data  # there may be more and more of them
                data += stream.at(*_TWO_ADDRESSES.unpack_from(data, start))
                ends.append(len(data))
            messages.setdefault(kind, []).append(Message(flags, start, length))
            offset, found = start + length, found + 1
        if offset != end:
            complaint = f"messages of {offset} bytes in a header of {end}"
            raise ValueError(complaint)
    if found != count:
        complaint = f"{found} messages where {count} should be"
        raise ValueError(complaint)
    return messages, bytes(data)


def _are_familiar(messages: Mapping[int, Sequence[Message]], data: bytes) -> bool:
    """Whether all messages are of the forms that are read here; one that is cut short fails where it is needed."""
    if not _OF_PYFIVE.isdisjoint(messages):
        return False
    for kind, known in _KNOWN.items():
        for flags, start, _ in messages.get(kind, ()):
            with suppress(struct.error, IndexError, ValueError):
                if flags & SHARED or not known(data, start):
                    return False
    return True


def table_links(file: OpenFile, tree: int, heap: int) -> Iterator[tuple[str, int | Link]]:
    """The names in a table of symbols."""
    for name, address, target in symbols(file.stream, tree, heap):
        yield text_of(name), address if target is None else soft_link(target)


def soft_link(target: bytes) -> Link:
    """A link to another place in the file."""
    return Link("soft", text_of(target))
