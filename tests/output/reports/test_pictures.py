"""Pictures of a report hold numpy's means and counts, whatever an array is of, and say what they leave out."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.axes import Axis
from kerasinspect.model import Layer
from tests.makers.handmade import model, numbers, weight
from tests.output.reports.reading import page_of_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.output.reports.reading import Page

STEPS = 32_767


def drawn(values: np.ndarray[Any, Any], axes: Sequence[Axis | str]) -> Page:
    """The page about a model of one array."""
    kernel = weight("first", "Dense", "kernel", values, axes, index=0)
    return page_of_model(model([Layer("first", "Dense", "first", weights=(kernel,), built=True)]))


def heat_map(values: np.ndarray[Any, Any], axes: Sequence[Axis | str]) -> dict[str, Any]:
    """The heat map of an array."""
    (found,) = drawn(values, axes).blocks("heatmap")
    return found


def means(picture: dict[str, Any], panel: int = 0) -> np.ndarray[Any, Any]:
    """What the cells of a panel are drawn as; NaN for one without a mean."""
    found = picture["panels"][panel]
    levels = np.frombuffer(b64decode(found["levels"]), "<i2").reshape(found["rows"], found["columns"])
    return np.where(levels == -STEPS - 1, np.nan, levels / STEPS * picture["scale"])


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "uint8", "int64"])
def test_a_small_array_has_a_cell_for_each_value(dtype: str) -> None:
    """To a step of 32,767 of the largest."""
    values = (100 * numbers(8, 5, dtype="float64")).astype(dtype)
    picture = heat_map(values, ["input", "unit"])
    assert picture["scale"] == np.abs(values.astype("float64")).max()
    assert np.abs(means(picture) - values).max() <= picture["scale"] / STEPS
    assert picture["about"] == "down: 8 inputs · across: 5 units"


def test_a_large_array_has_means() -> None:
    """Each over an equal part of the rows and of the columns."""
    values = numbers(256, 512)
    picture = heat_map(values, ["input", "unit"])
    expected = values.astype("float64").reshape(64, 4, 64, 8).mean((1, 3))
    assert picture["about"].endswith("a cell is the mean of up to 4 × 8 values")
    assert np.abs(means(picture) - expected).max() <= picture["scale"] / STEPS
    assert picture["panels"][0]["axes"][1] == {"name": "unit", "start": 0, "size": 512, "cells": 64}


def test_a_caption_says_that_cells_of_two_values_are_means() -> None:
    """Where most cells cover two values and the others one."""
    assert heat_map(numbers(1, 5001), ["input", "unit"])["about"].endswith("a cell is the mean of up to 1 × 2 values")
    assert heat_map(numbers(3, 4), ["input", "unit"])["about"] == "down: 3 inputs · across: 4 units"


def test_odd_values_are_marked() -> None:
    """A cell without a finite value has no mean, and the number of its odd values is there."""
    values = numbers(4, 4)
    values[1, 2], values[3, 3] = np.nan, np.inf
    picture = heat_map(values, ["input", "unit"])
    assert picture["panels"][0]["odd"] == [[6, 1], [15, 1]]
    assert np.isnan(means(picture)).sum() == 2


@pytest.mark.parametrize("fill", [np.nan, np.inf, 1.5])
def test_nothing_is_drawn_of_what_is_all_the_same(fill: float) -> None:
    """Its figures say it; where no value is finite, all that is drawn is odd."""
    page = drawn(np.full((4, 4), fill, "float32"), ["input", "unit"])
    assert all(len(panel["odd"]) == 16 for picture in page.blocks("heatmap") for panel in picture["panels"])
    assert page.blocks("histogram") == []


def test_no_values_and_one_value_have_no_picture() -> None:
    """There is nothing to see."""
    for shape in ((0, 5), (1, 1), ()):
        page = drawn(np.ones(shape, "float32"), ["input", "unit"][: len(shape)])
        assert page.blocks("pictures") == []


def test_filters_are_small_pictures() -> None:
    """The first filters of the first channels, each channel in a row."""
    values = numbers(3, 3, 6, 32)
    picture = heat_map(values, ["height", "width", "channel", "filter"])
    assert picture["across"] == 12
    assert len(picture["panels"]) == 48
    assert picture["about"] == (
        "down: 3 high · across: 3 wide · 4 of 6 channels · 12 of 32 filters"
        " · colours reach to the largest value drawn, which may not be that of the array"
    )
    assert picture["scale"] == np.abs(values[:, :, :4, :12]).max()
    assert np.abs(means(picture, 13) - values[:, :, 1, 1]).max() <= picture["scale"] / STEPS
    assert picture["panels"][13]["title"] == "channel 1, filter 1"


def test_gates_are_pictures_side_by_side() -> None:
    """Each has the columns of its gate, counted from its first."""
    values = numbers(3, 8)
    picture = heat_map(values, ["input", Axis("unit", 8, blocks=("z", "r"))])
    assert [panel["title"] for panel in picture["panels"]] == ["gate z (update)", "gate r (reset)"]
    assert picture["titled"] is True
    assert picture["panels"][1]["axes"][1] == {"name": "unit", "start": 0, "size": 4, "cells": 4}
    assert np.abs(means(picture, 1) - values[:, 4:]).max() <= picture["scale"] / STEPS


def test_filters_of_gates_are_pictures_gate_by_gate() -> None:
    """The first filters of each gate of a recurrent convolution, counted from zero in each."""
    values = numbers(3, 3, 1, 40)
    axes = [*(Axis(name, size) for name, size in (("height", 3), ("width", 3), ("channel", 1)))]
    picture = heat_map(values, [*axes, Axis("filter", 40, blocks=("i", "f", "c", "o"))])
    assert picture["across"] == 12
    assert "1 channel · 3 of 10 filters in each of 4 gates" in picture["about"]
    assert picture["panels"][4]["title"] == "channel 0, gate f (forget), filter 1"
    assert np.abs(means(picture, 4) - values[:, :, 0, 11]).max() <= picture["scale"] / STEPS


def test_histogram_counts_as_numpy_does() -> None:
    """In equal bins from the smallest to the largest value."""
    values = numbers(40, 30)
    (picture,) = drawn(values, ["input", "unit"]).blocks("histogram")
    assert picture["counts"] == np.histogram(values.astype("float64"), len(picture["counts"]))[0].tolist()
    assert (picture["low"], picture["high"]) == ("-1", "0.999")
