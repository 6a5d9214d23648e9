"""Planes in cells, held against means that numpy computes in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.pictures import cells
from kerasinspect.analysis.pictures.cells import Plane, reduce_plane
from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.errors import DamagedFile
from tests.makers.handmade import MemoryArray
from tests.makers.stored_dtypes import NUMBERS, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.analysis.pictures.cells import Cells
    from kerasinspect.analysis.slicing import Window

Values = np.ndarray[Any, Any]


def reduced(array: Any, window: Window, axes: tuple[int | None, int | None], room: tuple[int, int]) -> Cells:  # noqa: ANN401 - any array
    """A plane of an array in cells."""
    return reduce_plane(shown_values("layer/kernel", array, ()), Plane(window, *axes), *room)


def check(found: Cells, table: Values, down: Sequence[range], across: Sequence[range]) -> None:
    """Hold each cell against the values that it covers, given as a table with positions counted from 0."""
    wide = table.astype(np.float64)
    for row, rows in enumerate(down):
        for column, columns in enumerate(across):
            part = wide[rows.start : rows.stop, columns.start : columns.stop]
            finite = part[np.isfinite(part)]
            assert found.flawed[row, column] == part.size - finite.size
            mean = finite.mean() if finite.size else np.nan
            assert found.means[row, column] == pytest.approx(mean, rel=1e-12, abs=1e-15, nan_ok=True)


def split(size: int, count: int) -> list[range]:
    """Equal parts, as numpy cuts them."""
    return [range(int(part[0]), int(part[-1]) + 1) for part in np.array_split(np.arange(size), min(size, count))]


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("band", [7, 1 << 18], ids=["many-bands", "one-band"])
def test_means_are_those_of_numpy(dtype: str, band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell holds the mean of its finite values and the count of the others, for every dtype."""
    monkeypatch.setattr(cells, "_BAND", band)
    array = stored(dtype, (23, 17))
    found = reduced(array, (range(23), range(17)), (0, 1), (5, 4))
    assert found.rows == tuple(split(23, 5))
    assert found.columns == tuple(split(17, 4))
    assert found.is_reduced
    check(found, array[...], split(23, 5), split(17, 4))


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
    check(found, values[:, 2, :].T, split(9, 4), split(6, 2))


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
    assert (empty.means.shape, empty.flawed.shape, empty.scale) == ((0, 3), (0, 3), 0.0)


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
