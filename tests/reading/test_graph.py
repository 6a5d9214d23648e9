"""Connections and shapes, from every generation of ``inbound_nodes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.reading import open_model
from kerasinspect.reading.assemble.graph import connect, sources
from kerasinspect.reading.assemble.nodes import root_of

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.reading.assemble.graph import Graph
    from kerasinspect.reading.assemble.nodes import Node

TENSOR = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": ["a", 0, 0]}}
OTHER = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": ["b", 0, 0]}}

CALLS: dict[str, tuple[Any, list[str]]] = {
    "keras-1": ([["a", 0, 0]], ["a"]),
    "keras-2": ([["a", 0, 0, {}], ["b", 0, 0, {}]], ["a", "b"]),
    "keras-2-keyword": ([["a", 0, 0, {"mask": ["b", 0, 0]}]], ["a", "b"]),
    "tf.keras-operation": (["a", 0, 0, {"y": ["b", 0, 0], "name": None}], ["a", "b"]),
    "tf.keras-constant": ([["_CONSTANT_VALUE", -1, 2.0, {}], ["a", 0, 0, {}]], ["a"]),
    "keras-3": ({"args": [TENSOR], "kwargs": {}}, ["a"]),
    "keras-3-list": ({"args": [[TENSOR, OTHER]], "kwargs": {"axis": -1}}, ["a", "b"]),
    "keras-3-keyword": ({"args": [TENSOR], "kwargs": {"value": OTHER}}, ["a", "b"]),
    "nonsense": ([None, 3, {"config": 5}, [1, 2, 3], ["a"], {"class_name": "__keras_tensor__", "config": []}], []),
}


@pytest.mark.parametrize(("call", "names"), CALLS.values(), ids=CALLS.keys())
def test_every_generation_names_the_layers_that_a_call_takes(call: Any, names: list[str]) -> None:  # noqa: ANN401
    """The names come in the order of the arguments, whatever is nested around them."""
    assert [*sources(call)] == names


def dense(name: str, units: int, *calls: Any) -> dict[str, Any]:  # noqa: ANN401
    """A serialised Dense layer with its calls."""
    return {"class_name": "Dense", "config": {"name": name, "units": units}, "inbound_nodes": [*calls]}


def entry(name: str, *sizes: int) -> dict[str, Any]:
    """A serialised InputLayer."""
    config = {"name": name, "batch_shape": [None, *sizes]}
    return {"class_name": "InputLayer", "config": config, "inbound_nodes": []}


def functional(*layers: dict[str, Any], name: str = "model") -> dict[str, Any]:
    """A serialised Functional model."""
    return {"class_name": "Functional", "config": {"name": name, "layers": [*layers]}}


def names_before(graph: Graph, node: Node) -> list[str]:
    """The names of the layers that feed one."""
    return [source.name for source in graph.of(node).inbound]


def test_shapes_pass_through_a_functional_model() -> None:
    """Each layer's output shape is the next one's input shape."""
    root = root_of(functional(entry("a", 4), dense("b", 3, [["a", 0, 0]]), dense("c", 2, [["b", 0, 0]])))
    assert root is not None
    graph = connect(root)
    assert [graph.of(child).output_shape for child in root.children] == [(None, 4), (None, 3), (None, 2)]
    assert names_before(graph, root.children[2]) == ["b"]


def test_a_shared_layer_has_all_its_calls() -> None:
    """Two calls of one layer are two uses of the same weights."""
    root = root_of(functional(entry("a", 4), entry("b", 4), dense("c", 2, [["a", 0, 0]], [["b", 0, 0]])))
    assert root is not None
    graph, shared = connect(root), root.children[2]
    assert (graph.of(shared).calls, names_before(graph, shared)) == (2, ["a", "b"])


def test_rows_of_a_kernel_name_the_layer_that_feeds_them(sample_models: Path) -> None:
    """Dropout and normalisation pass units on, so labels look through them; an input's rows stay inputs."""
    with open_model(sample_models / "question_network.keras") as model:
        first, second = model.weights[0], model.weights[2]
    assert first.axes[0].label(3) == "input 3"
    assert second.axes[0].label(3) == "dense unit 3"


ODD: list[Any] = [None, 3, "text", [], {}, [[]], [{}], {"class_name": 3}, {"class_name": "Functional", "config": None}]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_any_json_may_stand_where_layers_should(value: Any) -> None:  # noqa: ANN401
    """A config is untrusted: odd values are passed over, and nothing raises."""
    for config in ({"class_name": "Functional", "config": {"layers": value}}, functional(dense("b", 3, value))):
        root = root_of(config)
        assert root is not None
        connect(root)


def test_a_cycle_of_calls_ends() -> None:
    """Layers that feed one another are connected and leave the shapes open."""
    root = root_of(functional(dense("a", 3, [["b", 0, 0]]), dense("b", 3, [["a", 0, 0]])))
    assert root is not None
    assert names_before(connect(root), root.children[0]) == ["b"]
