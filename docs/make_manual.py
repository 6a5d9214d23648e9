"""Writes ``docs/kerasinspect.1``, the manual page, from the help of the commands: ``python docs/make_manual.py``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docs.command_help import (
    ENVIRONMENT,
    STATUSES,
    all_commands,
    called,
    common_options,
    own_options,
    paragraphs,
    shared_names,
)
from kerasinspect.commands.program.group import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

PAGE = Path(__file__).with_name("kerasinspect.1")

EXAMPLES = {
    "kerasinspect list model.keras": "What the arrays of a model are, a line each.",
    "kerasinspect show model.keras --layer dense --explain": "The values of one layer, and what each array does.",
    "kerasinspect check models/ --fail-on warning": "What is wrong with models, for a CI job.",
}


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
    common = common_options()
    yield ".SH COMMANDS"
    for command in all_commands():
        yield from _command(command, common)
    yield from (".SH OPTIONS OF SEVERAL COMMANDS", *_entries(common))
    yield from (".SH EXIT STATUS", *_entries(STATUSES))
    yield from (".SH ENVIRONMENT", *_entries(ENVIRONMENT))
    yield from (".SH EXAMPLES", *_entries(EXAMPLES))


def _command(command: click.Command, common: dict[str, str]) -> Iterator[str]:
    """The section of one command: how it is called, what it does, and its options."""
    yield from (f".SS {_text(called(command))}", *_paragraphs(command.help or ""))
    yield from _entries(own_options(command, common))
    also = shared_names(command, common)
    if also:
        yield from (".PP", _text(f"Also {', '.join(also)}: see below."))


def _entries(described: dict[str, str]) -> Iterator[str]:
    """A list of terms, each in bold above what is said of it."""
    for term, description in described.items():
        yield from (".TP", f".B {_text(term)}", _text(description))


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs; one that keeps its lines is not filled."""
    for number, paragraph in enumerate(paragraphs(text)):
        if number:
            yield ".PP"
        if paragraph.kept:
            yield from (".nf", *map(_text, paragraph.lines), ".fi")
        else:
            yield _text(paragraph.text)


def _text(text: str) -> str:
    """Text that no macro is taken from, with hyphens that can be copied, and lines that may end between choices."""
    written = text.replace("\\", "\\e").replace("-", "\\-").replace("|", "|\\:")
    return f"\\&{written}" if written.startswith((".", "'")) else written


if __name__ == "__main__":
    PAGE.write_text(manual(), encoding="utf-8")
