"""Values that are looked up one by one are those that numpy has."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.analysis.slicing import parse_slice
from kerasinspect.axes import Axis
from kerasinspect.containers.peeking import peek
from kerasinspect.containers.stored import InMemory, StoredArray
from kerasinspect.dtypes import Encoding
from kerasinspect.output.arrays.grids import draw
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.show_options import GridOptions
from tests.makers.handmade import MemoryArray

NAMES = ("height", "width", "channel", "filter")
SHAPES = [(), (5,), (3000,), (7, 3), (200, 300), (30, 6000), (3, 3, 40, 50), (1, 1, 90, 70), (2, 5, 1, 3)]
DTYPES = ["float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def page_of(array: object, part: str, options: GridOptions) -> str:
    """The text of an array's grids."""
    stream = io.StringIO()
    axes = [Axis(name, size) for name, size in zip(NAMES[4 - len(array.shape) :], array.shape, strict=True)]  # type: ignore[attr-defined]
    subject = shown_values("layer/weight", array, axes, parse_slice(part))  # type: ignore[arg-type]
    write_text(draw(subject, options), stream, options.width)
    return stream.getvalue()


def stored(values: np.ndarray) -> StoredArray:
    """An array whose bytes lie in memory."""
    encoding = Encoding(values.dtype.str)
    return StoredArray("weight", values.shape, values.dtype.name, encoding, InMemory(values.tobytes))


@pytest.mark.parametrize("options", [GridOptions(), GridOptions(full=True), GridOptions(width=70)])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_page_is_the_same_whoever_reads_its_values(shape: tuple[int, ...], options: GridOptions) -> None:
    """Corners, slices and steps of arrays of every kind."""
    values = np.random.default_rng(1).normal(size=shape).astype("float32")
    for part in ("...", "..., -1", "0, ...", "..., ::-1", "::2, ..."):
        if shape or part == "...":
            assert page_of(stored(values), part, options) == page_of(MemoryArray(values), part, options)


@pytest.mark.skipif(sys.byteorder == "big", reason="its own numbers are others")
@pytest.mark.parametrize("dtype", DTYPES)
def test_looks_up_what_numpy_reads(dtype: str) -> None:
    """Runs within a page, over several pages, and with steps over them, of any dtype that Python has."""
    values = np.random.default_rng(2).integers(0, 120, 50_000).astype(dtype)
    look = peek(stored(values))
    assert look is not None
    for first, count, step in ((0, 1, 1), (49_999, 1, 1), (3, 30_000, 1), (7, 40, 1_000), (49_000, 40, -1_000)):
        assert [*look.values(first, count, step)] == values[first:][:1].tolist() + [
            values[first + at * step].item() for at in range(1, count)
        ]


@pytest.mark.parametrize("code", [">f4", "<f2", "<c8"])
def test_leaves_other_dtypes_to_numpy(code: str) -> None:
    """Python has no such numbers in this order."""
    assert peek(stored(np.zeros(3, code))) is None
