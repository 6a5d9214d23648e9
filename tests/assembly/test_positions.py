"""Positions in ``get_weights()``: right, or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import Remark, fingerprint, open_model
from tests.makers.trees import custom, dense, drawn, functional, model_of
from tests.places import DATA

if TYPE_CHECKING:
    from kerasinspect.model import Model
    from tests.makers.trees import Arrays, Layout

KERNEL, BIAS, TABLE = drawn(4, 3), drawn(3), drawn(9, 4)
ADAM = {"optimizer": {"class_name": "Adam", "config": {"use_ema": False, "amsgrad": False}}}
TOKEN_WEIGHTS = DATA / "cases" / "token_weights" / "tf_idf.keras"
HEAD = {"vars": ("head", [KERNEL, BIAS])}


def state_for(*variables: np.ndarray) -> Arrays:
    """The state of an Adam that has made a step."""
    slots = [slot for variable in variables for slot in (np.abs(variable), variable**2)]
    return [np.asarray(np.int64(1)), np.asarray(np.float32(0.001)), *slots]


def indices(model: Model) -> dict[str, int | None]:
    """The position of each weight by its path."""
    return {weight.path: weight.index for weight in model.weights}


def tied(*tracked: np.ndarray) -> Model:
    """A model whose output layer has the bytes of the embedding, with an optimizer for some variables."""
    layout: Layout = {
        "layers": {
            "embedding": {"vars": ("emb", [TABLE])},
            "block": {"vars": ("tied", [TABLE])},
            "dense": HEAD,
        },
        "optimizer": {"vars": state_for(*tracked) if tracked else []},
    }
    embedding = {**dense("emb"), "class_name": "Embedding"}
    return model_of(
        layout,
        version="3.15.1",
        config=functional(embedding, custom("tied"), dense("head"), compile_config=ADAM),
    )


def test_the_optimizer_tells_that_two_arrays_are_one_variable() -> None:
    """It has slots for the variable once: so has get_weights(), and so have the parameters."""
    model = tied(TABLE, KERNEL, BIAS)
    assert [weight.index for weight in model.weights] == [0, None, 1, 2]
    assert model.weights[1].same_as == "emb/embeddings"
    assert model.parameters == TABLE.size + KERNEL.size + BIAS.size
    assert model.layers[1].parameters == TABLE.size


def test_the_optimizer_tells_that_two_arrays_are_two_variables() -> None:
    """A copy that is trained by itself counts."""
    model = tied(TABLE, TABLE, KERNEL, BIAS)
    assert [weight.index for weight in model.weights] == [0, 1, 2, 3]
    assert {weight.same_as for weight in model.weights} == {None}


def test_equal_bytes_alone_are_said_and_prove_nothing() -> None:
    """From the second array on there are no positions."""
    model = tied()
    assert [weight.index for weight in model.weights] == [0, None, None, None]
    assert "emb/embeddings" in str(model.weights[1].remark)
    assert any(remark.kind == "untold-positions" for remark in model.remarks)


def holder(own: np.ndarray, version: str) -> Model:
    """A wrapper with an array of its own around a Dense, before another Dense."""
    layout: Layout = {
        "layers": {
            "block": {"vars": ("w", [own, drawn(4, 3, seed=1)]), "layer": {"vars": ("dense", [KERNEL, BIAS])}},
            "dense": {"vars": ("head", [drawn(3, 2), drawn(2)])},
        }
    }
    return model_of(layout, version=version, config=functional(custom("w"), dense("head")))


def test_what_a_wrapper_keeps_of_its_layer_counts_once() -> None:
    """The kernel is the variable that its layer knows; it comes first, where the wrapper has it."""
    model = holder(KERNEL, "3.15.1")
    assert indices(model) == {
        "w/weight 0 of Block": None,
        "w/weight 1 of Block": 1,
        "w/dense/kernel": 0,
        "w/dense/bias": 2,
        "head/kernel": 3,
        "head/bias": 4,
    }
    assert model.layers[0].parameters == 12 + 12 + 3


@pytest.mark.parametrize(
    ("version", "inside", "behind"), [("3.15.1", 0, 4), ("3.10.0", 0, None), ("2.15.0", None, None)]
)
def test_only_some_versions_tell_what_a_custom_layer_has(version: str, inside: int | None, behind: int | None) -> None:
    """Before 3.15 layers in nested lists are not stored; in Keras 2 what is not trained comes last."""
    model = holder(drawn(4, 3, seed=2), version)
    assert model.weights[0].index == inside
    assert model.weights[-2].index == behind


def lost(tracked: list[np.ndarray], *, compiled: bool = True) -> Model:
    """A custom layer without arrays before a Dense, saved by a Keras that stores no nested lists."""
    layout: Layout = {
        "layers": {"block": {"vars": ("block", [])}, "dense": HEAD},
        "optimizer": {"vars": state_for(*tracked)},
    }
    config = functional(custom("block"), dense("head"), **({"compile_config": ADAM} if compiled else {}))
    return model_of(layout, version="3.10.0", config=config)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([], 0),
        ([drawn(4, 4), drawn(4)], 2),
        ([drawn(4, 4), drawn(4), drawn(4), drawn(4)], None),
        ([drawn(5)], 1),
    ],
)
def test_the_optimizer_tells_what_was_not_stored(before: list[np.ndarray], expected: int | None) -> None:
    """Its slots show how many weights come first; not so where a normalisation may have more that are not trained."""
    assert lost([*before, KERNEL, BIAS]).weights[0].index == expected


def test_without_an_optimizer_a_custom_layer_may_hide_weights() -> None:
    """What comes behind it has no position."""
    assert lost([KERNEL, BIAS], compiled=False).weights[0].index is None


def test_attributes_have_no_order() -> None:
    """Neither those of a custom layer nor the layers of a subclassed model."""
    first, second = {"vars": ("a", [KERNEL, BIAS])}, {"vars": ("b", [drawn(3, 2), drawn(2)])}
    held: Layout = {"layers": {"block": {"a": first, "b": second, "vars": []}}}
    root = {"class_name": "Net", "module": "mine", "registered_name": "mine>Net", "config": {"name": "net"}}
    listed: Layout = {"layers": {"dense": first, "dense_1": second}}
    for model in (model_of(held, version="3.15.1", config=functional(custom("block"))), model_of(listed, config=root)):
        assert {weight.index for weight in model.weights} == {None}


def test_weights_alone_may_be_of_either_keras() -> None:
    """Where an older file keeps no names, only positions on which Keras 2 and 3 agree are told."""
    layout: Layout = {
        "layers": {"dense": {"vars": [KERNEL, BIAS]}},
        "vars": [drawn(2)],
    }
    assert {weight.index for weight in model_of(layout).weights} == {None}
    assert {weight.index for weight in model_of({"layers": layout["layers"]}).weights} == {0, 1}


def test_layers_whose_config_leaves_their_names_out_have_those_of_the_file() -> None:
    """A custom layer without a ``get_config`` of its own has none in its config."""
    blocks: Layout = {
        "block": {"vars": ("blk", []), "dense": {"vars": ("dense", [drawn(4, 4), drawn(4)])}},
        "block_1": {"vars": ("blk_1", []), "dense": {"vars": ("dense_1", [drawn(4, 4, seed=1), drawn(4)])}},
        "dense": HEAD,
    }
    nameless = {**custom(""), "config": {"trainable": True}}
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": [nameless, nameless, dense("head")]}}
    model = model_of({"layers": blocks}, version="3.15.1", config=config)
    assert [(layer.path, layer.class_name) for layer in model.layers] == [
        ("blk", "Block"),
        ("blk_1", "Block"),
        ("head", "Dense"),
    ]
    assert [weight.index for weight in model.weights] == [0, 1, 2, 3, 4, 5]


def test_a_subclass_of_dense_may_own_more_before_its_kernel() -> None:
    """Dense stores its kernel and its bias alone, whatever else a subclass of it owns."""
    layout: Layout = {"layers": {"block": {"vars": ("sub", [KERNEL, BIAS])}, "dense": HEAD}}
    entry = {**custom("sub"), "config": {"name": "sub", "units": 3, "kernel_constraint": None}}
    model = model_of(layout, version="3.15.1", config=functional(entry, dense("head")))
    assert {weight.index for weight in model.weights} == {None}


def test_equal_vectors_of_a_layer_and_of_one_inside_it_may_be_two() -> None:
    """A shift that is added beside a bias is trained to the same numbers; the optimizer has slots for both."""
    own: Layout = {"vars": ("a", [BIAS]), "dense": {"vars": ("dense", [KERNEL, BIAS])}}
    config = functional(custom("a"), compile_config=ADAM)
    held: Layout = {"block": own}
    silent = model_of({"layers": held}, version="3.15.1", config=config)
    told: Layout = {"layers": held, "optimizer": {"vars": state_for(BIAS, KERNEL, BIAS)}}
    for model in (silent, model_of(told, version="3.15.1", config=config)):
        assert {weight.same_as for weight in model.weights} == {None}
        assert model.parameters == KERNEL.size + 2 * BIAS.size


def test_token_weights_that_keras_2_counts_leave_no_position_behind_them() -> None:
    """The layer and the one inside it store them, as one variable, which Keras 3 does not count at all."""
    with open_model(TOKEN_WEIGHTS) as model:
        assert {*indices(model).values()} == {None}
        assert ("untold-positions", (2, ("token-weights",))) in [(one.kind, one.facts) for one in model.remarks]


def rare_tokens(version: str) -> Model:
    """A model that begins with a vocabulary whose tokens have weights."""
    lookup = {**dense("words", output_mode="tf_idf"), "class_name": "StringLookup"}
    layout: Layout = {"layers": {"string_lookup": {"vars": ("words", [drawn(5)])}, "dense": HEAD}}
    return model_of(layout, version=version, config=functional(lookup, dense("head")))


@pytest.mark.parametrize(("version", "known"), [("3.15.1", True), ("2.15.0", False)])
def test_token_weights_that_keras_3_does_not_count_have_no_entry(version: str, known: bool) -> None:  # noqa: FBT001
    """It stores them and leaves them out of get_weights(): that is known, and no position behind them is in doubt."""
    model = rare_tokens(version)
    assert model.weights[0].path == "words/idf_weights"
    assert [one.has_entry for one in model.weights] == [not known, True, True]
    assert [one.index for one in model.weights] == ([None, 0, 1] if known else [None, None, None])
    assert bool(model.remarks) is not known


def test_a_fingerprint_leaves_out_what_has_no_entry() -> None:
    """Also where the order is not proven, since other formats of the same model do not have it."""
    model = replace(rare_tokens("3.15.1"), remarks=(Remark("untold-positions", facts=(1, ("inside-custom",))),))
    assert fingerprint(model).order == "listed"
    assert fingerprint(model) == fingerprint(replace(model, weights=model.weights[1:]))


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ({"dense": HEAD, "dense_77": HEAD}, ["head", "dense_77"]),
        (
            {"dense_1": HEAD, "dense": {"vars": ("dense_1", [KERNEL, BIAS])}, "dense_77": HEAD},
            ["dense_1", "head", "dense_77"],
        ),
    ],
)
def test_a_group_that_claims_a_taken_name_goes_by_its_own(layers: Layout, names: list[str]) -> None:
    """Under the name of a layer that the config has, its rows could not be told from those of that layer."""
    model = model_of({"layers": layers}, version="3.15.1", config=functional(dense("head")))
    assert sorted({weight.layer for weight in model.weights}) == sorted(names)


def test_a_group_whose_own_name_is_taken_goes_by_its_path() -> None:
    """One layer has the name that the group claims, and another one the name of the group."""
    layers: Layout = {"dense": HEAD, "dense_1": {"vars": ("dense_77", [KERNEL, BIAS])}, "dense_77": HEAD}
    model = model_of({"layers": layers}, version="3.15.1", config=functional(dense("head"), dense("dense_77")))
    assert [weight.path for weight in model.weights[::2]] == [
        "head/kernel",
        "dense_77/kernel",
        "layers/dense_77/kernel",
    ]
