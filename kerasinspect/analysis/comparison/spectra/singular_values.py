"""All singular values of two kernels and of their difference, from what rows or columns have in common."""

from __future__ import annotations

from math import exp, prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.statistics.in_step import in_step
from kerasinspect.analysis.statistics.numbers import as_numbers, raw_blocks
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from kerasinspect.model import Array

    _Values = np.ndarray[Any, Any]

TOP = 20
"""Largest singular values that are counted together."""

_STRIP = 1 << 19
"""Values of each matrix that are multiplied at a time."""

_HELD = 1 << 22
"""Values of the largest matrix that is held in memory, if its columns are more than its rows."""


@dataclass(frozen=True, slots=True)
class MatrixPair:
    """Two kernels of one shape as matrices: their last axis against all others."""

    old: Array
    new: Array

    @property
    def columns(self) -> int:
        """The size of the last axis."""
        return self.old.shape[-1]

    @property
    def rows(self) -> int:
        """Places along all other axes."""
        return prod(self.old.shape[:-1])

    @property
    def side(self) -> int:
        """Rows or columns, whichever are fewer: the number of singular values."""
        return min(self.rows, self.columns)

    @property
    def is_tall(self) -> bool:
        """Whether it has at least as many rows as columns."""
        return self.rows >= self.columns

    @property
    def is_held(self) -> bool:
        """Whether a matrix of this size may be held in memory."""
        return self.rows * self.columns <= _HELD

    def strips(self) -> Iterator[tuple[_Values, _Values, _Values]]:
        """Some rows of the old matrix at a time, the same of the new one, and their difference, in float64."""
        pieces = (raw_blocks(array, self.columns, _STRIP) for array in (self.old, self.new))
        for old, new in in_step(*pieces):
            one = as_numbers(old, self.old.dtype).reshape(-1, self.columns).astype(np.float64)
            other = as_numbers(new, self.new.dtype).reshape(-1, self.columns).astype(np.float64)
            yield one, other, other - one


@dataclass(frozen=True, slots=True)
class Squares:
    """Squared singular values, the largest first, and how many there are of each: 1, or an estimate."""

    values: _Values
    counts: _Values

    @property
    def total(self) -> float:
        """The sum of all: the squared Frobenius norm."""
        return float(self.values @ self.counts)

    @property
    def largest(self) -> float:
        """The largest singular value."""
        return sqrt(self.values[0])

    @property
    def stable_rank(self) -> float | None:
        """The squared Frobenius norm by the square of the largest singular value; None of zeros."""
        return self.total / self.values[0].item() if self.values[0] else None

    @property
    def top_share(self) -> float | None:
        """The share of the sum that the 20 largest have; None of zeros."""
        return min(1.0, self.values[:TOP].sum().item() / self.total) if self.values[0] else None

    @property
    def effective_rank(self) -> float | None:
        """The exponential of the entropy of the squares as shares of their sum; None of zeros.

        Source: Roy and Vetterli, "The Effective Rank: A Measure of Effective Dimensionality" (2007), for squares.
        """
        if not self.values[0]:
            return None
        shares = self.values / self.total
        held = shares > 0
        return exp(-float(self.counts[held] @ (shares[held] * np.log(shares[held]))))


def exact_squares(pair: MatrixPair) -> tuple[Squares, ...] | None:
    """All squared singular values of the old matrix, the new one and their difference; None where one has NaN.

    They are the eigenvalues of the products of each matrix with itself, which are as many as its smaller side.
    """
    grams = [np.zeros((pair.side, pair.side)) for _ in range(3)]
    for strips in pair.strips() if pair.is_tall else _columns(pair):
        for place, strip in enumerate(strips):
            grams[place] += strip.T @ strip
    if not all(np.isfinite(gram).all() for gram in grams):
        return None
    return tuple(_squares_of(gram) for gram in grams)


def _squares_of(gram: _Values) -> Squares:
    """The eigenvalues of a symmetric matrix, none of which is below zero but for rounding."""
    values = np.linalg.eigvalsh(gram)[::-1].clip(0)
    return Squares(values, np.ones(values.size))


def _columns(pair: MatrixPair) -> Iterator[tuple[_Values, _Values, _Values]]:
    """Some columns at a time of both matrices, which are held as they are stored, and of their difference, as rows."""
    old, new = (array[...].reshape(pair.rows, pair.columns) for array in (pair.old, pair.new))
    step = max(1, _STRIP // pair.rows)
    for start in range(0, pair.columns, step):
        one, other = (held[:, start : start + step].T.astype(np.float64) for held in (old, new))
        yield one, other, other - one
