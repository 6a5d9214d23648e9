"""Writes ``docs/kerasinspect.1``, the manual page, from the help of the commands: ``python docs/make_manual.py``."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.program.group import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("kerasinspect.1")

EXAMPLES = {
    "kerasinspect list model.keras": "What the arrays of a model are, a line each.",
    "kerasinspect show model.keras --layer dense --explain": "The values of one layer, and what each array does.",
    "kerasinspect check models/ --fail-on warning": "What is wrong with models, for a CI job.",
}

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
}


COMMON = 3
"""An option that so many commands have, with the same words, is described once for all."""


def manual() -> str:
    """The manual page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    """The lines of the page, in the macros of man(7)."""
    name = "kerasinspect"
    yield '.\\" Made by docs/make_manual.py from the help of the commands.'
    yield f'.TH {name.upper()} 1 "" {name} "User Commands"'
    yield from (".nh", ".ad l")
    yield from (".SH NAME", f"{name} \\- {_text('shows what every array in a saved Keras model is')}")
    yield from (".SH SYNOPSIS", f".B {name}", _text("COMMAND [OPTIONS] MODEL"))
    yield from (".SH DESCRIPTION", *_paragraphs(cli.help or ""))
    common = _common_options()
    yield ".SH COMMANDS"
    for command in dict.fromkeys(cli.commands.values()):
        yield from _command(command, common)
    yield from (".SH OPTIONS OF SEVERAL COMMANDS", *_entries(common))
    yield from (".SH EXIT STATUS", *_entries(STATUSES))
    yield from (".SH ENVIRONMENT", *_entries(ENVIRONMENT))
    yield from (".SH EXAMPLES", *_entries(EXAMPLES))


def _common_options() -> dict[str, str]:
    """What is said of the options that several commands share; then of those that all have."""
    counted = Counter(entry for command in set(cli.commands.values()) for entry in _options(command).items())
    shared = {entry for entry, count in counted.items() if count >= COMMON}
    listed = (entry for command in cli.commands.values() for entry in _options(command).items())
    return {name: said for name, said in listed if (name, said) in shared} | {"-h, --help": "Show the help and exit."}


def _command(command: click.Command, common: dict[str, str]) -> Iterator[str]:
    """The section of one command: how it is called, what it does, and its options."""
    names = ", ".join(name for name, one in cli.commands.items() if one is command)
    arguments = (one.metavar or _values(one) for one in command.params if isinstance(one, click.Argument))
    yield from (f".SS {_text(' '.join([names, *arguments]))}", *_paragraphs(command.help or ""))
    options = _options(command)
    yield from _entries({name: said for name, said in options.items() if common.get(name) != said})
    also = [re.findall(r"--[a-z-]+", name)[-1] for name, said in options.items() if common.get(name) == said]
    if also:
        yield from (".PP", _text(f"Also {', '.join(also)}: see below."))


def _options(command: click.Command) -> dict[str, str]:
    """The options of a command with what is said of each."""
    return {_option(one): _said(one) for one in command.params if isinstance(one, click.Option)}


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


def _entries(described: dict[str, str]) -> Iterator[str]:
    """A list of terms, each in bold above what is said of it."""
    for term, description in described.items():
        yield from (".TP", f".B {_text(term)}", _text(description))


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs; one that begins with click's mark keeps its lines."""
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if number:
            yield ".PP"
        lines = [line.rstrip() for line in paragraph.split("\n")]
        if lines[0].strip() == "\b":
            yield from (".nf", *map(_text, lines[1:]), ".fi")
        else:
            yield _text(" ".join(line.strip() for line in lines))


def _text(text: str) -> str:
    """Text that no macro is taken from, with hyphens that can be copied, and lines that may end between choices."""
    written = text.replace("\\", "\\e").replace("-", "\\-").replace("|", "|\\:")
    return f"\\&{written}" if written.startswith((".", "'")) else written


if __name__ == "__main__":
    PAGE.write_text(manual(), encoding="utf-8")
