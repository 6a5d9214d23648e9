"""What users see of SavedModels and checkpoints of TensorFlow, and what commands never do to them."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from kerasinspect import check, compare, open_model
from kerasinspect.commands.cli import run
from tests.places import DATA, SHARED

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINTS = DATA / "checkpoints/tf.keras-2.15"
FOLDER = CHECKPOINTS / "seq_mlp_manager"
SAVED = CHECKPOINTS / "seq_mlp_savedmodel"
VERSIONS = SHARED / "data/versions"


def test_weights_of_a_model_without_a_name_have_no_slash() -> None:
    """The model that a checkpoint holds is called nothing there."""
    with open_model(CHECKPOINTS / "odd_vars_ckpt") as model:
        assert model.weights[2].path == "scalar"
        assert model["scalar"] is model.weights[2]


def test_texts_are_no_damage(capsys: pytest.CaptureFixture[str]) -> None:
    """They are counted and hashed, and the page says that they are not shown."""
    assert run(["show", str(CHECKPOINTS / "odd_vars_ckpt"), "--weight", "words", "--hash"]) == 0
    page, said = capsys.readouterr()
    assert "2 rows × 2 columns · string" in page
    assert "sha256 66db107c58c4" in page
    assert "holds texts, which are not shown" in page
    assert "damaged" not in said
    assert "\nthe model's own weights\n" in page


def test_an_export_lists_what_is_trained() -> None:
    """The lists of the exported model say it, though the file has no config."""
    with open_model(DATA / "checkpoints/keras-3.15.1-export/seq_mlp_export") as model:
        untrained = [weight.name for weight in model.weights if weight.trainable is False]
        assert untrained == ["moving_mean", "moving_variance"]
        assert all(weight.trainable is not None for weight in model.weights)


def test_a_layer_without_a_name_is_said_to_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    """What stands for its name is the attribute that holds it."""
    run(["show", str(DATA / "checkpoints/tf.keras-2.3/preproc_ckpt")])
    page = capsys.readouterr().out
    assert "layer layer-1 · unknown class · 7 parameters\n  the file does not store its name" in page


def test_an_export_is_told_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    """What made it has the config, and saving it as a model is no remedy."""
    assert run(["compat", str(DATA / "checkpoints/keras-3.15.1-export/seq_mlp_export")]) == 2
    said = capsys.readouterr().err
    assert "TFSMLayer" in said
    assert "join its architecture with --config" in said


def test_tuples_of_a_config_are_lists() -> None:
    """As in the ``.h5`` of the same model."""
    with open_model(SAVED) as model:
        assert model.layers[0].config["batch_input_shape"] == [None, 8]


@pytest.mark.parametrize("model", ["seq_mlp_savedmodel", "seq_mlp_ckpt"])
@pytest.mark.skipif(not VERSIONS.exists(), reason="the files of other versions are not here")
def test_a_saved_model_and_a_checkpoint_are_as_the_h5(model: str) -> None:
    """Every layer is matched, nothing differs, and the fingerprint is the same."""
    whole = VERSIONS / "tf.keras-2.15/seq_mlp.h5"
    diff = compare(whole, SHARED / "data/checkpoints/tf.keras-2.15" / model)
    assert [layer.verdict for layer in diff.layers if layer.old and layer.old.parameters] == ["unchanged"] * 3
    assert not any(layer.config for layer in diff.layers)


@pytest.mark.skipif(not VERSIONS.exists(), reason="the files of other versions are not here")
def test_a_table_is_the_vocabulary_of_its_layer() -> None:
    """And its tokens are the labels of the rows of what is looked up by their numbers."""
    with open_model(SHARED / "data/checkpoints/tf.keras-2.4/text_savedmodel") as model:
        vocabulary = model.layers[1].vocabulary
        assert vocabulary is not None
        assert vocabulary.tokens == ("", "[UNK]", "c", "b", "d", "a")
        assert vocabulary.stored_path == "layer_with_weights-0/_index_lookup_layer/_table/.ATTRIBUTES/table-keys"
        assert not model.damage


def test_verify_loads_no_saved_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Its graph would run."""
    assert run(["verify", str(SAVED)]) == 2
    said = capsys.readouterr().err
    assert "a graph of its own that would run" in said
    assert ".keras or .h5" in said


