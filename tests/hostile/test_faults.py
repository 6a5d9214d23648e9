"""A disk that fails, a file that shrinks, and too little memory end in a sentence, wherever they happen."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from kerasinspect.commands.cli import run
from kerasinspect.opening import open_with_container
from tests.makers.plain_models import hdf5, keras_archive, legacy_tree
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kerasinspect.containers.sources import Source
    from kerasinspect.formats.contents import Container
    from kerasinspect.limits import Limits
    from kerasinspect.model import Model

COMMANDS = (("show", "--format", "json", "--values"), ("check", "--no-config"))
MAKERS = {"keras": keras_archive, "h5": lambda: hdf5(legacy_tree)}


@pytest.fixture(params=MAKERS)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A plain model in each container."""
    path = tmp_path / f"model.{request.param}"
    path.write_bytes(MAKERS[request.param]())
    return path


def failing_at(number: int, faults: Mapping[str, Callable[[], object]]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The system's ways to read by position, of which the call with this number does what is given for its name."""
    calls = count()
    for name, fault in faults.items():

        def reading(*arguments: Any, fault: Any = fault, real: Any = getattr(os, name)) -> Any:  # noqa: ANN401, B008 - as in os
            """Read, or fail."""
            return fault() if next(calls) == number else real(*arguments)

        yield name, reading


def broken_disk() -> None:
    """What the system raises for a bad sector."""
    raise OSError(errno.EIO, os.strerror(errno.EIO))


BROKEN = {"pread": broken_disk, "preadv": broken_disk}
SHRUNK = {"pread": bytes, "preadv": int}
"""Reads that give no bytes, and zero bytes."""


def ends(path: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """How a command ends, and what it says of it."""
    status = run([command[0], str(path), *command[1:]])
    said = capsys.readouterr()
    return status, said.err + said.out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_bad_sector_anywhere_is_said(
    model: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever read fails, the answer is 3 with the system's reason, until none is left to fail."""
    whole = ends(model, command, capsys)
    assert whole[0] == 0
    for number in range(10_000):
        with monkeypatch.context() as patch:
            for name, reading in failing_at(number, BROKEN):
                patch.setattr(os, name, reading)
            status, said = ends(model, command, capsys)
        if status == 0:
            assert (status, said) == whole
            assert number > 5
            return
        assert status == 3
        assert "Input/output error" in said
    pytest.fail("every read failed")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_shrinks_while_it_is_read_is_said(
    model: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A read that gives nothing where bytes were is never taken for zeros."""
    for number in (1, 3, 8):
        with monkeypatch.context() as patch:
            for name, reading in failing_at(number, SHRUNK):
                patch.setattr(os, name, reading)
            status, said = ends(model, command, capsys)
        assert status == 3
        assert "damaged" in said or "cut off" in said


def test_a_model_that_memory_does_not_hold_is_a_sentence(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``show`` says so; ``check`` says so of that one, and goes on with the next."""
    large = tmp_path / f"large{model.suffix}"
    large.write_bytes(model.read_bytes())

    def starved(location: str, limits: Limits, **_: object) -> tuple[Model, Container]:
        """Find no memory for one of the two."""
        if location == str(large):
            raise MemoryError
        return open_with_container(location, limits)

    monkeypatch.setattr("kerasinspect.checking.asking.open_with_container", starved)
    assert run(["check", "--no-config", str(large), str(model)]) == 3
    said = capsys.readouterr().out
    assert "large" in said
    assert "needs more memory than there is" in said
    assert "6 arrays read in 2 files" in said

    def no_room(_: Source) -> int:
        """Find no memory at all."""
        raise MemoryError

    monkeypatch.setattr("kerasinspect.formats.recognising.superblock_position", no_room)
    monkeypatch.setattr("kerasinspect.formats.keras_archive.read_archive", lambda source, *_: no_room(source))
    assert run(["show", str(large)]) == 3
    assert "not enough memory" in capsys.readouterr().err


def test_no_room_for_a_thread_is_short_memory(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``check`` says so; a checksum, which needs no thread, is verified all the same."""
    whole = ends(model, ("show", "--hash"), capsys)
    monkeypatch.setattr("threading.Thread.start", Mock(side_effect=RuntimeError("can't start new thread")))
    monkeypatch.setattr("kerasinspect.checking.gathering.LARGE", 1)
    monkeypatch.setattr("kerasinspect.analysis.weights_checksum.VERIFIED_AT_ONCE", 1)
    status, said = ends(model, ("check", "--no-config"), capsys)
    assert status == 3
    assert "needs more memory than there is" in said
    assert ends(model, ("show", "--hash"), capsys) == whole


@pytest.mark.parametrize("mebibytes", [1, 4, 16, 64])
def test_too_little_memory_is_never_a_crash(model: Path, mebibytes: int) -> None:
    """With so much memory beyond what starting takes, a command works or says that memory is short."""
    script = (
        "import resource, sys\n"
        "from kerasinspect.commands.cli import run\n"
        "run(['check', '--no-config', sys.argv[1]])\n"
        "pages = int(open('/proc/self/statm').read().split()[0])\n"
        "most = pages * resource.getpagesize() + int(sys.argv[2])\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        "sys.exit(run(['check', '--no-config', sys.argv[1]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(model), str(mebibytes << 20)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
    )
    assert done.returncode in {0, 3}, done.stderr
    assert "Traceback" not in done.stderr
