"""The comparison that ``measure_positions`` rests on: it finds each kind of fault, and none where none is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracles.comparing import compare

Json = dict[str, Any]

LAYERS = {"a": ["Scaled", "Dense", "Layer"], "b": ["BatchNormalization", "Layer"]}


def row(name: str, sha256: str, layer: str, *, stored: bool = True) -> Json:
    """A weight as Keras has it."""
    owners = [{"layer": layer, "classes": LAYERS[layer]}]
    return {"name": name, "owners": owners, "shape": [3], "sha256": sha256, "stored": stored}


def weight(index: int | None, name: str, sha256: str, layer: str, layer_class: str, **facts: object) -> Json:
    """A weight as ``show`` has it."""
    shown = {"index": index, "name": name, "sha256": sha256, "layer": layer, "layer_class": layer_class}
    return {**shown, "named": True, "shape": [3], **facts}


ROWS = [row("a/kernel:0", "k", "a"), row("a/bias:0", "zeros", "a"), row("b/beta:0", "zeros", "b")]
TRUTH = {"layers": LAYERS, "weights": ROWS, "loaded": None}
SHOWN = [
    weight(0, "kernel", "k", "a", "Scaled"),
    weight(1, "bias", "zeros", "a", "Dense"),
    weight(2, "beta", "zeros", "b", "BatchNormalization"),
]

DOCUMENT: Json = {"model": {"format": "keras-archive"}, "layers": []}


def compared(*changed: Json, truth: Json = TRUTH) -> dict[str, int]:
    """What is counted where the first weights of the document are these."""
    weights = [*changed, *SHOWN[len(changed) :]]
    return dict(compare({**DOCUMENT, "weights": weights}, truth).counts)


RIGHT = {"position right": 3, "name right": 3, "class right": 3}


def test_what_is_right_is_counted_as_right() -> None:
    """Positions, names and classes are right; a class that the true one is a kind of is right too."""
    assert compared() == RIGHT


@pytest.mark.parametrize(
    ("changed", "counted"),
    [
        pytest.param({"index": None}, {"position null": 1, "position right": 2}, id="position left open"),
        pytest.param({"index": 1}, {"position wrong": 1, "doubled": 1, "position right": 2}, id="position wrong"),
        pytest.param({"index": 9}, {"position wrong": 1, "position right": 2}, id="position beyond the end"),
        pytest.param({"named": False}, {"name unknown": 1, "name right": 2}, id="name left open"),
        pytest.param({"name": "gamma"}, {"name wrong": 1, "name right": 2}, id="name wrong"),
        pytest.param({"layer_class": None}, {"class unknown": 1, "class right": 2}, id="class left open"),
        pytest.param({"layer_class": "LSTM"}, {"class wrong": 1, "class right": 2}, id="class wrong"),
    ],
)
def test_what_is_open_and_what_is_wrong_are_told_apart(changed: Json, counted: Json) -> None:
    """One changed fact changes its own figures alone."""
    assert compared({**SHOWN[0], **changed}) == {**RIGHT, **counted}


def test_equal_arrays_that_change_places_are_wrong() -> None:
    """Of two layers with equal bytes each must have its own position."""
    swapped = [SHOWN[0], {**SHOWN[1], "index": 2}, {**SHOWN[2], "index": 1}]
    assert compared(*swapped)["position wrong"] == 2


def test_an_array_that_is_in_the_file_must_be_shown() -> None:
    """An array that is not shown is missing; one that Keras did not write is not."""
    document = {**DOCUMENT, "weights": SHOWN[:2]}
    assert compare(document, TRUTH).counts["missing"] == 1
    unwritten = {**TRUTH, "weights": [*ROWS[:2], row("b/beta:0", "zeros", "b", stored=False)]}
    assert compare(document, unwritten).counts["missing"] == 0


def test_the_order_after_loading_serves_too() -> None:
    """Where loading changes the order, either order is right, and which one it was is counted."""
    counts = compared(
        {**SHOWN[0], "index": 2},
        {**SHOWN[1], "index": 0},
        {**SHOWN[2], "index": 1},
        truth={**TRUTH, "loaded": [ROWS[1], ROWS[2], ROWS[0]]},
    )
    assert counts == {**RIGHT, "order after loading": 1}


def test_the_class_of_a_layer_without_weights_is_compared() -> None:
    """Classes are asked of every layer in the document, also of those inside others."""
    inner = {"path": "b", "class_name": "LSTM", "layers": []}
    document = {**DOCUMENT, "weights": SHOWN, "layers": [{"path": "a", "class_name": "Dense", "layers": [inner]}]}
    assert compare(document, TRUTH).wrong == ["class wrong: b said LSTM, is ['BatchNormalization', 'Layer']"]
