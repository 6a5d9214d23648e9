"""What a shell is told that completes a line, in each shell's own way, and that no name of a file acts upon it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest

from kerasinspect.commands.cli import run_as_program
from kerasinspect.commands.completion import VARIABLE
from kerasinspect.commands.completion.command import completion
from kerasinspect.commands.completion.shells import script
from kerasinspect.commands.completion.suggestions import suggest
from kerasinspect.commands.program.group import cli
from tests.makers.plain_models import config, dense, keras_archive
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Asking = Callable[..., list[str]]

NETWORK = str(SAMPLES / "question_network.keras")
SHELLS = ("bash", "zsh", "fish", "powershell")


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Asking:
    """A function that gives the answers to a line, of which the last word is being typed, with what is said of them."""

    def answers(*words: str, by: str = "fish") -> list[str]:
        line = "\n".join if by == "powershell" else " ".join
        before = words[:-1] if by == "powershell" else words
        monkeypatch.setenv(VARIABLE, f"{by}_complete")
        monkeypatch.setenv("COMP_WORDS", line(["kerasinspect", *before]))
        monkeypatch.setenv("COMP_CWORD", words[-1] if by in {"fish", "powershell"} else str(len(words)))
        assert run_as_program() == 0
        written = capfdbinary.readouterr()
        assert written.err == b""
        return written.out.decode().split("\n")[:-1]

    return answers


ANSWERS: dict[str, tuple[list[str], list[str]]] = {
    "commands": (["su"], ["plain,summary"]),
    "options": (["show", "--fu"], ["plain,--full"]),
    "forms": (["check", "--format", "sa"], ["plain,sarif"]),
    "a model": (["show", "sam"], ["file,sam"]),
    "several models": (["check", NETWORK, "sam"], ["file,sam"]),
    "a file": (["show", NETWORK, "-o", "pa"], ["file,pa"]),
    "a lock": (["check", "--against", "lo"], ["file,lo"]),
    "layers": (["show", NETWORK, "--layer", "dense_"], [f"plain,dense_{n}" for n in (1, 2, 3)]),
    "layers behind =": (["show", NETWORK, "--layer=dense_3"], ["plain,--layer=dense_3"]),
    "layers behind a flag": (["show", NETWORK, "--full", "--layer", "dense_3"], ["plain,dense_3"]),
    "a flag takes no value": (["show", "--full", "sam"], ["file,sam"]),
    "weights": (["stats", NETWORK, "--weight", ""], ["plain,kernel", "plain,bias"]),
    "rules": (["rules", "KI101"], ["plain,KI101"]),
    "rules by name": (["check", "--select", "not-a"], ["plain,not-a-number"]),
    "limits": (["show", "--limit", "json_b"], ["plain,json_bytes="]),
    "no model yet": (["show", "--layer", ""], [""]),
    "no such model": (["show", "missing.keras", "--layer", ""], [""]),
    "no model at all": (["show", "Makefile", "--layer", ""], []),
    "standard input": (["show", "-", "--layer", ""], [""]),
}


@pytest.mark.parametrize(("words", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_what_may_come_next(words: list[str], expected: list[str], asking: Asking) -> None:
    """Commands, options, formats, files, rules and names, and nothing where that cannot be told."""
    assert [answer.split("\t")[0] for answer in asking(*words)] == expected


@pytest.mark.parametrize(
    ("shell", "answers"),
    [
        ("bash", ["plain,dense_3"]),
        ("zsh", ["plain", "dense_3", "Dense"]),
        ("fish", ["plain,dense_3\tDense"]),
        ("powershell", ["dense_3\tDense"]),
    ],
)
def test_each_shell_is_answered_in_its_way(shell: str, answers: list[str], asking: Asking) -> None:
    """Names of layers are read from the file that stands before them."""
    assert asking("summary", NETWORK, "--layer", "dense_3", by=shell) == answers


def test_bash_takes_the_sign_between_option_and_value_for_a_word(asking: Asking) -> None:
    """What it replaces is the value alone."""
    assert asking("show", NETWORK, "--layer", "=", by="bash")[0] == "plain,input_layer"
    assert asking("show", NETWORK, "--layer", "=", "dense_3", by="bash") == ["plain,dense_3"]


def test_powershell_finds_files_itself(asking: Asking) -> None:
    """It does so where it gets no answer."""
    assert asking("show", "sam", by="powershell") == [""]


HOSTILE = ("$(touch x)", "`x`", "a b", "a;b", "*", "-o", "~x", "'", '"', "a\nb", "größe", "a" * 201, "${x}", "a:b")


def test_a_name_that_a_shell_might_act_upon_is_left_out(tmp_path: Path, asking: Asking) -> None:
    """Names and classes come from a stranger."""
    layers: list[dict[str, Any]] = [dense(0) | {"config": dense(0)["config"] | {"name": name}} for name in HOSTILE]
    layers.append(dense(0) | {"class_name": "$(touch x)"})
    (tmp_path / "hostile.keras").write_bytes(keras_archive(described=config(*layers)))
    path = str(tmp_path / "hostile.keras")
    assert asking("show", path, "--layer", "") == ["plain,input\tInputLayer", "plain,first"]


def test_an_unknown_shell_is_not_answered(asking: Asking) -> None:
    """And nothing is said about it."""
    assert asking("show", by="tcsh") == []


def test_every_parameter_is_completed_or_has_nothing_to_complete() -> None:
    """A new option that takes a file or a name gets what completes it by what it is called."""
    suggest(cli)
    free = {
        parameter.opts[-1]
        for command in cli.commands.values()
        for parameter in command.params
        if parameter.type is click.STRING and not getattr(parameter, "is_flag", False)
    }
    assert free <= {"--custom-objects", "--dask", "--for-keras", "--index", "--slice"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It names the program, and asks by the variable that the program listens to."""
    completion.main([shell], standalone_mode=False)
    written = capsys.readouterr().out
    assert written == script(shell)
    assert "kerasinspect" in written
    assert f"{VARIABLE}" in written


LINE = f"kerasinspect show {NETWORK} --layer dense_"
RUNNING = {
    "bash": f'COMP_WORDS=({LINE}); COMP_CWORD=4; _kerasinspect_completion kerasinspect; echo "${{COMPREPLY[@]}}"',
    "zsh": f"compadd() {{ echo dense_1 }}; _describe() {{ echo ${{(P)3}} }}; words=({LINE}); CURRENT=5; "
    "_kerasinspect_completion",
    "fish": f"complete -C '{LINE}'",
}
"""How each shell is made to complete a line without a terminal."""


@pytest.mark.skipif(sys.platform == "win32", reason="a program of the shells is asked for")
@pytest.mark.parametrize("shell", RUNNING)
def test_the_shell_itself_completes_a_line(shell: str, tmp_path: Path) -> None:
    """With the script that it is given."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} here")
    wrapper = tmp_path / "kerasinspect"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kerasinspect "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    (tmp_path / "script").write_text(script(shell), encoding="utf-8")
    code = f"{'compdef() { : }; ' if shell == 'zsh' else ''}source {tmp_path}/script; {RUNNING[shell]}"
    words = [program, "-c", code]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    outcome = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert outcome.stderr == ""
    assert "dense_1" in outcome.stdout
