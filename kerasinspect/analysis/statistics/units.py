"""What each position along an array's last two axes holds: positions that are all zero, and equal ones."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import as_numbers, raw_blocks
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from kerasinspect.model import Array

_LARGEST = 1 << 22
"""Positions along an axis that are told apart; a longer axis has none told."""


_PRINTED = 16
"""About so many rows of a chunk tell its columns apart; those that they do not are compared value by value."""


@dataclass(frozen=True, slots=True)
class Units:
    """Positions along the last axis (units, filters) and along the one before it (inputs, channels)."""

    silent: tuple[int, ...] = ()
    """Along the last axis: every value is zero."""
    unused: tuple[int, ...] = ()
    """Along the one before it: every value is zero."""
    identical: tuple[tuple[int, ...], ...] = ()
    """Along the last axis: groups with the same values, not all zero, bit for bit."""


class UnitsSoFar:
    """The units of an array of which some rows have been read, in whatever order and by whichever thread."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Begin with nothing read; fewer than two axes, or overlong ones, have no units."""
        lengths = shape[-2:] if len(shape) > 1 else (1, 0)
        told = all(0 < length <= _LARGEST for length in lengths)
        rows, self.columns = lengths if told else (0, 1)
        self._inputs = np.zeros(rows, np.bool_)
        self._units = np.zeros(self.columns, np.bool_)
        self._prints = np.zeros((2, self.columns), np.uint64)
        self._all_units = False
        self._turn = Lock()

    def add(self, raw: np.ndarray[Any, Any], dtype: str, first: int, *, zeros: int, printed: bool) -> None:
        """Take in whole rows, as they are stored, the first value of which is at this place in C order.

        ``zeros`` is how many values are zero, ``printed`` whether these rows help to tell the columns apart.
        """
        if not self._inputs.size:
            return
        bits = raw.view(f"u{raw.itemsize}").reshape(-1, self.columns)
        before = first // self.columns
        units, inputs = self._used(as_numbers(raw, dtype) if zeros else None, before, len(bits))
        with self._turn:
            if printed:
                self._print(bits[:: len(bits) // _PRINTED or 1], before)
            if not self._all_units:
                self._units |= units
                self._all_units = units is True
            self._inputs[inputs] = True

    def _print(self, rows: np.ndarray[Any, Any], before: int) -> None:
        """Tell columns apart by some rows."""
        for parity in (0, 1):
            self._prints[(before + parity) % 2] ^= np.bitwise_xor.reduce(rows[parity::2], axis=0)

    def _used(
        self, values: np.ndarray[Any, Any] | None, before: int, rows: int
    ) -> tuple[np.ndarray[Any, Any] | bool, np.ndarray[Any, Any] | slice]:
        """Which units and which inputs are used in so many rows; all of them where None says that no value is zero."""
        size = self._inputs.size
        start = before % size
        if values is None and (rows >= size or start + rows <= size):
            return True, slice(None) if rows >= size else slice(start, start + rows)
        places = np.arange(before, before + rows) % size
        if values is None:
            return True, places
        used = (values != 0).reshape(rows, self.columns)
        return used.any(axis=0), places[used.any(axis=1)]

    def settled(self, array: Array) -> Units:
        """What holds for the whole array; columns that look the same are read again and compared."""
        if not self._inputs.size:
            return Units()
        columns = np.flatnonzero(self._units)
        return Units(
            silent=_positions(~self._units),
            unused=_positions(~self._inputs),
            identical=_identical(array, columns[_has_twin(self._prints[:, columns])]),
        )


def _has_twin(prints: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """For each column of some prints, whether another one is equal."""
    ordered = np.sort(prints[0])
    if not (ordered[1:] == ordered[:-1]).any():
        return np.zeros(prints.shape[1], np.bool_)
    _, group, count = np.unique(prints, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(count[group.ravel()] > 1)


def _positions(flags: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """Where the flags are set."""
    return tuple(np.flatnonzero(flags).tolist())


def _identical(array: Array, columns: np.ndarray[Any, Any]) -> tuple[tuple[int, ...], ...]:
    """Groups of these columns that are equal bit for bit, found by their hashes and then compared."""
    if not columns.size:
        return ()
    hashes = sum((_hashes(rows, first) for rows, first in _rows(array, columns)), np.zeros(columns.size, np.uint64))
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    models = first[group.ravel()]
    same = np.ones(columns.size, np.bool_)
    for rows, _ in _rows(array, columns):
        same &= (rows == rows[:, models]).all(axis=0)
    groups: dict[int, list[int]] = {}
    for column, model in zip(columns[same].tolist(), columns[models[same]].tolist(), strict=True):
        groups.setdefault(model, []).append(column)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _rows(array: Array, columns: np.ndarray[Any, Any]) -> Iterator[tuple[np.ndarray[Any, Any], int]]:
    """The bits of some columns, a few rows at a time, each time with the number of rows before."""
    before = 0
    for raw in raw_blocks(array, array.shape[-1]):
        rows = raw.view(f"u{raw.itemsize}").reshape(-1, array.shape[-1])[:, columns]
        yield rows, before
        before += len(rows)


def _hashes(rows: np.ndarray[Any, Any], before: int) -> np.ndarray[Any, Any]:
    """A sum of the bits of each column in which every row counts otherwise, modulo 2^64.

    The factors of the rows are mixed as in Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators"
    (2014), so that no sum of small numbers cancels another.
    """
    factors = np.arange(before + 1, before + 1 + len(rows), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    factors = (factors ^ (factors >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes: np.ndarray[Any, Any] = (rows.astype(np.uint64) * factors[:, np.newaxis]).sum(axis=0, dtype=np.uint64)
    return hashes
