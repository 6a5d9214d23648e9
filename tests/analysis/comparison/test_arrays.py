"""Two arrays against each other, compared with exact fractions and with numpy."""

from __future__ import annotations

import math
import tracemalloc
from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.results import ArrayChange
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.stored import InMemory, StoredArray
from kerasinspect.dtypes import Encoding
from kerasinspect.errors import DamagedFile
from kerasinspect.limits import DEFAULT
from tests.makers.cut_arrays import CutArray, cut
from tests.makers.handmade import MemoryArray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.model import Array

Values = np.ndarray[Any, Any]

DTYPES = (
    *("float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "bool"),
    *(f"{sign}int{size}" for sign in ("", "u") for size in (8, 16, 32, 64)),
)
RTOL, ATOL = 1e-5, 1e-8
SAFE = 1e70
"""Squares of numbers between its inverse and it, and their quotients, are held by float64."""


def compared(old: Array, new: Array) -> ArrayChange:
    """What differs, with numpy's tolerances."""
    return compare_arrays(old, new, RTOL, ATOL)


def drawn(data: st.DataObject, dtype: str, size: int, piece: int) -> CutArray:
    """An array of a dtype with any bytes in it."""
    encoding = np.bool_ if dtype == "bool" else np.dtype(cut(np.zeros(0, np.uint8), dtype).values.dtype)
    values = data.draw(arrays.arrays(encoding, size))
    return CutArray(values, dtype, piece)


@pytest.mark.parametrize("old_dtype", DTYPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_figures_are_those_of_exact_fractions(old_dtype: str, data: st.DataObject) -> None:
    """Any bytes of any two dtypes, in pieces of any sizes, are compared as the numbers that they are."""
    new_dtype = data.draw(st.one_of(st.just(old_dtype), st.sampled_from(DTYPES)))
    size = data.draw(st.integers(0, 12))
    pieces = st.integers(1, 40)
    old, new = drawn(data, old_dtype, size, data.draw(pieces)), drawn(data, new_dtype, size, data.draw(pieces))
    check(compared(old, new), old, new)


def numbers(array: CutArray) -> list[Any]:
    """All values as Python's numbers."""
    return [int(value) if array.dtype == "bool" else value for value in decoded_list(array)]


def decoded_list(array: CutArray) -> list[Any]:
    """All values in a list."""
    values: list[Any] = array[...].ravel().tolist()
    return values


def check(change: ArrayChange, old: CutArray, new: CutArray) -> None:
    """Hold a change against what fractions give."""
    pairs = list(zip(numbers(old), numbers(new), strict=True))
    finite = [pair for pair in pairs if all(map(math.isfinite, pair))]
    exact = [(Fraction(one), Fraction(other)) for one, other in finite]
    assert change.count == len(pairs)
    assert change.changed == sum(one != other and not (math.isnan(one) and math.isnan(other)) for one, other in pairs)
    assert change.old_nan == sum(math.isnan(one) for one, _ in pairs)
    assert change.changed_nan == sum(math.isnan(one) != math.isnan(other) for one, other in pairs)
    assert change.old_infinite == sum(math.isinf(one) for one, _ in pairs)
    assert change.new_infinite == sum(math.isinf(other) for _, other in pairs)
    assert change.changed_infinite == sum(one != other and any(map(math.isinf, (one, other))) for one, other in pairs)
    assert change.new_nan == sum(math.isnan(other) for _, other in pairs)
    assert change.sign_flips == sum(one * other < 0 for one, other in exact)
    if not exact:
        assert change.max_abs is change.mean_abs is change.relative_l2 is change.cosine is change.correlation is None
        return
    if any(value and not 1 / SAFE < abs(value) < SAFE for pair in exact for value in pair):
        return
    sizes = [abs(other - one) for one, other in exact]
    near(change.max_abs, max(sizes))
    near(change.mean_abs, sum(sizes) / len(sizes))
    check_angles(change, exact)


def check_angles(change: ArrayChange, exact: list[tuple[Fraction, Fraction]]) -> None:
    """Hold norms, cosine and correlation against what fractions give."""
    old, new = [one for one, _ in exact], [other for _, other in exact]
    near(change.relative_l2, root(product(*[[other - one for one, other in exact]] * 2), product(old, old)))
    near(change.cosine, angle(old, new), 1)
    near(change.correlation, angle(centred(old), centred(new)), 1)
    if change.old_norm is not None:
        near(change.old_norm, root(product(old, old), Fraction(1)))
        near(change.new_norm, root(product(new, new), Fraction(1)))


def product(one: list[Fraction], other: list[Fraction]) -> Fraction:
    """A scalar product."""
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


def root(above: Fraction, below: Fraction) -> float | None:
    """The root of a quotient; None where it is divided by 0."""
    return math.sqrt(above / below) if below else None


def angle(one: list[Fraction], other: list[Fraction]) -> float | None:
    """The cosine of an angle; None where a norm is 0."""
    below = product(one, one) * product(other, other)
    above = product(one, other)
    return math.copysign(math.sqrt(above * above / below), above) if below else None


def centred(values: list[Fraction]) -> list[Fraction]:
    """The distances from the mean."""
    mean = sum(values, Fraction(0)) / len(values)
    return [value - mean for value in values]


def near(figure: float | None, expected: float | np.floating[Any] | Fraction | None, scale: float = 0) -> None:
    """Two numbers agree to 1e-12 of the second or of the scale, or both are missing."""
    if expected is None:
        assert figure is None
        return
    assert figure is not None
    assert abs(figure - float(expected)) <= 1e-12 * max(abs(float(expected)), scale)


def test_large_arrays_in_unlike_pieces_agree_with_numpy() -> None:
    """Blocks of both sides end at other places, the mean is far from zero, and one value in a thousand moved."""
    generator = np.random.default_rng(1)
    old = (1000 + generator.standard_normal(300_001)).astype(np.float32)
    new = old.copy()
    new[::1000] += np.float32(0.25)
    change = compared(cut(old, piece=99_999), cut(new, piece=65_536))
    wide_old, wide_new = old.astype(np.float64), new.astype(np.float64)
    apart = wide_new - wide_old
    norms = np.linalg.norm(wide_old), np.linalg.norm(wide_new)
    assert (change.changed, change.sign_flips, change.close) == (301, 0, False)
    near(change.max_abs, np.abs(apart).max())
    near(change.mean_abs, np.abs(apart).mean())
    near(change.relative_l2, np.linalg.norm(apart) / norms[0])
    near(change.cosine, wide_old @ wide_new / norms[0] / norms[1])
    near(change.correlation, np.corrcoef(wide_old, wide_new)[0, 1])


@pytest.mark.parametrize("noise", [0.0, 1e-6, 1.0])
@pytest.mark.parametrize("scale", [-1.0, 1e-12, 1e-3, 0.2, 1.01, 1e6])
def test_figures_are_numpys_however_far_values_moved(scale: float, noise: float) -> None:
    """Sums of the new values follow from those of the old ones only where both are about as large."""
    generator = np.random.default_rng(6)
    old = generator.standard_normal(200_000).astype(np.float32)
    new = ((old + noise * generator.standard_normal(old.size)) * scale).astype(np.float32)
    change = compared(cut(old), cut(new))
    wide_old, wide_new = old.astype(np.float64), new.astype(np.float64)
    norms = np.linalg.norm(wide_old), np.linalg.norm(wide_new)
    near(change.new_norm, norms[1])
    near(change.relative_l2, np.linalg.norm(wide_new - wide_old) / norms[0])
    near(change.cosine, wide_old @ wide_new / norms[0] / norms[1])
    near(change.correlation, np.corrcoef(wide_old, wide_new)[0, 1])
    assert change.changed == np.count_nonzero(old != new)
    assert change.sign_flips == np.count_nonzero(wide_old * wide_new < 0)


@pytest.mark.parametrize(("old", "new", "expected"), [
    pytest.param([1.0], [1.0 + 1.1e-5], False, id="beyond rtol of the old value"),
    pytest.param([1.0], [1.0 + 0.9e-5], True, id="within rtol of the old value"),
    pytest.param([0.0], [1e-8], True, id="at atol"),
    pytest.param([0.0], [1.1e-8], False, id="beyond atol"),
    pytest.param([np.nan, 1], [np.nan, 1], True, id="NaN is close to NaN"),
    pytest.param([np.nan, 1], [1, 1], False, id="NaN is close to nothing else"),
    pytest.param([np.inf, 1], [np.inf, 1 + 1e-9], True, id="an infinity is close to itself"),
    pytest.param([np.inf, 1], [-np.inf, 1], False, id="and not to the other one"),
    pytest.param([1e300, np.inf], [1e300, 1e308], False, id="nor to a large number"),
])  # fmt: skip
def test_closeness_is_numpys(old: list[float], new: list[float], expected: bool) -> None:  # noqa: FBT001 - of a table
    """Values are close within ``atol + rtol * |old|``, as ``numpy.isclose(new, old, equal_nan=True)`` has it."""
    assert np.isclose(new, old, equal_nan=True).all() == expected
    assert compared(cut(np.array(old)), cut(np.array(new))).close is expected


def test_tolerances_are_chosen() -> None:
    """Wider tolerances let more pass."""
    old, new = cut(np.array([1.0, -2.0])), cut(np.array([1.1, -2.1]))
    assert not compare_arrays(old, new, 0, 0.05).close
    assert compare_arrays(old, new, 0.11, 0).close


@pytest.mark.parametrize(("values", "expected"), [
    pytest.param([1, -2, 3], (0.0, 0.0, 0.0, 1.0, 1.0), id="numbers"),
    pytest.param([2, 2], (0.0, 0.0, 0.0, 1.0, None), id="a constant has no correlation"),
    pytest.param([0, 0], (0.0, 0.0, None, None, None), id="zeros have no angle"),
    pytest.param([], (None,) * 5, id="nothing"),
    pytest.param([np.nan, np.inf], (None,) * 5, id="nothing finite"),
    pytest.param([np.nan, 4, 5], (0.0, 0.0, 0.0, 1.0, 1.0), id="NaN among numbers"),
])  # fmt: skip
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_equal_bytes_are_said_to_be_equal(values: list[float], expected: tuple[float | None, ...], dtype: str) -> None:
    """Figures of the difference are 0 and those of angles 1, or missing where they would be in any case."""
    change = compared(as_dtype(values, dtype), as_dtype(values, dtype))
    nan = int(np.isnan(values).sum())
    assert (change.count, change.changed, change.close, change.equal) == (len(values), 0, True, True)
    assert (change.max_abs, change.mean_abs, change.relative_l2, change.cosine, change.correlation) == expected
    infinite = int(np.isinf(values).sum())
    assert (change.old_nan, change.new_nan, change.changed_nan) == (nan, nan, 0)
    assert (change.old_infinite, change.new_infinite, change.changed_infinite) == (infinite, infinite, 0)


def as_dtype(values: list[float], dtype: str) -> CutArray:
    """Numbers as an array of a dtype."""
    if dtype == "bfloat16":
        return cut((np.array(values, np.float32).view(np.uint32) >> 16).astype(np.uint16), dtype)
    return cut(np.array(values, dtype))


def test_equal_values_in_other_bytes_are_equal() -> None:
    """0.0 is -0.0, one NaN another, and a float64 the float32 or bfloat16 of its value."""
    zero, nan = np.array([0.0, 1.0, np.nan], np.float32), np.array([-0.0, 1.0, np.nan], np.float32)
    nan.view(np.uint32)[2] ^= 1
    change = compared(cut(zero), cut(nan))
    assert (change.equal, change.close, change.max_abs, change.cosine, change.old_nan) == (True, True, 0.0, 1.0, 1)
    for dtype in ("float32", "bfloat16", "float16"):
        change = compared(as_dtype([0.5, -3, 0.75], "float64"), as_dtype([0.5, -3, 0.75], dtype))
        assert (change.equal, change.relative_l2, change.cosine, change.correlation) == (True, 0.0, 1.0, 1.0)


def test_large_integers_are_compared_exactly() -> None:
    """Integers that float64 would round to one number are two; the difference of any two is right."""
    old = cut(np.array([2**53, -(2**63), 2**63 - 1], np.int64))
    change = compared(old, cut(np.array([2**53 + 1, 2**63 - 1, 2**63 - 1], np.int64)))
    assert (change.changed, change.max_abs, change.sign_flips) == (2, 2.0**64, 1)
    change = compared(old, cut(np.array([2**53, 0, 2**63], np.uint64)))
    assert (change.changed, change.max_abs) == (2, 2.0**63)
    change = compared(old, cut(np.array([2**53, -(2.0**63), 2.0**63])))
    assert (change.changed, change.max_abs) == (1, 1.0)


def test_numbers_that_float64_cannot_add_up_have_no_figures() -> None:
    """Sums that overflow are missing; what can be counted is counted."""
    change = compared(cut(np.array([1e200, 1e308])), cut(np.array([1e200, -1e308])))
    assert (change.changed, change.sign_flips, change.close) == (1, 1, False)
    assert change.max_abs is change.relative_l2 is change.cosine is change.old_norm is None


def test_dtypes_without_numbers_are_compared_by_their_bytes() -> None:
    """A dtype that the file does not tell has values of so many bytes; other sizes are other values."""
    one = CutArray(np.arange(6, dtype="<u2"), "opaque16")
    other = CutArray(np.array([0, 1, 2, 3, 4, 9], "<u2"), "opaque16", 4)
    assert compared(one, other) == ArrayChange(6, 1, close=False)
    assert compared(one, one) == ArrayChange(6, 0, close=True)
    assert compared(one, cut(np.arange(6, dtype="<u2"), "bfloat16")) == ArrayChange(6, 0, close=True)
    assert compared(one, cut(np.arange(6, dtype=np.float32))) == ArrayChange(6, 6, close=False)


def test_unpacked_values_are_numbers() -> None:
    """Integers of fewer than eight bits are compared as such, one to a byte as they come."""
    old = CutArray(np.array([-8, 7, 0, 1], np.int8), "int4")
    change = compared(old, CutArray(np.array([-8, 3, 0, -1], np.int8), "int4"))
    assert (change.changed, change.max_abs, change.sign_flips) == (2, 4.0, 1)
    assert compared(old, old).equal


def test_the_order_of_bytes_in_the_file_is_no_difference() -> None:
    """A big-endian array is compared as the numbers that it holds."""
    values = np.linspace(-1, 1, 50, dtype=np.float32)
    data = values.astype(">f4").tobytes()
    big = StoredArray("kernel", (50,), "float32", Encoding(">f4"), InMemory(lambda: data))
    assert compared(big, cut(values)).equal
    assert compared(big, cut(values * 2)).relative_l2 == 1.0


def test_chunked_and_contiguous_datasets_are_compared(tmp_path: Path) -> None:
    """Values that another tool has put into compressed chunks are the same values."""
    values = np.random.default_rng(2).standard_normal((50, 30)).astype(np.float32)
    with h5py.File(tmp_path / "arrays.h5", "w") as file:
        file["contiguous"] = values
        file.create_dataset("chunked", data=values, chunks=(7, 11), compression="gzip", shuffle=True)
    with closing(open_source(tmp_path / "arrays.h5")) as source:
        held = read_hdf5(source, DEFAULT).root.arrays
        assert compared(held["contiguous"], held["chunked"]).equal
        assert compared(held["chunked"], held["contiguous"]).equal
        assert compared(held["chunked"], cut(values + 1)).changed == values.size


@pytest.mark.parametrize("broken", [(True, False), (False, True)])
def test_what_cannot_be_read_is_an_error(broken: tuple[bool, bool]) -> None:
    """Missing bytes on either side raise what reading raises."""
    old, new = (MemoryArray(np.ones(4), broken=one) for one in broken)
    with pytest.raises(DamagedFile):
        compared(old, new)


def test_memory_does_not_grow_with_arrays() -> None:
    """Two arrays of 80 MB take two blocks and the room to work on them."""
    values = np.zeros(20_000_000, np.float32)
    old, new = View(values), View(np.ones(20_000_000, np.float32))
    tracemalloc.start()
    try:
        assert compared(old, new).changed == values.size
        assert compared(old, View(values)).equal
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


class View(CutArray):
    """An array of which pieces are views, so that only what its reader makes is counted."""

    def __init__(self, values: Values) -> None:
        """Take the values."""
        super().__init__(values, str(values.dtype))

    def blocks(self, size: int = 1 << 20) -> Iterator[memoryview]:  # type: ignore[override]
        """All bytes, in pieces."""
        view = self.values.data.cast("B")
        return (view[start : start + size] for start in range(0, len(view), size))
