"""Many files from the command line: what is said, in which order, and what ends a run."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from kerasinspect.checking import asking
from kerasinspect.checking.fleet import judging
from kerasinspect.commands.cli import run
from kerasinspect.progress import processes
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.checking.reports import ModelReport

LINES = [
    *(("list --hash --spark", form) for form in ("table", "json", "csv")),
    ("list", "markdown"),
    ("stats", "jsonl"),
    ("stats --histogram", "table"),
    ("check --no-config", "json"),
]
"""Commands that take many files, in their forms."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample models and one that is damaged."""
    folder = tmp_path_factory.mktemp("fleet") / "models"
    shutil.copytree(SAMPLES, folder)
    (folder / "cut.keras").write_bytes((SAMPLES / "small_cnn.keras").read_bytes()[:5000])
    return folder


@pytest.mark.parametrize(("command", "form"), LINES)
def test_processes_write_what_one_writes(
    models: Path, capsys: pytest.CaptureFixture[str], command: str, form: str
) -> None:
    """To the last byte, notes and errors and the exit status too."""
    line = [*command.split(), str(models), "--format", form]
    alone = run([*line, "--jobs", "1"]), *capsys.readouterr()
    assert (run([*line, "--jobs", "2"]), *capsys.readouterr()) == alone
    assert alone[0] == 3


def test_each_finding_comes_as_soon_as_it_is_there(
    models: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Before the next file is read."""
    written: list[str] = []
    real = asking.check_file

    def seen(location: str, *given: object, **named: object) -> ModelReport:
        written.append(capfd.readouterr().out)
        return real(location, *given, **named)  # type: ignore[arg-type]  # as it is called

    monkeypatch.setattr(judging, "check_file", seen)
    line = ["check", "--no-config", "--format", "jsonl", "--jobs", "1"]
    assert run([*line, str(models / "cut.keras"), str(models / "unbuilt.keras"), str(models / "small_cnn.keras")]) == 3
    assert not written[0]
    assert json.loads(written[1])["location"] == str(models / "cut.keras")
    assert {json.loads(one)["location"] for one in written[2].splitlines()} == {str(models / "unbuilt.keras")}


def test_few_files_start_no_process(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless they are asked for."""
    monkeypatch.setattr(processes, "_workers", lambda _: pytest.fail("a process"))
    some = [str(models / name) for name in ("small_cnn.keras", "unbuilt.keras")]
    assert run(["check", "--no-config", *some]) == 1
    with pytest.raises(pytest.fail.Exception):
        run(["check", "--no-config", "--jobs", "2", *some])
    capsys.readouterr()
