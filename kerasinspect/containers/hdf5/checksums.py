"""The checksums that newer structures of HDF5 end with: libhdf5 refuses what has another one.

Source: HDF5 File Format Specification 3.0, sections II.A, III.A.2, III.G and IV.A.1.b; Bob Jenkins's ``hashlittle``
of lookup3.c.
"""

from __future__ import annotations

import struct

WORD = 0xFFFF_FFFF
CHECKSUM = struct.Struct("<I")
BLOCK = struct.Struct("<III")
SEED = 0xDEAD_BEEF
FOLLOWED = frozenset({b"OHDR", b"FRHP", b"FHIB", b"BTHD", b"BTIN", b"BTLF"})
"""Signatures of structures whose checksum lies behind all that has to be read of them."""
CONTINUED, HEAP, HEAP_BLOCK = b"OCHK", b"FRHP", b"FHDB"
"""Of the part of a header that ends in its checksum; of a heap, and of a block of one that has it in its head."""
HEAP_FLAGS, HAS_CHECKSUMS, HEAP_BITS, BLOCK_HEAD = 9, 2, 128, 13
"""In a heap: where its flags are, the one for checksums in blocks, where the bits of its size are; in a block: where
its place in the heap stands, with the checksum behind."""


def lookup3(data: bytes) -> int:
    """The checksum of some bytes."""
    a = b = c = (SEED + len(data)) & WORD
    if not data:
        return c
    tail = (len(data) - 1) // BLOCK.size * BLOCK.size
    for x, y, z in BLOCK.iter_unpack(data[:tail]):
        a, b, c = (a + x) & WORD, (b + y) & WORD, (c + z) & WORD
        a = (a - c) & WORD ^ (c << 4 & WORD | c >> 28)
        c = c + b & WORD
        b = (b - a) & WORD ^ (a << 6 & WORD | a >> 26)
        a = a + c & WORD
        c = (c - b) & WORD ^ (b << 8 & WORD | b >> 24)
        b = b + a & WORD
        a = (a - c) & WORD ^ (c << 16 & WORD | c >> 16)
        c = c + b & WORD
        b = (b - a) & WORD ^ (a << 19 & WORD | a >> 13)
        a = a + c & WORD
        c = (c - b) & WORD ^ (b << 4 & WORD | b >> 28)
        b = b + a & WORD
    x, y, z = BLOCK.unpack(data[tail:].ljust(BLOCK.size, b"\0"))
    a, b, c = (a + x) & WORD, (b + y) & WORD, (c + z) & WORD
    return last_mix(a, b, c)


def last_mix(a: int, b: int, c: int) -> int:
    """The final mix of the state."""
    c = (c ^ b) - (b << 14 & WORD | b >> 18) & WORD
    a = (a ^ c) - (c << 11 & WORD | c >> 21) & WORD
    b = (b ^ a) - (a << 25 & WORD | a >> 7) & WORD
    c = (c ^ b) - (b << 16 & WORD | b >> 16) & WORD
    a = (a ^ c) - (c << 4 & WORD | c >> 28) & WORD
    b = (b ^ a) - (a << 14 & WORD | a >> 18) & WORD
    return (c ^ b) - (b << 24 & WORD | b >> 8) & WORD


def check_sum(data: bytes, stored: bytes) -> None:
    """Raise ValueError where bytes do not have the checksum that is stored with them."""
    if CHECKSUM.unpack(stored) != (lookup3(data),):
        message = f"{data[:4]!r} has another checksum than it says"
        raise ValueError(message)


def check_block(data: bytes, heap: bytes) -> None:
    """Raise ValueError where a block of a heap has not the checksum that it says, if blocks of this heap have any."""
    if heap[HEAP_FLAGS] & HAS_CHECKSUMS:
        at = BLOCK_HEAD + -(-int.from_bytes(heap[HEAP_BITS : HEAP_BITS + 2], "little") // 8)
        end = at + CHECKSUM.size
        check_sum(data[:at] + bytes(CHECKSUM.size) + data[end:], data[at:end])
