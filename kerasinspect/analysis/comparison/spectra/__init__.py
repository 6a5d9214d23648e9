"""How a change of a kernel is spread over the directions of its matrix: singular values of both sides and between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.comparison.results import Spectrum
from kerasinspect.analysis.comparison.spectra.lanczos import estimated_squares
from kerasinspect.analysis.comparison.spectra.singular_values import MatrixPair, exact_squares
from kerasinspect.dtypes import holds_numbers

if TYPE_CHECKING:
    from kerasinspect.model import Array

_EXACT_SIDE = 1 << 10
"""Rows or columns, whichever are fewer, of the largest matrix of which all singular values are computed."""


def spectrum(old: Array, new: Array) -> Spectrum | None:
    """The singular values of two kernels of one shape, and of their difference, as far as they tell how it is spread.

    The last axis is held against all others. All singular values are computed where they are at most 1,024, unless a
    matrix of far more columns than rows is too large to be held; else the largest ones and the effective rank are
    estimated from a dozen readings of both arrays.
    None where there is no matrix, or not all of its values are finite numbers. Raises what ``compare_arrays`` raises.
    """
    if not old.shape[1:] or 0 in old.shape or not all(holds_numbers(array.dtype) for array in (old, new)):
        return None
    pair = MatrixPair(old, new)
    with np.errstate(all="ignore"):
        is_small = pair.side <= _EXACT_SIDE and (pair.is_tall or pair.is_held)
        squares = exact_squares(pair) if is_small else estimated_squares(pair)
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
