"""How a change of a kernel is spread over the directions of its matrix: singular values of both sides and between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.results import Spectrum
from kerasinspect.analysis.comparison.spectra.lanczos import estimated_squares
from kerasinspect.analysis.comparison.spectra.singular_values import MatrixPair, exact_squares
from kerasinspect.dtypes import holds_numbers

if TYPE_CHECKING:
    from kerasinspect.analysis.comparison.spectra.singular_values import Squares
    from kerasinspect.model import Array

_EXACT_SIDE = 1 << 10
"""Rows or columns, whichever are fewer, of the largest matrix of which all singular values are computed."""

_MOST_SIDE, _MOST_COLUMNS = 1 << 15, 1 << 18
"""The sides of the largest matrix of which any are: what is held for them takes about 100 MB."""


def spectrum(old: Array, new: Array) -> Spectrum | None:
    """The singular values of two kernels of one shape, and of their difference, as far as they tell how it is spread.

    The last axis is held against all others. All singular values are computed where they are at most 1,024, unless a
    matrix of far more columns than rows is too large to be held; else the largest ones and the effective rank are
    estimated from a dozen readings of both arrays.
    None where there is no matrix or too large a one, and where not all of its values are finite numbers. Raises what
    ``compare_arrays`` raises.
    """
    if not old.shape[1:] or 0 in old.shape or not all(holds_numbers(array.dtype) for array in (old, new)):
        return None
    with np.errstate(all="ignore"):
        squares = _squares(MatrixPair(old, new))
    if squares is None:
        return None
    of_old, of_new, of_difference = squares
    return Spectrum(
        effective_rank=of_difference.effective_rank,
        top_share=of_difference.top_share,
        old_stable_rank=of_old.stable_rank,
        new_stable_rank=of_new.stable_rank,
        old_largest=of_old.largest,
        new_largest=of_new.largest,
    )


def _squares(pair: MatrixPair) -> tuple[Squares, ...] | None:
    """The squared singular values of the old matrix, the new one and their difference, as its size allows."""
    if pair.side <= _EXACT_SIDE and (pair.is_tall or pair.is_held):
        return exact_squares(pair)
    if pair.side > _MOST_SIDE or pair.columns > _MOST_COLUMNS:
        return None
    return estimated_squares(pair)
