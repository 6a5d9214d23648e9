"""Values that are looked up are those that numpy reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.containers.peeking import peek
from kerasinspect.containers.stored import InMemory, StoredArray, Withheld
from kerasinspect.dtypes import Encoding

if TYPE_CHECKING:
    from kerasinspect.containers.stored import Storage

_SIZE = 3 * (1 << 14)
"""Values of an array of several pages, whatever its dtype."""


def stored(values: np.ndarray[Any, Any], dtype: str, storage: Storage | None = None) -> StoredArray:
    """An array whose bytes are in memory, unless ``storage`` has others."""
    encoding = Encoding(values.dtype.str)
    return StoredArray("/a", values.shape, dtype, encoding, storage or InMemory(values.tobytes))


@pytest.mark.parametrize("code", ["<f4", "<f8", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"])
def test_gives_the_values_that_numpy_reads(code: str) -> None:
    """One by one, in rows, in steps of either direction, within a page and across pages; extremes and NaN too."""
    values = np.random.default_rng(7).integers(0, 256, _SIZE * 8, np.uint8).view(code)[:_SIZE]
    look = peek(stored(values, values.dtype.name))
    assert look is not None
    for first, count, step in ((0, 9, 1), (_SIZE - 1, 1, 1), (4000, 400, 1), (100, 50, 7), (90, 10, -9), (5, 40, 1000)):
        expected = values[first : first + count * step if first + count * step >= 0 else None : step]
        assert np.array_equal(np.array(look.values(first, count, step), code), expected, equal_nan=code[1] == "f")


@pytest.mark.parametrize(
    ("code", "dtype"),
    [("<u2", "bfloat16"), ("|u1", "float8_e4m3fn"), ("<f2", "float16"), ("|u1", "bool"), (">f4", "float32")],
)
def test_leaves_what_python_lacks_to_numpy(code: str, dtype: str) -> None:
    """Numbers that have to be decoded, or whose bytes are the other way round."""
    assert peek(stored(np.zeros(4, code), dtype)) is None


def test_leaves_what_is_not_there_to_whoever_says_so() -> None:
    """Values that may not be read are refused in the words of their storage."""
    assert peek(stored(np.zeros(4, "<f4"), "float32", Withheld("not read"))) is None
