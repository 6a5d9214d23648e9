"""Which of option, environment and terminal decides how a page is shown."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from kerasinspect.output.colours import styled
from kerasinspect.output.display import Display, in_colour, page_columns, pager, screen_lines
from kerasinspect.output.paging import program

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.output.display import ColorChoice


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


COLOURS: dict[str, tuple[ColorChoice, dict[str, str], bool, bool]] = {
    "a terminal": ("auto", {}, True, True),
    "a pipe": ("auto", {}, False, False),
    "a terminal that knows no escapes": ("auto", {"TERM": "dumb"}, True, False),
    "NO_COLOR": ("auto", {"NO_COLOR": "1"}, True, False),
    "an empty NO_COLOR says nothing": ("auto", {"NO_COLOR": ""}, True, True),
    "FORCE_COLOR": ("auto", {"FORCE_COLOR": "1"}, False, True),
    "CLICOLOR_FORCE": ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
    "FORCE_COLOR=0 forces nothing": ("auto", {"FORCE_COLOR": "0"}, False, False),
    "FORCE_COLOR=0 forbids nothing": ("auto", {"FORCE_COLOR": "0"}, True, True),
    "NO_COLOR before FORCE_COLOR": ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    "FORCE_COLOR before the terminal's own word": ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
    "always before NO_COLOR": ("always", {"NO_COLOR": "1"}, False, True),
    "never before FORCE_COLOR": ("never", {"FORCE_COLOR": "1"}, True, False),
}


@pytest.mark.parametrize(("choice", "environment", "terminal", "expected"), COLOURS.values(), ids=COLOURS)
def test_one_word_decides_about_colours(
    choice: ColorChoice,
    environment: dict[str, str],
    terminal: bool,  # noqa: FBT001 - a column of the table
    expected: bool,  # noqa: FBT001 - as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The option, then NO_COLOR, then what forces colours, then the terminal."""
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert in_colour(Display(choice), Terminal() if terminal else io.StringIO()) is expected


WIDTHS = {
    "nothing said": (None, None, None),
    "COLUMNS": (None, "100", 100),
    "the option before COLUMNS": (60, "100", 60),
    "too narrow": (None, "1", 20),
    "too narrow by the option": (1, None, 20),
    "very wide": (None, "10000", 10_000),
    "wider than anything": (None, "9" * 5000, 10_000),
    "zero": (None, "0", None),
    "less": (None, "-80", None),
    "no number": (None, "wide", None),
    "digits of another script": (None, "\u0668\u0660", None),
}


@pytest.mark.parametrize(("asked", "columns", "expected"), WIDTHS.values(), ids=WIDTHS)
def test_a_pipe_is_as_wide_as_is_said(
    asked: int | None, columns: str | None, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option, then COLUMNS; without a word lines are as long as they need to be. A file asks the option alone."""
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    display = Display(width=asked)
    assert page_columns(display, to_file=False) == expected
    assert page_columns(display, to_file=True) == (expected if asked else None)


def test_a_screen_has_lines_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a common one, unless the environment says how many."""
    assert screen_lines() == 24
    monkeypatch.setenv("LINES", "50")
    assert screen_lines() == 50


def test_a_terminal_without_a_size_has_a_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it is a terminal, and nothing else."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert page_columns(Display(), to_file=False) == 80
    assert screen_lines() == 24


PAGERS = {
    "a program": (sys.executable, [sys.executable]),
    "with options": (f"{sys.executable} -c 'a b'", [sys.executable, "-c", "a b"]),
    "missing": ("no-such-pager -R", []),
    "empty": ("", []),
    "a quote without its end": ("less '", []),
    "what only a shell understands": (f"{sys.executable} -c pass | cat", []),
}


@pytest.mark.skipif(sys.platform == "win32", reason="its paths are split in another way")
@pytest.mark.parametrize(("command", "expected"), PAGERS.values(), ids=PAGERS)
def test_the_pager_is_the_users(command: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of $PAGER where its program is there; nothing otherwise, nor for a pipe or a dumb terminal."""
    monkeypatch.setenv("PAGER", command)
    monkeypatch.setenv("TERM", "xterm")
    assert pager(Display()) == ()
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert pager(Display()) == expected
    assert pager(Display(pager=False)) == ()
    monkeypatch.setenv("TERM", "dumb")
    assert pager(Display()) == ()


def test_what_lies_beside_a_model_is_no_pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of the working folder is started by its path alone: Windows would look there first."""
    script = tmp_path / "less.exe"
    script.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    assert program("less.exe") == []
    assert program("./less.exe -R") == ["./less.exe", "-R"]


def test_windows_splits_commands_in_its_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backslash is no escape there, and only double quotes hold a path together."""
    script = tmp_path / "a folder" / "back\\less"
    script.parent.mkdir()
    script.touch(mode=0o755)
    monkeypatch.setattr("kerasinspect.platforms.WINDOWS", True)
    assert program(f'"{script}" -R') == [str(script), "-R"]


def test_each_line_has_its_own_style() -> None:
    """No line relies on the escapes of another one, and nothing is drawn around nothing."""
    assert styled("a\n\nb", "error") == "\x1b[31ma\x1b[0m\n\n\x1b[31mb\x1b[0m"
    assert styled("a", "plain") == "a"
