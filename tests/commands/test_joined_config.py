"""A config of its own is joined to weights alone, and one checkpoint of a folder is chosen by its step."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import h5py
import pytest

from kerasinspect import RequestError, check, compare, open_model
from kerasinspect.assembly.fitting import require_fit
from kerasinspect.commands.cli import run
from kerasinspect.verify.reading import read
from tests.places import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect import Model

CHECKPOINTS = DATA / "checkpoints/tf.keras-2.15"
VERSIONS = DATA / "versions"
FOLDER = CHECKPOINTS / "seq_mlp_manager"
SAVED = CHECKPOINTS / "seq_mlp_savedmodel"


def described(model: Model) -> list[tuple[Any, ...]]:
    """What a model says of its weights."""
    return [(one.path, one.layer_class, one.shape, one.trainable, one.fan_in, one.initializer) for one in model.weights]


def config_of(model: Path, folder: Path) -> Path:
    """A file with the config of a whole model, as ``model.to_json()`` writes it."""
    path = folder / "architecture.json"
    with open_model(model) as whole:
        path.write_text(json.dumps(whole.config))
    return path


@pytest.fixture
def architecture(tmp_path: Path) -> Path:
    """The config of the model in the SavedModel."""
    return config_of(SAVED, tmp_path)


def weights_of_archive(folder: Path) -> Iterator[Path]:
    """The weights and the config of an archive, unpacked."""
    with zipfile.ZipFile(VERSIONS / "tf.keras-2.15/nested.keras") as archive:
        for member in ("model.weights.h5", "config.json"):
            archive.extract(member, folder)
            yield folder / member


def legacy_weights(folder: Path) -> Path:
    """The weights of a whole legacy file as ``save_weights`` writes them."""
    path = folder / "weights.h5"
    with h5py.File(VERSIONS / "tf.keras-2.4/fn_rnn.h5") as whole, h5py.File(path, "w") as alone:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", alone)
        for key, value in whole["model_weights"].attrs.items():
            alone.attrs[key] = value
    return path


def test_a_checkpoint_with_its_config_says_what_the_whole_model_says(architecture: Path) -> None:
    """Classes, initializers and positions, of which the checkpoint alone has none."""
    with open_model(FOLDER, config=architecture) as joined, open_model(SAVED) as whole, open_model(FOLDER) as bare:
        assert described(joined) == described(whole)
        assert [weight.index for weight in joined.weights] == [*range(8)]
        assert bare.layers[2].class_name == "unknown class"
        assert joined.layers[-1].class_name == "Dense"
        assert joined.name == whole.name == "seq_mlp"


def test_weights_of_keras_3_and_legacy_weights_take_a_config(tmp_path: Path) -> None:
    """As if it had been in their file."""
    weights, config = weights_of_archive(tmp_path)
    with open_model(weights, config=config) as joined, open_model(VERSIONS / "tf.keras-2.15/nested.keras") as whole:
        assert described(joined) == described(whole)
    legacy = VERSIONS / "tf.keras-2.4/fn_rnn.h5"
    config = config_of(legacy, tmp_path)
    with open_model(legacy_weights(tmp_path), config=config) as joined, open_model(legacy) as whole:
        assert described(joined) == described(whole)
        assert joined.format == "legacy-hdf5-weights"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("units", 9), "has the shape"),
        (("name", "tail"), "the file has no arrays of its layer tail; it has no layer head"),
    ],
)
def test_a_config_of_another_model_is_refused(architecture: Path, change: tuple[str, object], said: str) -> None:
    """With what contradicts it."""
    config = json.loads(architecture.read_text())
    config["config"]["layers"][-1]["config"][change[0]] = change[1]
    architecture.write_text(json.dumps(config))
    with pytest.raises(RequestError, match="is of another model") as refused:
        open_model(FOLDER, config=architecture)
    assert said in refused.value.message


def test_a_config_of_more_layers_is_refused(architecture: Path) -> None:
    """As one whose layer has no arrays in the file."""
    config = json.loads(architecture.read_text())
    layers = config["config"]["layers"]
    layers.append({**layers[-1], "config": {**layers[-1]["config"], "name": "more"}})
    architecture.write_text(json.dumps(config))
    with pytest.raises(RequestError, match="has no arrays of its layer more"):
        open_model(FOLDER, config=architecture)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "names no class"),
        ('{"class_name": "Sequential"}', "has no config"),
        ('{"class_name": "Mine", "config": {"units": 4}}', "lists no layers"),
        ("{", "is not JSON"),
    ],
)
def test_what_is_no_config_is_said(tmp_path: Path, text: str, said: str) -> None:
    """With what to name instead."""
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(RequestError, match=said):
        open_model(FOLDER, config=path)


def test_an_archive_is_told_how_its_config_is_taken_out() -> None:
    """Where the config is, is known, but ``verify`` hands the file to a process that reads JSON alone."""
    with pytest.raises(RequestError, match="is a ZIP archive, not a config") as raised:
        open_model(FOLDER, config=VERSIONS / "tf.keras-2.15/nested.keras")
    assert "python -m zipfile -e" in str(raised.value.remedy)


def test_a_whole_model_takes_no_config(architecture: Path) -> None:
    """It has its own."""
    with pytest.raises(RequestError, match="has its own config"):
        open_model(SAVED, config=architecture)


@pytest.mark.parametrize("command", ["list", "show", "summary", "stats", "training", "lock"])
def test_commands_take_a_config(command: str, architecture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And say what the config says."""
    assert run([command, str(FOLDER / "ckpt-1"), "--config", str(architecture)]) == 0
    assert "head" in capsys.readouterr().out


