"""CRC-32C (Castagnoli) of bytes, many words at once in numpy, and the masked form in which TensorFlow stores it.

Bytes are a polynomial whose coefficients are bits, and a CRC is what is left of it after a division. Adding a multiple
of the divisor changes nothing: so bytes are replaced by fewer that leave the same. First with a multiple that has four
terms alone, all of them powers of y = x^32: each word at the beginning is added (exclusive or) to three words behind
it, which takes no more than memory does. The rest goes into sums of words far apart, and these byte by byte.

Source: RFC 3720, section B.4; the mask is of tensorflow/core/lib/hash/crc32c.h; sparse multiples after Russell,
"Chorba: A novel CRC32 implementation" (2024), for the idea.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np

_POLYNOMIAL = 0x82F63B78
"""Of CRC-32C, lowest bit first."""
_ONES = 0xFFFFFFFF
STEPS = _SHORTEST, _, _LONGEST = 6_293, 6_677, 6_777
"""y^c + y^(c-a) + y^(c-b) + 1 is a multiple of the polynomial for these a < b < c: words that stand so far apart."""
_SUMS = (256, 16)
"""Words that are summed up side by side, whose number is left of the bytes each time."""
_LOW = 255
_MASK_DELTA = 0xA282EAD8

_Words: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.uint32]]"
"""Unsigned numbers of 32 bits: words, or the 32 columns of a matrix over two elements."""


def masked(crc: int) -> int:
    """A checksum as it is stored beside the bytes that it is of: rotated, with a constant added."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & _ONES


def crc32c(data: bytes | memoryview, crc: int = 0) -> int:
    """The checksum of bytes that follow those of which ``crc`` is the checksum."""
    state = crc ^ _ONES
    whole = len(data) & ~3
    left = bytes(data)
    if whole >= 4 * _SUMS[-1]:
        words = np.frombuffer(data, np.dtype("<u4"), whole // 4).astype(np.uint32)
        words[0] ^= np.uint32(state)
        state, left = 0, _fewer(words).astype("<u4").tobytes() + bytes(memoryview(data)[whole:])
    table = _byte_table()
    for byte in left:
        state = table[(state ^ byte) & _LOW] ^ (state >> 8)
    return state ^ _ONES


def joined(crc: int, following: int, nbytes: int) -> int:
    """The checksum of some bytes followed by ``nbytes`` others, from those of both."""
    if not nbytes:
        return crc
    return int(_product(_over_zeros(nbytes), np.array([crc], np.uint32))[0]) ^ following


def _fewer(words: _Words) -> _Words:
    """Words that leave the same; some of those given are changed."""
    at, end = 0, len(words)
    while end - at > _LONGEST:
        taken = min(_SHORTEST, end - at - _LONGEST)
        block = words[at : at + taken]
        for step in STEPS:
            words[at + step : at + step + taken] ^= block
        at += taken
    words = words[at:]
    for count in _SUMS:
        words = _summed(words, count)
    return words


def _summed(words: _Words, count: int) -> _Words:
    """Words that leave the same, at most so many: sums of those that stand so far apart, each moved to the last."""
    rows, odd = divmod(len(words), count)
    if rows <= 1:
        return words
    sums = np.zeros(count, np.uint32)
    sums[count - odd :] = words[:odd]
    first, second, third, fourth = np.moveaxis(sums.view(np.uint8).reshape(count, 4), 1, 0)
    tables = _word_tables(count)
    for row in words[odd:].reshape(rows, count):
        moved = tables[0][first] ^ tables[1][second] ^ tables[2][third] ^ tables[3][fourth]
        np.bitwise_xor(moved, row, out=sums)
    return sums


@cache
def _word_tables(count: int) -> tuple[_Words, _Words, _Words, _Words]:
    """What each byte of a word becomes over so many words of zeros, for the four places of a byte in this system."""
    columns = _over_zeros(4 * count)
    places = np.zeros((4, 256, 4), np.uint8)
    for place in range(4):
        places[place, :, place] = np.arange(256)
    first, second, third, fourth = (_product(columns, one.reshape(-1).view(np.uint32)) for one in places)
    return first, second, third, fourth


@cache
def _over_zeros(nbytes: int) -> _Words:
    """The matrix that moves a state over so many zero bytes, at least one."""
    if nbytes == 1:
        bits: _Words = np.uint32(1) << np.arange(32, dtype=np.uint32)
        table = np.array(_byte_table(), np.uint32)
        moved: _Words = table[bits & np.uint32(_LOW)] ^ (bits >> np.uint32(8))
        return moved
    half = _over_zeros(nbytes // 2)
    twice = _product(half, half)
    return _product(_over_zeros(1), twice) if nbytes % 2 else twice


def _product(columns: _Words, states: _Words) -> _Words:
    """The product of a matrix with each of some states."""
    moved = np.zeros_like(states)
    for bit in range(32):
        moved ^= columns[bit] * ((states >> np.uint32(bit)) & np.uint32(1))
    return moved


@cache
def _byte_table() -> list[int]:
    """The state after each byte, begun with zero."""
    states = [*range(256)]
    for _ in range(8):
        states = [(state >> 1) ^ (_POLYNOMIAL if state & 1 else 0) for state in states]
    return states
