"""The one result that every view of ``show`` draws: lazy, each figure and digest once, damage once."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.inspection import Inspection, InspectionOptions, inspect, inspecting
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.slicing import parse_slice
from kerasinspect.analysis.surveying import survey
from kerasinspect.axes import Axis
from kerasinspect.errors import DamagedFile, RequestError
from kerasinspect.model import Extra
from kerasinspect.model.checksum import Checksum
from kerasinspect.output.documents.show import show_document
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.show_options import ShowOptions
from tests.makers.handmade import MemoryArray, dense, model, numbers, question_network, varied, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model import Model

ALL = ShowOptions(hashes=True, statistics=True, explain=True, values=True)
BROKEN = "The values end after 12 of 160 bytes."


@dataclass(frozen=True, slots=True)
class CountingArray(MemoryArray):
    """An array that keeps count of how often all of its bytes were read."""

    whole: list[int] = field(default_factory=list)

    def blocks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """All bytes, in pieces."""
        self.whole.append(size)
        return MemoryArray.blocks(self, size)


def counted(values: np.ndarray[Any, Any], **more: Any) -> tuple[Model, CountingArray]:  # noqa: ANN401 - fields of Weight
    """A model of one weight and one extra with the same array, and that array."""
    array = CountingArray(values)
    axes = [f"axis {n}" for n in range(values.ndim)]
    one = replace(weight("dense", "Dense", "kernel", values, axes, index=0, **more), array=array)
    extra = Extra("optimizer", "adam", "optimizer/vars/0", array)
    return model([replace(dense("dense", 1, 1, 0), weights=(one,))], extras=(extra,)), array


def drawn(inspection: Inspection, options: ShowOptions) -> str:
    """The page and the document of one result."""
    stream = io.StringIO()
    write_text(show_blocks(inspection, options), stream)
    write_json(show_document(inspection, options), stream)
    return stream.getvalue()


def test_nothing_is_read_before_a_view_asks() -> None:
    """Layers, weights, sentences and labels cost no read, nor does choosing an array or a slice."""
    subject, array = counted(numbers(40, 30))
    inspection = inspect(select(subject), InspectionOptions(parse_slice("3:, 1:")))
    (layer,), (one,), (extra,) = inspection.layers, inspection.weights, inspection.extras
    assert layer.weights == (one,)
    assert layer.sentence
    assert one.values.window == (range(3, 40), range(1, 30))
    assert one.shown_as == "stored"
    assert (one.position, one.measured_shape, extra.extra.kind) == (0, (40, 30), "optimizer")
    assert (array.taken, array.whole) == ([], [])


@pytest.mark.parametrize(
    ("options", "readings"),
    [
        (ShowOptions(), 0),
        (ShowOptions(statistics=True), 1),
        (ShowOptions(hashes=True), 2),
        (ShowOptions(hashes=True, statistics=True), 3),
    ],
    ids=["plain", "figures", "hashes of weight and extra", "both"],
)
def test_page_and_document_together_read_all_bytes_once_for_each_result(options: ShowOptions, readings: int) -> None:
    """However many views are drawn, a figure or a digest costs one reading; what is not asked for costs none."""
    subject, array = counted(numbers(40, 30))
    inspection = inspect(select(subject))
    first = drawn(inspection, options)
    assert drawn(inspection, options) == first
    assert len(array.whole) == readings


def test_a_corner_is_all_that_a_page_reads_of_the_values() -> None:
    """Values are read for what is drawn, and not kept."""
    subject, array = counted(numbers(1000, 1000))
    inspection = inspect(select(subject))
    write_text(show_blocks(inspection, ShowOptions()), io.StringIO())
    assert 0 < sum(array.taken) < 400
    read = sum(array.taken)
    write_text(show_blocks(inspection, ShowOptions()), io.StringIO())
    assert sum(array.taken) == 2 * read


def test_figures_digests_and_quantiles_are_those_of_the_array() -> None:
    """Figures as NumPy computes them, SHA-256 of the bytes in C order."""
    values = numbers(40, 30)
    (one,) = inspect(select(counted(values)[0])).weights
    assert not isinstance(one.figures, Unread)
    assert (one.figures.count, one.figures.minimum) == (1200, values.min())
    assert one.quantiles == pytest.approx(np.quantile(values, (0.01, 0.25, 0.5, 0.75, 0.99)))
    assert one.sha256 == hashlib.sha256(values.tobytes()).hexdigest()
    assert np.array_equal(one.values.read((range(2, 4), 5)), values[2:4, 5])
    assert np.array_equal(one.values.read((range(4, 0, -2), 5)), values[4:0:-2, 5])


FORMS = [
    pytest.param({}, True, "stored", id="stored"),
    pytest.param({"unpacked": 1}, True, "unpacked", id="unpacked"),
    pytest.param({"unpacked": 1, "dequantized": 1}, False, "unpacked", id="not dequantized unless asked"),
    pytest.param({"unpacked": 1, "dequantized": 1}, True, "dequantized", id="dequantized"),
]


@pytest.mark.parametrize(("has", "dequantize", "form"), FORMS)
def test_one_place_chooses_the_array_that_is_shown(has: dict[str, int], dequantize: bool, form: str) -> None:  # noqa: FBT001 - a parameter of the table
    """Values that the layer computes with where asked for, else integers that are unpacked, else what is stored."""
    arrays = {"stored": np.zeros((2, 2), "int8"), "unpacked": np.ones((4, 2), "int8"), "dequantized": numbers(4, 2)}
    others = {name: MemoryArray(arrays[name]) for name in has}
    subject, _ = counted(arrays["stored"], unpacked_axes=(Axis("input", 4), Axis("unit", 2)) if has else (), **others)
    (one,) = inspect(select(subject), InspectionOptions(dequantize=dequantize)).weights
    assert one.shown_as == form
    assert np.array_equal(one.values.array[...], arrays[form])
    assert one.measured_shape == arrays["unpacked" if has else "stored"].shape
    assert not isinstance(one.figures, Unread)
    assert one.figures.count == arrays["unpacked" if has else "stored"].size


def test_damage_is_noted_once_though_every_view_meets_it() -> None:
    """One sentence for figures, digest and values of a weight, in all views; the caller hears it once as well."""
    told: list[str] = []
    subject = varied()
    inspection = inspect(select(subject), damage=Damage(frozenset(subject.damage), told.append))
    page = drawn(inspection, ALL)
    drawn(inspection, ALL)
    survey(inspection, with_quantiles=True)
    assert page.count(f"cannot be read: {BROKEN}") == 1
    assert inspection.damage.sentences == tuple(told) == (f"mine/weight 1 of MyLayer: {BROKEN}",)


def test_what_the_file_says_of_itself_is_not_noted_again() -> None:
    """A sentence about a weight repeats none that opening the file gave."""
    inspection = inspect(select(replace(varied(), damage=(BROKEN,))))
    drawn(inspection, ALL)
    assert inspection.damage.sentences == ()


def test_of_the_parts_of_one_result_the_first_error_is_noted() -> None:
    """A weight whose every chunk is damaged has one sentence for its values."""
    damage = Damage()

    def fail(part: int) -> None:
        raise DamagedFile(f"Part {part} is missing.")

    found = [damage.attempt(lambda part=part: fail(part), "a/kernel", "values") for part in range(3)]  # type: ignore[misc]
    assert found[2] == Unread("Part 2 is missing.")
    assert damage.sentences == ("a/kernel: Part 0 is missing.",)


def test_a_slice_that_fits_nothing_is_refused_at_once() -> None:
    """The error names the first weight, before any view is drawn; an empty selection has nothing to fit."""
    with pytest.raises(RequestError, match="dense/bias has 1 axis"):
        inspect(select(question_network(), weights=["bias"]), InspectionOptions(parse_slice("0, 0")))
    with pytest.raises(RequestError, match="position 99 of an axis of dense/kernel that has 8"):
        inspect(select(question_network()), InspectionOptions(parse_slice("99")))
    assert not inspect(select(model([])), InspectionOptions(parse_slice("0, 0"))).misfits


def test_weights_that_a_slice_does_not_fit_are_told_from_those_that_it_does() -> None:
    """Each with its reason; without a slice everything fits."""
    inspection = inspect(select(question_network()), InspectionOptions(parse_slice("0, 0")))
    assert [one.weight.name for one in inspection.misfits] == ["bias"] * 4
    assert inspection.misfits[0].misfit == "The slice has 2 parts, but dense/bias has 1 axis."
    assert not inspect(select(question_network())).misfits


@pytest.mark.parametrize(
    ("names", "shape", "explained"),
    [
        (("height", "width", "channel", "filter"), (3, 2, 5, 4), (3, 2, 5, 4)),
        (("filter", "channel", "height", "width"), (4, 5, 3, 2), (3, 2, 5, 4)),
        (("step", "one", "channel", "filter"), (3, 1, 5, 4), (3, 5, 4)),
        (("axis 0", "axis 1"), (3, 2), None),
    ],
    ids=["today's", "filters first", "Keras 1", "unknown"],
)
def test_one_place_says_which_shape_is_explained(
    names: tuple[str, ...], shape: tuple[int, ...], explained: tuple[int, ...] | None
) -> None:
    """The window comes first, as in today's Keras, whatever order the file has; nothing is said of an unknown order."""
    kernel = weight("conv", "Conv2D", "kernel", numbers(*shape), names)
    conv = replace(dense("conv", 1, 1, 0), class_name="Conv2D", weights=(kernel,), input_shape=(None, 9, 9, 5))
    (layer,) = inspect(select(model([conv]))).layers
    sentence = layer.axis_sentence
    assert (sentence is None) == (explained is None)
    assert not layer.is_flat
    if explained and sentence:
        assert " × ".join(map(str, explained)) in sentence


