"""Presets of keras-hub: a backbone, and the head of a task in a file of its own."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from kerasinspect import open_model
from kerasinspect.formats.locating.folder_search import search
from kerasinspect.limits import DEFAULT
from tests.places import SHARED

if TYPE_CHECKING:
    from pathlib import Path

KEPT = SHARED / "data" / "checkpoints" / "keras-hub-0.32.0"
pytestmark = pytest.mark.skipif(not KEPT.exists(), reason="the presets that keras-hub saved are not here")


def test_the_head_of_a_task_is_a_part_of_the_model() -> None:
    """Its arrays bear the name of their file, as the backbone has groups of the same names."""
    with open_model(KEPT / "bert_classifier_preset") as model:
        assert (model.format, model.class_name) == ("keras-hub-preset", "BertTextClassifier")
        assert len(model.weights) == 41
        assert {weight.layer for weight in model.weights if "task.weights.h5" in weight.stored_path} == {"logits"}


def test_a_search_finds_one_model_in_a_task() -> None:
    """Neither of its two files of weights is a model of its own."""
    folder = str(KEPT / "bert_classifier_preset")
    assert [location.path for location in search(folder, DEFAULT)] == [folder]


def test_parameters_that_are_missing_are_counted(tmp_path: Path) -> None:
    """As the metadata count them for the backbone alone."""
    preset = shutil.copytree(KEPT / "bert_classifier_preset", tmp_path / "preset")
    metadata = json.loads((preset / "metadata.json").read_text())
    (preset / "metadata.json").write_text(json.dumps({**metadata, "parameter_count": 1481}))
    with open_model(preset) as model:
        assert any("1,480 of the 1,481 parameters" in sentence for sentence in model.damage)
