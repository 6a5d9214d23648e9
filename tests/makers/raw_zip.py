"""ZIP archives made byte by byte, so that a test can let any field lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STORED, DEFLATED = 0, 8
WIDE = 0xFFFFFFFF


@dataclass(frozen=True)
class Part:
    """One member; ``local`` and ``listed`` replace fields of its own header and of its entry in the directory."""

    name: bytes
    data: bytes = b""
    method: int = STORED
    flags: int = 0
    mode: int = 0
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    listed: Mapping[str, int | bytes] = field(default_factory=dict)
    behind: bytes = b""
    """Bytes after those of the member, such as a data descriptor."""


def stored_bytes(part: Part) -> bytes:
    """A member's bytes as they lie in the archive."""
    if part.method != DEFLATED:
        return part.data
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(part.data) + deflater.flush()


def header(part: Part, offset: int, *, local: bool) -> bytes:
    """A member's own header, or its entry in the directory."""
    body = stored_bytes(part)
    fields: dict[str, int | bytes] = {
        "signature": b"PK\x03\x04" if local else b"PK\x01\x02",
        "flags": part.flags,
        "method": part.method,
        "crc": zlib.crc32(part.data),
        "compressed_size": len(body),
        "size": len(part.data),
        "name": part.name,
        "extra": b"",
        "offset": offset,
        "comment": b"",
    }
    fields |= part.local if local else part.listed
    signature, name, extra, comment = (fields[key] for key in ("signature", "name", "extra", "comment"))
    assert isinstance(name, bytes)
    assert isinstance(extra, bytes)
    assert isinstance(comment, bytes)
    middle = [fields[key] for key in ("crc", "compressed_size", "size")]
    if local:
        fixed = struct.pack(
            "<4s5H3L2H", signature, 20, fields["flags"], fields["method"], 0, 33, *middle, len(name), len(extra)
        )
        return fixed + name + extra
    lengths = (len(name), len(extra), len(comment))
    version = (3 << 8 | 20, 20, fields["flags"], fields["method"], 0, 33)
    fixed = struct.pack("<4s6H3L5H2L", signature, *version, *middle, *lengths, 0, 0, part.mode << 16, fields["offset"])
    return fixed + name + extra + comment


def end_record(count: int, size: int, start: int, comment: bytes = b"") -> bytes:
    """The record at an archive's end."""
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, start, len(comment)) + comment


def end_record_64(count: int, size: int, start: int) -> bytes:
    """The 64-bit record and the locator that stand before the end record."""
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    return wide + struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1)


def raw_zip(parts: Sequence[Part], *, comment: bytes = b"", prefix: bytes = b"", wide: bool = False) -> bytes:
    """An archive of the parts; ``wide`` writes the 64-bit end record, and ``prefix`` stands before the first member."""
    out = bytearray(prefix)
    entries = bytearray()
    for part in parts:
        entries += header(part, len(out), local=False)
        out += header(part, len(out), local=True) + stored_bytes(part) + part.behind
    start = len(out)
    end = end_record(len(parts), len(entries), start, comment)
    if wide:
        end = end_record_64(len(parts), len(entries), start) + end_record(0xFFFF, WIDE, WIDE, comment)
    return bytes(out + entries + end)
