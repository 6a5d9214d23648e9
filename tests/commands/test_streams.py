"""The program with standard streams that are closed, full or left, interrupted, and in a folder that is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT, SAMPLES
from tests.signals import not_ignored

NETWORK = str(SAMPLES / "question_network.keras")
PROGRAM = (sys.executable, "-m", "kerasinspect")

posix = pytest.mark.skipif(sys.platform == "win32", reason="its shell is another one")


def in_shell(redirected: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program with its streams redirected by a shell."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh", *PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


CLOSED = {
    "help": (">&-", ["--help"], 2),
    "help of a command": (">&-", ["show", "--help"], 2),
    "version": (">&-", ["--version"], 2),
    "a page": (">&-", ["show", NETWORK], 2),
    "a document": (">&-", ["lock", NETWORK], 2),
    "a report": (">&-", ["check", NETWORK, "--format", "sarif"], 2),
    "a file that is written": (">&-", ["show", NETWORK, "-o", "{folder}/page.txt"], 0),
    "nothing to say": (">&- 2>&-", ["show", "missing.keras"], 3),
    "all streams": ("<&- >&- 2>&-", ["check", NETWORK, NETWORK], 2),
    "standard error": ("2>&-", ["check", NETWORK, NETWORK, "-o", "{folder}/page.txt"], 0),
    "standard error with something to say": ("2>&-", ["shwo"], 2),
    "standard input": ("<&-", ["--version"], 0),
    "full: help": (">/dev/full", ["--help"], 2),
    "full: version": (">/dev/full", ["--version"], 2),
    "full: both": (">/dev/full 2>/dev/full", ["rules"], 2),
    "full: an error": ("2>/dev/full", ["show", "missing.keras"], 3),
    "full: a wrong request": ("2>/dev/full", ["show"], 2),
    "full: a note": ("2>/dev/full", ["check", "{folder}", "--config", "{folder}/kerasinspect.toml"], 3),
}


@posix
@pytest.mark.parametrize(("redirected", "arguments", "status"), CLOSED.values(), ids=CLOSED)
def test_a_stream_that_takes_nothing_is_no_traceback(
    redirected: str, arguments: list[str], status: int, tmp_path: Path
) -> None:
    """Standard output that fails is said and ends in 2; standard error that fails changes nothing."""
    if "/dev/full" in redirected and not Path("/dev/full").exists():
        pytest.skip("no device that is full")
    (tmp_path / "kerasinspect.toml").touch()
    (tmp_path / "page.keras").write_text("no model", encoding="utf-8")
    outcome = in_shell(redirected, *(argument.format(folder=tmp_path) for argument in arguments))
    assert outcome.returncode == status
    assert "Traceback" not in outcome.stderr
    assert "Exception ignored" not in outcome.stderr
    if status == 2 and "2>" not in redirected:
        assert outcome.stderr.startswith("kerasinspect: Cannot write to standard output: ")
    written = tmp_path / "page.txt"
    assert not written.exists() or written.read_text(encoding="utf-8").startswith(("model ", "passed "))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["rules"]], ids=" ".join)
def test_help_that_nobody_reads_ends_as_a_pipe_does(arguments: list[str]) -> None:
    """The status is that of a closed pipe, without a word."""
    with subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


INTERRUPTING = """
import signal
import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)


if {ignored}:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.meta_path.insert(0, Finder())
sys.argv = ["kerasinspect", {command!r}, {model!r}]
from kerasinspect.__main__ import main
main()
"""
DESTROYED = """
import signal
import sys
import time
from kerasinspect import __main__


class Interrupting:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)


def run_as_program():
    Interrupting()
    time.sleep(5)
    return 0


sys.modules["kerasinspect.commands.cli"] = sys.modules["__main__"]
__main__.main()
"""


def interrupted(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python, which interrupts itself."""
    with not_ignored("SIGINT"):
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize(
    "module",
    ["click", "kerasinspect.commands.cli", "numpy", "numpy._core.multiarray", "kerasinspect.output.pages.show"],
)
def test_an_interrupted_import_leaves_with_130(module: str) -> None:
    """Ctrl-C while something is imported ends the program after that, without a traceback."""
    command = "stats" if module.startswith("numpy") else "show"
    outcome = interrupted(INTERRUPTING.format(module=module, command=command, model=NETWORK, ignored=False))
    assert (outcome.returncode, outcome.stderr.strip()) == (130, "")


def test_what_python_ignores_interrupts_all_the_same() -> None:
    """Ctrl-C in a destructor, where an error goes nowhere, comes again."""
    outcome = interrupted(DESTROYED)
    assert (outcome.returncode, outcome.stderr) == (130, "")


def test_who_ignores_interrupts_is_not_interrupted() -> None:
    """A program that was started to go on, as by ``nohup``, goes on."""
    outcome = interrupted(INTERRUPTING.format(module="click", command="show", model=NETWORK, ignored=True))
    assert outcome.returncode == 0
    assert "8 inputs" in outcome.stdout


@posix
@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["show", NETWORK], 0, ""),
        (["check", NETWORK, "--no-config"], 0, ""),
        (["check", NETWORK], 2, "kerasinspect: The working folder cannot be found: "),
        (["lock", NETWORK, "-o", "lock.json"], 2, "kerasinspect: Cannot write to lock.json: "),
    ],
    ids=["show", "check without a policy", "check", "an output there"],
)
def test_a_working_folder_that_is_gone(arguments: list[str], status: int, message: str, tmp_path: Path) -> None:
    """What needs it says so; what does not need it works."""
    (tmp_path / "gone").mkdir()
    command = ["/bin/sh", "-c", 'rmdir ../gone && exec "$@"', "sh", *PROGRAM, *arguments]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path / "gone")
    assert outcome.returncode == status
    assert outcome.stderr.startswith(message)
    assert "Traceback" not in outcome.stderr
