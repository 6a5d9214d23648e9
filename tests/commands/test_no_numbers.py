"""Arrays that are whole and hold no numbers that are drawn: what is said of them is true, and nothing is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.commands.cli import run
from tests.makers.plain_models import hdf5, legacy_tree

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

COMPLEX, TEXTS = "complex numbers are not drawn", "texts, no numbers"


@pytest.fixture
def odd(tmp_path: Path) -> str:
    """A file of whose layer ``dense`` the kernel holds complex numbers, and the bias texts."""
    return made(tmp_path / "odd.h5", b"text")


def made(path: Path, text: bytes) -> str:
    """Such a file, whose texts are all the same."""

    def change(file: h5py.File) -> None:
        group = file["model_weights/first/first"]
        for name, values in (
            ("kernel:0", np.full(group["kernel:0"].shape, complex(1, np.nan), "c8")),
            ("bias:0", text),
        ):
            shape = group[name].shape
            del group[name]
            group[name] = np.full(shape, values) if isinstance(values, bytes) else values

    path.write_bytes(hdf5(legacy_tree, change))
    return str(path)


@pytest.mark.parametrize(
    "line", [("show", "--heatmap"), ("show", "--histogram"), ("stats", "--histogram")], ids=" ".join
)
def test_pictures_say_why_there_is_none(line: tuple[str, str], odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Not that no value is finite, nor that anything is damaged."""
    status = run([*line, odd, "--layer", "first"])
    said, complained = capsys.readouterr()
    assert (status, complained) == (0, "")
    assert said.count(COMPLEX) == said.count(TEXTS) == 1
    assert "finite" not in said


def test_nothing_is_counted_of_what_is_not_measured(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Complex numbers may be NaN, which their figures do not tell."""
    assert run(["stats", odd, "--layer", "first", "--weight", "kernel", "--format", "csv"]) == 0
    titles, row = (line.split(",") for line in capsys.readouterr().out.splitlines())
    assert row[titles.index("NaN")] == row[titles.index("zeros")] == ""


def test_texts_are_shown_by_what_they_are(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They are not read, which is no damage."""
    assert run(["show", odd, "--layer", "first"]) == 0
    said, complained = capsys.readouterr()
    assert "holds no numbers" in " ".join(said.split())
    assert complained == ""


def test_texts_that_are_not_read_are_never_said_to_be_equal(
    odd: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files that differ in them alone."""
    assert run(["diff", odd, made(tmp_path / "other.h5", b"tent")]) != 0
    assert "not read" in capsys.readouterr().out
