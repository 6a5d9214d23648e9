"""A filter chooses what is listed; it changes no fact that is told."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect import open_model
from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.summarising import summarise
from kerasinspect.analysis.surveying import survey
from kerasinspect.analysis.training import assess_training
from kerasinspect.commands.cli import run
from kerasinspect.output.blocks import Heading, Paragraph, Table
from kerasinspect.output.documents.list import list_document
from kerasinspect.output.documents.show import show_document
from kerasinspect.output.documents.stats import stats_document
from kerasinspect.output.documents.summary import summary_document
from kerasinspect.output.documents.training import training_document
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.pages.list import list_blocks
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.pages.stats import stats_blocks
from kerasinspect.output.pages.summary import summary_blocks
from kerasinspect.output.pages.training import training_blocks
from kerasinspect.output.show_options import ShowOptions
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.model import Model
    from kerasinspect.output.blocks import Block

NESTED, TRAINED = SAMPLES / "two_towers.keras", SAMPLES / "small_cnn.keras"
MODELS = (NESTED, TRAINED, SAMPLES / "recurrent.keras", SAMPLES / "attention.keras")
PLACES = {"weights", "layers"}
"""Keys of what a document lists, which a filter chooses."""


NONE = "the chosen layers have no weights"


def document(command: str, selection: Selection) -> dict[str, Any]:
    """What one command says of a selection."""
    match command:
        case "show":
            made = show_document(inspect(selection), ShowOptions())
        case "list":
            made = list_document(inspect(selection))
        case "summary":
            made = summary_document(summarise(selection))
        case "stats":
            made = stats_document(survey(inspect(selection)))
        case _:
            made = training_document(assess_training(selection.model), selection)
    stream = io.StringIO()
    write_json(made, stream)
    read: dict[str, Any] = json.loads(stream.getvalue())
    return read


def filters(model: Model) -> Iterator[dict[str, list[str]]]:
    """Every layer by its path, every class, every name of a weight, and every position."""
    yield from ({"layers": [layer.path]} for layer in model.walk())
    yield from ({"classes": [name]} for name in {layer.class_name for layer in model.walk()})
    yield from ({"weights": [name]} for name in {weight.name for weight in model.weights})
    yield from ({"indices": [str(weight.index)]} for weight in model.weights)


def layer_facts(said: dict[str, Any]) -> dict[str, Any]:
    """What is said of each layer, at every depth."""
    pending, facts = [*said.get("layers", ())], {}
    while pending:
        layer = pending.pop()
        pending += layer.get("layers", ())
        facts[layer["path"]] = {key: value for key, value in layer.items() if key not in PLACES}
    return facts


@pytest.mark.parametrize("command", ["list", "show", "summary", "stats", "training"])
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_whatever_is_listed_is_said_as_without_a_filter(path: Path, command: str) -> None:
    """The head, the totals, the extras, and all of each layer and weight that is listed."""
    with open_model(path) as model:
        whole = document(command, select(model))
        weights = {weight["stored_path"]: weight for weight in whole.get("weights", ())}
        for chosen in filters(model):
            said = document(command, select(model, **chosen))
            assert {key: said[key] for key in said.keys() - PLACES} | {"model": None} == {
                key: whole[key] for key in whole.keys() - PLACES
            } | {"model": None}
            assert {**said["model"], "weights": None} == {**whole["model"], "weights": None}
            assert layer_facts(said).items() <= layer_facts(whole).items()
            assert all(weight == weights[weight["stored_path"]] for weight in said.get("weights", ()))


def page(command: str, selection: Selection) -> list[Block]:
    """The blocks of what one command shows of a selection."""
    match command:
        case "show":
            return list(show_blocks(inspect(selection), ShowOptions(explain=True)))
        case "list":
            return list(list_blocks(inspect(selection)))
        case "summary":
            return list(summary_blocks(summarise(selection)))
        case "stats":
            return list(stats_blocks(survey(inspect(selection))))
        case _:
            return list(training_blocks(assess_training(selection.model), selection))


def said_in_words(blocks: list[Block]) -> Iterator[object]:
    """The headings of a page, its sentences but those that list layers, and each cell with its row and column."""
    for block in blocks:
        if isinstance(block, Heading):
            yield block
        elif isinstance(block, Paragraph) and not block.text.startswith(("without weights", "no weights", NONE)):
            yield block.text
        elif isinstance(block, Table):
            for row in block.rows:
                cells = zip((column.title for column in block.columns), row.cells, strict=True)
                name = " ".join(row.cells[0].split())  # positions are as wide as the widest on their page
                yield from ((name, title, " ".join(cell.split())) for title, cell in cells if title != "connected to")


@pytest.mark.parametrize("command", ["list", "show", "summary", "stats", "training"])
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_whatever_is_shown_is_shown_as_without_a_filter(path: Path, command: str) -> None:
    """Every heading, sentence and cell of a page for some layers or weights is on that of the whole model."""
    with open_model(path) as model:
        whole = set(said_in_words(page(command, select(model))))
        for chosen in filters(model):
            assert set(said_in_words(page(command, select(model, **chosen)))) <= whole


@pytest.mark.parametrize("command", ["list", "stats", "training"])
def test_layers_without_weights_are_said_to_have_none(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No table stands there empty."""
    assert run([command, str(TRAINED), "--class", "Flatten"]) == 0
    assert NONE in capsys.readouterr().out.splitlines()


def test_the_page_of_one_weight_says_the_parameters_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    """A layer of which only the kernel is listed, and the model around it, count what they have."""
    assert run(["show", str(NESTED), "--weight", "kernel"]) == 0
    page = capsys.readouterr().out
    assert "120 parameters" in page
    assert page.count("39 parameters") == 2
    assert "bias ·" not in page


def test_the_state_of_the_optimizer_is_that_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what else the file holds, whichever layer is shown."""
    pages = []
    for arguments in ([], ["--layer", "dense"], ["--weight", "gamma"]):
        run(["show", str(TRAINED), *arguments])
        pages.append(next(line for line in capsys.readouterr().out.splitlines() if line.startswith("also in the file")))
    assert pages == pages[:1] * 3


def test_training_of_one_layer_is_judged_in_its_model(capsys: pytest.CaptureFixture[str]) -> None:
    """The totals are those of the model, and the verdict is the one without a filter."""
    run(["training", str(TRAINED), "--layer", "dense"])
    page = capsys.readouterr().out
    assert "5 layers trained" in page
    assert "conv2d" not in page
    run(["training", str(TRAINED), "--layer", "dense", "--format", "json"])
    said = json.loads(capsys.readouterr().out)
    assert [layer["path"] for layer in said["layers"]] == ["dense"]
    assert said["summary"]["changed"] == 5
