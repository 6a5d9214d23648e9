"""Which paths lead to what a model is read from, or would be."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kerasinspect.formats.locating import model_parts
from kerasinspect.formats.locating.model_parts import PathToWrite
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

SHARDS = DATA / "versions/keras-3.11.3"
INDEX = "many_sharded.weights.json"
SHARD = "many_sharded_00001.weights.h5"


@pytest.fixture
def sharded(tmp_path: Path) -> Path:
    """A folder with the index of shards alone."""
    folder = tmp_path / "sharded"
    folder.mkdir()
    shutil.copy(SHARDS / INDEX, folder)
    return folder


def test_a_shard_is_a_part_before_it_is_there(sharded: Path, tmp_path: Path) -> None:
    """By each name of its folder, and no other file beside the index is."""
    (tmp_path / "linked").symlink_to(sharded)
    for index in (sharded / INDEX, tmp_path / "linked" / INDEX):
        for folder in (sharded, tmp_path / "linked"):
            assert PathToWrite(folder / SHARD).is_part(str(index))
            assert not PathToWrite(folder / "found.json").is_part(str(index))


def test_a_shard_is_a_part_by_its_other_name_elsewhere(sharded: Path, tmp_path: Path) -> None:
    """A hard link leads to the same file, wherever it lies."""
    shutil.copy(SHARDS / SHARD, sharded)
    other = tmp_path / "other.h5"
    other.hardlink_to(sharded / SHARD)
    assert PathToWrite(other).is_part(str(sharded / INDEX))


@pytest.mark.parametrize("there", [False, True])
def test_a_shard_that_a_link_leads_to_is_a_part(sharded: Path, tmp_path: Path, *, there: bool) -> None:
    """As in the cache of a download, whose files have other names in another folder, and may not be there yet."""
    stored = tmp_path / "blobs/1a2b"
    stored.parent.mkdir()
    if there:
        stored.touch()
    (sharded / SHARD).symlink_to(stored)
    assert PathToWrite(stored).is_part(str(sharded / INDEX))
    assert not PathToWrite(tmp_path / "blobs/3c4d").is_part(str(sharded / INDEX))


def test_a_shard_of_the_next_number_is_a_part(sharded: Path) -> None:
    """It would be read, though the index does not name it."""
    assert PathToWrite(sharded / "many_sharded_00002.weights.h5").is_part(str(sharded / INDEX))
    assert PathToWrite(sharded / "many_sharded_00002.weights.h5").is_part(str(sharded))
    assert not PathToWrite(sharded / "other_00002.weights.h5").is_part(str(sharded / INDEX))


@pytest.mark.parametrize("location", ["ckpt-1", "ckpt-1.index", "ckpt-1.data-00000-of-00002"])
def test_data_of_a_checkpoint_is_a_part_before_it_is_there(tmp_path: Path, location: str) -> None:
    """However the checkpoint is named."""
    (tmp_path / "ckpt-1.index").touch()
    (tmp_path / "ckpt-1.data-00000-of-00002").touch()
    for name in ("ckpt-1.index", "ckpt-1.data-00001-of-00002"):
        assert PathToWrite(tmp_path / name).is_part(str(tmp_path / location))
    for name in ("ckpt-2.index", "ckpt-10.data-00001-of-00002", "ckpt-1.json"):
        assert not PathToWrite(tmp_path / name).is_part(str(tmp_path / location))


@pytest.mark.parametrize(
    "name",
    [
        *("saved_model.pb", "keras_metadata.pb", "variables/variables.data-00000-of-00001", "assets/tokens.txt"),
        *("checkpoint", "ckpt-1.index", "_CHECKPOINT_METADATA", "1/pytree/_METADATA", "model_00002.weights.h5"),
    ],
)
def test_what_a_folder_would_be_read_from_is_a_part(tmp_path: Path, name: str) -> None:
    """Of a SavedModel, a folder of checkpoints, a preset; a page beside these is none."""
    (tmp_path / "model.weights.json").write_text("{}", encoding="utf-8")
    assert PathToWrite(tmp_path / name).is_part(str(tmp_path))
    assert not PathToWrite(tmp_path / "found.json").is_part(str(tmp_path))


def test_what_would_lie_in_an_unpacked_model_is_a_part(tmp_path: Path) -> None:
    """Files that Keras would look for there, what is below its assets, and the shards of an index in it."""
    shutil.copy(SHARDS / INDEX, tmp_path)
    for name in ("config.json", "assets/vocabulary.txt", SHARD):
        path = PathToWrite(tmp_path / name)
        assert path.is_part(str(tmp_path))
        assert path.is_in_folder(str(tmp_path))
    assert not PathToWrite(tmp_path / "found.json").is_part(str(tmp_path))


def test_a_path_that_is_not_there_is_its_own(tmp_path: Path) -> None:
    """A log that the run will make is no place for its report."""
    assert PathToWrite(tmp_path / "log.jsonl").is_same(str(tmp_path / "log.jsonl"))


@pytest.mark.parametrize("there", [False, True])
def test_models_that_lie_elsewhere_are_not_opened(
    sharded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    """With a hundred thousand of them, opening each would take as long as a minute of checks."""
    monkeypatch.delattr(model_parts, "open_source")
    (tmp_path / "out").mkdir()
    if there:
        (tmp_path / "out/found.jsonl").write_text("", encoding="utf-8")
    path = PathToWrite(tmp_path / "out/found.jsonl")
    for model in (sharded / INDEX, SAMPLES / "question_network.keras"):
        assert not path.is_same(model)
        assert not path.is_in_folder(str(model))
        assert not path.is_part(str(model))
