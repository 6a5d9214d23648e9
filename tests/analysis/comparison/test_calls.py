"""Tests of what differs between the calls of layers, and between the inputs and outputs of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.comparison.models import compare_models
from kerasinspect.analysis.comparison.results import ComparisonOptions, ConfigChange
from kerasinspect.model import Layer
from tests.makers.handmade import model

if TYPE_CHECKING:
    from kerasinspect.json_values import Json
    from kerasinspect.model import Model

Nodes = dict[str, "Json"]


def tensor(layer: str, node: int = 0, index: int = 0) -> dict[str, Any]:
    """A tensor as Keras 3 writes it."""
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [layer, node, index]}
    return {"class_name": "__keras_tensor__", "config": config}


def called(*args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A call as Keras 3 writes it."""
    return {"args": [*args], "kwargs": kwargs}


def entry(name: str, nodes: Json, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A layer as a config lists it."""
    return {"class_name": "Any", "config": {"name": name, **config}, "name": name, "inbound_nodes": nodes}


def whole(nodes: Nodes, outputs: Json = None, version: str = "3.15.1", **more: Any) -> Model:  # noqa: ANN401
    """A model with the inputs ``i`` and ``j`` and layers that are called so; which feed them is not compared."""
    listed = {"i": [], "j": [], **nodes}
    layers = [Layer(name, "Any", name, config={"name": name}) for name in listed]
    config = {"layers": [entry(name, calls) for name, calls in listed.items()], "output_layers": outputs, **more}
    return model(layers, config={"class_name": "Functional", "config": config}, keras_version=version)


def changes(old: Model, new: Model) -> list[ConfigChange]:
    """What differs in the configs of two models and their layers."""
    diff = compare_models(old, new)
    return [*diff.config, *(change for layer in diff for change in layer.config)]


YES, NO = True, False
HERE, THERE = tensor("i"), tensor("j")

OTHER_CALLS: dict[str, tuple[Json, Json, list[ConfigChange]]] = {
    "a constant": ([called(HERE, 2.0)], [called(HERE, 3.0)], [ConfigChange("call.1", 2.0, 3.0)]),
    "an option": (
        [called(HERE, HERE, use_causal_mask=False)],
        [called(HERE, HERE, use_causal_mask=True)],
        [ConfigChange("call.use_causal_mask", NO, YES)],
    ),
    "an option of one call": (
        [called(HERE, training=True)],
        [called(HERE)],
        [ConfigChange("call.training", YES, None, missing="new")],
    ),
    "the order of a tensor and a constant": (
        [called(1.0, HERE)],
        [called(HERE, 1.0)],
        [ConfigChange("call.0", 1.0, "i"), ConfigChange("call.1", "i", 1.0)],
    ),
    "another output": ([called(HERE)], [called(tensor("i", 0, 1))], [ConfigChange("call.0", "i", ["i", 0, 1])]),
    "which tensor is taken twice": (
        [called([HERE, THERE, HERE])],
        [called([HERE, THERE, THERE])],
        [ConfigChange("call.0.2", "i", "j")],
    ),
    "a tensor for an option": (
        [called(HERE)],
        [called(HERE, mask=THERE)],
        [ConfigChange("call.mask", None, "j", missing="old")],
    ),
    "a second call": ([called(HERE)], [called(HERE), called(HERE)], [ConfigChange("calls.count", 1, 2)]),
    "an option of the second call": (
        [called(HERE), called(THERE, training=True)],
        [called(HERE), called(THERE, training=False)],
        [ConfigChange("calls.1.training", YES, NO)],
    ),
    "an index that is a list": ([called(HERE, [0])], [called(HERE, 0)], [ConfigChange("call.1", [0], 0)]),
    "part of a slice": (
        [called(HERE, [{"class_name": "__slice__", "config": {"start": 0, "stop": 2, "step": None}}, 1])],
        [called(HERE, [{"class_name": "__slice__", "config": {"start": 0, "stop": 3, "step": None}}, 1])],
        [
            ConfigChange(
                "call.1",
                [{"class_name": "__slice__", "config": {"start": 0, "stop": 2, "step": None}}, 1],
                [{"class_name": "__slice__", "config": {"start": 0, "stop": 3, "step": None}}, 1],
            )
        ],
    ),
    "an option in the words of Keras 2": (
        [[["i", 0, 0, {"use_causal_mask": False}]]],
        [[["i", 0, 0, {"use_causal_mask": True}]]],
        [ConfigChange("call.use_causal_mask", NO, YES)],
    ),
    "a tensor for an option in the words of Keras 2": (
        [[["i", 0, 0, {"value": ["i", 0, 0]}]]],
        [[["i", 0, 0, {"value": ["j", 0, 0]}]]],
        [ConfigChange("call.value", "i", "j")],
    ),
    "an operation in the words of Keras 2": (
        [["i", 0, 0, {"y": 2.0, "name": None}]],
        [["i", 0, 0, {"y": 3.0, "name": None}]],
        [ConfigChange("call.y", 2.0, 3.0)],
    ),
    "a constant first in the words of Keras 2": (
        [["_CONSTANT_VALUE", -1, 1.0, {"y": ["i", 0, 0]}]],
        [["_CONSTANT_VALUE", -1, 2.0, {"y": ["i", 0, 0]}]],
        [ConfigChange("call.0", 1.0, 2.0)],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), OTHER_CALLS.values(), ids=OTHER_CALLS)
def test_other_calls_of_a_layer_are_told(old: Json, new: Json, expected: list[ConfigChange]) -> None:
    """Argument by argument, where one version of Keras wrote both."""
    assert changes(whole({"x": old}), whole({"x": new})) == expected
    assert not changes(whole({"x": old}), whole({"x": old}))


ONE_CALL_IN_TWO_FORMS: dict[str, tuple[Json, Json]] = {
    "several tensors": ([[["i", 0, 0, {}], ["j", 0, 0, {}]]], [called([HERE, THERE])]),
    "one tensor": ([[["i", 0, 0]]], [called(HERE)]),
    "what is only an option in one of them": ([[["i", 0, 0, {"value": ["j", 0, 0]}]]], [called(HERE, THERE)]),
    "a mask that only one names": ([[["i", 0, 0, {}]]], [called(HERE, mask=None, training=False)]),
    "no word and a word": ([[["i", 0, 0, {"training": None}]]], [called(HERE, training=False)]),
    "a node that is counted otherwise": ([[["i", 1, 0, {}]]], [called(HERE)]),
}


@pytest.mark.parametrize(("old", "new"), ONE_CALL_IN_TWO_FORMS.values(), ids=ONE_CALL_IN_TWO_FORMS)
def test_the_form_of_another_version_is_no_difference(old: Json, new: Json) -> None:
    """What only one of them writes proves nothing."""
    assert not changes(whole({"x": old}, version="2.15.0"), whole({"x": new}))
    assert not changes(whole({"x": new}), whole({"x": old}, version="2.15.0"))


def test_what_both_versions_say_is_told() -> None:
    """An option that has two values is one whichever version wrote them."""
    old, new = (
        whole({"x": [[["i", 0, 0, {"training": True}]]]}, version="2.15.0"),
        whole({"x": [called(HERE, training=False)]}),
    )
    assert changes(old, new) == [ConfigChange("call.training", YES, NO)]


OTHER_OUTPUTS: dict[str, tuple[Json, Json, ConfigChange]] = {
    "one more": ([["x", 0, 0]], [["x", 0, 0], ["i", 0, 0]], ConfigChange("outputs", ["x"], ["x", "i"])),
    "another order": (
        [["x", 0, 0], ["i", 0, 0]],
        [["i", 0, 0], ["x", 0, 0]],
        ConfigChange("outputs", ["x", "i"], ["i", "x"]),
    ),
    "another call": (
        [["x", 0, 0], ["x", 1, 0]],
        [["x", 1, 0], ["x", 0, 0]],
        ConfigChange("outputs", ["x", ["x", 1, 0]], [["x", 1, 0], "x"]),
    ),
    "a list of one": (["x", 0, 0], [["x", 0, 0]], ConfigChange("outputs", "x", ["x"])),
    "names": ({"a": ["x", 0, 0]}, {"b": ["x", 0, 0]}, ConfigChange("outputs", {"a": "x"}, {"b": "x"})),
}


@pytest.mark.parametrize(("old", "new", "expected"), OTHER_OUTPUTS.values(), ids=OTHER_OUTPUTS)
def test_other_outputs_are_told(old: Json, new: Json, expected: ConfigChange) -> None:
    """Which they are, in which order, and how they are put together."""
    nodes: Nodes = {"x": [called(HERE), called(THERE)]}
    assert changes(whole(nodes, old), whole(nodes, new)) == [expected]


def test_other_inputs_are_told() -> None:
    """As outputs are."""
    first, second = (whole({}, input_layers=[[name, 0, 0] for name in names]) for names in ("ij", "ji"))
    assert changes(first, second) == [ConfigChange("inputs", ["i", "j"], ["j", "i"])]


def test_outputs_are_followed_through_the_pairs() -> None:
    """A layer that is called otherwise, and no other, is no other output."""
    old, new = whole({"x": [called(HERE)]}, [["x", 0, 0]]), whole({"y": [called(HERE)]}, [["y", 0, 0]])
    renamed = compare_models(old, new, ComparisonOptions(pairs={"x": "y"}))
    assert not renamed.config


def test_another_list_of_outputs_in_another_version_is_none() -> None:
    """What is a list of one there is a single one here, and names there have an order here."""
    nodes: Nodes = {"x": [called(HERE)]}
    forms: list[Json] = [
        [["i", 0, 0], ["x", 0, 0]],
        {"b": ["x", 0, 0], "a": ["i", 0, 0]},
        {"c": ["x", 0, 0], "a": ["i", 0, 0]},
    ]
    for old in forms:
        for new in forms:
            assert not changes(whole(nodes, old, version="2.15.0"), whole(nodes, new))


def test_a_nested_model_says_what_it_gives() -> None:
    """By the paths of its layers."""

    def outer(*names: str) -> Model:
        """A model around one with these outputs."""
        outputs = [[name, 0, 0] for name in names]
        inner = {"name": "inner", "layers": [entry("a", []), entry("b", [])], "output_layers": outputs}
        layers = tuple(Layer(name, "Any", f"inner/{name}", config={"name": name}) for name in "ab")
        around = Layer("inner", "Functional", "inner", "model", layers=layers, config=inner)
        config = {"layers": [{"class_name": "Functional", "config": inner, "inbound_nodes": []}]}
        return model([around], config={"class_name": "Functional", "config": config}, keras_version="3.15.1")

    expected = ConfigChange("outputs", ["inner/a", "inner/b"], ["inner/b", "inner/a"])
    assert changes(outer("a", "b"), outer("b", "a")) == [expected]
