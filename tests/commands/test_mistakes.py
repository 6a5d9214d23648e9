"""What a person gets wrong first is answered with what is wrong and what to do, and nothing else happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from kerasinspect.commands.cli import cli, run
from kerasinspect.commands.groups import takes_one, takes_several
from kerasinspect.platforms import command_line
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import click

NETWORK = str(SAMPLES / "question_network.keras")


class Answer(NamedTuple):
    """How a command line ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """A function that runs a command line in this process."""

    def ask(*arguments: str) -> Answer:
        status = run(arguments)
        return Answer(status, *capsys.readouterr())

    return ask


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def first_command(takes: Callable[[click.Command], bool], option: str = "") -> str:
    """The first command in ``--help`` that takes such models and has an option."""
    commands = (command for group in cli.groups.values() for command in group)
    fitting = (one for one in commands if takes(one) and (not option or any(option in p.opts for p in one.params)))
    return str(next(fitting).name)


def takes_any(command: click.Command) -> bool:
    """Whether a command takes a model."""
    return takes_one(command) or takes_several(command)


MEANT = [
    pytest.param(["model.keras"], takes_any, "", id="a model"),
    pytest.param(["model.h5", "--layer", "dense"], takes_any, "--layer", id="with an option"),
    pytest.param(["model.h5", "--quantiles"], takes_any, "--quantiles", id="with an option of one command"),
    pytest.param(["models/"], takes_any, "", id="a folder that is not there"),
    pytest.param(["-"], takes_any, "", id="standard input"),
    pytest.param(["there.keras", "here.keras"], takes_several, "", id="two models"),
    pytest.param(["folder"], takes_several, "", id="a folder"),
]


@pytest.mark.parametrize(("words", "takes", "option"), MEANT)
def test_a_model_without_a_command_gets_the_line_that_was_meant(
    answer: Callable[..., Answer],
    folder: Path,
    words: list[str],
    takes: Callable[[click.Command], bool],
    option: str,
) -> None:
    """With the first command that takes such models and knows the options; nothing is run."""
    (folder / "folder").mkdir()
    for name in ("there.keras", "here.keras"):
        (folder / name).touch()
    ended = answer(*words)
    line = command_line(["kerasinspect", first_command(takes, option), *words])
    assert (ended.status, ended.out) == (2, "")
    assert f"{words[0]} is no command; the command comes before the model.\n  Probably meant: {line}\n" in ended.err


def test_a_command_behind_its_model_is_taken_for_the_one_that_is_meant(answer: Callable[..., Answer]) -> None:
    """With everything else in its place."""
    assert "Probably meant: kerasinspect stats model.keras --top 3" in answer("model.keras", "stats", "--top", "3").err


def test_a_suggested_line_is_quoted_and_safe_to_show(answer: Callable[..., Answer]) -> None:
    """A path may hold anything; a long one is not repeated."""
    assert "\x1b" not in answer("a b\x1b[31m.keras").err
    assert answer(f"{'n' * 10_000}.keras").err.endswith(" MODEL\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shwo", "There is no command 'shwo'.\n  Did you mean show?"),
        ("SHOW", "There is no command 'SHOW'.\n  Did you mean show?"),
        ("frobnicate", "The commands are "),
        ("", "There is no command ''."),
        ("n" * 10_000, "The commands are "),
    ],
)
def test_an_unknown_command_names_the_nearest(answer: Callable[..., Answer], name: str, said: str) -> None:
    """Or all of them where none is near."""
    ended = answer(name, NETWORK)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
    assert len(ended.err) < 500


def test_an_option_before_its_command_is_said(answer: Callable[..., Answer]) -> None:
    """One that no command has is unknown, as everywhere."""
    assert "The option --layer stands before the command." in answer("--layer", "dense", "show", NETWORK).err
    assert "No such option" in answer("--frob", "show", NETWORK).err


def test_help_lists_every_command_in_its_group_and_none_twice(answer: Callable[..., Answer]) -> None:
    """Another name for a command is no command of its own."""
    said = answer("--help").out
    assert said.index("\nLook:") < said.index("\nGuard:")
    rows = [line.split()[0] for line in said.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    listed = [name for name in rows if name in cli.commands]
    assert listed == [command.name for group in cli.groups.values() for command in group]


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_told(answer: Callable[..., Answer], option: str) -> None:
    """In one line."""
    assert answer(option).out.startswith("kerasinspect ")
