"""Planes in cells, held against means that numpy computes in float64."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.analysis.pictures import cells
from kerasinspect.analysis.pictures.cells import Plane, reduce_plane
from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.errors import DamagedFile
from kerasinspect.opening import open_model
from tests.makers.handmade import MemoryArray
from tests.makers.stored_dtypes import NUMBERS, stored

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.analysis.pictures.cells import Cells
    from kerasinspect.analysis.slicing import Window

Values = np.ndarray[Any, Any]


def reduced(array: Any, window: Window, axes: tuple[int | None, int | None], room: tuple[int, int]) -> Cells:  # noqa: ANN401 - any array
    """A plane of an array in cells."""
    return reduce_plane(shown_values("layer/kernel", array, ()), Plane(window, *axes), *room)


def check(found: Cells, table: Values, room: tuple[int, int]) -> None:
    """Hold the parts against the axes of a table whose positions count from 0, and each cell against its values."""
    for parts, size, most in zip((found.rows, found.columns), table.shape, room, strict=True):
        assert [at for part in parts for at in part] == [*range(size)]
        assert len(parts) <= most
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
    wide = table.astype(np.float64)
    for row, rows in enumerate(found.rows):
        for column, columns in enumerate(found.columns):
            part = wide[rows.start : rows.stop, columns.start : columns.stop]
            finite = part[np.isfinite(part)]
            assert found.flawed[row, column] == part.size - finite.size
            mean = finite.mean() if finite.size else np.nan
            assert found.means[row, column] == pytest.approx(mean, rel=1e-12, abs=1e-15, nan_ok=True)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("band", [7, 1 << 18], ids=["many-bands", "one-band"])
def test_means_are_those_of_numpy(dtype: str, band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell holds the mean of its finite values and the count of the others, for every dtype."""
    monkeypatch.setattr(cells, "_BAND", band)
    array = stored(dtype, (23, 17))
    found = reduced(array, (range(23), range(17)), (0, 1), (5, 4))
    assert found.is_reduced
    check(found, array[...], (5, 4))


def test_planes_read_at_once_are_as_each_alone() -> None:
    """Whether they lie together or are read one after another."""
    values = shown_values(
        "layer/kernel", MemoryArray(np.arange(2 * 3 * 4 * 5, dtype="float32").reshape(2, 3, 4, 5)), ()
    )
    planes = [Plane((range(2), range(3), channel, unit), 0, 1) for channel in (1, 3) for unit in (0, 4)]
    for plane, found in zip(planes, cells.reduce_planes(values, planes, 2, 2), strict=True):
        alone = reduce_plane(values, plane, 2, 2)
        assert np.array_equal(found.means, alone.means)
        assert (found.rows, found.columns) == (alone.rows, alone.columns)


@pytest.mark.parametrize(("size", "most", "lengths"), [(64, 40, {2}), (65, 40, {1, 2}), (54, 20, {3}), (7, 9, {1})])
def test_cells_cover_as_many_values_as_their_neighbours(size: int, most: int, lengths: set[int]) -> None:
    """An axis that is little longer than there is room has fewer cells, all of one size where that can be."""
    found = reduced(MemoryArray(np.zeros((size, 1))), (range(size), range(1)), (0, 1), (most, 1))
    assert {*map(len, found.rows)} == lengths


def test_no_cell_covers_more_than_the_first() -> None:
    """Whatever is said of the largest cell is asked of the first one, and cells of two values are no single values."""
    for size in range(1, 130):
        for most in (1, 2, 3, 7, 20, 40):
            found = reduced(MemoryArray(np.zeros((1, size))), (range(1), range(size)), (0, 1), (1, most))
            lengths = [*map(len, found.columns)]
            assert lengths == sorted(lengths, reverse=True)
            assert found.is_reduced == (size > most)


def test_one_value_a_cell_where_they_fit() -> None:
    """A small table is not reduced."""
    values = np.arange(12, dtype=np.float32).reshape(3, 4) - 5
    found = reduced(MemoryArray(values), (range(3), range(4)), (0, 1), (3, 9))
    np.testing.assert_array_equal(found.means, values)
    assert (found.scale, found.is_reduced) == (6.0, False)
    assert found.rows == (range(1), range(1, 2), range(2, 3))


def test_any_two_axes_in_any_order() -> None:
    """A plane may lie across an array of many axes, with its rows along a later axis than its columns."""
    values = np.random.default_rng(3).normal(size=(6, 3, 9))
    found = reduced(MemoryArray(values), (range(6), 2, range(9)), (2, 0), (4, 2))
    check(found, values[:, 2, :].T, (4, 2))


