"""Every printed number stands under and beside the labels of its own place, found as a reader finds them."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.axes import Axis
from kerasinspect.knowledge.words import GATE_WORDS
from kerasinspect.output.arrays.grids import draw
from kerasinspect.output.blocks import Grid
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.show_options import GridOptions
from kerasinspect.shown.escaping import columns_of
from tests.makers.handmade import MemoryArray
from tests.output.printed import MARGIN, Cell, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.shown_values import ShownValues
    from kerasinspect.analysis.slicing import Part

NAMES = ["units", "a_layer_with_a_rather_long_name_of_its_own", "入力層の名前", "слой", "x"]
SIZES = st.sampled_from([1, 1, 2, 3, 5, 17, 40])
WINDOWS = {"step": 1, "height width": 2, "depth height width": 3, "step one": 2}
GATES = [("i", "f", "c", "o"), ("z", "r", "h"), ("input i", "input f", "input c", "input o", "i", "f", "c", "o")]


@st.composite
def kernels(draw_: st.DrawFn) -> list[Axis]:
    """The axes of a kernel: a window that is often one place large, then what comes in and what goes out."""
    places = draw_(st.sampled_from(["", *WINDOWS]))
    small = st.sampled_from([1, 1, 2, 3])
    window = [Axis(name, draw_(small) if name != "one" else 1) for name in places.split()]
    incoming = Axis(draw_(st.sampled_from(["input", "channel", "head"])), draw_(SIZES))
    if draw_(st.booleans()):
        incoming = Axis(incoming.name, incoming.size, source=draw_(st.sampled_from(NAMES)), source_word="filter")
    outgoing = Axis(draw_(st.sampled_from(["unit", "filter", "multiplier"])), draw_(SIZES))
    ends = [incoming, outgoing] if draw_(st.booleans()) else [outgoing, incoming]
    return [*ends, *window] if draw_(st.integers(0, 4)) == 0 else [*window, *ends]


@st.composite
def gated(draw_: st.DrawFn) -> list[Axis]:
    """The axes of a recurrent weight, often of one or two units."""
    gates, units = draw_(st.sampled_from(GATES)), draw_(SIZES)
    last = Axis("unit", units * len(gates), blocks=gates)
    first = draw_(st.sampled_from([[], [Axis("input", 3)], [Axis("row", 2, labels=("for inputs", "for the state"))]]))
    return [*first, last]


@st.composite
def parts(draw_: st.DrawFn, axes: list[Axis]) -> tuple[Part, ...]:
    """A slice that takes some of each axis."""
    if draw_(st.booleans()):
        return (...,)
    taken: list[Part] = []
    for axis in axes:
        choices: list[Part] = [slice(None), slice(None, None, -1), slice(0, 1), slice(axis.size // 2, None), -1]
        taken.append(draw_(st.sampled_from(choices)))
    return tuple(taken)


def values_of(kind: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Values of one kind, as different as the kind allows."""
    count = math.prod(shape)
    spread = np.random.default_rng(count).permutation(count).astype("float64").reshape(shape) - count // 3
    match kind:
        case "bool":
            return np.asarray(spread % 2 == 0)
        case "huge" | "tiny":
            return np.asarray(spread * (1e290 if kind == "huge" else 1e-200))
        case "mixed":
            return np.where(spread % 3 == 0, 1e-250, np.where(spread % 3 == 1, 1e-5, 0))
        case "odd":
            return np.where(spread % 3 == 0, np.nan, np.where(spread % 3 == 1, -np.inf, spread))
        case _:
            return np.asarray(spread / 97 if kind == "float32" else spread).astype(kind)


UNCUT = (130, 300)
"""Widths at which the longest of these labels are not cut."""

KINDS = ["float32", "float16", "int8", "int32", "bool", "huge", "tiny", "mixed", "odd"]


def place_of(subject: ShownValues, cell: Cell) -> tuple[int, ...]:
    """The index in the array that the labels around a number say; a slice fixes some axes without a word."""
    said = [word for word in [*cell.title.split(", "), cell.heading, cell.column, cell.row] if word]
    place = []
    for number, (axis, part) in enumerate(zip(subject.axes, subject.window, strict=True)):
        if isinstance(part, int):
            place.append(part)
            continue
        known = {subject.label(number, at): at for at in range(axis.size)}
        if axis.blocks:
            known |= gate_places(axis, cell.heading)
        found = [known[word] for word in said if word in known]
        assert len(found) == 1 or (axis.size == 1 and not found), (axis, said)
        place.append(found[0] if found else 0)
    return tuple(place)


def gate_places(axis: Axis, heading: str) -> Mapping[str, int]:
    """Positions by the labels that stand under the heading of a gate."""
    units = axis.size // len(axis.blocks)
    headings = [f"gate {gate} ({GATE_WORDS[gate]})" if gate in GATE_WORDS else f"gate {gate}" for gate in axis.blocks]
    first = headings.index(heading) * units if heading in headings else axis.size
    return {f"{axis.name} {at}": first + at for at in range(units) if first < axis.size}


