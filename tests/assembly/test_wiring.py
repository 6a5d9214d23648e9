"""Connections and shapes, from every generation of ``inbound_nodes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.assembly.skeleton import root_of
from kerasinspect.assembly.wiring import connect
from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.assembly.graph import Graph
    from kerasinspect.assembly.nodes import Node


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
    bare: dict[str, Any] = {"class_name": "Functional", "config": {"layers": value}}
    for config in (bare, functional(dense("b", 3, value))):
        root = root_of(config)
        assert root is not None
        connect(root)


def test_a_cycle_of_calls_ends() -> None:
    """Layers that feed one another are connected and leave the shapes open."""
    root = root_of(functional(dense("a", 3, [["b", 0, 0]]), dense("b", 3, [["a", 0, 0]])))
    assert root is not None
    assert names_before(connect(root), root.children[0]) == ["b"]


PICTURE = entry("image", 8, 8, 3)


def chained(*layers: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A Functional model of layers in a row, each named after its class and its place."""
    before, listed = "image", [PICTURE]
    for place, (class_name, config) in enumerate(layers):
        name = f"{class_name}_{place}"
        listed.append(
            {"class_name": class_name, "config": config | {"name": name}, "inbound_nodes": [[[before, 0, 0]]]}
        )
        before = name
    return functional(*listed)


FILTERS: tuple[str, dict[str, Any]] = ("Conv2D", {"filters": 3, "kernel_size": 1})
LAST: tuple[str, dict[str, Any]] = ("Dense", {"units": 2})
FIRST = {"data_format": "channels_first"}

SOURCES: dict[str, tuple[list[tuple[str, dict[str, Any]]], tuple[str, int, int] | None]] = {
    "at once": ([FILTERS, LAST], ("Conv2D_0", 3, 3)),
    "through layers that keep channels": (
        [FILTERS, ("SyncBatchNormalization", {"axis": [3]}), ("Rescaling", {}), ("MaxPool2D", {"pool_size": 2}), LAST],
        ("Conv2D_0", 3, 3),
    ),
    "to a vector": ([FILTERS, ("GlobalAvgPool2D", {}), LAST], ("Conv2D_0", 1, 3)),
    "channels of its own": (
        [FILTERS, ("DepthwiseConv2D", {"kernel_size": 1, "depth_multiplier": 2}), LAST],
        ("DepthwiseConv2D_1", 3, 6),
    ),
    "one channel each": (
        [FILTERS, ("DepthwiseConv2D", {"kernel_size": 1, "depth_multiplier": 1}), ("ReLU", {}), LAST],
        ("DepthwiseConv2D_1", 3, 3),
    ),
    "channels first": ([("Conv2D", {"filters": 4, "kernel_size": 1, **FIRST}), LAST], ("Conv2D_0", 1, 4)),
    "channels first in one layer alone": ([FILTERS, ("MaxPool2D", {"pool_size": 2, **FIRST}), LAST], None),
    "normalised along another axis": ([FILTERS, ("BatchNormalization", {"axis": 1}), LAST], None),
    "reshaped": ([FILTERS, ("Flatten", {}), LAST], ("Flatten_1", 1, 192)),
    "from an input": ([("ReLU", {}), LAST], None),
}


@pytest.mark.parametrize(("layers", "expected"), SOURCES.values(), ids=SOURCES.keys())
def test_an_axis_is_traced_to_the_layer_whose_own_it_is(
    layers: list[tuple[str, dict[str, Any]]], expected: tuple[str, int, int] | None
) -> None:
    """Layers that keep the channels are looked through, along the axis of the channels and no other."""
    root = root_of(chained(*layers))
    assert root is not None
    source = connect(root).of(root.children[-1]).source
    assert (source and (source.layer.name, source.axis, source.size)) == expected


def test_a_shared_layer_has_a_source_only_where_its_calls_agree() -> None:
    """Rows that mean one thing in one call and another in the next have no name; a shared ReLU passes nothing on."""
    act = {"class_name": "ReLU", "config": {"name": "act"}, "inbound_nodes": [[["b", 0, 0]], [["c", 0, 0]]]}
    both = [dense("b", 3, [["a", 0, 0]]), dense("c", 3, [["a", 0, 0]]), act]
    consumers = [
        dense("d", 2, [["b", 0, 0]], [["c", 0, 0]]),
        dense("e", 2, [["act", 1, 0]]),
        dense("f", 2, [["b", 0, 0]]),
    ]
    root = root_of(functional(entry("a", 4), *both, *consumers))
    assert root is not None
    graph = connect(root)
    found = {child.name: graph.of(child).source for child in root.children[-3:]}
    assert found["d"] is found["e"] is None
    assert found["f"] is not None
    assert found["f"].layer.name == "b"
