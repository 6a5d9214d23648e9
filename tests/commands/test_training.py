"""The command ``training``: verdicts with their evidence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from click.testing import CliRunner

from kerasinspect.analysis.selection import select
from kerasinspect.analysis.statistics import measure
from kerasinspect.analysis.training import Fit, Judgement, Reason, WeightTraining, assess_training
from kerasinspect.commands.training import training
from kerasinspect.model import Initializer
from kerasinspect.output.documents.training import training_document
from kerasinspect.output.evidence import evidence
from tests.makers.handmade import varied, weight

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> tuple[str, int]:
    """What the command writes, and the exit status that it gives."""
    outcome = CliRunner().invoke(training, arguments, standalone_mode=False, catch_exceptions=False)
    status: int = outcome.return_value
    return outcome.stdout, status


def test_page_of_a_trained_model(sample_models: Path) -> None:
    """The totals, then a line for each layer with its evidence, then one for each weight."""
    page, status = run(str(sample_models / "small_cnn.keras"), "-q")
    lines = page.splitlines()
    assert status == 0
    assert (
        lines[3]
        == "5 layers trained · 0 at initial values · 0 undetermined · the optimizer took 8 steps and updated 5 layers"
    )
    assert lines[6].split()[:4] == ["conv2d", "Conv2D", "trained", "certain"]
    assert "conv2d/kernel" in page


def test_page_of_an_untrained_layer(sample_models: Path) -> None:
    """A layer as it was made says why that is sure."""
    page, _ = run(str(sample_models / "dense_on_ones.keras"), "-q")
    assert "0 layers trained · 1 at initial values · 0 undetermined · no optimizer state" in page
    assert "every value is one that glorot_uniform's random generator draws" in page


def test_document(sample_models: Path) -> None:
    """The document has a verdict for each layer, and the figures of each weight."""
    page, status = run(str(sample_models / "small_cnn.keras"), "--layer", "dense", "--format", "json")
    document = json.loads(page)
    assert status == 0
    assert document["schema"] == "kerasinspect.training/1"
    assert document["summary"] == {"initial": 0, "changed": 5, "cannot_tell": 0}
    (layer,) = document["layers"]
    assert (layer["path"], layer["verdict"], layer["certainty"]) == ("dense", "changed", "certain")
    assert [one["name"] for one in layer["weights"]] == ["kernel", "bias"]


def test_document_is_strict_json_whatever_the_values() -> None:
    """NaN in an array and arrays that cannot be read leave no NaN in the document."""
    assert json.dumps(training_document(assess_training(varied()), select(varied())), allow_nan=False)


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_has_its_own_words(reason: Reason) -> None:
    """No verdict goes without evidence, also where figures are missing."""
    subject = weight("a", "Dense", "kernel", np.zeros(2), ["unit"], initializer=Initializer("he_normal"))
    judgement = Judgement("cannot tell", reason, fit=Fit(0.1, 0.5), departure=0.1, moved=0.3)
    said = evidence(WeightTraining(subject, measure(subject.array), judgement))
    assert said
    assert not said.endswith(".")
    assert evidence(WeightTraining(subject, None, Judgement("cannot tell", reason)))
