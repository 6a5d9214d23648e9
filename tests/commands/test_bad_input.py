"""Files that are no model, or are broken: one sentence on what is wrong, one on what to do, and exit status 3."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from kerasinspect.commands.cli import run
from tests.makers.special_files import make_pipe
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ARCHIVE, LEGACY = SAMPLES / "question_network.keras", SAMPLES / "question_network.h5"


def empty(folder: Path) -> Path:
    """A file without a byte."""
    path = folder / "model.keras"
    path.touch()
    return path


def text(folder: Path) -> Path:
    """A file of words."""
    path = folder / "model.h5"
    path.write_text("not a model\n")
    return path


def web_page(folder: Path) -> Path:
    """What a failed download leaves."""
    path = folder / "model.keras"
    path.write_text("<!DOCTYPE html><html><body>404</body></html>")
    return path


def pointer(folder: Path) -> Path:
    """What Git has of a large file before it is fetched."""
    path = folder / "model.h5"
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n")
    return path


def cut(sample: Path) -> Callable[[Path], Path]:
    """Half of a sample."""

    def make(folder: Path) -> Path:
        data = sample.read_bytes()
        path = folder / sample.name
        path.write_bytes(data[: len(data) // 2])
        return path

    return make


def no_json(folder: Path) -> Path:
    """An archive whose config is a Python dictionary."""
    path = folder / "model.keras"
    with zipfile.ZipFile(ARCHIVE) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"{'name': None}" if name == "config.json" else source.read(name))
    return path


def plain_folder(folder: Path) -> Path:
    """A folder without a model."""
    return folder


def pipe(folder: Path) -> Path:
    """A named pipe that nobody writes to: reading it would wait for ever."""
    return make_pipe(folder / "pipe")


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (empty, "empty"),
    "text": (text, "text file"),
    "web-page": (web_page, "HTML"),
    "lfs-pointer": (pointer, "git lfs pull"),
    "truncated-archive": (cut(ARCHIVE), "cut off"),
    "truncated-legacy": (cut(LEGACY), "cut off"),
    "config-not-json": (no_json, "config.json"),
    "folder": (plain_folder, "folder"),
    "pipe": (pipe, "named pipe"),
}


@pytest.mark.parametrize("command", ["show", "summary"])
@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD.keys())
def test_a_file_that_cannot_be_read_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], Path], words: str, command: str
) -> None:
    """The first line says what is wrong with which file, the second what to do, and nothing else is printed."""
    path = make(tmp_path)
    assert run([command, str(path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert str(path) in err
    assert len(err.splitlines()) <= 2


def test_a_file_without_permission_is_explained(tmp_path: Path) -> None:
    """A file that this user may not read is refused with that reason; root may read everything."""
    path = tmp_path / "model.keras"
    path.write_bytes(ARCHIVE.read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    outcome = subprocess.run(
        [sys.executable, "-m", "kerasinspect", "show", str(path)], capture_output=True, check=False, text=True
    )
    assert outcome.returncode == 3
    assert "permission" in outcome.stderr


def test_a_closed_pipe_ends_quietly() -> None:
    """``kerasinspect show ... | head`` says nothing about the pipe."""
    with subprocess.Popen(
        [sys.executable, "-m", "kerasinspect", "show", str(SAMPLES / "text_classifier.keras"), "--full"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=SAMPLES.parent,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
