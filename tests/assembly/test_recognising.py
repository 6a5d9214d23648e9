"""Classes of layers that no config describes: only what the file proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.assembly.skeleton import node_of
from tests.makers.trees import custom, dense, drawn, functional, model_of

if TYPE_CHECKING:
    from tests.makers.trees import Arrays, Layout

UNKNOWN = "unknown class"
MATRIX, SQUARE, VECTOR = drawn(6, 8), drawn(8, 8), drawn(8)
GRU_CELL = {"vars": [drawn(6, 24), drawn(8, 24), drawn(24)]}


def class_inside(attribute: str, held: Layout) -> str:
    """The class of what a custom layer holds under an attribute."""
    model = model_of({"layers": {"block": {attribute: held, "vars": []}}}, config=functional(custom("block")))
    return model.layers[0].layers[0].class_name


@pytest.mark.parametrize(
    ("attribute", "name", "arrays", "expected"),
    [
        ("embedding", "dense", [MATRIX], "Dense"),
        ("embedding", "dense_3", [MATRIX, VECTOR], "Dense"),
        ("dense", "embedding", [MATRIX], "Embedding"),
        ("batch_normalization", "layer_normalization", [VECTOR, VECTOR], "LayerNormalization"),
        ("layer_normalization", "batch_normalization", [VECTOR, VECTOR], "BatchNormalization"),
        ("anything", "conv1d", [drawn(3, 6, 8), VECTOR], "Conv1D"),
        ("dense", "projection", [MATRIX, VECTOR], "Dense"),
        ("embedding", "projection", [MATRIX, VECTOR], UNKNOWN),
        ("embedding", "projection", [MATRIX], UNKNOWN),
        ("layer_normalization", "norm", [VECTOR, VECTOR], UNKNOWN),
        ("batch_normalization", "norm", [VECTOR] * 4, "BatchNormalization"),
        ("gating_ffw", "gating_ffw", [MATRIX], UNKNOWN),
        ("11", "11", [MATRIX], UNKNOWN),
        ("dense", "dense", [drawn(2, 2, 2), VECTOR], UNKNOWN),
        ("dense", "dense", [MATRIX, drawn(7)], "Dense"),
        ("dense", "projection", [MATRIX, drawn(7)], UNKNOWN),
        ("simple_rnn_cell", "projection", [SQUARE, SQUARE, VECTOR], "SimpleRNNCell"),
        ("projection", "projection", [SQUARE, SQUARE, VECTOR], UNKNOWN),
    ],
)
def test_an_attribute_is_no_class(attribute: str, name: str, arrays: Arrays, expected: str) -> None:
    """The layer's own name counts before the attribute's, and neither where the arrays do not fit."""
    assert class_inside(attribute, {"vars": (name, arrays)}) == expected


@pytest.mark.parametrize(
    ("attribute", "held", "expected"),
    [
        ("lstm", {"vars": [], "cell": GRU_CELL}, "GRU"),
        ("encoder", {"vars": [], "cell": GRU_CELL}, "GRU"),
        ("encoder", {"vars": ("rnn", []), "cell": {"vars": ("gru_cell", GRU_CELL["vars"])}}, "RNN"),
        ("encoder", {"vars": ("x", []), "cell": {"vars": ("my_cell", [SQUARE, SQUARE, VECTOR])}}, UNKNOWN),
        ("encoder", {"vars": [], "cell": {"vars": [SQUARE, SQUARE, VECTOR]}}, UNKNOWN),
        ("simple_rnn", {"vars": [], "cell": {"vars": [SQUARE, SQUARE, VECTOR]}}, "SimpleRNN"),
        (
            "attention",
            {
                "vars": ("attention", []),
                **{f"{part}_dense": {"vars": [drawn(4, 2, 3), drawn(2, 3)]} for part in ("query", "key", "value")},
                "output_dense": {"vars": [drawn(2, 3, 4), drawn(4)]},
            },
            "MultiHeadAttention",
        ),
    ],
)
def test_sublayers_tell_a_class(attribute: str, held: Layout, expected: str) -> None:
    """A recurrent layer is told by its cell, an attention layer by its projections."""
    assert class_inside(attribute, held) == expected


@pytest.mark.parametrize(
    ("key", "name", "arrays", "expected"),
    [
        ("dense", "embedding", [MATRIX, VECTOR], "Dense"),
        ("conv1d_1", "dense", [drawn(3, 6, 8), VECTOR], "Conv1D"),
        ("scal", "dense", [MATRIX, VECTOR], UNKNOWN),
        ("dense", "d", [VECTOR], UNKNOWN),
    ],
)
def test_a_group_in_a_container_is_named_after_its_class(key: str, name: str, arrays: Arrays, expected: str) -> None:
    """There the class counts, whatever the user called the layer; a custom class may have a built-in one's name."""
    assert model_of({"layers": {key: {"vars": (name, arrays)}}}).layers[0].class_name == expected


