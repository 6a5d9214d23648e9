"""Grids read and show what was asked for, and nothing else."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.analysis.slicing import parse_slice
from kerasinspect.axes import Axis
from kerasinspect.errors import RequestError
from kerasinspect.output.arrays.grids import draw
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.show_options import GridOptions
from tests.makers.handmade import MemoryArray, numbers

SHORT = GridOptions()


def drawn(values: np.ndarray[Any, Any], axes: list[Axis], options: GridOptions = SHORT, part: str = "...") -> str:
    """The text of an array's grids."""
    stream = io.StringIO()
    subject = shown_values("layer/weight", MemoryArray(values), axes, parse_slice(part))
    write_text(draw(subject, options), stream, options.width)
    return stream.getvalue()


def axes_of(values: np.ndarray[Any, Any], *names: str) -> list[Axis]:
    """Axes with these names."""
    return [Axis(name, size) for name, size in zip(names, values.shape, strict=True)]


SHAPES = [
    pytest.param((), (), id="scalar"),
    pytest.param((3,), ("unit",), id="vector"),
    pytest.param((4, 3), ("input", "unit"), id="matrix"),
    pytest.param((3, 5, 4), ("step", "channel", "filter"), id="Conv1D"),
    pytest.param((3, 2, 5, 4), ("height", "width", "channel", "filter"), id="Conv2D"),
    pytest.param((3, 2, 4, 1), ("height", "width", "channel", "multiplier"), id="depthwise"),
    pytest.param((2, 3, 2, 3, 4), ("depth", "height", "width", "channel", "filter"), id="Conv3D"),
    pytest.param((3, 4, 5), ("input", "head", "unit"), id="heads"),
    pytest.param((2, 1, 2, 2, 2, 3), ("a", "b", "c", "d", "e", "f"), id="six axes"),
]


@pytest.mark.parametrize("width", [None, 60])
@pytest.mark.parametrize(("shape", "names"), SHAPES)
def test_full_shows_every_value_once(shape: tuple[int, ...], names: tuple[str, ...], width: int | None) -> None:
    """With --full each value of an array of any rank stands on the page exactly once."""
    values = np.arange(1000, 1000 + int(np.prod(shape))).reshape(shape)
    text = drawn(values, axes_of(values, *names), GridOptions(full=True, width=width))
    shown = [int(word) for word in text.split() if word.isdigit() and len(word) == 4]
    assert sorted(shown) == list(range(1000, 1000 + values.size))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("full", [False, True])
def test_fits_the_width_of_a_terminal(width: int, full: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """No line is wider than the page, whatever the axes."""
    gates = [Axis("input", 9), Axis("unit", 48, blocks=("i", "f", "c", "o"))]
    for values, axes in (
        (numbers(40, 300), [Axis("input", 40, source="dense_1"), Axis("unit", 300)]),
        (numbers(9, 48), gates),
        (numbers(3, 3, 9, 70), axes_of(numbers(3, 3, 9, 70), "height", "width", "channel", "filter")),
        (numbers(500) * 1e-9, [Axis("unit", 500)]),
    ):
        text = drawn(values, axes, GridOptions(full=full, width=width))
        assert max(map(len, text.splitlines())) <= width


def test_reads_only_the_corners() -> None:
    """Of a million values a few dozen are read, each of them once."""
    array = MemoryArray(numbers(1000, 1000))
    subject = shown_values("layer/weight", array, axes_of(array.values, "input", "unit"))
    list(draw(subject, GridOptions(width=80)))
    assert sum(array.taken) < 100


@pytest.mark.parametrize("text", ["0, 1:3", "..., 0", "::-2, 0:1", "3:1:-1, ::-1", "-1, -1", "[1:2, ...]"])
def test_slices_as_numpy_does(text: str) -> None:
    """A slice shows what numpy gives for it, in numpy's order."""
    values = np.arange(1000, 1015).reshape(5, 3)
    shown = drawn(values, axes_of(values, "index", "unit"), part=text)
    expected = eval(f"values[{text.strip('[]')}]")  # noqa: S307 - numpy itself is the oracle
    assert [int(word) for word in shown.split() if word.isdigit() and len(word) == 4] == np.ravel(expected).tolist()


def test_labels_of_a_slice_are_those_of_the_whole() -> None:
    """A sliced row keeps the number that it has in the whole array."""
    values = numbers(5, 3)
    shown = drawn(values, axes_of(values, "input", "unit"), part="3:, 1:")
    assert shown.splitlines()[0].split() == ["unit", "1", "unit", "2"]
    assert [line.split()[:2] for line in shown.splitlines()[1:]] == [["input", "3"], ["input", "4"]]


@pytest.mark.parametrize("text", ["0, 0, 0", "5, 0", "0, -4"])
def test_refuses_a_slice_that_does_not_fit(text: str) -> None:
    """Too many parts and positions outside are errors."""
    values = numbers(5, 3)
    with pytest.raises(RequestError):
        drawn(values, axes_of(values, "input", "unit"), part=text)


def test_says_that_there_are_no_values() -> None:
    """An axis of size 0 gives a sentence, not an empty table."""
    assert "no values" in drawn(numbers(0, 3), [Axis("input", 0), Axis("unit", 3)])


def test_trusts_the_shape_more_than_the_axes() -> None:
    """Axes that contradict the shape are replaced, so that hostile configs cannot break the page."""
    shown = drawn(numbers(2, 2), [Axis("input", 7, blocks=("i", "f")), Axis("unit", 3)])
    assert "input 1" in shown
    assert "axis 0 position 1" in drawn(numbers(2, 2), [Axis("input", 4)])
