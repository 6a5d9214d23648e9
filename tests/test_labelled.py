"""Weights as tables of pandas and arrays of xarray: every value in its place, under the label that pages show."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import ClosedModel, MissingExtra, open_model
from kerasinspect.axes import Axis, Origin
from kerasinspect.shown.escaping import NAME_LIMIT
from tests.makers.handmade import numbers, weight
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

VERSION = DATA / "versions" / "keras-3.15.1"
FILES = (
    *sorted(SAMPLES.glob("*.keras")),
    *(VERSION / name for name in ("quant_int4_block.keras", "quant_gptq.keras", "nested.weights.h5")),
)
files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@pytest.mark.parametrize("extra", ["pandas", "xarray"])
def test_a_missing_library_says_how_to_install_it(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the very command, before any value is read."""
    monkeypatch.setitem(sys.modules, extra, None)
    kernel = weight("dense", "Dense", "kernel", numbers(2, 3), ["input", "unit"], broken=True)
    with pytest.raises(MissingExtra, match="which is not installed") as caught:
        kernel.frame() if extra == "pandas" else kernel.xarray()
    assert caught.value.remedy == f"Install the extra: pip install 'kerasinspect[{extra}]'"


@files
def test_every_label_is_the_one_of_its_position(path: Path) -> None:
    """One after another, they are what a page has beside each row and column."""
    with open_model(path) as model:
        for axis in {axis for one in model.weights for axis in one.value_axes}:
            assert [*axis.all_labels()] == [axis.label(at) for at in range(axis.size)]


ORIGINS = (Origin("a", "unit", 2), Origin("b", "", 4, (2, 2)), Origin("c", "filter", 3))
AXES = {
    "runs": Axis("input", 9, origins=ORIGINS),
    "runs that end early": Axis("input", 12, source="d", origins=ORIGINS),
    "runs that are longer": Axis("input", 3, origins=ORIGINS),
    "runs behind labels": Axis("input", 9, origins=ORIGINS, labels=("x", "y")),
    "gates": Axis("unit", 8, blocks=("i", "f", "c", "o")),
    "gates that do not fit": Axis("unit", 7, blocks=("i", "f", "c", "o"), origins=ORIGINS[:2]),
    "tokens": Axis("index", 4, labels=("[UNK]", "the")),
    "nothing": Axis("input", 0, origins=ORIGINS),
}


@pytest.mark.parametrize("axis", AXES.values(), ids=AXES)
def test_labels_come_in_order_whatever_they_are_made_of(axis: Axis) -> None:
    """Runs of other layers, labels of its own, gates, numbers, and more than one of these."""
    assert [*axis.all_labels()] == [axis.label(at) for at in range(axis.size)]


@files
def test_a_frame_has_every_value(path: Path) -> None:
    """Of the dtype that numpy gives, under the labels of the axes."""
    pytest.importorskip("pandas")
    with open_model(path) as model:
        for one in model.weights:
            for dequantize in (False, True):
                frame, values = one.frame(dequantize=dequantize), np.asarray(one.numbers(dequantize=dequantize))
                assert np.array_equal(frame.to_numpy().reshape(values.shape), values, equal_nan=True)
                assert {*frame.dtypes} <= {values.dtype}
                assert values.ndim < 2 or frame.shape[1] == values.shape[-1]


@files
def test_a_data_array_has_every_value(path: Path) -> None:
    """With named axes, a label for each position, and what is known of the weight."""
    pytest.importorskip("xarray")
    with open_model(path) as model:
        for one in model.weights:
            for dequantize in (False, True):
                array, values = one.xarray(dequantize=dequantize), np.asarray(one.numbers(dequantize=dequantize))
                assert array.dtype == values.dtype
                assert np.array_equal(array.to_numpy(), values, equal_nan=True)
                assert array.attrs["stored_path"] == one.stored_path
                assert {*array.coords} == {*array.dims}


