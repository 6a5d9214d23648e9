"""Tests of what of a layer's config a lock has: the same for every format, and none of what decides nothing."""

from __future__ import annotations

from typing import Any

import pytest

from kerasinspect.checking.contracts.agreed_config import agreed_config, departures
from kerasinspect.model import Layer

CODE = {"class_name": "__lambda__", "config": {"code": "4wAAAAAAAAAA", "defaults": None, "closure": None}}


def made(config: dict[str, Any], **options: Any) -> Layer:  # noqa: ANN401 - a layer's fields
    """A layer with this config."""
    return Layer("one", "Conv2D", "one", config=config, **options)


def policy(name: str) -> dict[str, Any]:
    """A dtype policy as Keras 3 writes it."""
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}, "registered_name": None}


def function(name: str) -> dict[str, Any]:
    """A function as Keras 3 writes it."""
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}


def own(name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """An object of one's own as Keras 3 writes it."""
    return {"module": "mine", "class_name": name, "config": config, "registered_name": f"mine>{name}"}


SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a dtype policy": ({"dtype": "float32"}, {"dtype": policy("float32")}),
    "no activation": ({"activation": None}, {"activation": "linear"}),
    "a function": ({"activation": "relu"}, {"activation": function("relu")}),
    "a list of one": ({"axis": [3]}, {"axis": 3}),
    "a rounded number": ({"epsilon": 0.001}, {"epsilon": 0.0010000000474974513}),
    "a whole number": ({"rate": 1}, {"rate": 1.0}),
    "an object of one's own": (
        {"gate": own("Gate", units=3)},
        {"gate": {"class_name": "mine>Gate", "config": {"units": 3}}},
    ),
    "an object with one more key": ({"gate": own("Gate", units=3)}, {"gate": own("Gate", units=3, bias=True)}),
    "code": ({"function": CODE}, {"function": ["4wAAAAAAAAAA", None, None]}),
    "another name": ({"name": "one", "units": 1}, {"name": "two", "units": 1}),
    "another initializer": ({"kernel_initializer": "zeros"}, {"kernel_initializer": "ones"}),
    "a regularizer": ({"kernel_regularizer": None}, {"kernel_regularizer": {"class_name": "L2", "config": {}}}),
    "a key that is gone": ({"groups": 2}, {}),
    "a key that is new": ({}, {"groups": 2}),
    "an axis from the back": ({"axis": -1}, {"axis": 3}),
}

OTHER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "activation": ({"activation": "relu"}, {"activation": None}),
    "padding": ({"padding": "same"}, {"padding": "valid"}),
    "strides": ({"strides": [1, 1]}, {"strides": [2, 2]}),
    "use_bias": ({"use_bias": True}, {"use_bias": False}),
    "reset_after": ({"reset_after": 1}, {"reset_after": True}),
    "epsilon": ({"epsilon": 0.001}, {"epsilon": 0.00101}),
    "max_value": ({"max_value": None}, {"max_value": 6.0}),
    "gate": ({"gate": own("Gate", units=3)}, {"gate": own("Gate", units=4)}),
    "function": ({"function": CODE}, {"function": ["4wBBBBBBBBBB", None, None]}),
    "axis": ({"axis": 1}, {"axis": 2}),
    "seed_generators": ({"seed_generators": [10**400]}, {"seed_generators": [1.5]}),
    "table": ({"table": [*range(500)]}, {"table": [*range(501)]}),
}


@pytest.mark.parametrize(("first", "second"), SAME.values(), ids=SAME)
def test_what_is_only_written_otherwise_is_the_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Generations and formats of Keras write one thing in several ways, and decide nothing by some keys."""
    for config, other in ((first, second), (second, first)):
        agreed = agreed_config(made(config), None) or {}
        assert [*departures(agreed, made(other))] == []


@pytest.mark.parametrize("key", OTHER)
def test_another_value_is_a_departure(key: str) -> None:
    """One key is told, in both directions."""
    for config, other in (OTHER[key], OTHER[key][::-1]):
        agreed = agreed_config(made(config), None) or {}
        assert [name for name, _, _ in departures(agreed, made(other))] == [key]


def test_an_axis_is_counted_with_the_rank() -> None:
    """Where the rank is known, -1 is the last axis and no other."""
    image, agreed = (None, 8, 8, 3), {"axis": -1}
    assert [*departures(agreed, made({"axis": 3}, input_shape=image))] == []
    assert [*departures(agreed, made({"axis": 1}, input_shape=image))] == [("axis", -1, 1)]


def test_a_long_value_is_only_hashed() -> None:
    """A lock does not grow with a table in the config."""
    assert str((agreed_config(made({"table": [*range(10_000)]}), None) or {})["table"]).startswith("sha256:")


def test_a_cell_has_no_terms_beside_those_of_its_layer() -> None:
    """A sublayer that its parent makes has the parent's config; one that the config lists has its own."""
    config = {"name": "lstm", "units": 300, "dropout": 0.25}
    assert agreed_config(made({**config, "name": "lstm_cell"}), made(config)) is None
    assert agreed_config(made({"units": 4}), made(config)) == {"units": 4}
    assert agreed_config(made({}), None) is None
