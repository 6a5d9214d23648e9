"""Figures of arrays, compared with what numpy computes in float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasinspect.analysis.statistics import (
    Statistics,
    Units,
    measure,
    measure_with,
    numbers,
    quantiles,
)
from kerasinspect.decoding import decoded
from tests.makers.cut_arrays import CutArray, cut
from tests.makers.handmade import MemoryArray

Values = np.ndarray[Any, Any]

FLOATS = ("float16", "float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)


def check(figures: Statistics, values: Values, smallest_normal: float | None) -> None:
    """Hold the figures against numpy's, in float64 and over the finite values."""
    with np.errstate(all="ignore"):
        wide = values.astype(np.float64).ravel()
        finite = wide[np.isfinite(wide)]
        assert (figures.count, figures.finite) == (wide.size, finite.size)
        assert figures.nan == np.isnan(wide).sum()
        assert figures.positive_infinity == np.isposinf(wide).sum()
        assert figures.negative_infinity == np.isneginf(wide).sum()
        assert figures.zeros == (wide == 0).sum()
        below = 0 if smallest_normal is None else ((finite != 0) & (abs(finite) < smallest_normal)).sum()
        assert figures.subnormals == below
        if not finite.size:
            assert figures.minimum is figures.maximum is figures.mean is figures.std is figures.norm is None
            return
        assert (figures.minimum, figures.maximum) == (finite.min(), finite.max())
        if abs(finite).max() < 1e140:  # squares that float64 holds
            close(figures.mean, math.fsum(finite) / finite.size, math.fsum(abs(finite)) / finite.size)
            close(figures.norm, np.sqrt((finite**2).sum()))
            close(figures.std, finite.std(), abs(finite).max() * 1e-3)


def close(figure: float | None, expected: float, scale: float | None = None) -> None:
    """Two numbers agree to 1e-12 of the second, or of the scale where rounding has cancelled more than that."""
    assert figure is not None
    assert abs(figure - expected) <= 1e-12 * max(abs(expected), abs(scale or 0)) + 1e-160