def test_compat_judges_a_config_of_its_own(architecture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says that no Keras 3 loads the file that it was joined to."""
    assert run(["compat", str(FOLDER / "ckpt-1")]) == 2
    assert "join its architecture with --config" in capsys.readouterr().err
    assert run(["compat", str(FOLDER / "ckpt-1"), "--config", str(architecture)]) == 0
    page = capsys.readouterr().out
    assert "3.0.0 to 3.15.1" in page
    assert "Keras 3 loads no checkpoint of TensorFlow" in page
    assert "It speaks of Keras 3 alone" in page


def test_check_joins_an_architecture(architecture: Path) -> None:
    """Under a name of its own, since the config of check is its policy; rules about configs are asked then."""
    (bare,) = check(FOLDER / "ckpt-1", config=None).models
    (joined,) = check(FOLDER / "ckpt-1", config=None, architecture=architecture).models
    assert {one.code for one in bare.skipped} - {one.code for one in joined.skipped} >= {"KI201"}
    with pytest.raises(RequestError, match="has its own config"):
        check(SAVED, config=None, architecture=architecture)
    assert run(["check", str(FOLDER / "ckpt-1"), "--no-config", "--architecture", str(architecture)]) == 0


def test_diff_joins_a_config_to_the_side_that_has_none(architecture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or to both sides."""
    alone = compare(FOLDER / "ckpt-1", SAVED)
    joined = compare(FOLDER / "ckpt-1", SAVED, config=architecture)
    assert (alone.old.config, joined.old.config) == (None, joined.new.config)
    both = compare(FOLDER / "ckpt-1", FOLDER / "ckpt-2", config=architecture)
    assert both.old.config == both.new.config is not None
    with pytest.raises(RequestError, match="nothing to join"):
        compare(SAVED, SAVED, config=architecture)
    assert run(["diff", str(FOLDER / "ckpt-1"), str(SAVED), "--config", str(architecture)]) == 1
    assert "head" in capsys.readouterr().out


def test_verify_reads_weights_with_their_config(tmp_path: Path) -> None:
    """Of HDF5 alone, which Keras loads into a model that it built."""
    weights, config = weights_of_archive(tmp_path)
    reading = read(str(weights), config=str(config))
    assert reading.has_config
    assert [one.name for one in reading.weights][:2] == ["kernel", "bias"]
    with pytest.raises(RequestError, match="weights only"):
        read(str(weights))
    with pytest.raises(RequestError, match="is a checkpoint"):
        read(str(FOLDER / "ckpt-1"), config=str(config_of(SAVED, tmp_path)))


def custom_model(features: int, folder: Path) -> Path:
    """The config of a model with a layer of somebody else's class, which takes so many features."""
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": [None, features], "name": "in"},
            "name": "in",
            "inbound_nodes": [],
        },
        {"class_name": "Block", "config": {"name": "block"}, "name": "block", "inbound_nodes": [[["in", 0, 0, {}]]]},
        {
            "class_name": "Dense",
            "config": {"name": "dense", "units": 2},
            "name": "dense",
            "inbound_nodes": [[["block", 0, 0, {}]]],
        },
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["in", 0, 0]], "output_layers": [["dense", 0, 0]]}
    path = folder / "custom.json"
    path.write_text(json.dumps({"class_name": "Functional", "config": config}))
    return path


