"""The sample models: nothing in them is lost, and everything is what the real Keras says it is."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect import open_model
from tests.places import ROOT

if TYPE_CHECKING:
    from kerasinspect import Weight
    from kerasinspect.model import Array

SAMPLES = sorted(path.name for path in (ROOT / "sample_models").iterdir() if path.suffix in {".h5", ".keras"})
TOO_OLD_FOR_KERAS_3 = "question_network_keras1.h5"
LARGEST = 150_000

Json = dict[str, Any]


def digest(array: Array) -> str:
    """SHA-256 of an array's bytes, little-endian in C order."""
    found = sha256()
    for block in array.blocks():
        found.update(block)
    return found.hexdigest()


def describe(weight: Weight) -> Json:
    """A weight in the oracle's words."""
    return {
        "index": weight.index,
        "layer": weight.layer,
        "layer_class": weight.layer_class,
        "name": weight.name,
        "shape": list(weight.shape),
        "dtype": weight.dtype,
        "trainable": weight.trainable,
        "sha256": digest(weight.array),
    }


def datasets(path: Path) -> Counter[tuple[tuple[int, ...], str]]:
    """Shape and digest of every dataset that a plain walk with h5py finds in a file."""
    content = zipfile.ZipFile(path).read("model.weights.h5") if path.suffix == ".keras" else path.read_bytes()
    found: Counter[tuple[tuple[int, ...], str]] = Counter()

    def count(_name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[item.shape, sha256(np.asarray(item[()]).tobytes()).hexdigest()] += 1

    with h5py.File(io.BytesIO(content)) as file:
        file.visititems(count)
    return found


@pytest.fixture(scope="module")
def truth(sample_models: Path, keras_environment: dict[str, str]) -> dict[str, list[Json]]:
    """Every weight of every sample, as the real Keras loads it."""
    names = [name for name in SAMPLES if name != TOO_OLD_FOR_KERAS_3]
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracles.weights", *(str(sample_models / name) for name in names)],
        cwd=ROOT,
        env=keras_environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return {Path(path).name: weights for path, weights in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_array_is_lost(sample_models: Path, name: str) -> None:
    """Every dataset in the file is a weight or an extra, and nothing is there twice."""
    with open_model(sample_models / name) as model:
        arrays = [weight.array for weight in model.weights] + [extra.array for extra in model.extras]
        assert Counter((array.shape, digest(array)) for array in arrays) == datasets(sample_models / name)


@pytest.mark.parametrize("name", SAMPLES)
def test_layers_hold_every_weight_once(sample_models: Path, name: str) -> None:
    """The layer tree and the model's own weights hold exactly the weights of the flat list."""
    with open_model(sample_models / name) as model:
        held = [weight.path for layer in model.walk() for weight in layer.weights]
        held += [weight.path for weight in model.own_weights]
        assert sorted(held) == sorted(weight.path for weight in model.weights)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in {TOO_OLD_FOR_KERAS_3, "custom_layer.keras"}])
def test_weights_are_what_keras_loads(sample_models: Path, truth: dict[str, list[Json]], name: str) -> None:
    """Index, layer, class, name, shape, dtype, trainability and bytes agree with Keras, weight by weight."""
    with open_model(sample_models / name) as model:
        assert [describe(weight) for weight in model.weights] == truth[name]


def test_custom_layer_holds_what_keras_loads(sample_models: Path, truth: dict[str, list[Json]]) -> None:
    """What the file tells about a custom layer agrees with Keras; what it cannot tell is marked as unknown."""
    expected = {(weight["layer"], weight["sha256"]): weight for weight in truth["custom_layer.keras"]}
    with open_model(sample_models / "custom_layer.keras") as model:
        found = {(weight.layer, digest(weight.array)): weight for weight in model.weights}
        assert found.keys() == expected.keys()
        for place, weight in found.items():
            described = describe(weight)
            untold = {key for key in ("index", "trainable") if described[key] is None}
            if weight.layer.startswith("gated_mix"):
                assert not weight.named
                assert {weight.layer_class, weight.layer.rpartition("/")[2]} & {*weight.name.split(" of ")}
                untold |= {"name"}
            if weight.layer == "gated_mix/mix":  # only the code of GatedMix knows that this is a Dense
                untold |= {"layer_class"}
            assert described == expected[place] | {key: described[key] for key in untold}


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("question_network")])
def test_question_network_has_the_weights_of_the_question(sample_models: Path, name: str) -> None:
    """All three files of the question's network hold its eight arrays, in the order of get_weights()."""
    expected = json.loads((sample_models / "question_weights.json").read_text(encoding="utf-8"))
    with open_model(sample_models / name) as model:
        assert [weight.index for weight in model.weights] == list(range(8))
        assert [weight.name for weight in model.weights] == ["kernel", "bias"] * 4
        for weight, values in zip(model.weights, expected, strict=True):
            assert np.array_equal(weight.array[...], np.asarray(values, dtype="float32"))


def test_layers_of_the_keras_1_file_have_its_names(sample_models: Path) -> None:
    """A file of Keras 1 gives its layers the names that Keras 1 gave them, counted from 1."""
    with open_model(sample_models / TOO_OLD_FOR_KERAS_3) as model:
        names = [weight.layer for weight in model.weights]
    assert names == [f"dense_{number}" for number in (1, 1, 2, 2, 3, 3, 4, 4)]


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_small(sample_models: Path, name: str) -> None:
    """No sample weighs more than a picture would."""
    assert (sample_models / name).stat().st_size < LARGEST


def test_readme_lists_every_sample(sample_models: Path) -> None:
    """The table beside the samples has a row for each of them and for nothing else."""
    lines = (sample_models / "README.md").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split("`")[1] for line in lines if line.startswith("| `")) == SAMPLES
