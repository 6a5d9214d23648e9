"""Whole arrays as lines: every value has one place, whatever the shape, and only what is looked at is read."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect import open_model
from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.axes import Axis
from kerasinspect.browse.whole_array import Cell, WholeArray, exact, whole_array, wider_style
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model.arrays import Index

AXES = {
    "bias": [("unit", 7)],
    "dense": [("input", 5), ("unit", 3)],
    "conv": [("height", 3), ("width", 2), ("channel", 4), ("filter", 5)],
    "pointwise": [("height", 1), ("width", 1), ("channel", 4), ("filter", 5)],
    "heads": [("channel", 4), ("head", 2), ("unit", 3)],
    "volume": [("depth", 2), ("height", 2), ("width", 3), ("channel", 2), ("filter", 3)],
    "unknown": [("axis 0 position", 2), ("axis 1 position", 3), ("axis 2 position", 2)],
}


class _Computed:
    """An array whose values are their places in C order; it counts those that are read."""

    dtype = "float64"

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Be of a shape."""
        self.shape, self.nbytes, self.count = shape, 8 * prod(shape), 0

    def __getitem__(self, key: Index) -> np.ndarray[Any, Any]:
        """The values of a window."""
        parts = [np.arange(size)[part] if size < 1000 else _positions(part) for part, size in self._each(key)]
        places: np.ndarray[Any, Any] = np.zeros((), np.int64)
        for part, size in zip(parts, self.shape, strict=True):
            places = places[..., None] * size + part if np.ndim(part) else places * size + part
        self.count += places.size
        return places.astype(np.float64)

    def _each(self, key: Index) -> Iterator[tuple[Any, int]]:
        """The part of each axis that is asked for, and its size."""
        return zip(key if isinstance(key, tuple) else (key,), self.shape, strict=True)

    def blocks(self, size: int = 1) -> Iterator[bytes]:
        """Nobody reads all of it."""
        raise NotImplementedError(size)


def _positions(part: slice | int) -> np.ndarray[Any, Any] | int:
    """The positions of a part of a long axis."""
    return np.arange(part.start, part.stop, part.step) if isinstance(part, slice) else part


def _array(axes: list[tuple[str, int]]) -> tuple[WholeArray, _Computed]:
    """An array with these axes as lines."""
    found = _Computed(tuple(size for _, size in axes))
    lines = whole_array(shown_values("kernel", found, [Axis(name, size) for name, size in axes]))
    assert lines is not None
    return lines, found


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
def test_every_value_has_one_place(axes: list[tuple[str, int]]) -> None:
    """Lines and columns give each index once, and the value read there is the one of that index."""
    lines, found = _array(axes)
    rows = lines.read(range(lines.lines), range(lines.columns))
    assert len(rows) == lines.lines
    seen = {}
    for line, row in enumerate(rows):
        assert (row is None) == (lines.title(line) is not None)
        for column, value in enumerate(row or ()):
            index = lines.index_of(Cell(line, column))
            assert lines.cell_of(index) == (line, column)
            seen[index] = value
    assert seen == {index: float(at) for at, index in enumerate(np.ndindex(found.shape))}


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
def test_any_part_is_that_part_of_all(axes: list[tuple[str, int]]) -> None:
    """A screen in the middle has the same values as the whole."""
    lines, _ = _array(axes)
    every = lines.read(range(lines.lines), range(lines.columns))
    for start in range(lines.lines):
        some, columns = range(start, min(lines.lines, start + 5)), range(lines.columns // 2, lines.columns)
        expected = [None if row is None else [*row[columns.start : columns.stop]] for row in every[start : some.stop]]
        assert [None if row is None else [*row] for row in lines.read(some, columns)] == expected


def test_an_array_of_many_gigabytes_is_read_where_it_is_looked_at() -> None:
    """The last lines cost as little as the first: what is on the screen, and the last value once."""
    lines, found = _array([("input", 3_000_000), ("unit", 400_000)])
    assert lines.lines == 3_000_000
    rows = lines.read(range(2_999_990, 3_000_000), range(399_995, 400_000))
    assert rows[-1] is not None
    assert rows[-1][-1] == 3_000_000 * 400_000 - 1
    assert found.count == 1 + 50
    assert lines.cell_of((-1, -1)) == (2_999_999, 399_999)


@pytest.mark.parametrize("index", [(5, 0), (0, -4), (0, 0, 0)])
def test_an_index_that_no_value_has_is_no_place(index: tuple[int, ...]) -> None:
    """Beyond an axis, or with more axes than there are."""
    assert _array(AXES["dense"])[0].cell_of(index) is None


@pytest.mark.parametrize("name", ["small_cnn.keras", "attention.keras", "recurrent.keras", "bfloat16.keras"])
def test_lines_of_samples_are_the_stored_values(name: str) -> None:
    """Of every weight that has lines, whatever reads them."""
    with open_model(SAMPLES / name) as model:
        for weight in model.weights:
            lines = whole_array(shown_values(weight.path, weight.array, weight.axes))
            assert lines is not None
            expected = weight.array[...]
            for line, row in enumerate(lines.read(range(lines.lines), range(lines.columns))):
                for column, value in enumerate(row or ()):
                    assert value == expected[lines.index_of(Cell(line, column))]


def test_what_has_no_lines_has_no_table() -> None:
    """A single value, and an array without any."""
    assert whole_array(shown_values("iterations", _Computed(()), [])) is None
    assert whole_array(shown_values("kernel", _Computed((3, 0)), [Axis("input", 3), Axis("unit", 0)])) is None


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (float(np.float32(0.1)), "float32", "0.1"),
        (float(np.float16(0.1)), "float16", "0.1"),
        (0.1, "float64", "0.1"),
        (float(np.float32(1 / 3)), "float32", "0.33333334"),
        (float(np.float32(1e-45)), "float32", "1e-45"),
        (float("nan"), "float32", "nan"),
        (float("-inf"), "float16", "-inf"),
        (7, "int8", "7"),
        (float(np.float32(3.4028235e38)), "float32", "3.4028235e+38"),
    ],
)
def test_a_value_is_copied_with_the_digits_that_tell_it(value: float, dtype: str, text: str) -> None:
    """As many as its dtype needs, so that reading them gives the same number."""
    assert exact(value, dtype) == text


def test_numbers_keep_their_form_while_lines_go_by() -> None:
    """A line of larger numbers makes columns wider, and a line of small ones does not make them narrow again."""
    small = wider_style(None, [[0.25], None])
    large = wider_style(small, [[123_456.5]])
    assert (small.form, large.form) == ("decimal", "exponent")
    assert wider_style(large, [[0.25]]) == large