def test_somebody_elses_layer_is_held_against_what_comes_into_it(tmp_path: Path) -> None:
    """Where its arrays have the names that only one class of Keras gives them: mean, variance and count."""
    weights = DATA / "checkpoints/tf.keras-2.3/preproc_ckpt"
    with pytest.raises(RequestError, match=r"block/mean has the shape \(3,\), and \(None, 4\) comes into its layer"):
        open_model(weights, config=custom_model(4, tmp_path))
    with open_model(weights, config=custom_model(3, tmp_path)) as model:
        assert [layer.class_name for layer in model.layers] == ["InputLayer", "Block", "Dense"]
    with open_model(weights, config=DATA / "checkpoints/tf.keras-2.3/preproc.json") as model:
        assert model.weights[0].layer_class == "Normalization"


def test_a_list_of_layers_that_begins_with_the_input_is_matched() -> None:
    """TensorFlow 1 lists it of a Sequential in a Sequential; a layer called twin has variables called twin_1."""
    folder = DATA / "checkpoints/tf.keras-1.15"
    with open_model(folder / "names_ckpt", config=folder / "names.json") as model:
        assert [layer.path for layer in model.walk() if layer.weights] == [
            *("layer.one-two", "a/b/c", "box/twin", "box/other", "twin"),
        ]


@pytest.mark.parametrize("name", ["quant_int8", "quant_gptq", "quant_int4_block", "quant_float8"])
def test_the_config_of_a_quantized_model_fits(name: str) -> None:
    """Its layers have scales that their classes have not, and kernels of another shape."""
    (path,) = VERSIONS.glob(f"keras-3.*/{name}.keras")
    with open_model(path) as model:
        require_fit(model, "config.json")


def test_a_step_chooses_a_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    """Without one the newest is opened, or all are listed."""
    assert run(["summary", str(FOLDER), "--step", "1"]) == 0
    assert capsys.readouterr().out.startswith("model ckpt-1\n")
    assert run(["summary", str(FOLDER)]) == 0
    assert capsys.readouterr().out.startswith("model ckpt-2\n")
    assert run(["list", "--step", "2", str(FOLDER)]) == 0
    assert capsys.readouterr().out.count("model ") == 1


@pytest.mark.parametrize(
    ("location", "said"),
    [(FOLDER, "It has those of 1, 2."), (FOLDER / "ckpt-1", "is none"), (SAVED, "No name in it ends in a step")],
)
def test_a_step_that_is_not_there_is_said(location: Path, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With those that are."""
    assert run(["summary", str(location), "--step", "3"]) == 2
    assert said in capsys.readouterr().err


def test_names_of_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Callbacks number with zeros before an ending; a number that is a part of a word is no step."""
    for name in ("cp-0007.ckpt", "model12", "cp_8"):
        for path in FOLDER.glob("ckpt-1.*"):
            shutil.copy(path, tmp_path / path.name.replace("ckpt-1", name))
    assert run(["summary", str(tmp_path), "--step", "7"]) == 0
    assert run(["summary", str(tmp_path), "--step", "8"]) == 0
    assert run(["summary", str(tmp_path), "--step", "12"]) == 2
    assert "It has those of 7, 8." in capsys.readouterr().err