def test_rows_and_columns_are_labelled() -> None:
    """A matrix has its two axes, a bias one column, a scalar one number, and a window the levels of one index."""
    pytest.importorskip("pandas")
    with open_model(SAMPLES / "question_network.keras") as model:
        frame = model["dense_1/kernel"].frame()
        assert frame.loc["dense unit 2", "unit 0"] == model["dense_1/kernel"][2, 0]
        assert (frame.index.name, frame.columns.name) == ("input", "unit")
        assert model["dense_1/bias"].frame().loc["unit 3", "bias"] == model["dense_1/bias"][3]
    with open_model(SAMPLES / "small_cnn.keras") as model:
        kernel = model["conv2d/kernel"]
        assert kernel.frame().index.names == ["height", "width", "channel"]
        assert kernel.frame().loc[("height 1", "width 0", "channel 2"), "filter 3"] == kernel[1, 0, 2, 3]
    scalar = weight("layer", "Layer", "scale", np.array(0.5, "float32"), [])
    assert scalar.frame().to_dict("list") == {"scale": [0.5]}
    assert weight("layer", "Layer", "none", numbers(0, 3), ["input", "unit"]).frame().shape == (0, 3)
    assert weight("layer", "Layer", "none", numbers(3, 0), ["input", "unit"]).frame().shape == (3, 0)


def test_positions_of_an_array_of_xarray_are_chosen_by_name() -> None:
    """As its users do; two axes of one name are told apart."""
    pytest.importorskip("xarray")
    with open_model(SAMPLES / "question_network.keras") as model:
        kernel = model["dense_1/kernel"]
        array = kernel.xarray()
        assert array.name == "dense_1/kernel"
        assert float(array.sel(input="dense unit 2", unit="unit 0")) == kernel[2, 0]
        assert array.attrs["fan_in"] == 5
        assert array.attrs["initializer"] == "glorot_uniform"
    assert weight("layer", "Mine", "matrix", numbers(2, 2, 2), ["row", "row", "unit"]).xarray().dims == (
        "row",
        "row 2",
        "unit",
    )


@pytest.mark.parametrize("extra", ["pandas", "xarray"])
def test_a_closed_model_gives_no_table(extra: str) -> None:
    """Neither of what is stored nor of what is computed from it."""
    pytest.importorskip(extra)
    with open_model(VERSION / "quant_int4_block.keras") as model:
        weights = model.weights
    for one in weights:
        for dequantize in (False, True):
            with pytest.raises(ClosedModel, match="is closed"):
                one.frame(dequantize=dequantize) if extra == "pandas" else one.xarray(dequantize=dequantize)


def test_many_threads_make_tables_of_one_model() -> None:
    """As one does: of stored, unpacked and computed values."""
    pytest.importorskip("pandas")
    with open_model(VERSION / "quant_int4_block.keras") as model, ThreadPoolExecutor(8) as pool:
        expected = [one.frame(dequantize=True) for one in model.weights]
        for _ in range(3):
            for found, frame in zip(
                pool.map(lambda one: one.frame(dequantize=True), model.weights), expected, strict=True
            ):
                assert found.equals(frame)


def test_a_frame_can_be_written_into() -> None:
    """It is the caller's own, and no later reading sees what is written."""
    pytest.importorskip("pandas")
    with open_model(SAMPLES / "question_network.keras") as model:
        kernel = model["dense/kernel"]
        frame = kernel.frame()
        frame.iloc[0, 0] = 7
        assert frame.iloc[0, 0] == 7
        assert kernel[0, 0] != 7


def test_a_name_of_any_length_makes_short_labels_that_can_be_seen() -> None:
    """Every label repeats the name of the layer that it comes from; the number behind it stays."""
    pytest.importorskip("pandas")
    long = "\x1b[2J" + "x" * 60_000
    runs = (Origin(long, "unit", 2), Origin(long, "unit", 2, labels=("\u202e" * 500,)))
    kernel = weight("dense", "Dense", "kernel", numbers(4, 3), [Axis("input", 4, source=long), "unit"])
    for axis in (Axis("input", 4, source=long), Axis("input", 4, origins=runs)):
        labels = replace(kernel, axes=(axis, kernel.axes[1])).frame().index
        assert all(label.isprintable() for label in labels)
        assert all(len(label) < 8 * NAME_LIMIT for label in labels)
        assert labels[1].endswith(" unit 1")
