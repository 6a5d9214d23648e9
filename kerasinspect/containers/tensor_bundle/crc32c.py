"""CRC-32C (Castagnoli) of bytes, many lanes at once in numpy, and the masked form in which TensorFlow stores it.

A checksum is linear: the state after bytes A B is the state after A, moved over as many zero bytes as B has, added
(exclusive or) to the state after B alone. So equal parts of the bytes are taken side by side and joined in pairs.

Source: RFC 3720, section B.4; the mask is of tensorflow/core/lib/hash/crc32c.h.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np

_POLYNOMIAL = 0x82F63B78
"""Of CRC-32C, lowest bit first."""
_ONES = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8
_LANES = 1 << 14
"""Parts of the bytes whose checksums are taken side by side, a power of two: what numpy costs is spread over them."""
_STEP = 4 * _LANES
"""Bytes that all lanes take at once."""

_States: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.uint32]]"
"""Unsigned numbers of 32 bits: states of lanes, or the 32 columns of a matrix over two elements."""


def masked(crc: int) -> int:
    """A checksum as it is stored beside the bytes that it is of: rotated, with a constant added."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & _ONES


def crc32c(data: bytes | memoryview, crc: int = 0) -> int:
    """The checksum of bytes that follow those of which ``crc`` is the checksum."""
    state = crc ^ _ONES
    size = len(data) // _STEP * _STEP
    if size:
        words = np.frombuffer(data, np.dtype("<u4"), size // 4).reshape(_LANES, -1)
        state = _joined(state, _states_of(words), size // _LANES)
    table = _table(8)
    for byte in bytes(memoryview(data)[size:]):
        state = int(table[(state ^ byte) & 255]) ^ (state >> 8)
    return state ^ _ONES


def _states_of(words: _States) -> _States:
    """The state after each row of ``words`` (lanes, words of a lane), begun with zero.

    Each half of a state is looked up: what the lower one becomes over 32 bits, and the upper one over 16. In place,
    since what numpy takes for new arrays would cost as much as the lookups.
    """
    behind, last = _table(32), _table(16)
    states = np.zeros(len(words), np.uint32)
    low, high = np.moveaxis(states.view("<u2").reshape(-1, 2), 1, 0)
    moved = np.empty_like(states)
    for column in np.ascontiguousarray(words.T):
        states ^= column
        np.take(last, high, out=moved, mode="wrap")
        np.take(behind, low, out=states, mode="wrap")
        states ^= moved
    return states


def _joined(begun: int, states: _States, lane: int) -> int:
    """The state after lanes of ``lane`` bytes each, from that before the first and that after each alone."""
    columns = _over_zeros(lane)
    while len(states) > 1:
        states = _product(columns, states[0::2]) ^ states[1::2]
        columns = _product(columns, columns)
    return int((_product(columns, np.array([begun], np.uint32)) ^ states)[0])


@cache
def _over_zeros(nbytes: int) -> _States:
    """The matrix that moves a state over so many zero bytes, at least one."""
    if nbytes == 1:
        bits: _States = np.uint32(1) << np.arange(32, dtype=np.uint32)
        moved: _States = _table(8)[bits & np.uint32(255)] ^ (bits >> np.uint32(8))
        return moved
    half = _over_zeros(nbytes // 2)
    twice = _product(half, half)
    return _product(_over_zeros(1), twice) if nbytes % 2 else twice


def _product(columns: _States, states: _States) -> _States:
    """The product of a matrix with each of some states."""
    moved = np.zeros_like(states)
    for bit in range(32):
        moved ^= columns[bit] * ((states >> np.uint32(bit)) & np.uint32(1))
    return moved


@cache
def _table(bits: int) -> _States:
    """The state after so many bits that begin with each number of up to 16 bits, begun with zero."""
    states = np.arange(1 << min(bits, 16), dtype=np.uint32)
    for _ in range(bits):
        states = (states >> np.uint32(1)) ^ (np.uint32(_POLYNOMIAL) * (states & np.uint32(1)))
    return states
