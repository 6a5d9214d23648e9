"""The table of commands, the page of ``--help`` that is drawn from it, and what a run imports before its command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

import kerasinspect
from kerasinspect.commands.program.group import cli
from kerasinspect.commands.program.page import help_page
from kerasinspect.commands.program.table import ALIASES, TABLE
from tests.places import ROOT, SAMPLES

NAMES = [name for commands in TABLE.values() for name in commands]


def drawn_by_click(columns: int) -> str:
    """The page as click would draw it."""
    width = max(min(columns, 80) - 2, 50)
    context = cli.make_context("kerasinspect", ["list"], resilient_parsing=True, terminal_width=width)
    formatter = context.make_formatter()
    cli.format_usage(context, formatter)
    cli.format_help_text(context, formatter)
    click.Command.format_options(cli, context, formatter)
    longest = max(map(len, NAMES))
    for title, commands in TABLE.items():
        with formatter.section(title):
            room = formatter.width - 6 - longest
            formatter.write_dl(
                [(f"{name:<{longest}}", cli.commands[name].get_short_help_str(room)) for name in commands]
            )
    return formatter.getvalue()


def test_the_page_is_as_click_would_draw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """At every width, as the pages of the commands are."""
    for columns in range(1, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert f"{help_page()}\n" == drawn_by_click(columns), columns


@pytest.mark.parametrize("said", ["", "0", "wide", "-5"])
def test_without_a_width_it_is_that_of_most_terminals(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where COLUMNS says nothing, and standard output is no terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    usual = help_page()
    monkeypatch.setenv("COLUMNS", said)
    assert max(map(len, usual.splitlines())) <= 78
    assert help_page() == usual


def test_every_command_is_in_the_table() -> None:
    """Under its own name, with a line that ends as a sentence; and what is called otherwise is there, too."""
    folder = Path(kerasinspect.__file__).parent / "commands"
    written = sum("@click.command(" in path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert written == len(NAMES)
    for name in NAMES:
        assert cli.commands[name].name == name
        assert (cli.commands[name].short_help or "").endswith(".")
    assert [cli.commands[alias] for alias in ALIASES] == [cli.commands[name] for name in ALIASES.values()]
    assert [*cli.commands] == [*NAMES, *ALIASES]
    assert "lisst" not in cli.commands


def own_modules(*arguments: str) -> set[str]:
    """The modules that a run has loaded in the end, without those that Python loads before any program."""
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        f"sys.argv = ['kerasinspect', *{arguments!r}]\n"
        "from kerasinspect.commands.cli import run_as_program\n"
        "run_as_program()\n"
        "print(*sys.modules.keys() - before, sep='\\n', file=sys.stderr)\n"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, text=True)
    return set(outcome.stderr.split())


def test_the_page_of_all_commands_needs_no_click() -> None:
    """What it needs is the table; one that is more has to be worth its time in every ``--help``."""
    modules = own_modules("--help")
    assert not modules & {"click", "dataclasses", "inspect", "kerasinspect.errors", "kerasinspect.commands.options"}
    assert len([name for name in modules if name.startswith("kerasinspect")]) <= 9


@pytest.mark.parametrize("arguments", [["summary", "--help"], ["summary", str(SAMPLES / "small_cnn.keras")]])
def test_only_the_command_that_is_asked_for_is_imported(arguments: list[str]) -> None:
    """Neither the others, nor what completes lines, writes files, starts programs or makes digests."""
    modules = own_modules(*arguments)
    others = {
        f"kerasinspect.commands.{home.rpartition('.')[0]}" for rows in TABLE.values() for home, _ in rows.values()
    }
    assert modules & others == {"kerasinspect.commands.summary"}
    assert not modules & {
        "kerasinspect.writing",
        "kerasinspect.output.paging",
        "secrets",
        "hmac",
        "difflib",
        "tempfile",
    }
    assert "--help" not in arguments or not modules & {"numpy", "pathlib", "hashlib", "subprocess"}
