"""Layers and weights are chosen by name, path and glob; nothing is ever chosen silently."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kerasinspect.analysis.selection import Selection, select
from kerasinspect.errors import NothingMatches, RequestError
from kerasinspect.model import Layer
from tests.makers.handmade import dense, model, question_network, varied, weight


def paths(selection: Selection) -> list[str]:
    """The layers that are listed."""
    return [listed.layer.path for listed in selection.walk()]


CHOSEN = [
    pytest.param({}, 8, id="everything"),
    pytest.param({"layers": ["dense_1"]}, 2, id="name"),
    pytest.param({"layers": ["dense_1", "dense_3"]}, 4, id="two names"),
    pytest.param({"layers": ["dense_[12]"]}, 4, id="glob"),
    pytest.param({"layers": ["*"], "weights": ["bias"]}, 4, id="weight"),
    pytest.param({"weights": ["k*"]}, 4, id="weight glob"),
    pytest.param({"weights": ["dense/bias", "dense_2/kernel"]}, 2, id="weight paths"),
    pytest.param({"classes": ["Dense"]}, 8, id="class"),
    pytest.param({"classes": ["D*"], "layers": ["dense_1"]}, 2, id="class glob among some layers"),
    pytest.param({"indices": ["3"]}, 1, id="position"),
    pytest.param({"indices": ["1:4", "0"]}, 4, id="range and position"),
    pytest.param({"indices": [":2", "6:"]}, 4, id="open ranges"),
    pytest.param({"indices": ["6:9"]}, 2, id="range beyond the end"),
    pytest.param({"weights": ["bias"], "indices": ["0:4"]}, 2, id="weights at positions"),
]


@pytest.mark.parametrize(("filters", "count"), CHOSEN)
def test_chooses_by_name_path_class_position_and_glob(filters: dict[str, list[str]], count: int) -> None:
    """Every weight that matches is there, in the order of get_weights()."""
    chosen = select(question_network(), **filters)
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


def test_a_weight_of_a_shared_layer_has_a_path_at_each_place() -> None:
    """As the layer has; what is near it is said by that path, too."""
    shared = replace(dense("inner/shared", 2, 2, 0), name="shared", also_at=("other/shared",))
    subject = model([shared, dense("last", 2, 2, 2)])
    for pattern in ("inner/shared/kernel", "other/shared/kernel", "other/*/kernel"):
        assert [weight.path for weight in select(subject, weights=[pattern]).weights] == ["inner/shared/kernel"]
    with pytest.raises(NothingMatches, match="That is a weight"):
        select(subject, ["other/shared/kernel"])


def test_a_layer_keeps_its_facts_whatever_is_listed_of_it() -> None:
    """With a filter for weights a layer lists those alone, and still has all of its parameters."""
    for listed in select(varied(), weights=["*bias"]).walk():
        whole = next(layer for layer in varied().walk() if layer.path == listed.layer.path)
        assert listed.layer.parameters == whole.parameters
        assert {weight.name for weight in listed.weights} <= {"bias"}


def test_a_class_brings_the_topmost_of_its_layers() -> None:
    """A layer comes with what is inside it, and a class inside another one can be asked for too."""
    assert paths(select(varied(), classes=["LSTM"])) == ["lstm", "lstm/lstm_cell"]
    assert paths(select(varied(), classes=["LSTM*"])) == ["lstm", "lstm/lstm_cell"]
    assert paths(select(varied(), classes=["LSTMCell"])) == ["lstm/lstm_cell"]


def test_a_registered_class_answers_to_its_name_without_the_package() -> None:
    """Both spellings choose it."""
    subject = model([replace(dense("mine", 2, 2, 0), class_name="package>Mine"), dense("dense", 2, 2, 2)])
    for name in ("Mine", "package>Mine"):
        assert paths(select(subject, classes=[name])) == ["mine"]


def test_weights_of_the_model_answer_to_its_class() -> None:
    """The model's own weights are chosen by its class, and left out by that of a layer."""
    own = weight("sequential", "Sequential", "scale", np.array(2.5), [], index=0)
    subject = model([dense("dense", 2, 2, 1)], [own])
    assert select(subject, classes=["Sequential"]).own_weights == (own,)
    assert select(subject, classes=["Dense"]).own_weights == ()
    assert select(subject, indices=["0"]).own_weights == (own,)