def test_slices_keep_their_positions() -> None:
    """Cells name the positions of the array that they cover, in the order of the slice."""
    values = np.arange(40.0).reshape(4, 10)
    found = reduced(MemoryArray(values), (range(3, -1, -1), range(1, 10, 2)), (0, 1), (2, 5))
    assert found.rows == (range(3, 1, -1), range(1, -1, -1))
    assert found.columns[0] == range(1, 3, 2)
    np.testing.assert_array_equal(found.means, values[::-1, 1::2].reshape(2, 2, 5).mean(1))


def test_vectors_and_single_values_have_one_row() -> None:
    """A vector is a row, a scalar a cell."""
    vector = reduced(MemoryArray(np.arange(6.0)), (range(6),), (None, 0), (9, 3))
    np.testing.assert_array_equal(vector.means, [[0.5, 2.5, 4.5]])
    scalar = reduced(MemoryArray(np.array(7.0)), (), (None, None), (9, 3))
    np.testing.assert_array_equal(scalar.means, [[7.0]])
    empty = reduced(MemoryArray(np.zeros((0, 4))), (range(0), range(4)), (0, 1), (9, 3))
    assert (empty.means.shape, empty.flawed.shape, empty.scale) == ((0, 2), (0, 2), 0.0)


@pytest.mark.parametrize("band", [7, 1 << 18], ids=["many-bands", "one-band"])
def test_sums_beyond_float64_have_means(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finite values near the largest number are no infinities, however many are in a cell."""
    monkeypatch.setattr(cells, "_BAND", band)
    most = float(np.finfo(np.float64).max)
    values = np.random.default_rng(3).uniform(0.9, 1, (23, 17)) * np.where(np.arange(17) < 9, 1.7e308, -1.7e308)
    values[:4, :4] = most
    values[20, 16], values[21:, :2] = np.inf, np.nan
    values[4:8, :4] = 5e-324
    found = reduced(MemoryArray(values), (range(23), range(17)), (0, 1), (6, 5))
    small = reduced(MemoryArray(values / 2**20), (range(23), range(17)), (0, 1), (6, 5))
    assert np.isfinite(found.means).all()
    np.testing.assert_array_equal(found.flawed, small.flawed)
    np.testing.assert_allclose(found.means[found.means > 1], small.means[found.means > 1] * 2**20, rtol=1e-12)
    assert (found.means[0, 0], found.means[1, 0], found.scale) == (most, 5e-324, most)
    turned = reduced(MemoryArray(values.T), (range(17), range(23)), (1, 0), (6, 5))
    np.testing.assert_allclose(turned.means, found.means, rtol=1e-12)


def test_values_that_are_no_numbers_are_counted() -> None:
    """A cell of NaN has no mean; one with an infinity has that of its other values."""
    values = np.array([[np.nan, np.nan, 1.0, np.inf], [np.nan, np.nan, 3.0, -np.inf]])
    found = reduced(MemoryArray(values), (range(2), range(4)), (0, 1), (1, 2))
    np.testing.assert_array_equal(found.means, [[np.nan, 2.0]])
    np.testing.assert_array_equal(found.flawed, [[4, 2]])
    assert found.scale == 2.0


def test_a_declared_size_is_not_believed() -> None:
    """Where the last value is missing nothing is planned."""
    with pytest.raises(DamagedFile):
        reduced(MemoryArray(np.zeros((4, 4)), broken=True), (range(4), range(4)), (0, 1), (2, 2))


def test_bands_keep_memory_flat() -> None:
    """Of a large array no more than a band is read at a time."""
    array = MemoryArray(np.zeros((3000, 1000), np.float32))
    reduced(array, (range(3000), range(1000)), (0, 1), (40, 80))
    assert max(array.taken) <= 1 << 18
    assert sum(array.taken) == array.values.size + 1


@pytest.mark.parametrize("band", [11, 400, 1 << 18])
def test_planes_that_are_read_together_are_those_that_are_read_alone(
    band: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads at neighbouring, stepped, turned and scattered positions, and gates side by side."""
    monkeypatch.setattr(cells, "_BAND", band)
    array = np.random.default_rng(5).normal(size=(23, 6, 8)).astype(np.float32)
    array[3, 2, 1] = np.nan
    values = shown_values("layer/kernel", MemoryArray(array), ())
    for heads in ([0, 1, 2], [0, 2, 4], [5, 4, 3], [0, 1, 5], [2]):
        planes = [Plane((range(23), head, range(8)), 0, 2) for head in heads]
        for found, plane in zip(cells.reduce_planes(values, planes, 5, 3), planes, strict=True):
            alone = reduce_plane(values, plane, 5, 3)
            np.testing.assert_allclose(found.means, alone.means, rtol=1e-12)
            np.testing.assert_array_equal(found.flawed, alone.flawed)
            check(found, array[:, plane.window[1], :], (5, 3))
    gates = [Plane((range(23), 4, range(at, at + 2)), 0, 2) for at in (0, 2, 4)]
    for found, plane in zip(cells.reduce_planes(values, gates, 5, 1), gates, strict=True):
        np.testing.assert_allclose(found.means, reduce_plane(values, plane, 5, 1).means, rtol=1e-12)


def test_many_heads_are_read_once() -> None:
    """An array is read as often for eight planes as for one."""
    array = MemoryArray(np.zeros((100_000, 8, 4), np.float32))
    values = shown_values("layer/kernel", array, ())
    cells.reduce_planes(values, [Plane((range(100_000), head, range(4)), 0, 2) for head in range(8)], 20, 4)
    assert sum(array.taken) == array.values.size + 1
    assert max(array.taken) <= 1 << 18


def test_filters_of_some_channels_are_read_once() -> None:
    """Planes at all pairs of some positions lie in one window, which is read as a whole."""
    array = MemoryArray(np.arange(3 * 3 * 64 * 64, dtype=np.float32).reshape(3, 3, 64, 64))
    values = shown_values("layer/kernel", array, ())
    planes = [Plane((range(3), range(3), channel, unit), 0, 1) for channel in range(4) for unit in range(12)]
    found = cells.reduce_planes(values, planes, 3, 3)
    assert sum(array.taken) == 3 * 3 * 4 * 12 + 1
    for one, plane in zip(found, planes, strict=True):
        np.testing.assert_array_equal(one.means, array.values[:, :, plane.window[2], plane.window[3]])


@pytest.mark.parametrize("shape", [(70_000, 64), (40, 110_000), (4_500_000,)], ids=["tall", "wide", "flat"])
def test_threads_give_what_one_gives(shape: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large array in a file is shared among threads, and no mean depends on their number."""
    content = np.random.default_rng(8).normal(size=shape).astype(np.float32)
    content.reshape(-1)[[5, 4_000_000]] = np.nan, np.inf
    with h5py.File(tmp_path / "large.weights.h5", "w") as file:
        file["layers/dense/vars/0"] = content
    plane = Plane(tuple(map(range, shape)), *((0, 1) if len(shape) > 1 else (None, 0)))
    with open_model(tmp_path / "large.weights.h5") as model:
        values = shown_values("layer/kernel", model.weights[0].array, ())
        several = reduce_plane(values, plane, 30, 30)
        monkeypatch.setattr("kerasinspect.analysis.statistics.side_by_side.cores", lambda: 1)
        alone = reduce_plane(values, plane, 30, 30)
    np.testing.assert_array_equal(several.means, alone.means)
    assert several.flawed.sum() == alone.flawed.sum() == 2
    check(several, content.reshape(-1, shape[-1]), several.means.shape)


@pytest.mark.parametrize("room", [(3, 4), (2, 2), (1, 3)], ids=["values", "means", "rows"])
@pytest.mark.parametrize("band", [5, 50, 1 << 18])
def test_the_scale_is_of_all_planes(room: tuple[int, int], band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn or not, in whatever pieces the array is read; within a slice of those in it."""
    monkeypatch.setattr(cells, "_BAND", band)
    array = np.random.default_rng(6).normal(size=(3, 4, 5, 7))
    array[1, 1, 1, 1], array[0, 0, 0, 0] = np.inf, np.nan
    values = shown_values("layer/kernel", MemoryArray(array), ())
    for shown in (values, replace(values, window=(range(3), range(4), range(1, 4), range(0, 7, 3)))):
        channels, filters = (part for part in shown.window[2:])
        assert isinstance(channels, range)
        assert isinstance(filters, range)
        planes = [Plane((range(3), range(4), c, f), 0, 1) for c in channels for f in filters]
        each = [reduce_plane(values, plane, *room).scale for plane in planes]
        assert cells.largest_mean(shown, planes[0], *room) == pytest.approx(max(each), rel=1e-12)