@pytest.mark.parametrize(
    "part", ["keras_metadata.pb", "saved_model.pb", "fingerprint.pb", "variables/variables.index", "checkpoint"]
)
def test_no_part_is_overwritten(part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even where another model is read."""
    folder = FOLDER if part == "checkpoint" else SAVED
    target = tmp_path / folder.name / part
    shutil.copytree(folder, tmp_path / folder.name)
    before = target.read_bytes()
    assert run(["list", str(FOLDER / "ckpt-1"), "-o", str(target), "--force"]) == 2
    assert "is never replaced" in capsys.readouterr().err
    assert target.read_bytes() == before


@pytest.mark.parametrize("command", ["list", "show", "summary", "stats", "training", "check"])
@pytest.mark.parametrize("model", [SAVED, FOLDER / "ckpt-1"], ids=lambda path: path.name)
def test_an_earlier_page_is_replaced(command: str, model: Path, tmp_path: Path) -> None:
    """Whatever format the model has that it is of."""
    page = tmp_path / "page.txt"
    assert run([command, str(model), "-o", str(page)]) == 0
    assert run([command, str(model), "-o", str(page)]) == 0
    assert run(["diff", str(model), str(FOLDER / "ckpt-2"), "-o", str(page)]) in {0, 1}
    assert run(["list", str(model), "-o", str(page)]) == 0


def test_a_weight_that_only_an_optimizer_lists_is_none_of_its_state() -> None:
    """TensorFlow does not follow the lists of a subclass of Keras 3, and the names of its variables tell no layer."""
    folder = DATA / "checkpoints/keras-3.15.1-objects"
    with open_model(folder / "lists_ckpt") as model:
        kinds = Counter(extra.kind for extra in model.extras)
        assert {weight.index for weight in model.weights} == {None}
    # Of 12 weights that are trained TensorFlow reaches two; Adam has two arrays for each, and two of its own.
    assert kinds == {"unclaimed": 10, "optimizer": 26}
    report = check(folder / "lists_ckpt").models[0]
    assert "KI202" in {finding.code for finding in report.findings}
    cells = check(folder / "cells_ckpt").models[0]
    assert "KI202" not in {finding.code for finding in cells.findings}


def test_a_layer_is_called_as_it_is_though_others_lack_the_name_of_the_model() -> None:
    """Those of a chain were built before the model was called; a dictionary has no name of its own."""
    with open_model(DATA / "checkpoints/tf-keras-2.19/holding_ckpt") as model:
        assert [layer.name for layer in model.layers] == ["dense", "second", "chain", "dense_3", "dense_4"]
        assert [layer.class_name for layer in model.layers] == ["Dense", *["unknown class"] * 2, "Dense", "Dense"]


@pytest.mark.parametrize(
    ("file", "known", "paths"),
    [
        ("lists_inside_ckpt", 2, {"first/kernel", "layer-2/fixed/0/kernel", "last/kernel"}),
        ("cells_alone_ckpt", 2, {"first/kernel", "last/kernel"}),
    ],
)
def test_no_position_is_told_behind_what_tensorflow_does_not_follow(file: str, known: int, paths: set[str]) -> None:
    """Lists of layers and of cells leave no trace, and what lies in them is called after what holds it."""
    with open_model(DATA / "checkpoints/keras-3.15.1-objects" / file) as model:
        assert [weight.index for weight in model.weights][:known] == [*range(known)]
        assert {weight.index for weight in model.weights[known:]} == {None}
        assert {weight.path for weight in model.weights if weight.name == "kernel"} == paths


def test_names_of_variables_are_not_those_of_keras_1() -> None:
    """A LoRA factor that ends in ``_b`` is no bias."""
    with open_model(DATA / "checkpoints/keras-3.15.1-objects/adapted_ckpt") as model:
        assert sorted(weight.name for weight in model.weights) == ["bias", "kernel", "lora_kernel_a", "lora_kernel_b"]


def test_what_keras_keeps_of_a_layer_is_none_of_its_weights() -> None:
    """States of recurrent layers are extras; weights of tokens stand beside the others and have no position."""
    folder = DATA / "checkpoints/keras-3.15.1-objects"
    with open_model(folder / "stateful_ckpt") as model:
        assert Counter(extra.kind for extra in model.extras) == {"state": 3}
    assert "KI202" not in {finding.code for finding in check(folder / "stateful_ckpt").models[0].findings}
    with open_model(folder / "texts_ckpt") as model:
        kept = {weight.name: weight.index for weight in model.weights if weight.kept_aside}
        assert kept == {"num_documents": None, "idf_weights": None}


def test_slots_of_an_optimizer_that_was_built_before_it_trained_belong_to_their_weights() -> None:
    """They lack the name of the optimizer; one for a variable of which two have the name is told for neither."""
    with open_model(DATA / "checkpoints/tf.keras-2.12/twins_built") as model:
        slots = Counter((extra.name, extra.weight) for extra in model.extras if extra.array.shape)
    told: dict[tuple[str, str | None], int] = {
        (slot, f"a/left/{name}"): 1 for slot in ("momentum", "velocity") for name in ("kernel", "bias")
    }
    assert slots == {**told, ("momentum", None): 2, ("velocity", None): 2}