def test_scalars_alone_make_no_optimizer() -> None:
    """A layer with a counter and an average is a layer, also under a custom one; an optimizer is told by its name."""
    counter = [np.int64(3), np.float32(0.1)]
    scalars = [np.asarray(value) for value in counter]
    layout: Layout = {
        "layers": {"steps": {"vars": ("steps", scalars)}, "dense": {"vars": ("d", [MATRIX, VECTOR])}},
        "g": {"vars": ("adam", [*scalars, MATRIX, MATRIX, VECTOR, VECTOR])},
    }
    model = model_of(layout)
    assert [layer.name for layer in model.layers] == ["steps", "d"]
    assert [extra.kind for extra in model.extras] == ["optimizer"] * 6


@pytest.mark.parametrize("key", ["optA", "d_optimizer", "optim_1", "opt2"])
def test_an_attribute_may_say_that_it_holds_an_optimizer(key: str) -> None:
    """Keras 2 keeps neither names nor learning rates: a count of steps and the slots."""
    layout: Layout = {
        "layers": {"dense": {"vars": [MATRIX, VECTOR]}},
        key: {"vars": [np.asarray(np.int64(1)), MATRIX, VECTOR]},
    }
    assert [extra.kind for extra in model_of(layout).extras] == ["optimizer"] * 3


def test_a_model_inside_a_custom_layer_is_whole() -> None:
    """Its config is in nobody's file: the custom class makes it anew."""
    inner: Layout = {"vars": ("sequential", []), "layers": {"dense": {"vars": ("dense", [MATRIX, VECTOR])}}}
    layout: Layout = {"layers": {"block": {"ffn": inner, "vars": []}}}
    model = model_of(layout, version="3.15.1", config=functional(custom("block")))
    assert model.damage == ()
    assert [weight.index for weight in model.weights] == [0, 1]


def test_an_empty_second_container_changes_nothing() -> None:
    """The container of an older Keras may stand beside that of a newer one."""
    layout: Layout = {"layers": {"dense": {"vars": ("d", [MATRIX, VECTOR])}}, "_layer_checkpoint_dependencies": {}}
    model = model_of(layout, version="3.15.1", config=functional(dense("d")))
    assert [weight.index for weight in model.weights] == [0, 1]
    assert model.layers[0].also_at == ()
    assert model.extras == ()


@pytest.mark.parametrize(
    ("entry", "is_known"),
    [
        ({"class_name": "Dense", "module": "keras.layers"}, True),
        ({"class_name": "Dense", "module": "keras"}, True),
        ({"class_name": "Dense", "module": "keras.src.layers.core.dense", "registered_name": "Dense"}, True),
        ({"class_name": "Dense"}, True),
        ({"class_name": "Dense", "module": "keras_mine.layers"}, False),
        ({"class_name": "MultiHeadAttention", "module": "keras_multi_head"}, False),
        ({"class_name": "Dense", "module": "keras.layers", "registered_name": "mine>Dense"}, False),
        ({"class_name": "my>MultiHeadAttention"}, False),
        ({"class_name": "Lab>Dense"}, False),
    ],
)
def test_only_keras_has_keras_classes(entry: dict[str, str], *, is_known: bool) -> None:
    """A class of another package or module is not Keras's own, whatever its name."""
    assert (node_of({**entry, "config": {}}).kind is not None) is is_known
