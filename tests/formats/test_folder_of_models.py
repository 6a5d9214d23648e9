"""A folder that is no model is said to be what it is, with what each model in it is."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kerasinspect.containers.tensor_bundle.table import MAGIC
from kerasinspect.formats.locating.folders import diagnose_folder
from kerasinspect.formats.locating.locations import find_models
from kerasinspect.limits import DEFAULT
from tests.makers.plain_models import keras_archive, parts
from tests.makers.special_files import make_pipe
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINT = ("ckpt.index", "ckpt.data-00000-of-00001", "checkpoint")
FOLDERS: dict[str, tuple[tuple[str, ...], str]] = {
    "empty": ((), "is an empty folder."),
    "config only": (("config.json", "metadata.json"), "has a config.json without a model.weights.h5"),
    "models": (("b.h5", "a.keras", "readme"), "is a folder, not a model: it holds 2 models."),
    "one model": (("a.keras", "readme"), "is a folder, not a model: it holds a.keras."),
    "folders": (("a.keras", "b/c.keras"), "is a folder, not a model: it holds 2 models and folders of models."),
    "models beside a checkpoint": (("b.h5", *CHECKPOINT), "is a folder, not a model: it holds 2 models."),
    "other": (("readme", "data"), "is a folder without a Keras model: it holds data, readme."),
}


def filled(folder: Path, names: tuple[str, ...]) -> Path:
    """A folder with empty files, some of them in folders of their own."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(("names", "said"), FOLDERS.values(), ids=list(FOLDERS))
def test_folders_are_named_by_what_they_hold(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    """With what to do about each."""
    assert f"{tmp_path} {said}" in str(diagnose_folder(str(filled(tmp_path, names))))


def test_a_saved_model_and_a_checkpoint_are_models_where_several_are_taken(tmp_path: Path) -> None:
    """The files below a SavedModel are its own; a checkpoint has the name that TensorFlow takes, its prefix."""
    filled(tmp_path / "saved", ("saved_model.pb", "keras_metadata.pb", "variables/variables.index"))
    (tmp_path / "ckpt-1.index").write_bytes(bytes(40) + MAGIC)
    (tmp_path / "faiss.index").write_bytes(bytes(100))
    found = [location.path for location in find_models([str(tmp_path)])]
    assert found == [str(tmp_path / "ckpt-1"), str(tmp_path / "saved")]


def test_each_model_in_a_folder_is_told_by_its_content(tmp_path: Path) -> None:
    """Whatever its name; what is no model stays away, unless it bears the name of one."""
    for name, data in {
        "b.h5": keras_archive(),
        "lfs.keras": b"version https://git-lfs.github.com/spec/v1\n",
        "cut.keras": keras_archive()[:100],
        "weights.keras": parts()[-1].data,
        "readme": b"text",
    }.items():
        (tmp_path / name).write_bytes(data)
    filled(tmp_path, ("ckpt.index", "runs/a.keras", "runs/b.keras", "saved/saved_model.pb", "empty/readme"))
    filled(tmp_path / "steps", ("3/_CHECKPOINT_METADATA",))
    (tmp_path / "unpacked").mkdir()
    for part in parts():
        (tmp_path / "unpacked" / part.name.decode()).write_bytes(part.data)
    rows = dict(row for row in diagnose_folder(str(tmp_path)).details if len(row) == 2)
    assert rows.pop("b.h5").startswith("keras-archive")
    assert rows == {
        "ckpt": "TensorFlow checkpoint",
        "cut.keras": "damaged",
        "lfs.keras": "no Keras model",
        "runs/": "folder with 2 models",
        "saved/": "TensorFlow SavedModel",
        "steps/": "Orbax checkpoint",
        "unpacked/": "unpacked model",
        "weights.keras": "keras-weights",
    }


def test_where_no_name_is_that_of_a_model_the_first_files_are_looked_into(tmp_path: Path) -> None:
    """A format is told by content, not by a name."""
    (tmp_path / "best").write_bytes((SAMPLES / "question_network.h5").read_bytes())
    (tmp_path / "notes.txt").touch()
    assert diagnose_folder(str(tmp_path)).details == (("best", "legacy-hdf5 · Keras 3.15.1"),)


def test_a_crowded_folder_is_listed_as_far_as_it_takes(tmp_path: Path) -> None:
    """Neither are all names looked at, nor are all models opened."""
    for number in range(1_100):
        (tmp_path / f"{number}.keras").touch()
    details = diagnose_folder(str(tmp_path)).details
    assert len(details) == 17
    assert details[-1] == ("and 984 more",)


def test_a_large_model_in_a_folder_is_not_looked_into(tmp_path: Path) -> None:
    """What a message costs is bounded, whatever the limits of the request."""
    (tmp_path / "a.keras").write_bytes(keras_archive())
    error = diagnose_folder(str(tmp_path), replace(DEFAULT, hdf5_objects=1))
    assert error.details == (("a.keras", "not looked into"),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe would wait for somebody who writes to it."""
    make_pipe(tmp_path / "a.keras")
    assert diagnose_folder(str(tmp_path)).details == (("a.keras", "no Keras model"),)


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    """As a file is."""
    assert "does not exist" in diagnose_folder(str(tmp_path / "none")).message


def test_a_traceback_has_the_models_to_choose_from(tmp_path: Path) -> None:
    """As notes of the exception."""
    (tmp_path / "a.keras").write_bytes(keras_archive())
    (note,) = diagnose_folder(str(tmp_path)).__notes__
    assert note.startswith("a.keras  keras-archive")