def test_layers_without_weights_by_nature_are_quiet() -> None:
    """An unbuilt layer is not, nor is one that knows a vocabulary."""
    inspection = inspect(select(varied()))
    quiet = {layer.path for layer in inspection.quiet_layers}
    assert "drop" in quiet
    assert "later" not in quiet
    assert {inner.layer.path for inner in inspection.walk()} == {layer.path for layer in varied().walk()}


def test_a_filter_leaves_positions_and_extras() -> None:
    """A weight keeps its index and gets a position among those listed; extras are those of the model."""
    inspection = inspect(select(question_network(), ["dense_2"]))
    assert [(one.position, one.weight.index) for one in inspection.weights] == [(0, 4), (1, 5)]
    assert inspection.extra_totals["optimizer"].parameters == 297


def test_the_checksum_is_verified_when_it_is_asked_for() -> None:
    """Small weights cost nothing before; a wrong checksum is damage, noted once."""
    asked: list[int] = []

    def steps() -> Iterator[object]:
        asked.append(1)
        yield None
        raise DamagedFile("Its bytes have another CRC-32.")

    subject = replace(question_network(), checksum=Checksum(10, steps))
    assert inspect(select(subject)).checksum() == "not verified"
    with inspecting(select(subject), whole=False) as inspection:
        assert not asked
        assert [inspection.checksum(), inspection.checksum()] == ["wrong", "wrong"]
        assert len(asked) == 1
        assert inspection.damage.sentences == ("Its bytes have another CRC-32.",)
