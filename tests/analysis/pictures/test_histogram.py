"""Histograms, held against those of numpy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasinspect.analysis.pictures.histogram import Histogram, histogram
from kerasinspect.analysis.pictures.windows import WindowArray
from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.analysis.statistics import measure, parts
from tests.makers.cut_arrays import cut
from tests.makers.handmade import MemoryArray
from tests.makers.stored_dtypes import NUMBERS, stored

if TYPE_CHECKING:
    from kerasinspect.model import Array

Values = np.ndarray[Any, Any]


def counted(array: Array, bins: int) -> Histogram:
    """The histogram of an array that was measured before."""
    return histogram(array, measure(array), bins)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("bins", [1, 7, 80])
def test_counts_are_those_of_numpy(dtype: str, bins: int) -> None:
    """Each bin holds as many values as numpy puts between its edges, whatever the dtype."""
    array = stored(dtype, (60, 31))
    found = counted(array, bins)
    wide = array[...].astype(np.float64).ravel()
    finite = wide[np.isfinite(wide)]
    np.testing.assert_array_equal(found.counts, np.histogram(finite, np.array(found.edges))[0])
    if not found.is_whole:
        np.testing.assert_array_equal(found.edges, np.linspace(finite.min(), finite.max(), bins + 1))
    assert found.finite == finite.size
    odd = np.isnan(wide).sum(), np.isneginf(wide).sum(), np.isposinf(wide).sum()
    assert (found.nan, found.negative_infinity, found.positive_infinity) == odd


def test_values_on_an_edge_belong_above_it() -> None:
    """A value on an edge counts in the bin that begins there, the largest value in the last bin."""
    values = np.repeat(np.linspace(-1, 1, 11), 3)
    assert counted(MemoryArray(values), 10).counts == (3,) * 9 + (6,)


def test_few_whole_numbers_have_a_bin_each() -> None:
    """Integers get bins around whole numbers where there are no more numbers than bins."""
    values = np.array([-2, -2, 0, 1], np.int8)
    assert counted(MemoryArray(values), 4) == Histogram(
        (-2.5, -1.5, -0.5, 0.5, 1.5), (2, 0, 1, 1), 0, 0, 0, is_whole=True
    )
    assert not counted(MemoryArray(values), 3).is_whole


def test_integers_that_float64_does_not_have_have_a_bin_each() -> None:
    """Neighbours beyond 2 to the 53 are no one number, whatever the sign and the dtype."""
    values = 2**60 + np.arange(20).reshape(5, 4) % 4
    found = counted(MemoryArray(values), 6)
    assert found == Histogram(tuple(2**60 + at for at in range(5)), (5, 5, 5, 5), 0, 0, 0, is_whole=True)
    assert found.ends == (2**60, 2**60 + 3)
    below = counted(MemoryArray(-values), 6)
    assert (below.counts, below.ends) == ((5, 5, 5, 5), (-(2**60) - 3, -(2**60)))
    unsigned = np.array([2**64 - 1, 2**64 - 2, 2**64 - 2, 2**64 - 4], np.uint64)
    assert counted(MemoryArray(unsigned), 4).counts == (1, 0, 2, 1)
    small = counted(MemoryArray(np.array([-2, 1], np.int8)), 4)
    assert small.ends == (-2, 1)


@settings(max_examples=80, deadline=None)
@given(
    dtype=st.sampled_from(["int64", "uint64"]),
    start=st.integers(0, 2**64),
    span=st.integers(1, 2**64) | st.integers(1, 2**14),
    shares=st.lists(st.floats(0, 1), max_size=40),
    bins=st.integers(1, 80),
)
def test_any_large_integers_are_counted_by_the_edges(
    dtype: str, start: int, span: int, shares: list[float], bins: int
) -> None:
    """Every one lies between the edges of the bin that counts it, exactly, and the edges rise."""
    least, most = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    low = min(least + start, most)
    high = min(low + span, most)
    numbers = [low, high, *(min(low + int(share * (high - low)), high) for share in shares)]
    found = counted(MemoryArray(np.array(numbers, dtype)), bins)
    edges = found.edges
    assert all(one < other for one, other in pairwise(edges)) or low == high
    if max(abs(low), abs(high)) > 2**53 and low < high:
        inside = [
            [low <= one < high or (one == high and at == len(found.counts) - 1) for one in numbers]
            for at, (low, high) in enumerate(pairwise(edges))
        ]
        assert found.counts == tuple(map(sum, inside))
        assert (edges[0], found.ends[1]) == (low, high)


def test_one_value_has_one_bin() -> None:
    """Where all finite values are one, its bin has no width."""
    values = np.array([0.1, 0.1, np.nan, -np.inf], np.float32)
    low = float(np.float32(0.1))
    assert counted(MemoryArray(values), 9) == Histogram((low, low), (2,), 1, 1, 0)


@pytest.mark.parametrize("values", [np.zeros(0), np.full(3, np.nan), np.array(["text"])], ids=["none", "nan", "text"])
def test_no_numbers_have_no_bins(values: Values) -> None:
    """Without a finite value there are no edges."""
    found = counted(MemoryArray(values), 9)
    assert (found.edges, found.counts) == ((), ())


@settings(max_examples=150, deadline=None)
@given(
    values=arrays.arrays("float64", st.integers(1, 60), elements=st.floats()),
    bins=st.integers(1, 50),
)
def test_any_floats_are_counted_by_the_edges(values: Values, bins: int) -> None:
    """Every finite value lies between the edges of the one bin that counts it, however far apart or near they are."""
    found = counted(MemoryArray(values), bins)
    finite = values[np.isfinite(values)]
    assert found.finite == finite.size
    if len(found.counts) > 1:
        edges = np.array(found.edges)
        assert (np.diff(edges) >= 0).all()
        assert (edges[0], edges[-1]) == (finite.min(), finite.max())
        np.testing.assert_array_equal(
            found.counts,
            [
                np.count_nonzero((finite >= low) & ((finite < high) | (last & (finite == high))))
                for low, high, last in zip(edges[:-1], edges[1:], [False] * (len(edges) - 2) + [True], strict=True)
            ],
        )


def test_large_arrays_are_counted_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """What several threads count adds up to the same."""
    monkeypatch.setattr(parts, "_SHARED", 1)
    monkeypatch.setattr("kerasinspect.analysis.statistics.binning._STEP", 1000)
    values = np.random.default_rng(5).normal(size=(90, 100)).astype(np.float32)
    wide = values.astype(np.float64)
    np.testing.assert_array_equal(counted(cut(values, piece=512), 33).counts, np.histogram(wide, 33)[0])


def of_bulk(values: Values, bins: int = 40) -> Histogram:
    """The histogram of the bulk of some values."""
    array = MemoryArray(values)
    return histogram(array, measure(array), bins, bulk=True)


def test_a_value_at_the_end_of_the_bulk_is_in_it_or_counted_outside() -> None:
    """On a grid many values lie at edges, and each is counted once, where numpy has it."""
    drawn = np.round(np.random.default_rng(3).normal(size=30_000) * 64) / 64
    values = np.concatenate([drawn, np.full(20, 64.0), np.full(20, -64.0)])
    for bins in (8, 32, 64):
        found = of_bulk(values, bins)
        inside = values[(values >= found.edges[0]) & (values <= found.edges[-1])]
        np.testing.assert_array_equal(found.counts, np.histogram(inside, np.array(found.edges))[0])
        assert found.below == int((values < found.edges[0]).sum()) > 0
        assert found.above == int((values > found.edges[-1]).sum()) > 0


@pytest.mark.parametrize("far", [40.0, 1e9, -1e30], ids=str)
def test_the_bulk_leaves_out_what_lies_far_from_it(far: float) -> None:
    """Few values at most, which are counted; the rest is counted as numpy does between the edges."""
    drawn = np.random.default_rng(7).normal(size=20_000)
    values = np.concatenate([drawn, [far, np.nan]])
    found = of_bulk(values)
    inside = drawn[(drawn >= found.edges[0]) & (drawn <= found.edges[-1])]
    np.testing.assert_array_equal(found.counts, np.histogram(inside, np.array(found.edges))[0])
    assert found.below + found.above <= 0.01 * drawn.size
    assert (found.below, found.above) == (
        int((values < found.edges[0]).sum()),
        int((values > found.edges[-1]).sum()),
    )
    assert found.finite == drawn.size + 1
    assert found.reach == (min(drawn.min(), far), max(drawn.max(), far))
    assert found.edges[-1] - found.edges[0] < 0.75 * (drawn.max() - drawn.min())


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(-1, 1, 5_000),
        np.array([0.0] * 10 + [100.0]),
        np.concatenate([np.zeros(9_990), np.linspace(-1, 1, 10)]),
        np.concatenate([np.ones(9_990), np.linspace(-1, 1, 10)]),
        np.array([1, 2, 300] * 100, np.int16),
    ],
    ids=["even", "few values", "zeros", "ones", "integers"],
)
def test_what_has_no_narrower_bulk_is_shown_whole(values: Values) -> None:
    """From the smallest to the largest, as a histogram of all values is."""
    array = MemoryArray(values)
    assert of_bulk(values) == histogram(array, measure(array), 40)


def test_a_window_is_measured_as_an_array() -> None:
    """Of a slice with steps, in any order, whatever the dtype."""
    array = stored("bfloat16", (9, 11))
    window = WindowArray(shown_values("layer/kernel", array, (), (slice(None, None, -2), slice(1, 9, 3))))
    chosen = array[...][::-2, 1:9:3]
    assert (window.shape, window.dtype) == (chosen.shape, "float32")
    np.testing.assert_array_equal(np.frombuffer(b"".join(window.blocks(7)), "<f4"), chosen.ravel())
    np.testing.assert_array_equal(window[0], chosen[0])
    assert measure(window).finite == int(np.isfinite(chosen).sum())
