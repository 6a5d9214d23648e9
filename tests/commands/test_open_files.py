"""No command leaves a file open, whether it shows a model, refuses one or finds damage in the middle of it."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import pytest

from kerasinspect.commands.cli import run
from tests.makers.forms import FORMS, written
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, legacy_tree
from tests.makers.raw_zip import raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPEN_FILES = Path("/proc/self/fd")
pytestmark = pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="this system does not list the files that are open")

COMMANDS: dict[str, tuple[str, ...]] = {
    "show": ("show", "--values", "--hash"),
    "show one": ("show", "--layer", "second", "--format", "json"),
    "show nothing": ("show", "--layer", "no such layer"),
    "show no form": ("show", "--format", "no such form"),
    "summary": ("summary",),
    "stats": ("stats",),
    "training": ("training",),
    "check": ("check", "--no-config"),
    "check against nothing": ("check", "--against", "no such lock"),
    "lock": ("lock",),
    "lock over a model": ("lock", "-o", "{model}"),
    "few members": ("show", "--limit", "archive_members=1", "--limit", "hdf5_objects=1"),
    "short paths": ("check", "--no-config", "--limit", "path_characters=1"),
}


def not_stored(file: h5py.File) -> None:
    """A kernel of which nothing is in the file."""
    del file["model_weights/first/first/kernel:0"]
    file.create_dataset("model_weights/first/first/kernel:0", (3, 2), "f4")


def linked_away(file: h5py.File) -> None:
    """A kernel that is a link to another file."""
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("other.h5", "/kernel")


DAMAGED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "cut archive": ("cut.keras", lambda: keras_archive()[:-100]),
    "cut HDF5": ("cut.h5", lambda: hdf5(legacy_tree)[:-100]),
    "text": ("text.h5", lambda: b"no model"),
    "empty archive": ("empty.keras", lambda: raw_zip([])),
    "no JSON": ("config.keras", lambda: keras_archive(text=b"{")),
    "weights that are none": ("weights.keras", lambda: keras_archive(weights=b"no HDF5" * 99)),
    "an array that is not stored": ("unwritten.h5", lambda: hdf5(legacy_tree, not_stored)),
    "an array elsewhere": ("link.keras", lambda: keras_archive(weights=hdf5(archive_tree, linked_away))),
}


def damaged(name: str, make: Callable[[], bytes]) -> Callable[[Path], Path]:
    """What makes a file that cannot be read, or not to its end."""
    return lambda folder: written(folder / name, make())


MODELS = FORMS | {kind: damaged(*file) for kind, file in DAMAGED.items()}


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Nothing is closed just because Python happens to clear up."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def open_files() -> list[str]:
    """What this process has open, but for the folder that tells."""
    links = (link for link in OPEN_FILES.iterdir() if link.exists())
    return sorted(f"{link.name} {link.readlink()}" for link in links)


@pytest.mark.usefixtures("no_collection", "capsys")
@pytest.mark.parametrize("kind", MODELS)
def test_no_command_leaves_a_file_open(tmp_path: Path, kind: str) -> None:
    """Each of them on each model, twice: success, a request that cannot be met, a limit, damage."""
    path = str(MODELS[kind](tmp_path))
    for command in COMMANDS.values():
        name, *options = (word.format(model=path) for word in command)
        run([name, path, *options])
        before = open_files()
        assert run([name, path, *options]) in {0, 1, 2, 3}
        assert open_files() == before, command


@pytest.mark.usefixtures("no_collection", "capsys")
def test_checking_many_leaves_none_open(tmp_path: Path) -> None:
    """Healthy and damaged models in one run, and their reports."""
    paths = [str(make(tmp_path)) for make in MODELS.values()]
    before = open_files()
    for form in ("text", "json", "junit", "sarif"):
        assert run(["check", "--no-config", *paths, "--format", form, "-o", str(tmp_path / f"report.{form}")]) == 3
    assert open_files() == before


@pytest.mark.usefixtures("no_collection", "capsys")
def test_a_folder_of_models_leaves_none_open(tmp_path: Path) -> None:
    """``check`` finds them by itself, and ``lock`` writes beside them."""
    for make in MODELS.values():
        make(tmp_path)
    before = open_files()
    assert run(["check", "--no-config", str(tmp_path)]) == 3
    assert run(["lock", str(tmp_path / "model.keras"), "-o", str(tmp_path / "model.lock.json")]) == 0
    assert open_files() == before
