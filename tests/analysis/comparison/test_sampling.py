"""A sample is a few numbers from all over an array, the same ones of every array of its shape."""

from __future__ import annotations

import numpy as np
import pytest

from kerasinspect.analysis.comparison.sampling import sample
from tests.makers.handmade import MemoryArray

SHAPES = [(), (0, 3), (7,), (5_000,), (200_000,), (300_000, 1), (700, 700), (3, 3, 128, 128), (2, 90, 1, 7, 500)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_sample_is_spread_over_the_array(shape: tuple[int, ...]) -> None:
    """Every value is one of the array, none comes twice, and they reach from its beginning to its end."""
    size = int(np.prod(shape))
    array = MemoryArray(np.arange(size, dtype="int64").reshape(shape))
    taken = sample(array, 1_000)
    assert min(size, 500) <= taken.size <= 1_000
    assert np.all(np.diff(taken) > 0)
    assert size == 0 or (taken[0] == 0 and taken[-1] >= 0.85 * (size - 1))


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if np.prod(shape) > 100_000], ids=str)
def test_a_large_array_is_hardly_read(shape: tuple[int, ...]) -> None:
    """No more is read than little more than the sample, in few calls."""
    array = MemoryArray(np.zeros(shape, "int8"))
    sample(array, 1_000)
    assert len(array.taken) <= 20
    assert sum(array.taken) <= 12_000


def test_what_holds_no_numbers_gives_none() -> None:
    """Texts have no sample."""
    assert sample(MemoryArray(np.array(["a", "b"])), 10).size == 0
