"""The largest singular values of two large kernels and of their difference, and an estimate of all the others.

Each matrix is multiplied with itself and some random columns, again and again, which turns them towards the directions
in which it is large. What it does to all these columns together tells the largest values exactly or nearly so, and, as
the first columns were drawn at random, about how many there are of the others.

Sources: Golub and Underwood, "The Block Lanczos Method for Computing Eigenvalues" (1977); Ubaru, Chen and Saad, "Fast
Estimation of tr(f(A)) via Stochastic Lanczos Quadrature" (2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.spectra.singular_values import TOP, Squares
from kerasinspect.analysis.statistics.numbers import dot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from kerasinspect.analysis.comparison.spectra.singular_values import MatrixPair

    _Values = np.ndarray[Any, Any]

_WIDTHS = 8, 8, 32
"""Columns of the old matrix, the new one and the difference, of which more values than ``TOP`` are looked for."""

_STEPS, _FEWEST = 12, 4
"""How often they are turned, unless that takes more room than is given."""

_ROUNDING = 1e-12
"""What is a smaller share of the largest product than this is nothing new."""

_ROOM = 1 << 22
"""Numbers in all columns of one matrix."""


class _Turned:
    """Random columns, always the same, and what one symmetric matrix made of them, each at right angles to all."""

    def __init__(self, side: int, width: int) -> None:
        """Draw the first columns."""
        self._width = min(width, side)
        self._steps = min(_STEPS, side // self._width, max(_FEWEST, _ROOM // side // self._width))
        self._basis = np.empty((side, self._width * self._steps), order="F")
        self._products = np.zeros((self._width * self._steps,) * 2)
        self._held = 0
        self._hold(np.random.default_rng(0).standard_normal((side, self._width)))
        self.is_done = False

    @property
    def newest(self) -> _Values:
        """The columns that are turned next."""
        return self._basis[:, self._held - self._width : self._held]

    def add(self, turned: _Values) -> None:
        """Take in what the matrix makes of the newest columns; it is done where that is nothing new, or enough."""
        known = self._basis[:, : self._held]
        inside = known.T @ turned
        self._products[: self._held, self._held - self._width : self._held] = inside
        outside = turned - known @ inside
        self.is_done = self._held == self._basis.shape[1] or _is_rounding(outside, self._products)
        if not self.is_done:
            self._hold(outside)

    def _hold(self, columns: _Values) -> None:
        """Keep columns at right angles to all others; the second time takes off what rounding left."""
        known = self._basis[:, : self._held]
        for _ in range(2):
            columns = np.linalg.qr(columns)[0]
            columns -= known @ (known.T @ columns)
        self._basis[:, self._held : self._held + self._width] = np.linalg.qr(columns)[0]
        self._held += self._width

    def squares(self, total: float) -> Squares:
        """The eigenvalues of the matrix, of which the sum is known, as far as the columns tell them."""
        ascending, directions = np.linalg.eigh(self._products[: self._held, : self._held], UPLO="U")
        values = ascending[::-1].clip(0)
        counts = np.square(directions[: self._width, ::-1]).sum(axis=0)
        estimate = (values[TOP:] @ counts[TOP:]).item()
        counts *= max(0.0, total - values[:TOP].sum().item()) / estimate if estimate else 0
        counts[:TOP] = 1
        return Squares(values, counts)


def _is_rounding(outside: _Values, products: _Values) -> bool:
    """Whether columns hold nothing but what rounding leaves of products of this size."""
    return not np.abs(outside).max() > _ROUNDING * np.abs(products).max()


def estimated_squares(pair: MatrixPair) -> tuple[Squares, ...] | None:
    """The squared singular values of the old matrix, the new one and their difference; None where one has NaN.

    The 20 largest of the difference and the largest of both matrices are nearly exact, the rest of the difference is
    an estimate, the other ones are only right in their sum.
    """
    totals = np.sum([[dot(strip.ravel(), strip.ravel()) for strip in strips] for strips in pair.strips()], axis=0)
    if not np.isfinite(totals).all():
        return None
    turned = [_Turned(pair.side, width) for width in _WIDTHS]
    while any(not one.is_done for one in turned):
        waiting = [one.newest for one in turned]
        for one, product in zip(turned, _multiplied(pair, waiting), strict=True):
            if not one.is_done:
                one.add(product)
    return tuple(one.squares(total.item()) for one, total in zip(turned, totals, strict=True))


def _multiplied(pair: MatrixPair, columns: Sequence[_Values]) -> list[_Values]:
    """The product of each matrix with itself, along its larger side, times some columns."""
    if pair.is_tall:
        sums = [np.zeros(one.shape) for one in columns]
        for strips in pair.strips():
            for place, (strip, one) in enumerate(zip(strips, columns, strict=True)):
                sums[place] += strip.T @ (strip @ one)
        return sums
    return _multiplied_twice(pair, columns)


def _multiplied_twice(pair: MatrixPair, columns: Sequence[_Values]) -> list[_Values]:
    """The same of matrices with more columns than rows, which are read a second time for that."""
    across = [np.zeros((pair.columns, one.shape[1])) for one in columns]
    start = 0
    for strips in pair.strips():
        rows = slice(start, start := start + len(strips[0]))
        for place, (strip, one) in enumerate(zip(strips, columns, strict=True)):
            across[place] += strip.T @ one[rows]
    found = ([strip @ one for strip, one in zip(strips, across, strict=True)] for strips in pair.strips())
    return [np.concatenate(pieces) for pieces in zip(*found, strict=True)]