def test_a_weight_in_full_is_not_a_glob() -> None:
    """A path that looks like a glob chooses that weight alone."""
    subject = model([dense("a[1]", 2, 2, 0), dense("a1", 2, 2, 2)])
    assert [one.path for one in select(subject, weights=["a[1]/bias"]).weights] == ["a[1]/bias"]


NOTHING = [
    pytest.param({"layers": ["dens_1"]}, "dense_1", id="a misspelt layer"),
    pytest.param({"layers": ["dense", "zebra"]}, "dense, dense_1, dense_2, dense_3", id="no near layer"),
    pytest.param({"layers": ["dense/kernel"]}, "--weight dense/kernel", id="a weight for a layer"),
    pytest.param({"layers": ["Dense"]}, "--class Dense", id="a class for a layer"),
    pytest.param({"weights": ["kernal"]}, "kernel", id="a misspelt weight"),
    pytest.param({"weights": ["dense_1"]}, "--layer dense_1", id="a layer for a weight"),
    pytest.param(
        {"layers": ["dense"], "weights": ["dense_1/kernel"]}, "leave out dense_1/kernel", id="a weight of another layer"
    ),
    pytest.param({"classes": ["Dens"]}, "Dense", id="a misspelt class"),
    pytest.param({"classes": ["dense"]}, "It is written Dense.", id="a class in small letters"),
    pytest.param({"classes": ["dense_1"]}, "--layer dense_1", id="a layer for a class"),
    pytest.param({"layers": ["dense"], "classes": ["LSTM"]}, "There are Dense.", id="no near class"),
    pytest.param({"indices": ["8"]}, "between 0 and 7", id="no such position"),
    pytest.param({"indices": ["4:4"]}, "between 0 and 7", id="not a position at all"),
    pytest.param(
        {"indices": ["2"], "weights": ["bias"]}, "leave out dense_1/kernel", id="a position of another weight"
    ),
]


@pytest.mark.parametrize(("filters", "named"), NOTHING)
def test_what_matches_nothing_is_an_error_that_names_the_nearest(filters: dict[str, list[str]], named: str) -> None:
    """Each filter has to match something."""
    with pytest.raises(NothingMatches) as caught:
        select(question_network(), **filters)
    assert named in caught.value.remedy


@pytest.mark.parametrize("option", ["layers", "weights"])
def test_a_number_is_no_name(option: str) -> None:
    """Who gives one is told which layer it may stand for, and which option is for positions."""
    with pytest.raises(NothingMatches) as caught:
        select(question_network(), **{option: ["3"]})
    assert caught.value.remedy == (
        "Layers and weights go by their names. Layer 3 of summary, counted from 1, is dense_2. "
        "--index 3 (in Python: indices=3) chooses the array at position 3 of get_weights(): dense_1/bias."
    )


def test_positions_that_the_file_does_not_tell_choose_nothing() -> None:
    """Where no position is known, the other options are named."""
    unknown = replace(dense("dense", 2, 2, 0), weights=(replace(dense("dense", 2, 2, 0).weights[0], index=None),))
    with pytest.raises(NothingMatches, match="does not say the position of any array"):
        select(model([unknown]), indices=["0"])


@pytest.mark.parametrize("text", ["", "x", "-1", "1:x", "1:2:3", "1.5", "9" * 40])
def test_a_position_is_a_number_or_a_range(text: str) -> None:
    """Anything else is said to be none."""
    with pytest.raises(RequestError, match="not a position"):
        select(question_network(), indices=[text])


@pytest.mark.parametrize("option", ["layers", "weights", "classes"])
def test_long_names_are_cut_in_a_message(option: str) -> None:
    """Neither what was asked for nor what is there fills the screen."""
    subject = model([replace(dense("n" * 10_000, 2, 2, 0), class_name="C" * 10_000)])
    for asked in ("q" * 900, "n" * 900, "C" * 900):
        with pytest.raises(NothingMatches) as caught:
            select(subject, **{option: [asked]})
        assert len(str(caught.value)) < 700


def test_a_long_list_of_names_is_cut() -> None:
    """The message stays short, and an empty model has nothing to choose from."""
    many = model([Layer(f"layer_{n}", "Dense", f"layer_{n}") for n in range(30)])
    with pytest.raises(NothingMatches, match="and 20 more"):
        select(many, ["zebra"])
    with pytest.raises(NothingMatches, match="no layers to choose from"):
        select(model([]), ["zebra"])
