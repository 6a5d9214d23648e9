"""Whole pages of ``show`` and ``summary`` at fixed widths."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.analysis.inspection import InspectionOptions, inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.summarising import summarise
from kerasinspect.analysis.user_labels import user_labels
from kerasinspect.model import Layer, Vocabulary
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.show import UNBUILT, show_blocks
from kerasinspect.output.pages.summary import summary_blocks
from kerasinspect.output.show_options import GridOptions, ShowOptions
from tests.makers.handmade import MemoryArray, dense, model, question_network, varied, weight
from tests.output.snapshots import assert_as_kept

if TYPE_CHECKING:
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.model import Model

MODELS = {"question_network": question_network, "varied": varied}


PLAIN, WHOLE = ShowOptions(), InspectionOptions()


def shown(selection: Selection, options: ShowOptions = PLAIN, inspected: InspectionOptions = WHOLE) -> str:
    """The page of ``show``."""
    stream = io.StringIO()
    write_text(show_blocks(inspect(selection, inspected), options), stream, options.grid.width)
    return stream.getvalue()


def summed(subject: Model, width: int | None = None) -> str:
    """The page of ``summary``."""
    stream = io.StringIO()
    write_text(summary_blocks(summarise(select(subject))), stream, width)
    return stream.getvalue()


@pytest.mark.parametrize("width", [None, 80])
@pytest.mark.parametrize("name", MODELS)
def test_show_is_as_it_was_looked_at(name: str, width: int | None) -> None:
    """The whole page, in a pipe and on a narrow terminal."""
    page = shown(select(MODELS[name]()), ShowOptions(grid=GridOptions(width=width)))
    assert_as_kept(f"show_{name}_{width or 'pipe'}.txt", page)


def test_show_explains() -> None:
    """Every layer and weight has its sentence."""
    page = shown(select(question_network(), ["dense"]), ShowOptions(explain=True))
    assert_as_kept("show_explain.txt", page)


@pytest.mark.parametrize("width", [None, 80])
@pytest.mark.parametrize("name", MODELS)
def test_summary_is_as_it_was_looked_at(name: str, width: int | None) -> None:
    """The whole page, in a pipe and on a narrow terminal."""
    assert_as_kept(f"summary_{name}_{width or 'pipe'}.txt", summed(MODELS[name](), width))


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_cut_in_a_pipe(name: str) -> None:
    """Without a width no text ends in an ellipsis and no line in spaces."""
    subject = MODELS[name]()
    for page in (shown(select(subject)), summed(subject)):
        assert "…" not in page
        assert all(line == line.rstrip() for line in page.splitlines())


def test_an_unbuilt_layer_says_so() -> None:
    """A layer without weights yet has a sentence, a layer without weights by nature only its name."""
    page = shown(select(varied(), ["later", "drop"]))
    assert UNBUILT in page
    assert page.splitlines()[-1] == "without weights: drop (Dropout)"


def test_a_broken_weight_is_marked_and_the_rest_is_shown() -> None:
    """What cannot be read is said where it would stand."""
    page = shown(select(varied(), ["mine"]))
    assert "cannot be read: The values end after 12 of 160 bytes." in page
    assert "12345" in page


def test_the_users_names_label_rows_and_columns() -> None:
    """Names for the inputs stand at the first kernel's rows, names for the outputs at the last layer's columns."""
    subject = question_network()
    inputs, outputs = tuple(f"feature {n}" for n in range(8)), tuple(f"class {n}" for n in range(32))
    page = shown(select(subject), inspected=InspectionOptions(labels=user_labels(subject, inputs, outputs)))
    assert page.count("feature 7") == 1
    assert page.count("class 31") == 2


def test_quantized_weights_say_which_values_are_shown() -> None:
    """Stored integers are shown as such; with --dequantize the values that the layer computes with."""
    stored = weight("dense", "Dense", "kernel", np.array([[3, -7]], "int8"), ["input", "unit"], index=0)
    real = MemoryArray(np.array([[0.3, -0.7]], "float32"))
    quantized = replace(stored, dequantized=real)
    subject = model([replace(dense("dense", 1, 2, 0), weights=(quantized,))])
    assert "-7" in shown(select(subject))
    page = shown(select(subject), inspected=InspectionOptions(dequantize=True))
    assert "-0.7000" in page
    assert "stored as int8" in page


def test_weights_of_the_model_itself_come_first() -> None:
    """A weight that no layer owns has a heading with the model's name."""
    own = weight("sequential", "Sequential", "scale", np.array(2.5, "float32"), [], index=0)
    page = shown(select(model([dense("dense", 2, 2, 1)], [own])))
    assert page.index("the model's own weights") < page.index("layer dense")


def test_a_vocabulary_is_shown_of_the_layer_around_the_one_that_has_it_too() -> None:
    """A TextVectorization and its StringLookup have one, each in a member of its own; another one is shown."""

    def text(inner: tuple[str, ...]) -> str:
        """The page of a layer that knows two words, and of the one in it."""
        within = Vocabulary(inner, 2, "text/lookup/assets/vocabulary.txt")
        lookup = Layer("lookup", "StringLookup", "text/lookup", weightless=True, vocabulary=within)
        known = Vocabulary(("a", "b"), 2, "text/assets/vocabulary.txt")
        return shown(select(model([Layer("text", "TextVectorization", "text", layers=(lookup,), vocabulary=known)])))

    assert text(("a", "b")).count("vocabulary of 2 tokens") == 1
    assert "without weights: text/lookup (StringLookup)" in text(("a", "b"))
    assert text(("a", "c")).count("vocabulary of 2 tokens") == 2


def test_a_vocabulary_shows_its_first_tokens() -> None:
    """A preprocessing layer without weights is shown for what it knows."""
    known = Vocabulary(tuple(f"word {n}" for n in range(1000)), 20_000, "assets/vocabulary.txt")
    page = shown(select(model([Layer("look_up", "StringLookup", "look_up", weightless=True, vocabulary=known)])))
    assert 'vocabulary of 20,000 tokens: "word 0", "word 1",' in page
    assert "without weights" not in page


def test_a_hash_stands_at_each_weight() -> None:
    """With --hash every weight has the SHA-256 of its bytes."""
    assert shown(select(question_network()), ShowOptions(hashes=True)).count("sha256 ") == 8
