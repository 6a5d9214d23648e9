"""What the help of the commands says, for the pages that are made from it: the manual, and the list of all commands."""

from __future__ import annotations

import re
from collections import Counter
from inspect import cleandoc
from typing import TYPE_CHECKING, NamedTuple

import click

from kerasinspect.commands.program.group import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = {
    "NO_COLOR": "If it is set and not empty, nothing is in colour, unless --color always asks for it.",
    "FORCE_COLOR, CLICOLOR_FORCE": "If one of them is set, neither empty nor 0, and NO_COLOR is not, everything for "
    "people is in colour, in a pipe too.",
    "COLUMNS": "The columns that a page is fitted to, in a pipe too; --width counts before it.",
    "LINES": "The lines that the screen shows at once.",
    "PAGER": "The program that shows a page longer than the screen, if standard output is a terminal. The default is "
    "less -RFX, and no pager on Windows; an empty value asks for none.",
    "LESS": "Options of less; FRX where it is not set.",
}

STATUSES = {
    "0": "All is well.",
    "1": "An answer that a CI job should stop at: findings, or a verification that failed.",
    "2": "The request is wrong: an option, a name, or an output that cannot be written.",
    "3": "The file cannot be read as a model: missing, unknown, damaged or refused.",
    "130": "Interrupted with Ctrl-C.",
}

_COMMON = 3
"""An option that so many commands have, with the same words, is described once for all."""


class Paragraph(NamedTuple):
    """A paragraph of help."""

    lines: tuple[str, ...]
    kept: bool
    """Whether its lines stay as they are, such as those of an example."""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(line.strip() for line in self.lines)


def all_commands() -> tuple[click.Command, ...]:
    """Every command once, in the order of ``--help``."""
    return tuple(dict.fromkeys(cli.commands.values()))


def called(command: click.Command) -> str:
    """All names of a command, and the arguments that it takes: ``list, ls MODEL...``."""
    names = ", ".join(name for name, one in cli.commands.items() if one is command)
    arguments = (one.metavar or _values(one) for one in command.params if isinstance(one, click.Argument))
    return " ".join([names, *arguments])


def options(command: click.Command) -> dict[str, str]:
    """The options of a command with what is said of each."""
    return {_option(one): _said(one) for one in command.params if isinstance(one, click.Option)}


def common_options() -> dict[str, str]:
    """What is said of the options that several commands share; then of those that all have."""
    counted = Counter(entry for command in all_commands() for entry in options(command).items())
    shared = {entry for entry, count in counted.items() if count >= _COMMON}
    listed = (entry for command in all_commands() for entry in options(command).items())
    return {name: said for name, said in listed if (name, said) in shared} | {"-h, --help": "Show the help and exit."}


def own_options(command: click.Command, common: dict[str, str]) -> dict[str, str]:
    """The options of a command that are not described among the common ones."""
    return {name: said for name, said in options(command).items() if common.get(name) != said}


def shared_names(command: click.Command, common: dict[str, str]) -> list[str]:
    """The long names of those that are."""
    return [long_name(name) for name, said in options(command).items() if common.get(name) == said]


def long_name(option: str) -> str:
    """The last of an option's long names."""
    names: list[str] = re.findall(r"--[a-z-]+", option)
    return names[-1]


def paragraphs(text: str) -> Iterator[Paragraph]:
    """The paragraphs of a help text; one that begins with click's mark keeps its lines."""
    for paragraph in re.split(r"\n\s*\n", cleandoc(text)):
        lines = [line.rstrip() for line in paragraph.split("\n")]
        kept = lines[0].strip() == "\b"
        yield Paragraph(tuple(lines[kept:]), kept)


def _said(option: click.Option) -> str:
    """What is said of an option, with the default where the help shows that too."""
    return f"{option.help} Default: {option.default}." if option.show_default else option.help or ""


def _option(option: click.Option) -> str:
    """The names of an option and what it takes."""
    taken = "" if option.is_flag else (option.metavar or _values(option)).strip("[]")
    return " ".join(filter(None, [", ".join(option.opts), taken]))


def _values(parameter: click.Parameter) -> str:
    """The values that a parameter takes, or what they are called."""
    if isinstance(parameter.type, click.Choice):
        return "|".join(map(str, parameter.type.choices))
    return "N" if isinstance(parameter.type, click.IntRange) else "NUMBER"
