"""The command ``graph``: which form, which layers, and what is said beside the picture."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.commands.cli import run
from tests.described import assert_described
from tests.makers.plain_models import keras_archive
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TOWERS, CUSTOM = (str(SAMPLES / f"{name}.keras") for name in ("two_towers", "custom_layer"))


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 - a function of arguments
    """A function that gives exit status, output and complaints of ``graph``."""

    def say(*arguments: str) -> tuple[int, str, str]:
        status = run(["graph", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return say


def test_without_a_form_it_is_mermaid(said: Any) -> None:  # noqa: ANN401
    """In a pipe, with nothing beside it."""
    status, page, notes = said(TOWERS)
    assert (status, notes) == (0, "")
    assert page.startswith("%% kerasinspect graph\nflowchart TD\n")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("net.mmd", "%% kerasinspect graph"),
        ("net", "%% kerasinspect graph"),
        ("net.md", "```mermaid\n"),
        ("net.GV", "digraph kerasinspect {"),
        ("net.dot", "digraph kerasinspect {"),
        ("net.json", '{\n  "schema": "kerasinspect.graph/1"'),
    ],
)
def test_the_ending_of_the_output_is_the_form(name: str, start: str, said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """And what it wrote, it replaces."""
    path = tmp_path / name
    for _ in range(2):
        assert said(TOWERS, "-o", str(path)) == (0, "", f"kerasinspect: note: Graph written to {path}.\n")
        assert path.read_text(encoding="utf-8").startswith(start)


def test_an_unknown_ending_is_a_mistake(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Rather than a file that no program opens."""
    status, _, error = said(TOWERS, "-o", str(tmp_path / "net.png"))
    assert status == 2
    assert "graph has no format for a file .png" in error


def test_svg_without_graphviz_is_a_hint(said: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: ANN401
    """Status 2, and nothing is written."""
    monkeypatch.setenv("PATH", "")
    status, _, error = said(TOWERS, "-o", str(tmp_path / "net.svg"))
    assert status == 2
    assert "apt install graphviz" in error
    assert not [*tmp_path.iterdir()]


def test_the_document_describes_every_key(said: Any) -> None:  # noqa: ANN401
    """As the schema has them."""
    for path in (TOWERS, CUSTOM):
        assert_described(json.loads(said(path, "-q", "--format", "json")[1]))


def test_a_chosen_layer_is_drawn_with_what_it_is_connected_to(said: Any) -> None:  # noqa: ANN401
    """Everything in a model, and the ends of the edges into it and out of it."""
    document = json.loads(said(TOWERS, "--layer", "user_tower", "--format", "json")[1])
    nodes = {node["path"]: node for node in document["nodes"]}
    assert {path for path, node in nodes.items() if not node["selected"]} == {"shared", "concatenate"}
    assert {path for path, node in nodes.items() if node["selected"]} == {
        *("user_tower", "user_tower/input_layer", "user_tower/dense", "user_tower/dense_1")
    }
    assert document["nodes"][nodes["user_tower/dense"]["inside"]]["path"] == "user_tower"
    paths = [node["path"] for node in document["nodes"]]
    assert [(paths[edge["source"]], paths[edge["target"]]) for edge in document["edges"]] == [
        ("shared", "user_tower/input_layer"),
        ("user_tower/dense_1", "concatenate"),
        ("user_tower/input_layer", "user_tower/dense"),
        ("user_tower/dense", "user_tower/dense_1"),
    ]


def test_a_layer_that_is_not_drawn_stands_for_the_one_around_it(said: Any) -> None:  # noqa: ANN401
    """The cell of a recurrent layer."""
    document = json.loads(said(str(SAMPLES / "recurrent.keras"), "--layer", "gru_cell", "--format", "json")[1])
    assert [node["path"] for node in document["nodes"] if node["selected"]] == ["gru"]


def test_what_the_file_does_not_tell_is_said(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Of a layer, and of a file that has no config."""
    assert said(CUSTOM)[2] == (
        "kerasinspect: note: The file does not tell how the layers in gated_mix are connected.\n"
    )
    weights = tmp_path / "model.weights.h5"
    weights.write_bytes(zipfile.ZipFile(TOWERS).read("model.weights.h5"))
    status, page, notes = said(str(weights))
    assert "The file does not tell how the layers are connected: the picture shows what lies in what." in notes
    assert status == 0
    assert "-->" not in page
    assert said(CUSTOM, "-q")[2] == ""


def test_too_many_edges_for_mermaid_are_said(said: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """It would draw none of them."""
    layers = [{"class_name": "Dense", "config": {"name": f"layer_{place}", "units": 1}} for place in range(502)]
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(described={"class_name": "Sequential", "config": {"name": "s", "layers": layers}}))
    assert "Mermaid draws 500 edges" in said(str(path))[2]
    assert "Mermaid" not in said(str(path), "--format", "dot")[2]
