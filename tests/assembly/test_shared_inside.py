"""A layer of several models is stored once in a tree, with all that is inside it, and is built wherever it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.makers.trees import dense, drawn, functional, model_of

if TYPE_CHECKING:
    from kerasinspect.model import Layer, Model
    from tests.makers.trees import Layout

CELL = {"vars": ("lstm_cell", [drawn(4, 16), drawn(4, 16, seed=1), drawn(16)])}
LSTM: Layout = {"vars": ("memory", []), "cell": CELL}
HEAD: Layout = {"vars": ("head", [drawn(4, 4), drawn(4)])}


def entry(class_name: str, name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A layer of Keras in a config."""
    return {**dense(name, **config), "class_name": class_name}


def two_models(right: Layout, *more: dict[str, Any]) -> Model:
    """A model of two, which both have an LSTM of one name; what the second one has in the file is given."""
    memory = entry("LSTM", "memory", units=4)
    config = functional(
        entry("Sequential", "left", layers=[memory]), entry("Sequential", "right", layers=[memory, *more])
    )
    left: Layout = {"vars": ("left", []), "layers": {"lstm": LSTM}}
    layout: Layout = {"layers": {"sequential": left, "sequential_1": {"vars": ("right", []), **right}}}
    return model_of(layout, version="3.15.1", config=config)


def layers_of(model: Model) -> dict[str, Layer]:
    """All layers by their paths."""
    return {layer.path: layer for layer in model.walk()}


@pytest.mark.parametrize(
    ("right", "more"),
    [({}, []), ({"layers": {"dense": HEAD}}, [dense("head")])],
    ids=["a model that holds nothing else", "one that holds more"],
)
def test_what_is_inside_a_shared_layer_is_shared_and_built(right: Layout, more: list[dict[str, Any]]) -> None:
    """It has no arrays there, and nothing is said to be missing."""
    model = two_models(right, *more)
    found = layers_of(model)
    assert found["left/memory"].also_at == ("right/memory",)
    assert found["left/memory/lstm_cell"].also_at == ("right/memory/lstm_cell",)
    assert {layer.built for layer in found.values()} == {True}
    assert not [layer.remarks for layer in found.values() if layer.remarks]
    assert model["right/memory/lstm_cell/kernel"] is model["left/memory/lstm_cell/kernel"]


def test_a_namesake_that_was_not_built_is_a_layer_of_its_own() -> None:
    """Every Keras that writes trees gives it a group without arrays."""
    unbuilt: Layout = {"layers": {"lstm": {"vars": ("memory", []), "cell": {"vars": ("lstm_cell", [])}}}}
    found = layers_of(two_models(unbuilt))
    assert found["left/memory"].also_at == ()
    assert found["right/memory/lstm_cell"].built is False


@pytest.mark.parametrize("inside", [None, {"vars": ("shared", [])}], ids=["stored before", "not built"])
def test_a_wrapped_layer_that_is_stored_elsewhere_is_built(inside: Layout | None) -> None:
    """A wrapper has no group for a layer that is stored under its own name; one for a layer without arrays."""
    shared = entry("Dense", "shared", units=4)
    config = functional(shared, entry("TimeDistributed", "steps", layer=shared))
    steps: Layout = {"vars": ("steps", []), **({} if inside is None else {"layer": inside})}
    layout: Layout = {"layers": {"dense": {"vars": ("shared", [drawn(4, 4), drawn(4)])}, "time_distributed": steps}}
    model = model_of(layout, version="3.15.1", config=config)
    found = layers_of(model)
    assert found["shared"].also_at == (("steps/shared",) if inside is None else ())
    assert found["steps"].built is found["steps/shared"].built is (inside is None)
    assert bool(found["steps"].remarks) == bool(inside)
