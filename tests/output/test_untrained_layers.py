"""A layer of which training changes nothing is nowhere called trainable, though nobody froze it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.summarising import Total, summarise
from kerasinspect.analysis.training import assess_training
from kerasinspect.model import Layer
from kerasinspect.output.documents.show import show_document
from kerasinspect.output.documents.summary import summary_document
from kerasinspect.output.documents.training import training_document
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.pages.summary import summary_blocks
from kerasinspect.output.pages.training import training_blocks
from kerasinspect.output.show_options import ShowOptions
from tests.makers.handmade import dense, model, weight

if TYPE_CHECKING:
    from kerasinspect.output.formats.json import Document


def adapted(**more: Any) -> Layer:  # noqa: ANN401 - other fields of Layer
    """A Normalization layer that was adapted to two features."""
    each = {"mean": np.array([2.0, 3.0]), "variance": np.array([0.5, 0.25]), "count": np.array(7)}
    weights = (
        weight("scaler", "Normalization", name, values, ["feature"] * values.ndim, index=index, trainable=False)
        for index, (name, values) in enumerate(each.items())
    )
    settings: dict[str, Any] = {"weights": tuple(weights), "built": True, "trainable": True}
    return Layer("scaler", "Normalization", "scaler", **settings | more)


SUBJECT = model([adapted(), dense("dense", 2, 3, 3)])
CHOSEN = select(SUBJECT)

PAGES = [
    pytest.param(show_blocks(inspect(CHOSEN), ShowOptions()), "not trainable", id="show"),
    pytest.param(summary_blocks(summarise(CHOSEN)), " no", id="summary"),
    pytest.param(training_blocks(assess_training(SUBJECT), CHOSEN), "(not trainable)", id="training"),
]

DOCUMENTS = [
    pytest.param(show_document(inspect(CHOSEN), ShowOptions()), id="show"),
    pytest.param(summary_document(summarise(CHOSEN)), id="summary"),
    pytest.param(training_document(assess_training(SUBJECT), CHOSEN), id="training"),
]


@pytest.mark.parametrize(("blocks", "words"), PAGES)
def test_its_line_says_that_it_is_not_trainable(blocks: Any, words: str) -> None:  # noqa: ANN401 - any page
    """The Dense layer after it is left as it was."""
    stream = io.StringIO()
    write_text(blocks, stream)
    lines = [line for line in stream.getvalue().splitlines() if not line.startswith("[")]
    assert words in next(line for line in lines if "scaler" in line)
    assert words not in next(line for line in lines if "dense" in line)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_document_says_that_it_is_not_trainable(document: Document) -> None:
    """Every document with layers has a key for it."""
    stream = io.StringIO()
    write_json(document, stream)
    assert [layer["trainable"] for layer in json.loads(stream.getvalue())["layers"]] == [False, True]


def test_the_totals_count_its_weights_as_not_trainable() -> None:
    """Two means, two variances and a count."""
    totals = summarise(CHOSEN).totals
    assert (totals["non_trainable"].parameters, totals["trainable"]) == (5, Total(2, 9, 36))


def test_what_is_frozen_or_has_no_weights_goes_by_its_config() -> None:
    """A frozen layer stays frozen, one without weights keeps what its config says, and unknown stays unknown."""
    assert adapted(trainable=False).trains is False
    assert adapted(trainable=None).trains is None
    assert adapted(weights=()).trains is True
    outer = replace(dense("outer", 2, 3, 3), weights=(), layers=(adapted(), dense("inner", 2, 3, 3)))
    assert outer.trains is True
    assert replace(outer, layers=(adapted(),)).trains is False
