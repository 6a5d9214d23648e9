"""What a terminal shows: colours, the width of the window, and long pages through a pager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kerasinspect.commands.cli import run
from tests.places import SAMPLES
from tests.terminals import on_posix, on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Piped = Callable[..., tuple[str, str]]

NETWORK = str(SAMPLES / "question_network.keras")
SAYS_SO = "sh -c 'cat > /dev/null; echo paged'"
"""A pager that shows only that it was asked."""

pytestmark = on_posix


@pytest.fixture
def piped(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Piped:
    """A function that gives what the program writes to two pipes, for people and of errors."""

    def written(*arguments: str, **environment: str) -> tuple[str, str]:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            run(arguments)
        return capsys.readouterr()

    return written


def bare(text: str) -> str:
    """Text without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_terminal_has_the_page_in_colour_and_in_its_width(piped: Piped) -> None:
    """It is the page of that width, with styles around its words."""
    written, status = on_terminal("summary", NETWORK, "--no-pager", columns=90)
    lines = bare(written).split("\n")
    assert status == 0
    assert "\x1b[" in written
    assert [line.rstrip() for line in lines] == piped("summary", NETWORK, COLUMNS="90")[0].split("\n")


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["show", "missing.keras"], "\x1b[31mkerasinspect: missing.keras does not exist.\x1b[0m\n  "),
        (["show", NETWORK, "--full", "--slice", "x"], "\x1b[31mkerasinspect: "),
    ],
    ids=["no such file", "a wrong request"],
)
def test_errors_are_red_and_their_remedies_plain(arguments: list[str], start: str) -> None:
    """On standard error too."""
    written, _ = on_terminal(*arguments)
    assert written.startswith(start)


def test_a_misspelt_option_is_said_in_red() -> None:
    """How the command is used stands plainly above."""
    written, status = on_terminal("show", NETWORK, "--ful")
    assert status == 2
    assert written.startswith("Usage: ")
    assert "\n\x1b[31mError: No such option" in written


def test_help_where_no_command_is_given_is_no_error() -> None:
    """It is plain, and so is how a command is used; what is wrong is red to its last word."""
    assert "\x1b" not in on_terminal()[0]
    usage, _, wrong = on_terminal("completion")[0].partition("\x1b[31m")
    assert usage.startswith("Usage: ")
    assert " ".join(bare(wrong).split()).endswith("Choose from: bash, zsh, fish, powershell")
    assert wrong.count("\x1b[0m") == 2


def test_what_is_said_on_a_terminal_breaks_between_words() -> None:
    """In a pipe it stands on one line, for programs that look for it."""
    model = str(SAMPLES / "custom_layer.keras")
    written, _ = on_terminal("list", model, "--width", "60", "--no-pager", rows=100)
    _, _, notes = bare(written).partition("kerasinspect: note: ")
    assert max(map(len, notes.split("\n"))) <= 60
    assert "\n  " in notes


def test_no_colour_reaches_a_pipe_or_a_file_by_itself(tmp_path: Path, piped: Piped) -> None:
    """A pipe gets it when it is asked for, and a file never."""
    path = tmp_path / "page.txt"
    assert "\x1b" not in piped("summary", NETWORK)[0]
    assert "\x1b[36m" in piped("summary", NETWORK, "--color", "always")[0]
    assert "\x1b[36m" in piped("summary", NETWORK, FORCE_COLOR="1")[0]
    assert "\x1b" in piped("summary", "missing.keras", FORCE_COLOR="1")[1]
    assert "\x1b" not in piped("summary", "missing.keras", "--color", "never", FORCE_COLOR="1")[1]
    piped("summary", NETWORK, "--color", "always", "-o", str(path))
    assert path.read_text(encoding="utf-8") == piped("summary", NETWORK)[0]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "sarif", "junit", "markdown", "github"])
def test_what_programs_read_has_no_colour(form: str, piped: Piped) -> None:
    """Not even where it is forced."""
    written, _ = piped("check", NETWORK, "--format", form, "--color", "always", "--no-config")
    assert written
    assert "\x1b" not in written


def test_a_long_page_goes_through_the_pager() -> None:
    """A page that is longer than the screen, and no other one."""
    assert on_terminal("show", NETWORK, PAGER=SAYS_SO) == ("paged\n", 0)
    assert "paged" not in on_terminal("summary", NETWORK, PAGER=SAYS_SO)[0]
    assert on_terminal("summary", NETWORK, rows=5, PAGER=SAYS_SO) == ("paged\n", 0)


def test_a_pager_gets_the_page_as_the_terminal_would() -> None:
    """To the last byte, colours too."""
    assert on_terminal("show", NETWORK, PAGER="cat", CI="1") == on_terminal("show", NETWORK, "--no-pager", CI="1")


@pytest.mark.parametrize(
    "arguments", [["--no-pager"], ["--format", "json"], ["-o", "{folder}/page.txt"]], ids=["option", "json", "file"]
)
def test_what_is_not_for_reading_is_not_paged(arguments: list[str], tmp_path: Path) -> None:
    """Nor what is to go straight to the terminal."""
    given = (argument.format(folder=tmp_path) for argument in arguments)
    written, status = on_terminal("show", NETWORK, *given, PAGER=SAYS_SO)
    assert status == 0
    assert "paged" not in written


@pytest.mark.parametrize("command", ["no-such-pager", "", "'"], ids=["missing", "empty", "half a quote"])
def test_without_a_pager_the_page_is_written_all_the_same(command: str) -> None:
    """As a whole, and without a word about it."""
    assert on_terminal("show", NETWORK, PAGER=command, CI="1") == on_terminal("show", NETWORK, "--no-pager", CI="1")


@pytest.mark.parametrize("command", ["true", "false", "head -n 2"])
def test_a_pager_that_is_left_early_is_no_error(command: str) -> None:
    """Its user has seen enough, and the exit status is that of the page."""
    written, status = on_terminal("show", NETWORK, "--full", PAGER=command)
    assert status == 0
    assert written.count("\n") == (2 if command.startswith("head") else 0)


def test_interrupts_are_the_pagers() -> None:
    """Ctrl-C does nothing to this program while another one has the terminal: the page goes on to its end."""
    pager = "sh -c 'sleep 0.3; kill -INT $PPID; sleep 0.1; exec cat'"
    assert on_terminal("show", NETWORK, PAGER=pager) == on_terminal("show", NETWORK, "--no-pager")
