"""Files that somebody writes to while a model is open: no value is given that is not of the file that was opened."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.analysis.comparison.models import compare_models
from kerasinspect.analysis.fingerprint import fingerprint_of
from kerasinspect.commands.cli import run
from kerasinspect.errors import DamagedFile
from kerasinspect.exporting import export, writing
from kerasinspect.exporting.forms import form_of
from kerasinspect.opening import open_model, open_with_container
from tests.makers.forms import archive, deflated, legacy, sharded, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from kerasinspect.exporting.results import Exported

CHANGED = "was changed while it was read"
OLD, NEW = (np.float32(value).tobytes() for value in (10, 99))
"""The first value of the plain model, and another one."""

forms = pytest.mark.parametrize("form", [archive, legacy, unpacked, sharded], ids=lambda form: form.__name__)
"""Those whose values are read where they lie."""


def values_of(path: Path) -> Path:
    """The file of a model that holds its values."""
    if path.suffix in {".keras", ".h5"}:
        return path
    return min((path if path.is_dir() else path.parent).glob("*.weights.h5"))


def rewrite(path: Path) -> None:
    """Write other values over those of a file, as a training does that saves to one name."""
    data = path.read_bytes()
    assert OLD in data
    with path.open("r+b") as stream:
        stream.write(data.replace(OLD, NEW))
    age(path)


def age(path: Path) -> None:
    """Give a file another time, whatever the clock of the disk resolves."""
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000))


def cut(path: Path) -> None:
    """Take off the end of a file."""
    os.truncate(path, 1_000)


@forms
@pytest.mark.parametrize("change", [rewrite, cut])
def test_no_value_is_given_of_a_file_that_was_changed(
    tmp_path: Path, form: Callable[[Path], Path], change: Callable[[Path], None]
) -> None:
    """By whatever way it is asked for."""
    path = form(tmp_path)
    (tmp_path / "other").mkdir()
    with open_model(path) as model, open_model(archive(tmp_path / "other")) as other:
        array = model.weights[0].array
        assert array[0, 0] == 10
        change(values_of(path))
        with pytest.raises(DamagedFile, match=CHANGED):
            _ = array[0, 0]
        with pytest.raises(DamagedFile, match=CHANGED):
            list(array.blocks())
        assert fingerprint_of(model).lack == "unread"
        assert any(CHANGED in sentence for sentence in compare_models(other, model).damage)
        with pytest.raises(DamagedFile, match=CHANGED):
            export(model, tmp_path / "weights.npz")
    assert not (tmp_path / "weights.npz").exists()


@forms
def test_a_file_that_changes_during_an_export_leaves_nothing(
    tmp_path: Path, form: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than arrays of which some are the old ones and some are new."""
    path = form(tmp_path)
    npz = form_of("npz")

    def write(arrays: Sequence[Exported], stream: BinaryIO) -> None:
        """Write the arrays once the first one has been read."""
        assert arrays[0].array[0, 0] == 10
        rewrite(values_of(path))
        npz.write(arrays, stream)

    monkeypatch.setattr(writing, "form_of", lambda _: npz._replace(write=write))
    with pytest.raises(DamagedFile, match=CHANGED):
        export(path, tmp_path / "weights.npz")
    assert not (tmp_path / "weights.npz").exists()
    with open_model(path) as again:
        assert again.weights[0].array[0, 0] == 99


@forms
def test_a_file_that_another_takes_the_place_of_is_read_on(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    """Who saves beside and renames harms nobody: the old file is whole until it is closed."""
    path = form(tmp_path)
    with open_model(path) as model:
        before = fingerprint_of(model)
        (tmp_path / "new").write_bytes(b"new")
        with suppress(PermissionError):  # Windows replaces no open file
            (tmp_path / "new").replace(values_of(path))
        assert fingerprint_of(model) == before
        export(model, tmp_path / "weights.npz")


def test_what_was_inflated_is_read_on(tmp_path: Path) -> None:
    """Deflated weights were copied when the archive was opened."""
    path = deflated(tmp_path)
    with open_model(path) as model:
        cut(path)
        assert model.weights[0].array[0, 0] == 10


def test_a_file_that_was_cut_says_its_sizes(tmp_path: Path) -> None:
    """Where it was whole when it was opened, no part of it contradicts another."""
    path = legacy(tmp_path)
    size = path.stat().st_size
    with open_model(path) as model:
        cut(path)
        with pytest.raises(DamagedFile) as found:
            _ = model.weights[0].array[...]
    sizes = f"it had {size:,} bytes when it was opened and has 1,000 now"
    assert str(found.value) == f"{path} {CHANGED}: {sizes}. Open it again once nothing writes to it."


@pytest.mark.parametrize(
    "command", [("list", "--hash"), ("lock", "--hash"), ("stats",), ("check", "--no-config")], ids=" ".join
)
def test_commands_say_it(
    tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 3, and no digest, fingerprint or figure of the new values beside the old ones."""
    path = legacy(tmp_path)

    def opened(*arguments: object, **named: object) -> object:
        """Open the model, and let it be changed then."""
        found = real(*arguments, **named)
        rewrite(path)
        return found

    places = {"check": "checking.asking.open_with_container", "lock": "commands.listing.locking.open_model"}
    real: Callable[..., object] = open_with_container if command[0] == "check" else open_model
    monkeypatch.setattr(f"kerasinspect.{places.get(command[0], 'opening.open_model')}", opened)
    assert run([*command, str(path), *(["--format", "json"] if command[0] != "lock" else [])]) == 3
    written = capsys.readouterr()
    assert CHANGED in written.err + written.out
    if command[0] == "list":
        document = json.loads(written.out)
        assert document["model"]["fingerprint"] is None
        assert {weight["sha256"] for weight in document["weights"]} == {None}
