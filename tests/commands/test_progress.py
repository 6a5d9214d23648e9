"""Long work is seen on a terminal, and nowhere else."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.places import SAMPLES
from tests.terminals import on_posix, on_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK = str(SAMPLES / "question_network.keras")

SLOWLY = """
import sys, time
from kerasinspect.output.progress import drawing
from kerasinspect.platforms import Descriptor

def slowly(self, view, position, fill=Descriptor.fill):
    time.sleep(0.05)
    return fill(self, view, position)

Descriptor.fill = slowly
drawing._PATIENCE = drawing._PAUSE = 0.01
sys.argv[0] = "kerasinspect"
from kerasinspect.__main__ import main
main()
"""
"""The program on a slow disk, with less patience."""

LINE = re.compile(r"\r[^\r\n]*\x1b\[K")
"""One drawing of the line, or its end."""

pytestmark = on_posix


def slowly(*arguments: str, columns: int = 80, environment: Mapping[str, str] = {}) -> tuple[str, int]:
    """What the slow program writes to a terminal, and its exit status."""
    words = [f"{name}={value}" for name, value in {"CI": "", "PAGER": "", **environment}.items()]
    started = f"import os, sys; os.execvp('env', ['env', *{words}, sys.executable, '-c', *sys.argv[1:]])"
    return on_terminal(SLOWLY, *arguments, columns=columns, program=("-c", started))


LONG = {
    "stats": ["stats", NETWORK],
    "check": ["check", NETWORK],
    "check of several": ["check", NETWORK, str(SAMPLES / "small_cnn.keras")],
    "list": ["list", NETWORK, "--hash"],
    "show": ["show", NETWORK, "--hash"],
    "training": ["training", NETWORK],
    "diff": ["diff", NETWORK, str(SAMPLES / "small_cnn.keras")],
    "lock": ["lock", NETWORK, "--hash", "-o", "{folder}/lock.json"],
    "export": ["export", NETWORK, "-o", "{folder}/weights.npz"],
}


@pytest.mark.parametrize("arguments", LONG.values(), ids=LONG)
def test_long_work_is_seen(arguments: list[str], tmp_path: object) -> None:
    """The line is drawn, and gone before anything else is written: that is what is written without it."""
    words = [word.format(folder=tmp_path) for word in arguments]
    written, status = slowly(*words, "--color", "never")
    drawn = LINE.findall(written)
    assert any("%" in line or "opening" in line for line in drawn)
    assert drawn[-1] == "\r\x1b[K"
    rest = LINE.sub("", written)
    assert "\r" not in rest
    again = on_terminal(*words, "--color", "never", *(["--force"] if "-o" in words else []), CI="1", PAGER="")
    assert (rest, status) == again


NOWHERE: dict[str, tuple[list[str], dict[str, str]]] = {
    "-q": (["-q"], {}),
    "CI": ([], {"CI": "true"}),
    "a terminal without escapes": ([], {"TERM": "dumb"}),
}


@pytest.mark.parametrize(("more", "environment"), NOWHERE.values(), ids=NOWHERE)
def test_nothing_is_seen_where_nobody_wants_it(more: list[str], environment: dict[str, str]) -> None:
    """No line is drawn, nor erased."""
    written, _ = slowly("stats", NETWORK, "--color", "never", *more, environment=environment)
    assert "\r" not in written
    assert "\x1b" not in written


def test_a_pipe_beside_the_terminal_has_none() -> None:
    """Whoever reads standard output may write to the same terminal: a pager does."""
    words = f"{sys.executable} -c '{SLOWLY.replace(chr(39), chr(34))}' stats {NETWORK} | cat"
    script = f"import os; os.execvp('sh', ['sh', '-c', {words!r}])"
    written, status = on_terminal(program=("-c", script), CI="")
    assert status == 0
    assert "\x1b[K" not in written


def test_an_error_and_an_interruption_take_the_line_away() -> None:
    """What is wrong stands on a line of its own; after Ctrl-C nothing is left."""
    written, status = slowly("check", NETWORK, "missing.keras", "--color", "never")
    assert status == 3
    assert LINE.findall(written)[-1] == "\r\x1b[K"
    interrupted = SLOWLY.replace("time.sleep(0.05)", "time.sleep(0.05); fill.__defaults__ or stop()").replace(
        "def slowly", "import threading\ndef stop():\n    time.sleep(0.2); raise KeyboardInterrupt\n\ndef slowly"
    )
    written, status = on_terminal("stats", NETWORK, program=("-c", interrupted), CI="", PAGER="")
    assert status == 130
    assert written.rstrip("\n").endswith("\r\x1b[K")


def test_no_colour_draws_no_colour() -> None:
    """The line has no escapes but the one that erases what is behind it."""
    written, _ = slowly("stats", NETWORK, columns=100, environment={"NO_COLOR": "1"})
    assert set(re.findall(r"\x1b\[[0-9;]*.", written)) == {"\x1b[K"}
    assert "━" in written


def test_a_terminal_that_lacks_the_bar_has_another() -> None:
    """It is drawn with what the encoding has, however far it is when it is drawn."""
    written, _ = slowly("stats", NETWORK, columns=100, environment={"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"})
    assert re.search(r"[=-]{6,} ", written)
    assert written.isascii()
