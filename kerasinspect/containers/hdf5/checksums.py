"""The checksums that newer structures of HDF5 end with: libhdf5 refuses what has another one.

Source: HDF5 File Format Specification 3.0, sections II.A, III.A.2, III.G and IV.A.1.b; Bob Jenkins's ``hashlittle``
of lookup3.c.
"""

from __future__ import annotations

import struct

_WORD = 0xFFFF_FFFF
CHECKSUM = struct.Struct("<I")
_BLOCK = struct.Struct("<III")
_SEED = 0xDEAD_BEEF
FOLLOWED = frozenset({b"OHDR", b"FRHP", b"FHIB", b"BTHD", b"BTIN", b"BTLF"})
"""Signatures of structures whose checksum lies behind all that has to be read of them."""
CONTINUED, HEAP, HEAP_BLOCK = b"OCHK", b"FRHP", b"FHDB"
"""Of the part of a header that ends in its checksum; of a heap, and of a block of one that has it in its head."""
_HEAP_FLAGS, _HAS_CHECKSUMS, _HEAP_BITS, _BLOCK_HEAD = 9, 2, 128, 13
"""In a heap: where its flags are, the one for checksums in blocks, where the bits of its size are; in a block: where
its place in the heap stands, with the checksum behind."""


def lookup3(data: bytes) -> int:
    """The checksum of some bytes."""
    a = b = c = (_SEED + len(data)) & _WORD
    if not data:
        return c
    tail = (len(data) - 1) // _BLOCK.size * _BLOCK.size
    for x, y, z in _BLOCK.iter_unpack(data[:tail]):
        a, b, c = (a + x) & _WORD, (b + y) & _WORD, (c + z) & _WORD
        a = (a - c) & _WORD ^ (c << 4 & _WORD | c >> 28)
        c = c + b & _WORD
        b = (b - a) & _WORD ^ (a << 6 & _WORD | a >> 26)
        a = a + c & _WORD
        c = (c - b) & _WORD ^ (b << 8 & _WORD | b >> 24)
        b = b + a & _WORD
        a = (a - c) & _WORD ^ (c << 16 & _WORD | c >> 16)
        c = c + b & _WORD
        b = (b - a) & _WORD ^ (a << 19 & _WORD | a >> 13)
        a = a + c & _WORD
        c = (c - b) & _WORD ^ (b << 4 & _WORD | b >> 28)
        b = b + a & _WORD
    x, y, z = _BLOCK.unpack(data[tail:].ljust(_BLOCK.size, b"\0"))
    a, b, c = (a + x) & _WORD, (b + y) & _WORD, (c + z) & _WORD
    return _last_mix(a, b, c)


def _last_mix(a: int, b: int, c: int) -> int:
    """The final mix of the state."""
    c = (c ^ b) - (b << 14 & _WORD | b >> 18) & _WORD
    a = (a ^ c) - (c << 11 & _WORD | c >> 21) & _WORD
    b = (b ^ a) - (a << 25 & _WORD | a >> 7) & _WORD
    c = (c ^ b) - (b << 16 & _WORD | b >> 16) & _WORD
    a = (a ^ c) - (c << 4 & _WORD | c >> 28) & _WORD
    b = (b ^ a) - (a << 14 & _WORD | a >> 18) & _WORD
    return (c ^ b) - (b << 24 & _WORD | b >> 8) & _WORD


def check_sum(data: bytes, stored: bytes) -> None:
    """Raise ValueError where bytes do not have the checksum that is stored with them."""
    if CHECKSUM.unpack(stored) != (lookup3(data),):
        message = f"{data[:4]!r} has another checksum than it says"
        raise ValueError(message)


def check_block(data: bytes, heap: bytes) -> None:
    """Raise ValueError where a block of a heap has not the checksum that it says, if blocks of this heap have any."""
    if heap[_HEAP_FLAGS] & _HAS_CHECKSUMS:
        at = _BLOCK_HEAD + -(-int.from_bytes(heap[_HEAP_BITS : _HEAP_BITS + 2], "little") // 8)
        end = at + CHECKSUM.size
        check_sum(data[:at] + bytes(CHECKSUM.size) + data[end:], data[at:end])
