"""Layers and weights are chosen by name, path and glob; nothing is ever chosen silently."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kerasinspect.analysis.selection import Selection, select
from kerasinspect.errors import NothingMatches
from kerasinspect.model import Layer
from tests.makers.handmade import dense, model, question_network, varied, weight


def paths(selection: Selection) -> list[str]:
    """The layers that are listed."""
    return [listed.layer.path for listed in selection.walk()]


CHOSEN = [
    pytest.param([], [], 8, id="everything"),
    pytest.param(["dense_1"], [], 2, id="name"),
    pytest.param(["dense_1", "dense_3"], [], 4, id="two names"),
    pytest.param(["dense_[12]"], [], 4, id="glob"),
    pytest.param(["*"], ["bias"], 4, id="weight"),
    pytest.param([], ["k*"], 4, id="weight glob"),
    pytest.param([], ["dense/bias", "dense_2/kernel"], 2, id="weight paths"),
]


@pytest.mark.parametrize(("layers", "weights", "count"), CHOSEN)
def test_chooses_by_name_path_and_glob(layers: list[str], weights: list[str], count: int) -> None:
    """Every weight that matches is there, in the order of get_weights()."""
    chosen = select(question_network(), layers, weights)
    assert len(chosen.weights) == count
    indices = [weight.index for weight in chosen.weights if weight.index is not None]
    assert indices == sorted(indices)
    below = [weight for listed in chosen.walk() for weight in listed.weights]
    assert len(below) == count


def test_a_layer_comes_with_its_sublayers() -> None:
    """The parent brings its cell, and the cell can be asked for by path or by name alone."""
    assert paths(select(varied(), ["lstm"])) == ["lstm", "lstm/lstm_cell"]
    assert paths(select(varied(), ["lstm/lstm_cell"])) == ["lstm/lstm_cell"]
    assert paths(select(varied(), ["lstm_cell"])) == ["lstm/lstm_cell"]


def test_a_name_in_full_is_not_a_glob() -> None:
    """A layer whose name looks like a glob can be asked for alone."""
    subject = model([dense("a[1]", 2, 2, 0), dense("a1", 2, 2, 2)])
    assert paths(select(subject, ["a[1]"])) == ["a[1]"]


def test_weights_of_the_model_answer_to_its_name() -> None:
    """The model's own weights are chosen by the model's name, and left out by a layer's."""
    own = weight("sequential", "Sequential", "scale", np.array(2.5), [], index=0)
    subject = model([dense("dense", 2, 2, 1)], [own])
    assert select(subject, ["sequential"]).own_weights == (own,)
    assert select(subject, ["dense"]).own_weights == ()


def test_a_layer_answers_to_its_other_paths() -> None:
    """A layer that a model uses in two places is chosen by either, written out or as a glob."""
    shared = replace(dense("inner/shared", 2, 2, 0), name="shared", also_at=("other/shared",))
    for pattern in ("inner/shared", "other/shared", "other/*"):
        assert paths(select(model([shared, dense("last", 2, 2, 2)]), [pattern])) == ["inner/shared"]


def test_a_layer_keeps_its_facts_whatever_is_listed_of_it() -> None:
    """With a filter for weights a layer lists those alone, and still has all of its parameters."""
    for listed in select(varied(), weights=["*bias"]).walk():
        whole = next(layer for layer in varied().walk() if layer.path == listed.layer.path)
        assert listed.layer.parameters == whole.parameters
        assert {weight.name for weight in listed.weights} <= {"bias"}


NOTHING = [
    pytest.param(["dens_1"], [], "dense_1", id="a misspelt layer"),
    pytest.param(["dense", "zebra"], [], "dense, dense_1, dense_2, dense_3", id="no near layer"),
    pytest.param([], ["kernal"], "kernel", id="a misspelt weight"),
    pytest.param(["dense"], ["dense_1/kernel"], "dense/kernel", id="a weight of another layer"),
]


@pytest.mark.parametrize(("layers", "weights", "named"), NOTHING)
def test_what_matches_nothing_is_an_error_that_names_the_nearest(
    layers: list[str], weights: list[str], named: str
) -> None:
    """Each pattern has to match something."""
    with pytest.raises(NothingMatches) as caught:
        select(question_network(), layers, weights)
    assert named in caught.value.remedy


def test_a_long_list_of_names_is_cut() -> None:
    """The message stays short, and an empty model has nothing to choose from."""
    many = model([Layer(f"layer_{n}", "Dense", f"layer_{n}") for n in range(30)])
    with pytest.raises(NothingMatches, match="and 20 more"):
        select(many, ["zebra"])
    with pytest.raises(NothingMatches, match="no layers to choose from"):
        select(model([]), ["zebra"])
