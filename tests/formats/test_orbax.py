"""Folders of Keras's OrbaxCheckpoint: as it wrote them, cut short, and in the middle of a write."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from kerasinspect import check, open_model
from kerasinspect.containers.folders import LocalFolder
from kerasinspect.containers.ocdbt.arrays import array_at
from kerasinspect.containers.ocdbt.store import Store, Value, open_store
from kerasinspect.errors import DamagedFile, InspectError, RefusedFile
from kerasinspect.formats.locating.folder_search import search
from kerasinspect.limits import DEFAULT
from tests.places import SHARED
from tests.tools import zstandard

if TYPE_CHECKING:
    from pathlib import Path

KEPT = SHARED / "data" / "checkpoints" / "keras-3.15.1-orbax-tensorflow"
pytestmark = pytest.mark.skipif(not KEPT.exists(), reason="the checkpoints that Orbax saved are not here")


@pytest.fixture
def step(tmp_path: Path) -> Path:
    """A step of a Sequential model, to be damaged."""
    zstandard()
    return shutil.copytree(KEPT / "seq_mlp_orbax" / "1", tmp_path / "run" / "1")


def test_weights_have_their_layers_and_all_else_is_said_to_be_what_it_is(step: Path) -> None:
    """The model's own name, before the layers' in each path, is that of no layer."""
    with open_model(step) as model:
        assert [weight.path for weight in model.weights][:3] == [
            "dense/kernel",
            "dense/bias",
            "batch_normalization/gamma",
        ]
        assert [weight.index for weight in model.weights] == [*range(8)]
        assert {extra.kind for extra in model.extras} == {"optimizer", "seed", "metric"}
        slots = {extra.weight for extra in model.extras if extra.name == "momentum"}
        assert "head/kernel" in slots


def test_a_folder_of_steps_is_its_newest_one_and_a_search_finds_each(step: Path) -> None:
    """Steps are numbers: 10 is newer than 9."""
    run = step.parent
    shutil.copytree(step, run / "9")
    shutil.copytree(step, run / "10")
    (run / "10" / "model_config" / "_strings.json").unlink()
    with open_model(run) as model:
        assert model.config is None
    assert [location.path for location in search(str(run), DEFAULT)] == [str(run / name) for name in ("1", "10", "9")]


def test_both_names_of_the_item_are_known(step: Path) -> None:
    """Keras has called it both."""
    (step / "pytree").rename(step / "state")
    with open_model(step) as model:
        assert len(model.weights) == 8


def test_an_unfinished_write_is_damage_and_no_empty_folder(step: Path) -> None:
    """Never taken for a folder without models."""
    step.rename(step.with_name("1.orbax-checkpoint-tmp"))
    with pytest.raises(DamagedFile, match="never written to its end"):
        open_model(step.parent)
    with pytest.raises(DamagedFile, match="never written to its end"):
        open_model(step.with_name("1.orbax-checkpoint-tmp"))


def test_a_data_file_that_is_missing_or_short_is_named(step: Path) -> None:
    """Whether the tree of keys lies in it or values do."""
    told = 0
    for path in sorted(step.glob("pytree/**/d/*")):
        data = path.read_bytes()
        path.unlink()
        told += path.name in read_or_said(step)
        path.write_bytes(data[: len(data) // 2])
        told += path.name in read_or_said(step)
        path.write_bytes(data)
    assert told >= 2  # files of versions that were replaced are read by nobody


def read_or_said(step: Path) -> str:
    """What is said of a step that is damaged, all sentences as one."""
    try:
        with open_model(step) as model:
            for weight in model.weights:
                weight.array[...]
            return " ".join(model.damage)
    except InspectError as error:
        return str(error)


def test_a_manifest_cut_at_any_byte_is_damage(step: Path) -> None:
    """Or with any byte changed: its checksum tells."""
    path = step / "pytree" / "manifest.ocdbt"
    whole = path.read_bytes()
    for at in range(len(whole)):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            path.write_bytes(data)
            with pytest.raises(DamagedFile):
                open_model(step)


def test_declared_shapes_cost_nothing(step: Path) -> None:
    """What the store can hold for them decides, before any memory is taken."""
    with ExitStack() as files:
        store = open_store(LocalFolder(step / "pytree"), DEFAULT, files)
        path = "trainable_variables.seq_mlp.dense.kernel"
        metadata = json.loads(store.values[f"{path}/zarr.json".encode()].data)
        for shape, chunk in (([1 << 60, 4], [1 << 60, 4]), ([1 << 60, 4], [8, 4]), ([1 << 31, 4], [1 << 31, 4])):
            metadata["shape"] = shape
            metadata["chunk_grid"]["configuration"]["chunk_shape"] = chunk
            metadata["codecs"][0]["configuration"]["chunk_shape"] = chunk
            data = json.dumps(metadata).encode()
            forged = Store(store.source, {**store.values, f"{path}/zarr.json".encode(): Value(len(data), data)}, ())
            array = array_at(forged, path, DEFAULT)
            assert array is not None
            with pytest.raises(RefusedFile, match="exceeds the limit"):
                array[0]


def test_check_reads_every_step(step: Path) -> None:
    """A folder of steps has as many models."""
    (report,) = check(step.parent).models
    assert report.error is None
    assert {finding.where for finding in report.findings if finding.code == "KI418"} >= {"dense/kernel", "head/bias"}


def test_keras_restores_a_functional_model_but_for_the_sequential_one_in_it() -> None:
    """Layers of a Functional model have no outer name in their paths, so that these stay the same."""
    zstandard()
    (report,) = check(KEPT / "nested_orbax" / "1").models
    lost = {finding.where.split("/")[0] for finding in report.findings if finding.code == "KI418"}
    assert lost == {"iseq"}
