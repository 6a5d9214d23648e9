"""Protocol buffers by their wire format alone: the fields of a message, in order, without a schema.

Source: protobuf.dev, "Encoding".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kerasinspect.containers.hdf5.stream import Contradiction
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits

Value: TypeAlias = "int | memoryview"
"""A number, or the bytes of a text, of a message inside, or of packed numbers."""

_VARINT, _EIGHT_BYTES, _DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_SIZES = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_LOW = 127
"""The bits of a byte that are those of a number; the highest one says that more bytes follow."""
_MOST_SHIFT = 63
"""The highest shift of seven bits of a number of 64 bits."""
_LONGEST_HEAD = 20
"""Bytes of the longest tag and length: two numbers."""
_MOST_PASSED = 100_000
"""Fields that are passed over in a file, each of which costs a read."""


def fields_of(message: memoryview | bytes, count: Tally) -> Iterator[tuple[int, Value]]:
    """The number and the value of each field of a message; raises ValueError where the bytes are no message.

    Each field counts in ``count``, which raises RefusedFile where a file has too many.
    """
    view = memoryview(message)
    end, at = len(view), 0
    while at < end:
        count.add()
        tag, at = view[at], at + 1
        if tag > _LOW:
            tag, at = varint(view, at - 1)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise _not_a_message(at)
        if kind == _VARINT:
            value, at = varint(view, at)
            yield number, value
            continue
        size, at = varint(view, at) if kind == _DELIMITED else (_SIZES.get(kind, -1), at)
        if size < 0 or at + size > end:
            raise _not_a_message(at)
        piece = view[at : at + size]
        at += size
        yield number, piece if kind == _DELIMITED else int.from_bytes(piece, "little")


def varint(view: memoryview, at: int) -> tuple[int, int]:
    """The number at a place, and the place behind it; raises ValueError where it does not end in time."""
    value = shift = 0
    while shift <= _MOST_SHIFT and at < len(view):
        byte = view[at]
        at += 1
        value |= (byte & _LOW) << shift
        if byte <= _LOW:
            return value, at
        shift += 7
    message = f"the number before byte {at:,} does not end"
    raise Contradiction(message)


def field_count(limits: Limits, where: str) -> Tally:
    """Counts the fields of all messages in a file."""
    return Tally("message_fields", limits.message_fields, where)


def signed(value: int) -> int:
    """A number of 64 bits as the signed one that it stands for."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


class Span(NamedTuple):
    """Where the bytes of a field lie in a file."""

    start: int
    size: int


def spans_of(source: Source, start: int, size: int) -> Iterator[tuple[int, Span]]:
    """The fields with bytes of a message in a file, of which no more than tags and lengths are read.

    Raises ValueError where the bytes are no message, and what ``source.read_at`` raises.
    """
    at, end = start, start + size
    passed = 0
    while at < end:
        passed += 1
        if passed > _MOST_PASSED:
            reason = f"a message has more than {_MOST_PASSED:,} fields"
            raise Contradiction(reason)
        head = memoryview(source.read_at(at, min(_LONGEST_HEAD, end - at)))
        tag, used = varint(head, 0)
        kind = tag & 7
        length = _SIZES.get(kind, 0)
        if kind in {_VARINT, _DELIMITED}:
            length, behind = varint(head, used)
            length, used = (length, behind) if kind == _DELIMITED else (0, behind)
        elif kind not in _SIZES:
            raise _not_a_message(at)
        at += used
        if at + length > end:
            raise _not_a_message(at)
        if kind == _DELIMITED:
            yield tag >> 3, Span(at, length)
        at += length


def _not_a_message(at: int) -> Contradiction:
    """The error for bytes that are no message."""
    return Contradiction(f"byte {at:,} is no field of a message")