@pytest.mark.parametrize("dtype", FLOATS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_floats_of_any_shape_and_value(dtype: str, data: st.DataObject) -> None:
    """NaN, infinities, subnormals, empty arrays and scalars come out as numpy has them."""
    values = data.draw(arrays.arrays(dtype, SHAPES))
    check(measure(MemoryArray(values)), values, float(np.finfo(dtype).smallest_normal))


@pytest.mark.parametrize("dtype", [*INTEGERS, "bool"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_integers_and_booleans(dtype: str, data: st.DataObject) -> None:
    """Whole numbers are exact at both ends, and have no subnormals."""
    values = data.draw(arrays.arrays(dtype, SHAPES))
    figures = measure(MemoryArray(values))
    check(figures, values, None)
    if values.size:
        assert (figures.minimum, figures.maximum) == (int(values.min()), int(values.max()))


@pytest.mark.parametrize(
    ("dtype", "encoding", "smallest_normal"),
    [("bfloat16", "uint16", 2.0**-126), ("float8_e4m3fn", "uint8", 2.0**-6), ("float8_e5m2", "uint8", 2.0**-14)],
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_floats_that_numpy_lacks(dtype: str, encoding: str, smallest_normal: float, data: st.DataObject) -> None:
    """They are measured by what they stand for, with the subnormals of their own dtype."""
    codes = data.draw(arrays.arrays(encoding, SHAPES))
    check(measure(cut(codes, dtype)), np.asarray(decoded(codes, dtype)), smallest_normal)


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(arrays.arrays("float64", st.integers(0, 20), elements=st.floats(-1e9, 1e9)), max_size=6),
)
def test_merged_parts_are_the_whole(parts: list[Values]) -> None:
    """The figures of parts, merged in order, are those of all values together."""
    merged = Statistics()
    for part in parts:
        merged = merged.merge(measure(MemoryArray(part)))
    whole = np.concatenate([np.empty(0), *parts])
    check(merged, whole, float(np.finfo("float64").smallest_normal))


@pytest.mark.parametrize("mean", [0, 1, 1000, 1e6], ids=str)
def test_many_chunks_are_as_exact_as_numpy(mean: float) -> None:
    """Over many chunks mean, deviation and norm agree with numpy's float64 to 1e-12, whatever the mean is."""
    values = (np.random.default_rng(1).normal(size=(700, 1001)) + mean).astype("float32")
    figures, wide = measure(MemoryArray(values)), values.astype("float64")
    assert values.size > 10 * numbers.BLOCK
    assert figures.std == pytest.approx(wide.std(), rel=1e-12)
    assert figures.norm == pytest.approx(float(np.linalg.norm(wide)), rel=1e-12)
    assert figures.mean == pytest.approx(math.fsum(wide.ravel()) / wide.size, rel=1e-12)


def test_the_first_odd_values_are_placed() -> None:
    """The first NaN and the first infinity are told by their position in C order, also far into the array."""
    values = np.zeros((500, 400), "float32")
    values[300, 7], values[400, 0], values[499, 399] = np.inf, np.nan, np.nan
    figures = measure(MemoryArray(values))
    assert (figures.first_infinity, figures.first_nan) == (300 * 400 + 7, 400 * 400)


@pytest.mark.parametrize(
    ("values", "constant"),
    [([2.0, 2.0], True), ([0.0, -0.0], True), ([1.0, 2.0], False), ([np.nan, np.nan], False), ([], False)],
    ids=["same", "both zeros", "different", "NaN", "empty"],
)
def test_constant(values: list[float], constant: bool) -> None:  # noqa: FBT001 - a column of the table
    """An array is constant where it has values, all finite and equal."""
    assert measure(MemoryArray(np.array(values))).constant is constant


def test_text_has_a_count_and_nothing_else() -> None:
    """A dtype that holds no numbers is counted, never decoded."""
    assert measure(CutArray(np.zeros((2, 3), "S4"), "string")) == Statistics(count=6)


@settings(max_examples=60, deadline=None)
@given(
    base=arrays.arrays("float32", st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.sampled_from([0, 1, 2])),
    depth=st.integers(1, 3),
)
def test_units_are_those_that_a_plain_comparison_finds(base: Values, depth: int) -> None:
    """Silent and unused positions and identical columns are found in kernels of any depth, cut anywhere."""
    values = np.stack([base] * depth)
    measured = measure_with(MemoryArray(values), units=True)
    units = measured.units
    assert units is not None
    columns = [tuple(values[..., at].ravel()) for at in range(values.shape[-1])]
    silent = {at for at, column in enumerate(columns) if not any(column)}
    groups = {tuple(n for n, other in enumerate(columns) if other == column) for column in columns}
    assert measured.figures == measure(MemoryArray(values))
    assert set(units.silent) == silent
    assert units.unused == tuple(at for at in range(values.shape[-2]) if not values[..., at, :].any())
    assert set(units.identical) == {group for group in groups if len(group) > 1 and not silent & {*group}}


def test_columns_that_only_look_alike_are_told_apart() -> None:
    """Columns with the same values in another order look the same, and hide none that are."""
    values = np.array([[1, 3], [2, 2], [3, 1]], "float32")
    assert measure_with(MemoryArray(values), units=True).units == Units()
    ternary = np.array([[0, 1, 1], [1, 1, 1], [0, 1, 1]], "float32")
    assert measure_with(MemoryArray(ternary), units=True).units == Units(identical=((1, 2),))


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (4, 0)], ids=str)
def test_vectors_and_empty_arrays_have_no_units(shape: tuple[int, ...]) -> None:
    """Units need two axes with something on both."""
    assert measure_with(MemoryArray(np.zeros(shape)), units=True).units == Units()


@settings(max_examples=60, deadline=None)
@given(values=arrays.arrays("float64", st.integers(1, 50), elements=st.floats(allow_subnormal=False)))
def test_quantiles(values: Values) -> None:
    """Quantiles of the finite values are numpy's."""
    array = MemoryArray(values)
    figures = measure(array)
    finite = values[np.isfinite(values)]
    middle = quantiles(array, figures, [0, 0.5, 1])
    if not finite.size:
        assert middle is None
        return
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(middle, np.quantile(finite, [0, 0.5, 1]))


def test_quantiles_of_many_values_are_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a size they come from fine bins, and are close to numpy's."""
    monkeypatch.setattr("kerasinspect.analysis.statistics.distribution.COLLECTED", 100)
    values = np.random.default_rng(2).normal(size=50_000)
    array = MemoryArray(values)
    found = quantiles(array, measure(array), [0.01, 0.5, 0.99])
    assert found == pytest.approx(np.quantile(values, [0.01, 0.5, 0.99]).tolist(), abs=0.001)


def test_pieces_that_end_within_a_row_are_joined() -> None:
    """Blocks of any length are cut into whole rows."""
    values = np.arange(35, dtype="<u2").reshape(5, 7)
    rows = list(numbers.raw_blocks(cut(values, "uint16"), 7))
    assert all(len(row) % 7 == 0 for row in rows)
    np.testing.assert_array_equal(np.concatenate(rows), values.ravel())


def test_tiny_pieces_are_put_together() -> None:
    """An array in chunks of a few bytes is looked at in pieces that are worth it, and none of it is lost."""
    values = np.arange(50_000, dtype=np.float32)
    for piece in (4, 7, 1000, 100_000):
        pieces = [raw.copy() for raw in numbers.raw_blocks(cut(values, piece=piece))]
        assert np.array_equal(np.concatenate(pieces), values)
        assert len(pieces) <= 13
