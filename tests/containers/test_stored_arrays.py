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


@pytest.mark.parametrize(
    "code", ["<f4", ">f8", "<f2", "|u1", "|i1", "<u8", ">c8", "<c16", "|V3", "|V0", "|O", "|S5", "|S0", "<U5", "|b1"]
)
def test_an_encoding_tells_what_numpy_tells(code: str) -> None:
    """Its kind, the bytes of a value, its word, and whether they are the other way round; without numpy."""
    encoding, dtype = Encoding(code), np.dtype(code)
    told = (encoding.kind, encoding.itemsize, encoding.word, encoding.is_big_endian)
    assert told == (dtype.kind, dtype.itemsize, dtype.name, dtype.byteorder == ">")


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", "iufcV")
@pytest.mark.parametrize("size", [1, 2, 4, 8, 16, (1 << 31) - 1, 1 << 31])
def test_an_encoding_is_made_of_what_numpy_has(order: str, kind: str, size: int) -> None:
    """In the spelling of numpy; with its exception for what is too large, and for complex numbers that nobody has."""
    code = f"{order}{kind}{size}"
    try:
        expected = np.dtype(code if kind != "V" else code[1:]).str
    except TypeError:
        if kind in "cV":
            with pytest.raises(TypeError):
                Encoding.of(order, kind, size)
    else:
        assert Encoding.of(order, kind, size) == expected
