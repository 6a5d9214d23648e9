"""A model that comes by standard input is read as any other, within a limit, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kerasinspect.commands.options import MODEL, MODELS
from kerasinspect.commands.program.group import cli
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

NAME = "question_network.keras"
ARCHIVE = (SAMPLES / NAME).read_bytes()
LEGACY = (SAMPLES / "question_network.h5").read_bytes()
INDEX = b'{"metadata": {}, "weight_map": {"/layers/dense": "model_00000.weights.h5"}}'


def run(
    *arguments: str, given: bytes = b"", stdin: int | None = None, cwd: Path = SAMPLES, **environment: str
) -> tuple[int, str, str]:
    """Exit status, output and complaints of a command line with bytes in a pipe, or something else, as input."""
    with subprocess.Popen(
        [sys.executable, "-m", "kerasinspect", *arguments],
        stdin=subprocess.PIPE if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **environment},
    ) as process:
        out, err = process.communicate(given if stdin is None else None)
    return process.returncode, out.decode(), err.decode()


def test_every_command_takes_its_models_by_one_of_two_arguments() -> None:
    """So that what holds for one command of standard input, patterns and several models holds for all."""
    one, several = (argument(lambda: None).__click_params__[-1].callback for argument in (MODEL, MODELS))  # type: ignore[attr-defined]
    taken = {"location": one, "locations": several}
    for command in cli.commands.values():
        for parameter in command.params:
            assert parameter.name not in taken or parameter.callback is taken[parameter.name], command.name


@pytest.mark.parametrize(
    "words", [["list"], ["show"], ["summary"], ["stats"], ["training"], ["check", "--no-config"], ["lock"]]
)
def test_a_pipe_is_read_as_the_file_is(words: list[str], tmp_path: Path) -> None:
    """By every command; nothing stays in the folder for temporary files."""
    form = [] if words == ["lock"] else ["--format", "json"]
    status, out, err = run(*words, NAME, *form)
    assert run(*words, "-", *form, given=ARCHIVE, TMPDIR=str(tmp_path)) == (
        status,
        out.replace(f'"{NAME}"', '"-"'),
        err,
    )
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", [NAME, "question_network.h5"])
def test_a_file_is_read_where_it_lies(name: str) -> None:
    """By position: nothing of it is kept, so that no limit holds."""
    with (SAMPLES / name).open("rb") as stream:
        words = ("summary", "-", "--format", "json", "--limit", "standard_input_bytes=1")
        _, out, err = run(*words, stdin=stream.fileno())
    assert json.loads(out)["totals"]["weights"]["parameters"] == 297, err


def test_a_file_of_which_something_was_read_goes_on_from_there(tmp_path: Path) -> None:
    """As for every program."""
    path = tmp_path / "model"
    path.write_bytes(b"a line before\n" + LEGACY)
    with path.open("rb") as stream:
        os.lseek(stream.fileno(), 14, os.SEEK_SET)
        assert run("summary", "-", stdin=stream.fileno())[0] == 0


REFUSED = {
    "nothing": (b"", [], "standard input is empty: 0 bytes.\n  Look at what the command before the pipe says."),
    "cut off": (ARCHIVE[:500], [], "standard input is cut off inside"),
    "no model": (b"<html>", [], "standard input is a web page"),
    "index of shards": (INDEX, [], "standard input is an index of shards, which lie beside no file here."),
    "over the limit": (ARCHIVE, ["--limit", "standard_input_bytes=999"], "exceeds the limit standard_input_bytes: "),
}


@pytest.mark.parametrize(("given", "words", "said"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_model_is_said(given: bytes, words: list[str], said: str) -> None:
    """As of a file."""
    status, out, err = run("show", "-", *words, given=given)
    assert (status, out) == (3, "")
    assert said in err


def test_an_endless_pipe_ends_at_the_limit() -> None:
    """Whoever writes it is left alone then."""
    with subprocess.Popen(
        [sys.executable, "-c", "import sys\nwhile True: sys.stdout.buffer.write(bytes(65536))"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as writer:
        assert writer.stdout is not None
        status, _, err = run("show", "-", "--limit", "standard_input_bytes=1_000_000", stdin=writer.stdout.fileno())
        writer.kill()
    assert status == 3
    assert "exceeds the limit standard_input_bytes" in err


def test_a_folder_of_its_name_takes_nothing_from_it(tmp_path: Path) -> None:
    """Nor does a file; both are named with the folder that they lie in."""
    (tmp_path / "-").mkdir()
    for words in (["summary", "-"], ["list", "-"], ["check", "-", "--no-config"]):
        assert run(*words, given=ARCHIVE, cwd=tmp_path)[0] == 0
    assert "./- is an empty folder" in run("summary", "./-", cwd=tmp_path)[2]


def test_it_can_be_named_beside_files_and_twice() -> None:
    """It is read once."""
    _, out, err = run("check", "-", NAME, "-", "--no-config", "--format", "json", given=LEGACY)
    assert [one["location"] for one in json.loads(out)["models"]] == ["-", NAME], err


def test_nobody_waits_for_a_model_from_a_terminal() -> None:
    """It is said how to pipe one."""
    main, other = pytest.importorskip("pty").openpty()
    status, _, err = run("show", "-", stdin=other)
    os.close(main)
    os.close(other)
    assert status == 2
    assert "Standard input is a terminal, and no model comes from it.\n  Pipe a model into it: cat" in err


def test_a_program_that_uses_the_package_never_waits_for_standard_input() -> None:
    """A pipe is no file, and only the command line makes one of it."""
    code = "from kerasinspect import open_model; open_model('-')"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        _, err = process.communicate(timeout=60)
    assert "Standard input is no file that is read by position." in err
