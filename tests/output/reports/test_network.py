"""The network on a page: its nodes in order, an edge for each tensor, and lanes in which no two edges meet."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.model import Layer
from tests.makers.handmade import dense, model
from tests.output.reports.reading import page_of, page_of_model

if TYPE_CHECKING:
    from pathlib import Path


def network(sample_models: Path, name: str) -> dict[str, Any]:
    """The network of a sample."""
    found: dict[str, Any] = page_of(sample_models / f"{name}.keras").data()["network"]
    return found


def test_edges_join_the_rows_of_layers(sample_models: Path) -> None:
    """Those inside nested models too, and what the model gives at the end."""
    found = network(sample_models, "two_towers")
    names = [node["name"] for node in found["nodes"]]
    edges = {(names[source], names[target]) for source, target, _ in found["edges"]}
    assert {("user", "shared"), ("item", "shared"), ("shared", "features"), ("narrow", "concatenate")} <= edges
    assert names[-1] == "output of the model"
    assert ("match", names[-1]) in edges
    assert {node["name"]: node["depth"] for node in found["nodes"]}["wide"] == 1


def test_a_node_says_what_it_takes(sample_models: Path) -> None:
    """With the shapes, and leads to its layer."""
    page = page_of(sample_models / "two_towers.keras")
    node = next(one for one in page.data()["network"]["nodes"] if one["name"] == "concatenate")
    assert node["takes"] == "takes dense_1 (None, 3), narrow (None, 3)"
    assert page.data()["layers"]["rows"][node["layer"]][0] == "concatenate"


@pytest.mark.parametrize("name", ["two_towers", "attention", "small_cnn"])
def test_no_two_edges_meet_in_a_lane(sample_models: Path, name: str) -> None:
    """One may begin where another one ends."""
    for (begin, end, lane), (other, last, beside) in combinations(network(sample_models, name)["edges"], 2):
        assert lane != beside or end <= other or last <= begin


def test_what_the_file_does_not_tell_is_said() -> None:
    """Layers without known connections are a list."""
    layers = [dense("first", 2, 2, 0), Layer("apart", "Custom", "apart", built=True)]
    found = page_of_model(model(layers)).data()["network"]
    assert found["edges"] == []
    assert [node["name"] for node in found["nodes"]] == ["first", "apart"]
    assert found["remarks"][0].startswith("The file does not tell how the layers are connected")
