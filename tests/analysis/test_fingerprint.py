"""The fingerprint of a model: what changes it, what does not, and where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.fingerprint import fingerprint_by, fingerprint_of
from kerasinspect.model import Extra, Layer
from kerasinspect.remarks import Remark
from tests.makers.handmade import MemoryArray, model, numbers, question_network, weight
from tests.recipes import recipe

if TYPE_CHECKING:
    from kerasinspect.model import Model, Weight
    from kerasinspect.remarks import RemarkKind

FIRST, SECOND = numbers(3, 3), numbers(3, 3) + 1


def of_arrays(*arrays: np.ndarray[Any, Any]) -> Model:
    """A model with a layer of one kernel for each array."""
    layers = []
    for at, array in enumerate(arrays):
        kernel = weight(f"dense_{at}", "Dense", "kernel", array, ["axis"] * array.ndim, index=at)
        layers.append(Layer(kernel.layer, "Dense", kernel.layer, weights=(kernel,)))
    return model(layers)


def changed(subject: Model, at: int, **fields: Any) -> Model:  # noqa: ANN401 - other fields of Weight
    """A model with other facts about one weight."""
    weights = [*subject.weights]
    weights[at] = replace(weights[at], **fields)
    return replace(subject, weights=tuple(weights))


def test_it_is_of_what_get_weights_gives() -> None:
    """By the recipe in the documentation."""
    arrays = FIRST, np.arange(4, dtype="int8"), np.array(2.5, "float16"), np.zeros((0, 3)), np.array([True])
    found = fingerprint_of(of_arrays(*arrays))
    assert found.sha256 == recipe()(arrays)
    assert (found.order, found.lack) == ("get_weights", None)


OTHERS = {
    "a value": of_arrays(FIRST + np.eye(3, dtype="float32"), SECOND),
    "two arrays that have changed places": of_arrays(SECOND, FIRST),
    "another shape": of_arrays(FIRST.reshape(9), SECOND),
    "another dtype of the same bytes": of_arrays(FIRST.view("int32"), SECOND),
    "one array more": of_arrays(FIRST, SECOND, SECOND),
    "one array less": of_arrays(FIRST),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_whatever_differs_in_the_weights_changes_it(other: Model) -> None:
    """The values, the order, the shapes, the dtypes, and how many there are."""
    assert fingerprint_of(other).sha256 != fingerprint_of(of_arrays(FIRST, SECOND)).sha256


def test_names_and_what_is_no_weight_play_no_part() -> None:
    """Names of the model and of layers, the format, the Keras, optimizer state."""
    plain = of_arrays(FIRST, SECOND)
    state = Extra("optimizer", "momentum", "optimizer/vars/1", MemoryArray(FIRST))
    other = changed(plain, 0, layer="first", name="filters", stored_path="elsewhere", layer_class="EinsumDense")
    other = replace(other, name="other", format="legacy-hdf5", keras_version="2.4.0", extras=(state,))
    assert fingerprint_of(other) == fingerprint_of(plain)


def test_a_variable_that_is_stored_twice_counts_once() -> None:
    """Where its second name stands makes no difference."""
    twice = of_arrays(FIRST, SECOND, FIRST)
    twice = changed(twice, 2, index=None, same_as="dense_0/kernel")
    assert fingerprint_of(twice) == fingerprint_of(of_arrays(FIRST, SECOND))


@pytest.mark.parametrize("positions", [(0, None), (0, 2), (1, 0)])
def test_an_order_that_the_file_does_not_prove_is_told(positions: tuple[int | None, int | None]) -> None:
    """Then it is of the arrays as they are listed: some are untold, left out, or listed in another order."""
    subject = changed(changed(of_arrays(FIRST, SECOND), 0, index=positions[0]), 1, index=positions[1])
    if None in positions:
        subject = replace(subject, remarks=(Remark("untold-positions", facts=(1, ("inside-custom",))),))
    found = fingerprint_of(subject)
    assert (found.sha256, found.order) == (recipe()([FIRST, SECOND]), "listed")


@pytest.mark.parametrize("kind", ["untold-positions", "lost-weights"])
def test_a_file_that_lacks_the_last_weights_proves_no_order(kind: RemarkKind) -> None:
    """Though those that it has are numbered without a gap."""
    remark = Remark(kind, "dense_1", ((), ()))
    found = fingerprint_of(replace(of_arrays(FIRST), remarks=(remark,)))
    assert (found.order, found.is_of_fewer) == ("listed", kind == "lost-weights")


@pytest.mark.parametrize("kind", ["no-arrays", "merged-factors"])
def test_a_layer_whose_arrays_are_not_all_there_proves_no_order(kind: RemarkKind) -> None:
    """A LoRA adapter that is merged into its kernel, say, where get_weights() has its factors as well."""
    subject = of_arrays(FIRST)
    (layer,) = subject.layers
    subject = replace(subject, layers=(replace(layer, remarks=(Remark(kind, facts=(2,)),)),))
    found = fingerprint_of(subject)
    assert (found.order, found.is_of_fewer) == ("listed", True)


def test_what_is_no_entry_of_get_weights_does_not_count() -> None:
    """The weights of a vocabulary's tokens, say, where the positions of all others are known."""
    subject = of_arrays(FIRST, np.ones(5), SECOND)
    subject = changed(changed(subject, 1, index=None), 2, index=1)
    assert fingerprint_of(subject) == fingerprint_of(of_arrays(FIRST, SECOND))


def test_a_model_without_weights_has_none() -> None:
    """All models that are not built yet would have the same."""
    assert fingerprint_of(model([Layer("dense", "Dense", "dense", built=False)])).lack == "no-weights"


def test_what_cannot_be_read_leaves_none() -> None:
    """Whether an array cannot be read, or a part of the file is missing."""
    subject = question_network()

    def unread(one: Weight) -> str | Unread:
        """The digest of all but one."""
        return Unread("gone") if one.index == 3 else "00"

    assert fingerprint_by(subject, unread, None).lack == "unread"
    assert fingerprint_of(replace(subject, damage=("A group is damaged.",))).lack == "unread"
    assert fingerprint_of(replace(subject, damage=("A group is damaged.",))).sha256 is None
