"""The network of a model: who feeds whom, with which shapes, inside which model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.network.making import network_of
from kerasinspect.opening import open_model
from tests.makers.plain_models import config, keras_archive

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.analysis.network.results import Network


def drawn(network: Network) -> list[tuple[str, str, Any]]:
    """Each edge by the paths of its ends, or by what the model takes or gives, with its shape."""
    names = [node.path or node.kind for node in network.nodes]
    return [(names[edge.source], names[edge.target], edge.shape) for edge in network.edges]


def network_at(path: Path | str) -> Network:
    """The network of the model in a file."""
    with open_model(str(path)) as model:
        return network_of(model)


def functional(*layers: dict[str, Any], **ends: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The config of a Functional model."""
    return {"class_name": "Functional", "config": {"name": "net", "layers": [*layers], **ends}}


def layer(class_name: str, name: str, *calls: Any, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A layer as a config lists it, with its calls."""
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": [*calls]}


def saved(tmp_path: Path, described: dict[str, Any]) -> Path:
    """An archive with a config."""
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(described=described))
    return path


SAMPLES = {
    "two_towers.keras": [
        ("user", "shared", (None, 6)),
        ("item", "shared", (None, 6)),
        ("shared", "user_tower/input_layer", (None, 5)),
        ("shared", "item_tower/features", (None, 5)),
        ("user_tower/dense_1", "concatenate", (None, 3)),
        ("item_tower/narrow", "concatenate", (None, 3)),
        ("concatenate", "match", (None, 6)),
        ("user_tower/input_layer", "user_tower/dense", (None, 5)),
        ("user_tower/dense", "user_tower/dense_1", (None, 4)),
        ("item_tower/features", "item_tower/wide", (None, 5)),
        ("item_tower/wide", "item_tower/narrow", (None, 4)),
        ("match", "given", (None, 1)),
    ],
    "custom_layer.keras": [
        ("input_layer", "before", (None, 4)),
        ("before", "gated_mix", (None, 3)),
        ("gated_mix", "after", (None, 5)),
        ("after", "given", (None, 2)),
    ],
    "question_network_keras1.h5": [
        ("dense_1", "dense_2", (None, 5)),
        ("dense_2", "dense_3", (None, 5)),
        ("dense_3", "dense_4", (None, 5)),
        ("taken", "dense_1", (None, 8)),
        ("dense_4", "given", (None, 32)),
    ],
    "unbuilt.keras": [("dense", "dense_1", None), ("taken", "dense", None), ("dense_1", "given", None)],
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_edges_are_those_of_the_config(sample: str) -> None:
    """Nested models are entered, custom layers are not, and what stands for no layer is there at both ends."""
    assert drawn(network_at(f"sample_models/{sample}")) == SAMPLES[sample]


def test_nodes_lie_in_the_models_that_hold_them() -> None:
    """Each behind the one around it, with the calls of a shared layer on its edges."""
    network = network_at("sample_models/two_towers.keras")
    around = {node.path: network.nodes[node.around].path for node in network.nodes if node.around is not None}
    assert around["user_tower/dense"] == "user_tower"
    assert [node.path for node in network.nodes if node.is_cluster] == ["user_tower", "item_tower"]
    shared = next(place for place, node in enumerate(network.nodes) if node.path == "shared")
    assert network.nodes[shared].calls == 2
    assert [edge.target_call for edge in network.edges if edge.target == shared] == [0, 1]
    assert [edge.source_call for edge in network.edges if edge.source == shared] == [0, 1]
    assert all(edge.target_call is None for edge in network.edges if edge.target != shared)


def test_a_tensor_taken_twice_is_one_edge_that_counts_two() -> None:
    """Attention takes its query and its value from one place."""
    network = network_at("sample_models/attention.keras")
    assert [*network.edges.values()] == [2, 1, 1, 1, 1, 1, 1]


def test_what_a_custom_layer_does_inside_is_not_told() -> None:
    """It is a cluster whose layers are connected to nothing, and that is no fault of theirs."""
    network = network_at("sample_models/custom_layer.keras")
    assert network.unwired == ("gated_mix",)
    assert network.unconnected == ()


def test_a_weights_file_has_layers_and_no_edges(tmp_path: Path) -> None:
    """Without a config nothing is stated of what feeds what."""
    import zipfile

    path = tmp_path / "model.weights.h5"
    path.write_bytes(zipfile.ZipFile("sample_models/two_towers.keras").read("model.weights.h5"))
    network = network_at(path)
    assert len(network.nodes) > 5
    assert (network.is_wired, network.edges, network.unconnected) == (False, {}, ())


def test_inputs_of_a_nested_model_are_matched_by_their_order(tmp_path: Path) -> None:
    """The second tensor of a call goes to the second input; tensors with names go to the model as a whole."""
    inner = {
        "layers": [layer("InputLayer", "a"), layer("InputLayer", "b"), layer("Add", "sum", [["a", 0, 0], ["b", 0, 0]])],
        "input_layers": [["b", 0, 0], ["a", 0, 0]],
        "output_layers": [["sum", 0, 0], ["a", 0, 0]],
    }
    described = functional(
        layer("InputLayer", "x"),
        layer("InputLayer", "y"),
        layer("Functional", "inner", [["x", 0, 0], ["y", 0, 0]], {"a": ["x", 0, 0], "b": ["y", 0, 0]}, **inner),
        layer("Add", "end", [["inner", 1, 1], ["inner", 2, 0]]),
        layer("Dense", "alone", units=2),
        input_layers=[["x", 0, 0], ["y", 0, 0]],
        output_layers=[["end", 0, 0], ["x", 0, 0]],
    )
    network = network_at(saved(tmp_path, described))
    edges = [(source, target) for source, target, _ in drawn(network)]
    assert edges[:6] == [
        ("x", "inner/b"),
        ("y", "inner/a"),
        ("x", "inner"),
        ("y", "inner"),
        ("inner/a", "end"),
        ("inner/sum", "end"),
    ]
    assert edges[-2:] == [("end", "given"), ("x", "given")]
    assert [node.position for node in network.nodes[-2:]] == [0, 1]
    assert network.unconnected[0] == "alone"


def test_shapes_of_a_custom_layer_are_those_that_the_config_says_of_its_tensors(tmp_path: Path) -> None:
    """Keras 3 writes the shape beside each tensor, which no rule could know."""

    def tensor(name: str, *shape: int | None) -> dict[str, Any]:
        return {"class_name": "__keras_tensor__", "config": {"shape": [*shape], "keras_history": [name, 0, 0]}}

    described = functional(
        layer("InputLayer", "x"),
        layer("Odd", "odd", {"args": [tensor("x", None, 4)], "kwargs": {}}),
        layer("Odd", "more", {"args": [tensor("odd", None, 7, 2)], "kwargs": {"mask": tensor("x", None, 4)}}),
        input_layers=[["x", 0, 0]],
        output_layers=["more", 0, 0],
    )
    assert drawn(network_at(saved(tmp_path, described))) == [
        ("x", "odd", (None, 4)),
        ("odd", "more", (None, 7, 2)),
        ("x", "more", (None, 4)),
        ("more", "given", None),
    ]


def test_a_config_that_makes_no_sense_gives_what_is_left(tmp_path: Path) -> None:
    """Names of no layer, calls that are none and outputs beyond the last feed nothing."""
    inner = {"layers": [layer("Dense", "one")], "input_layers": [["none", 0, 0]], "output_layers": [["one", 0, 0]]}
    described = functional(
        layer("Dense", "a", [["nobody", 0, 0]], "text", 7, {"args": {"kwargs": None}}),
        layer("Dense", "a", [["a", 0, 0]]),
        layer("Functional", "inner", [["a", 3, 0]], **inner),
        layer("Dense", "end", [["inner", 0, 10**9]]),
        input_layers={"x": 7},
        output_layers=[["end", -4, -1]],
    )
    edges = drawn(network_at(saved(tmp_path, described)))
    assert [edge[:2] for edge in edges] == [("a", "inner"), ("inner", "end"), ("end", "given")]


def test_a_model_of_one_kind_in_a_wrapper_is_entered(tmp_path: Path) -> None:
    """TimeDistributed around a Sequential draws the layers of that."""
    inside = {"class_name": "Sequential", "config": json.loads(json.dumps(config()))["config"]}
    wrapper = {"class_name": "TimeDistributed", "config": {"name": "each", "layer": inside}}
    described = {"class_name": "Sequential", "config": {"name": "outer", "layers": [wrapper]}}
    edges = [edge[:2] for edge in drawn(network_at(saved(tmp_path, described)))]
    assert ("each/plain/first", "each/plain/second") in edges
    assert edges[-1] == ("each/plain/third", "given")