def agrees(text: str, value: Any) -> bool:  # noqa: ANN401 - any number
    """Whether a printed number is the value, as far as its digits go."""
    if isinstance(value, bool):
        return text == str(value).lower()
    if math.isnan(value) or math.isinf(value):
        return text == str(value)
    digits = 10.0 ** -(len(text.partition("e")[0].partition(".")[2]))
    unit = digits * (float(f"1e{text.partition('e')[2]}") if "e" in text else 1)
    return abs(float(text) - float(value)) <= 0.6 * unit


def printed(subject: ShownValues, options: GridOptions) -> str:
    """The grids of an array as text."""
    stream = io.StringIO()
    write_text(draw(subject, options), stream, options.width)
    return stream.getvalue()


def numbers_on(text: str) -> Iterator[Cell]:
    """The numbers of a page, those left out aside."""
    return (cell for cell in cells(text) if cell.number != "⋯")


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_number_stands_under_its_own_headings(kind: str, data: st.DataObject) -> None:
    """For any axes, width, precision and slice the labels of each number say where in the array it is."""
    axes = data.draw(kernels() | gated())
    values = values_of(kind, tuple(axis.size for axis in axes))
    part = data.draw(parts(axes))
    options = GridOptions(
        full=data.draw(st.booleans()),
        precision=data.draw(st.integers(0, 9)),
        width=data.draw(st.none() | st.integers(*UNCUT)),
    )
    subject = shown_values("layer/weight", MemoryArray(values), axes, part)
    if all(isinstance(taken, int) for taken in subject.window):
        return
    page = printed(subject, options)
    fixed = [at for at, taken in enumerate(subject.window) if isinstance(taken, int)]
    assert page.startswith("    at ") == bool(fixed)
    shown = [*numbers_on(page.partition("\n")[2] if fixed else page)]
    places = [place_of(subject, cell) for cell in shown]
    assert len({*places}) == len(places) > 0
    assert all(agrees(cell.number, values[place].item()) for cell, place in zip(shown, places, strict=True))
    if options.full:
        assert len(places) == values[part].size


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_narrow_page_holds_every_grid(kind: str, data: st.DataObject) -> None:
    """No line is wider than the page, and no two rows of a grid have one label."""
    axes = data.draw(kernels() | gated())
    values = values_of(kind, tuple(axis.size for axis in axes))
    width = data.draw(st.integers(1, 130))
    options = GridOptions(full=data.draw(st.booleans()), precision=data.draw(st.integers(0, 9)), width=width)
    subject = shown_values("layer/weight", MemoryArray(values), axes)
    assert max(map(columns_of, printed(subject, options).splitlines())) <= max(20, width)
    for grid in draw(subject, options):
        labels = [row.label for row in grid.rows] if isinstance(grid, Grid) else []
        assert len({*labels}) == len(labels)


@pytest.mark.parametrize("width", [*range(34, 300, 7), None])
@pytest.mark.parametrize("labels", [("a", "b", "c"), ("same", "same", "same"), ("入力層の名前", "x", "a long name")])
def test_headings_that_the_user_gave_stand_over_their_columns(width: int | None, labels: tuple[str, ...]) -> None:
    """Names of any width, also equal ones, have one heading each."""
    values = np.arange(27).reshape(3, 3, 1, 3)
    axes = [Axis(name, size) for name, size in zip(("height", "width", "channel", "filter"), values.shape, strict=True)]
    subject = shown_values("layer/weight", MemoryArray(values), axes, labels={3: labels})
    for cell in numbers_on(printed(subject, GridOptions(width=width, full=True))):
        *_, at = np.argwhere(values == int(cell.number))[0]
        assert cell.heading == labels[at]


@pytest.mark.parametrize("width", [None, 90, 130])
@pytest.mark.parametrize(
    "names",
    [
        *("height width channel filter", "depth height width channel filter", "step channel filter"),
        *("step one channel filter", "height width filter channel", "height width channel multiplier"),
        "filter channel height width",
    ],
)
def test_a_kernel_of_one_place_is_one_table(names: str, width: int | None) -> None:
    """A window of one place has no blocks: channels and filters are the rows and the columns."""
    axes = [Axis(name, 5 if name in {"filter", "channel", "multiplier"} else 1) for name in names.split()]
    values = np.arange(25).reshape([axis.size for axis in axes])
    text = printed(shown_values("layer/weight", MemoryArray(values), axes), GridOptions(width=width))
    header, *rows = text.splitlines()
    first, second = (axis.name for axis in axes if axis.size > 1)
    assert header.split() == [word for at in range(5) for word in (second, str(at))]
    assert [row.removeprefix(MARGIN).split()[:2] for row in rows] == [[first, str(at)] for at in range(5)]
