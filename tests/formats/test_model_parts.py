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
    assert PathToWrite(tmp_path / "log.jsonl").is_part(str(tmp_path / "log.jsonl"))


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
