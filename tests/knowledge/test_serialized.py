"""Serialised layers, tensors and shapes of every generation are read; any other JSON gives nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.knowledge.serialized import config_of, entries_of, shape_of, tensor_layers

if TYPE_CHECKING:
    from kerasinspect.json_values import Json, JsonObject

TENSOR: Json = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": ["a", 0, 0]}}
OTHER: Json = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": ["b", 0, 0]}}

CALLS: dict[str, tuple[Json, list[str]]] = {
    "keras-1": ([["a", 0, 0]], ["a"]),
    "keras-2": ([["a", 0, 0, {}], ["b", 0, 0, {}]], ["a", "b"]),
    "keras-2-keyword": ([["a", 0, 0, {"mask": ["b", 0, 0]}]], ["a", "b"]),
    "tf.keras-operation": (["a", 0, 0, {"y": ["b", 0, 0], "name": None}], ["a", "b"]),
    "tf.keras-constant": ([["_CONSTANT_VALUE", -1, 2.0, {}], ["a", 0, 0, {}]], ["a"]),
    "keras-3-outputs": ({"left": ["a", 0, 0], "right": [["b", 0, 0]]}, ["a", "b"]),
    "keras-3": ({"args": [TENSOR], "kwargs": {}}, ["a"]),
    "keras-3-list": ({"args": [[TENSOR, OTHER]], "kwargs": {"axis": -1}}, ["a", "b"]),
    "keras-3-keyword": ({"args": [TENSOR], "kwargs": {"value": OTHER}}, ["a", "b"]),
    "nonsense": ([None, 3, {"config": 5}, [1, 2, 3], ["a"], {"class_name": "__keras_tensor__", "config": []}], []),
}


@pytest.mark.parametrize(("call", "names"), CALLS.values(), ids=CALLS.keys())
def test_every_generation_names_the_layers_that_a_call_takes(call: Json, names: list[str]) -> None:
    """The names come in the order of the arguments, whatever is nested around them."""
    assert [*tensor_layers(call)] == names


SHAPES: list[tuple[Json, tuple[int | None, ...] | None]] = [
    ([None, 4], (None, 4)),
    ([], ()),
    ([None, True], None),
    ([None, 4.0], None),
    ([None, [4]], None),
    ([1] * 65, None),
    ("4", None),
    (None, None),
]


@pytest.mark.parametrize(("value", "shape"), SHAPES, ids=lambda value: repr(value)[:20])
def test_a_shape_is_a_list_of_sizes(value: Json, shape: tuple[int | None, ...] | None) -> None:
    """A size is a whole number or open, and no array has more than 64 axes."""
    assert shape_of(value) == shape


def test_entries_are_what_has_a_class_and_a_config() -> None:
    """Other items of a list of layers are left out."""
    dense: JsonObject = {"class_name": "Dense", "config": {}}
    assert entries_of([{**dense}, {"class_name": "Dense"}, {"class_name": 3, "config": {}}, None, "Dense"]) == [dense]


def test_a_bare_list_of_layers_is_a_config() -> None:
    """Keras before 2.2.3 writes a Sequential so."""
    assert config_of({"config": []}) == {"layers": []}
    assert config_of({"config": "x"}) == {}


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.15.1", (3, 15)),
        ("2.6.0-tf", (2, 6)),
        ("2", None),
        ("", None),
        (None, None),
        ("1." + "9" * 12, (1, 999999999)),
    ],
)
def test_versions_are_major_and_minor(text: str | None, version: tuple[int, int] | None) -> None:
    """What follows them is of no interest; a text without both is no version."""
    assert version_of(text) == version
