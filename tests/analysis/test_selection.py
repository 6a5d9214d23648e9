"""Layers and weights are chosen by name, path and glob; nothing is ever chosen silently."""

from __future__ import annotations

import numpy as np
import pytest

from kerasinspect.analysis.selection import select
from kerasinspect.errors import NothingMatches
from kerasinspect.model import Extra, Layer
from tests.output.handmade import MemoryArray, dense, model, numbers, question_network, varied, weight

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
    below = [w for layer in chosen.layers for inner in layer.walk() for w in inner.weights]
    assert len(below) == count


def test_a_layer_comes_with_its_sublayers() -> None:
    """The parent brings its cell, and the cell can be asked for by path or by name alone."""
    assert [layer.path for layer in select(varied(), ["lstm"]).layers[0].walk()] == ["lstm", "lstm/lstm_cell"]
    assert [layer.path for layer in select(varied(), ["lstm/lstm_cell"]).layers] == ["lstm/lstm_cell"]
    assert [layer.path for layer in select(varied(), ["lstm_cell"]).layers] == ["lstm/lstm_cell"]


def test_a_name_in_full_is_not_a_glob() -> None:
    """A layer whose name looks like a glob can be asked for alone."""
    subject = model([dense("a[1]", 2, 2, 0), dense("a1", 2, 2, 2)])
    assert [layer.name for layer in select(subject, ["a[1]"]).layers] == ["a[1]"]


def test_weights_of_the_model_answer_to_its_name() -> None:
    """The model's own weights are chosen by the model's name, and left out by a layer's."""
    own = weight("sequential", "Sequential", "scale", np.array(2.5), [], index=0)
    subject = model([dense("dense", 2, 2, 1)], [own])
    assert select(subject, ["sequential"]).own_weights == (own,)
    assert select(subject, ["dense"]).own_weights == ()


def test_filters_keep_the_optimizer_slots_of_what_they_choose() -> None:
    """Extras that belong to no chosen weight are left out."""
    extras = tuple(Extra("optimizer", "adam", path, MemoryArray(numbers(1)), path) for path in ("a/kernel", "b/kernel"))
    subject = model([dense("a", 2, 2, 0), dense("b", 2, 2, 2)], extras=extras)
    assert [extra.weight for extra in select(subject, ["a"]).extras] == ["a/kernel"]
    assert select(subject).extras == extras


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
