"""Stored arrays are indexed as arrays of numpy are."""

from __future__ import annotations

import numpy as np
import pytest

from kerasinspect.containers.stored import InMemory, StoredArray
from kerasinspect.dtypes import Encoding

VALUES = np.arange(24, dtype="<f4").reshape(2, 3, 4)
STORED = StoredArray("/a", VALUES.shape, "float32", Encoding(VALUES.dtype.str), InMemory(VALUES.tobytes))


@pytest.mark.parametrize(
    "key",
    [(), ..., 1, np.int64(-1), (0, ..., 2), (slice(None, None, -1), 1), (slice(1, 1),), (..., slice(1, 3), 0)],
    ids=repr,
)
def test_an_index_picks_what_numpy_picks(key: int) -> None:
    """Whole numbers of Python and numpy, slices, and one ellipsis."""
    assert np.array_equal(STORED[key], VALUES[key])


@pytest.mark.parametrize("key", [(..., ...), (0, 0, 0, 0), 2, (..., 0, ...)], ids=repr)
def test_an_index_that_numpy_refuses_is_refused(key: int) -> None:
    """With the exception of numpy, a second ellipsis among them."""
    with pytest.raises(IndexError):
        VALUES[key]
    with pytest.raises(IndexError):
        STORED[key]


def test_storages_are_hashed_by_identity() -> None:
    """Two storages of equal bytes are two objects in a file."""
    assert len({InMemory(VALUES.tobytes), InMemory(VALUES.tobytes)}) > 1
