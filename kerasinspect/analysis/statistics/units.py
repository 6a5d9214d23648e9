"""What each position along an array's last two axes holds: positions that are all zero, and equal ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.numbers import raw_blocks

if TYPE_CHECKING:
    from typing import Any

    from kerasinspect.model import Array

LARGEST = 1 << 22
"""Positions along an axis that are told apart; a longer axis has none told."""


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
    """The units of an array of which a part has been read: whole rows, in order."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Begin with nothing read; fewer than two axes, or overlong ones, have no units."""
        lengths = shape[-2:] if len(shape) > 1 else (1, 0)
        told = all(0 < length <= LARGEST for length in lengths)
        rows, self.columns = lengths if told else (0, 1)
        self._inputs = np.zeros(rows, np.bool_)
        self._units = np.zeros(self.columns, np.bool_)
        self._prints = np.zeros((2, self.columns), np.uint64)
        self._rows_read = 0

    def add(self, raw: np.ndarray[Any, Any], values: np.ndarray[Any, Any], *, zeros: int) -> None:
        """Take in whole rows, as they are stored and as numbers; ``zeros`` is how many of these are zero."""
        if not self._inputs.size:
            return
        bits = raw.view(f"u{raw.itemsize}").reshape(-1, self.columns)
        self._prints[0] ^= np.bitwise_xor.reduce(bits, axis=0)
        self._prints[1] ^= np.bitwise_xor.reduce(bits[::2], axis=0)
        places = np.arange(self._rows_read, self._rows_read + len(bits)) % self._inputs.size
        self._rows_read += len(bits)
        if zeros:
            used = (values != 0).reshape(-1, self.columns)
            self._units |= used.any(axis=0)
            self._inputs[places[used.any(axis=1)]] = True
        else:
            self._units[:] = True
            self._inputs[places] = True

    def settled(self, array: Array) -> Units:
        """What holds for the whole array; columns that look the same are read again and compared."""
        if not self._inputs.size:
            return Units()
        columns = np.flatnonzero(self._units)
        _, first, group = np.unique(self._prints[:, columns], axis=1, return_index=True, return_inverse=True)
        models = columns[first[group.ravel()]]
        return Units(
            silent=_positions(~self._units),
            unused=_positions(~self._inputs),
            identical=_identical(array, columns[models != columns], models[models != columns]),
        )


def _positions(flags: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """Where the flags are set."""
    return tuple(np.flatnonzero(flags).tolist())


def _identical(
    array: Array, columns: np.ndarray[Any, Any], models: np.ndarray[Any, Any]
) -> tuple[tuple[int, ...], ...]:
    """Groups of columns that equal their model, another column, bit for bit."""
    if not columns.size:
        return ()
    same = np.ones(columns.size, np.bool_)
    for raw in raw_blocks(array, array.shape[-1]):
        bits = raw.view(f"u{raw.itemsize}").reshape(-1, array.shape[-1])
        same &= (bits[:, columns] == bits[:, models]).all(axis=0)
    groups: dict[int, list[int]] = {}
    for column, model in zip(columns[same].tolist(), models[same].tolist(), strict=True):
        groups.setdefault(model, [model]).append(column)
    return tuple(map(tuple, groups.values()))
